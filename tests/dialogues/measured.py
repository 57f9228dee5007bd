"""How well free text is understood on messages that training never saw, with intervals."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dialogues.training.messages import OFF_TOPIC, Labelled, read_messages
from dialogues.understanding import understand
from dialogues.values import Content, Danger

UNSEEN = Path(__file__).parent / "unseen"
SECOND = Path(__file__).parent / "second_reader"  # per unseen message: the topics that fit, best first, and the danger


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the Wilson interval at 95 %."""

    right: int
    all: int

    @property
    def value(self) -> float:
        return self.right / self.all

    @property
    def interval(self) -> tuple[float, float]:
        z, n, p = 1.96, self.all, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return middle - half, middle + half

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


@dataclass(frozen=True, slots=True)
class Measured:
    """`first` and `three`: the writer's topic; `fits` and `three_fit`: that, or another that the second reader accepts;
    `silent`: no answer to off-topic; `mixed`: pairs taken for one another."""

    first: Share
    three: Share
    fits: Share
    three_fit: Share
    silent: Share
    recall: Share
    precision: Share
    calm: Share  # messages without danger in which none is seen
    mixed: Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Readers:
    """How far two people who read the same messages agree: what a machine can be held to."""

    first: Share  # the second reader puts the writer's topic first
    recall: Share  # of what its writer meant as urgent, the second reader finds
    precision: Share  # of what the second reader finds urgent, its writer meant


def compare_readers(language: str) -> Readers:
    """The second reader's judgement beside the writers', over the unseen messages of a language."""
    pairs = list(zip(read_messages(UNSEEN / f"{language}.tsv"), _second(language), strict=True))
    urgent = [(_is_urgent(message), danger == "urgent") for message, (_, danger) in pairs]
    return Readers(
        first=_share(topics[0] == message.topic for message, (topics, _) in pairs if message.topic != OFF_TOPIC),
        recall=_share(found for meant, found in urgent if meant),
        precision=_share(meant for meant, found in urgent if found),
    )


def _second(language: str) -> list[tuple[list[str], str]]:
    lines = (SECOND / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [(topics.split("+"), danger) for topics, danger in (line.split("\t") for line in lines)]


def measure(content: Content, language: str) -> Measured:
    """All figures over the unseen messages of a language."""
    messages = read_messages(UNSEEN / f"{language}.tsv")
    found = [(message, understand(content, language, message.text)) for message in messages]
    on = [(message, said.topics) for message, said in found if message.topic != OFF_TOPIC]
    fitting = [
        ({message.topic, *topics}, said.topics)
        for (message, said), (topics, _) in zip(found, _second(language), strict=True)
        if message.topic != OFF_TOPIC
    ]
    off = [said.topics for message, said in found if message.topic == OFF_TOPIC]
    urgent = [(message, said.danger is Danger.URGENT) for message, said in found]
    return Measured(
        first=_share(said[:1] == (message.topic,) for message, said in on),
        three=_share(message.topic in said for message, said in on),
        fits=_share(not fit.isdisjoint(said[:1]) for fit, said in fitting),
        three_fit=_share(not fit.isdisjoint(said) for fit, said in fitting),
        silent=_share(not said for said in off),
        recall=_share(flagged for message, flagged in urgent if _is_urgent(message)),
        precision=_share(_is_urgent(message) for message, flagged in urgent if flagged),
        calm=_share(not flagged for message, flagged in urgent if message.danger == "none"),
        mixed=Counter((message.topic, (*said, OFF_TOPIC)[0]) for message, said in on if said[:1] != (message.topic,)),
    )


def _share(hits: Iterable[bool]) -> Share:
    counted = list(hits)
    return Share(sum(counted), len(counted))


def _is_urgent(message: Labelled) -> bool:
    return message.danger == "urgent"
