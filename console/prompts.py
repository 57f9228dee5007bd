"""What callers hear by telephone: which prompts there are in each language, who speaks them, and people's recordings.

The console and the phone line meet at two folders: what a voice has made, which the console only plays, and people's
recordings, which it writes. The line looks there once a minute.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dialogues.prompts import Catalogue, Prompt, catalogue
from dialogues.recordings import convert, keep, take_back
from dialogues.sounds import Sounds, file_of, find_sounds, lacking
from dialogues.values import Content
from handover.values import DeskId


class Spoken(StrEnum):
    """Who speaks a prompt, or why nobody does."""

    MISSING = "missing"
    OUTDATED = "outdated"  # a voice's, made for other words: callers do not hear it
    CHANGED = "changed"  # a person's, whose words have changed since: callers hear it
    SYNTHETIC = "synthetic"
    RECORDED = "recorded"


class Kind(StrEnum):
    """What sort of prompt it is; in this order they are listed."""

    SENTENCE = "sentence"
    TOPIC = "topic"
    DESK = "desk"
    SERVICE = "service"
    NUMBER = "number"


_KINDS = {"title": Kind.TOPIC, "topic": Kind.TOPIC, "desk": Kind.DESK, "service": Kind.SERVICE}
_KINDS |= {"number": Kind.NUMBER, "day": Kind.NUMBER}


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt: its name and words, who speaks it, and whether there is something to play."""

    name: str
    words: str
    spoken: Spoken
    kind: Kind
    playable: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """The prompts of a language. `lacking`: how many it has to have before callers can choose it, and has not."""

    rows: Sequence[Row]
    lacking: int


class Prompts:
    """The prompts of one desk's line. `deadline` in minutes, `made` and `recordings` are the two folders."""

    def __init__(self, desk: DeskId, deadline: int, made: Path, recordings: Path) -> None:
        self.desk = desk
        self._deadline = deadline
        self._made = made
        self._recordings = recordings
        self._writing = asyncio.Lock()

    def languages(self, content: Content) -> Sequence[str]:
        """Those that are meant to be offered by telephone."""
        return content.phone.languages

    def listed(self, content: Content, language: str) -> Listed:
        """Every prompt of a language. Looks at files: call it in a thread."""
        wanted = self._wanted(content)
        own = {prompt: words for prompt, words in wanted.items() if prompt.language == language}
        sounds = find_sounds(own, self._made, self._recordings)
        spoken = _spoken(sounds)
        rows = [
            Row(prompt.name, words, spoken[prompt], _kind(prompt), spoken[prompt] is not Spoken.MISSING)
            for prompt, words in own.items()
        ]
        order = tuple(Kind)
        rows.sort(key=lambda row: order.index(row.kind))
        return Listed(rows, len(lacking(language, wanted, sounds)))

    def find(self, content: Content, language: str, name: str) -> Prompt | None:
        """A prompt of that name; None when callers never hear one."""
        prompt = Prompt(language, name)
        return prompt if prompt in self._wanted(content) else None

    def sound(self, prompt: Prompt) -> bytes | None:
        """What there is to play of it, a person's first. Reads a file: call it in a thread."""
        for folder in (self._recordings, self._made):
            try:
                return file_of(folder, prompt).read_bytes()
            except OSError:
                continue
        return None

    async def record(self, content: Content, prompt: Prompt, data: bytes) -> None:
        """Take a person's recording in its place. BadRecording when it cannot be taken, OSError when it cannot be
        written."""
        words = self._wanted(content)[prompt]
        recorded = await asyncio.to_thread(convert, data)
        async with self._writing:
            await asyncio.to_thread(keep, self._recordings, prompt, words, recorded)

    async def take_back(self, prompt: Prompt) -> None:
        """Remove a person's recording. OSError when the folder cannot be written."""
        async with self._writing:
            await asyncio.to_thread(take_back, self._recordings, prompt)

    def _wanted(self, content: Content) -> Catalogue:
        return catalogue(content, content.desks[self.desk], self._deadline)


def _spoken(sounds: Sounds) -> dict[Prompt, Spoken]:
    kinds = {
        Spoken.RECORDED: sounds.spoken,
        Spoken.CHANGED: sounds.stale,  # of the recorded ones
        Spoken.SYNTHETIC: sounds.synthetic,
        Spoken.OUTDATED: sounds.outdated,
        Spoken.MISSING: sounds.missing,
    }
    return {prompt: kind for kind, prompts in kinds.items() for prompt in prompts}


def _kind(prompt: Prompt) -> Kind:
    return _KINDS.get(prompt.name.partition(".")[0], Kind.SENTENCE)
