"""Many talks at once in Telegram, on one process: `python -m bench.telegram`.

The process `fristad telegram` between the tests' strict Bot API server and a private Valkey, with 500 talks in which
somebody writes once in ten seconds, either way. From a visitor's words at the server to the engine's log, and from
staff's words in the engine to the server; the server adds no delay of its own. And what a talk costs in memory while
nothing happens. Beside it, as the reference, the same words by the engine alone: staff's end to visitor's end.
The load of the machine stands above the figures: read them with it.
"""

import asyncio
import os
import re
import secrets
import statistics
import tempfile
import time
from pathlib import Path

from handover.staff_redis import RedisStaffEnd
from handover.values import Briefing, Channel, Claimed, DeskId, Joined, Limits, MessageId, Pseudonym, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from tests.bot.conftest import ORGANISATION
from tests.engines import Engine
from tests.engines import running as running_engine
from tests.running import end, start
from tests.sealed import StaffPage
from tests.telegram.people import Phone
from tests.telegram.server import Server, serving
from tests.telegram.test_command import GIVEN

DESK = DeskId("demo")
TALKS = int(os.environ.get("TALKS", "500"))
SECONDS = float(os.environ.get("SECONDS", "20"))
PACE = 10.0  # seconds between two words of one talk, either way
PATIENCE = 240.0  # seconds
_RSS = re.compile(r"Rss:\s+(\d+) kB")


class Desk:
    """All staff together: one account for each five talks."""

    def __init__(self, end: RedisStaffEnd) -> None:
        self.end = end
        self.page = StaffPage()
        self.line = ORGANISATION.line(self.page.key)
        self.talks: dict[TalkRef, StaffId] = {}
        self.number = 0

    async def comes(self) -> None:
        for number in range(-(-TALKS // 5)):
            await self.end.go_on_duty(DESK, StaffId(f"staff-{number}"), f"S{number}", paused=False, capacity=5)

    async def takes_all(self) -> None:
        for row in await self.end.waiting(DESK):
            staff = StaffId(f"staff-{len(self.talks) // 5}")
            claimed = await self.end.claim(row.ref, staff, "Kim")
            assert isinstance(claimed, Claimed), claimed
            self.talks[row.ref] = staff
            await self.end.begin(row.ref, staff, self.line)


def memory(pid: int) -> int:
    """Resident kB."""
    found = _RSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    assert found
    return int(found[1])


def tell(what: str, taken: list[float]) -> None:
    ordered = sorted(seconds * 1000 for seconds in taken)
    p95 = ordered[int(len(ordered) * 0.95)] if ordered else float("nan")
    print(f"{what:<44}{statistics.median(ordered):8.1f} ms median {p95:8.1f} ms p95   ({len(ordered)} words)")


async def main() -> None:
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {TALKS} talks")
    with running_engine("valkey") as engine, tempfile.TemporaryDirectory() as folder:
        await reference(engine)
        async with serving() as server:
            own = {**GIVEN, "FRISTAD_REDIS_URL": engine.visitor, "FRISTAD_TELEGRAM_API": server.address}
            own |= {"FRISTAD_JOINS_PER_MINUTE": "1000000"}
            with Path(folder, "output").open("wb") as sink:
                process = start(["-m", "fristad", "telegram"], own, Path(folder), sink)
            try:
                await measure(engine, server, process.pid, Path(folder, "output"))
            finally:
                end(process)


async def reference(engine: Engine) -> None:
    visitor, staff = RedisVisitorEnd(engine.visitor), RedisStaffEnd(engine.staff)
    await visitor.open()
    await staff.open()
    await staff.go_on_duty(DESK, StaffId("one"), "Kim", paused=False)
    joined = await visitor.join(DESK, Briefing("sv", Channel.TELEGRAM), Pseudonym(0, 0))
    assert isinstance(joined, Joined)
    await visitor.attend(joined.ref)
    await staff.claim(joined.ref, StaffId("one"), "Kim")
    taken = []
    for number in range(1, 201):
        begun = time.perf_counter()
        await staff.say(joined.ref, StaffId("one"), number, MessageId(secrets.token_hex(8)), b"x" * 300)
        await visitor.hear(joined.ref, number - 1)
        taken.append(time.perf_counter() - begun)
    tell("reference: engine alone", taken)
    with engine.client() as admin:
        admin.flushall()
    await visitor.close()
    await staff.close()


async def measure(engine: Engine, server: Server, pid: int, output: Path) -> None:
    staff = RedisStaffEnd(engine.staff, Limits(lease=600), connections=16)
    await staff.open()
    desk = Desk(staff)
    await desk.comes()
    await until(lambda: "answering" in output.read_text())
    warm = Phone(server)
    await joins([warm])
    await desk.takes_all()
    before = memory(pid)
    phones = [Phone(server) for _ in range(TALKS - 1)]
    await joins(phones)
    await desk.takes_all()
    everybody = [warm, *phones]
    await until(lambda: all("is here now" in phone.read() for phone in everybody))
    await asyncio.sleep(8)  # one look at every talk, at least
    grown = memory(pid) - before
    print(f"{'memory per idle talk':<44}{grown / (TALKS - 1):8.1f} kB   ({before} kB before, {before + grown} kB after)")
    await talk(desk, server, everybody)
    await staff.close()


async def joins(phones: list[Phone]) -> None:
    """Through the first pages to the waiting room, many at a time."""
    for at in range(0, len(phones), 50):
        some = phones[at : at + 50]
        for said, act in (
            ("Telegram knows", lambda phone: phone.types("/start")),
            ("So presenteras", lambda phone: phone.presses("Prata med en person")),
            ("i kön", lambda phone: phone.presses("Prata med en person")),
        ):
            for phone in some:
                act(phone)
            wanted = "presenteras" if said == "So presenteras" else said
            await until(lambda wanted=wanted, some=some: all(wanted in phone.read() for phone in some))  # type: ignore[misc]


async def talk(desk: Desk, server: Server, phones: list[Phone]) -> None:
    """Each phone and each person says something now and then; how long until the other end has it."""
    up: list[float] = []
    down: list[float] = []
    sent: dict[str, float] = {}
    sending = server.state.send

    def arrives(given: dict[str, object]) -> dict[str, object]:
        word = str(given.get("text", "")).rpartition("\n")[2]
        if word in sent:
            down.append(time.perf_counter() - sent.pop(word))
        return sending(given)

    server.state.send = arrives  # type: ignore[method-assign]
    watching = asyncio.create_task(watch_up(desk, up))
    until_then = time.perf_counter() + SECONDS
    pages = await opened(desk)
    refs = list(desk.talks)
    while time.perf_counter() < until_then:
        for phone, ref in zip(phones, refs, strict=True):
            phone.types(f"up {time.perf_counter()}")
            word = secrets.token_hex(6)
            page, number = pages[ref]
            sent[word] = time.perf_counter()
            body = page.seal_in(ref, word)
            pages[ref] = page, number + 1
            await desk.end.say(ref, desk.talks[ref], number, MessageId(word), body)
            await asyncio.sleep(PACE / TALKS / 2)
    await asyncio.sleep(3)
    watching.cancel()
    tell("visitor's words to staff's end", up)
    tell("staff's words to Telegram's server", down)
    print(f"{'not arrived':<44}{len(sent):8d}")
