"""The one form of sound that the telephone plays without converting: 8 kHz, one channel, 16 bits."""

import io
import wave

RATE = 8000  # samples a second
WIDTH = 2  # bytes of a sample, signed, least significant first


def write_wave(frames: bytes) -> bytes:
    """A WAV file of these samples."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(WIDTH)
        file.setframerate(RATE)
        file.writeframes(frames)
    return out.getvalue()
