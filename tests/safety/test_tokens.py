"""Tokens: only ours, only for their purpose, only for their time, and never readable."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.tokens import BadToken, ExpiredToken, TokenError, seal, unseal

KEY = bytes(range(32))
NOW = 1_800_000_000
TOKEN = seal(KEY, "state", b"words", NOW)


@given(st.binary(max_size=600), st.integers(0, 3600))
def test_what_was_sealed_comes_back_within_its_time(data: bytes, age: int) -> None:
    assert unseal(KEY, "state", seal(KEY, "state", data, NOW), NOW + age, 3600) == data


@given(st.text(max_size=400))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        unseal(KEY, "state", text, NOW, 3600)


@given(st.data())
def test_a_changed_character_breaks_the_seal(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TOKEN) - 2))  # the last character has bits that decode to nothing
    other = data.draw(st.sampled_from(sorted(set("abcXYZ019-_") - {TOKEN[place]})))
    with pytest.raises(BadToken):
        unseal(KEY, "state", TOKEN[:place] + other + TOKEN[place + 1 :], NOW, 3600)


def test_a_token_for_one_purpose_is_worth_nothing_for_another() -> None:
    with pytest.raises(BadToken):
        unseal(KEY, "talk", seal(KEY, "state", b"words", NOW), NOW, 3600)


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(BadToken):
        unseal(secrets.token_bytes(32), "state", seal(KEY, "state", b"words", NOW), NOW, 3600)


def test_a_token_expires_after_its_age_and_not_at_it() -> None:
    token = seal(KEY, "state", b"words", NOW)
    assert unseal(KEY, "state", token, NOW + 3600, 3600) == b"words"
    with pytest.raises(ExpiredToken):
        unseal(KEY, "state", token, NOW + 3601, 3600)


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(BadToken):
        unseal(KEY, "state", seal(KEY, "state", b"words", NOW + 3600), NOW, 3600)


def test_equal_data_gives_different_tokens() -> None:
    assert len({seal(KEY, "state", b"words", NOW) for _ in range(100)}) == 100


def test_every_refusal_is_a_token_error() -> None:
    assert issubclass(BadToken, TokenError)
    assert issubclass(ExpiredToken, TokenError)
