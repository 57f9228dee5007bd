"""Forms found in folded text: stars, phrases, what Arabic script writes on to a word, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.forms import Forms, Found


def found(form: str, text: str) -> list[Found]:
    forms = Forms()
    forms.add(form, "x")
    return forms.find(text.split())


@pytest.mark.parametrize(
    ("form", "text", "places"),
    [
        ("kniv", "en kniv har", [1]),
        ("kniv", "knivar", []),
        ("kniv*", "knivar och kniv", [0, 2]),
        ("kniv*", "enkniv", []),
        ("vill inte leva", "jag vill inte leva", [1]),  # a phrase at the end
        ("vill inte leva", "jag vill inte", []),  # cut off by the end
        ("vill inte leva", "leva vill", []),
        ("gift* bort*", "giftas bortom", [0]),
        ("gift bort*", "giftas bort", []),
        ("a", "", []),
    ],
)
def test_a_form_is_found_where_it_stands(form: str, text: str, places: list[int]) -> None:
    hits = found(form, text)
    assert [hit.place for hit in hits] == places
    assert all(hit.length == len(form.split()) and hit.name == "x" for hit in hits)


@pytest.mark.parametrize(
    ("form", "text", "is_found"),
    [
        ("زواج", "والزواج", True),  # and, the
        ("زواج", "زواج", True),
        ("زواج*", "بزواجها", True),
        ("خطر بیت", "وخطر البیت", True),  # in the later words of a phrase too
        ("زواج", "ابتثزواج", False),  # four letters are no prefix
        ("بنت", "وبنت", True),
        ("نت", "بنت", False),  # what is left has to be a word
    ],
)
def test_arabic_script_may_write_up_to_three_letters_before_a_word(form: str, text: str, is_found: bool) -> None:
    assert bool(found(form, text)) is is_found


def test_other_scripts_write_nothing_before_a_word() -> None:
    assert found("gift", "xgift") == []


def test_forms_that_begin_alike_are_all_found_in_the_order_of_their_places() -> None:
    forms = Forms()
    for form, name in (("gifta", "one"), ("gifta bort", "two"), ("gif*", "three"), ("bort", "four")):
        forms.add(form, name)
    hits = forms.find(["gifta", "bort"])
    assert {hit.name for hit in hits[:3]} == {"one", "two", "three"}
    assert hits[3] == Found(1, 1, "four")


@pytest.mark.parametrize("form", ["", " ", "Kniv", "död", "a-b", "*", "**", "kn*v", "a*", "ab*", "gifta b*"])
def test_a_form_that_no_text_can_hold_or_that_means_anything_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match=r"is not folded words|letters before a star"):
        Forms().add(form, "x")


@given(st.lists(st.text("abc", min_size=3, max_size=4), min_size=1, max_size=4), st.lists(st.text("abc", min_size=1)))
def test_a_phrase_is_found_among_any_words(phrase: list[str], around: list[str]) -> None:
    hits = found(" ".join(phrase), " ".join([*around, *phrase, *around]))
    assert len(around) in {hit.place for hit in hits}


LETTERS = "abزلا"
WORDS = st.text(LETTERS, min_size=1, max_size=6)
FORMS = st.lists(WORDS | st.text(LETTERS, min_size=3, max_size=4).map(lambda stem: f"{stem}*"), min_size=1, max_size=3)


def begins(form: str, word: str) -> bool:
    """Said without any index."""
    starts = [word[at:] for at in range(4) if at == 0 or ("\u0600" <= word[0] <= "\u06ff" and len(word) - at >= 3)]
    return any(start.startswith(form[:-1]) if form.endswith("*") else start == form for start in starts)


@given(st.lists(FORMS, max_size=5), st.lists(WORDS, max_size=8))
def test_what_is_found_is_what_a_slow_reader_finds(forms: list[list[str]], words: list[str]) -> None:
    index = Forms()
    for number, form in enumerate(forms):
        index.add(" ".join(form), str(number))
    expected = {
        Found(place, len(form), str(number))
        for number, form in enumerate(forms)
        for place in range(len(words) - len(form) + 1)
        if all(map(begins, form, words[place:]))
    }
    assert set(index.find(words)) == expected
    index.learn(words[::2])
    assert set(index.find(words)) == expected
    assert [hit.place for hit in index.find(words)] == sorted(hit.place for hit in index.find(words))
    assert sorted(index) == sorted((" ".join(form), str(number)) for number, form in enumerate(forms))


def test_a_form_that_is_added_is_found_in_words_that_were_learned_before() -> None:
    forms = Forms()
    forms.learn(["gifta"])
    forms.add("gifta", "x")
    assert forms.find(["gifta"]) == [Found(0, 1, "x")]
