"""What one page shows, as a value, and how it becomes HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.settings import BotSettings
from bot.web.assets import Assets
from bot.web.later import first_words
from bot.web.rows import message_row
from bot.words import Words
from dialogues.values import Content, Item, Message, Reply, State
from handover.values import Asked


class Mode(StrEnum):
    """Where a page stands. The style sheet and the script read it from the body."""

    FIRST = "first"
    BOT = "bot"
    WAITING = "waiting"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a talk as a page without JavaScript shows it."""

    mine: bool
    text: str
    mark: str = ""  # key of the words that say how far an own message came
    opened: bool = True  # whether its seal could be opened; else `text` says so


@dataclass(frozen=True, slots=True)
class Carried:
    """What a form without JavaScript takes along so that it can be sent twice and count once."""

    nonce: str = ""
    seq: int = 1  # the number its message will have
    own: str = "[]"  # own latest messages, as JSON
    keys: str = ""  # the keys of the talk, under our seal


@dataclass(frozen=True, slots=True)
class Heed:
    """What the words of a form may tell: `kinds` of safety.guard. Asked about before they go, or told after."""

    kinds: tuple[str, ...] = ()
    sent: bool = False
    removed: bool = False  # told instead: it has been taken out of the box


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a page is made of."""

    state: State
    reply: Reply
    state_token: str
    lines: Message  # other lines; the script shows them when the deadline has passed
    mode: Mode = Mode.FIRST
    talk_token: str = ""
    person: str = ""
    briefing: tuple[Item, ...] = ()
    place: int = 0
    about: str = "unknown"  # about how long it takes: a key of `waiting.about-`
    news: tuple[str, ...] = ()  # why nobody may come in time
    others: tuple[Message, ...] = ()  # other desks, beside that
    bubbles: tuple[Bubble, ...] = ()
    muted: bool = False  # the person takes no words for now
    earlier: bool = False  # some messages are not shown any more
    down: int = 0  # number of the last message of the person that is shown
    events: tuple[str, ...] = ()  # keys of the words that say what happened
    notice: str = ""  # what has to be seen before anything else
    draft: str = ""
    asking: bool = False  # whether to end the talk
    plain: bool = False  # the answer to a form: all of it works without the script
    sharing: bool = False  # ask whether the person may read the earlier words
    heed: Heed | None = None
    carried: Carried = Carried()
    asked: Asked | None = None  # what the visitor is asked by the person
    helper: str = ""  # who reads along
    helped: str = ""  # who read along until now, or is about to
    pointed: tuple[Message, ...] = ()  # who answers at the desk that it is about
    wait: str = ""  # what shows how long somebody has waited who cannot work
    owing: bool = False  # the wait is not over: whom to turn to meanwhile is shown


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a notice: keys of the words of its heading and of its paragraphs."""

    heading: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as its page tells it: a key of `error.`, and an id when something broke with us."""

    key: str
    number: str = ""


def _names(content: Content) -> dict[str, str]:
    """Every language's own name: Swedish, English, then those that a machine translated."""
    order = sorted(content.languages, key=lambda code: (bool(content.languages[code].fallback), code != "sv", code))
    return {code: content.languages[code].name for code in order}


class Views:
    """Renders pages. All words come from content, all else from the page's value; everything is escaped."""

    def __init__(self, settings: BotSettings, content: Content, words: Words, assets: Assets) -> None:
        self._content = content
        self._words = words
        self._lists = {language: asset.name for language, asset in assets.lists.items()}
        self._later, self._told = (f"/static/{asset.name}" for asset in assets.later[:2])
        said = assets.box.said if settings.codes else {}
        self._codes = {language: asset.name for language, asset in said.items()}
        self._environment = Environment(
            loader=PackageLoader("bot.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # As letters, not as their numbers: in Tigrinya that is a fifth of the first page.
        self._environment.policies["json.dumps_kwargs"] = {
            "sort_keys": True, "ensure_ascii": False, "separators": (",", ":"),
        }  # fmt: skip
        self._environment.globals.update(
            title=settings.title,
            exit_url=settings.exit_url,
            exit_site=urlsplit(settings.exit_url).hostname,
            demo=settings.demo,
            codes=settings.codes,
            assets=assets,
            names=_names(content),
            organisation=settings.organisation_key,
            responsible=settings.responsible,
        )

    def page(self, page: Page) -> str:
        """The HTML of a page."""
        words = self._words.of(page.state.language)
        lines = message_row(page.lines)
        data = {
            "words": first_words(words),
            "lines": lines,
            "lists": self._lists,
            "later": self._later,
            "told": self._told,
        }
        data["codes"] = self._codes
        return self._render("page.html", page.state.language, words, data, page=page)

    def problem(self, problem: Problem, language: str) -> str:
        """The HTML of an error: what happened, the next step, and 112."""
        words = self._words.of(language)
        return self._render("error.html", language, words, {"words": {}}, problem=problem)

    def notice(self, address: str, heading: str, parts: tuple[Part, ...], language: str) -> str:
        """The HTML of a page to read, at this address."""
        values = {"address": address, "heading": heading, "parts": parts}
        return self._render("notice.html", language, self._words.of(language), {"words": {}}, **values)

    def direction(self, language: str) -> str:
        """ltr or rtl."""
        return self._content.languages[language].direction

    def _render(
        self, name: str, language: str, words: Mapping[str, str], data: Mapping[str, Any], **values: Any
    ) -> str:
        return self._environment.get_template(name).render(
            language=language, direction=self.direction(language), words=words, data=data, **values
        )
