"""Urgent danger told by a short list of words, for the visitor's page, which may not ask anybody. Pure; keeps nothing.

The page asks before it sends words that tell who somebody is; words that sound like urgent danger are never held up by
that. So this errs towards danger: what it wrongly takes for urgent only goes out unasked. It learned Swedish and
English (`dialogues/training/alarm.py`); in the other languages it knows the phrases of `danger.yml`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogues.folding import ALIKE, fold
from dialogues.forms import Forms
from dialogues.understanding import URGENT_LABEL
from dialogues.values import Content, LanguageTexts

ALARM = Path(__file__).parent / "alarm.json"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What each folded word adds; a message sounds urgent from `least` on."""

    weights: Mapping[str, int]
    least: int

    def sounds_urgent(self, texts: LanguageTexts, text: str) -> bool:
        """Whether a message on a page in this language sounds like urgent danger."""
        words = fold(text).split()
        if sum(self.weights.get(word, 0) for word in set(words)) >= self.least:
            return True
        found = texts.phrases.find(words) if texts.fallback else []
        return any(each.name == URGENT_LABEL for each in found)


def load_alarm() -> Alarm:
    """The alarm as it was trained."""
    stored = json.loads(ALARM.read_text(encoding="utf-8"))
    return Alarm(stored["weights"], stored["least"])


def alarm_data(alarm: Alarm) -> dict[str, Any]:
    """What the page's script needs of it, whatever the language."""
    alike = {chr(sign): chr(sign).translate(ALIKE) for sign in ALIKE}
    return {"weights": alarm.weights, "least": alarm.least, "alike": alike}


def urgent_phrases(content: Content) -> dict[str, list[str]]:
    """For each language that the alarm did not learn: the phrases of urgent danger, with a star for any ending."""
    unlearned = {code: texts for code, texts in content.languages.items() if texts.fallback}
    return {code: sorted(set(_urgent(texts.phrases))) for code, texts in unlearned.items()}


def _urgent(forms: Forms) -> Iterator[str]:
    return (form for form, name in forms if name == URGENT_LABEL)
