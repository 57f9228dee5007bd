"""The words of the visitor's page, per language, with what is known at start already filled in."""

from collections.abc import Mapping

from dialogues.values import Content, LanguageTexts, Status
from dialogues.wording import in_language


class Words:
    """Sentences by dotted key. `{desk}` and the names in `constants` are filled in; the rest is filled in per view."""

    def __init__(self, content: Content, desk: str, constants: Mapping[str, object]) -> None:
        names = content.desks[desk].names
        known = {language: {**constants, "desk": in_language(names, language)} for language in content.languages}
        self._filled = {language: _fill(_page(texts), known[language]) for language, texts in content.languages.items()}
        self._codes = {language: _fill(texts.codes, known[language]) for language, texts in content.languages.items()}

    def of(self, language: str) -> Mapping[str, str]:
        """All sentences of one language."""
        return self._filled[language]

    def codes(self, language: str) -> Mapping[str, str]:
        """The sentences about left messages, which a page fetches when it needs them."""
        return self._codes[language]

    def languages(self) -> frozenset[str]:
        """The languages there are words in."""
        return frozenset(self._filled)


def _page(texts: LanguageTexts) -> Mapping[str, str]:
    """The words of the page; the warning that a machine translated them only where that is so."""
    return texts.page if texts.status is Status.MACHINE else {**texts.page, "page.machine": ""}


def _fill(words: Mapping[str, str], values: Mapping[str, object]) -> dict[str, str]:
    """Only known names are replaced: the page's script fills in the others, `{place}` and `{name}`."""
    filled = dict(words)
    for name, value in values.items():
        filled = {key: text.replace(f"{{{name}}}", str(value)) for key, text in filled.items()}
    return filled
