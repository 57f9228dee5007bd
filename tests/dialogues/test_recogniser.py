"""The recogniser's sums are those that a slow reader of its table comes to."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.features import BUCKETS, features_of
from dialogues.folding import fold
from dialogues.lanes import MOST
from dialogues.loader import FREQUENT
from dialogues.recogniser import ZERO, Recogniser
from dialogues.training.frequent import choose
from dialogues.training.messages import FOLDER, read_all
from dialogues.values import Content

LONG = " ".join(f"{one}{other}er" for one in ("kontroll", "skol", "bror", "vän", "pass") for other in "abcdefghijklmn")


def rows_of(recogniser: Recogniser, text: str) -> list[bytes]:
    width = len(recogniser.labels) + 1
    places = (recogniser.rows[bucket] for bucket in features_of(recogniser.concepts, text))
    return [recogniser.table[place : place + width] for place in places if place]


def scores(recogniser: Recogniser, text: str) -> dict[str, float]:
    return recogniser.scores(fold(text).split())


def slowly(recogniser: Recogniser, text: str) -> dict[str, float]:
    rows = rows_of(recogniser, text)
    *lanes, square = (
        sum(row[lane] - ZERO for row in rows) * scale for lane, scale in enumerate(recogniser.scales)
    )  # fmt: skip
    length = math.sqrt(max(square, recogniser.scales[-1]))
    return {
        label: lane / length + bias
        for label, lane, bias in zip(recogniser.labels, lanes, recogniser.biases, strict=True)
    }


@pytest.mark.parametrize("text", ["", "qzx", "Min bror kontrollerar min mobil", "ወለደይ ክዳን ይኽልክሉኒ", LONG])
def test_a_message_scores_what_its_rows_say(content: Content, text: str) -> None:
    assert scores(content.recogniser, text) == pytest.approx(slowly(content.recogniser, text))


def test_the_longest_of_them_needs_more_rows_than_fit_into_one_sum(content: Content) -> None:
    assert len(rows_of(content.recogniser, LONG)) > MOST


# Words that were learned and that share pieces, and words that were not.
WORDS = st.sampled_from(
    ["kontrollera", "kontrollerar", "kontrollerade", "min", "mina", "bror", "brother", "qzx", "minz"]
)


@given(words=st.lists(WORDS, max_size=60))
def test_a_row_that_words_share_counts_once(content: Content, words: list[str]) -> None:
    text = " ".join(words)
    assert scores(content.recogniser, text) == pytest.approx(slowly(content.recogniser, text))


def test_no_word_that_somebody_wrote_is_kept(content: Content) -> None:
    recogniser = content.recogniser
    before = set(recogniser.words), set(recogniser.meant), set(recogniser.concepts.learned)
    scores(recogniser, "Qvzxw kontrollerar min mobil")
    after = set(recogniser.words), set(recogniser.meant), set(recogniser.concepts.learned)
    assert after == before
    assert before[0] == {word[:24] for word in json.loads(FREQUENT.read_text(encoding="utf-8"))}


def test_the_words_that_are_read_at_start_are_those_of_the_training_set() -> None:
    assert json.loads(FREQUENT.read_text(encoding="utf-8")) == choose(read_all(FOLDER.glob("*/*.tsv")))


@given(text=st.text(st.sampled_from("abcdeimnorst åäöABC.!"), max_size=400))
def test_any_message_does(content: Content, text: str) -> None:
    assert scores(content.recogniser, text) == pytest.approx(slowly(content.recogniser, text))


def test_every_row_of_the_table_belongs_to_one_bucket(content: Content) -> None:
    recogniser = content.recogniser
    places = [place for place in recogniser.rows if place]
    assert len(recogniser.rows) == BUCKETS
    assert {after - before for before, after in pairwise(places)} == {len(recogniser.labels) + 1}
    assert places[-1] + len(recogniser.labels) + 1 == len(recogniser.table)
