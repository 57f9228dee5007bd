"""A colleague listens along in a real call: the caller is told before, nobody hears the colleague, and it ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from handover.staff_redis import RedisStaffEnd
from tests.browser.people import People, Staff
from tests.phone import exchange as tones
from tests.phone.callers import VOICE, baresip, wait
from tests.phone.desks import STAFF_VOICE, Console, answers_calls, console, hears, levels, staff_of, state_of
from tests.phone.exchange import TONES, Exchange, exchange
from tests.phone.test_calls import hears as receives
from tests.phone.test_calls import presses
from tests.phone.test_staff import check_in_every_light, in_a_call, in_line
from tests.running import free_port

LOUD, QUIET = -40.0, -70.0  # dB: a voice in the ear, and none
NOTICED = "You hear {name} and the caller. Nobody hears you."


@pytest.fixture(scope="module")
def desk(running: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(running, tmp_path_factory.mktemp("desk")) as built:
        yield built


@pytest.fixture
async def people(desk: Console, staff: RedisStaffEnd) -> AsyncIterator[People]:
    async with staff_of(desk) as people:
        yield people


async def asks(person: Staff, colleague: Staff) -> None:
    """After the caller's yes."""
    await person.talk().get_by_role("button", name="Ask to listen along").click()
    await person.talk().get_by_label("The caller has said yes aloud").check()
    await person.talk().get_by_role("button", name=colleague.name, exact=True).click()
    await colleague.says("Listen along")


async def listens(colleague: Staff, person: Staff) -> None:
    """The colleague's page says so, and both are in their ear."""
    words = NOTICED.format(name=person.name)
    await expect(colleague.page.locator(".reading-along")).to_have_text(words)
    for _ in range(40):
        found = await levels(colleague, VOICE, STAFF_VOICE)
        if min(found) > LOUD:
            return
    raise AssertionError(f"not both are heard: {found} dB")


async def test_a_colleague_hears_both_is_heard_by_nobody_and_the_caller_is_told(
    running: Exchange, people: People, folder: Path
) -> None:
    anna, bo = await answers_calls(people), await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        talked = await receives(caller, STAFF_VOICE)
        await asks(anna, bo)
        told = await receives(caller, tones.LISTENED, talked)
        await listens(bo, anna)
        await expect(anna.talk().locator(".helped")).to_contain_text(f"{bo.name} listens along")
        # All staff say the same tone: with Anna's microphone off, nobody's may be heard.
        await anna.page.get_by_role("button", name="Mute my microphone").click()
        await asyncio.sleep(1.5)
        until = max(caller.heard(STAFF_VOICE))
        await asyncio.sleep(2)
        assert [at for at in caller.heard(STAFF_VOICE) if at > until + 0.3] == []
        await hears(anna, VOICE)
        assert (await levels(anna, STAFF_VOICE))[0] < QUIET
        await anna.page.get_by_role("button", name="Mute my microphone").click()
        await anna.talk().locator(".helped summary").click()
        await anna.talk().locator(".helped .aside input").fill("What about the school?")
        await anna.talk().locator(".helped .aside input").press("Enter")
        await expect(bo.page.locator(".along .aside li")).to_contain_text("What about the school?")
        await bo.page.get_by_role("button", name="Stop listening").click()
        over = await receives(caller, tones.ALONE, told)
        await expect(bo.talk()).to_have_count(0)
        await expect(bo.page.locator("#phone-state")).to_have_text("calls ring here")
        await receives(caller, STAFF_VOICE, over)
        await expect(anna.talk().locator(".helped")).to_be_hidden()
        await expect(state_of(anna)).to_have_text("You hear each other")
        await anna.ends()
        await anna.skips_the_wrap_up()


async def test_nobody_is_asked_before_the_caller_said_yes(running: Exchange, people: People, folder: Path) -> None:
    anna, bo = await answers_calls(people), await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        await anna.talk().get_by_role("button", name="Ask to listen along").click()
        await anna.talk().get_by_role("button", name=bo.name, exact=True).click()
        await expect(anna.sees("First ask the caller aloud, and tick that they said yes.")).to_be_visible()
        await expect(bo.page.get_by_role("button", name="Listen along", exact=True)).to_have_count(0)
        await anna.ends()
        await anna.skips_the_wrap_up()


async def test_both_pages_can_be_used_by_everybody(running: Exchange, people: People, folder: Path) -> None:
    anna, bo = [await answers_calls(people, bypass_csp=True) for _ in range(2)]
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        await anna.talk().get_by_role("button", name="Ask to listen along").click()
        await expect(anna.talk().get_by_role("button", name=bo.name, exact=True)).to_be_visible()
        await check_in_every_light(anna)
        await anna.talk().get_by_role("button", name="Ask to listen along").click()
        await asks(anna, bo)
        await listens(bo, anna)
        await check_in_every_light(anna)
        await check_in_every_light(bo)
        await anna.ends()
        await anna.skips_the_wrap_up()


@pytest.mark.parametrize("who", ["colleague", "person", "closed page", "end"])
async def test_whoever_ends_it_the_colleague_hears_nothing_more(
    running: Exchange, people: People, folder: Path, who: str
) -> None:
    anna, bo = await answers_calls(people), await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        await asks(anna, bo)
        told = await receives(caller, tones.LISTENED)
        await listens(bo, anna)
        match who:
            case "colleague":
                await bo.page.get_by_role("button", name="Stop listening").click()
            case "person":
                await anna.page.get_by_role("button", name="End it").click()
            case "closed page":
                await bo.page.close()
            case "end":
                await anna.ends()
        if who != "end":
            over = await receives(caller, tones.ALONE, told)
            await receives(caller, STAFF_VOICE, over)
            await expect(anna.talk().locator(".helped")).to_be_hidden()
            await anna.ends()
        if who != "closed page":
            await expect(bo.talk()).to_have_count(0)
            await hears(bo, 0)
        await anna.skips_the_wrap_up()


async def test_our_process_killed_takes_the_listening_with_it_and_the_two_talk_on(
    running: Exchange, people: People, folder: Path
) -> None:
    anna, bo = await answers_calls(people), await answers_calls(people)
    with baresip(folder / "caller", running.sip) as caller:
        await in_a_call(caller, anna)
        await asks(anna, bo)
        told = await receives(caller, tones.LISTENED)
        await listens(bo, anna)
        running.end_line(signal.SIGKILL)
        await receives(caller, STAFF_VOICE, told + 1)
        await asyncio.to_thread(running.start_line)
        await hears(bo, 0)
        await expect(bo.talk()).to_have_count(0)
        await receives(caller, STAFF_VOICE, max(caller.heard(STAFF_VOICE)))
        await anna.ends()
        await anna.skips_the_wrap_up()


async def test_an_own_telephone_is_muted_by_the_engine_and_hash_ends_it(folder: Path) -> None:
    port = free_port()
    with (
        exchange(folder / "exchange", TONES, PHONE_TRUNK=f"127.0.0.1:{port}") as own,
        console(own, folder / "desk") as desk,
        baresip(folder / "own", own.sip, "46701740699", rung_at=port) as telephone,
    ):
        async with staff_of(desk) as people:
            anna = await answers_calls(people)
            bo = await answers_calls(people, "On my own telephone", "070-174 06 99")
            with baresip(folder / "caller", own.sip) as caller:
                await in_line(caller)
                await anna.takes()
                await expect(state_of(anna)).to_have_text("You hear each other")
                await asks(anna, bo)
                await receives(telephone, tones.PRESS)
                assert not caller.heard(tones.LISTENED)
                await presses(telephone, "1")
                told = await receives(caller, tones.LISTENED)
                await receives(telephone, VOICE)
                await receives(telephone, STAFF_VOICE)
                await asyncio.sleep(1)
                assert not caller.heard(VOICE)  # what both telephones say all the time
                await presses(caller, "#")
                over = await receives(caller, tones.ALONE, told)
                log = telephone.folder / "baresip.log"
                wait(lambda: "terminated" in log.read_text(), "the colleague's telephone was not hung up")
                await receives(caller, STAFF_VOICE, over)
                await expect(bo.talk()).to_have_count(0)
                await anna.ends()
