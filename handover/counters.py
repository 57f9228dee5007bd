"""Closed counters: gathered in memory, handed over in batches, so that no moment of a talk shows in the engine."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from handover.values import Channel, Danger, DeskId, EndReason

Count = Callable[[DeskId, dict[str, int], str], Awaitable[None]]

# When somebody asked for a person, by the clock in Sweden: the band's name and the hour that it ends before.
HOUR_BANDS = (("night", 6), ("morning", 10), ("day", 14), ("afternoon", 18), ("evening", 22), ("late", 24))
# How long somebody waited who was answered: the band's name and the minutes that it ends before.
WAITING_BANDS = (("under-1", 1), ("1-5", 5), ("5-15", 15), ("15-more", None))
RATINGS = ("helped", "partly", "not")
# Wanted a person, and nobody was there; the room was full; had waited as long as the deadline.
_UNMET = ("talk.closed", "talk.full", "talk.overdue")


@dataclass(frozen=True, slots=True)
class Drained:
    """What was counted at a desk, under the name that settles it."""

    batch: str
    counts: dict[str, int]


def talk_names(topics: Iterable[str], languages: Iterable[str] = ()) -> frozenset[str]:
    """The closed set of names, for both sides: what is not in it cannot be counted, and is never written down."""
    return frozenset(
        {
            *(f"contact.{channel}" for channel in Channel),
            *(f"topic.{topic}" for topic in topics),
            *(f"language.{language}" for language in languages),
            *(f"danger.{danger}" for danger in Danger if danger is not Danger.NONE),
            *_UNMET,
            "talk.joined",
            "talk.taken",
            "talk.returned",
            "talk.left-waiting",
            "talk.guided",
            *(f"talk.ended.{reason}" for reason in EndReason),
            *(f"hour.{band}" for band, _ in HOUR_BANDS),
            *(f"waited.{band}" for band, _ in WAITING_BANDS),
            *(f"rated.{rating}" for rating in RATINGS),
            "hours.within",
            "hours.outside",
            "hours.missed-within",
            "hours.missed-outside",
        }
    )


def hour_name(hour: int) -> str:
    """The counter of an hour, 0 to 23."""
    return next(f"hour.{band}" for band, end in HOUR_BANDS if hour < end)


def waited_name(seconds: int) -> str:
    """The counter of how long somebody waited."""
    return next(f"waited.{band}" for band, end in WAITING_BANDS if end is None or seconds < end * 60)


class Tally:
    """What has been counted and not yet handed over, per desk. `draw` gives each batch a name of its own."""

    def __init__(self, names: frozenset[str], draw: Callable[[], str] = lambda: secrets.token_hex(8)) -> None:
        self._names = names
        self._draw = draw
        self._counted: dict[DeskId, Counter[str]] = {}
        self._pending: list[tuple[str, DeskId, dict[str, int]]] = []

    def add(self, desk: DeskId, name: str, times: int = 1) -> None:
        """Count one, or so many. ValueError for a name outside the closed set, which the text does not repeat, and for
        less than one: what was counted is never taken back."""
        if name not in self._names:
            raise ValueError("only names of the closed set are counted")
        if times < 1:
            raise ValueError("counts only rise")
        if desk not in self._counted:
            self._counted[desk] = Counter()
        self._counted[desk][name] += times

    async def flush(self, count: Count) -> None:
        """Hand everything over, desk by desk. What `count` fails to take is handed over again the next time as the same
        batch, since it may have been taken all the same; its failure goes on to the caller."""
        for desk in list(self._counted):
            self._pending.append((self._draw(), desk, dict(self._counted.pop(desk))))
        while self._pending:
            first = batch, desk, counts = self._pending[0]
            await count(desk, counts, batch)
            self._pending = [each for each in self._pending if each is not first]  # another flush may have been first
