"""Closed counters: only known names, nothing lost when the engine is away."""

import pytest

from handover.counters import Tally, hour_name, talk_names, waited_name
from handover.ports import EngineUnavailable
from handover.values import DeskId

DEMO, OTHER = DeskId("demo"), DeskId("other")
NAMES = frozenset({"talk.joined", "talk.taken"})


class Bucket:
    """Takes what is counted, or fails for some desks."""

    def __init__(self, *failing: DeskId) -> None:
        self.failing = set(failing)
        self.taken: list[tuple[DeskId, dict[str, int]]] = []

    async def count(self, desk: DeskId, names: dict[str, int], batch: str = "") -> None:
        if desk in self.failing:
            raise EngineUnavailable
        self.taken.append((desk, names))


async def test_increments_are_handed_over_once_per_desk() -> None:
    tally, bucket = Tally(NAMES), Bucket()
    for desk, name in ((DEMO, "talk.joined"), (DEMO, "talk.joined"), (DEMO, "talk.taken"), (OTHER, "talk.joined")):
        tally.add(desk, name)
    await tally.flush(bucket.count)
    await tally.flush(bucket.count)
    assert bucket.taken == [(DEMO, {"talk.joined": 2, "talk.taken": 1}), (OTHER, {"talk.joined": 1})]


async def test_what_could_not_be_handed_over_is_handed_over_again_as_it_was() -> None:
    tally, bucket = Tally(NAMES), Bucket(DEMO)
    tally.add(DEMO, "talk.joined")
    with pytest.raises(EngineUnavailable):
        await tally.flush(bucket.count)
    tally.add(DEMO, "talk.joined")
    bucket.failing.clear()
    await tally.flush(bucket.count)
    assert bucket.taken == [(DEMO, {"talk.joined": 1}), (DEMO, {"talk.joined": 1})]


async def test_what_is_counted_during_a_flush_waits_for_the_next() -> None:
    tally, bucket = Tally(NAMES), Bucket()

    async def count(desk: DeskId, names: dict[str, int], batch: str) -> None:
        tally.add(desk, "talk.taken")
        await bucket.count(desk, names, batch)

    tally.add(DEMO, "talk.joined")
    await tally.flush(count)
    await tally.flush(bucket.count)
    assert bucket.taken == [(DEMO, {"talk.joined": 1}), (DEMO, {"talk.taken": 1})]


def test_a_name_outside_the_set_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="closed set") as caught:
        Tally(NAMES).add(DEMO, "words of a visitor")
    assert "words" not in str(caught.value)


def test_the_closed_set_is_this_one() -> None:
    assert talk_names(["marriage"], ["sv"]) == {
        "contact.web",
        "contact.web-plain",
        "contact.phone",
        "contact.telegram",
        "topic.marriage",
        "danger.concern",
        "danger.urgent",
        "language.sv",
        *(f"hour.{band}" for band in ("night", "morning", "day", "afternoon", "evening", "late")),
        *(f"waited.{band}" for band in ("under-1", "1-5", "5-15", "15-more")),
        *(f"rated.{rating}" for rating in ("helped", "partly", "not")),
        *(f"hours.{which}" for which in ("within", "outside", "missed-within", "missed-outside")),
        "talk.closed",
        "talk.full",
        "talk.overdue",
        "talk.joined",
        "talk.taken",
        "talk.returned",
        "talk.left-waiting",
        "talk.guided",
        "talk.ended.visitor",
        "talk.ended.exit",
        "talk.ended.staff",
        "talk.ended.silence",
    }


def test_several_are_counted_at_once_and_none_is_taken_back() -> None:
    tally = Tally(frozenset({"a"}))
    tally.add(DeskId("demo"), "a", 20)
    for times in (0, -3):
        with pytest.raises(ValueError, match="only rise"):
            tally.add(DeskId("demo"), "a", times)


@pytest.mark.parametrize(("hour", "name"), [(0, "night"), (5, "night"), (6, "morning"), (21, "evening"), (23, "late")])
def test_an_hour_has_its_band(hour: int, name: str) -> None:
    assert hour_name(hour) == f"hour.{name}"


@pytest.mark.parametrize(
    ("seconds", "name"), [(0, "under-1"), (60, "1-5"), (299, "1-5"), (300, "5-15"), (9e6, "15-more")]
)
def test_a_wait_has_its_band(seconds: int, name: str) -> None:
    assert waited_name(seconds) == f"waited.{name}"
