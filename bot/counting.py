"""The closed names that the visitor's side counts: how many, never who, never when."""

from datetime import datetime
from typing import Protocol

from dialogues.closing import hours_of
from dialogues.doors import Desk
from dialogues.values import Content, Danger, State
from handover.counters import RATINGS, hour_name, talk_names
from handover.values import Channel, DeskId

MOST_TOPICS = 3  # that one page adds to the figures, so that a table of them has a bound
# One tap after a talk leads to a node of its own, where no second one is offered.
RATED = {f"rated-{rating}": f"rated.{rating}" for rating in RATINGS}


_RANK = {danger: rank for rank, danger in enumerate(Danger)}


class Counts(Protocol):
    """Where increments are gathered (handover.counters.Tally)."""

    def add(self, desk: DeskId, name: str) -> None: ...


def counter_names(content: Content) -> frozenset[str]:
    """Every name that may be counted; what is not here cannot be."""
    return talk_names(content.topics, content.languages)


def names_of_join(language: str, channel: Channel, now: datetime, desk: Desk) -> list[str]:
    """What somebody adds who came into the waiting room at `now` (aware, Swedish time)."""
    within = "within" if hours_of(desk, now).open else "outside"
    return ["talk.joined", f"contact.{channel}", hour_name(now.hour), f"language.{language}", f"hours.{within}"]


def names_of_miss(name: str, now: datetime, desk: Desk) -> list[str]:
    """What somebody adds who wanted a person and could not have one; `name` says why."""
    within = "within" if hours_of(desk, now).open else "outside"
    return [name, f"hours.missed-{within}"]


def names_of_step(before: State, after: State) -> list[str]:
    """What one answer of the bot adds: a topic that was opened, danger that was recognised, a tap after a talk."""
    names = []
    if _opens_topic(before, after):
        names.append(f"topic.{after.topic}")
    if before.node == "after" and after.node in RATED:
        names.append(RATED[after.node])
    if _RANK[after.danger] > _RANK[before.danger]:
        names.append(f"danger.{after.danger}")
    return names


def note_read(before: State, after: State) -> State:
    """The state after a step, with how many topics were counted."""
    return after._replace(read=before.read + 1) if _opens_topic(before, after) else after


def _opens_topic(before: State, after: State) -> bool:
    opened = after.node == "topic" and bool(after.topic) and (before.node, before.topic) != ("topic", after.topic)
    return opened and before.read < MOST_TOPICS
