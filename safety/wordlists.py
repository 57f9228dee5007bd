"""Neutral words, 1,024 to a language: ten bits each, for codes to come back with and for comparing by voice."""

import unicodedata
from functools import cache
from pathlib import Path

LANGUAGES = ("sv", "en", "ar", "fa", "so", "ckb", "ti")
COUNT = 1024

# What one keyboard has and another has not, or what two spellings share, reads as one letter: Arabic, Persian and
# Sorani forms, the paired series of Ethiopic that Tigrinya writes for one sound, and the
# Latin letters that do not come apart under NFKD.
_ALIKE = str.maketrans(
    dict(zip("ىیێېکڪگۆۇةەھہڕڵڤپچژøæßı", "ييييكككووههههرلفبجزoasi", strict=True))
    | {0x1220 + n: 0x1230 + n for n in range(8)}
    | {0x1280 + n: 0x1210 + n for n in range(8)}
    | {0x1340 + n: 0x1338 + n for n in range(7)}
    | {0x12A0: 0x12A3, 0x0640: None}
)


@cache
def words(language: str) -> tuple[str, ...]:
    """The list of a language, in the order that gives each word its number (0-1023).

    Raises KeyError for a language that has no list. The lists never change: a changed one would close every code
    that was given out.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    text = (Path(__file__).parent / "words" / f"{language}.txt").read_text(encoding="utf-8")
    return tuple(text.split())


def fold(text: str) -> str:
    """A text as forgiving reading sees it: lower case, no diacritics, alike letters as one, no joiners."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    return "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf")).translate(_ALIKE)


def parts(text: str) -> list[str]:
    """The folded words of what somebody typed, whatever stands between them: spaces, hyphens, numbers, lines."""
    return "".join(c if c.isalpha() else " " for c in fold(text)).split()


@cache
def numbers(language: str) -> dict[str, int]:
    """Folded word to its number in the list of a language."""
    return {fold(word): number for number, word in enumerate(words(language))}
