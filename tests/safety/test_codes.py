"""Codes: nine words, what they derive, the letters between two ends, and the key of a desk. Vectors shared with JS."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from safety.codes import (
    BITS,
    SECRET,
    WORDS,
    BadCode,
    box_of,
    derive_key_pair,
    draw,
    key_pair_of,
    letters_of,
    locator_of,
    read_code,
    write_code,
)
from safety.desks import read_desk, sign_desk
from safety.devices import BadDevice, public_bytes, read_device
from safety.sealing import SALT, Direction, Unopenable, open_sealed, seal
from safety.wordlists import LANGUAGES

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "codes.json").read_text(encoding="utf-8"))
PUBLIC = bytes.fromhex(VECTORS["organisation"])
DESK = derive_key_pair(bytes.fromhex(VECTORS["desk"]["private_seed"]))
DESK_POINT = public_bytes(DESK.public_key())
CODE = read_code(VECTORS["codes"][2]["words"]["sv"], "sv")


@pytest.mark.parametrize("vector", VECTORS["rfc9180"], ids=["ephemeral", "recipient"])
def test_key_pairs_are_derived_as_rfc_9180_says(vector: dict[str, str]) -> None:
    pair = derive_key_pair(bytes.fromhex(vector["ikm"]))
    assert pair.private_numbers().private_value.to_bytes(32).hex() == vector["private"]
    assert public_bytes(pair.public_key()).hex() == vector["public"]


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda vector: str(vector["secret"]))
def test_a_code_derives_what_it_always_has(vector: dict[str, Any]) -> None:
    secret = bytes.fromhex(vector["secret"])
    assert {language: " ".join(write_code(secret, language)) for language in vector["words"]} == vector["words"]
    locator, pair = locator_of(secret, PUBLIC), key_pair_of(secret, PUBLIC)
    assert (locator.hex(), box_of(locator)) == (vector["locator"], vector["box"])
    assert pair.private_numbers().private_value.to_bytes(32).hex() == vector["private"]
    visitor = public_bytes(pair.public_key())
    for own in (pair, DESK):
        epoch = letters_of(own, DESK_POINT, visitor, vector["box"])
        assert open_sealed(epoch, Direction.UP, 0, bytes.fromhex(vector["up"])) == "hej å"
        assert open_sealed(epoch, Direction.DOWN, 0, bytes.fromhex(vector["down"])) == "svar"


def test_a_code_carries_ninety_bits_and_all_of_them() -> None:
    assert WORDS * BITS >= 90
    assert draw(lambda size: b"\xff" * size) == (2**90 - 1).to_bytes(SECRET)
    assert draw(lambda size: b"\x00" * (size - 1) + b"\x3f") == bytes(SECRET)
    seen = 0
    for _ in range(200):
        seen |= int.from_bytes(draw(secrets.token_bytes))
    assert seen == 2**90 - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_is_read_however_it_was_typed_and_in_whatever_language(language: str) -> None:
    for _ in range(20):
        code = draw(secrets.token_bytes)
        words = write_code(code, language)
        assert read_code(" ".join(words), language) == code
        assert read_code("1) " + "\n2. ".join(words).upper(), language) == code
        assert read_code("-".join(words), "sv") == code


def test_the_order_of_the_words_counts() -> None:
    words = write_code(CODE, "en")
    assert read_code(" ".join(reversed(words)), "en") != CODE


@pytest.mark.parametrize(
    ("text", "count", "unknown"),
    [("", 0, ()), ("kaffe " * 8, 8, ()), ("kaffe " * 10, 10, ()), ("kaffe " * 8 + "kafe", 9, (9,)), ("!", 0, ())],
)
def test_what_is_no_code_is_refused_with_what_is_wrong(text: str, count: int, unknown: tuple[int, ...]) -> None:
    with pytest.raises(BadCode) as refused:
        read_code(text, "sv")
    assert (refused.value.count, refused.value.unknown) == (count, unknown)
    assert "kafe" not in str(refused.value)


def test_locator_and_key_are_independent_and_another_site_has_others() -> None:
    other = public_bytes(generate_private_key(SECP256R1()).public_key())
    found = {locator_of(CODE, site) for site in (PUBLIC, other)}
    found |= {key_pair_of(CODE, site).private_numbers().private_value.to_bytes(32) for site in (PUBLIC, other)}
    assert len(found) == 4


def test_bytes_that_are_no_code_are_not_written() -> None:
    for wrong in (b"", bytes(11), b"\xff" * 12):
        with pytest.raises(ValueError, match="90 bits"):
            write_code(wrong, "sv")


def test_nobody_but_the_two_ends_opens_or_writes_a_letter() -> None:
    pair, box = key_pair_of(CODE, PUBLIC), box_of(locator_of(CODE, PUBLIC))
    visitor = public_bytes(pair.public_key())
    sealed = seal(letters_of(pair, DESK_POINT, visitor, box), Direction.UP, 1, "words", bytes(SALT))
    stranger = generate_private_key(SECP256R1())
    with pytest.raises(Unopenable):
        letters_of(stranger, DESK_POINT, visitor, box)
    others = [
        letters_of(stranger, public_bytes(stranger.public_key()), visitor, box),  # a server with a desk key of its own
        letters_of(DESK, DESK_POINT, public_bytes(stranger.public_key()), box),  # or with a visitor's
        letters_of(DESK, DESK_POINT, visitor, box_of(b"another box")),
    ]
    for epoch in others:
        with pytest.raises(Unopenable):
            open_sealed(epoch, Direction.UP, 0, sealed)
    with pytest.raises(Unopenable):
        open_sealed(letters_of(DESK, DESK_POINT, visitor, box), Direction.DOWN, 0, sealed)
    with pytest.raises(Unopenable):
        letters_of(DESK, DESK_POINT, b"\4" + bytes(64), box)


def test_a_desk_key_is_believed_with_the_organisations_signature_alone() -> None:
    line, until = VECTORS["desk"]["line"], 30_000
    assert read_desk(PUBLIC, "demo", line, until).key == DESK_POINT
    key, day, signature = line.split(".")
    stranger = public_bytes(generate_private_key(SECP256R1()).public_key())
    for organisation, desk, changed, today in (
        (PUBLIC, "demo", line, until + 1),
        (PUBLIC, "other", line, 0),
        (stranger, "demo", line, 0),
        (PUBLIC, "demo", f"{key}.{until + 1}.{signature}", 0),
        (PUBLIC, "demo", f"{key}.{day}.{signature[:-2]}AA", 0),
        (PUBLIC, "demo", f"{key}.{day}.", 0),
        (PUBLIC, "demo", f"{key}.{day}", 0),
        (PUBLIC, "demo", f"{key}.-1.{signature}", 0),
        (PUBLIC, "demo", "x" * 500, 0),
        (PUBLIC, "demo", VECTORS["device_line"], 0),  # a device is no desk
    ):
        with pytest.raises(BadDevice):
            read_desk(organisation, desk, changed, today)
    with pytest.raises(BadDevice):
        read_device(PUBLIC, line, 0)  # and a desk is no device


def test_a_desk_key_names_its_desk() -> None:
    organisation = generate_private_key(SECP256R1())
    line = sign_desk(organisation, "demo", DESK_POINT, 9)
    assert read_desk(public_bytes(organisation.public_key()), "demo", line, 9).until == 9
