"""An open desk as its page sees it, on a real server, with visitors who seal; for tests of the live path."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from console.periods import month_of
from console.signins import COOKIE
from console.views import handle_of
from dialogues.hours import SWEDEN
from handover.keys import binding
from handover.values import Accepted, Briefing, Channel, DeskId, Done, Joined, MessageId, Pseudonym, TalkRef, WithStaff
from handover.visitor_redis import RedisVisitorEnd
from safety.logs import log_config
from safety.text64 import read64, write64
from tests.console.conftest import DESK, Console
from tests.engines import Engine
from tests.running import free_port
from tests.sealed import ORGANISATION, Frame, StaffPage, VisitorPage

PATIENCE = 30.0  # seconds; nothing here takes that long, but the machine is shared


@dataclass
class Page:
    """The desk's page: what came, in order, and a way to wait for something."""

    socket: ClientConnection
    device: StaffPage
    live: "Live"
    seen: list[Frame] = field(default_factory=list)

    async def send(self, kind: str, **fields: Any) -> None:
        await self.send_frame({"type": kind, **fields})

    async def send_frame(self, frame: Frame) -> None:
        await self.socket.send(json.dumps(frame))

    async def see(self, kind: str, **fields: Any) -> Frame:
        """The next frame of this kind with these values; what comes before it is kept in `seen`. Keys are noted."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: Frame = json.loads(await self.socket.recv())
                self.seen.append(frame)
                if frame["type"] in {"talk", "keys"}:
                    self.device.note(frame)
                if frame["type"] == kind and all(frame.get(key) == value for key, value in fields.items()):
                    return frame

    async def closed(self) -> int:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.socket.recv()
                except ConnectionClosed:
                    return self.socket.close_code or 0

    async def goes_on_duty(self) -> None:
        await self.send("duty", to="on")
        await self.see("duty", duty="on")

    async def takes(self, ref: TalkRef) -> Frame:
        """Take a talk, and have its key from the visitor's page."""
        await self.see_waiting(ref)
        await self.send("take", talk=handle_of(ref))
        talk = await self.see("talk", talk=handle_of(ref))
        await self.is_given_the_key(ref)
        return talk

    async def asks(self, ref: TalkRef, kind: str, to: str = "", why: tuple[str, ...] = ()) -> None:
        await self.send_frame({"type": "ask", "talk": handle_of(ref), "kind": kind, "to": to, "why": list(why)})

    async def is_asked(self, ref: TalkRef) -> Frame:
        """The question about this talk that waits for this person."""
        while True:
            for asked in (await self.see("together"))["asked"]:
                if asked["talk"] == handle_of(ref):
                    return dict(asked)

    async def answers(self, asked: Frame, *, yes: bool) -> None:
        await self.send("answer", talk=asked["talk"], number=asked["number"], yes=yes)

    async def mutes_with(self, colleague: "Page", ref: TalkRef) -> None:
        await self.asks(ref, "mute", why=("insults",))
        await colleague.answers(await colleague.is_asked(ref), yes=True)
        await self.see("muted", talk=handle_of(ref), muted=True)

    async def is_given_the_key(self, ref: TalkRef) -> None:
        await self.live.visitor_gives_the_key(ref)
        while not self.device.has_key(handle_of(ref)):
            await self.see("keys", talk=handle_of(ref))

    async def is_in_epoch(self, ref: TalkRef, number: int) -> None:
        """The page knows that this epoch has begun; with the talk itself, or later."""
        while handle_of(ref) not in self.device.talks:
            await self.see("talk", talk=handle_of(ref))
        while self.device.talks[handle_of(ref)].now != number:
            await self.see("keys", talk=handle_of(ref))

    async def see_waiting(self, ref: TalkRef) -> None:
        handle = handle_of(ref)
        if not any(handle in [row["talk"] for row in f.get("rows", [])] for f in self.seen):
            while handle not in [row["talk"] for row in (await self.see("room"))["rows"]]:
                pass

    async def says(self, ref: TalkRef, seq: int, text: str, id: str | None = None) -> None:
        await self.send_frame(self.device.say(handle_of(ref), seq, text, id or f"own-{seq:06}-0"))


@dataclass
class Live:
    console: Console
    visitor: RedisVisitorEnd
    port: int
    pages: dict[TalkRef, VisitorPage] = field(default_factory=dict)

    async def token(self, name: str, role: str = "staff") -> str:
        return await self.console.house.signins.start(await self.console.add(name, role), "en")

    @asynccontextmanager
    async def page(self, token: str, device: StaffPage | None = None, **headers: str) -> AsyncIterator[Page]:
        """An open desk. Without a device it is another browser each time; with one, the same that was there before."""
        async with self.socket(token, device, **headers) as page:
            with suppress(ConnectionClosed):  # nobody may be signed in
                await page.send_frame(page.device.device())
            yield page

    @asynccontextmanager
    async def socket(self, token: str, device: StaffPage | None = None, **headers: str) -> AsyncIterator[Page]:
        """A socket over which nothing was said yet."""
        device = device or StaffPage()
        address = f"127.0.0.1:{self.port}"
        origin = self.console.house.origin or f"http://{address}"
        sent = {"cookie": f"{COOKIE}={token}", "origin": origin, **headers}
        async with connect(f"ws://{address}/live", additional_headers=sent, proxy=None) as socket:
            yield Page(socket, device, self)

    async def visitor_joins(self, desk: DeskId = DESK, **said: Any) -> TalkRef:
        briefing = Briefing(**{"language": "sv", "channel": Channel.WEB, **said})
        joined = await self.visitor.join(desk, briefing, Pseudonym(2, 0))
        assert isinstance(joined, Joined)
        await self.visitor.attend(joined.ref)
        self.pages[joined.ref] = VisitorPage(ORGANISATION.public)
        return joined.ref

    async def visitor_gives_the_key(self, ref: TalkRef) -> None:
        """Wait until the person's page has begun another epoch, and answer it as the visitor's page does."""
        async with asyncio.timeout(PATIENCE):
            while True:
                standing = await self.visitor.attend(ref)
                assert isinstance(standing, WithStaff)
                if standing.device and standing.epoch > self.pages[ref].epoch:
                    break
                await asyncio.sleep(0.02)
        taken: Frame = {"epoch": standing.epoch, "device": standing.device, "talk": write64(binding(ref))}
        if standing.helping:
            taken["helper"] = {"name": standing.helping.name, "device": standing.helping.device}
        await self.visitor_sends_key(ref, self.pages[ref].taken(taken))

    async def visitor_sends_key(self, ref: TalkRef, key: Frame) -> None:
        also = (key.get("helper", ""), read64(key.get("also", "")))
        assert await self.visitor.give_key(ref, key["device"], key["epoch"], read64(key["wrapped"]), *also) == Done()

    async def visitor_says(self, ref: TalkRef, seq: int, text: str) -> None:
        frame = self.pages[ref].say(seq, text)
        accepted = await self.visitor.say(ref, seq, MessageId(frame["id"]), read64(frame["body"]))
        assert accepted == Accepted(seq)

    async def visitor_reads(self, ref: TalkRef, after: int = 0) -> list[str]:
        """The person's words, opened in order."""
        heard = await self.visitor.hear(ref, after)
        assert isinstance(heard, list)
        return [self.pages[ref].hear({"body": write64(message.body)}) for message in heard]

    async def tally(self, desk: DeskId = DESK) -> dict[str, int]:
        house = self.console.house
        await house.tally.flush(house.staff_end.count)
        await house.counts.bring_home(house.staff_end, desk)
        month = month_of(datetime.fromtimestamp(house.clock(), SWEDEN))
        return dict((await house.counts.read([month])).get(desk, {}))


@asynccontextmanager
async def serving(console: Console, engine: Engine) -> AsyncIterator[Live]:
    """The console behind a real server on 127.0.0.1. Its lifespan is the fixture's."""
    port = free_port()
    config = uvicorn.Config(
        console.app,
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        lifespan="off",
        log_config=log_config(),
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    async with asyncio.timeout(PATIENCE):
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.02)
    visitor = RedisVisitorEnd(engine.visitor, console.house.limits)
    await visitor.open()
    try:
        yield Live(console, visitor, port)
    finally:
        await visitor.close()
        server.should_exit = True
        await task
