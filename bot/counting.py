"""The closed names that the visitor's side counts: how many, never who, never when."""

from typing import Protocol

from dialogues.values import Content, Danger, State
from handover.counters import talk_names
from handover.values import DeskId


class Counts(Protocol):
    """Where increments are gathered (handover.counters.Tally)."""

    def add(self, desk: DeskId, name: str) -> None: ...


def counter_names(content: Content) -> frozenset[str]:
    """Every name that may be counted; what is not here cannot be."""
    return talk_names(content.topics, content.languages)


def names_of_step(before: State, after: State) -> list[str]:
    """What one answer of the bot adds: a topic that was opened, danger that was recognised."""
    names = []
    if after.node == "topic" and after.topic and (before.node, before.topic) != ("topic", after.topic):
        names.append(f"topic.{after.topic}")
    levels = tuple(Danger)
    if levels.index(after.danger) > levels.index(before.danger):
        names.append(f"danger.{after.danger}")
    return names
