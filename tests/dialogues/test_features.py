"""Features are those that their names, written out one by one, come to."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.features import BUCKETS, LONGEST_WORD, features_of
from dialogues.folding import fold
from dialogues.values import Content


def names_in(content: Content, text: str) -> set[str]:
    words = [word[:LONGEST_WORD] for word in fold(text).split()]
    found = content.recogniser.concepts.find(words)
    names = {f"w {word}" for word in words}
    names |= {f"p {word} {other}" for place, word in enumerate(words) for other in words[place + 1 : place + 4]}
    names |= {f"<{word}>"[at : at + size] for word in words for size in (3, 4, 5) for at in range(len(word) + 3 - size)}
    for place, _, concept in found:
        names |= {f"c {concept}", f"c2 {concept}", f"c3 {concept}"}
        names |= {f"x {concept} {word} <" for word in words[max(place - 2, 0) : place]}
        names |= {f"x {concept} {word} >" for word in words[place + 1 : place + 3]}
        for further, _, other in found:
            if concept != other and abs(further - place) <= 8:
                names.add(f"d {min(concept, other)} {max(concept, other)}")
    return names


def slowly(content: Content, text: str) -> list[int]:
    return sorted({crc32(name.encode()) % BUCKETS for name in names_in(content, text)})


@pytest.mark.parametrize(
    "text", ["", "a", "Min bror kontrollerar min mobil", "min min", "ወለደይ ክዳን ይኽልክሉኒ", "o" * 30, "skam och heder"]
)
def test_a_message_has_the_features_of_its_names(content: Content, text: str) -> None:
    assert features_of(content.recogniser.concepts, text) == slowly(content, text)


# Words of concepts, so that some stand near each other.
WORDS = st.sampled_from(["bror", "mobil", "gifta", "bort", "slår", "pappa", "inte", "my", "dad", "hits", "زواج", "å"])


@given(words=st.lists(WORDS | st.text("abåi", min_size=1, max_size=30), max_size=30))
def test_any_message_does(content: Content, words: list[str]) -> None:
    text = " ".join(words)
    assert features_of(content.recogniser.concepts, text) == slowly(content, text)
