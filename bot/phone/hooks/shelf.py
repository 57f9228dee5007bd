"""Sounds for providers to fetch: of the prompts alone, by names that nobody can guess and that say nothing.

A name is drawn from what is played (files and their state, under a key of this process): the same playlist has the
same name for every caller, and a prompt that was recorded anew has another one, because providers keep what they have
fetched.
"""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogues.sounds import ENDING
from dialogues.waves import RATE, WIDTH, read_wave, write_wave

MOST_BYTES = 16 * 1024 * 1024  # of one sound: 17 minutes, far above the longest topic
_MOST_NAMES = 4096  # of playlists that can be fetched; the oldest one goes first
_NAME = re.compile(r"[0-9a-f]{40}")
_HEAD = 44  # bytes of a WAV file before its samples


@dataclass(frozen=True, slots=True)
class Placed:
    """A sound's name, and how long it takes in seconds."""

    name: str
    seconds: float


class Shelf:
    """What can be fetched now. Files are named without their ending, as everywhere."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._lists: OrderedDict[str, tuple[Path, ...]] = OrderedDict()
        self._fixed: dict[str, bytes] = {}

    def put(self, files: Sequence[Path]) -> Placed:
        """These files, one after another, as one sound."""
        paths = [file.with_name(f"{file.name}{ENDING}") for file in files]
        stated = []
        length = 0
        for path in paths:
            try:
                state = path.stat()
            except OSError:  # gone since it was found: it is left out when it is read, too
                continue
            length += max(0, state.st_size - _HEAD)
            stated.append(f"{path}\0{state.st_mtime_ns}\0{state.st_size}")
        name = self._name("\n".join(stated).encode())
        self._lists[name] = tuple(paths)
        self._lists.move_to_end(name)
        if len(self._lists) > _MOST_NAMES:
            self._lists.popitem(last=False)
        return Placed(name, length / (RATE * WIDTH))

    def keep(self, frames: bytes) -> Placed:
        """These samples, for as long as the process runs."""
        name = self._name(frames)
        self._fixed[name] = write_wave(frames)
        return Placed(name, len(frames) / (RATE * WIDTH))

    def fetch(self, name: str) -> bytes | None:
        """The sound of a name, as a WAV file; None when there is none. Reads files."""
        if not _NAME.fullmatch(name):
            return None
        if name in self._fixed:
            return self._fixed[name]
        if name not in self._lists:
            return None
        frames = b"".join(read_frames(path) for path in self._lists[name])
        return write_wave(frames[:MOST_BYTES])

    def _name(self, what: bytes) -> str:
        return hmac.new(self._key, what, hashlib.sha256).hexdigest()[:40]


def read_frames(path: Path) -> bytes:
    """The samples of a file of the telephone's form; none when it is gone or of another form."""
    try:
        return read_wave(path.read_bytes())
    except (OSError, ValueError):
        return b""
