"""Looks at many talks at once, and what pages that wait cost: over a real server and a real engine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import pytest_asyncio
from fastapi import FastAPI

from bot.settings import BotSettings
from bot.web.frames import Close
from bot.web.rounds import BATCH, SLOTS, Rounds
from handover.staff_redis import RedisStaffEnd
from handover.values import (
    Briefing,
    Channel,
    Claimed,
    Gone,
    Joined,
    Limits,
    Pseudonym,
    Standing,
    TalkId,
    TalkRef,
    Waiting,
)
from handover.visitor_redis import RedisVisitorEnd
from safety.text64 import read64
from tests.bot.conftest import DESK, KIM, Colleague, frozen, make_settings, until
from tests.bot.test_live import SEALED, House, house, serving, taken  # noqa: F401  # a fixture
from tests.engines import Engine

MANY = 2 * BATCH + 10
Crowd = Callable[[float, Sequence["Talk"]], None]


@pytest.fixture
def settings(engine: Engine) -> BotSettings:
    """Ended after eight seconds in which nobody looked."""
    return make_settings(engine, silence_seconds=60, waiting_silence_seconds=8)


@pytest_asyncio.fixture
async def end(engine: Engine, settings: BotSettings) -> AsyncIterator[RedisVisitorEnd]:
    end = RedisVisitorEnd(engine.visitor, settings.limits, timeout=0.5)
    await end.open()
    yield end
    await end.close()


@pytest_asyncio.fixture
async def crowd(end: RedisVisitorEnd) -> AsyncIterator[Crowd]:
    """Rounds of so many seconds that look at these talks."""
    running: list[tuple[Rounds, Talk]] = []

    def look_at(every: float, talks: Sequence[Talk]) -> None:
        rounds = Rounds(end, every)
        for talk in talks:
            rounds.add(talk)
            running.append((rounds, talk))

    yield look_at
    for rounds, talk in running:
        rounds.remove(talk)
        rounds.remove(talk)


class Talk:
    """A talk that only remembers how it was looked at."""

    def __init__(self, ref: TalkRef, still: int | None = 0) -> None:
        self.ref = ref
        self.now = still
        self.standings: list[Standing] = []
        self.alone = 0

    def still(self) -> int | None:
        return self.now

    def met(self, standing: Standing, still: int) -> None:
        assert still == self.now
        self.standings.append(standing)

    def look_soon(self) -> None:
        self.alone += 1


class Acting(Talk):
    """One that does something when it is met."""

    def __init__(self, ref: TalkRef, act: Callable[[], None]) -> None:
        super().__init__(ref)
        self._act = act

    def met(self, standing: Standing, still: int) -> None:
        super().met(standing, still)
        self._act()


@contextmanager
def looking(rounds: Rounds, talks: Sequence[Talk]) -> Iterator[None]:
    for talk in talks:
        rounds.add(talk)
    try:
        yield
    finally:
        for talk in talks:
            rounds.remove(talk)


async def talks(end: RedisVisitorEnd, count: int) -> list[Talk]:
    found = []
    for _ in range(count):
        joined = await end.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 2))
        assert isinstance(joined, Joined)
        found.append(Talk(joined.ref))
    return found


async def holds(check: Callable[[], bool]) -> None:
    async def now() -> bool:
        return check()

    await until(now)


def calls(engine: Engine) -> int:
    with engine.client() as client:
        told = client.info("commandstats").get("cmdstat_evalsha", {"calls": 0})
    return int(told["calls"])


async def test_everybody_is_looked_at_in_few_calls(engine: Engine, end: RedisVisitorEnd, crowd: Crowd) -> None:
    waiting = await talks(end, MANY)
    crowd(0.4, waiting)
    await holds(lambda: all(talk.standings for talk in waiting))
    before, seen = calls(engine), sum(len(talk.standings) for talk in waiting)
    await holds(lambda: all(len(talk.standings) > 4 for talk in waiting))
    looks = sum(len(talk.standings) for talk in waiting) - seen
    assert looks > 3 * MANY
    assert calls(engine) - before < looks / 5
    places = [talk.standings[-1].place for talk in waiting if isinstance(talk.standings[-1], Waiting)]
    assert places == list(range(1, MANY + 1))


async def test_who_is_being_told_something_looks_alone(end: RedisVisitorEnd, crowd: Crowd) -> None:
    idle, busy = await talks(end, 2)
    busy.now = None
    crowd(0.1, [idle, busy])
    await holds(lambda: busy.alone > 2 and len(idle.standings) > 2)
    assert (idle.alone, busy.standings) == (0, [])


async def test_what_could_not_be_asked_at_once_everybody_asks_alone(
    engine: Engine, end: RedisVisitorEnd, crowd: Crowd
) -> None:
    waiting = [*await talks(end, 20), Talk(TalkRef(DESK, TalkId("no talk")))]
    with frozen(engine):
        crowd(0.2, waiting)
        await holds(lambda: all(talk.alone for talk in waiting))
    for talk in waiting:
        talk.standings.clear()
    await holds(lambda: all(talk.standings for talk in waiting))


async def test_who_goes_while_others_are_looked_at_is_not_looked_at_any_more(
    engine: Engine, end: RedisVisitorEnd
) -> None:
    """In the second call for its part of a round: the engine was told meanwhile that nobody is there."""
    first, *others, last = await talks(end, SLOTS * BATCH + 1)
    rounds = Rounds(end, 0.4)
    with looking(rounds, [Acting(first.ref, lambda: rounds.remove(last)), *others, last]):
        await holds(lambda: all(talk.standings for talk in others))
    assert last.standings == []
    with engine.client() as client:
        assert client.hget(f"talk:{{{DESK}}}:{last.ref.talk}", "away") == b"1"  # as before it was ever looked at


async def test_what_one_talk_breaks_keeps_no_other_from_being_looked_at(
    end: RedisVisitorEnd, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> None:
        raise ArithmeticError("with words")

    first, *others = await talks(end, SLOTS * BATCH + 1)
    with looking(Rounds(end, 0.4), [Acting(first.ref, breaks), *others]):
        await holds(lambda: all(talk.standings or talk.alone for talk in others))
    told = [record for record in caplog.records if record.name == "bot"]
    assert {getattr(record, "error_class", None) for record in told} == {ArithmeticError}
    assert "with words" not in caplog.text


# --- With sockets ---


def tasks() -> list[str]:
    """What runs in this process for open sockets."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if name.partition(".")[0] in {"LeanSocket", "Hearing", "Held", "Partings"}]


async def test_a_page_that_waits_costs_one_task(house: House) -> None:  # noqa: F811  # the fixture
    lines = [await house.calls(await house.joins()) for _ in range(12)]
    for line in lines:
        await line.hears("waiting")
    await holds(lambda: tasks() == ["LeanSocket._run"] * len(lines))


async def test_a_server_of_another_make_carries_talks_too(app: FastAPI, kim: Colleague) -> None:
    """It knows no way to go on without what the app was called through."""
    async with serving(app, "websockets-sansio") as other:
        line, ref = await taken(other, kim)
        await line.says(1, "hello")
        await line.hears("ack")
        await kim.end.end(ref, KIM)
        assert (await line.hears("ended"))["reason"] == "staff"
        assert await line.is_closed_with() == Close.ENDED


async def test_who_waits_is_there_for_as_long_as_the_socket_is_open(house: House, kim: Colleague) -> None:  # noqa: F811
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    other = await house.joins()

    async def is_gone() -> bool:
        return isinstance(await house.site.end.hear(other, 0), Gone)

    await until(is_gone)
    await asyncio.sleep(4)  # longer ago than the limit of silence, for who came first
    assert [row.ref for row in await kim.end.waiting(DESK)] == [ref]
    assert isinstance(await house.site.end.attend(ref), Waiting)


async def test_a_message_whose_publication_was_lost_comes_with_the_next_look(
    engine: Engine,
    house: House,  # noqa: F811
    kim: Colleague,
) -> None:
    line, ref = await taken(house, kim)
    await kim.says("heard")
    assert (await line.hears("said"))["seq"] == 1
    await until(kim.is_keyed)
    body = read64(kim.page.talks[""].seal("nobody rang"))
    with engine.client() as client:  # as `say.lua` writes it, without a word to anybody
        client.xadd(f"down:{{{DESK}}}:{ref.talk}", {"id": "kim-says-2", "body": body}, id="2-0")
        client.hset(f"talk:{{{DESK}}}:{ref.talk}", "down_seq", 2)
    assert (await line.hears("said"))["body"] == "nobody rang"


async def test_a_person_whose_lease_lapsed_is_found_by_the_next_look(
    engine: Engine,
    house: House,  # noqa: F811
    kim: Colleague,
) -> None:
    staff = RedisStaffEnd(engine.staff, Limits(lease=1))
    await staff.open()
    try:
        ref = await house.joins()
        line = await house.calls(ref)
        await line.hears("waiting")
        await staff.go_on_duty(DESK, KIM, "Kim", paused=False)
        assert isinstance(await staff.claim(ref, KIM, "Kim"), Claimed)
        await staff.begin(ref, KIM, kim.line)
        await line.hears("taken")
        await line.hears("returned")
        assert (await line.hears("waiting"))["place"] == 1
    finally:
        await staff.close()


async def test_a_crowd_learns_of_every_place_that_gets_better(house: House, kim: Colleague) -> None:  # noqa: F811
    lines = [await house.calls(await house.joins()) for _ in range(8)]
    for line in lines:
        await line.hears("waiting")
    await kim.comes()
    await kim.takes_the_first()
    for place, line in enumerate(lines[1:], 1):
        while (await line.hears("waiting"))["place"] != place:
            pass


async def test_what_is_broken_closes_the_socket_and_leaves_nothing_behind(
    house: House,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Exception):
        """Nothing that anybody expects."""

    def breaks(*_: object) -> None:
        raise Broken("with words")

    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    object.__setattr__(house.site, "paces", type("Paces", (), {"delay": breaks})())
    await line.tells("say", seq=1, id="message-1", body="not sealed")
    await line.hears("refused")
    await line.tells("say", seq=1, id="message-1", body=SEALED)
    assert await line.is_closed_with() == Close.BROKEN
    assert "with words" not in caplog.text
    await holds(lambda: tasks() == [])
    assert house.site.draining.held == 0
