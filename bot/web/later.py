"""What the page loads only once somebody can write: the guard with its rules, its question and its words."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from bot.web.assets import Asset, make_asset, spare
from bot.words import Words
from dialogues.alarm import alarm_data, load_alarm, urgent_phrases
from dialogues.values import Content

# Words that only the server says, and pages without JavaScript, and pages of their own; and those that stand in the
# page as the server wrote them. Another language comes with all of its words.
SAID = (
    "news.", "desk.", "relay.", "plain.", "privacy.", "access.", "error.",
    "page.", "exit.", "sos.", "demo.", "first.", "practice.", "menu.", "briefing.",
)  # fmt: skip
OWN = "heed."  # keys of words that only this part of the page says

_SCRIPTS = ("text", "digits", "numbers", "links", "handles", "places", "cues", "guard", "alarm", "signs", "heed")


def first_words(words: Mapping[str, str]) -> dict[str, str]:
    """The words of the page without those that come later, and those that the server says."""
    return {key: text for key, text in words.items() if not key.startswith((OWN, *SAID))}


def load_later(content: Content, words: Words, rules: Mapping[str, Any]) -> tuple[Asset, ...]:
    """One module of the browser, what it says, and the phrases of danger in each language that has only phrases. No
    word that staff may change is in the module: its content is the same in every deployment of this version.

    Browsers are not to keep them: they name what the page is about.
    """
    phrases = {language: _told(list_, "json") for language, list_ in urgent_phrases(content).items()}
    own = {
        language: {key.removeprefix(OWN): text for key, text in words.of(language).items() if key.startswith(OWN)}
        for language in sorted(words.languages())
    }
    constants = {
        "RULES": {name: value for name, value in rules.items() if name != "about"},
        "ALARM": alarm_data(load_alarm()),
    }
    told = {"words": own, "phrases": {language: f"/static/{asset.name}" for language, asset in phrases.items()}}
    folder = files("bot.web") / "static" / "guard"
    parts = [f"const {name} = {_json(value)};" for name, value in constants.items()]
    parts += [spare((folder / f"{name}.js").read_text(encoding="utf-8")) for name in _SCRIPTS]
    return make_asset("js", "\n".join(parts).encode(), telling=True), _told(told, "json"), *phrases.values()


def _told(value: object, suffix: str) -> Asset:
    return make_asset(suffix, _json(value).encode(), telling=True)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
