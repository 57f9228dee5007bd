"""What was published is known again, and anything else is not."""

import json

import pytest

from safety.chain import FIRST, BadPublication, Publication, publish, signer, verify

KEY = signer(b"k" * 32)


def _two() -> tuple[Publication, Publication]:
    first = publish({"number": 1, "previous": FIRST, "figures": [10, None]}, KEY)
    return first, publish({"number": 2, "previous": first.digest, "figures": [15]}, KEY)


def test_a_file_is_the_same_bytes_each_time_and_holds() -> None:
    first, second = _two()
    again, _ = _two()
    assert first.export() == again.export()
    assert verify(Publication.read(first.export()), first.key)["figures"] == [10, None]
    assert verify(Publication.read(second.export()), first.key, first)["number"] == 2


def test_any_changed_byte_is_found() -> None:
    file = _two()[0].export()
    for place in range(len(file)):
        changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        with pytest.raises(BadPublication):
            verify(Publication.read(changed))


def test_another_key_a_gap_and_another_document_are_found() -> None:
    first, second = _two()
    other = publish(first.content, signer(b"o" * 32))
    with pytest.raises(BadPublication, match="another key"):
        verify(other, first.key)
    with pytest.raises(BadPublication, match="does not follow"):
        verify(second, first.key, second)
    with pytest.raises(BadPublication, match="signature"):
        verify(Publication(second.document, first.signature, first.key))


@pytest.mark.parametrize("file", [b"", b"[]", b"{}", b'{"document":1,"key":2,"signature":3}\n', b"\xff"])
def test_what_is_no_such_file_is_refused(file: bytes) -> None:
    with pytest.raises(BadPublication):
        Publication.read(file)


def test_a_document_is_written_one_way_only() -> None:
    spaced = json.dumps({"b": 1, "a": 2})
    with pytest.raises(BadPublication, match="one way"):
        _ = Publication(spaced, "", "").content
