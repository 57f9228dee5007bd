"""What people record becomes what the telephone plays, as loud as the others; or it is refused, and the reason told."""

import io
import math
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.prompts import Prompt
from dialogues.recordings import RATES, BadRecording, Wrong, convert, keep, take_back
from dialogues.sounds import file_of, find_sounds, read_manifest
from dialogues.waves import RATE, read_wave

HELLO, SEVEN = Prompt("sv", "hello.desk"), Prompt("sv", "number.7")


def recording(
    rate: int = RATE, channels: int = 1, width: int = 2, seconds: float = 0.5, hertz: float = 440.0, loud: float = 0.3
) -> bytes:
    """A tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        samples = (math.sin(2 * math.pi * hertz * at / rate) * loud for at in range(round(seconds * rate)))
        frames = [round(sample * (32767 if width == 2 else 100)) for sample in samples]
        if width == 2:
            file.writeframes(struct.pack(f"<{len(frames) * channels}h", *(v for v in frames for _ in range(channels))))
        else:
            file.writeframes(bytes(len(frames) * channels * width))
    return out.getvalue()


def strength(frames: bytes, hertz: float) -> float:
    """How much of a frequency is there, 1 at full scale (Goertzel)."""
    samples = [value / 32768 for (value,) in struct.iter_unpack("<h", frames)]
    factor = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    return 2 * math.sqrt(max(0.0, last * last + before * before - factor * last * before)) / len(samples)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", RATES)
def test_a_tone_stays_what_it_is_at_every_rate(rate: int, channels: int) -> None:
    frames = read_wave(convert(recording(rate, channels)))
    spoken, pause = frames[: 4000 * 2], frames[-2000 * 2 :]
    assert abs(len(frames) / 2 - (4000 + 2400)) <= 2
    assert 0.6 < strength(spoken, 440.0) < 0.75
    assert strength(spoken, 1200.0) < 0.02
    assert set(pause) == {0}


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate > 16000])
def test_what_a_telephone_cannot_say_does_not_come_back_as_a_whistle(rate: int) -> None:
    low, high = recording(rate, seconds=1.0, loud=0.2), recording(rate, seconds=1.0, hertz=7000.0, loud=0.2)
    both = struct.pack(
        f"<{rate}h",
        *(
            a + b
            for (a,), (b,) in zip(struct.iter_unpack("<h", low[44:]), struct.iter_unpack("<h", high[44:]), strict=True)
        ),
    )
    frames = read_wave(convert(low[:44] + both))[: RATE * 2]
    assert strength(frames, 440.0) > 0.5
    assert strength(frames, 1000.0) < 0.01  # 8000 - 7000


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Wrong.FORM),
        (b"ID3" + bytes(400), Wrong.FORM),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", Wrong.FORM),
        (recording().replace(b"fmt \x10\0\0\0\x01\0", b"fmt \x10\0\0\0\x06\0"), Wrong.FORM),  # A-law
        (recording(width=1), Wrong.WIDTH),
        (recording(width=3), Wrong.WIDTH),
        (recording(channels=3), Wrong.CHANNELS),
        (recording(rate=12000), Wrong.RATE),
        (recording(rate=192000, seconds=0.3), Wrong.RATE),
        (recording(seconds=0.1), Wrong.SHORT),
        (recording(seconds=0.0), Wrong.SHORT),
        (recording(seconds=181.0, hertz=0.0), Wrong.LONG),
        (recording(loud=0.001), Wrong.SILENT),
    ],
)
def test_what_is_no_recording_is_refused_with_its_reason(data: bytes, why: Wrong) -> None:
    with pytest.raises(BadRecording) as refused:
        convert(data)
    assert refused.value.why is why


@settings(max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 60))
def test_any_bytes_are_a_recording_or_refused(data: bytes, at: int) -> None:
    start = recording(seconds=0.25)
    for given_bytes in (data, start[:at] + data, start[: 44 + at] + data, start[:at] + data + start[at:]):
        try:
            made = convert(given_bytes)
        except BadRecording:
            continue
        assert read_wave(made)


def test_a_recording_is_heard_in_the_place_of_a_voice_and_its_words_are_noted(tmp_path: Path) -> None:
    folder, made = tmp_path / "recordings", tmp_path / "made"
    wanted = {HELLO: "Hej.", SEVEN: "7"}
    keep(folder, HELLO, "Hej.", convert(recording()))
    keep(folder, SEVEN, "7", convert(recording()))
    sounds = find_sounds(wanted, made, folder)
    assert sounds.spoken == [HELLO, SEVEN] and not sounds.stale
    assert find_sounds({HELLO: "Hej hej.", SEVEN: "7"}, made, folder).stale == [HELLO]
    take_back(folder, HELLO)
    take_back(folder, HELLO)
    assert find_sounds(wanted, made, folder).missing == [HELLO]
    assert not file_of(folder, HELLO).exists() and list(read_manifest(folder)) == ["sv/number.7"]


def test_a_recording_that_somebody_put_there_by_hand_counts_as_it_is(tmp_path: Path) -> None:
    path = file_of(tmp_path, HELLO)
    path.parent.mkdir()
    path.write_bytes(convert(recording()))
    sounds = find_sounds({HELLO: "Hej."}, tmp_path / "made", tmp_path)
    assert sounds.spoken == [HELLO] and not sounds.stale


def test_a_folder_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    keep(tmp_path, HELLO, "Hej.", convert(recording()))
    before = file_of(tmp_path, HELLO).read_bytes()
    (tmp_path / "sv" / ".hello.desk.wav.part").mkdir()
    with pytest.raises(OSError):
        keep(tmp_path, HELLO, "Hej.", convert(recording(seconds=1.0)))
    assert file_of(tmp_path, HELLO).read_bytes() == before
