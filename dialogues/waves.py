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


def read_wave(data: bytes) -> bytes:
    """The samples of a WAV file of this form. ValueError when it is no such file."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, WIDTH):
                raise ValueError("is not of the telephone's form")
            return bytes(file.readframes(file.getnframes()))
    except (wave.Error, EOFError, RuntimeError):
        raise ValueError("is no WAV file") from None
