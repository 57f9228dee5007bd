"""The counters' bucket: added to by both sides, emptied by staff's side only, each batch once."""

import pytest

from handover.counters import Drained, Tally
from handover.ports import EngineUnavailable
from handover.tide import LastDay
from handover.values import DeskId
from tests.contract.ends import DESK, Ends
from tests.engines import Engine

OTHER = DeskId("other")


async def test_both_sides_add_and_a_settled_batch_is_gone(ends: Ends) -> None:
    await ends.visitor.count(DESK, {"talk.joined": 2, "danger.urgent": 1})
    await ends.staff.count(DESK, {"talk.joined": 1})
    await ends.visitor.count(OTHER, {"talk.joined": 5})
    assert await ends.staff.drain(DESK, "a") == Drained("a", {"talk.joined": 3, "danger.urgent": 1})
    await ends.staff.settle_batch(DESK, "a")
    assert await ends.staff.drain(DESK, "b") is None
    assert await ends.staff.drain(OTHER, "a") == Drained("a", {"talk.joined": 5})


async def test_a_batch_that_was_not_settled_comes_again_and_what_came_meanwhile_after_it(ends: Ends) -> None:
    await ends.visitor.count(DESK, {"talk.joined": 2})
    await ends.staff.drain(DESK, "a")
    await ends.visitor.count(DESK, {"talk.joined": 7})
    assert await ends.staff.drain(DESK, "b") == Drained("a", {"talk.joined": 2})
    await ends.staff.settle_batch(DESK, "b")  # of another name: it stays
    assert await ends.staff.drain(DESK, "c") == Drained("a", {"talk.joined": 2})
    await ends.staff.settle_batch(DESK, "a")
    assert await ends.staff.drain(DESK, "d") == Drained("d", {"talk.joined": 7})


async def test_the_last_day_forgets_by_the_hour_and_is_gone_a_day_after_it_was_asked_for(
    ends: Ends, engine: Engine
) -> None:
    assert await ends.staff.last_day(DESK, 100, 3) == LastDay(100, 3)
    assert await ends.staff.last_day(DESK, 100, 2) == LastDay(100, 5)
    assert await ends.staff.last_day(DESK, 123) == LastDay(100, 5)
    assert await ends.staff.last_day(DESK, 124, 1) == LastDay(100, 1)
    with engine.client() as admin:
        assert admin.hgetall(f"tide:{{{DESK}}}") == {b"since": b"100", b"124": b"1"}
        assert 0 < admin.pttl(f"tide:{{{DESK}}}") <= 24 * 3600 * 1000


async def test_a_batch_whose_answer_was_lost_is_added_once(ends: Ends) -> None:
    lost = [True]

    async def count(desk: DeskId, names: dict[str, int], batch: str) -> None:
        await ends.visitor.count(desk, names, batch)
        if lost.pop() if lost else False:
            raise EngineUnavailable

    tally = Tally(frozenset({"talk.joined"}))
    tally.add(DESK, "talk.joined", 2)
    with pytest.raises(EngineUnavailable):
        await tally.flush(count)
    tally.add(DESK, "talk.joined")
    await ends.staff.drain(DESK, "a")
    await ends.staff.settle_batch(DESK, "a")  # also when a console took it in between
    await tally.flush(count)
    assert await ends.staff.drain(DESK, "b") == Drained("b", {"talk.joined": 1})
