"""The pairs that name other desks' pages: nothing can be carried along in an address."""

import pytest

from safety.neighbours import read_neighbours


def test_pairs_are_read_in_their_order() -> None:
    given = "origo=https://chat.example.org/ demo=http://127.0.0.1:8000 a-b=https://a.example:8443/desk/b"
    assert read_neighbours(given) == (
        ("origo", "https://chat.example.org/"),
        ("demo", "http://127.0.0.1:8000"),
        ("a-b", "https://a.example:8443/desk/b"),
    )
    assert read_neighbours("") == ()
    assert read_neighbours((("origo", "https://x"),)) == (("origo", "https://x"),)


@pytest.mark.parametrize(
    "given",
    [
        "origo",
        "origo=",
        "=https://a.example",
        "Origo=https://a.example",
        "origo=http://a.example",
        "origo=https://a.example/?from=demo",
        "origo=https://a.example/#demo",
        "origo=https://who@a.example",
        "origo=javascript:alert(1)",
        "origo=https://a.example origo=https://b.example",
    ],
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(ValueError):
        read_neighbours(given)
