"""Prompts that can be told apart by ear: each a tone of its own, and how loud each is in what a caller heard."""

import math
import struct
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from dialogues.prompts import Prompt
from dialogues.sounds import file_of
from dialogues.waves import RATE, write_wave

SHORT = 0.02  # seconds of silence for a prompt that no test listens for
WINDOW = 0.1  # seconds that are looked at in one go; tones are at least 30 Hz apart
_LOUD = 0.5
_HEADER = 44  # bytes before the samples
_HEARD = 0.05  # of full scale; codecs and the caller's own silence stay far below


@cache
def tone(hertz: float, seconds: float) -> bytes:
    """A WAV file; 0 Hz is silence."""
    samples = (math.sin(2 * math.pi * hertz * at / RATE) * _LOUD for at in range(round(seconds * RATE)))
    frames = [round(sample * 32767) for sample in samples]
    return write_wave(struct.pack(f"<{len(frames)}h", *frames))


def record_prompts(folder: Path, wanted: Iterable[Prompt], tones: Mapping[Prompt, tuple[float, float]]) -> None:
    """Recordings of every prompt: its tone (Hz, seconds) where it has one."""
    silence = tone(0, SHORT)
    for prompt in wanted:
        path = file_of(folder, prompt)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tone(*tones[prompt]) if prompt in tones else silence)


def heard(recording: Path, hertz: float) -> list[float]:
    """The seconds at which a tone was there, one for each window."""
    samples = _read(recording)
    size = round(WINDOW * RATE)
    starts = range(0, len(samples) - size + 1, size)
    return [start / RATE for start in starts if _strength(samples[start : start + size], hertz) > _HEARD]


def _strength(samples: list[float], hertz: float) -> float:
    """Goertzel: how much of a frequency is in the samples, 1 at full scale."""
    factor = 2 * math.cos(2 * math.pi * hertz / RATE)
    last, before = 0.0, 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    power = last * last + before * before - factor * last * before
    return 2 * math.sqrt(max(0.0, power)) / len(samples)


def _read(recording: Path) -> list[float]:
    """Samples of one channel; the header of a file that is still being written says nothing yet, so it is left out."""
    frames = recording.read_bytes()[_HEADER:]
    return [value / 32768 for (value,) in struct.iter_unpack("<h", frames[: len(frames) // 2 * 2])]
