"""The words: numbered from 1 without a gap, relayed once, kept in order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handover.events import BriefingChanged, CameBack, Heard, Said, WasReturned, WentAway
from handover.keys import talk_keys
from handover.values import (
    LOG_LENGTH,
    MAX_BODY,
    Accepted,
    Briefing,
    Channel,
    Danger,
    DeskId,
    Done,
    Gone,
    Message,
    MessageId,
    NotTaken,
    OutOfOrder,
    TalkId,
    TalkRef,
    WithStaff,
)
from tests.contract.ends import ANNA, BO, Ends, joined, message, on_duty, open_ends, soon, taken
from tests.engines import Engine

RAW = bytes(range(256))  # opaque: every byte must pass


async def test_words_reach_the_other_end_once_and_stay_in_the_log(ends: Ends) -> None:
    ref = await taken(ends)
    up, down = Message(1, message(1), RAW), Message(1, message(2), RAW[::-1])
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        assert await ends.visitor.say(ref, 1, up.id, up.body) == Accepted(1)
        assert await soon(to_staff) == Said(up)
        assert await ends.staff.say(ref, ANNA, 1, down.id, down.body) == Accepted(1)
        assert await soon(to_visitor) == Said(down)
    assert await ends.staff.hear(ref, ANNA, 0) == [up]
    assert await ends.staff.said(ref, ANNA, 0) == [down]
    assert await ends.visitor.hear(ref, 0) == [down]


async def test_both_logs_end_at_the_same_instant_as_their_talk(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    with engine.client() as admin:
        for number in range(1, 4):
            assert await ends.visitor.say(ref, number, message(1), b"words") == Accepted(number)
            assert await ends.staff.say(ref, ANNA, number, message(2), b"words") == Accepted(number)
            until = {admin.pexpiretime(talk_keys(ref)[kind]) for kind in ("talk", "up", "down")}
            assert len(until) == 1 and until.pop() > 0
            await (ends.visitor.attend(ref) if number == 1 else ends.visitor.away(ref))


async def test_what_pages_have_shown_is_told_a_moment_later(ends: Ends) -> None:
    first, second = await taken(ends), await taken(ends)
    for ref in (first, second):
        for number in (1, 2):
            await ends.visitor.say(ref, number, message(number), b"words")
            await ends.staff.say(ref, ANNA, number, message(number), b"words")
    async with ends.visitor.follow(first) as to_visitor, ends.staff.follow(second) as to_staff:
        for number in (1, 2):
            ends.staff.shown(first, ANNA, number)
            ends.visitor.shown(second, number)
        ends.staff.shown(second, BO, 2)  # not theirs
        assert await soon(to_visitor) == Heard(2)
        assert await soon(to_staff) == Heard(2)
        ends.visitor.shown(TalkRef(DeskId("no desk"), TalkId("no talk")), 1)  # a page may say anything
    standing = await ends.visitor.attend(second)
    assert isinstance(standing, WithStaff) and standing.up_heard == 0


async def test_what_was_shown_is_told_before_the_talk_is_given_back(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.visitor.say(ref, 1, message(1), b"words")
    async with ends.visitor.follow(ref) as to_visitor:
        ends.staff.shown(ref, ANNA, 1)
        assert await ends.staff.release(ref, ANNA) == Done()
        assert [await soon(to_visitor) for _ in range(2)] == [Heard(1), WasReturned()]


async def test_a_resend_is_relayed_once(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        for _ in range(3):
            assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)
            assert await ends.staff.say(ref, ANNA, 1, message(2), b"words") == Accepted(1)
        await ends.visitor.say(ref, 2, message(3), b"more")
        await ends.staff.say(ref, ANNA, 2, message(4), b"more")
        assert [await soon(to_staff) for _ in range(2)] == [
            Said(Message(1, message(1), b"words")),
            Said(Message(2, message(3), b"more")),
        ]
        assert [await soon(to_visitor) for _ in range(2)] == [
            Said(Message(1, message(2), b"words")),
            Said(Message(2, message(4), b"more")),
        ]


async def test_a_gap_or_a_foreign_number_is_refused_with_the_expected_one(ends: Ends) -> None:
    ref = await taken(ends)
    assert await ends.visitor.say(ref, 1, message(1), b"first") == Accepted(1)
    for seq in (3, 0, -1, 10**30, 2**53, 2**64):
        assert await ends.visitor.say(ref, seq, message(9), b"foreign") == OutOfOrder(2)
        assert await ends.staff.say(ref, ANNA, seq, message(9), b"foreign") == OutOfOrder(1)
    assert await ends.visitor.say(ref, 1, message(2), b"another at a number in use") == OutOfOrder(2)
    assert await ends.visitor.hear(ref, 10**30) == []
    assert len(await ends.staff.hear(ref, ANNA, -(10**30)) or []) == 1  # type: ignore[arg-type]
    assert await ends.visitor.heard(ref, 10**30) == Done()


async def test_a_waiting_visitor_has_nobody_to_write_to(ends: Ends) -> None:
    ref = await joined(ends.visitor)
    assert await ends.visitor.say(ref, 1, message(1), b"words") == NotTaken()


async def test_a_resend_after_the_talk_was_returned_is_still_accepted(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.visitor.say(ref, 1, message(1), b"words")
    await ends.staff.release(ref, ANNA)
    assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)
    assert await ends.visitor.say(ref, 2, message(2), b"words") == NotTaken()


async def test_the_next_staff_member_counts_on_where_the_last_one_stopped(ends: Ends) -> None:
    ref = await taken(ends)
    await ends.visitor.say(ref, 1, message(1), b"words")
    await ends.staff.say(ref, ANNA, 1, message(2), b"words")
    await ends.staff.release(ref, ANNA)
    await on_duty(ends.staff, BO)
    await ends.staff.claim(ref, BO, "Bo")
    assert [(talk.up_seq, talk.down_seq) for talk in await ends.staff.mine(ref.desk, BO)] == [(1, 1)]
    assert await ends.staff.say(ref, BO, 1, message(3), b"words") == OutOfOrder(2)
    assert await ends.staff.say(ref, BO, 2, message(3), b"words") == Accepted(2)
    assert await ends.visitor.attend(ref) == WithStaff("Bo", up_seq=1, up_heard=0, down_seq=2)


async def test_what_was_shown_is_told_once_and_never_more_than_was_said(ends: Ends) -> None:
    ref = await taken(ends)
    for number in (1, 2):
        await ends.visitor.say(ref, number, message(number), b"words")
        await ends.staff.say(ref, ANNA, number, message(number), b"words")
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        for seq in (1, 1, 99, 2):
            assert await ends.visitor.heard(ref, seq) == Done()
            assert await ends.staff.heard(ref, ANNA, seq) == Done()
        await ends.visitor.away(ref)
        await ends.staff.release(ref, ANNA)
        assert [await soon(to_staff) for _ in range(3)] == [Heard(1), Heard(2), WentAway()]
        assert [await soon(to_visitor) for _ in range(3)] == [Heard(1), Heard(2), WasReturned()]


async def test_staff_see_the_visitor_leave_and_come_back_and_change_the_briefing(ends: Ends) -> None:
    ref = await taken(ends)
    changed = Briefing("en", Channel.WEB, danger=Danger.URGENT)
    async with ends.staff.follow(ref) as events:
        assert await ends.visitor.away(ref) == Done()
        await ends.visitor.attend(ref)
        await ends.visitor.attend(ref)
        assert await ends.visitor.brief(ref, changed) == Done()
        assert [await soon(events) for _ in range(3)] == [WentAway(), CameBack(), BriefingChanged(changed)]


async def test_a_malformed_message_never_leaves_the_process(ends: Ends) -> None:
    ref = await taken(ends)
    for message_id, body in (
        ("short", b""),
        ("a b c d e f", b""),
        ("x" * 41, b""),
        ("goodgood", b"x" * (MAX_BODY + 1)),
    ):
        with pytest.raises(ValueError, match="message"):
            await ends.visitor.say(ref, 1, MessageId(message_id), body)
        with pytest.raises(ValueError, match="message"):
            await ends.staff.say(ref, ANNA, 1, MessageId(message_id), body)
    assert await ends.visitor.say(ref, 1, MessageId("goodgood"), b"x" * MAX_BODY) == Accepted(1)


async def test_the_log_is_bounded(ends: Ends) -> None:
    ref = await taken(ends)
    for number in range(1, LOG_LENGTH + 3):
        await ends.visitor.say(ref, number, message(number), b"words")
    log = await ends.staff.hear(ref, ANNA, 0)
    assert isinstance(log, list)
    assert [entry.seq for entry in log] == list(range(3, LOG_LENGTH + 3))


SAYS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc"), st.booleans()), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(says=SAYS)
async def test_no_interleaving_of_resends_doubles_or_reorders(
    engine: Engine, says: list[tuple[int, str, bool]]
) -> None:
    async with open_ends(engine) as ends:
        ref = await taken(ends)
        model: dict[bool, list[Message]] = {True: [], False: []}
        async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
            for seq, letter, is_up in says:
                log = model[is_up]
                said = Message(seq, MessageId(letter * 8), letter.encode())
                if seq == len(log) + 1:
                    log.append(said)
                accepted = said in log
                outcome = await (
                    ends.visitor.say(ref, seq, said.id, said.body)
                    if is_up
                    else ends.staff.say(ref, ANNA, seq, said.id, said.body)
                )
                assert outcome == (Accepted(seq) if accepted else OutOfOrder(len(log) + 1))
            assert [await soon(to_staff) for _ in model[True]] == [Said(said) for said in model[True]]
            assert [await soon(to_visitor) for _ in model[False]] == [Said(said) for said in model[False]]
        assert await ends.staff.hear(ref, ANNA, 0) == model[True]
        assert await ends.visitor.hear(ref, 0) == model[False]
        assert await ends.staff.end(ref, ANNA) == Done()
        assert await ends.visitor.hear(ref, 0) == Gone()
