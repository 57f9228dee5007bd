"""Two neighbouring versions: what the one before wrote is read, what the next one adds is passed over, and nothing is
written that the one before does not read."""

import json
from typing import Any

import pytest

from handover.codec import UNREADABLE, read_briefing, read_event
from handover.crew import At, Colleague
from handover.crew_redis import _read_row
from handover.events import Resync
from handover.post_redis import _read_posted
from safety.format import FORMAT, is_near
from safety.tokens import seal, unseal
from tests.handover.formats import KEY, NOW, READERS, RECORDED, read, written

NEAR = [number for number in (FORMAT - 1, FORMAT) if number >= 1]


def recorded(version: int) -> Any:
    return json.loads((RECORDED / f"{version}.json").read_text(encoding="utf-8"))


OURS = [(each["kind"], each["text"]) for each in recorded(FORMAT)["values"]]


@pytest.mark.parametrize("version", NEAR)
def test_what_was_written_means_what_it_meant(version: int) -> None:
    values = recorded(version)["values"]
    assert {each["kind"] for each in values} == set(READERS)
    for each in values:
        assert repr(READERS[each["kind"]](each["text"].encode())) == each["means"], each


@pytest.mark.parametrize("version", NEAR)
def test_nothing_is_written_that_this_version_or_the_one_before_does_not_read(version: int) -> None:
    """What is new is read in this release and written in the next: then record it with `formats`, and raise FORMAT."""
    known = recorded(version)["read"]
    for where, names in written().items():
        assert set(names) <= set(known[where]), f"{where}: version {version} does not read it"


@pytest.mark.parametrize("version", NEAR)
def test_nothing_is_forgotten_that_the_one_before_writes(version: int) -> None:
    for where, names in recorded(version)["written"].items():
        assert set(names) <= set(read()[where]), f"{where}: version {version} still writes it"


@pytest.mark.parametrize(("kind", "text"), [each for each in OURS if each[1].startswith("{")])
def test_what_the_next_version_adds_is_passed_over(kind: str, text: str) -> None:
    told = json.loads(text)
    told |= {"telepathy": {"of": [1, "x", None]}, **({"v": FORMAT + 1} if "v" in told else {})}
    assert READERS[kind](json.dumps(told).encode()) == READERS[kind](text.encode())


@pytest.mark.parametrize(("kind", "text"), [each for each in OURS if each[0].endswith("token")])
def test_a_token_of_the_next_version_is_longer_at_its_end(kind: str, text: str) -> None:
    purpose = kind.partition(" ")[0]
    row = json.loads(unseal(KEY, purpose, text, NOW, 1))
    longer = seal(KEY, purpose, json.dumps([*row, {"telepathy": True}]).encode(), NOW)
    assert READERS[kind](longer.encode()) == READERS[kind](text.encode())


def test_a_telegram_record_of_the_next_version_is_longer_at_the_end_of_each_row() -> None:
    (text,) = [text for kind, text in OURS if kind == "telegram"]
    told = json.loads(text)
    for row in ("state", "keys", "rest"):
        told[row].append("of the next version")
    told["keys"][4][0].append("of the next version")
    assert READERS["telegram"](json.dumps(told).encode()) == READERS["telegram"](text.encode())


@pytest.mark.parametrize("channel", ["up", "down", "talk"])
def test_an_event_of_the_next_version_makes_the_receiver_read_the_truth(channel: str) -> None:
    for payload in (b"Z", b"Z1 2 3", b"\xff", "é".encode()):
        assert read_event(channel, payload) == Resync()


def test_a_far_version_is_not_guessed_at() -> None:
    assert [is_near(version) for version in (None, FORMAT, FORMAT + 1)] == [True, True, True]
    assert not any(is_near(version) for version in (FORMAT + 2, FORMAT - 2, 0, -1, True, "1", 1.0, [1]))
    assert read_briefing(b'{"v": 9, "language": "sv", "channel": "web", "danger": "none"}') == UNREADABLE


def test_who_stands_in_a_way_of_the_next_version_is_not_available() -> None:
    assert _read_row(b"kim", "3 levitating Åsa K".encode(), 1) == Colleague(
        "kim",  # type: ignore[arg-type]
        "Åsa K",
        At.PAUSED,
        2,
    )
    assert _read_row(b"kim", b"[3] on Kim", 1) is None


def test_what_the_next_version_posts_never_erases_a_box() -> None:
    erasure = _read_posted(b"1-0", [b"box", b"A" * 43])
    assert erasure is not None
    assert erasure.letter is None
    assert _read_posted(b"1-0", [b"box", b"A" * 43, b"wish", b"longer"]) is None
