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
    """`first` and `three`: the right topic; `silent`: no answer to off-topic; `mixed`: pairs taken for one another."""

    first: Share
    three: Share
    silent: Share
    recall: Share
    precision: Share
    calm: Share  # messages without danger in which none is seen
    mixed: Counter[tuple[str, str]]


def measure(content: Content, language: str) -> Measured:
    """All figures over the unseen messages of a language."""
    messages = read_messages(UNSEEN / f"{language}.tsv")
    found = [(message, understand(content, language, message.text)) for message in messages]
    on = [(message, said.topics) for message, said in found if message.topic != OFF_TOPIC]
    off = [said.topics for message, said in found if message.topic == OFF_TOPIC]
    urgent = [(message, said.danger is Danger.URGENT) for message, said in found]
    return Measured(
        first=_share(said[:1] == (message.topic,) for message, said in on),
        three=_share(message.topic in said for message, said in on),
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
