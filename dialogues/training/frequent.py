"""Choose the words that the recogniser reads once at start: `make train` writes dialogues/frequent.json.

They are words of the training messages, which are ours. Which ones they are changes how long a message takes, and
nothing of what it is taken for.
"""

import json
from collections import Counter
from collections.abc import Iterable

from dialogues.folding import fold
from dialogues.loader import FREQUENT
from dialogues.training.messages import FOLDER, Labelled, read_all

WORDS = 3_000  # with their pieces five sixths of what is read of a message in Swedish or English; 5,000: eight ninths


def main() -> None:
    """Choose from every message in the folder and write the list."""
    words = choose(read_all(FOLDER.glob("*/*.tsv")))
    FREQUENT.write_text(json.dumps(words, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def choose(messages: Iterable[Labelled]) -> list[str]:
    """The words that save most, in the order of their letters: a long one, which has more pieces, need not stand in as
    many messages."""
    counted = Counter(word for message in messages for word in set(fold(message.text).split()))
    saved = {word: count * len(word) for word, count in counted.items()}
    return sorted(sorted(saved, key=lambda word: (-saved[word], word))[:WORDS])


if __name__ == "__main__":
    main()
