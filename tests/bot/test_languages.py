"""Accept-Language, as browsers and others send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.languages import choose_language


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("", "sv"),
        ("sv", "sv"),
        ("en", "en"),
        ("EN-us", "en"),
        ("de, en;q=0.5", "en"),
        ("en;q=0.5, sv;q=0.9", "sv"),
        ("en;q=0, sv;q=0.1", "sv"),
        ("de-DE,de;q=0.9", "sv"),
        ("*", "sv"),
        ("en;q=nonsense", "sv"),
    ],
)
def test_the_best_offered_language_is_chosen(header: str, chosen: str) -> None:
    assert choose_language(header, {"sv": 1, "en": 1}) == chosen


@given(st.text())
def test_any_header_gives_a_language(header: str) -> None:
    assert choose_language(header, ["en", "fi"]) in {"en", "fi"}
