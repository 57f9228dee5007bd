"""Promise 4: within a second of an end nothing of the talk is in the engine; nothing of it is ever kept elsewhere."""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from safety.text64 import read64
from tests import engines
from tests.fristad.processes import eventually
from tests.journeys.ends import StaffClient, VisitorClient
from tests.journeys.helping import reads_along
from tests.journeys.marks import Marks, Scanner
from tests.journeys.people import People
from tests.running import Sides, running_apart

# Seconds. An open socket renews the silence at a third of it; a busy machine may stand still for some.
SILENCE, WAITING_SILENCE, LEASE = 9, 9, 6
PROMISED = 1.0  # seconds from an end to nothing

Admin = Any  # a blocking client of redis-py, whose types mix text and bytes


@dataclass(frozen=True)
class House:
    sides: Sides
    admin: Admin
    engine: engines.Engine


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """The two apps apart, on Redis; `fristad serve` brings Valkey, which the other journeys run on."""
    folder = Path(tempfile.mkdtemp(prefix="erasure-"))
    limits = {"SILENCE_SECONDS": SILENCE, "WAITING_SILENCE_SECONDS": WAITING_SILENCE, "LEASE_SECONDS": LEASE}
    settings = {name: str(value) for name, value in limits.items()}
    with (
        engines.running("redis-7.0") as engine,
        engine.client() as admin,
        running_apart(folder, engine.visitor, engine.staff, **settings) as sides,
    ):
        yield House(sides, admin, engine)
    shutil.rmtree(folder)


@pytest_asyncio.fixture
async def people(house: House) -> AsyncIterator[People]:
    people = People(house.sides)
    yield people
    await people.go_home()


@dataclass
class Talk:
    """A talk with words in both directions, and how the engine is asked for them."""

    house: House
    visitor: VisitorClient
    staff: StaffClient
    handle: str
    id: str
    scanner: Scanner

    def remains(self) -> list[str]:
        """Keys that are named after the talk or hold its id or a byte of its words."""
        return remains(self.house.admin, self.scanner)

    async def is_erased(self, since: float) -> None:
        """Nothing of it is left a second after `since`; looked at until then and once after."""
        await asyncio.sleep(max(0.0, since + PROMISED - time.monotonic()))
        assert self.remains() == []


def remains(admin: Admin, scanner: Scanner) -> list[str]:
    found = []
    for key in admin.keys("*"):
        everything = key + b" " + b" ".join(_contents(admin, key)) + (admin.dump(key) or b"")
        found += [f"{key!r}: {hit.mark}" for hit in scanner.in_bytes(everything, repr(key))]
    return found


def _contents(admin: Admin, key: bytes) -> list[bytes]:
    """What is in a key, uncompressed: a dump may pack long strings."""
    match admin.type(key):
        case b"hash":
            return [part for pair in admin.hgetall(key).items() for part in pair]
        case b"stream":
            return [part for _, fields in admin.xrange(key) for pair in fields.items() for part in pair]
        case b"zset":
            return list(admin.zrange(key, 0, -1))
        case b"string":
            return [admin.get(key) or b""]
    return []


async def _talk(house: House, people: People) -> Talk:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    marks = Marks()
    ids = [key.decode().rpartition(":")[2] for key in house.admin.keys("talk:*")]
    assert len(ids) == 1
    handle = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    for number, phrase in enumerate(marks.phrases(marks.to_person), 1):
        await visitor.says(number, phrase)
    for number, phrase in enumerate(marks.phrases(marks.from_person), 1):
        await staff.says(handle, number, phrase)
    note = secrets.token_bytes(300)
    await staff.notes(handle, note)
    await staff.live.send("call", talk=handle, on=True)
    while not (await staff.live.expect("together"))["calls"]:
        pass
    words = Scanner({"to_person": marks.to_person, "from_person": marks.from_person})
    house.admin.set("control", marks.phrases(marks.to_person)[0])
    assert {left.rpartition(" ")[0] for left in remains(house.admin, words)} == {"b'control':"}  # no word of the talk
    house.admin.delete("control")
    sealed = {
        "to_person": [read64(body) for body in visitor.sealed.values()],
        "from_person": [read64(body) for body in staff.sealed.values()],
        "note": [note],
    }
    talk = Talk(house, visitor, staff, handle, ids[0], Scanner({"talk": ids[0]}, sealed))
    kinds = {left.rpartition(" ")[2] for left in talk.remains()}
    assert kinds == {"to_person", "from_person", "note", "talk"}  # the search finds what lives
    return talk


@pytest.mark.parametrize("how", ["part", "end"])
async def test_what_a_colleague_who_read_along_left_is_gone_with_the_help(
    house: House, people: People, how: str
) -> None:
    staff, helper, visitor = await people.staff(), await people.staff(), await people.visitor()
    await visitor.waits()
    handle = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    line, words = secrets.token_bytes(300), Marks()
    await reads_along(visitor, staff, helper, handle, line)
    await visitor.says(1, words.to_person)
    scanner = Scanner({}, {"aside": [line], "to_person": [read64(body) for body in visitor.sealed.values()]})
    assert {left.rpartition(" ")[2] for left in remains(house.admin, scanner)} == {"aside", "to_person"}
    await visitor.live.send(how)
    since = time.monotonic()
    await helper.live.expect("along_over", talk=handle)
    await asyncio.sleep(max(0.0, since + PROMISED - time.monotonic()))
    left = {"to_person"} if how == "part" else set()
    assert {each.rpartition(" ")[2] for each in remains(house.admin, scanner)} == left


async def _by_visitor(talk: Talk) -> None:
    await talk.visitor.live.send("end")
    await talk.staff.live.expect("ended", talk=talk.handle, reason="visitor")


async def _by_staff(talk: Talk) -> None:
    await talk.staff.live.send("end", talk=talk.handle)
    await talk.visitor.live.expect("ended", reason="staff")


async def _by_exit_frame(talk: Talk) -> None:
    await talk.visitor.live.send("leave")
    await talk.staff.live.expect("ended", talk=talk.handle, reason="exit")


async def _by_exit_close_code(talk: Talk) -> None:
    await talk.visitor.live.close(4001)
    await talk.staff.live.expect("ended", talk=talk.handle, reason="exit")


async def _by_beacon(talk: Talk) -> None:
    answer = await talk.visitor.http.post("/leave", content=talk.visitor.talk)
    assert answer.status_code == 204
    assert answer.headers["clear-site-data"] == '"cookies", "storage"'
    await talk.staff.live.expect("ended", talk=talk.handle, reason="exit")


ENDS: dict[str, Callable[[Talk], Awaitable[None]]] = {
    "the visitor": _by_visitor,
    "the staff member": _by_staff,
    "the exit's frame": _by_exit_frame,
    "the exit's close code": _by_exit_close_code,
    "the exit's beacon": _by_beacon,
}


@pytest.mark.parametrize("end", ENDS)
async def test_within_a_second_of_an_end_nothing_is_left(house: House, people: People, end: str) -> None:
    talk = await _talk(house, people)
    began = time.monotonic()
    await ENDS[end](talk)
    await talk.is_erased(began)


async def test_after_silence_nothing_is_left_and_staff_are_told(house: House, people: People) -> None:
    talk = await _talk(house, people)
    talk.visitor.live.cut()
    await talk.staff.live.expect("away", talk=talk.handle, away=True)
    silent = time.monotonic()
    await asyncio.sleep(SILENCE - 1)
    assert any(left.endswith("to_person") for left in talk.remains())  # not before the limit
    ended = await talk.staff.live.expect("ended", talk=talk.handle)
    assert ended["reason"] in {"silence", "gone"}
    await asyncio.sleep(max(0.0, silent + SILENCE + PROMISED - time.monotonic()))
    keys = [key.decode() for key in house.admin.keys("*")]
    assert [key for key in keys if talk.id in key] == []  # neither words nor state
    # The lists of the desk may hold the id a little longer: the sweep needs it to tell staff.
    await asyncio.to_thread(eventually, lambda: talk.remains() == [])


async def test_a_visitor_who_falls_silent_in_the_waiting_room_is_forgotten(house: House, people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    await staff.sees_waiting()
    scanner = Scanner({"talk": house.admin.keys("talk:*")[0].decode().rpartition(":")[2]})
    assert remains(house.admin, scanner)
    visitor.live.cut()
    await asyncio.sleep(WAITING_SILENCE + PROMISED)  # from when the app noticed, which nobody tells here
    await asyncio.to_thread(eventually, lambda: house.admin.keys("talk:*") == [])
    await staff.sees_waiting(0)
    await asyncio.to_thread(eventually, lambda: remains(house.admin, scanner) == [])


async def test_a_visitor_who_stays_quiet_is_not_silent(house: House, people: People) -> None:
    talk = await _talk(house, people)
    await talk.visitor.live.quiet(SILENCE + 3)
    assert talk.visitor.live.seen("ended") == []
    await talk.visitor.says(4, "still here")
    assert await talk.staff.hears(talk.handle, 4) == "still here"


async def test_lost_staff_give_the_talk_back_and_both_are_told(house: House, people: People) -> None:
    talk = await _talk(house, people)
    colleague = await people.staff()
    talk.staff.live.cut()
    await talk.visitor.live.expect("returned")
    await talk.visitor.live.expect("waiting", place=1)
    await colleague.sees_waiting()
    taken = await colleague.takes(talk.handle)
    assert len(taken["heard"]) == 3  # the colleague has what was said
    await talk.visitor.live.expect("taken")
    await talk.staff.opens_the_desk_as_soon_as_it_can()
    assert talk.handle not in (await talk.staff.live.expect("talks"))["talks"]


async def test_staff_who_end_while_the_visitor_is_away_erase_it_too(house: House, people: People) -> None:
    talk = await _talk(house, people)
    talk.visitor.live.cut()
    await talk.staff.live.expect("away", talk=talk.handle, away=True)
    began = time.monotonic()
    await talk.staff.ends_the_talk(talk.handle)
    await talk.is_erased(began)
    await talk.visitor.connects()
    await talk.visitor.live.expect("ended")
    assert await talk.visitor.live.closed() == 4000


async def test_an_end_that_comes_while_the_engine_is_frozen_erases_as_soon_as_it_answers(
    house: House, people: People
) -> None:
    talk = await _talk(house, people)
    os.kill(house.engine.process.pid, signal.SIGSTOP)
    try:
        await talk.visitor.live.send("end")
        await asyncio.sleep(3)  # longer than one call to the engine may take
    finally:
        os.kill(house.engine.process.pid, signal.SIGCONT)
    await asyncio.to_thread(eventually, lambda: talk.remains() == [])


def test_the_engine_keeps_nothing(house: House) -> None:
    def setting(name: str) -> str:
        return str(house.admin.config_get(name)[name])

    assert setting("save") == ""
    assert setting("appendonly") == "no"
    assert int(setting("slowlog-log-slower-than")) == -1
    assert int(setting("slowlog-max-len")) == 0
    assert house.admin.slowlog_get() == []
    assert setting("maxmemory-policy") == "noeviction"
    assert list(Path(setting("dir")).glob("*.rdb")) == []
    assert list(Path(setting("dir")).glob("*aof*")) == []


def test_every_key_of_the_engine_is_one_of_the_desk_or_has_a_lifetime(house: House) -> None:
    for key in house.admin.keys("*"):
        assert house.admin.pttl(key) > 0, key
