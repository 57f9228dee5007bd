"""Devices that the organisation signed, and everything that only looks like one."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from safety.devices import LONGEST, BadDevice, Device, public_bytes, read_device, read_key, sign_device
from safety.text64 import read64, write64

ORGANISATION, STRANGER = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
TRUSTED = public_bytes(ORGANISATION.public_key())
KEY = public_bytes(generate_private_key(SECP256R1()).public_key())
LINE = sign_device(ORGANISATION, KEY, 100)


def test_a_signed_device_holds_up_to_its_last_day() -> None:
    assert read_device(TRUSTED, LINE, 99) == read_device(TRUSTED, LINE, 100) == Device(KEY, 100)
    with pytest.raises(BadDevice, match="last day"):
        read_device(TRUSTED, LINE, 101)
    assert len(LINE) <= LONGEST


def test_another_organisation_is_not_ours() -> None:
    with pytest.raises(BadDevice):
        read_device(TRUSTED, sign_device(STRANGER, KEY, 100), 1)


def test_neither_key_nor_day_can_be_changed() -> None:
    key, _, signature = LINE.split(".")
    other = write64(public_bytes(STRANGER.public_key()))
    for changed in (f"{key}.200.{signature}", f"{other}.100.{signature}"):
        with pytest.raises(BadDevice):
            read_device(TRUSTED, changed, 1)


@given(st.text(max_size=250))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(BadDevice):
        read_device(TRUSTED, text, 1)


@given(st.binary(max_size=70), st.integers(0, 2**40), st.binary(max_size=70))
def test_what_has_the_shape_of_a_device_is_refused(key: bytes, until: int, signature: bytes) -> None:
    with pytest.raises(BadDevice):
        read_device(TRUSTED, f"{write64(key)}.{until}.{write64(signature)}", 1)


@pytest.mark.parametrize("text", ["", "AAAA", write64(bytes(65)), write64(b"\4" + bytes(64)), "å" * 87])
def test_a_key_is_a_point_of_the_curve(text: str) -> None:
    with pytest.raises(BadDevice):
        read_key(text)


def test_the_vector_holds() -> None:
    vectors = json.loads((Path(__file__).parent / "sealing.json").read_text(encoding="utf-8"))
    told, organisation = vectors["device"], read64(vectors["device"]["organisation"])
    key = bytes.fromhex(vectors["wrapped"]["public"])
    assert read_device(organisation, told["line"], told["until"]) == Device(key, told["until"])
    with pytest.raises(BadDevice):
        read_device(organisation, told["line"], told["until"] + 1)
