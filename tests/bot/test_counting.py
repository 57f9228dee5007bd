"""What the visitor's side counts: closed names, once each, handed over in batches."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.counting import counter_names, names_of_step
from bot.neighbours import Neighbours
from bot.planned import Planned
from bot.prospects import Prospects
from bot.reception import Reception
from bot.toll import Toll
from bot.words import Words
from dialogues.values import Content, Danger, State
from handover.counters import Tally, talk_names
from handover.values import Briefing, Channel, EndReason, Joined, Pseudonym, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from safety.buckets import Buckets
from tests.bot.conftest import DESK, Colleague
from tests.engines import Engine


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (State(node="topics"), State(node="topic", topic="threats"), ["topic.threats"]),
        (State(node="topic", topic="threats"), State(node="topic", topic="threats"), []),
        (State(node="topic", topic="threats"), State(node="topic", topic="school"), ["topic.school"]),
        (State(node="change-topic"), State(node="briefing", topic="school"), []),
        (State(), State(danger=Danger.CONCERN), ["danger.concern"]),
        (State(danger=Danger.CONCERN), State(danger=Danger.URGENT), ["danger.urgent"]),
        (State(danger=Danger.URGENT), State(danger=Danger.NONE), []),
    ],
)
def test_a_step_counts_what_is_new_in_it(before: State, after: State, names: list[str]) -> None:
    assert names_of_step(before, after) == names


def test_every_name_of_a_step_is_in_the_closed_set(content: Content) -> None:
    names = counter_names(content)
    assert names == talk_names(content.topics, content.languages)  # the console writes down no other
    for topic in content.topics:
        assert set(names_of_step(State(), State(node="topic", topic=topic, danger=Danger.URGENT))) <= names


@pytest.mark.parametrize(
    ("taken", "reason", "name"),
    [
        (False, EndReason.EXIT, "talk.left-waiting"),
        (False, EndReason.VISITOR, "talk.left-waiting"),
        (True, EndReason.EXIT, "talk.ended.exit"),
        (True, EndReason.VISITOR, "talk.ended.visitor"),
    ],
)
async def test_an_end_is_counted_once_and_by_where_it_happened(
    reception: Reception, end: RedisVisitorEnd, tally: Tally, kim: Colleague, taken: bool, reason: EndReason, name: str
) -> None:
    ref = await _joined(end)
    if taken:
        await kim.comes()
        await kim.takes_the_first()
    for _ in range(2):
        await reception.end(ref, reason)
    await tally.flush(end.count)
    drained = await kim.end.drain(DESK, "a")
    assert drained is not None
    assert drained.counts == {name: 1}


async def _joined(end: RedisVisitorEnd) -> TalkRef:
    joined = await end.join(DESK, Briefing("en", Channel.WEB), Pseudonym(1, 2))
    assert isinstance(joined, Joined)
    return joined.ref


@pytest_asyncio.fixture
async def end(engine: Engine) -> AsyncIterator[RedisVisitorEnd]:
    end = RedisVisitorEnd(engine.visitor)
    await end.open()
    yield end
    await end.close()


@pytest.fixture
def tally(content: Content) -> Tally:
    return Tally(counter_names(content))


@pytest.fixture
def reception(content: Content, end: RedisVisitorEnd, tally: Tally) -> Reception:
    toll = Toll(bytes(32), end, Buckets(time.monotonic), time.time, time.monotonic)
    words, now = Words(content, DESK, {}), lambda: content.now
    prospects = Prospects(words, lambda: content.desks[DESK], now, deadline=600)
    alone = Neighbours(content, words, DESK, (), now)
    return Reception(content, words, end, tally, DESK, now, toll, prospects, alone, Planned(end, DESK))
