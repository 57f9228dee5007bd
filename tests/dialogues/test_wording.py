"""Age bands, names and days are said as they are, in every language that there is."""

from datetime import timedelta

import pytest

from dialogues.doors import Ages
from dialogues.hours import SWEDEN
from dialogues.values import AgeBand
from dialogues.wording import BANDS, MINORS, age_words, clock, day_words, in_language, overlap, within
from tests.dialogues.directories import DEMO, NOW

FLOW = DEMO.languages["en"].flow


@pytest.mark.parametrize(
    ("band", "least", "most", "minor"),
    [
        (AgeBand.UNDER_13, 0, 12, True),
        (AgeBand.FROM_13, 13, 15, True),
        (AgeBand.FROM_16, 16, 17, True),
        (AgeBand.FROM_18, 18, 20, False),
        (AgeBand.FROM_21, 21, 26, False),
        (AgeBand.OVER_26, 27, None, False),
    ],
)
def test_a_band_is_the_years_it_says(band: AgeBand, least: int, most: int | None, minor: bool) -> None:
    assert BANDS[band] == Ages(least, most)
    assert (band in MINORS) is minor
    # One year further on either side is somebody else's.
    assert within(Ages(least, most), band)
    assert overlap(Ages(least, least), band)
    assert not overlap(Ages(None, least - 1), band)
    assert not within(Ages(least + 1, None), band)
    if most is not None:
        assert not overlap(Ages(most + 1, None), band)
        assert not within(Ages(None, most - 1), band)
    assert not within(Ages(None, 60), AgeBand.OVER_26)


def test_no_limits_are_nobody_s_limits() -> None:
    for band in AgeBand:
        assert overlap(Ages(), band)
        assert within(Ages(), band)


@pytest.mark.parametrize(
    ("ages", "words"),
    [(Ages(13, 26), "13–26 years old"), (Ages(18), "18 or older"), (Ages(None, 17), "17 or younger"), (Ages(), "")],
)
def test_ages_are_said_in_words(ages: Ages, words: str) -> None:
    assert age_words(FLOW, ages) == words


def test_a_text_is_in_one_s_own_language_or_english_or_the_first_there_is() -> None:
    texts = {"sv": "Huset", "en": "The house"}
    assert [in_language(texts, language) for language in ("sv", "en", "ar")] == ["Huset", "The house", "The house"]
    assert in_language({"sv": "Huset"}, "ar") == "Huset"
    assert in_language({}, "sv") == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "tomorrow"), (2, "on Thursday"), (6, "on Monday"), (7, "2026-12-08"), (13, "2026-12-14")],
)
def test_a_day_is_said_so_that_it_cannot_be_another(days: int, words: str) -> None:
    moment = NOW.replace(hour=9, minute=5) + timedelta(days=days)
    assert day_words(FLOW, moment, NOW) == words
    assert clock(moment.astimezone(SWEDEN)) == "09:05"
