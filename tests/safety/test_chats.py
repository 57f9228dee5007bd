"""Codes, names and records of a chat app: short, bound to their chat, and opened by nothing but the key."""

import secrets

import pytest

from safety.chats import LONGEST_CODE, MOST_CARRIED, SALT, name_chat, open_code, open_record, seal_code, seal_record
from safety.tokens import BadToken

KEY, OTHER = bytes(range(32)), bytes(32)


def test_a_code_fits_into_a_button_and_opens_in_its_chat() -> None:
    for length in (1, 29, MOST_CARRIED):
        carried = secrets.token_bytes(length)
        code = seal_code(KEY, 42, carried)
        assert len(code) <= LONGEST_CODE
        assert code.isascii()
        assert open_code(KEY, 42, code) == carried


@pytest.mark.parametrize("carried", [b"", bytes(MOST_CARRIED + 1)])
def test_what_does_not_fit_is_refused(carried: bytes) -> None:
    with pytest.raises(ValueError, match="carries"):
        seal_code(KEY, 42, carried)


def test_a_code_opens_nowhere_else() -> None:
    code = seal_code(KEY, 42, b"where somebody is")
    for key, chat in ((OTHER, 42), (KEY, 43), (KEY, -42)):
        with pytest.raises(BadToken):
            open_code(key, chat, code)
    for at in range(len(code)):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        with pytest.raises(BadToken):
            open_code(KEY, 42, changed)


@pytest.mark.parametrize("code", ["", "x", "A" * 22, "A" * 64, "A" * 65, "ö" * 20, "\x00", "A A", "🙂"])
def test_what_anybody_may_send_is_no_code(code: str) -> None:
    with pytest.raises(BadToken):
        open_code(KEY, 42, code)


def test_a_chat_has_one_name_that_tells_nothing() -> None:
    assert name_chat(KEY, 42) == name_chat(KEY, 42)
    names = {name_chat(KEY, 42), name_chat(KEY, 43), name_chat(KEY, -42), name_chat(OTHER, 42)}
    assert len(names) == 4
    assert all(len(name) == 22 for name in names)


def test_a_record_opens_under_its_name_alone() -> None:
    name, salt = name_chat(KEY, 42), secrets.token_bytes(SALT)
    sealed = seal_record(KEY, name, b"a record", salt)
    assert open_record(KEY, name, sealed) == b"a record"
    assert b"record" not in sealed
    for key, other, changed in (
        (OTHER, name, sealed),
        (KEY, name_chat(KEY, 43), sealed),
        (KEY, name, sealed[:-1]),
        (KEY, name, bytes([sealed[0] ^ 1]) + sealed[1:]),
        (KEY, name, b""),
    ):
        with pytest.raises(BadToken):
            open_record(key, other, changed)
    with pytest.raises(ValueError, match="salt"):
        seal_record(KEY, name, b"a record", b"short")
