"""Muting: the visitor's words are refused until staff take them again, and the visitor is told both."""

from handover.events import Said, WasAsked, WasMuted, WasReturned
from handover.values import (
    Accepted,
    AskKind,
    Briefing,
    Channel,
    Claimed,
    Done,
    Gone,
    Muted,
    NotYours,
    WithStaff,
)
from tests.contract.ends import ANNA, BO, Ends, message, mute, on_duty, soon, taken

PAUSED = WithStaff("Anna", 0, 0, 0, muted=True)


async def test_a_muted_visitors_words_reach_nobody_and_the_visitor_is_told(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        assert await mute(ends, ref) == Done()
        assert await soon(to_visitor) == WasMuted(True)
        assert await soon(to_visitor) == WasAsked()
        assert await ends.visitor.attend(ref) == PAUSED
        for _ in range(3):
            assert await ends.visitor.say(ref, 1, message(1), b"words") == Muted()
        assert await ends.staff.hear(ref, ANNA, 0) == []
        assert await ends.staff.unmute(ref, ANNA) == Done()
        assert await soon(to_visitor) == WasMuted(False)
        assert await ends.visitor.say(ref, 1, message(2), b"calmer words") == Accepted(1)
        said = await soon(to_staff)
        assert isinstance(said, Said)
        assert said.message.body == b"calmer words"


async def test_what_had_arrived_before_is_acknowledged_again(ends: Ends) -> None:
    """The page that lost the answer must not show as failed what was relayed."""
    ref = await taken(ends)
    await ends.visitor.say(ref, 1, message(1), b"words")
    await mute(ends, ref)
    assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)
    assert await ends.visitor.say(ref, 2, message(2), b"more") == Muted()


async def test_staff_may_still_write_and_the_visitor_still_hears(ends: Ends) -> None:
    ref = await taken(ends)
    await mute(ends, ref)
    assert await ends.staff.say(ref, ANNA, 1, message(1), b"a pause") == Accepted(1)
    heard = await ends.visitor.hear(ref, 0)
    assert isinstance(heard, list)
    assert [each.body for each in heard] == [b"a pause"]
    assert await ends.visitor.brief(ref, Briefing("en", Channel.WEB)) == Done()


async def test_a_muted_talk_is_found_muted_after_a_reload(ends: Ends) -> None:
    ref = await taken(ends)
    await mute(ends, ref)
    (own,) = await ends.staff.mine(ref.desk, ANNA)
    assert own.muted
    again = await ends.staff.claim(ref, ANNA, "Anna")
    assert isinstance(again, Claimed)
    assert again.talk.muted


async def test_in_other_hands_the_visitor_is_heard_again(ends: Ends) -> None:
    """A mute is one staff member's own: it follows nobody."""
    ref = await taken(ends)
    await mute(ends, ref)
    async with ends.visitor.follow(ref) as to_visitor:
        assert await ends.staff.release(ref, ANNA) == Done()
        assert await soon(to_visitor) == WasReturned()
    await on_duty(ends.staff, BO)
    claimed = await ends.staff.claim(ref, BO, "Bo")
    assert isinstance(claimed, Claimed)
    assert not claimed.talk.muted
    assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)


async def test_nobody_mutes_what_is_in_other_hands_or_gone(ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO)
    assert await ends.staff.ask(ref, BO, AskKind.MUTE, None) == NotYours()
    assert await ends.staff.unmute(ref, BO) == NotYours()
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)
    await ends.staff.end(ref, ANNA)
    assert await ends.staff.unmute(ref, ANNA) == Gone()
