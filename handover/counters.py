"""Closed counters: gathered in memory, handed over in batches, so that no moment of a talk shows in the engine."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from handover.values import Channel, Danger, DeskId, EndReason

Count = Callable[[DeskId, dict[str, int]], Awaitable[None]]


# Wanted a person, and nobody was there; the room was full; had waited as long as the deadline.
_UNMET = ("talk.closed", "talk.full", "talk.overdue")


def talk_names(topics: Iterable[str]) -> frozenset[str]:
    """The closed set of names, for both sides: what is not in it cannot be counted, and is never written down."""
    return frozenset(
        {
            *(f"contact.{channel}" for channel in Channel),
            *(f"topic.{topic}" for topic in topics),
            *(f"danger.{danger}" for danger in Danger if danger is not Danger.NONE),
            *_UNMET,
            "talk.joined",
            "talk.taken",
            "talk.returned",
            "talk.left-waiting",
            "talk.guided",
            *(f"talk.ended.{reason}" for reason in EndReason),
        }
    )


class Tally:
    """What has been counted and not yet handed over, per desk."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._counted: dict[DeskId, Counter[str]] = {}

    def add(self, desk: DeskId, name: str, times: int = 1) -> None:
        """Count one, or so many. ValueError for a name outside the closed set, which the text does not repeat, and for
        less than one: what was counted is never taken back."""
        if name not in self._names:
            raise ValueError("only names of the closed set are counted")
        if times < 1:
            raise ValueError("counts only rise")
        self._counted.setdefault(desk, Counter())[name] += times

    async def flush(self, count: Count) -> None:
        """Hand everything over, desk by desk. What `count` fails to take is kept for the next time, and its failure
        goes on to the caller."""
        for desk in list(self._counted):
            # Taken out before the first await: what is counted meanwhile starts a new batch.
            batch = self._counted.pop(desk)
            try:
                await count(desk, dict(batch))
            except BaseException:
                self._counted.setdefault(desk, Counter()).update(batch)
                raise
