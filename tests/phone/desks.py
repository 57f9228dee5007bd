"""A console beside the phone line, and staff with a real browser whose microphone says a tone."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from playwright.async_api import Locator, async_playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM, MISSING, PATIENCE
from tests.browser.people import People, Staff
from tests.phone.exchange import Exchange
from tests.phone.tones import tone
from tests.running import House, end, free_port, start, wait_until_healthy
from tests.sealed import Organisation

STAFF_VOICE = 880.0  # Hz: what staff say all the time

# Keeps what comes from the other end, so that a test can listen to it.
HEAR = """
window.others = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer {
  constructor(...all) { super(...all); this.addEventListener("track", ({ track }) => window.others.push(track)); }
};
"""
# The loudest pitch of the last one in Hz, 0 for silence.
LISTEN = """
async () => {
  const track = window.others.findLast((each) => each.readyState === "live" && !each.muted);
  if (!track) return 0;
  const context = new AudioContext();
  await context.resume();
  const ear = context.createAnalyser();
  ear.fftSize = 4096;
  ear.smoothingTimeConstant = 0;
  context.createMediaStreamSource(new MediaStream([track])).connect(ear);
  await new Promise((done) => setTimeout(done, 500));
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  const top = bins.reduce((best, each, place) => (each > bins[best] ? place : best), 0);
  const found = bins[top] > -60 ? top * context.sampleRate / ear.fftSize : 0;
  await context.close();
  return found;
}
"""
# How loud each of these pitches is in the same ear, in dB.
LEVELS = """
async (pitches) => {
  const track = window.others.findLast((each) => each.readyState === "live" && !each.muted);
  if (!track) return pitches.map(() => -200);
  const context = new AudioContext();
  await context.resume();
  const ear = context.createAnalyser();
  ear.fftSize = 4096;
  ear.smoothingTimeConstant = 0;
  context.createMediaStreamSource(new MediaStream([track])).connect(ear);
  await new Promise((done) => setTimeout(done, 500));
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  const near = (pitch) => Math.round(pitch * ear.fftSize / context.sampleRate);
  const found = pitches.map((pitch) => Math.max(-200, ...bins.slice(near(pitch) - 1, near(pitch) + 2)));
  await context.close();
  return found;
}
"""


@dataclass
class Console:
    """A running console of an exchange."""

    own: Exchange
    folder: Path
    house: House
    command: dict[str, str]

    @property
    def process(self) -> Popen[bytes]:
        return self.house.process


@contextmanager
def console(own: Exchange, folder: Path, **settings: str) -> Iterator[Console]:
    """`fristad console` on the same engine of talks, with the line's folder. Ended afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    output, port = folder / "console.log", free_port()
    organisation, staff_token, coordinator_token = Organisation(), secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    values = {
        "DEMO": "true",
        "REDIS_URL": own.talks.staff,
        "STAFF_PORT": str(port),
        "DATA": str(folder / "var"),
        "DEMO_STAFF_TOKEN": staff_token,
        "DEMO_COORDINATOR_TOKEN": coordinator_token,
        "ORGANISATION_KEY": organisation.text,
        "ORGANISATION_SIGNING_KEY": organisation.pem,
        "PHONE_FOLDER": own.environment["FRISTAD_PHONE_FOLDER"],
        "PHONE_CONTROL_PORT": own.environment["FRISTAD_PHONE_CONTROL_PORT"],
        **settings,
    }
    environment = {f"FRISTAD_{name}": value for name, value in values.items()}
    with output.open("wb") as sink:
        process = start(["-m", "fristad", "console"], environment, folder, sink)
    staff = f"http://localhost:{port}/"
    try:
        wait_until_healthy(process, staff, output)
        house = House(
            process, "", staff, f"{staff}demo/{staff_token}", f"{staff}demo/{coordinator_token}", folder / "var", output
        )
        yield Console(own, folder, house, environment)
    finally:
        end(process)


@asynccontextmanager
async def staff_of(console: Console) -> AsyncIterator[People]:
    """People whose browsers have a microphone that says STAFF_VOICE."""
    assert CHROMIUM.exists(), MISSING
    voice = console.folder / "voice.wav"
    voice.write_bytes(tone(STAFF_VOICE, 20))
    expect.set_options(timeout=2 * PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *ARGUMENTS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={voice}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        people = People(browser, console.house)
        try:
            yield people
        finally:
            await browser.close()


async def answers_calls(people: People, by: str = "Here in the browser", number: str = "", **options: Any) -> Staff:
    """Somebody on duty whose telephone can be rung; `options` of their browser."""
    staff = await people.staff(permissions=["microphone"], **options)
    await staff.page.add_init_script(HEAR)
    await staff.page.reload()
    await staff.goes_on_duty()
    await chooses(staff, by, number)
    state = "calls ring on your telephone" if number else "calls ring here"
    await expect(staff.page.locator("#phone-state")).to_have_text(state)
    return staff


async def chooses(staff: Staff, by: str, number: str = "") -> None:
    """What calls are answered with."""
    await staff.page.locator("#phone summary").click()
    await staff.page.get_by_label(by).check()
    if number:
        await staff.page.get_by_label("My number").fill(number)
    await staff.page.get_by_role("button", name="Use this").click()
    await expect(staff.page.locator("#phone form")).to_be_hidden()  # it folds when the choice is in force


def state_of(staff: Staff) -> Locator:
    """How the call in hand stands."""
    return staff.page.locator(".line-state")


async def hears(staff: Staff, hertz: float) -> None:
    """Until that pitch is the loudest in their ear; 0 is silence."""
    found = 0.0
    for _ in range(40):
        found = float(await staff.page.evaluate(LISTEN))
        if abs(found - hertz) < 30:
            return
    raise AssertionError(f"{found} Hz is heard, not {hertz}")


async def levels(staff: Staff, *pitches: float) -> list[float]:
    """How loud each pitch is in their ear, in dB."""
    return [float(each) for each in await staff.page.evaluate(LEVELS, list(pitches))]


def kept_in(folder: Path) -> Any:
    """Every file below a folder, by name, as bytes."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
