"""A person's recording of a prompt: checked, made into what the telephone plays, and put where the line looks for it.

Beside the recordings stands a manifest like that of the made prompts: the digest of the words that each one was
recorded for. A recording plays as it is; the manifest tells people that its words have changed since.
"""

import io
import json
import math
import wave
from array import array
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from operator import mul
from pathlib import Path

from dialogues.prompts import Prompt
from dialogues.sounds import MANIFEST, digest, file_of, key, read_manifest
from dialogues.waves import RATE, WIDTH, write_wave

MOST_BYTES = 6 * 1024 * 1024  # of a file as it comes: a minute at 48 kHz with one channel
RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)
SHORTEST, LONGEST = 0.2, 180.0  # seconds
_QUIETEST = 0.01  # of full scale: below it nobody spoke, or the microphone was off
_PEAK = 0.7  # of full scale, -3 dB, as a voice's prompts are made (fristad.voices)
_PAUSE = 0.3  # seconds of silence after each, as there
_FULL = 32768
_CUTOFF = 0.45  # of the telephone's rate: what is above would come back as a whistle
_LOBES = 12  # of the filter, to each side


class Wrong(StrEnum):
    """Why a file cannot be taken."""

    FORM = "form"  # no WAV file, or a compressed one
    WIDTH = "width"  # not 16 bits
    RATE = "rate"
    CHANNELS = "channels"  # more than two
    SHORT = "short"
    LONG = "long"
    SILENT = "silent"


class BadRecording(ValueError):
    """Not a recording that can be taken; `why` says what is wrong with it."""

    def __init__(self, why: Wrong) -> None:
        super().__init__(why)
        self.why = why


def convert(data: bytes) -> bytes:
    """A WAV file of the telephone's form (8 kHz, one channel, 16 bits), as loud as the made prompts, out of one with
    16 bits, one or two channels and one of RATES. BadRecording when it is none."""
    rate, channels, samples = _read(data)
    seconds = len(samples) / channels / rate
    if seconds < SHORTEST:
        raise BadRecording(Wrong.SHORT)
    if seconds > LONGEST:
        raise BadRecording(Wrong.LONG)
    one: Sequence[float] = samples if channels == 1 else [(a + b) / 2 for a, b in zip(*_sides(samples), strict=True)]
    loudest = max(max(one), -min(one))
    if loudest < _QUIETEST * _FULL:
        raise BadRecording(Wrong.SILENT)
    played = resample(one, rate)
    factor = _PEAK * _FULL / max(max(played), -min(played), 1.0)
    levelled = array("h", (round(sample * factor) for sample in played))
    return write_wave(levelled.tobytes() + bytes(round(_PAUSE * RATE) * WIDTH))


def keep(folder: Path, prompt: Prompt, words: str, recorded: bytes) -> None:
    """Put what `convert` made in its place, for these words. OSError when the folder cannot be written."""
    path = file_of(folder, prompt)
    for each in (folder, path.parent):
        if not each.is_dir():
            each.mkdir(parents=True)
            each.chmod(0o755)  # whatever the process keeps to itself otherwise: the engine runs as another user
    _write(path, recorded)
    _note(folder, {**read_manifest(folder), key(prompt): digest(words)})


def take_back(folder: Path, prompt: Prompt) -> None:
    """Remove a recording; a voice's prompt of its name is heard again. OSError when the folder cannot be written."""
    file_of(folder, prompt).unlink(missing_ok=True)
    noted = read_manifest(folder)
    if noted.pop(key(prompt), None) is not None:
        _note(folder, noted)


def resample(samples: Sequence[float], rate: int) -> Sequence[float]:
    """The same sound at the telephone's rate: a sinc under a Hann window, once for each phase between both rates."""
    if rate == RATE:
        return samples
    step = math.gcd(rate, RATE)
    phases, stride = RATE // step, rate // step
    half = math.ceil(_LOBES * rate / RATE)
    kernels = [_kernel(phase / phases, half, rate) for phase in range(phases)]
    padded = [0.0] * half + list(samples) + [0.0] * (half + 1)
    width = 2 * half + 1
    made = []
    for number in range(len(samples) * phases // stride):
        whole, phase = divmod(number * stride, phases)
        made.append(sum(map(mul, kernels[phase], padded[whole : whole + width])))
    return made


def _kernel(offset: float, half: int, rate: int) -> list[float]:
    cutoff = 2 * _CUTOFF * min(rate, RATE) / rate  # of half the file's rate
    kernel = []
    for at in range(-half, half + 1):
        distance = at - offset
        sinc = 1.0 if distance == 0 else math.sin(math.pi * cutoff * distance) / (math.pi * cutoff * distance)
        window = 0.5 + 0.5 * math.cos(math.pi * min(1.0, abs(distance) / (half + 1)))
        kernel.append(sinc * window)
    whole = sum(kernel)
    return [value / whole for value in kernel]


def _read(data: bytes) -> tuple[int, int, "array[int]"]:
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.readframes(file.getnframes())
    # wave says RuntimeError where a chunk is longer than its file.
    except (wave.Error, EOFError, ValueError, OverflowError, RuntimeError, OSError):
        raise BadRecording(Wrong.FORM) from None
    if width != WIDTH:
        raise BadRecording(Wrong.WIDTH)
    if channels not in {1, 2}:
        raise BadRecording(Wrong.CHANNELS)
    if rate not in RATES:
        raise BadRecording(Wrong.RATE)
    samples = array("h")
    samples.frombytes(frames[: len(frames) // (WIDTH * channels) * (WIDTH * channels)])
    return rate, channels, samples


def _sides(samples: "array[int]") -> tuple["array[int]", "array[int]"]:
    return samples[::2], samples[1::2]


def _note(folder: Path, noted: dict[str, str]) -> None:
    _write(folder / MANIFEST, json.dumps({name: noted[name] for name in sorted(noted)}, indent=0).encode())


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a call may be playing the file."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.chmod(0o644)  # no secret, and the engine runs as another user
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
