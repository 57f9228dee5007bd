"""How long the texts take to load, and a turn with the bot: `python -m bench.dialogues`. No network, no engine.

Beside each figure stands a reference from the same run, so that a slower machine can be told from slower code: for the
load, parsing the same YAML files and nothing else; for a turn, folding a message, which whatever is written goes
through first. The aims: all content in under 0.5 s, a turn under 1 ms at the median, a message understood in at most
2 ms with at most 20 MB.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import TypeVar

from dialogues.engine import step
from dialogues.files import read_yaml
from dialogues.folding import fold
from dialogues.hours import SWEDEN
from dialogues.loader import DEFAULT, load_content
from dialogues.understanding import understand
from dialogues.values import Audience, Choose, Content, Event, Say, State

LOADS = 5
ROUNDS = 3  # of each turn, of which the fastest counts: what the machine does besides only makes rounds slower
MESSAGES = 150  # of each language
UNSEEN = Path(__file__).parents[1] / "tests" / "dialogues" / "unseen"
NOW = datetime(2026, 12, 1, 23, 40, tzinfo=SWEDEN)

Clock = Callable[[], float]
_One = TypeVar("_One")


def main() -> None:
    """Print the figures, their references and the aims."""
    print(f"{'all content loaded':30}{'ms':>8}{'parsing':>10}{'ratio':>8}{'aim':>8}")
    for name, clock in (("by the clock", time.perf_counter), ("time of the processor", time.process_time)):
        load, parse = fastest(load_all, LOADS, clock), fastest(parse_all, LOADS, clock)
        print(f"{name:30}{load * 1e3:8.0f}{parse * 1e3:10.0f}{load / parse:8.1f}{'500':>8}")
    content = load_all()
    folding = median(each(fold, messages("sv")))
    kinds = {name: each(lambda turn: step(content, *turn), turns) for name, turns in turns_of(content).items()}
    kinds["all of these"] = [taken for kind in kinds.values() for taken in kind]
    kinds["only understanding a message"] = each(lambda text: understand(content, "sv", text), messages("sv"))
    print(f"\n{'a turn':30}{'p50 us':>8}{'p95 us':>8}{'folding':>9}{'ratio':>8}{'aim':>8}")
    for name, taken in kinds.items():
        p50, p95 = median(taken), sorted(taken)[len(taken) * 95 // 100]
        aim = "2000" if name.startswith("only") else "1000"
        print(f"{name:30}{p50 * 1e6:8.0f}{p95 * 1e6:8.0f}{folding * 1e6:9.0f}{p50 / folding:8.1f}{aim:>8}")
    print(f"\nThe recogniser holds {len(content.recogniser.table) / 1e6:.1f} MB in memory; the aim is at most 20.")


def load_all() -> Content:
    """The shipped content."""
    return load_content(now=NOW, demo=True)


def parse_all() -> list[object]:
    """What its YAML files hold, unread."""
    return [read_yaml(path) for path in sorted(DEFAULT.rglob("*.yml"))]


def turns_of(content: Content) -> dict[str, list[tuple[State, Event]]]:
    """Turns of each kind, in every language; what is written, in the two that people have written."""
    reading = [State(language=id, node="topics", audience=Audience.SELF) for id in content.languages]
    places = product(content.languages, content.counties)
    placed = [State(language=id, node="topics", county=county) for id, county in places]
    return {
        "a topic is read": [(state, Choose(f"topic:{id}")) for state, id in product(reading, content.topics)],
        "other doors are shown": [(state, Choose("others")) for state in placed],
        "danger is pressed": [(state, Choose("danger-now")) for state in placed],
        "the briefing is shown": [(state, Choose("person")) for state in placed],
        "something is written": [
            (State(language=id, node="topics"), Say(text)) for id in ("sv", "en") for text in messages(id)
        ],
    }


def messages(language: str) -> list[str]:
    """Messages as they are typed."""
    lines = (UNSEEN / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[2] for line in lines if line.count("\t") == 2][:MESSAGES]


def each(act: Callable[[_One], object], of: Iterable[_One], clock: Clock = time.perf_counter) -> list[float]:
    """Seconds that `act` takes for each."""
    return [fastest(partial(act, one), ROUNDS, clock) for one in of]


def fastest(act: Callable[[], object], rounds: int, clock: Clock = time.perf_counter) -> float:
    """Seconds of the fastest round."""
    best = float("inf")
    for _ in range(rounds):
        begun = clock()
        act()
        best = min(best, clock() - begun)
    return best


def median(taken: Iterable[float]) -> float:
    """The one in the middle."""
    ordered = sorted(taken)
    return ordered[len(ordered) // 2]


if __name__ == "__main__":
    main()
