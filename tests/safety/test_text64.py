"""Bytes as text: one way to write each, and no other is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.text64 import read64, write64


@given(st.binary(max_size=100))
def test_what_is_written_is_read(raw: bytes) -> None:
    assert read64(write64(raw)) == raw


@given(st.text(alphabet="AZaz09-_+/= \n", max_size=12))
def test_nothing_else_is(text: str) -> None:
    try:
        raw = read64(text)
    except ValueError:
        return
    assert write64(raw) == text


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "+_8", "/_8", "QQ\n", " QQ", "QQ=", "ö"])
def test_other_ways_to_write_bytes_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read64(text)
