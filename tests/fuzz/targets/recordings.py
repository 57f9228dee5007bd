"""A file that somebody brings as a recording: it becomes one of the telephone's form, or is refused with a reason."""

from dialogues.recordings import LONGEST, BadRecording, Wrong, convert
from dialogues.waves import RATE, WIDTH, read_wave, write_wave
from tests.fuzz.doling import Dole

ROOM = "dialogues.recordings"
_GOOD = write_wave(b"\x10\x20" * (RATE // 4))
SEEDS = (b"\x2c\0", b"\x16\x04\x80\xbb\0\0", b"\x18\x02\2\0", b"\x04\x04\xff\xff\xff\xff", b"\x22\x02\x18\0")


def target(data: bytes) -> None:
    """A good file with some bytes of its head in the place of others."""
    dole = Dole(data)
    at, length = dole.number() % 48, dole.number() % 16
    brought = _GOOD[:at] + dole.rest()[:length] + _GOOD[at + length :]
    try:
        made = convert(brought)
    except BadRecording as refusal:
        assert refusal.why in Wrong
        return
    assert len(read_wave(made)) <= (LONGEST + 1) * RATE * WIDTH
