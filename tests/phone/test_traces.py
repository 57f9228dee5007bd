"""A caller's number is nowhere: searched for in every file, store and memory, once a search has shown that it finds."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.phone.ari import Refused, open_ari
from bot.phone.engine_files import SECRET, USER
from tests.browser.people import Staff
from tests.contract.ends import DESK, Ends, on_duty, open_ends
from tests.phone.callers import program, sipp, wait
from tests.phone.desks import Console, answers_calls, console, staff_of, state_of
from tests.phone.exchange import TONES, Exchange, exchange
from tests.phone.scenarios import NAME, NUMBER, key, pause, refused, scenario
from tests.running import ROOT

MARKS = (NUMBER.encode(), NUMBER[2:].encode(), NAME.encode())
FORGOTTEN = 40.0  # seconds after the end of a call; SIP's own transactions live for 32
CALLS = 20


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A line of its own: nobody else's call is in its memory when the first test here, which looks for it, begins."""
    with exchange(tmp_path_factory.mktemp("exchange"), TONES) as built:
        yield built


def memory_of(pid: int, folder: Path) -> bytes:
    """The whole memory of a process, as a debugger of the machine's owner sees it."""
    folder.mkdir(exist_ok=True)
    command = [program("gcore", "gdb"), "-o", str(folder / "image"), str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    image = folder / f"image.{pid}"
    assert image.is_file(), done.stdout + done.stderr
    try:
        return image.read_bytes()
    finally:
        image.unlink()


def found_in(data: bytes) -> set[bytes]:
    return {mark for mark in MARKS if mark in data}


def files_of(own: Exchange) -> Iterator[Path]:
    """Every file that the line has made or written to."""
    return (path for path in own.folder.rglob("*") if path.is_file() and path.suffix != ".wav")


async def test_a_number_is_nowhere_forty_seconds_after_the_call(own: Exchange, tmp_path: Path) -> None:
    assert own.engine and own.line
    with console(own, tmp_path / "desk") as desk:
        async with staff_of(desk) as people, open_ends(own.talks) as ends:
            await on_duty(ends.staff)
            await _search(own, desk, await answers_calls(people), ends, tmp_path)


async def _search(own: Exchange, desk: Console, anna: Staff, ends: Ends, tmp_path: Path) -> None:
    """Twenty call, one of them is taken, talks, hangs up and is wrapped up; then everything is searched."""
    assert own.engine and own.line
    shown: list[str] = []
    anna.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: shown.append(str(frame))))
    await anna.page.reload()  # so that its sockets are listened to
    await expect(anna.page.locator("#phone-state")).to_have_text("calls ring here")
    steps = scenario(key("1"), key("0"), key("0"), pause(14000))
    calling = asyncio.create_task(
        asyncio.to_thread(sipp, tmp_path / "calls", own.sip, steps, calls=CALLS, at_once=CALLS)
    )
    while len(rows := await ends.staff.waiting(DESK)) < CALLS:
        assert not calling.done(), "the calls ended before all were in line"
        await asyncio.sleep(0.2)
        await on_duty(ends.staff)
    await anna.takes()
    await expect(state_of(anna)).to_have_text("You hear each other")
    # The positive control: while they call, the search finds them, so later it would find what is left.
    image = await asyncio.to_thread(memory_of, own.engine.pid, tmp_path / "during")
    assert found_in(image) == set(MARKS)
    assert not found_in(repr(rows).encode())
    assert not found_in((await anna.page.content()).encode())
    await calling
    await anna.page.get_by_role("button", name="Save").click()
    await asyncio.sleep(FORGOTTEN)
    for pid in (own.engine.pid, own.line.pid, own.talks.process.pid, desk.process.pid):
        assert found_in(await asyncio.to_thread(memory_of, pid, tmp_path / "after")) == set()
    looked_at = [*files_of(own), *(path for path in desk.folder.rglob("*") if path.is_file() and path.suffix != ".wav")]
    assert len(looked_at) > 18
    assert any(path.suffix == ".sqlite3" for path in looked_at)
    assert {path: found for path in looked_at if (found := found_in(path.read_bytes()))} == {}
    with own.talks.client() as admin:
        left = [(key, admin.dump(key)) for key in admin.scan_iter()]
    for what in (left, shown):
        assert what
        assert found_in(repr(what).encode()) == set()
    assert found_in(repr(await ends.staff.drain(DESK, "batch")).encode()) == set()  # closed names alone


async def test_callers_that_are_turned_away_leave_nothing(own: Exchange, tmp_path: Path) -> None:
    # A stranger's address is asked to sign in, however often, and an SDP may name anything as its host.
    for number in range(7):
        sipp(tmp_path / f"stranger{number}", own.sip, refused(401), local="127.0.0.2")
    sipp(tmp_path / "hostile", own.sip, refused(488, host=f"{NUMBER}.invalid"))
    await asyncio.sleep(1)
    looked_at = list(files_of(own))
    assert {path: found for path in looked_at if (found := found_in(path.read_bytes()))} == {}
    assert not list((own.folder / "phone" / "log").iterdir())


async def test_a_diagnostic_log_would_hold_a_number_and_is_told(tmp_path: Path) -> None:
    """The positive control of the test before, and why there is no log."""
    with exchange(tmp_path / "exchange", TONES, started=False, PHONE_DIAGNOSTICS="true") as own:
        wait(lambda: (own.folder / "phone" / "run" / "asterisk.pid").exists(), "the engine did not start")
        assert "FRISTAD_PHONE_DIAGNOSTICS is on" in own.run("phone", "check").stdout
        own.start_line()
        sipp(tmp_path / "hostile", own.sip, refused(488, host=f"{NUMBER}.invalid"))
        log = own.folder / "phone" / "log" / "errors"
        wait(lambda: bool(found_in(log.read_bytes())), "the log holds no number")


async def test_the_engine_cannot_record_and_our_code_never_asks_it_to(own: Exchange, tmp_path: Path) -> None:
    calling = asyncio.create_task(asyncio.to_thread(sipp, tmp_path / "call", own.sip, scenario(pause(3000))))
    password = (own.folder / "phone" / SECRET).read_text()
    async with open_ari(int(own.environment["FRISTAD_PHONE_CONTROL_PORT"]), USER, password, "probe") as ari:
        for _ in range(600):
            if channels := await ari.ask("GET", "channels"):
                break
            await asyncio.sleep(0.05)
        assert channels[0]["caller"] == {"name": "Anonymous", "number": "anonymous"}
        with pytest.raises(Refused):
            await ari.ask("POST", f"channels/{channels[0]['id']}/record", name="x", format="wav")
    await calling
    assert not (own.folder / "phone" / "spool" / "recording").exists()
    sources = [
        path.read_text("utf-8") for path in (ROOT / "bot" / "phone").rglob("*") if path.suffix in {".py", ".conf"}
    ]
    asked = re.compile(
        r"/(record|snoop|liveRecordings)\b|mixmonitor\.so|MixMonitor\(|ChanSpy\(|Record\(", re.IGNORECASE
    )
    assert len(sources) > 25
    assert [found[0] for text in sources for found in asked.finditer(text)] == []
