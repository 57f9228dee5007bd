"""The chat app's words: those of the page, with its own in their place where it has some."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from dialogues.values import Content, LanguageTexts
from safety.wordlists import fold

_FLOW = "flow."  # what stands in the place of a sentence of the flow


def content_of(content: Content) -> Content:
    """The content as this channel says it."""
    return replace(content, languages={code: _languages(texts) for code, texts in content.languages.items()})


def leave_words(content: Content) -> frozenset[str]:
    """Every word, in every language, that means leaving when nothing else is written; folded."""
    lists = (texts.telegram["leave.words"] + ", " + texts.page["exit.link"] for texts in content.languages.values())
    return frozenset(folded(word) for words in lists for word in words.split(","))


def folded(text: str) -> str:
    """A typed word as it is compared: whatever case, marks and spaces it was written with."""
    bare = "".join(sign for sign in text if unicodedata.category(sign)[0] not in "PC")
    return " ".join(fold(bare).split())


def _languages(texts: LanguageTexts) -> LanguageTexts:
    own = {key: said for key, said in texts.telegram.items() if not key.startswith(_FLOW)}
    said: Mapping[str, str] = {
        key.removeprefix(_FLOW): said for key, said in texts.telegram.items() if key.startswith(_FLOW)
    }
    return replace(texts, page={**texts.page, **own}, flow={**texts.flow, **said})
