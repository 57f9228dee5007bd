"""The commands of `fristad phone` that need no telephone engine."""

import asyncio
import wave
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.phone.settings import EngineSettings
from dialogues.overlay import digest, shipped_text, write_document
from dialogues.prompts import Prompt
from dialogues.sounds import file_of, find_sounds
from dialogues.waves import RATE
from fristad.phone import read_catalogue
from fristad.refusal import Refused
from fristad.voices import MUSIC, make_prompts
from handover.values import Edition
from tests.contract.ends import open_ends
from tests.engines import running
from tests.fristad.test_cli import fristad

TRUNK: dict[str, Any] = {"FRISTAD_PHONE_TRUNK": "sip.example.org", "FRISTAD_PHONE_TRUNK_ADDRESSES": "192.0.2.7"}
SEVEN, TEN, SOMALI = Prompt("sv", "number.7"), Prompt("en", "number.10"), Prompt("so", "number.7")


def silent(_: str) -> None: ...


def test_a_prompt_is_made_once_for_its_words(tmp_path: Path) -> None:
    assert make_prompts({SEVEN: "7", TEN: "10"}, tmp_path, None, silent) == 2
    with wave.open(str(file_of(tmp_path, SEVEN))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        assert 0.3 < file.getnframes() / RATE < 5
        loud = max(file.readframes(file.getnframes()))
    assert loud > 0
    assert (tmp_path / MUSIC).is_file()
    assert make_prompts({SEVEN: "7", TEN: "10"}, tmp_path, None, silent) == 0
    assert make_prompts({SEVEN: "sju"}, tmp_path, None, silent) == 1
    assert not file_of(tmp_path, TEN).exists()
    assert find_sounds({SEVEN: "sju"}, tmp_path, None).synthetic == [SEVEN]


def test_without_the_programs_only_what_has_to_be_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="espeak-ng is missing"):
        make_prompts({SEVEN: "7"}, tmp_path / "made", None, silent)
    assert make_prompts({SOMALI: "7"}, tmp_path / "made", None, silent) == 0
    assert (tmp_path / "made" / MUSIC).is_file()


def test_a_language_without_a_voice_and_what_a_person_recorded_are_left_alone(tmp_path: Path) -> None:
    recording = file_of(tmp_path / "recordings", SEVEN)
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"a person's")
    wanted = {SEVEN: "7", SOMALI: "7"}
    assert make_prompts(wanted, tmp_path / "made", tmp_path / "recordings", silent) == 0
    sounds = find_sounds(wanted, tmp_path / "made", tmp_path / "recordings")
    assert (sounds.spoken, sounds.missing) == ([SEVEN], [SOMALI])


def test_render_writes_for_its_owner_alone_and_a_new_password_each_time(tmp_path: Path) -> None:
    passwords = set()
    for _ in range(2):
        done = fristad("phone", "render", str(tmp_path / "phone"), **TRUNK)
        assert done.returncode == 0, done.stderr
        passwords.add((tmp_path / "phone" / "control.secret").read_text())
    assert len(passwords) == 2
    for path in (tmp_path / "phone").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "phone" / "start").stat().st_mode & 0o100
    assert not (tmp_path / "phone" / "spool" / "recording").exists()


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("render", "phone"), {}, b"FRISTAD_PHONE_TRUNK is not set"),
        (("render", "phone"), {"FRISTAD_PHONE_TRUNK": "sip.example.org"}, b"FRISTAD_PHONE_TRUNK_ADDRESSES"),
        (("render", "phone"), {"FRISTAD_PHONE_TRUNK": "two words"}, b"FRISTAD_PHONE_TRUNK: must be"),
        (("render",), {}, b"DIR"),
        (("prompts", "sounds"), {"FRISTAD_DESK": "nobody"}, b"FRISTAD_DESK names no desk"),
        ((), {"FRISTAD_DEMO": "true"}, b"FRISTAD_REDIS_URL is not set"),
        ((), {"FRISTAD_DEMO": "true", "FRISTAD_REDIS_URL": "redis://x"}, b"FRISTAD_PHONE_SOUNDS"),
        ((), {"FRISTAD_DEMO": "true", "FRISTAD_REDIS_URL": "redis://x", "FRISTAD_CONSOLE_KEY": "k"}, b"staff side"),
        ((), {}, b"Nobody has checked these lines yet"),
    ],
)
def test_what_is_missing_is_told_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    settings: dict[str, Any],
    said: bytes,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = fristad("phone", *arguments, **settings)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "phone").exists()


def test_a_check_without_an_engine_says_that_it_saw_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = fristad("phone", "check")
    assert done.returncode == 2
    assert b"The engine does not answer." in done.stdout
    assert b"sv is not offered by phone" in done.stdout


def test_the_help_says_what_there_is() -> None:
    out = fristad("phone", "--help").stdout
    for name in (b"render", b"prompts", b"check"):
        assert name in out


async def test_what_staff_published_is_what_is_spoken() -> None:
    part = "sv/topics/my-rights.md"
    text = shipped_text(part)
    assert text is not None
    head, _, rest = text.partition("## self\n")
    document = write_document({part: f"{head}## self\nDu har rätt att fråga.\n\n{rest}"})
    with running("valkey") as engine:
        async with open_ends(engine) as ends:
            await ends.staff.publish(Edition(1, digest(document), document))
        settings = EngineSettings(demo=True, redis_url=SecretStr(engine.visitor))
        said = await asyncio.to_thread(read_catalogue, settings, published=True)
        assert "Du har rätt att fråga." in said.values()
    with pytest.raises(Refused, match="FRISTAD_REDIS_URL"):
        await asyncio.to_thread(read_catalogue, settings, published=True)
    assert "Du har rätt att fråga." not in (await asyncio.to_thread(read_catalogue, settings, published=False)).values()
