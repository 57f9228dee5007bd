"""The words of every prompt: out of the content, as a voice is to read them."""

import wave
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from bot.phone.music import compose
from dialogues.prompts import Catalogue, Prompt, catalogue, spoken
from dialogues.sounds import MANIFEST, digest, file_of, find_sounds, key, lacking, offered, read_manifest
from dialogues.values import Audience, Content
from dialogues.waves import RATE
from fristad.phone import list_prompts


def test_names_and_numbers_are_filled_in(wanted: Catalogue) -> None:
    assert wanted[Prompt("sv", "hello.desk")] == "Hej, du har kommit till Demojouren."
    assert " 10 " in wanted[Prompt("en", "waiting.deadline")]
    assert not [words for words in wanted.values() if "{" in words]


def test_a_topic_has_a_prompt_for_each_piece(content: Content, wanted: Catalogue) -> None:
    for topic in content.phone.topics:
        texts = content.languages["sv"].topics[topic]
        said = [
            wanted[Prompt("sv", f"topic.{topic}.{number}")] for number in range(1, len(texts.pieces[Audience.SELF]) + 1)
        ]
        assert said == [piece.text for piece in texts.pieces[Audience.SELF]]


def test_a_topic_is_never_read_in_another_language(content: Content) -> None:
    lent = replace(content, phone=replace(content.phone, topics=("school",)))
    names = {prompt for prompt in catalogue(lent, lent.desks["demo"], 10) if "school" in prompt.name}
    assert {prompt.language for prompt in names} == {"sv", "en"}


def test_an_unchecked_service_is_named_in_a_demonstration_alone(content: Content, wanted: Catalogue) -> None:
    assert Prompt("sv", "service.bris") in wanted
    real = catalogue(replace(content, demo=False), content.desks["demo"], 10)
    assert not [prompt for prompt in real if prompt.name.startswith("service.")]


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("Ring 112.", "Ring 1 1 2."),
        ("Bris. 116 111.", "Bris. 1 1 6 1 1 1."),
        ("020-50 50 50", "0 2 0 5 0 5 0 5 0"),
        ("Tryck 9, du är 15 år.", "Tryck 9, du är 15 år."),
    ],
)
def test_numbers_to_call_are_read_digit_by_digit(words: str, read: str) -> None:
    assert spoken(words) == read


def write(folder: Path, prompt: Prompt) -> None:
    path = file_of(folder, prompt)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")


def test_what_is_there_is_known_as_spoken_synthetic_missing_or_outdated(tmp_path: Path) -> None:
    made, recordings = tmp_path / "made", tmp_path / "recordings"
    names = ("spoken", "synthetic", "outdated", "missing")
    wanted = {Prompt("sv", name): f"words of {name}" for name in names}
    spoken_one, synthetic, outdated, missing = wanted
    write(recordings, spoken_one)
    for prompt in (spoken_one, synthetic, outdated):
        write(made, prompt)
    told = {key(synthetic): digest("words of synthetic"), key(outdated): digest("other words")}
    (made / MANIFEST).write_text(str(told).replace("'", '"'))
    sounds = find_sounds(wanted, made, recordings)
    assert (sounds.spoken, sounds.synthetic) == ([spoken_one], [synthetic])
    assert (sounds.missing, sounds.outdated) == ([missing], [outdated])
    assert sounds.files == {spoken_one: recordings / "sv" / "spoken", synthetic: made / "sv" / "synthetic"}
    assert offered(("sv",), wanted, sounds) == ()
    assert lacking("sv", wanted, sounds) == [outdated, missing]
    assert list_prompts(wanted, sounds) == [
        "sv: 1 recorded by a person, 1 synthetic, 1 missing, 1 outdated; not offered by phone.",
        "  missing: sv/missing",
        "  outdated: sv/outdated",
    ]


def test_a_language_is_offered_without_what_can_be_left_out(tmp_path: Path) -> None:
    wanted = {
        Prompt("sv", "menu.danger"): "112",
        Prompt("sv", "topic.threats.1"): "x",
        Prompt("en", "menu.danger"): "y",
    }
    write(tmp_path / "recordings", Prompt("sv", "menu.danger"))
    sounds = find_sounds(wanted, tmp_path / "made", tmp_path / "recordings")
    assert offered(("sv", "en"), wanted, sounds) == ("sv",)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1'])
def test_a_broken_list_counts_nothing_as_made(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    assert read_manifest(tmp_path) == {}


def test_the_music_is_quiet_and_of_the_right_form() -> None:
    with wave.open(BytesIO(compose())) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        assert 50 < file.getnframes() / RATE < 70
        frames = file.readframes(file.getnframes())
    loudest = max(abs(int.from_bytes(frames[at : at + 2], "little", signed=True)) for at in range(0, len(frames), 2))
    assert 2000 < loudest < 14000
