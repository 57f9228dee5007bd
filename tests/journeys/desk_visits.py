"""A bot set up for one desk, in this process and over a real engine, and visitors on its page."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from bot.main import create_app
from bot.settings import BotSettings, encode_key
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId, StaffId
from handover.visitor_redis import RedisVisitorEnd
from tests.engines import Engine
from tests.sealed import Organisation

KIM = StaffId("kim")
_JSON = {"content-type": "application/json"}


@dataclass
class Visitor:
    """A page and what it shows last."""

    client: httpx.AsyncClient
    state: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    talk: str | None = None

    async def opens(self) -> str:
        """The page as it comes, in English."""
        html = (await self.client.get("/")).text
        self.state = html.partition('name="state" value="')[2].partition('"')[0]
        assert self.state
        return html

    async def presses(self, *choices: str) -> None:
        for choice in choices:
            body = {"state": self.state, "input": {"choice": choice}, **({"talk": self.talk} if self.talk else {})}
            response = await self.client.post("/turn", content=json.dumps(body), headers=_JSON)
            assert response.status_code == 200, response.text
            self.answer = response.json()
            self.state = self.answer["state"]
            self.talk = self.answer.get("talk", self.talk)

    def reads(self) -> list[str]:
        return [message["text"] for message in self.answer["messages"]]

    def notices(self) -> str:
        return " ".join(message["text"] for message in self.answer["messages"] if message["kind"] == "notice")

    def doors(self) -> dict[str, str]:
        """What the list of other doors holds: address and what is said of it."""
        shown = [message["items"] for message in self.answer["messages"] if message["kind"] == "lines"]
        return {item["href"]: item["detail"] for items in shown for item in items}


@dataclass
class Desk:
    """A bot that runs for one desk, and the staff side of its waiting room."""

    id: DeskId
    client: httpx.AsyncClient
    staff: RedisStaffEnd

    async def visitor(self) -> Visitor:
        visitor = Visitor(self.client)
        await visitor.opens()
        return visitor

    async def kim_comes(self, *, paused: bool = False) -> None:
        await self.staff.go_on_duty(self.id, KIM, "Kim", paused=paused)

    async def waiting(self) -> list[tuple[str | None, str | None, str | None]]:
        """Audience, age band and county of everybody in the waiting room."""
        rows = [row.briefing for row in await self.staff.waiting(self.id)]
        return [(row.audience, row.age_band, row.county) for row in rows]


@asynccontextmanager
async def open_desk(engine: Engine, content: Content, id: str, now: datetime) -> AsyncIterator[Desk]:
    """The visitor's side for the desk of that id, at that moment."""
    settings = BotSettings(
        redis_url=SecretStr(engine.visitor),
        state_key=SecretStr(encode_key(secrets.token_bytes(32))),
        organisation_key=Organisation().text,
        demo=True,
        desk=DeskId(id),
    )
    app = create_app(settings, RedisVisitorEnd(engine.visitor, settings.limits), content, now=now.timestamp)
    page = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://visitor.test", headers={"accept-language": "en"}
    )
    staff = RedisStaffEnd(engine.staff, settings.limits)
    await staff.open()
    try:
        async with app.router.lifespan_context(app), page:
            yield Desk(settings.desk, page, staff)
    finally:
        await staff.close()
