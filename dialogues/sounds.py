"""Which prompts there are as files, which of them a person has spoken, and which say what is no longer so.

What a voice has made stands in `prompts.json` beside it, each with the digest of its words: a prompt whose words have
changed since counts as missing. A person's recording counts as it is; whether it still fits, people have to hear.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogues.prompts import Catalogue, Prompt

MANIFEST = "prompts.json"
ENDING = ".wav"  # 8 kHz, one channel, 16 bits: the engine plays it without converting
_OPTIONAL = ("title.", "topic.", "service.", "desk.")  # what can be left out of what is said


@dataclass(frozen=True, slots=True)
class Sounds:
    """Files to play, without their ending. `spoken` by a person, `synthetic` by a voice; what is in neither of them is
    `missing` or was made for other words (`outdated`). `stale` are those of `spoken` that were recorded in the console
    for other words: they play, and people have to hear whether they still fit."""

    files: Mapping[Prompt, Path]
    spoken: Sequence[Prompt]
    synthetic: Sequence[Prompt]
    missing: Sequence[Prompt]
    outdated: Sequence[Prompt]
    stale: Sequence[Prompt] = ()


def find_sounds(wanted: Catalogue, made: Path, recordings: Path | None) -> Sounds:
    """Look for every prompt of the catalogue: a person's recording first, then what a voice has made of these words."""
    digests, noted = read_manifest(made), read_manifest(recordings) if recordings else {}
    files: dict[Prompt, Path] = {}
    kinds: dict[str, list[Prompt]] = {kind: [] for kind in ("spoken", "synthetic", "missing", "outdated")}
    for prompt, words in wanted.items():
        recording = recordings and file_of(recordings, prompt)
        voice = file_of(made, prompt)
        if recording and recording.is_file():
            kind, found = "spoken", recording
        elif voice.is_file():
            kind, found = ("synthetic" if digests.get(key(prompt)) == digest(words) else "outdated"), voice
        else:
            kind, found = "missing", voice
        kinds[kind].append(prompt)
        if kind in {"spoken", "synthetic"}:
            files[prompt] = found.with_name(found.name.removesuffix(ENDING))
    stale = [
        prompt for prompt in kinds["spoken"] if noted.get(key(prompt), digest(wanted[prompt])) != digest(wanted[prompt])
    ]
    return Sounds(files, **kinds, stale=stale)


def offered(languages: Sequence[str], wanted: Collection[Prompt], sounds: Sounds) -> tuple[str, ...]:
    """The languages in which everything can be said that a call cannot do without."""
    return tuple(language for language in languages if not lacking(language, wanted, sounds))


def lacking(language: str, wanted: Collection[Prompt], sounds: Sounds) -> list[Prompt]:
    """What a language has to have before it is offered, and has not."""
    needed = [prompt for prompt in wanted if prompt.language == language and not prompt.name.startswith(_OPTIONAL)]
    return [prompt for prompt in needed if prompt not in sounds.files]


def file_of(folder: Path, prompt: Prompt) -> Path:
    """Where a prompt's file is, below a folder of prompts."""
    return folder / prompt.language / f"{prompt.name}{ENDING}"


def key(prompt: Prompt) -> str:
    """What a prompt is called in the manifest."""
    return f"{prompt.language}/{prompt.name}"


def digest(words: str) -> str:
    """Of the words that a prompt says."""
    return hashlib.sha256(words.encode()).hexdigest()


def read_manifest(made: Path) -> dict[str, str]:
    """Digests by key; empty when there is none that can be read: then nothing counts as made."""
    try:
        raw = json.loads((made / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in raw.items()} if isinstance(raw, dict) else {}
