"""Sealed words: what fits opens, and everything that was tampered with is refused."""

import json
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from safety.devices import public_bytes
from safety.sealing import (
    COMPARED,
    MAX_WORDS,
    SALT,
    SIZES,
    WRAPPED,
    Direction,
    Epoch,
    NotNext,
    SealError,
    TooLong,
    Unopenable,
    compare,
    open_sealed,
    read_head,
    seal,
    unwrap,
    wrap,
)

VECTORS = json.loads((Path(__file__).parent / "sealing.json").read_text(encoding="utf-8"))
TALK, OTHER_TALK = b"t" * 16, b"o" * 16
EPOCH = Epoch(TALK, 3, b"k" * 32)
UP, DOWN = Direction.UP, Direction.DOWN


def sealed(words: str, counter: int = 1, epoch: Epoch = EPOCH, direction: Direction = UP) -> bytes:
    return seal(epoch, direction, counter, words, secrets.token_bytes(SALT))


@given(st.text().filter(lambda text: len(text.encode(errors="replace")) <= MAX_WORDS))
def test_any_words_come_out_as_they_went_in(words: str) -> None:
    whole = words.encode(errors="replace").decode()
    assert open_sealed(EPOCH, UP, 0, sealed(whole)) == whole


@given(st.integers(0, MAX_WORDS))
def test_a_length_tells_at_most_which_of_five_it_was(length: int) -> None:
    assert len(sealed("x" * length)) - 25 - 16 in SIZES


def test_too_many_words_are_refused() -> None:
    sealed("x" * MAX_WORDS)
    with pytest.raises(TooLong):
        sealed("å" * (MAX_WORDS // 2 + 1))


@given(st.data())
def test_one_changed_bit_is_refused(data: st.DataObject) -> None:
    whole = bytearray(sealed("hello"))
    at = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[at // 8] ^= 1 << at % 8
    with pytest.raises(SealError):
        open_sealed(EPOCH, UP, 0, bytes(whole))


@given(st.binary(max_size=600))
def test_any_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(SealError):
        open_sealed(EPOCH, UP, 0, raw)


@given(st.integers(1, 400))
def test_a_truncated_message_is_refused(cut: int) -> None:
    whole = sealed("hello")
    with pytest.raises(SealError):
        open_sealed(EPOCH, UP, 0, whole[: max(0, len(whole) - cut)])


@given(st.permutations(range(1, 6)))
def test_only_the_next_one_opens(order: list[int]) -> None:
    messages = {counter: sealed(f"number {counter}", counter) for counter in range(1, 6)}
    after = 0
    for counter in order:
        if counter == after + 1:
            assert open_sealed(EPOCH, UP, after, messages[counter]) == f"number {counter}"
            after = counter
        else:
            with pytest.raises(NotNext):
                open_sealed(EPOCH, UP, after, messages[counter])


def test_a_repeated_message_is_refused() -> None:
    once = sealed("once")
    open_sealed(EPOCH, UP, 0, once)
    with pytest.raises(NotNext):
        open_sealed(EPOCH, UP, 1, once)


@pytest.mark.parametrize(
    ("epoch", "direction"),
    [
        (EPOCH, DOWN),
        (Epoch(OTHER_TALK, 3, EPOCH.key), UP),
        (Epoch(TALK, 4, EPOCH.key), UP),
        (Epoch(TALK, 3, b"K" * 32), UP),
    ],
    ids=["direction", "talk", "epoch", "key"],
)
def test_what_was_meant_for_elsewhere_is_refused(epoch: Epoch, direction: Direction) -> None:
    with pytest.raises(Unopenable):
        open_sealed(epoch, direction, 0, sealed("hello"))


def test_the_halves_of_two_messages_do_not_make_one() -> None:
    one, other = sealed("one"), sealed("two")
    for cut in (12, 25, 100):
        with pytest.raises(Unopenable):
            open_sealed(EPOCH, UP, 0, one[:cut] + other[cut:])


def test_another_version_is_refused() -> None:
    with pytest.raises(Unopenable):
        open_sealed(EPOCH, UP, 0, b"\2" + sealed("hello")[1:])


def test_the_same_words_never_look_the_same() -> None:
    assert sealed("hello") != sealed("hello")


def test_what_comes_from_a_server_may_be_read_before_it_is_proved() -> None:
    assert read_head(sealed("hello", counter=7)) == (3, 7)


def test_a_key_is_for_one_device_one_talk_and_one_epoch() -> None:
    device, other = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    wrapped = wrap(EPOCH, public_bytes(device.public_key()))
    assert len(wrapped) == WRAPPED
    assert unwrap(wrapped, device, TALK, 3) == EPOCH
    for private, talk, number in ((other, TALK, 3), (device, OTHER_TALK, 3), (device, TALK, 4)):
        with pytest.raises(Unopenable):
            unwrap(wrapped, private, talk, number)
    for cut in (b"", wrapped[:-1], wrapped[:64]):
        with pytest.raises(Unopenable):
            unwrap(cut, device, TALK, 3)


@pytest.mark.parametrize("device", [b"", b"\4" + bytes(64), b"\4" * 65, bytes(65)])
def test_no_key_is_wrapped_to_what_is_no_device(device: bytes) -> None:
    with pytest.raises(Unopenable):
        wrap(EPOCH, device)


@pytest.mark.parametrize(("talk", "number", "key"), [(b"t", 1, b"k" * 32), (TALK, 0, b"k" * 32), (TALK, 1, b"k")])
def test_an_epoch_has_its_sizes(talk: bytes, number: int, key: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Epoch(talk, number, key)


@pytest.mark.parametrize(("counter", "salt"), [(0, bytes(SALT)), (2**32, bytes(SALT)), (1, bytes(SALT - 1))])
def test_a_counter_and_a_salt_have_their_sizes(counter: int, salt: bytes) -> None:
    with pytest.raises(ValueError, match="salt"):
        seal(EPOCH, UP, counter, "hello", salt)


def test_safety_words_tell_another_key_or_device() -> None:
    device, other = (public_bytes(generate_private_key(SECP256R1()).public_key()) for _ in range(2))
    places = compare(EPOCH, device)
    assert all(0 <= place < COMPARED for place in places)
    assert places == compare(EPOCH, device)
    assert len({places, compare(EPOCH, other), compare(Epoch(TALK, 3, b"K" * 32), device)}) == 3


def test_a_key_is_never_printed() -> None:
    assert "kkkk" not in repr(EPOCH)


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: str(vector["name"]))
def test_the_vectors_hold(vector: dict[str, str]) -> None:
    epoch = Epoch(bytes.fromhex(vector["talk"]), int(vector["epoch"]), bytes.fromhex(vector["key"]))
    counter, direction, salt = int(vector["counter"]), Direction(vector["direction"]), bytes.fromhex(vector["salt"])
    assert seal(epoch, direction, counter, vector["words"], salt).hex() == vector["sealed"]
    assert open_sealed(epoch, direction, counter - 1, bytes.fromhex(vector["sealed"])) == vector["words"]
