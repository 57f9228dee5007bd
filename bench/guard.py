"""How long the guard takes for 4,000 characters: `python -m bench.guard`. No network, no engine.

The reference in the same run is the folding of the same text, which every message to the bot goes through anyway: the
ratio tells a slower machine from a slower guard. The aim (PG-2) is 5 ms for 4,000 characters.
"""

import time
from collections.abc import Callable
from pathlib import Path

from dialogues.folding import fold
from safety.guard import load_guard

SIZE = 4_000  # characters
ROUNDS = 50
MESSAGES = Path(__file__).parents[1] / "tests" / "dialogues" / "unseen" / "sv.tsv"


def main() -> None:
    """Print milliseconds (best of the rounds) and the ratio for each text."""
    guard = load_guard()
    texts = {
        "messages": " ".join(line.split("\t")[2] for line in MESSAGES.read_text(encoding="utf-8").splitlines()),
        "numbers": "ring 070-174 06 05 eller 19900101-1239, " * 100,
        "links": "www.exempel.se/a sara@exempel.se @sara_01 " * 100,
        "names": "jag heter Sara och bor på Storgatan 12, " * 120,
        "one digit after the other": "1 " * SIZE,
        "arabic": "اسمي سارة ورقمي ٠٧٠-١٧٤ ٠٦ ٠٥ " * 150,
    }
    print(f"{'4,000 characters of':28}{'ms':>8}{'folding':>10}{'ratio':>8}")
    for name, text in texts.items():
        taken, folding = _best(guard.find, text[:SIZE]), _best(fold, text[:SIZE])
        print(f"{name:28}{taken:8.2f}{folding:10.2f}{taken / folding:8.1f}")


def _best(act: Callable[[str], object], text: str) -> float:
    """Milliseconds of the fastest round: what the machine does besides only makes rounds slower."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act(text)
        best = min(best, time.perf_counter() - start)
    return best * 1_000


if __name__ == "__main__":
    main()
