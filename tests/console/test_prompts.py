"""A coordinator sees what callers hear, hears it, and puts a person's recording in the place of the voice."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from dialogues.prompts import Prompt, catalogue
from dialogues.recordings import MOST_BYTES
from dialogues.sounds import MANIFEST, digest, file_of, key
from dialogues.values import Content
from dialogues.waves import read_wave, write_wave
from tests.console.conftest import DESK, ORIGIN, Browser, Console, started
from tests.dialogues.test_recordings import recording
from tests.engines import Engine

HELLO, SEVEN, BILL = Prompt("sv", "hello.desk"), Prompt("sv", "number.7"), Prompt("sv", "hello.bill")


@pytest_asyncio.fixture
async def console(tmp_path: Path, engine: Engine, content: Content) -> AsyncIterator[Console]:
    """One whose voice has made two prompts, one of them for earlier words."""
    wanted = catalogue(content, content.desks[DESK], 10)
    for prompt in (HELLO, SEVEN):
        path = file_of(tmp_path / "made", prompt)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_wave(b"made"))
    noted = {key(HELLO): digest(wanted[HELLO]), key(SEVEN): digest("earlier")}
    (tmp_path / "made" / MANIFEST).write_text(json.dumps(noted))
    folders: dict[str, Any] = {"phone_sounds": tmp_path / "made", "phone_recordings": tmp_path / "own"}
    async with started(tmp_path, engine.staff, content, **folders) as console:
        yield console


async def bring(browser: Browser, data: bytes, prompt: Prompt = HELLO, **fields: str) -> httpx.Response:
    """The form of one prompt, with a file."""
    sent = {"form_token": browser.form_token, "of": prompt.language, "name": prompt.name, "show": "", **fields}
    files = {"recording": ("some name.wav", data, "audio/wav")}
    return await browser.client.post("/prompts/record", data=sent, files=files, headers={"origin": ORIGIN})


def state(page: str, prompt: Prompt) -> str:
    found = re.search(rf'id="{re.escape(prompt.name)}">.*?<span class="flag [a-z]+">([^<]+)</span>', page, re.DOTALL)
    assert found
    return found[1]


async def test_the_page_says_who_speaks_each_prompt_and_whether_callers_can_choose_the_language(
    console: Console,
) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        assert 'href="/prompts"' in (await browser.get("/texts")).text
        page = (await browser.get("/prompts")).text
        assert [state(page, each) for each in (HELLO, SEVEN, BILL)] == ["Synthetic", "Outdated", "Missing"]
        assert "Callers cannot choose this language yet" in page
        assert "Hej, du har kommit till Demojouren." in page
        only = (await browser.get("/prompts?of=sv&show=outdated")).text
        assert 'id="number.7"' in only and 'id="hello.desk"' not in only
        assert 'dir="rtl"' in (await browser.get("/prompts?of=ar")).text
        assert 'id="hello.desk"' in (await browser.get("/prompts?of=xx&show=yy&done=zz")).text


async def test_a_prompt_can_be_heard(console: Console) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        answer = await browser.get("/prompts/sound?of=sv&name=hello.desk")
        assert answer.headers["content-type"] == "audio/wav" and read_wave(answer.content) == b"made"
        for missing in (
            "of=sv&name=hello.bill",
            "of=sv&name=../hello.desk",
            "of=..&name=x",
            "of=so&name=hello.desk",
            "",
        ):
            assert (await browser.get(f"/prompts/sound?{missing}")).status_code == 404


async def test_a_recording_takes_the_place_of_the_voice_and_gives_it_back(console: Console, tmp_path: Path) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/prompts")
        answer = await bring(browser, recording(48000, 2), show="synthetic")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/prompts?of=sv&show=synthetic&done=recorded#hello.desk"
        path = file_of(tmp_path / "own", HELLO)
        assert read_wave(path.read_bytes()) and path.stat().st_mode & 0o777 == 0o644
        assert path.parent.stat().st_mode & 0o777 == 0o755
        page = (await browser.get("/prompts?of=sv&done=recorded")).text
        assert state(page, HELLO) == "Recorded" and "Callers hear it within a minute." in page
        heard = await browser.get("/prompts/sound?of=sv&name=hello.desk")
        assert heard.content == path.read_bytes()
        back = await browser.post("/prompts/back", of="sv", name="hello.desk", show="")
        assert back.headers["location"] == "/prompts?of=sv&done=removed#hello.desk"
        assert state((await browser.get("/prompts")).text, HELLO) == "Synthetic" and not path.exists()
        audit = (await browser.get("/audit")).text
        assert "Recorded for the phone: sv/hello.desk" in audit
        assert "Removed a recording for the phone: sv/hello.desk" in audit
        assert "some name" not in audit


async def test_words_that_changed_since_a_recording_are_told(console: Console, tmp_path: Path) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/prompts")
        await bring(browser, recording())
        manifest = tmp_path / "own" / MANIFEST
        manifest.write_text(json.dumps({key(HELLO): digest("earlier")}))
        assert state((await browser.get("/prompts")).text, HELLO) == "Text changed"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no WAV file"),
        (b"\xff\xfb" * 200, "no WAV file"),
        (recording(width=3), "16 bits"),
        (recording(rate=12000), "8000, 11025"),
        (recording(channels=3), "two channels"),
        (recording(seconds=0.1), "hardly anything"),
        (recording(seconds=181.0, hertz=0.0), "longer than 3 minutes"),
        (recording(loud=0.0), "silent"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_what_to_do(
    console: Console, tmp_path: Path, data: bytes, said: str
) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/prompts")
        answer = await bring(browser, data)
        assert answer.status_code == 400
        alert = re.search(r'role="alert">([^<]*)', answer.text)
        assert alert and said in alert[1] and "Nothing is changed" in alert[1]
    assert not (tmp_path / "own").exists()


async def test_a_file_that_is_too_large_and_a_prompt_that_is_none_are_refused(console: Console, tmp_path: Path) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/prompts")
        assert (await bring(browser, bytes(MOST_BYTES + 2**20))).status_code == 413
        for other in (Prompt("sv", "../../x"), Prompt("..", "x"), Prompt("so", "hello.desk"), Prompt("sv", "x" * 300)):
            assert (await bring(browser, recording(), other)).status_code == 404
        assert (await browser.post("/prompts/record", of="sv", name="hello.desk")).status_code == 400
        assert (await browser.post("/prompts/record", of="sv", name="hello.desk", form_token="x")).status_code == 403
    assert not (tmp_path / "own").exists()


async def test_a_long_recording_is_taken(console: Console) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/prompts")
        data = recording(8000, 2, seconds=170.0)
        assert 5 * 2**20 < len(data) < MOST_BYTES
        assert (await bring(browser, data)).status_code == 303


async def test_a_folder_that_cannot_be_written_is_told(console: Console, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("a file")
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/prompts")
        answer = await bring(browser, recording())
        assert answer.status_code == 503 and "FRISTAD_PHONE_RECORDINGS" in answer.text


async def test_only_coordinators_of_the_desk_that_answers_change_what_callers_hear(
    console: Console, tmp_path: Path, content: Content
) -> None:
    other = next(desk for desk in content.desks if desk != DESK)
    async with console.signed_in("kim") as browser:
        assert (await browser.get("/prompts")).status_code == 403
        assert (await bring(browser, recording())).status_code == 403
    await console.add("eva", "coordinator", desk=other)
    async with console.browser() as browser:
        await browser.sign_in("eva")
        page = (await browser.get("/prompts")).text
        assert "/prompts/record" not in page and "desk that answers the phone" in page
        assert (await bring(browser, recording())).status_code == 403
        assert (await browser.post("/prompts/back", of="sv", name="hello.desk")).status_code == 403
    assert not (tmp_path / "own").exists()
