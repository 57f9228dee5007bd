"""Lines of a shift at the real engine: there while on duty, in its memory alone, and gone afterwards."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.phone.ari import Refused, open_ari
from bot.phone.engine_files import SECRET, USER
from bot.phone.shifts import SOCKET
from tests.phone.desks import kept_in
from tests.phone.exchange import Exchange

LINE = "line." + "b" * 22
PASSWORD = "a-secret-of-a-shift-0123456789"
KINDS = ("auth", "aor", "endpoint")


async def test_an_account_lives_in_the_engines_memory_as_long_as_its_line(running: Exchange) -> None:
    folder = Path(running.environment["FRISTAD_PHONE_FOLDER"])
    control = int(running.environment["FRISTAD_PHONE_CONTROL_PORT"])
    assert (folder / SOCKET).stat().st_mode & 0o777 == 0o660
    async with open_ari(control, USER, (folder / SECRET).read_text(), "probe") as ari:
        reader, writer = await asyncio.open_unix_connection(folder / SOCKET)
        writer.write(json.dumps({"do": "open", "line": LINE, "secret": PASSWORD}).encode() + b"\n")
        assert json.loads(await asyncio.wait_for(reader.readline(), 10)) == {"line": LINE, "is": "open"}
        for kind in KINDS:
            assert await ari.ask("GET", f"asterisk/config/dynamic/res_pjsip/{kind}/{LINE}")
        assert [name for name, data in kept_in(running.folder).items() if PASSWORD.encode() in data] == []
        writer.close()
        for kind in KINDS:
            for _ in range(600):
                try:
                    await ari.ask("GET", f"asterisk/config/dynamic/res_pjsip/{kind}/{LINE}")
                except Refused as refused:
                    assert refused.status == 404
                    break
                await asyncio.sleep(0.05)
            else:
                pytest.fail(f"its {kind} is still there")
