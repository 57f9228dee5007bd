"""The closed names that the visitor's side counts: how many, never who, never when."""

from typing import Protocol

from dialogues.values import Content, Danger, State
from handover.values import Channel, DeskId


class Counts(Protocol):
    """Where increments are gathered (handover.counters.Tally)."""

    def add(self, desk: DeskId, name: str) -> None: ...


def counter_names(content: Content) -> frozenset[str]:
    """Every name that may be counted; a counter that is not here cannot be."""
    return frozenset(
        {
            *(f"contact.{channel}" for channel in Channel),
            *(f"topic.{topic}" for topic in content.topics),
            *(f"danger.{danger}" for danger in Danger if danger is not Danger.NONE),
            "talk.asked",  # wanted a person, and one could be waited for
            "talk.closed",  # wanted a person, and nobody was there
            "talk.full",  # wanted a person, and the waiting room was full
            "talk.overdue",  # had waited as long as the deadline
        }
    )


def names_of_step(before: State, after: State) -> list[str]:
    """What one answer of the bot adds: a topic that was opened, danger that was recognised."""
    names = []
    if after.node == "topic" and after.topic and (before.node, before.topic) != ("topic", after.topic):
        names.append(f"topic.{after.topic}")
    levels = tuple(Danger)
    if levels.index(after.danger) > levels.index(before.danger):
        names.append(f"danger.{after.danger}")
    return names
