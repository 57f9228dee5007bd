"""LIX, the Swedish measure of how hard a text is to read: 30 is easy, 40 is a newspaper, 60 is an official's letter."""

import re

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.:!?]+(?=\s|$)")
LONG = 7  # letters from which a word counts as long


def lix(text: str) -> float:
    """Words per sentence plus the share of long words in per cent. Refuses a text without words with ValueError."""
    words = _WORD.findall(text)
    if not words:
        raise ValueError("a text without words has no LIX")
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    return len(words) / sentences + 100 * sum(len(word) >= LONG for word in words) / len(words)
