"""A running line takes over what people record, and never loses what it could say."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.phone.settings import PhoneSettings
from bot.phone.shown import NoPrompts, Shown
from dialogues.prompts import Catalogue, Prompt
from dialogues.recordings import keep, take_back
from dialogues.sounds import file_of
from dialogues.values import Content
from dialogues.waves import write_wave

HELLO = Prompt("sv", "hello.desk")


def test_a_recording_is_taken_over_and_one_that_is_gone_is_let_go(
    tmp_path: Path, content: Content, wanted: Catalogue
) -> None:
    settings = PhoneSettings(
        redis_url=SecretStr("redis://x"), phone_sounds=tmp_path / "made", phone_recordings=tmp_path / "own"
    )
    with pytest.raises(NoPrompts):
        Shown(settings, content, lambda: 0.0)
    for prompt, words in wanted.items():
        if prompt.language == "sv" and prompt != HELLO:
            keep(tmp_path / "own", prompt, words, write_wave(b""))
    keep(tmp_path / "own", HELLO, "Hej.", write_wave(b""))
    shown = Shown(settings, content, lambda: 0.0)
    assert shown.line().languages == ("sv",)
    topic = next(prompt for prompt in wanted if prompt.language == "sv" and prompt.name.startswith("topic."))
    take_back(tmp_path / "own", topic)
    shown.look_again()
    assert topic not in shown.files() and shown.line().languages == ("sv",)
    file_of(tmp_path / "own", HELLO).unlink()  # no call could do without it
    shown.look_again()
    assert shown.line().languages == ("sv",)
