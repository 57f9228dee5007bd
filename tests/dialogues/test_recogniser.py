"""The recogniser's sums are those that a slow reader of its table comes to."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.features import BUCKETS, features_of
from dialogues.recogniser import MOST, ZERO, Recogniser
from dialogues.values import Content

LONG = " ".join(f"{one}{other}er" for one in ("kontroll", "skol", "bror", "vän", "pass") for other in "abcdefghijklmn")


def rows_of(recogniser: Recogniser, text: str) -> list[bytes]:
    width = len(recogniser.labels) + 1
    places = (recogniser.rows[bucket] for bucket in features_of(recogniser.concepts, text))
    return [recogniser.table[place : place + width] for place in places if place]


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
    assert content.recogniser.scores(text) == pytest.approx(slowly(content.recogniser, text))


def test_the_longest_of_them_needs_more_rows_than_fit_into_one_sum(content: Content) -> None:
    assert len(rows_of(content.recogniser, LONG)) > MOST


@given(text=st.text(st.sampled_from("abcdeimnorst åäöABC.!"), max_size=400))
def test_any_message_does(content: Content, text: str) -> None:
    assert content.recogniser.scores(text) == pytest.approx(slowly(content.recogniser, text))


def test_every_row_of_the_table_belongs_to_one_bucket(content: Content) -> None:
    recogniser = content.recogniser
    places = [place for place in recogniser.rows if place]
    assert len(recogniser.rows) == BUCKETS
    assert {after - before for before, after in pairwise(places)} == {len(recogniser.labels) + 1}
    assert places[-1] + len(recogniser.labels) + 1 == len(recogniser.table)
