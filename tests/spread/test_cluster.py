"""A Cluster of several nodes: every desk lives on one of them, and goes on when that one dies."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from handover.events import Resync, RoomChanged, Said
from handover.ports import HandoverError
from handover.values import Accepted, Briefing, Channel, Claimed, DeskId, Joined, Message, TalkRef, Waiting
from tests.contract.ends import ANNA, BRIEFING, DESK, PSEUDONYM, Ends, message, open_ends, soon
from tests.contract.test_asks import test_a_call_reaches_the_desk_and_shows_who_comes_in_order as _calls
from tests.contract.test_asks import test_a_mute_needs_a_second_person_and_its_end_nobody as _mutes
from tests.contract.test_asks import test_with_both_yeses_the_talk_moves_and_both_sides_learn_it as _moves
from tests.contract.test_claims import test_a_released_talk_has_its_old_place_and_both_are_told as _returns
from tests.contract.test_claims import test_going_off_duty_gives_every_talk_back as _off_duty
from tests.contract.test_counts import test_both_sides_add_and_a_settled_batch_is_gone as _counts
from tests.contract.test_editions import test_a_slower_console_brings_nothing_older_back as _editions
from tests.contract.test_help import (
    test_the_helper_reads_both_directions_from_the_beginning_and_nothing_before as _helps,
)
from tests.contract.test_keys import test_a_key_reaches_the_staff_member as _keys
from tests.contract.test_post import test_a_letter_waits_for_the_console_and_is_kept_once as _letters
from tests.contract.test_waiting_room import test_the_room_is_told_of_joins_claims_and_presence as _rooms
from tests.contract.test_words import test_a_resend_is_relayed_once as _resends
from tests.contract.test_words import test_words_reach_the_other_end_once_and_stay_in_the_log as _words
from tests.spread.machines import Machine, Machines, clustered, wait_for

CONTRACT = (
    _calls,
    _mutes,
    _moves,
    _returns,
    _off_duty,
    _counts,
    _editions,
    _helps,
    _keys,
    _letters,
    _rooms,
    _resends,
    _words,
)
DESKS = [DeskId(name) for name in ("demo", "north", "south", "east", "west")]
BACK = 12.0  # seconds within which the desk of a node that died answers again


@pytest.fixture(scope="module", params=["valkey", "redis-7.0"])
def machines(request: pytest.FixtureRequest) -> Iterator[Machines]:
    with clustered(request.param) as machines:
        yield machines


@pytest.fixture
async def ends(machines: Machines) -> AsyncIterator[Ends]:
    for engine in machines.engines:
        if engine.info()["role"] == "master":
            engine.ask("FLUSHALL")
    async with open_ends(machines) as ends:
        yield ends


def home_of(machines: Machines, desk: DeskId) -> Machine:
    """The node that has the desk's keys, as the nodes themselves tell it."""
    alive = [each for each in machines.engines if each.runs]
    slot = alive[0].ask("CLUSTER", "KEYSLOT", f"room:{{{desk}}}")
    for engine in alive:
        for first, last, (_, port, *_), *_ in engine.ask("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return next(each for each in machines.engines if each.port == port)
    raise AssertionError("a slot without a node")


@pytest.mark.parametrize("promise", CONTRACT)
async def test_the_contract_holds(ends: Ends, promise) -> None:  # type: ignore[no-untyped-def]
    """A part of `tests/contract` for each group of verbs; the engine itself checks that the keys share a slot."""
    await promise(ends)


async def test_one_process_serves_desks_of_different_nodes(machines: Machines, ends: Ends) -> None:
    assert len({home_of(machines, desk).port for desk in DESKS}) == 3
    async with ends.staff.follow_room(DESKS) as room:
        for desk in DESKS:
            await ends.staff.go_on_duty(desk, ANNA, "Anna", paused=False)
            ref = await _joined(ends, desk)
            assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
            async with ends.staff.follow(ref) as to_staff, ends.visitor.follow(ref) as to_visitor:
                assert await ends.visitor.say(ref, 1, message(1), b"up") == Accepted(1)
                assert await soon(to_staff) == Said(Message(1, message(1), b"up"))
                assert await ends.staff.say(ref, ANNA, 1, message(2), b"down") == Accepted(1)
                assert await soon(to_visitor) == Said(Message(1, message(2), b"down"))
            for _ in range(3):  # on duty, joined, claimed
                assert await soon(room) == RoomChanged()
        assert [load.on_duty for load in [await ends.staff.load(desk) for desk in DESKS]] == [1] * len(DESKS)


async def test_when_a_node_dies_its_desks_go_on_at_its_copy(machines: Machines, ends: Ends) -> None:
    """The last one, because it takes a node away."""
    old = home_of(machines, DESK)
    await ends.staff.go_on_duty(DESK, ANNA, "Anna", paused=False)
    ref = await _joined(ends, DESK)
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    async with ends.staff.follow(ref) as events:
        assert await ends.visitor.say(ref, 1, message(1), b"before") == Accepted(1)
        assert await soon(events) == Said(Message(1, message(1), b"before"))
        wait_for(lambda: old.ask("WAIT", 1, 1000) == 1, "not copied")
        killed = time.monotonic()
        old.kill()
        while True:
            assert time.monotonic() - killed < BACK, "no node answers for the desk"
            try:
                outcome = await ends.visitor.say(ref, 2, message(2), b"after")
                break
            except HandoverError:
                await asyncio.sleep(0.1)
        assert outcome == Accepted(2)
        async with asyncio.timeout(BACK):
            while await anext(events) != Resync():
                pass
        assert await ends.staff.hear(ref, ANNA, 0) == [
            Message(1, message(1), b"before"),
            Message(2, message(2), b"after"),
        ]
        assert await ends.visitor.say(ref, 3, message(3), b"on") == Accepted(3)
        assert await soon(events) == Said(Message(3, message(3), b"on"))
    assert home_of(machines, DESK) is not old
    for engine in machines.engines:
        assert not [name for name in engine.left() if ".rdb" in name or ".aof" in name]


async def _joined(ends: Ends, desk: DeskId) -> TalkRef:
    outcome = await ends.visitor.join(desk, BRIEFING if desk == DESK else Briefing("sv", Channel.WEB), PSEUDONYM)
    assert isinstance(outcome, Joined)
    assert isinstance(await ends.visitor.attend(outcome.ref), Waiting)
    return outcome.ref
