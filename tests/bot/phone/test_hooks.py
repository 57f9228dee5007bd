"""The parts of a line at a provider, one by one: what is read, what is written, what is refused at the start."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.elks import Elks
from bot.phone.hooks.main import Provider, read_settings
from bot.phone.hooks.next_steps import Busy, Dial, Goodbye, NextStep, Say
from bot.phone.hooks.settings import ElksSettings, HookSettings, TwilioSettings
from bot.phone.hooks.shelf import MOST_BYTES, Shelf
from bot.phone.hooks.told import Callback, Unwanted, call_id, key_of, take
from bot.phone.hooks.twilio import Twilio
from dialogues.waves import read_wave, write_wave
from tests.fristad.test_cli import fristad

HOOKS = Hooks("https://phone.example.org", "s" * 32)
NUMBER = "+46701740605"
ELKS = Elks(HOOKS, "+46846500401", ("192.0.2.0/24", "2001:db8::/64"))
TWILIO = Twilio(HOOKS, "+46846500401", "a-token-of-tests")
NEEDED: dict[str, Any] = {
    "redis_url": "redis://x",
    "phone_url": "https://phone.example.org",
    "phone_secret": "s" * 32,
    "phone_number": "+46846500401",
}


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=8))
def test_only_the_wanted_fields_come_out_of_a_body(others: dict[str, str]) -> None:
    others = {name: value for name, value in others.items() if name not in {"callid", "result"}}
    body = urlencode({**others, "from": NUMBER, "callid": "c1", "result": "#"}).encode()
    assert take(body, ("callid", "result")) == {"callid": "c1", "result": "#"}


@given(st.binary(max_size=300))
def test_any_bytes_are_a_body(body: bytes) -> None:
    found = take(body, ("callid", "result"))
    assert set(found) <= {"callid", "result"}
    for provider in (ELKS, TWILIO):
        with pytest.raises(Unwanted):
            provider.read(Callback("https://phone.example.org/x", body, "AAAA", "198.51.100.1"))


def test_the_first_of_two_fields_of_a_name_counts_and_long_ones_not_at_all() -> None:
    assert take(b"callid=c1&callid=c2", ("callid",)) == {"callid": "c1"}
    assert take(b"callid=" + b"c" * 300, ("callid",)) == {}
    with pytest.raises(Unwanted):
        call_id("c" * 65)
    assert [key_of(value) for value in ("7", "#", "*", "77", "", "failed")] == ["7", "#", "*", "", "", ""]


@pytest.mark.parametrize(
    ("peer", "known"),
    [("192.0.2.9", True), ("::ffff:192.0.2.9", True), ("2001:db8::5", True), ("198.51.100.1", False), (None, False),
     ("", False), ("192.0.2.9.example", False)],
)  # fmt: skip
def test_46elks_is_known_by_its_addresses(peer: str | None, known: bool) -> None:
    callback = Callback("https://phone.example.org/x", b"callid=c1&result=5", "", peer)
    if known:
        assert ELKS.read(callback).key == "5"
    else:
        with pytest.raises(Unwanted):
            ELKS.read(callback)


@pytest.mark.parametrize(
    "step",
    [
        Say("https://phone.example.org/f/a.wav", 7, 3),
        Dial(NUMBER, 4),
        Goodbye("https://phone.example.org/f/a.wav"),
        Goodbye(),
        Busy(),
        Say('https://x/"><Record/>&', 1, 1),
    ],
)
def test_no_answer_asks_for_a_recording_or_can_be_broken_out_of(step: NextStep) -> None:
    for provider in (ELKS, TWILIO):
        body = provider.write(step, "m").body
        assert b"<Record" not in body.replace(b'\\"', b"") or provider is ELKS
        assert b'"record' not in body.lower() and b" record" not in body.lower()


def test_staff_see_the_centres_number() -> None:
    assert b'"callerid": "+46846500401"' in ELKS.write(Dial(NUMBER, 4), "m").body
    assert b'callerId="+46846500401"' in TWILIO.write(Dial(NUMBER, 4), "m").body


def test_a_sound_is_its_prompts_one_after_another(tmp_path: Path) -> None:
    for name, frames in (("a", b"aa"), ("b", b"bb")):
        (tmp_path / f"{name}.wav").write_bytes(write_wave(frames))
    shelf = Shelf(b"k" * 32)
    placed = shelf.put([tmp_path / "a", tmp_path / "b", tmp_path / "gone"])
    assert read_wave(shelf.fetch(placed.name) or b"") == b"aabb"
    assert placed.seconds == 2 / 8000
    assert shelf.put([tmp_path / "a", tmp_path / "b", tmp_path / "gone"]) == placed
    assert shelf.put([tmp_path / "b"]).name != placed.name
    assert Shelf(b"l" * 32).put([tmp_path / "b"]).name != shelf.put([tmp_path / "b"]).name
    (tmp_path / "b.wav").write_bytes(write_wave(b"cccc"))  # recorded anew: what a provider kept must not be played
    assert shelf.put([tmp_path / "a", tmp_path / "b", tmp_path / "gone"]).name != placed.name
    assert shelf.fetch("0" * 40) is None
    assert shelf.fetch(f"../{placed.name}") is None


def test_a_sound_has_an_end_and_the_shelf_has_room_for_so_many(tmp_path: Path) -> None:
    (tmp_path / "long.wav").write_bytes(write_wave(bytes(MOST_BYTES // 2)))
    shelf = Shelf()
    placed = shelf.put([tmp_path / "long"] * 3)
    assert len(read_wave(shelf.fetch(placed.name) or b"")) == MOST_BYTES
    for number in range(5000):
        shelf.put([tmp_path / str(number)] * (number % 2))
    (tmp_path / "odd.wav").write_bytes(b"RIFF")
    assert read_wave(shelf.fetch(shelf.put([tmp_path / "odd"]).name) or b"") == b""


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        (ElksSettings, {"phone_provider_addresses": ""}, "must name the addresses"),
        (ElksSettings, {"phone_provider_addresses": "elks.example.org"}, "must be addresses"),
        (ElksSettings, {}, "Field required"),
        (TwilioSettings, {"phone_token": "t" * 32}, "Field required"),
        (TwilioSettings, {"phone_account": "AC1", "phone_token": "t" * 32}, "pattern"),
        (ElksSettings, {"phone_provider_addresses": "192.0.2.1", "phone_secret": "short"}, "nobody can guess"),
        (ElksSettings, {"phone_provider_addresses": "192.0.2.1", "phone_secret": "a/b" * 20}, "nobody can guess"),
        (ElksSettings, {"phone_provider_addresses": "192.0.2.1", "phone_url": "https://x.org/p"}, "without a path"),
        (ElksSettings, {"phone_provider_addresses": "192.0.2.1", "phone_number": "0701740605"}, "pattern"),
        (ElksSettings, {"phone_provider_addresses": "192.0.2.1", "console_key": "k"}, "staff side"),
    ],
)
def test_a_start_without_what_it_needs_is_refused(kind: type[HookSettings], changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        kind(**{**NEEDED, **changed})
    assert not any(value and len(value) > 8 and value in str(refused.value) for value in changed.values())


def test_settings_are_those_of_the_provider() -> None:
    assert not [name for name in os.environ if name.startswith("FRISTAD_")]
    providers: tuple[Provider, ...] = ("46elks", "twilio")
    for provider in providers:
        with pytest.raises(ValidationError):
            read_settings(provider)


@pytest.mark.parametrize(
    ("provider", "setting"), [("46elks", b"FRISTAD_PHONE_PROVIDER_ADDRESSES"), ("twilio", b"FRISTAD_PHONE_ACCOUNT")]
)
def test_what_is_missing_is_told_in_a_sentence(provider: str, setting: bytes) -> None:
    settings = {f"FRISTAD_{name.upper()}": value for name, value in NEEDED.items()}
    done = fristad("phone", "--provider", provider, FRISTAD_DEMO="true", **settings)
    assert done.returncode == 2
    assert setting in done.stderr and done.stderr.count(b"\n") == 1


def test_another_provider_is_refused() -> None:
    done = fristad("phone", "--provider", "other")
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1
