"""Free text understood by phrases: which topics, and how much danger. Pure; keeps nothing."""

import re
import unicodedata
from collections.abc import Iterable

from dialogues.values import Danger, LanguageTexts, Matcher, Understood

MAX_TOPICS = 3
LONGEST = 2_000  # characters of folded text: as many as may be typed, but one typed sign can fold to eighteen
STEM = 5  # letters from which a word also matches its longer forms: "gifta" finds "giftas", "bo" not "bonde"

_NOT_WORD = re.compile(r"[\W_]+")
_NOTHING = re.compile(r"(?!)")


def understand(texts: LanguageTexts, text: str) -> Understood:
    """Topic ids, best first, at most three, empty when nothing fits; and the danger that the words show.

    A topic's score is the number of different phrases found in it, longer phrases counting more: "gifta bort"
    says more than "gifta". Equal scores keep the order of the topic list.
    """
    words = fold(text)
    scores = {topic: _score(pattern, words) for topic, pattern in texts.matcher.topics.items()}
    best = sorted((topic for topic, score in scores.items() if score), key=lambda topic: -scores[topic])
    return Understood(tuple(best[:MAX_TOPICS]), _danger(texts.matcher, words))


def fold(text: str) -> str:
    """Lower case, accents and rings removed (å and ä become a), everything but letters and digits one space;
    at most LONGEST characters."""
    # Decomposed before and after folding: some signs decompose into capitals, some capitals fold into marks.
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return _NOT_WORD.sub(" ", bare).strip()[:LONGEST]


def compile_matcher(
    topics: dict[str, tuple[str, ...]], danger: dict[Danger, tuple[str, ...]], harmless: tuple[str, ...]
) -> Matcher:
    """Compile a language's phrases once, at start."""
    return Matcher(
        topics={topic: _pattern(phrases) for topic, phrases in topics.items()},
        danger={level: _pattern(phrases) for level, phrases in danger.items()},
        harmless=_pattern(harmless),
    )


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    # Longest first, so that of two phrases at the same place the one that says more is found.
    folded = sorted({fold(phrase) for phrase in phrases} - {""}, key=len, reverse=True)
    if not folded:
        return _NOTHING
    return re.compile(r"\b(?:" + "|".join(_phrase(phrase) for phrase in folded) + r")\b")


def _phrase(phrase: str) -> str:
    return " ".join(re.escape(word) + (r"\w*" if len(word) >= STEM else "") for word in phrase.split())


def _score(pattern: re.Pattern[str], words: str) -> int:
    return sum(1 + found.count(" ") for found in set(pattern.findall(words)))


def _danger(matcher: Matcher, words: str) -> Danger:
    serious = matcher.harmless.sub(" ", words)
    for level in (Danger.URGENT, Danger.CONCERN):
        if matcher.danger[level].search(serious):
            return level
    return Danger.NONE
