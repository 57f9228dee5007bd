"""Which rules there are for what is said to visitors, and what says that one is broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a text can break. Those of GROUPS are the groups of phrases in a language's `rules.yml`."""

    FAMILY = "family"  # sends the reader to the family, or mediates (A6.10)
    LEAVING = "leaving"  # tells the reader to leave or to stay (A6.11)
    PLANS = "plans"  # a safety plan, a checklist, a score (A6.4, A6.5)
    PROMISES = "promises"  # for an authority or for us (A4.1, A7.6)
    SECRECY = "secrecy"  # promised; somebody may have to report (A3.1)
    PENALTIES = "penalties"  # threatens or promises one (A4.1)
    IDENTITY = "identity"  # asks who or where somebody is (A1.1, A6.2)
    BLAME = "blame"  # (A7.4)
    SHOUTING = "shouting"  # an exclamation mark (A7.3)
    LONG = "long"
    MANY = "many"
    HARD = "hard"
    HARD_TOGETHER = "hard-together"
    NOT_EASY = "not-easy"
    EMERGENCY = "emergency"  # 112 is missing where there is danger (A6.1)
    PLACEHOLDERS = "placeholders"
    NUMBER = "number"  # that the directory does not know (A8.1)
    OTHER_NUMBERS = "other-numbers"  # than the text that it leans on
    LINK = "link"  # not https, or to a host that the directory does not name
    UNSURE = "unsure"  # states what is not certain as if it were (A7.7)


GROUPS = frozenset(
    {
        Rule.FAMILY,
        Rule.LEAVING,
        Rule.PLANS,
        Rule.PROMISES,
        Rule.SECRECY,
        Rule.PENALTIES,
        Rule.IDENTITY,
        Rule.BLAME,
    }
)


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a text breaks. `part` is a name of dialogues.overlay; `place` is within it: a sentence's key, a
    field, or a section, then with `number`, the message counted from 1. `values` fill the sentence that says so."""

    part: str
    rule: Rule
    place: str
    number: int = 0
    values: tuple[tuple[str, str], ...] = ()


Breaches = Iterator[Breach]
Tell = Callable[..., Breach]  # a rule and its values -> the breach at one place


def at(part: str, place: str, number: int = 0) -> Tell:
    """What tells of breaches at one place."""

    def tell(rule: Rule, **values: object) -> Breach:
        return Breach(part, rule, place, number, tuple((name, str(value)) for name, value in values.items()))

    return tell
