"""The real apps on an engine's end that breaks while it holds somebody's words: `broken.py SIDE PORT [careless]`.

`careless` serves the same app with the server's own defaults: the control that shows what they would have written.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

import bot.main
import console.main
from bot.settings import BotSettings, encode_key
from console.settings import ConsoleSettings
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from fristad.listening import listen
from fristad.serve import run_app
from handover.asks import Note
from handover.front import Front
from handover.outlook import Outlook
from handover.tide import LastDay
from handover.values import (
    Briefing,
    Channel,
    DeskId,
    Done,
    Joined,
    Keys,
    Load,
    Opening,
    OwnTalk,
    Pseudonym,
    TalkId,
    TalkRef,
    WithStaff,
)
from tests.sealed import ORGANISATION, StaffPage

REF = TalkRef(DeskId("demo"), TalkId("A" * 22))
STAFF_LINK = "staff-link-of-the-broken-console"
COORDINATOR_LINK = "coordinator-link-of-the-broken-console"


class BreaksWithWords(Exception):
    """Carries in its message what somebody wrote, as a driver's exception would."""


class BrokenEnd:
    """Both ends in one: everybody is there, and whoever speaks breaks it."""

    counted = False
    device = ORGANISATION.line(StaffPage().key)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def mark(self) -> None: ...

    async def edition(self) -> None: ...

    async def opening(self, desk: DeskId) -> Opening:
        return Opening(1, 0, 1)

    async def outlook(self, desk: DeskId) -> Outlook:
        return Outlook(1, 1)

    async def asked(self, desk: DeskId) -> list[object]:
        return []

    async def be_asked(self, *_: object) -> None: ...

    async def asks(self, desk: DeskId) -> list[object]:
        return []

    async def note(self, *_: object) -> Note:
        return Note(b"")

    async def why_shut(self, desk: DeskId) -> None: ...

    async def shut(self, *_: object) -> None: ...

    async def guide(self, *_: object) -> Done:
        return Done()

    async def join(self, *_: object) -> Joined:
        return Joined(REF)

    async def attend(self, *_: object) -> WithStaff:
        return WithStaff("Kim", 0, 0, 0, epoch=1, device=self.device)

    async def attend_all(self, refs: Sequence[object]) -> list[WithStaff]:
        return [await self.attend() for _ in refs]

    async def give_key(self, *_: object) -> Done:
        return Done()

    async def keys(self, *_: object) -> Keys:
        return Keys(1, {})

    async def desk_line(self, desk: DeskId) -> str:
        return ""

    async def posted(self, desk: DeskId) -> list[object]:
        return []

    async def holdings(self, *_: object) -> list[object]:
        return []

    async def offer(self, *_: object) -> None: ...

    async def say(self, *words: object, **named: object) -> Any:
        raise BreaksWithWords(f"cannot relay {words} {named}")

    async def load(self, desk: DeskId) -> Load:
        """Breaks once: the coordinator's page, and not the desk that is opened after it."""
        if not self.counted:
            self.counted = True
            raise BreaksWithWords(f"cannot count {desk}")
        return Load(0, 0, 0)

    async def mine(self, *_: object) -> list[OwnTalk]:
        return [OwnTalk(REF, Pseudonym(0, 0), Briefing("sv", Channel.WEB), 0, 0, 0)]

    async def hear(self, *_: object) -> list[object]:
        return []

    async def said(self, *_: object) -> list[object]:
        return []

    async def front(self, desk: DeskId, most: int) -> Front:
        return Front([], 0)

    async def rows(self, refs: list[TalkRef]) -> list[object]:
        return []

    async def sweep(self, desk: DeskId) -> list[object]:
        return []

    async def drain(self, desk: DeskId, batch: str) -> None: ...

    async def last_day(self, *_: object) -> LastDay:
        return LastDay(0, 0)

    async def count(self, *_: object) -> None: ...

    async def go_on_duty(self, *_: object, **__: object) -> None: ...

    async def crew(self, desk: DeskId) -> list[object]:
        return []

    async def desk_hours(self, desk: DeskId) -> str:
        return ""

    async def offer_hours(self, *_: object) -> None: ...

    async def shorten_lease(self, *_: object) -> None: ...

    async def go_off_duty(self, *_: object) -> list[object]:
        return []

    async def heard(self, *_: object) -> Done:
        return Done()

    async def away(self, *_: object) -> Done:
        return Done()

    async def presence(self, *_: object) -> int:
        return 0

    async def brief(self, *_: object) -> Done:
        return Done()

    async def end(self, *_: object) -> Done:
        return Done()

    @asynccontextmanager
    async def follow(self, *_: object) -> AsyncIterator[AsyncIterator[object]]:
        yield _never()

    follow_room = follow

    async def watch(self, *_: object) -> "Silent":
        return Silent()


class Silent:
    """Events that never come."""

    wake: object = None

    def pop(self) -> None: ...

    def close(self) -> None: ...


async def _never() -> AsyncIterator[object]:
    await asyncio.Event().wait()
    yield None


def broken_bot() -> FastAPI:
    settings = BotSettings(
        redis_url=SecretStr("unix://nobody@/nowhere"),
        state_key=SecretStr(encode_key(secrets.token_bytes(32))),
        organisation_key=ORGANISATION.text,
        demo=True,
    )
    end: Any = BrokenEnd()  # it has the verbs and not their types, so that it can break
    return bot.main.create_app(settings, end, load_content(now=datetime.now(SWEDEN), demo=True))


def broken_console(data: Path) -> FastAPI:
    settings = ConsoleSettings(
        redis_url=SecretStr("unix://nobody@/nowhere"),
        organisation_key=ORGANISATION.text,
        data=data,
        demo=True,
        demo_staff_token=SecretStr(STAFF_LINK),
        demo_coordinator_token=SecretStr(COORDINATOR_LINK),
    )
    end: Any = BrokenEnd()
    content = load_content(now=datetime.now(SWEDEN), demo=True)
    return console.main.create_app(settings, staff_end=end, content=content)


def main(side: str, port: str, manner: str = "") -> None:
    """Serve until SIGTERM."""
    build = broken_bot if side == "bot" else partial(broken_console, Path.cwd())
    if manner == "careless":
        uvicorn.run(build(), host="127.0.0.1", port=int(port))
    else:
        run_app(build, listen("127.0.0.1" if side == "bot" else "localhost", int(port), side.upper()))


if __name__ == "__main__":
    main(*sys.argv[1:])
