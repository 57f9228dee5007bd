"""Labelled messages: tab-separated files, one message a line."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "messages"
OFF_TOPIC = "-"
DANGERS = ("none", "concern", "urgent")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, the topic that would help its writer best (or OFF_TOPIC), and how much danger it tells of."""

    topic: str
    danger: str
    text: str


def read_messages(path: Path) -> list[Labelled]:
    """The messages of a file. ValueError, with the line, for one that is not `topic<TAB>danger<TAB>message`."""
    messages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        topic, *rest = line.split("\t")
        if len(rest) != 2 or rest[0] not in DANGERS or not rest[1].strip():
            raise ValueError(f"{path}:{number}: not a topic, a danger and a message between tabs")
        messages.append(Labelled(topic, *rest))
    return messages


def read_all(paths: Iterable[Path]) -> list[Labelled]:
    """The messages of several files, in the order of their names; one that stands twice counts once."""
    return list(dict.fromkeys(message for path in sorted(paths) for message in read_messages(path)))


def fingerprint(paths: Iterable[Path], concepts: Path) -> str:
    """What a recogniser is trained on, so that a test can tell when it is out of date."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*sorted(paths), concepts))).hexdigest()
