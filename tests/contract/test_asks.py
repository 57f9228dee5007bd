"""A talk moves to a colleague only with both yeses, in one step; two people mute; one call reaches all on duty."""

import asyncio

import pytest

from handover.asks import MAX_NOTE, AskStage, Busy, Call, Note
from handover.events import RoomChanged, WasAsked, WasMoved, WasMuted, WasTaken
from handover.values import (
    Accepted,
    Asked,
    AskKind,
    AtCapacity,
    Claimed,
    Done,
    EndReason,
    Gone,
    Limits,
    NotOnDuty,
    NotTaken,
    NotYours,
    OutOfOrder,
    StaffId,
    Stale,
    Taken,
    TalkRef,
    Waiting,
    WithStaff,
)
from tests.contract.ends import ANNA, BO, DESK, Ends, joined, keys, message, on_duty, open_ends, soon, taken
from tests.engines import Engine

CIA = StaffId("cia")


async def _asked(ends: Ends, kind: AskKind = AskKind.MOVE, to: StaffId | None = BO) -> TalkRef:
    """Anna has a talk, and has asked."""
    ref = await taken(ends)
    await on_duty(ends.staff, BO, CIA)
    assert await ends.staff.ask(ref, ANNA, kind, to, "Bo") == Done()
    return ref


async def _agreed(ends: Ends) -> TalkRef:
    ref = await _asked(ends)
    assert await ends.staff.answer(ref, BO, 1, yes=True) == Done()
    assert await ends.visitor.consent(ref, 1, yes=True) == Done()
    return ref


async def _stage(ends: Ends) -> AskStage:
    (matter,) = await ends.staff.asks(DESK)
    assert matter.ask
    return matter.ask.stage


async def test_with_both_yeses_the_talk_moves_and_both_sides_learn_it(ends: Ends) -> None:
    ref = await _asked(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_anna:
        assert await ends.staff.answer(ref, BO, 1, yes=True) == Done()
        assert await soon(to_visitor) == WasAsked()
        assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0, asked=Asked(1, "move", "Bo"))
        assert await ends.visitor.consent(ref, 1, yes=True) == Done()
        moved = await ends.staff.move(ref, BO, "Bo")
        assert isinstance(moved, Claimed)
        assert await soon(to_anna) == WasMoved()
        assert {type(await soon(to_visitor)) for _ in range(2)} == {WasMoved, WasTaken}
    assert await ends.visitor.attend(ref) == WithStaff("Bo", 0, 0, 0)
    assert await ends.staff.mine(DESK, ANNA) == []
    assert [own.ref for own in await ends.staff.mine(DESK, BO)] == [ref]
    assert await ends.staff.say(ref, ANNA, 1, message(1), b"x") == NotYours()
    assert await ends.staff.asks(DESK) == []


async def test_the_talk_is_at_no_moment_in_the_waiting_room_and_keeps_its_old_place(ends: Ends) -> None:
    ref = await _agreed(ends)
    later = await joined(ends.visitor)
    async with ends.staff.follow_room([DESK]) as changes:
        assert isinstance(await ends.staff.move(ref, BO, "Bo"), Claimed)
        assert await soon(changes) == RoomChanged()
        assert [row.ref for row in await ends.staff.waiting(DESK)] == [later]
    await ends.staff.release(ref, BO)
    assert [row.ref for row in await ends.staff.waiting(DESK)] == [ref, later]


async def test_words_for_the_one_before_never_reach_the_next(ends: Ends) -> None:
    """Between the move and the key for the next person's device nobody is there to read."""
    ref = await taken(ends)
    await ends.staff.begin(ref, ANNA, "anna-device.1.x")
    await ends.visitor.give_key(ref, "anna-device.1.x", 1, b"key")
    await on_duty(ends.staff, BO)
    await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo")
    await ends.staff.answer(ref, BO, 1, yes=True)
    await ends.visitor.consent(ref, 1, yes=True)
    assert await ends.visitor.say(ref, 1, message(1), b"for anna") == Accepted(1)
    await ends.staff.move(ref, BO, "Bo")
    assert await ends.visitor.say(ref, 2, message(2), b"for anna, too late") == NotTaken()
    standing = await ends.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    assert standing.device == ""
    await ends.staff.begin(ref, BO, "bo-device.1.x")
    found = await ends.staff.keys(ref, BO)
    assert not isinstance(found, NotYours | Gone)
    assert (found.epoch, found.wrapped) == (2, {})
    assert await ends.visitor.say(ref, 2, message(2), b"for anna, too late") == NotTaken()
    assert await ends.visitor.give_key(ref, "bo-device.1.x", 2, b"") == Done()
    assert await ends.visitor.say(ref, 2, message(3), b"to nobody") == NotTaken()
    await ends.staff.begin(ref, BO, "bo-device.1.x")
    assert await ends.visitor.give_key(ref, "bo-device.1.x", 3, b"key") == Done()
    assert await ends.visitor.say(ref, 2, message(4), b"for bo") == Accepted(2)


@pytest.mark.parametrize(
    ("who", "stage"), [("colleague", AskStage.DECLINED), ("visitor", AskStage.REFUSED), ("asker", AskStage.WITHDRAWN)]
)
async def test_a_no_by_anyone_leaves_everything_as_it_was(ends: Ends, who: str, stage: AskStage) -> None:
    ref = await _asked(ends)
    if who == "colleague":
        assert await ends.staff.answer(ref, BO, 1, yes=False) == Done()
    else:
        await ends.staff.answer(ref, BO, 1, yes=True)
        if who == "visitor":
            assert await ends.visitor.consent(ref, 1, yes=False) == Done()
        else:
            assert await ends.staff.answer(ref, ANNA, 1, yes=False) == Done()
    assert await _stage(ends) == stage
    assert await ends.visitor.consent(ref, 1, yes=True) == Stale()
    assert await ends.staff.move(ref, BO, "Bo") == Taken()
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)
    assert await ends.staff.say(ref, ANNA, 1, message(1), b"still here") == Accepted(1)
    assert await ends.visitor.say(ref, 1, message(1), b"me too") == Accepted(1)


async def test_nobody_answers_for_another(ends: Ends) -> None:
    ref = await _asked(ends)
    assert await ends.visitor.consent(ref, 1, yes=True) == Stale()  # before the colleague
    assert await ends.staff.answer(ref, CIA, 1, yes=True) == NotYours()
    assert await ends.staff.answer(ref, ANNA, 1, yes=True) == NotYours()
    assert await ends.staff.move(ref, BO, "Bo") == Taken()
    await ends.staff.answer(ref, BO, 1, yes=True)
    assert await ends.staff.move(ref, BO, "Bo") == Taken()
    await ends.visitor.consent(ref, 1, yes=True)
    assert await ends.staff.move(ref, CIA, "Cia") == Taken()
    assert isinstance(await ends.staff.move(ref, BO, "Bo"), Claimed)
    assert await ends.staff.move(ref, BO, "Bo") == Taken()


async def test_a_late_answer_is_not_one_to_the_next_question(ends: Ends) -> None:
    ref = await _asked(ends)
    await ends.staff.answer(ref, BO, 1, yes=False)
    assert await ends.staff.ask(ref, ANNA, AskKind.MOVE, CIA, "Cia") == Done()
    assert await ends.staff.answer(ref, CIA, 2, yes=True) == Done()
    assert await ends.visitor.consent(ref, 1, yes=True) == Stale()
    assert await ends.staff.answer(ref, CIA, 1, yes=True) == Stale()
    assert await ends.visitor.consent(ref, 2, yes=True) == Done()


async def test_a_question_lapses_by_itself(engine: Engine, ends: Ends) -> None:
    ref = await _asked(ends)
    await ends.staff.answer(ref, BO, 1, yes=True)
    with engine.client() as admin:
        admin.hset(f"talk:{{{DESK}}}:{ref.talk}", "ask_until", 1)
    assert await _stage(ends) == AskStage.LAPSED
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)
    assert await ends.visitor.consent(ref, 1, yes=True) == Stale()
    assert await ends.staff.move(ref, BO, "Bo") == Taken()
    assert await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo") == Done()


async def test_one_question_at_a_time_and_only_to_somebody_who_is_there_with_room(engine: Engine) -> None:
    async with open_ends(engine, Limits(capacity=1)) as ends:
        ref = await taken(ends)
        assert await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo") == NotOnDuty()
        assert await ends.staff.ask(ref, ANNA, AskKind.MOVE, ANNA, "Anna") == NotOnDuty()
        full = await taken(ends, BO)
        assert await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo") == AtCapacity()
        assert await ends.staff.ask(ref, BO, AskKind.MOVE, ANNA, "Anna") == NotYours()
        await ends.staff.end(full, BO)
        assert await ends.staff.ask(ref, ANNA, AskKind.MOVE, BO, "Bo") == Done()
        assert await ends.staff.ask(ref, ANNA, AskKind.MUTE, None) == Busy()
        await ends.staff.answer(ref, BO, 1, yes=True)
        await ends.visitor.consent(ref, 1, yes=True)
        await taken(ends, BO)
        assert await ends.staff.move(ref, BO, "Bo") == AtCapacity()
        assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)


async def test_when_the_holder_is_lost_nothing_is_left_of_the_question(ends: Ends) -> None:
    ref = await _agreed(ends)
    await ends.staff.shorten_lease(DESK, ANNA, 0)
    assert isinstance(await ends.visitor.attend(ref), Waiting)
    assert await ends.staff.move(ref, BO, "Bo") == Taken()
    (row,) = await ends.staff.waiting(DESK)
    assert (row.ref, row.lost) == (ref, ANNA)
    assert isinstance(await ends.staff.claim(ref, BO, "Bo"), Claimed)
    await ends.staff.release(ref, BO)
    (row,) = await ends.staff.waiting(DESK)
    assert row.lost == ""  # given back is not lost


async def test_two_take_it_at_the_same_moment_and_one_has_it(ends: Ends) -> None:
    ref = await _agreed(ends)
    outcomes = await asyncio.gather(*(ends.staff.move(ref, BO, "Bo") for _ in range(5)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Claimed", *["Taken"] * 4]
    assert len(await ends.staff.mine(DESK, BO)) == 1


async def test_a_mute_needs_a_second_person_and_its_end_nobody(ends: Ends) -> None:
    ref = await _asked(ends, AskKind.MUTE, None)
    assert await ends.staff.answer(ref, ANNA, 1, yes=True) == NotYours()
    async with ends.visitor.follow(ref) as to_visitor:
        assert await ends.staff.answer(ref, CIA, 1, yes=True) == Done()
        assert await soon(to_visitor) == WasMuted(True)
    assert await _stage(ends) == AskStage.DONE
    assert await ends.staff.answer(ref, BO, 1, yes=False) == Stale()
    assert await ends.staff.unmute(ref, BO) == NotYours()
    assert await ends.staff.unmute(ref, ANNA) == Done()
    assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)


async def test_alone_on_duty_nobody_can_confirm_a_mute(ends: Ends) -> None:
    ref = await taken(ends)
    assert await ends.staff.ask(ref, ANNA, AskKind.MUTE, None) == NotOnDuty()
    await on_duty(ends.staff, BO)
    assert await ends.staff.ask(ref, ANNA, AskKind.MUTE, None, why=("threats",)) == Done()
    await ends.staff.go_off_duty(DESK, BO)
    assert await ends.staff.answer(ref, BO, 1, yes=True) == NotOnDuty()
    (matter,) = await ends.staff.asks(DESK)
    assert matter.ask
    assert matter.ask.why == ("threats",)
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)


async def test_a_call_reaches_the_desk_and_shows_who_comes_in_order(ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO, CIA)
    async with ends.staff.follow_room([DESK]) as changes:
        assert await ends.staff.call(ref, ANNA, "Anna", on=True) == Done()
        assert await soon(changes) == RoomChanged()
        assert await ends.staff.come(ref, CIA, "Cia C") == Done()
        assert await soon(changes) == RoomChanged()
    assert await ends.staff.come(ref, CIA, "Cia C") == Done()
    assert await ends.staff.come(ref, BO, "Bo") == Done()
    assert await ends.staff.call(ref, ANNA, "Anna", on=True) == Done()
    (matter,) = await ends.staff.asks(DESK)
    assert matter.call == Call(ANNA, "Anna", ((CIA, "Cia C"), (BO, "Bo")))
    assert await ends.staff.come(ref, ANNA, "Anna") == Gone()
    assert await ends.staff.call(ref, BO, "Bo", on=False) == NotYours()
    assert await ends.staff.call(ref, ANNA, "Anna", on=False) == Done()
    assert await ends.staff.come(ref, BO, "Bo") == Gone()


async def test_a_call_outlives_its_callers_connection_and_not_its_talk(ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO)
    await ends.staff.call(ref, ANNA, "Anna", on=True)
    await ends.staff.shorten_lease(DESK, ANNA, 0)
    assert isinstance(await ends.visitor.attend(ref), Waiting)
    (matter,) = await ends.staff.asks(DESK)
    assert (matter.holder, matter.call) == (None, Call(ANNA, "Anna", ()))
    await ends.staff.claim(ref, BO, "Bo")
    await ends.staff.end(ref, BO)
    assert await ends.staff.asks(DESK) == []


async def test_an_end_leaves_no_trace_of_what_was_asked(engine: Engine) -> None:
    async with open_ends(engine, Limits(silence=1, waiting_silence=1)) as ends:
        for end in ("visitor", "staff", "silence"):
            ref = await _asked(ends)
            await ends.staff.call(ref, ANNA, "Anna", on=True)
            assert any(ref.talk in str(_members(engine, key)) for key in keys(engine) if key.startswith("asks"))
            if end == "visitor":
                await ends.visitor.end(ref, EndReason.VISITOR)
            elif end == "staff":
                await ends.staff.end(ref, ANNA)
            else:
                await asyncio.sleep(1.2)
                await ends.staff.sweep(DESK)
            assert not any(key.startswith("asks") for key in keys(engine)), end


def _members(engine: Engine, key: str) -> object:
    with engine.client() as admin:
        return admin.zrange(key, 0, -1)


async def test_a_note_is_its_holders_alone_and_gone_with_the_talk(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    assert await ends.staff.note(ref, ANNA) == Note(b"")
    assert await ends.staff.keep_note(ref, ANNA, b"sealed") == Done()
    assert await ends.staff.note(ref, ANNA) == Note(b"sealed")
    assert await ends.staff.note(ref, BO) == NotYours()
    assert await ends.staff.keep_note(ref, BO, b"other") == NotYours()
    with pytest.raises(ValueError, match="note"):
        await ends.staff.keep_note(ref, ANNA, bytes(MAX_NOTE + 1))
    await ends.staff.shorten_lease(DESK, ANNA, 0)
    await ends.visitor.attend(ref)
    await on_duty(ends.staff, ANNA, BO)
    await ends.staff.claim(ref, ANNA, "Anna")  # taken back: it is still there
    assert await ends.staff.note(ref, ANNA) == Note(b"sealed")
    await ends.staff.release(ref, ANNA)
    await ends.staff.claim(ref, BO, "Bo")
    assert await ends.staff.note(ref, BO) == Note(b"")
    await ends.staff.keep_note(ref, BO, b"sealed by bo")
    await ends.staff.end(ref, BO)
    assert not any("talk:" in key for key in keys(engine))


async def test_a_note_does_not_move_with_the_talk(engine: Engine, ends: Ends) -> None:
    ref = await _agreed(ends)
    await ends.staff.keep_note(ref, ANNA, b"sealed")
    await ends.staff.move(ref, BO, "Bo")
    assert await ends.staff.note(ref, BO) == Note(b"")
    with engine.client() as admin:
        assert admin.hget(f"talk:{{{DESK}}}:{ref.talk}", "note") is None


async def test_who_of_the_engine_is_asked_about_nothing_says_gone(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.staff.end(ref, ANNA)
    staff = ends.staff
    assert await staff.ask(ref, ANNA, AskKind.MUTE, None) == Gone()
    assert await staff.answer(ref, ANNA, 1, yes=True) == Gone()
    assert await staff.move(ref, ANNA, "Anna") == Gone()
    assert await staff.call(ref, ANNA, "Anna", on=True) == Gone()
    assert await staff.come(ref, BO, "Bo") == Gone()
    assert await staff.note(ref, ANNA) == Gone()
    assert await staff.keep_note(ref, ANNA, b"x") == Gone()
    assert await ends.visitor.consent(ref, 1, yes=True) == Gone()


async def test_numbers_go_on_for_the_next_person(ends: Ends) -> None:
    ref = await _agreed(ends)
    assert await ends.staff.say(ref, ANNA, 1, message(1), b"from anna") == Accepted(1)
    await ends.staff.move(ref, BO, "Bo")
    assert await ends.staff.say(ref, BO, 1, message(2), b"from bo") == OutOfOrder(2)
    assert await ends.staff.say(ref, BO, 2, message(2), b"from bo") == Accepted(2)
