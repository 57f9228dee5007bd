"""A trunk as providers have it: signed in by digest over TLS, its certificate checked, sound encrypted; and gone."""

import asyncio
import time
from pathlib import Path

from playwright.async_api import expect

from bot.phone.ari import open_ari
from bot.phone.engine_files import SECRET, USER
from tests.browser.people import Staff
from tests.phone import exchange as tones
from tests.phone.callers import CALLER, VOICE, Baresip, baresip, wait
from tests.phone.desks import STAFF_VOICE, answers_calls, console, hears, staff_of, state_of
from tests.phone.exchange import TONES, Exchange, exchange
from tests.phone.provider import provider
from tests.phone.test_traces import memory_of


async def test_a_call_through_a_provider_arrives_encrypted_and_without_its_number(tmp_path: Path) -> None:
    with (
        provider(tmp_path / "provider") as outside,
        exchange(tmp_path / "exchange", TONES, **outside.settings) as own,
    ):
        assert own.engine
        wait(lambda: own.run("phone", "check").returncode == 0, "the trunk does not sign in")
        with baresip(tmp_path / "caller", outside.udp) as caller:
            await asyncio.to_thread(caller.when, tones.DESK)
            password = (own.folder / "phone" / SECRET).read_text()
            async with open_ari(int(own.environment["FRISTAD_PHONE_CONTROL_PORT"]), USER, password, "probe") as ari:
                (channel,) = await ari.ask("GET", "channels")
                path = f"channels/{channel['id']}/variable"
                secure = await ari.ask("GET", path, variable="CHANNEL(rtp,secure)")
            assert channel["caller"] == {"name": "Anonymous", "number": "anonymous"}
            assert secure["value"] == "1"
            assert CALLER.encode() in await asyncio.to_thread(memory_of, own.engine.pid, tmp_path / "image")
            await asyncio.to_thread(caller.press, "1")
            await asyncio.to_thread(caller.when, tones.MENU)
            await asyncio.to_thread(caller.press, "9")
            await asyncio.to_thread(caller.when, tones.BYE)


async def test_a_provider_whose_certificate_is_anothers_gets_no_sign_in(tmp_path: Path) -> None:
    with provider(tmp_path / "other") as stranger, provider(tmp_path / "provider") as outside:
        settings = {**outside.settings, "PHONE_AUTHORITIES": stranger.settings["PHONE_AUTHORITIES"]}
        with exchange(tmp_path / "exchange", TONES, **settings) as own:
            wait(lambda: "not sign in" in own.run("phone", "check").stdout, "nothing tells that the trunk is down")
            await asyncio.sleep(5)
            done = own.run("phone", "check")
    assert done.stdout.startswith("doors     The trunk does not sign in at its provider")


LOST = 8  # seconds without sound; a minute where nothing else is set


def is_signed_in(own: Exchange) -> None:
    wait(lambda: own.run("phone", "check").returncode == 0, "the trunk does not sign in")


async def talk_begins(caller: Baresip, anna: Staff) -> None:
    for hertz, keys in ((tones.DESK, "1"), (tones.MENU, "00")):
        await asyncio.to_thread(caller.when, hertz)
        await asyncio.to_thread(caller.press, keys)
    await anna.takes()
    await expect(state_of(anna)).to_have_text("You hear each other")
    await asyncio.to_thread(caller.when, STAFF_VOICE)
    await hears(anna, VOICE)


async def test_a_trunk_that_falls_ends_the_talk_in_words_and_the_line_comes_back(tmp_path: Path) -> None:
    with (
        provider(tmp_path / "provider") as outside,
        exchange(tmp_path / "exchange", TONES, **outside.settings, PHONE_LOST_SECONDS=str(LOST)) as own,
        console(own, tmp_path / "desk") as desk,
    ):
        await asyncio.to_thread(is_signed_in, own)
        async with staff_of(desk) as people:
            anna = await answers_calls(people)
            with baresip(tmp_path / "first", outside.udp) as caller:
                await talk_begins(caller, anna)
                outside.fall()
                fell = time.monotonic()
                told = anna.page.locator(".wrapup .ended")
                await expect(told).to_contain_text("no sound came any more", timeout=3 * LOST * 1000)
                assert LOST - 2 < time.monotonic() - fell < 3 * LOST
                caller.vanish()  # it would wait for an answer to its goodbye
            assert "not sign in" in (await asyncio.to_thread(own.run, "phone", "check")).stdout
            await anna.skips_the_wrap_up()
            await expect(anna.talk()).to_have_count(0)
            with own.talks.client() as admin:
                assert not [key for key in admin.scan_iter() if key.startswith(b"talk:")]
            outside.start()
            await asyncio.to_thread(is_signed_in, own)
            with baresip(tmp_path / "second", outside.udp) as caller:
                await talk_begins(caller, anna)
                await anna.ends()
                await anna.skips_the_wrap_up()
