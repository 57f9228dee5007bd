"""What can be wrong with a content file, as closed sentences: the loader says them in English, the console in its own.

Problem                       one of PROBLEMS with its values; it is its English sentence
"""

from typing import Self

PROBLEMS = {
    "yaml": "{why}",
    "no-list": "is not a list",
    "lacks": "{id} lacks `{key}`",
    "file-lacks": "the file lacks `{key}`",
    "no-sentences": "is no mapping of keys to sentences",
    "no-sentence": "`{key}` is a sentence, not {value}",
    "no-text": "`{key}` is a text, not {value}",
    "no-date": "`{key}` is a date such as 2026-12-01, not {value}",
    "no-texts": "`{key}` is a list of texts, not {value}",
    "no-mapping": "`{key}` is a mapping, not {value}",
    "front": "begins with a front matter between two lines of ---",
    "known": "`{key}` is one of {known}",
    "audience": "no such audience: {name}",
    "unlisted": "{id} is not in the closed topic list",
    "no-next": "there is no text called {id} to go on to",
    "no-section": "a section has no text, or there is no section",
    "review": "the review date is not after the checked date",
    "service-review": "{id}: the review date is not after the checked date",
    "no-fact": "no such fact: {fact}",
    "other-fact": "the topic list does not give {fact} to {id}",
    "missing": "the sentence `{key}` is missing",
    "not-here": "`{key}` is in {language} and not here",
    "not-offered": "nothing offers `{key}`",
    "fallback": "machine words need a language to lean on: `fallback`",
    "no-language": "no language {language}",
    "audiences": "its audiences differ from those in {language}",
    "only-one-easy": "only one of it and {language} has an easy-to-read variant",
    "alias": "no anchors (&) and aliases (*)",
    "too-large": "the edits together are larger than what visitors' side takes",
    "one-entry": "the part {entry} is one entry of that name",
    "id-taken": "there is one with this id already",
    "id-file": "the file is called {name}",
    "minimal": "{id} is missing, or is not `minimal`",
    "county": "{id}: no county is called {county}",
    "lacks-language": "`{key}` lacks {language}",
    "ages-form": "have `least` and `most`, or one of them",
    "ages-years": "are whole years",
    "ages-order": "`least` is more than `most`",
    "language-code": "{value} is no language code such as sv",
    "row-key": "there is no such key; there are {known}",
    "row-text": "is a text, not {value} (a number wants quotes)",
    "row-texts": "is a text for each language, not {value}",
    "row-languages": "needs Swedish and English (sv, en)",
    "row-words": "is a list of words, not {value}",
    "row-one": "{value} is none of {known}",
    "row-flag": "is true or false, not {value}",
    "row-number": "is a whole number from 1, not {value}",
    "row-date": "is a date such as 2026-12-01, or null, not {value}",
    "row-phone": "{value} is not digits, spaces and hyphens, perhaps after a +",
    "row-address": "{value} is not an address such as www.example.org or example.org/chat",
    "hours-form": "hours are {form}, not {value}",
    "hours-none": "hours name no time at all: {form}",
    "hours-span": "`{value}` is no opening time: write {form}",
    "hours-days": "`{value}` names no days: they are {known}",
    "hours-time": "`{value}` is no time of day: write it as 09:00",
}


class Problem(str):
    """A sentence of PROBLEMS, filled in. `key` and `values` let it be said in another language."""

    __slots__ = ("key", "values")

    key: str
    values: dict[str, str]

    def __new__(cls, key: str, /, **values: object) -> Self:
        """KeyError for a key or a value that the table does not know: a mistake of ours."""
        filled = {name: str(value) for name, value in values.items()}
        said = super().__new__(cls, PROBLEMS[key].format(**filled))
        said.key, said.values = key, filled
        return said
