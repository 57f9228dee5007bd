"""A caller at a provider meets the same menu, the same waiting room and the same person as one at our own engine."""

import asyncio
import json
from collections.abc import Callable

from handover.staff_redis import RedisStaffEnd
from handover.values import Channel, Claimed, Danger, Done, TalkRef
from tests.contract.ends import ANNA, DESK, on_duty
from tests.phone_hooks.lines import LINES, MOST, STAFF, Line
from tests.phone_hooks.provider import CENTRE, Caller, TwilioCaller


async def waiting(staff: RedisStaffEnd, many: int) -> list[TalkRef]:
    """Who is in line, once they are so many."""
    for _ in range(600):
        rows = await staff.waiting(DESK)
        if len(rows) == many:
            return [row.ref for row in rows]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{len(rows)} wait")


async def in_line(caller: Caller) -> None:
    await caller.rings()
    await caller.presses("100")


async def test_a_caller_goes_through_the_menu(caller: Caller) -> None:
    await caller.rings()
    assert caller.heard[:2] == ["sv/hello.desk", "sv/pick.press"]
    await caller.presses("2")
    assert caller.heard[0] == "en/hello.desk" and "en/menu.danger" in caller.heard
    await caller.presses("4")
    assert any(name.startswith("en/topic.") for name in caller.heard)
    topic = caller.heard
    await caller.presses("*")
    assert caller.heard == topic
    await caller.presses("#")
    assert "en/menu.danger" in caller.heard and "en/hello.desk" not in caller.heard
    await caller.presses("8")
    assert "en/hours.after" in caller.heard


async def test_nine_leaves_with_a_neutral_word(caller: Caller) -> None:
    await caller.rings()
    await caller.presses("19")
    assert caller.heard == ["sv/bye.neutral"] and not caller.asked.over
    await caller.listens()
    assert caller.asked.over and not caller.heard


async def test_without_anybody_on_duty_there_is_a_next_step(staff: RedisStaffEnd, caller: Caller) -> None:
    await in_line(caller)
    assert "sv/closed.nobody" in caller.heard and "sv/closed.after" in caller.heard


async def test_who_asks_for_a_person_waits_with_music_and_hears_the_place(
    staff: RedisStaffEnd, callers: Callable[..., Caller]
) -> None:
    await on_duty(staff)
    first, second = callers(), callers()
    await in_line(first)
    await in_line(second)
    await waiting(staff, 2)
    assert first.heard[:2] == ["sv/waiting.place", "sv/number.1"]
    assert second.heard[:2] == ["sv/waiting.place", "sv/number.2"]
    assert "sv/person.relay" in second.heard  # what is reported, because it was cut off before
    await second.listens()
    assert second.music
    (row, _) = await staff.waiting(DESK)
    assert row.briefing.channel is Channel.PHONE and row.briefing.language == "sv"


async def test_danger_goes_first(staff: RedisStaffEnd, callers: Callable[..., Caller]) -> None:
    await on_duty(staff)
    calm, urgent = callers(), callers()
    await in_line(calm)
    await waiting(staff, 1)
    await urgent.rings()
    await urgent.presses("11")
    assert urgent.heard[0] == "sv/danger.call"
    await urgent.listens_until("sv/waiting.first")
    await waiting(staff, 2)
    assert (await staff.waiting(DESK))[0].briefing.danger is Danger.URGENT


async def test_a_person_answers_on_their_own_telephone_and_sees_the_centres_number(
    staff: RedisStaffEnd, caller: Caller
) -> None:
    await on_duty(staff)
    await in_line(caller)
    (ref,) = await waiting(staff, 1)
    assert isinstance(await staff.claim(ref, ANNA, "Anna"), Claimed)
    await caller.listens_until("sv/taken.coming")
    assert await staff.begin(ref, ANNA, LINES["anna"]) == Done()
    await caller.listens_until_dialled()
    assert caller.asked.dial == {"to": STAFF["anna"], "shows": CENTRE}
    await caller.parts("completed")
    assert not caller.asked.over and not caller.asked.dial  # the caller is not dropped: staff decide about the talk
    await staff.end(ref, ANNA)
    await caller.listens_until("sv/taken.ended")
    await caller.listens()
    assert caller.asked.over


async def test_nobody_is_rung_before_what_is_reported_was_heard(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await in_line(caller)  # the keys cut it off, and in line it is only beginning
    (ref,) = await waiting(staff, 1)
    assert isinstance(await staff.claim(ref, ANNA, "Anna"), Claimed)
    assert await staff.begin(ref, ANNA, LINES["anna"]) == Done()
    await asyncio.sleep(5)  # longer than the talk is looked at
    await caller.presses("5")  # cuts off the telling in line
    assert not caller.asked.dial and "sv/person.relay" in caller.heard
    await caller.listens_until_dialled()


async def test_a_telephone_that_nobody_answers_leaves_the_caller_in_the_talk(
    staff: RedisStaffEnd, caller: Caller
) -> None:
    await on_duty(staff)
    await in_line(caller)
    (ref,) = await waiting(staff, 1)
    assert isinstance(await staff.claim(ref, ANNA, "Anna"), Claimed)
    assert await staff.begin(ref, ANNA, LINES["bo"]) == Done()
    await caller.listens_until_dialled()
    assert caller.asked.dial["to"] == STAFF["bo"]
    await caller.parts("no-answer")
    assert not caller.asked.over
    await staff.release(ref, ANNA)
    await caller.listens_until("sv/taken.returned")
    await waiting(staff, 1)


async def test_nobody_is_connected_who_presses_no_key(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await in_line(caller)
    (ref,) = await waiting(staff, 1)
    assert isinstance(await staff.claim(ref, ANNA, "Anna"), Claimed)
    assert await staff.begin(ref, ANNA, LINES["anna"]) == Done()
    await caller.listens_until_dialled()
    if isinstance(caller, TwilioCaller):
        assert not await caller.is_answered(None)  # a mailbox
        assert not await caller.is_answered("2")
        assert await caller.is_answered("1")
    else:  # 46elks has no such question: the telephone rings shorter than mailboxes wait
        assert int(json.loads(caller.answers[-1])["timeout"]) <= 15


async def test_a_line_that_has_no_number_rings_nobody(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await in_line(caller)
    (ref,) = await waiting(staff, 1)
    assert isinstance(await staff.claim(ref, ANNA, "Anna"), Claimed)
    assert await staff.begin(ref, ANNA, LINES["carla"]) == Done()
    await caller.listens_until("sv/taken.coming")
    for _ in range(3):
        await caller.listens()
        assert caller.music and not caller.asked.dial


async def test_leaving_the_line_ends_the_talk_at_once(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await in_line(caller)
    await waiting(staff, 1)
    await caller.presses("9")
    assert caller.heard == ["sv/bye.neutral"]
    assert await staff.waiting(DESK) == []


async def test_a_caller_who_hangs_up_is_gone_from_the_line(staff: RedisStaffEnd, caller: Caller) -> None:
    await on_duty(staff)
    await in_line(caller)
    await waiting(staff, 1)
    await caller.hangs_up()
    assert await staff.waiting(DESK) == []


async def test_silence_leads_on_to_the_menu_in_the_first_language(caller: Caller) -> None:
    await caller.rings()
    await caller.listens_until("sv/menu.danger")
    assert "sv/hello.who" in caller.heard


async def test_a_call_too_many_hears_that_the_line_is_busy(callers: Callable[..., Caller], running: Line) -> None:
    there = [callers() for _ in range(MOST)]
    for each in there:
        await each.rings()
    late = callers()
    await late.rings()
    assert late.asked.busy and not late.asked.sound
    await there[0].hangs_up()
    await late.rings()
    assert late.heard
