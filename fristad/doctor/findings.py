"""What a check returns: one thing each, with its weight and what to do about it; and how all of them are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TextIO


class Weight(IntEnum):
    """How much it matters, worst first. What is below ADVICE is wrong; the last two were not looked at."""

    WORDS = 1  # what somebody writes can be read, or is kept
    TRACES = 2  # that somebody was here is kept, or told to others
    DOORS = 3  # somebody may do what they must not
    MINOR = 4  # a second line of defence is missing
    ADVICE = 5  # right or wrong depends on what only the operator knows
    UNSEEN = 6  # could not be looked at, and can be: it says what is needed
    ELSEWHERE = 7  # nobody can see it from here


NOTHING_WRONG, WRONG, NOT_CHECKED = 0, 1, 2


@dataclass(frozen=True, order=True)
class Finding:
    """`what` is a sentence about what is, `to_do` one about the way out. Neither may hold a password or a visitor."""

    weight: Weight
    what: str
    to_do: str

    def __str__(self) -> str:
        what = f"Not seen from here: {self.what}" if self.weight is Weight.ELSEWHERE else self.what
        return f"{self.weight.name.lower():9} {what} {self.to_do}"


def tell(findings: Iterable[Finding], out: TextIO) -> int:
    """Write them, worst first, one line each, and then how many. The exit status: WRONG, else NOT_CHECKED, else
    NOTHING_WRONG; advice and what lies elsewhere change nothing."""
    told = sorted(set(findings))
    for finding in told:
        out.write(f"{' '.join(str(finding).splitlines())}\n")
    wrong = sum(finding.weight < Weight.ADVICE for finding in told)
    unseen = sum(finding.weight is Weight.UNSEEN for finding in told)
    out.write(f"{_count(wrong, 'Nothing is', 'thing is', 'things are')} wrong; ")
    out.write(f"{_count(unseen, 'nothing was', 'was', 'were')} left unseen.\n")
    if wrong:
        return WRONG
    return NOT_CHECKED if unseen else NOTHING_WRONG


def _count(number: int, none: str, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}" if number else none
