"""Pointing a visitor to another desk: who may ask, who may answer, and that nothing follows by itself."""

import pytest

from handover.asks import AskStage, Busy
from handover.values import Asked, AskKind, DeskId, Done, Gone, NotYours, StaffId, Stale, TalkRef, WithStaff
from tests.contract.ends import ANNA, BO, DESK, Ends, taken

OTHER = DeskId("other")


async def _stage(ends: Ends) -> AskStage | None:
    (matter,) = await ends.staff.asks(DESK)
    return matter.ask.stage if matter.ask else None


async def _asked(ends: Ends, ref: TalkRef) -> Asked | None:
    standing = await ends.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    return standing.asked


@pytest.mark.parametrize("yes", [True, False])
async def test_the_visitor_alone_is_asked_and_the_talk_goes_on_whatever_the_answer(ends: Ends, yes: bool) -> None:
    ref = await taken(ends)
    assert await ends.staff.point(ref, ANNA, OTHER) == Done()
    assert await _asked(ends, ref) == Asked(1, "desk", OTHER)
    (matter,) = await ends.staff.asks(DESK)
    assert matter.ask is not None
    assert (matter.ask.kind, matter.ask.to, matter.ask.name) == (AskKind.DESK, ANNA, OTHER)
    assert await ends.staff.point(ref, ANNA, OTHER) == Busy()
    assert await ends.visitor.consent(ref, 1, yes=yes) == Done()
    assert await _stage(ends) is (AskStage.AGREED if yes else AskStage.REFUSED)
    assert await _asked(ends, ref) is None
    assert isinstance(await ends.visitor.attend(ref), WithStaff), "going is the visitor's own press"
    assert await ends.visitor.consent(ref, 1, yes=True) == Stale()


async def test_only_the_holder_points_and_only_the_holder_takes_it_back(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.go_on_duty(DESK, BO, "Bo", paused=False)
    assert await ends.staff.point(ref, BO, OTHER) == NotYours()
    assert await ends.staff.point(ref, ANNA, OTHER) == Done()
    assert await ends.staff.answer(ref, BO, 1, yes=False) == NotYours()
    assert not isinstance(await ends.staff.move(ref, BO, "Bo"), Done)
    assert await ends.staff.answer(ref, ANNA, 1, yes=False) == Done()
    assert await _stage(ends) is AskStage.WITHDRAWN
    assert await _asked(ends, ref) is None
    await ends.staff.end(ref, ANNA)
    assert await ends.staff.point(ref, ANNA, OTHER) == Gone()


async def test_a_yes_moves_the_talk_to_nobody(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.go_on_duty(DESK, BO, "Bo", paused=False)
    await ends.staff.point(ref, ANNA, OTHER)
    await ends.visitor.consent(ref, 1, yes=True)
    for who in (ANNA, BO):
        assert type(await ends.staff.move(ref, who, "x")).__name__ == "Taken"


async def test_what_is_no_desk_is_refused(ends: Ends) -> None:
    ref = await taken(ends)
    with pytest.raises(ValueError):
        await ends.staff.point(ref, ANNA, DeskId("a desk"))
    with pytest.raises(ValueError):
        await ends.staff.point(ref, StaffId("a b"), OTHER)
