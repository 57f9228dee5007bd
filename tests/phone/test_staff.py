"""A call from a real telephone to a real browser: what either hears, and where the caller is when something breaks."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe, AxeResults  # type: ignore[import-untyped]
from playwright.async_api import expect

from handover.staff_redis import RedisStaffEnd
from tests.browser.people import DESKTOP, PHONE, People, Staff
from tests.browser.test_access import RULES, STICKING_OUT
from tests.contract.ends import DESK, joined, open_ends
from tests.phone import exchange as tones
from tests.phone.callers import VOICE, Baresip, baresip, wait
from tests.phone.desks import STAFF_VOICE, Console, answers_calls, console, hears, kept_in, staff_of, state_of
from tests.phone.exchange import MUSIC_TONE, TONES, Exchange, exchange
from tests.phone.test_calls import hears as receives
from tests.phone.test_calls import one_in_line, presses
from tests.running import free_port


@pytest.fixture(scope="module")
def desk(running: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(running, tmp_path_factory.mktemp("desk")) as built:
        yield built


@pytest.fixture
async def people(desk: Console, staff: RedisStaffEnd) -> AsyncIterator[People]:
    async with staff_of(desk) as people:
        yield people


async def in_line(caller: Baresip) -> None:
    """Straight to a person, in Swedish."""
    await receives(caller, tones.DESK)
    await presses(caller, "1")
    await receives(caller, tones.MENU)
    await presses(caller, "00")


async def in_a_call(caller: Baresip, person: Staff) -> None:
    await in_line(caller)
    await person.takes()
    await expect(state_of(person)).to_have_text("You hear each other")


async def test_take_talk_mute_hold_and_end(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna = await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        answered = await receives(caller, STAFF_VOICE)
        await hears(anna, VOICE)
        await anna.page.get_by_role("button", name="Hold with music").click()
        await expect(state_of(anna)).to_have_text("On hold: the caller hears music")
        music = await receives(caller, MUSIC_TONE, answered)
        await hears(anna, 0)
        await anna.page.get_by_role("button", name="Hold with music").click()
        again = await receives(caller, STAFF_VOICE, music + 0.5)
        await anna.page.get_by_role("button", name="Mute my microphone").click()
        await expect(state_of(anna)).to_have_text("Muted: the caller does not hear you")
        await asyncio.sleep(1.5)
        quiet = [at for at in caller.heard(STAFF_VOICE) if at > again + 1.2]
        await asyncio.sleep(1)
        assert len([at for at in caller.heard(STAFF_VOICE) if at > again + 1.2]) == len(quiet)
        await hears(anna, VOICE)
        await anna.ends()
        await anna.skips_the_wrap_up()
    assert await staff.waiting(DESK) == []


async def tabs_to(person: Staff, selector: str) -> None:
    for _ in range(60):
        await person.page.keyboard.press("Tab")
        if await person.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"no way to {selector} by keyboard")


async def check_in_every_light(person: Staff) -> None:
    await person.page.evaluate(Axe().axe_script)
    lights: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for size in (DESKTOP, PHONE):
        for light in lights:
            await person.page.set_viewport_size(size)
            await person.page.emulate_media(color_scheme=light, reduced_motion="reduce")
            results = AxeResults(await person.page.evaluate("(options) => axe.run(options)", RULES))
            assert results.violations_count == 0, f"{size['width']} {light}: {results.generate_report()}"
            assert await person.page.evaluate(STICKING_OUT) == {"wider": False, "out": []}


@pytest.mark.parametrize("language", ["English", "Svenska"])
async def test_microphone_and_speaker_are_tried_by_keyboard_before_going_on_duty(
    people: People, running: Exchange, folder: Path, language: str
) -> None:
    anna = await people.staff(permissions=["microphone"], bypass_csp=True)
    page = anna.page
    if language != "English":
        await page.get_by_role("button", name=language).click()
        await expect(page.locator("html")).to_have_attribute("lang", "sv")
    await tabs_to(anna, "#phone summary")
    await page.keyboard.press("Enter")
    await tabs_to(anna, "#phone [name=by]")
    await page.keyboard.press("ArrowDown")
    await tabs_to(anna, "#phone [data-try]")
    await page.keyboard.press("Enter")
    heard = page.locator("#phone [data-heard]")
    await expect(heard).to_have_text("The microphone hears you." if language == "English" else "Mikrofonen hör dig.")
    assert await page.locator("#phone meter").evaluate("(meter) => meter.value") > 0.05
    await tabs_to(anna, "#phone [data-tone]")
    before = await page.evaluate("window.notes")
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"window.notes === {before} + 1")
    await check_in_every_light(anna)
    await tabs_to(anna, "#phone button.primary")
    await page.keyboard.press("Enter")
    state = page.locator("#phone-state")
    await expect(state).to_have_attribute("data-state", "later")
    await expect(page.locator("#phone form")).to_be_hidden()
    await expect(page.locator("#phone summary")).to_be_focused()
    await page.locator("#duty").click()
    await expect(state).to_have_attribute("data-state", "ready")
    assert await heard.inner_text() == ""  # the microphone was let go
    with baresip(folder / "caller", running.sip) as caller:
        await in_line(caller)
        await page.locator("#waiting .take").click()
        await expect(page.locator(".line")).to_have_attribute("data-state", "connected")
        await check_in_every_light(anna)
        await page.locator("[data-do=end]").click()
        await expect(page.locator(".wrapup")).to_be_visible()


async def test_a_browser_that_is_closed_gives_the_caller_back_to_the_old_place(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna = await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        async with open_ends(running.talks) as ends:
            later = await joined(ends.visitor)
            talked = await receives(caller, STAFF_VOICE)
            await anna.page.close()
            await receives(caller, MUSIC_TONE, talked)  # at once, and not silence
            for _ in range(300):
                if len(rows := await staff.waiting(DESK)) == 2:
                    break
                await asyncio.sleep(0.1)
            assert [row.ref == later for row in rows] == [False, True]
            await receives(caller, tones.RETURNED, talked)


async def test_a_page_that_is_loaded_again_is_rung_again(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna = await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        await receives(caller, STAFF_VOICE)
        await anna.page.reload()
        await expect(state_of(anna)).to_have_text("You hear each other")
        await hears(anna, VOICE)
        assert await staff.waiting(DESK) == []


async def test_a_line_that_cannot_answer_leaves_the_caller_at_the_old_place(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna = await answers_calls(people)
    await anna.page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error()); }")
    with baresip(folder / "caller", running.sip) as caller:
        await in_line(caller)
        # The talk is in these hands for a moment only, so its column is not waited for.
        await anna.waiting.first.get_by_role("button", name="Take").click()
        await expect(anna.sees("could not be connected to you and is back in the waiting list")).to_be_visible()
        await one_in_line(staff)
        await expect(anna.talk()).to_have_count(0)
        await receives(caller, tones.RETURNED)


async def test_a_colleague_takes_over_and_the_caller_is_told(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna, bo = await answers_calls(people), await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        talked = await receives(caller, STAFF_VOICE)
        await anna.asks_to_hand_over(bo)
        await bo.says("Take over")
        told = await receives(caller, tones.MOVING, talked)
        await expect(state_of(bo)).to_have_text("You hear each other")
        await hears(bo, VOICE)
        await receives(caller, STAFF_VOICE, told)
        await expect(anna.talk()).to_have_count(0)
        await bo.ends()
        await bo.skips_the_wrap_up()


async def test_without_a_telephone_no_call_is_taken(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna = await people.staff_on_duty()
    await expect(anna.page.locator("#phone-state")).to_have_text("no calls come to you")
    await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_line(caller)
        await expect(anna.waiting.first).to_contain_text("Phone")
        await anna.waiting.first.get_by_role("button", name="Take").click()
        await expect(anna.sees("To take calls, first choose under Telephone")).to_be_visible()
        await one_in_line(staff)


async def test_the_two_talk_on_without_our_process_and_the_next_one_parts_them_when_it_is_over(
    running: Exchange, people: People, staff: RedisStaffEnd, folder: Path
) -> None:
    anna = await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        talked = await receives(caller, STAFF_VOICE)
        running.end_line(signal.SIGKILL)
        await hears(anna, VOICE)
        await receives(caller, STAFF_VOICE, talked + 1)
        await asyncio.to_thread(running.start_line)
        await asyncio.sleep(1)
        await hears(anna, VOICE)
        before = max(caller.heard(STAFF_VOICE))
        await receives(caller, STAFF_VOICE, before)
        await anna.ends()
        await anna.skips_the_wrap_up()
        log = caller.folder / "baresip.log"
        wait(lambda: "terminated" in log.read_text(), "the caller was not hung up")
    await expect(anna.page.locator("#phone-state")).to_have_text("calls ring here")
    with baresip(folder / "next", running.sip) as caller:
        await in_a_call(caller, anna)
        await receives(caller, STAFF_VOICE)
        await anna.ends()
        await anna.skips_the_wrap_up()


async def test_an_own_telephone_rings_with_the_centres_number_and_asks_for_a_key(folder: Path) -> None:
    number, centre, port = "46701740699", "+46101234567", free_port()
    with (
        exchange(folder / "exchange", TONES, PHONE_TRUNK=f"127.0.0.1:{port}", PHONE_NUMBER=centre) as own,
        console(own, folder / "desk") as desk,
        baresip(folder / "own", own.sip, number, rung_at=port) as telephone,
    ):
        async with staff_of(desk) as people:
            anna = await answers_calls(people, "On my own telephone", "070-174 06 99")
            with baresip(folder / "caller", own.sip) as caller:
                await in_line(caller)
                await anna.takes()
                await receives(telephone, tones.PRESS)
                await expect(state_of(anna)).to_contain_text("Press 1 there")
                assert not telephone.heard(VOICE)
                await presses(telephone, "1")
                await receives(telephone, VOICE)
                await receives(caller, VOICE)  # both telephones say it
                log = (telephone.folder / "baresip.log").read_text()
                assert centre in log
                assert "46701740606" not in log
                with own.talks.client() as admin:
                    kept = repr([(key, admin.dump(key)) for key in admin.scan_iter()]).encode()
                stored = kept_in(desk.folder)
                assert len(stored) > 3
                assert [name for name, data in stored.items() if number[2:].encode() in data] == []
                assert number[2:].encode() not in kept
                await anna.ends()
