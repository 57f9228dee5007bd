"""Calls by a real telephone: what a caller presses, and what comes out of the receiver."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from handover.staff_redis import RedisStaffEnd
from handover.values import Channel, Claimed, Danger, Done, WaitingVisitor
from tests.contract.ends import ANNA, DESK, joined, on_duty, open_ends
from tests.phone import exchange as tones
from tests.phone.callers import Baresip, baresip, sipp, wait
from tests.phone.exchange import MUSIC_TONE, TONES, Exchange, exchange, telephone
from tests.phone.scenarios import PLAIN, info, key, pause, refused, scenario


@pytest.fixture
async def staff(running: Exchange, staff: RedisStaffEnd) -> AsyncIterator[RedisStaffEnd]:
    """With a telephone."""
    async with telephone(running):
        yield staff


LOST = 8  # seconds without sound; a minute where nothing else is set


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A line of its own for one caller at once, who is gone after LOST."""
    folder = tmp_path_factory.mktemp("small")
    with exchange(folder, TONES, PHONE_CALLS="1", PHONE_LOST_SECONDS=str(LOST)) as built:
        yield built


async def one_in_line(staff: RedisStaffEnd) -> WaitingVisitor:
    for _ in range(300):
        if rows := await staff.waiting(DESK):
            return rows[0]
        await asyncio.sleep(0.1)
    raise AssertionError("nobody came in line")


async def nobody_in_line(staff: RedisStaffEnd, seconds: int = 30) -> None:
    for _ in range(seconds * 10):
        if not await staff.waiting(DESK):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("somebody is still in line")


async def hears(caller: Baresip, hertz: float, after: float = -1.0) -> float:
    return await asyncio.to_thread(caller.when, hertz, after)


async def presses(caller: Baresip, keys: str) -> None:
    await asyncio.to_thread(caller.press, keys)


def test_a_call_is_answered_within_a_second(running: Exchange, folder: Path) -> None:
    sipp(folder, running.sip, PLAIN, calls=5)


async def test_keys_lead_through_the_menu_and_cut_in(running: Exchange, staff: RedisStaffEnd, folder: Path) -> None:
    with baresip(folder / "caller", running.sip) as caller:
        await hears(caller, tones.DESK)
        await presses(caller, "1")
        menu = await hears(caller, tones.MENU)
        await presses(caller, "2")
        topic = await hears(caller, tones.TOPIC)
        assert topic - menu < 4, "a tone of six seconds was not cut off"
        await presses(caller, "#")
        again = await hears(caller, tones.MENU, topic)
        assert not [at for at in caller.heard(tones.TOPIC) if at > again + 0.2]
        await presses(caller, "9")
        await hears(caller, tones.BYE, again)
        log = caller.folder / "baresip.log"
        wait(lambda: "terminated" in log.read_text(), "the line did not hang up")


async def test_a_caller_waits_is_taken_comes_back_and_leaves(
    running: Exchange, staff: RedisStaffEnd, folder: Path
) -> None:
    await on_duty(staff)
    async with open_ends(running.talks) as ends:
        chat = await joined(ends.visitor)  # one order for both: the page was first
        with baresip(folder / "caller", running.sip) as caller:
            await hears(caller, tones.DESK)
            await presses(caller, "12")
            await hears(caller, tones.TOPIC)
            await presses(caller, "00")
            for _ in range(300):
                if len(rows := await staff.waiting(DESK)) == 2:
                    break
                await asyncio.sleep(0.1)
            assert rows[0].ref == chat
            row = rows[1]
            assert (row.briefing.channel, row.briefing.language) == (Channel.PHONE, "sv")
            assert row.briefing.topic == "my-rights"
            place = await hears(caller, tones.PLACE)
            await hears(caller, tones.SECOND, place)
            music = await hears(caller, MUSIC_TONE, await hears(caller, tones.CHAT))
            await on_duty(staff)
            assert isinstance(await staff.claim(row.ref, ANNA, "Anna"), Claimed)
            coming = await hears(caller, tones.COMING, music)
            await on_duty(staff)
            assert await staff.release(row.ref, ANNA) == Done()
            back = await hears(caller, tones.RETURNED, coming)
            await presses(caller, "9")
            await hears(caller, tones.BYE, back)
            assert [row.ref for row in await staff.waiting(DESK)] == [chat]


async def test_danger_goes_to_the_front_and_hanging_up_leaves(
    running: Exchange, staff: RedisStaffEnd, folder: Path
) -> None:
    await on_duty(staff)
    with baresip(folder / "caller", running.sip) as caller:
        await hears(caller, tones.DESK)
        await presses(caller, "11")
        told = await hears(caller, tones.CALL_112)
        row = await one_in_line(staff)
        assert row.briefing.danger is Danger.URGENT
        await hears(caller, tones.FIRST, told)
    await nobody_in_line(staff)


async def test_where_nobody_is_others_are_told(running: Exchange, staff: RedisStaffEnd, folder: Path) -> None:
    with baresip(folder / "caller", running.sip) as caller:
        await hears(caller, tones.DESK)
        await presses(caller, "1")
        await hears(caller, tones.MENU)
        await presses(caller, "00")
        await hears(caller, tones.NOBODY)


async def test_who_is_on_duty_without_a_telephone_is_not_there_for_callers(running: Exchange, folder: Path) -> None:
    async with open_ends(running.talks) as ends:
        await on_duty(ends.staff)
        with baresip(folder / "caller", running.sip) as caller:
            await hears(caller, tones.DESK)
            await on_duty(ends.staff)
            await presses(caller, "1")
            await hears(caller, tones.MENU)
            await on_duty(ends.staff)
            await presses(caller, "00")
            await hears(caller, tones.NOBODY)
        assert await ends.staff.waiting(DESK) == []


async def test_who_presses_nothing_comes_to_a_person(running: Exchange, staff: RedisStaffEnd, folder: Path) -> None:
    await on_duty(staff)
    with baresip(folder / "caller", running.sip) as caller:
        await hears(caller, tones.DESK)
        await presses(caller, "0")
        await hears(caller, tones.GO)
        await one_in_line(staff)


async def test_keys_of_either_kind_are_heard(running: Exchange, staff: RedisStaffEnd, folder: Path) -> None:
    await on_duty(staff)
    for name, keys in (
        ("rfc4733", [key("1"), key("0"), key("0")]),
        ("info", [info("1", 2), pause(300), info("0", 3), pause(300), info("0", 4)]),
    ):
        call = asyncio.create_task(asyncio.to_thread(sipp, folder / name, running.sip, scenario(*keys, pause(3000))))
        assert (await one_in_line(staff)).briefing.language == "sv"
        await call
        await nobody_in_line(staff)


async def test_without_our_process_a_human_sentence_is_heard_and_the_engine_goes_on(
    small: Exchange, folder: Path
) -> None:
    with baresip(folder / "first", small.sip) as first:
        await hears(first, tones.DESK)
        sipp(folder / "busy", small.sip, refused(486))
        small.end_line(signal.SIGKILL)
        with baresip(folder / "second", small.sip) as second:
            await hears(second, tones.FAULT)
        small.start_line()
        await hears(first, tones.FAULT)  # nobody is left with a line that hears no keys
    with baresip(folder / "third", small.sip) as third:
        await hears(third, tones.DESK)


async def test_a_caller_who_vanishes_is_gone_after_so_many_seconds_without_sound(small: Exchange, folder: Path) -> None:
    async with open_ends(small.talks) as ends, telephone(small):
        await on_duty(ends.staff)
        with baresip(folder / "caller", small.sip) as caller:
            await hears(caller, tones.DESK)
            await presses(caller, "100")
            await one_in_line(ends.staff)
            caller.vanish()
            vanished = asyncio.get_running_loop().time()
            await nobody_in_line(ends.staff)
            assert LOST - 3 < asyncio.get_running_loop().time() - vanished < 3 * LOST


async def test_one_process_rules_the_engine_and_the_next_one_waits_for_its_end(running: Exchange, folder: Path) -> None:
    second, told = running.begin_line(), running.ready
    try:
        with baresip(folder / "first", running.sip) as first:
            await hears(first, tones.DESK)
            await presses(first, "1")
            await hears(first, tones.MENU)
        await asyncio.sleep(2)
        assert (second.poll(), running.ready) == (None, told)
        running.end_line()
    finally:
        running.end_line()
        running.line = second
    await asyncio.to_thread(running.await_line, told)
    with baresip(folder / "second", running.sip) as after:
        await hears(after, tones.DESK)


async def test_a_process_that_ends_in_order_leaves_nobody_in_silence(
    running: Exchange, staff: RedisStaffEnd, folder: Path
) -> None:
    await on_duty(staff)
    with baresip(folder / "caller", running.sip) as caller:
        await hears(caller, tones.DESK)
        await presses(caller, "100")
        await one_in_line(staff)
        await asyncio.to_thread(running.end_line)
        try:
            await hears(caller, tones.FAULT)
            assert await staff.waiting(DESK) == []
        finally:
            await asyncio.to_thread(running.start_line)


async def test_an_engine_that_is_started_again_is_found_again(
    running: Exchange, staff: RedisStaffEnd, folder: Path
) -> None:
    await on_duty(staff)
    with baresip(folder / "first", running.sip) as caller:
        await hears(caller, tones.DESK)
        await presses(caller, "100")
        await one_in_line(staff)
        told = running.ready
        running.start_engine(signal.SIGKILL)
        await nobody_in_line(staff)  # their calls are gone, so they do not stand in others' way
    await asyncio.to_thread(running.await_line, told)
    with baresip(folder / "second", running.sip) as caller:
        await hears(caller, tones.DESK)
