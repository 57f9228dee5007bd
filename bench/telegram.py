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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from handover.events import Said
from handover.keys import binding
from handover.staff_redis import RedisStaffEnd
from handover.values import (
    Briefing,
    Channel,
    Claimed,
    DeskId,
    Joined,
    Keys,
    Limits,
    MessageId,
    Pseudonym,
    StaffId,
    TalkRef,
)
from handover.visitor_redis import RedisVisitorEnd
from safety.sealing import SALT, Direction, Epoch, open_sealed, seal, unwrap
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
FEW = 10  # who get in line at once
WARM = 40  # talks before the first look at the memory
PATIENCE = 150.0  # seconds
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


def processor(pid: int) -> float:
    """Seconds of the processor that it has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


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
            with Path(folder, "output").open("wb") as sink:  # noqa: ASYNC230  # before anything is measured
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
    staff = RedisStaffEnd(engine.staff, Limits(lease=600))
    await staff.open()
    desk = Desk(staff)
    await desk.comes()
    await until(lambda: "answering" in output.read_text())
    warm = [Phone(server) for _ in range(WARM)]  # connections and caches are there before anything is weighed
    await joins(desk, warm)
    before = memory(pid)
    phones = [Phone(server) for _ in range(TALKS - WARM)]
    await joins(desk, phones)
    everybody = [*warm, *phones]
    await until(lambda: all("är här nu" in phone.read() for phone in everybody))
    await asyncio.sleep(8)  # one look at every talk, at least
    grown = memory(pid) - before
    told = f"({before} kB before, {before + grown} kB after)"
    print(f"{'memory per idle talk':<44}{grown / (TALKS - WARM):8.1f} kB   {told}")
    idle = processor(pid)
    await asyncio.sleep(5)
    begun = processor(pid)
    words = await talk(desk, server, everybody)
    used = processor(pid) - begun - (begun - idle) / 5 * (SECONDS + 4)
    print(f"{'processor, idle and for a word':<44}{(begun - idle) * 20:8.1f} %  {used / words * 1000:8.1f} ms")
    await staff.close()


async def joins(desk: Desk, phones: list[Phone]) -> None:
    """Through the first pages to the waiting room, and taken from there: a long line would have its price."""
    for at in range(0, len(phones), FEW):
        some = phones[at : at + FEW]
        for said, act in (
            ("Telegram knows", lambda phone: phone.types("/start")),
            ("presenteras", lambda phone: phone.presses("Prata med en person")),
            ("i kön", lambda phone: phone.presses("Prata med en person")),
        ):
            for phone in some:
                act(phone)
            await until(lambda said=said, some=some: all(said in phone.read() for phone in some))  # type: ignore[misc]
        await desk.takes_all()


async def talk(desk: Desk, server: Server, phones: list[Phone]) -> int:
    """Each phone and each person says something now and then; how long until the other end has it."""
    up: list[float] = []
    down: list[float] = []
    sent: dict[str, float] = {}
    sending = server.state.send

    def arrives(given: dict[str, Any]) -> dict[str, Any]:
        if begun := sent.pop(str(given.get("text", "")).rpartition("\n")[2], None):
            down.append(time.perf_counter() - begun)
        return sending(given)

    server.state.send = arrives  # type: ignore[method-assign]
    epochs = {ref: await epoch_of(desk, ref) for ref in desk.talks}
    numbers = dict.fromkeys(desk.talks, 0)
    watching = [asyncio.create_task(watch(desk, ref, epochs[ref], up)) for ref in desk.talks]
    await asyncio.sleep(1)
    said, last = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < last:
        for phone, ref in zip(phones, desk.talks, strict=True):
            phone.types(str(time.perf_counter()))
            numbers[ref] += 1
            word = secrets.token_hex(8)
            body = seal(epochs[ref], Direction.DOWN, numbers[ref], word, secrets.token_bytes(SALT))
            sent[word] = time.perf_counter()
            await desk.end.say(ref, desk.talks[ref], numbers[ref], MessageId(word), body)
            said += 1
            await asyncio.sleep(PACE / TALKS)
            if time.perf_counter() > last:
                break
    await asyncio.sleep(3)
    for task in watching:
        task.cancel()
    tell("visitor's words, Telegram's server to staff", up)
    tell("staff's words to Telegram's server", down)
    print(f"{'said each way / never arrived up, down':<44}{said:8d} / {said - len(up)}, {len(sent)}")
    return len(up) + len(down)


async def epoch_of(desk: Desk, ref: TalkRef) -> Epoch:
    keys = await desk.end.keys(ref, desk.talks[ref])
    assert isinstance(keys, Keys)
    return unwrap(keys.wrapped[keys.epoch], desk.page.private, binding(ref), keys.epoch)


async def watch(desk: Desk, ref: TalkRef, epoch: Epoch, up: list[float]) -> None:
    heard = 0
    async with desk.end.follow(ref) as events:
        async for event in events:
            if isinstance(event, Said):
                words = open_sealed(epoch, Direction.UP, heard, event.message.body)
                heard += 1
                up.append(time.perf_counter() - float(words))


async def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not holds():  # several processes have to be waited for
        assert time.monotonic() < limit, "it never came"
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main())
