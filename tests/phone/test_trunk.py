"""A trunk as providers have it: signed in by digest over TLS, its certificate checked, sound encrypted."""

import asyncio
from pathlib import Path

from bot.phone.ari import open_ari
from bot.phone.engine_files import SECRET, USER
from tests.phone import exchange as tones
from tests.phone.callers import CALLER, baresip, wait
from tests.phone.exchange import TONES, exchange
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
