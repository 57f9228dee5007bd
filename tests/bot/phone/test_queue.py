"""A call's way through the waiting room, on a real engine of talks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import pytest

from bot.counting import counter_names
from bot.phone.call import Ended, Event, Guided, Helped, Joined, Lost, NotJoined, Placed, Returned, Taken, Why
from bot.phone.playlists import Line
from bot.phone.queue import Queue
from dialogues.doors import DeskChannel
from dialogues.values import Danger as Said
from dialogues.values import State
from handover.counters import Tally
from handover.events import WasEnded
from handover.outlook import Shut
from handover.values import AskKind, Channel, Claimed, Danger, Done, EndReason, TalkRef
from tests.contract.ends import ANNA, BO, DESK, Ends, joined, on_duty, open_ends
from tests.engines import Engine, running

SV = State()


@pytest.fixture(scope="module")
def server() -> Iterator[Engine]:
    with running("valkey") as engine:
        yield engine


@pytest.fixture
async def ends(server: Engine) -> AsyncIterator[Ends]:
    with server.client() as admin:
        admin.flushall()
    async with open_ends(server) as ends:
        yield ends


@pytest.fixture
def tally(line: Line) -> Tally:
    return Tally(counter_names(line.content))


@pytest.fixture
def queue(ends: Ends, tally: Tally) -> Queue:
    return Queue(ends.visitor, tally, DESK, 180, lambda most: 7, answered=lambda: True)


async def counted(ends: Ends, tally: Tally) -> dict[str, int]:
    await tally.flush(ends.visitor.count)
    drained = await ends.staff.drain(DESK, "batch")
    await ends.staff.settle_batch(DESK, "batch")
    return drained.counts if drained else {}


async def a_place(queue: Queue, line: Line, state: State = SV) -> TalkRef:
    _, ref = await queue.join(line, state)
    assert ref is not None
    return ref


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


async def test_a_call_and_a_chat_stand_in_one_line(ends: Ends, queue: Queue, line: Line, tally: Tally) -> None:
    await on_duty(ends.staff)
    chat = await joined(ends.visitor)
    outcome, ref = await queue.join(line, State(language="en", topic="threats"))
    assert outcome == Joined(2)
    rows = await ends.staff.waiting(DESK)
    assert [row.ref for row in rows] == [chat, ref]
    briefing = rows[1].briefing
    assert (briefing.channel, briefing.language, briefing.topic) == (Channel.PHONE, "en", "threats")
    assert await counted(ends, tally) == {
        "talk.joined": 1,
        "contact.phone": 1,
        "hour.day": 1,
        "language.en": 1,
        "hours.within": 1,
    }


async def test_without_anybody_on_duty_there_is_no_place(ends: Ends, queue: Queue, line: Line, tally: Tally) -> None:
    assert await queue.join(line, SV) == (NotJoined(Why.NOBODY), None)
    assert await counted(ends, tally) == {"talk.closed": 1, "hours.missed-within": 1}


async def test_a_desk_that_staff_closed_says_so_and_who_waits_is_guided_on(
    ends: Ends, queue: Queue, line: Line, tally: Tally
) -> None:
    await on_duty(ends.staff)
    ref = await a_place(queue, line)
    await ends.staff.shut(DESK, Shut.TONIGHT)
    assert await queue.join(line, SV) == (NotJoined(Why.SHUT), None)
    told: list[Event] = []
    await ends.staff.guide(ref)
    await asyncio.wait_for(queue.watch(ref, told.append), 20)
    assert told == [Guided()]
    assert (await counted(ends, tally))["talk.closed"] == 1


async def test_whose_line_it_is_is_told_and_a_hand_over_needs_no_key(ends: Ends, queue: Queue, line: Line) -> None:
    await on_duty(ends.staff)
    await ends.staff.go_on_duty(DESK, BO, "Bo", paused=False)
    ref = await a_place(queue, line)
    told: list[Event] = []
    watching = asyncio.create_task(queue.watch(ref, told.append))
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await ends.staff.begin(ref, ANNA, "line.anna")
    await until(lambda: Taken("line.anna", "Anna") in told)
    await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo")
    await ends.staff.answer(ref, BO, 1, yes=True)
    for _ in range(500):
        if isinstance(await ends.staff.move(ref, BO, "Bo"), Claimed):
            break
        await asyncio.sleep(0.02)
    await ends.staff.begin(ref, BO, "line.bo")
    await until(lambda: Taken("line.bo", "Bo") in told)
    watching.cancel()


async def test_who_listens_along_is_told_with_their_line_and_ends_with_a_word_of_the_caller(
    ends: Ends, queue: Queue, line: Line
) -> None:
    await on_duty(ends.staff)
    await ends.staff.go_on_duty(DESK, BO, "Bo", paused=False)
    ref = await a_place(queue, line)
    told: list[Event] = []
    watching = asyncio.create_task(queue.watch(ref, told.append))
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await ends.staff.begin(ref, ANNA, "line.anna device.signature")
    await until(lambda: Taken("line.anna", "Anna") in told)
    assert Helped() in told
    await ends.staff.ask(ref, ANNA, AskKind.HELP, BO, "Bo")
    await ends.staff.answer(ref, BO, 1, yes=True)
    for _ in range(500):
        if await ends.staff.help(ref, BO, "line.bo device.signature") == Done():
            break
        await asyncio.sleep(0.02)
    await until(lambda: Helped("line.bo") in told)
    told.clear()
    await queue.end_help(ref)
    await until(lambda: Helped() in told)
    assert Taken("line.anna", "Anna") in told
    watching.cancel()


async def test_who_is_busy_is_waited_for(ends: Ends, queue: Queue, line: Line) -> None:
    await ends.staff.go_on_duty(DESK, ANNA, "Anna", paused=True)
    assert (await queue.join(line, SV))[0] == Joined(1)


async def test_a_desk_that_takes_no_calls_or_no_such_language_guides_on(ends: Ends, queue: Queue, line: Line) -> None:
    await on_duty(ends.staff)
    assert await queue.join(line, State(language="ar")) == (NotJoined(Why.ELSEWHERE), None)
    web = replace(line, desk=replace(line.desk, channels=frozenset({DeskChannel.WEB})))
    assert await queue.join(web, SV) == (NotJoined(Why.ELSEWHERE), None)


async def test_who_is_on_duty_without_a_telephone_is_not_there_for_callers(
    ends: Ends, tally: Tally, line: Line
) -> None:
    await on_duty(ends.staff)
    there: list[bool] = []
    queue = Queue(ends.visitor, tally, DESK, 180, answered=lambda: bool(there))
    assert await queue.join(line, SV) == (NotJoined(Why.NOBODY), None)
    assert (await counted(ends, tally))["talk.closed"] == 1
    there.append(True)
    await a_place(queue, line)


async def test_a_line_that_broke_is_told_as_silence_and_counted_by_staffs_side_alone(
    ends: Ends, queue: Queue, tally: Tally, line: Line
) -> None:
    await on_duty(ends.staff)
    ref = await a_place(queue, line)
    await ends.staff.claim(ref, ANNA, "Anna")
    async with ends.staff.follow(ref) as events:
        await queue.leave(ref, EndReason.SILENCE)
        assert await anext(events) == WasEnded(EndReason.SILENCE)
    assert "talk.ended.silence" not in await counted(ends, tally)
    await queue.leave(await a_place(queue, line), EndReason.SILENCE)
    assert (await counted(ends, tally))["talk.left-waiting"] == 1


async def test_an_engine_that_is_gone_is_no_dead_end(line: Line, tally: Tally) -> None:
    with running("valkey") as engine:
        async with open_ends(engine, patience=0.5) as ends:
            queue = Queue(ends.visitor, tally, DESK, 180, answered=lambda: True)
            engine.process.kill()
            assert await queue.join(line, SV) == (NotJoined(Why.TROUBLE), None)


async def test_where_the_talk_stands_is_told(ends: Ends, queue: Queue, line: Line) -> None:
    await on_duty(ends.staff)
    ref = await a_place(queue, line)
    told: list[Event] = []
    watching = asyncio.create_task(queue.watch(ref, told.append))
    await until(lambda: bool(told))
    assert told == [Returned(), Placed(1, 0)]
    await _steps(ends, ref, told)
    await asyncio.wait_for(watching, 20)
    assert told[-1] == Ended()


async def _steps(ends: Ends, ref: TalkRef, told: list[Event]) -> None:
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await until(lambda: Taken("", "Anna") in told)
    told.clear()
    await ends.staff.release(ref, ANNA)
    await until(lambda: any(isinstance(event, Placed) for event in told))
    assert told[0] == Returned()
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await ends.staff.end(ref, ANNA)


async def test_a_talk_that_vanishes_is_told_as_lost(server: Engine, ends: Ends, queue: Queue, line: Line) -> None:
    await on_duty(ends.staff)
    ref = await a_place(queue, line)
    told: list[Event] = []
    with server.client() as admin:
        admin.flushall()
    await asyncio.wait_for(queue.watch(ref, told.append), 20)
    assert told == [Lost()]


async def test_danger_said_in_line_reaches_staff(ends: Ends, queue: Queue, line: Line) -> None:
    await on_duty(ends.staff)
    await joined(ends.visitor)
    ref = await a_place(queue, line)
    await queue.rebrief(ref, State(danger=Said.URGENT))
    first = (await ends.staff.waiting(DESK))[0]
    assert (first.ref, first.briefing.danger) == (ref, Danger.URGENT)


async def test_leaving_is_counted_once(ends: Ends, queue: Queue, line: Line, tally: Tally) -> None:
    await on_duty(ends.staff)
    ref = await a_place(queue, line)
    await queue.leave(ref, EndReason.EXIT)
    await queue.leave(ref, EndReason.EXIT)
    assert await ends.staff.waiting(DESK) == []
    assert (await counted(ends, tally))["talk.left-waiting"] == 1
