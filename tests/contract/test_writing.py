"""The sign that somebody writes: told to the other end alone, and kept nowhere."""

from handover.events import IsWriting, WasMuted
from handover.sign import EVERY, Pace
from handover.values import Done, Gone, NotYours
from tests.contract.ends import ANNA, BO, Ends, joined, keys, mute, soon, taken
from tests.engines import Engine


async def test_each_side_is_told_that_the_other_writes(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        assert await ends.visitor.writing(ref) == Done()
        assert await soon(to_staff) == IsWriting()
        assert await ends.staff.writing(ref, ANNA) == Done()
        assert await soon(to_visitor) == IsWriting()


async def test_nothing_of_it_is_kept(ends: Ends, engine: Engine) -> None:
    ref = await taken(ends)
    with engine.client() as admin:
        before = {key: admin.dump(key) for key in keys(engine)}
        await ends.visitor.writing(ref)
        await ends.staff.writing(ref, ANNA)
        assert {key: admin.dump(key) for key in keys(engine)} == before
        await mute(ends, ref)  # the comparison notices what is kept
        assert {key: admin.dump(key) for key in keys(engine)} != before
    assert await ends.staff.hear(ref, ANNA, 0) == []
    assert await ends.visitor.hear(ref, 0) == []


async def test_who_is_muted_or_waits_tells_nobody(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        await mute(ends, ref)
        assert await soon(to_visitor) == WasMuted(True)
        assert await ends.visitor.writing(ref) == Done()
        await ends.staff.unmute(ref, ANNA)
        assert await ends.visitor.writing(ref) == Done()
        assert await soon(to_staff) == IsWriting()
        await ends.visitor.heard(ref, 0)
        await ends.visitor.away(ref)
        assert await soon(to_staff) != IsWriting()  # there was one sign, not two
    assert await ends.visitor.writing(await joined(ends.visitor)) == Done()


async def test_nobody_writes_in_what_is_in_other_hands_or_gone(ends: Ends) -> None:
    ref = await taken(ends)
    assert await ends.staff.writing(ref, BO) == NotYours()
    await ends.staff.end(ref, ANNA)
    assert await ends.staff.writing(ref, ANNA) == Gone()
    assert await ends.visitor.writing(ref) == Gone()


def test_one_sign_in_three_seconds_goes() -> None:
    pace = Pace()
    assert [pace.take(at) for at in (100.0, 101.0, 100.0 + EVERY, 100.5 + EVERY)] == [True, False, True, False]
