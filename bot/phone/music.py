"""The music while waiting, computed: slow, quiet, soft tones, the same each time. Nobody's rights in it."""

import math
import struct

from dialogues.waves import RATE, write_wave

_FULL = 32767  # the loudest sample
_BEAT = 0.8  # seconds
_RING = 2.4  # seconds in which a tone dies away
_LOUD = 0.12  # of full scale: below a voice
# A pentatonic scale has no dissonance, whichever tones meet. In Hz.
_TONES = (262, 330, 392, 440, 524, 440, 392, 330, 294, 392, 440, 524, 588, 524, 440, 392)
_ROUNDS = 4


def compose() -> bytes:
    """A WAV file of about a minute."""
    beats = _TONES * _ROUNDS
    samples = [0.0] * round((len(beats) * _BEAT + _RING) * RATE)
    tone = {hertz: _tone(hertz) for hertz in set(_TONES)}
    for number, hertz in enumerate(beats):
        start = round(number * _BEAT * RATE)
        for offset, value in enumerate(tone[hertz]):
            samples[start + offset] += value
    loud = [round(max(-1.0, min(1.0, sample * _LOUD)) * _FULL) for sample in samples]
    return write_wave(struct.pack(f"<{len(loud)}h", *loud))


def _tone(hertz: int) -> list[float]:
    length = round(_RING * RATE)
    return [
        math.sin(2 * math.pi * hertz * at / RATE) * math.exp(-3 * at / length) * min(1.0, at / 400) * (1 - at / length)
        for at in range(length)
    ]
