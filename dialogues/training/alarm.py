"""Train the page's alarm: `make train` reads the messages and writes dialogues/alarm.json. Needs no other package.

A logistic regression over the words that tell urgent messages from others best. Few enough to travel with the page.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogues.alarm import ALARM
from dialogues.folding import fold
from dialogues.loader import CONCEPTS
from dialogues.training.messages import FOLDER, Labelled, fingerprint, read_all

SEED = 20261122
WORDS = 900  # about 4 kB on the wire; more of them, or pairs of words, find hardly more
LEAST_SEEN = 3  # messages that a word stands in
ROUNDS = 12
RATE, DECAY = 0.15, 2e-4
SHARE = {"urgent": 3.0, "concern": 0.5, "none": 1.0}  # how much a message of each level counts
STEP = 20  # whole numbers per unit of weight
FOUND = 0.9  # of the urgent messages held out: so many have to reach the threshold
LOWEST = 1  # what says nothing that the alarm knows does not sound urgent
HELD_OUT = 5  # every so many messages are held out to choose it


@dataclass(frozen=True, slots=True)
class Example:
    words: tuple[str, ...]
    level: str


def main() -> None:
    """Train on every message in the folder and write the artefact."""
    paths = sorted(FOLDER.glob("*/*.tsv"))
    stored = train(read_all(paths))
    ALARM.write_text(
        json.dumps({"trained_on": fingerprint(paths, CONCEPTS), **stored}, ensure_ascii=False, indent=0) + "\n",
        encoding="utf-8",
    )


def train(messages: Sequence[Labelled]) -> dict[str, object]:
    """Threshold and weights. The threshold is chosen with messages that its weights did not see."""
    examples = [Example(tuple(sorted(set(fold(message.text).split()))), message.danger) for message in messages]
    held = examples[::HELD_OUT]
    rest = [example for place, example in enumerate(examples) if place % HELD_OUT]
    weights = _fit(rest)
    scores = sorted(_score(weights, example) for example in held if example.level == "urgent")
    least = max(LOWEST, scores[int((1 - FOUND) * len(scores))])
    kept = {word: weight for word, weight in sorted(_fit(examples).items()) if weight}
    return {"least": least, "weights": kept}


def _score(weights: Mapping[str, int], example: Example) -> int:
    return sum(weights.get(word, 0) for word in example.words)


def _fit(examples: Sequence[Example]) -> dict[str, int]:
    weights = dict.fromkeys(_telling(examples), 0.0)
    draw = random.Random(SEED)  # noqa: S311  # the order of examples is no secret
    rows = [
        ([word for word in example.words if word in weights], float(example.level == "urgent"), SHARE[example.level])
        for example in examples
    ]
    bias = 0.0
    for turn in range(ROUNDS):
        draw.shuffle(rows)
        rate = RATE / (1 + 0.3 * turn)
        for words, truth, share in rows:
            sum_ = max(-30.0, min(30.0, bias + sum(weights[word] for word in words)))
            step = share * rate * (truth - 1 / (1 + math.exp(-sum_)))
            bias += step / 10
            for word in words:
                weights[word] += step - rate * DECAY * weights[word]
    return {word: round(weight * STEP) for word, weight in weights.items()}


def _telling(examples: Sequence[Example]) -> list[str]:
    """The words whose presence tells most, by how much and how often."""
    urgent = [example for example in examples if example.level == "urgent"]
    with_word = Counter(word for example in urgent for word in example.words)
    everywhere = Counter(word for example in examples for word in example.words)
    others = len(examples) - len(urgent)

    def tells(word: str) -> float:
        ratio = (with_word[word] + 0.5) / (len(urgent) + 1)
        other = (everywhere[word] - with_word[word] + 0.5) / (others + 1)
        return abs(math.log(ratio / other)) * math.sqrt(everywhere[word])

    known = [word for word, count in everywhere.items() if count >= LEAST_SEEN]
    return sorted(known, key=lambda word: (-tells(word), word))[:WORDS]


if __name__ == "__main__":
    main()
