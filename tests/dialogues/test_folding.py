"""Folding: one form for what is typed with and without accents, capitals and signs, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.folding import LONGEST, fold


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Får jag INTE gå ut?!", "far jag inte ga ut"),
        ("för...fan", "for fan"),
        ("idé_er", "ide er"),
        ("", ""),
        ("  \n\t ", ""),
        ("زَوَاج", "زواج"),  # vowel marks
        ("زـواج", "زواج"),  # a stretched word
        ("ﻻ", "لا"),  # a ligature
    ],
)
def test_text_is_folded_as_teenagers_type(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("يك", "یک"), ("على", "علی"), ("عائلة", "عائله"), ("ሠላም", "ሰላም"), ("ሐደ", "ሀደ"), ("ፀሓይ", "ጸሃይ"), ("ዓመት", "ኣመት")],
)
def test_letters_that_look_or_sound_alike_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_text_that_folds_to_many_times_its_length_is_cut() -> None:
    assert len(fold("\ufdfa" * LONGEST)) <= LONGEST
    assert len(fold("a" * LONGEST)) == LONGEST


@given(st.text(max_size=400))
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)
