"""The console's own words in each language, and which language a browser gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dialogues.files import read_yaml
from handover.values import PSEUDONYM_WORDS, Pseudonym

LANGUAGES = ("sv", "en")  # the first is the one for browsers that ask for neither

_FOLDER = Path(__file__).parent / "words"
_SCRIPT = "script."  # words that the page's script needs, handed to it by the page


class WordsError(ValueError):
    """A file of words cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language."""

    language: str
    texts: Mapping[str, str]
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text with this key, filled in. KeyError for an unknown key: a mistake of ours, found by a test."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def label(self, group: str, name: str | None) -> str:
        """What a closed name means, in words; "other" for a name that this version does not know."""
        texts = self.texts
        return texts.get(f"{group}.{name}") or texts.get(f"label.{name}") or texts["label.other"]

    def pseudonym(self, pair: Pseudonym) -> str:
        """The two words that staff see instead of an id."""
        return f"{self.adjectives[pair.adjective % PSEUDONYM_WORDS]} {self.nouns[pair.noun % PSEUDONYM_WORDS]}"

    def for_script(self) -> dict[str, str]:
        """The words that the page's script shows."""
        return {key.removeprefix(_SCRIPT): text for key, text in self.texts.items() if key.startswith(_SCRIPT)}


def load_words() -> dict[str, Words]:
    """The words of all languages. WordsError when a file lacks a key that another has, or has too few pseudonyms."""
    words = {language: _read(language) for language in LANGUAGES}
    keys = set().union(*(each.texts for each in words.values()))
    for each in words.values():
        missing = sorted(keys - set(each.texts))
        if missing:
            raise WordsError(f"console/words/{each.language}.yml lacks {', '.join(missing)}")
    return words


@cache
def _read(language: str) -> Words:
    raw = read_yaml(_FOLDER / f"{language}.yml")
    words = Words(
        language=language,
        texts={key: str(text) for key, text in raw["texts"].items()},
        adjectives=tuple(raw["adjectives"]),
        nouns=tuple(raw["nouns"]),
    )
    for list_of_words in (words.adjectives, words.nouns):
        if len(set(list_of_words)) != PSEUDONYM_WORDS or len(list_of_words) != PSEUDONYM_WORDS:
            raise WordsError(f"console/words/{language}.yml needs {PSEUDONYM_WORDS} different words in each list")
    return words


def find_word_lists(folder: Path) -> dict[str, Path]:
    """The lists that safety words are drawn from, by language: one word in each line."""
    return {file.stem: file for file in sorted(folder.glob("*.txt"))}


def choose_language(accept_language: str) -> str:
    """The first of our languages that the browser prefers, by weight and then by order."""
    wishes = []
    for place, part in enumerate(accept_language.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        wishes.append((-_weight(weight), place, tag.split("-")[0].lower()))
    return next((tag for weight, _, tag in sorted(wishes) if tag in LANGUAGES and weight < 0), LANGUAGES[0])


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
