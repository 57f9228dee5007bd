"""The guard: stretches of a text that may tell who somebody is. It only tells; whoever asks decides. Pure.

Kinds and offsets are a contract (design section 11); what has to be found, and how often it may be wrong, is
requirement PG-1. Nothing that it finds may be logged or counted by value (PG-3).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from safety.guard_cues import Cues
from safety.guard_handles import Handles
from safety.guard_links import KNOWN, Links
from safety.guard_numbers import PUBLIC, Numbers
from safety.guard_places import Places
from safety.guard_text import Folding, Reading, without_overlap, words_of

CUT = "…"  # stands where something was taken out


class Kind(StrEnum):
    """What a stretch looks like."""

    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    HANDLE = "handle"
    ADDRESS = "address"
    NAME_CUE = "name_cue"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`, in code points of the original text."""

    start: int
    end: int
    kind: Kind


def read_rules() -> dict[str, Any]:
    """The rule file, `safety/guard.json`, which the visitor's page reads as well."""
    rules: dict[str, Any] = json.loads((files("safety") / "guard.json").read_text(encoding="utf-8"))
    return rules


class Guard:
    """Finds by the rules it is made of."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        folding = Folding(rules["text"])
        common = words_of(folding, *rules["common"].values())
        self._folding = folding
        self._links = Links(rules["links"], common, folding)
        self._handles = Handles(rules["handles"], common, folding)
        self._numbers = Numbers(rules["numbers"], folding)
        self._places = Places(rules["addresses"], common, folding)
        self._cues = Cues(rules["cues"], common, self._places, folding)

    def find(self, text: str) -> tuple[Span, ...]:
        """Every stretch of the text, in its order; none overlaps another. Takes any string, of any length."""
        reading = Reading(text, self._folding)
        found = [
            *self._links.find_emails(reading),
            *self._links.find_urls(reading),
            *self._numbers.find(reading),
            *self._places.find(reading),
            *self._handles.find(reading),
            *self._cues.find(reading),
        ]
        kept = without_overlap([each for each in found if each.kind != PUBLIC])
        telling = [each for each in kept if each.kind != KNOWN]
        return tuple(Span(*reading.original(each.start, each.end), Kind(each.kind)) for each in telling)


def load_guard() -> Guard:
    """The guard of the rule file."""
    return Guard(read_rules())


def remove(text: str, spans: Iterable[Span]) -> str:
    """The text with a mark in place of every span; nothing at all when nothing else is left."""
    kept, place = [], 0
    for span in spans:
        kept.append(text[place : span.start])
        place = span.end
    kept.append(text[place:])
    left = CUT.join(kept).strip(" \t\r\n")
    return left if any(sign.isalnum() for sign in left) else ""
