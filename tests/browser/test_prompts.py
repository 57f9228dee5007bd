"""A coordinator hears a prompt and puts a recording in its place, in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.people import People
from tests.dialogues.test_recordings import recording

pytestmark = pytest.mark.asyncio(loop_scope="session")

LENGTH = 1.3  # seconds: one of speech and the pause after each prompt
_LENGTH = """audio => new Promise((done, fail) => {
    audio.onloadedmetadata = () => done(audio.duration);
    audio.onerror = () => fail(new Error('no sound'));
    audio.load();
})"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hello.wav"
    path.write_bytes(recording(44100, 2, seconds=1.0))
    return path


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "hello.wav"
    path.write_bytes(b"no sound at all")
    return path


async def prompts(people: People) -> Page:
    page = await people.coordinator()
    await page.goto(f"{people.house.staff}texts")
    await page.get_by_role("link", name="Open phone prompts").click()
    await expect(page.get_by_role("heading", name="Phone prompts")).to_be_visible()
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.locator("code", has_text=name)).first


async def test_a_coordinator_records_hears_and_removes(people: People, file: Path) -> None:
    page = await prompts(people)
    hello = row(page, "hello.desk")
    await expect(hello).to_contain_text("Missing")
    await hello.get_by_text("Replace").click()
    await hello.get_by_label("WAV file for hello.desk").set_input_files(file)
    await hello.get_by_role("button", name="Use this recording").click()
    await expect(page.get_by_role("status")).to_contain_text("The recording is in its place.")
    await expect(hello).to_contain_text("Recorded")
    assert abs(await hello.get_by_label("Listen to hello.desk").evaluate(_LENGTH) - LENGTH) < 0.02
    await hello.get_by_text("Replace").click()
    await hello.get_by_role("button", name="Remove the recording").click()
    await expect(page.get_by_role("status")).to_contain_text("The recording is removed.")
    await expect(hello).to_contain_text("Missing")


async def test_what_cannot_be_used_is_told_where_it_is_read(people: People, text: Path) -> None:
    page = await prompts(people)
    hello = row(page, "hello.desk")
    await hello.get_by_text("Replace").click()
    await hello.get_by_label("WAV file for hello.desk").set_input_files(text)
    await hello.get_by_role("button", name="Use this recording").click()
    await expect(page.get_by_role("alert")).to_contain_text("this is no WAV file")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(hello).to_be_in_viewport()
