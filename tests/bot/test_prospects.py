"""What somebody who waits can honestly be told, as pure values."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from bot.prospects import Band, News, Prospects, estimate
from bot.words import Words
from dialogues.hours import SWEDEN, read_hours
from dialogues.values import Content
from handover.outlook import Outlook, Shut
from handover.values import Waiting

NOON = datetime(2026, 11, 24, 12, tzinfo=SWEDEN)  # a Tuesday
FREE = Outlook(on_duty=2, available=2)
BUSY = Outlook(on_duty=2, available=0, in_hand=6)


def prospects(content: Content, hours: object = None, now: datetime = NOON) -> Prospects:
    desk = replace(content.desks["demo"], hours=read_hours(hours), capacity=3)
    return Prospects(Words(content, "demo", {"deadline": 10}), lambda: desk, lambda: now, deadline=600)


@pytest.mark.parametrize(
    ("place", "outlook", "band"),
    [
        (1, FREE, Band.FIVE),
        (2, FREE, Band.FIVE),
        (3, FREE, Band.UNKNOWN),  # nobody is left over for the third, and no pace is known
        (1, BUSY, Band.UNKNOWN),
        (1, replace(BUSY, pace=1_200), Band.FIVE),  # six talks of twenty minutes: one ends every 200 seconds
        (2, replace(BUSY, pace=1_200), Band.TEN),
        (4, replace(BUSY, pace=1_200), Band.TEN),
        (5, replace(BUSY, pace=1_200), Band.TWENTY),
        (9, replace(BUSY, pace=1_200), Band.LONGER),
        (3, Outlook(on_duty=2, available=2, in_hand=4, pace=1_200), Band.TEN),  # two have room for one each
        (1, Outlook(on_duty=1, available=0, in_hand=3, pace=7_200), Band.LONGER),
        (1, Outlook(on_duty=1, available=0, in_hand=1, pace=600), Band.TEN),
        (1, Outlook(), Band.UNKNOWN),
    ],
)
def test_the_estimate_follows_room_place_and_pace(place: int, outlook: Outlook, band: Band) -> None:
    assert estimate(place, outlook) is band


def test_an_estimate_never_gets_shorter_with_more_people_before(content: Content) -> None:
    order = list(Band)
    for pace in (60, 600, 1_200, 7_200):
        bands = [order.index(estimate(place, replace(BUSY, pace=pace))) for place in range(1, 40)]
        assert bands == sorted(bands)


@pytest.mark.parametrize(
    ("outlook", "waited", "news"),
    [
        (FREE, 0, ()),
        (FREE, 599, ()),
        (FREE, 600, (News.OVERDUE,)),
        (BUSY, 0, ()),
        (replace(FREE, available=0, in_hand=1), 0, ()),  # a talk that goes on will end
        (replace(FREE, available=0), 0, (News.PAUSED,)),
        (Outlook(), 0, (News.NOBODY,)),
        (Outlook(), 700, (News.NOBODY, News.OVERDUE)),
        (replace(FREE, shut=Shut.TONIGHT), 0, (News.SHUT,)),
        (replace(Outlook(), shut=Shut.TONIGHT), 700, (News.SHUT, News.OVERDUE)),  # said once why nobody comes
    ],
)
def test_news_say_why_nobody_may_come_in_time(
    content: Content, outlook: Outlook, waited: int, news: tuple[News, ...]
) -> None:
    prospect = prospects(content).of(Waiting(1, waited, outlook))
    assert prospect.news == news
    said = prospects(content).sentences("en", prospect)
    assert len(said) == (len(news) + 1 if news else 0)
    assert not said or "112" in said[-1]


def test_no_time_is_promised_when_nobody_can_come(content: Content) -> None:
    for outlook in (replace(FREE, shut=Shut.HOURS), replace(FREE, available=0), Outlook()):
        assert prospects(content).of(Waiting(1, 0, outlook)).band is Band.UNKNOWN


@pytest.mark.parametrize(
    ("clock", "news", "before"),
    [
        ((20, 44), (), ""),
        ((20, 45), (News.CLOSING,), "closes at 21:00"),
        ((20, 59), (News.CLOSING,), "closes at 21:00"),
        ((21, 0), (News.CLOSED,), "has closed"),
    ],
)
def test_from_a_quarter_of_an_hour_before_the_end_of_its_hours_it_is_told(
    content: Content, clock: tuple[int, int], news: tuple[News, ...], before: str
) -> None:
    desk = prospects(content, ["mon-fri 09:00-21:00"], NOON.replace(hour=clock[0], minute=clock[1]))
    prospect = desk.of(Waiting(1, 0, FREE))
    assert prospect.news == news
    assert before in desk.before("en")
    assert bool(desk.before("en")) is bool(before)
    if News.CLOSING in news:
        assert "21:00" in desk.sentences("en", prospect)[0]


def test_every_language_has_a_sentence_for_every_reason_with_its_names_filled_in(content: Content) -> None:
    desk = prospects(content, ["mon-fri 09:00-21:00"], NOON.replace(hour=20, minute=50))
    everything: list[Callable[[str], object]] = [lambda language: desk.before(language)]
    everything += [lambda language, reason=reason: desk.shut(language, reason) for reason in Shut]  # type: ignore[misc]
    for outlook in (FREE, Outlook(), replace(FREE, available=0), replace(FREE, shut=Shut.HOURS)):
        told = desk.of(Waiting(1, 700, outlook))
        everything.append(lambda language, told=told: " ".join(desk.sentences(language, told)))  # type: ignore[misc]
    for language in content.languages:
        for say in everything:
            said = str(say(language))
            assert said
            assert "{" not in said
