"""The counters' bucket: added to by both sides, emptied by staff's side only."""

from handover.counters import Tally
from handover.values import DeskId
from tests.contract.ends import DESK, Ends


async def test_both_sides_add_and_a_drain_empties(ends: Ends) -> None:
    await ends.visitor.count(DESK, {"talk.joined": 2, "danger.urgent": 1})
    await ends.staff.count(DESK, {"talk.joined": 1})
    await ends.visitor.count(DeskId("other"), {"talk.joined": 5})
    assert await ends.staff.drain(DESK) == {"talk.joined": 3, "danger.urgent": 1}
    assert await ends.staff.drain(DESK) == {}
    assert await ends.staff.drain(DeskId("other")) == {"talk.joined": 5}


async def test_a_tally_reaches_the_bucket(ends: Ends) -> None:
    tally = Tally(frozenset({"talk.joined"}))
    tally.add(DESK, "talk.joined")
    tally.add(DESK, "talk.joined")
    await tally.flush(ends.visitor.count)
    await tally.flush(ends.visitor.count)
    assert await ends.staff.drain(DESK) == {"talk.joined": 2}
