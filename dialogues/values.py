"""What the dialogue engine takes and gives: frozen values, closed sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from dialogues.doors import Desk, Service
from dialogues.forms import Forms
from dialogues.recogniser import Recogniser


class Audience(StrEnum):
    SELF = "self"
    FRIEND = "friend"
    SIBLING = "sibling"
    PROFESSIONAL = "professional"


class AgeBand(StrEnum):
    """Table T7 of the domain rules."""

    UNDER_13 = "under_13"
    FROM_13 = "13_15"
    FROM_16 = "16_17"
    FROM_18 = "18_20"
    FROM_21 = "21_26"
    OVER_26 = "over_26"


class Danger(StrEnum):
    NONE = "none"
    CONCERN = "concern"
    URGENT = "urgent"


class State(NamedTuple):
    """All that a conversation with the bot knows. It travels with the page; never text."""

    language: str = "sv"
    node: str = "start"
    audience: Audience | None = None
    topic: str | None = None
    age_band: AgeBand | None = None
    county: str | None = None
    danger: Danger = Danger.NONE
    easy: bool = False  # easy-to-read texts, where there are any
    wish: str | None = None  # whom to talk with: `woman`, `man`, or `by:` and a name that staff are asked for by
    waiting: bool = False  # the channel has a talk for this visitor: no person is offered again
    read: int = 0  # topics that were counted; a page adds three at most to the figures


# --- Events ---


@dataclass(frozen=True, slots=True)
class Choose:
    """The visitor pressed a choice. `id` is one that the last reply offered, or one of the standing choices."""

    id: str


@dataclass(frozen=True, slots=True)
class Say:
    """The visitor wrote to the bot, in own words."""

    text: str


Event = Choose | Say

# --- Replies ---


class MessageKind(StrEnum):
    TITLE = "title"  # a topic's heading
    TEXT = "text"  # ordinary words of the bot
    QUESTION = "question"  # asks for a choice
    DANGER = "danger"  # 112 first; drawn so that it cannot be missed
    NOTICE = "notice"  # reporting duty, review status: calm, set apart
    SOURCES = "sources"  # `items`: where the facts come from
    LINES = "lines"  # `items`: other lines to call or write to
    BRIEFING = "briefing"  # `items`: what staff will see, each with the choice that changes it


class Item(NamedTuple):
    """One row of a message: a source, a line, a row of the briefing."""

    label: str
    detail: str = ""
    href: str | None = None  # opened in a new tab, noreferrer; tel: for phone numbers
    choice: str | None = None  # id of the choice that changes this row
    here: bool = False  # opened in this window, in the place of this page


class Message(NamedTuple):
    kind: MessageKind
    text: str = ""
    items: tuple[Item, ...] = ()
    language: str = ""  # when it is not the page's own
    direction: str = ""


class ChoiceKind(StrEnum):
    PRIMARY = "primary"  # at most one in a reply: the clear next step
    PLAIN = "plain"
    TOPIC = "topic"  # one of a list of topics
    PERSON = "person"  # towards a person on duty
    DANGER = "danger"  # "I am in danger now"
    ROW = "row"  # belongs to a row of the briefing; never a button of its own


class Choice(NamedTuple):
    id: str
    label: str
    kind: ChoiceKind = ChoiceKind.PLAIN


class Action(StrEnum):
    """What the channel has to do besides showing the reply."""

    JOIN = "join"  # the visitor confirmed the briefing: join the waiting room
    REBRIEF = "rebrief"  # the briefing changed: tell the waiting room, when there is a talk
    LANGUAGE = "language"  # the interface language changed


@dataclass(frozen=True, slots=True)
class Reply:
    messages: tuple[Message, ...]
    choices: tuple[Choice, ...]
    action: Action | None = None


# --- Content ---


class Status(StrEnum):
    DRAFT = "draft"
    MACHINE = "machine"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact's provenance. The fact itself is stated by the texts that name its id."""

    id: str
    statute: str
    sources: tuple[str, ...]
    confidence: str  # sourced | bill | general


@dataclass(frozen=True, slots=True)
class Piece:
    """One chat-sized message of a topic's text."""

    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicText:
    """A topic in one language: pieces per audience, with the provenance that the visitor is shown."""

    id: str
    title: str
    language: str
    owner: str
    checked: date
    review: date
    status: Status
    words: tuple[str, ...]
    next: tuple[str, ...]
    pieces: dict[Audience, tuple[Piece, ...]]
    easy: tuple[Piece, ...] = ()  # the easy-to-read variant, for who asks for themselves
    fallback: "TopicText | None" = None  # the same topic in another language, for sections that this one lacks
    path: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """One entry of the closed topic list."""

    id: str
    facts: tuple[str, ...]
    urgent: bool


class Understood(NamedTuple):
    """What free text was taken to be about: topic ids, best first, at most three; empty when nothing fits."""

    topics: tuple[str, ...]
    danger: Danger
    clear: bool = False  # the first topic stands out: no need to ask which


@dataclass(frozen=True, slots=True)
class LanguageTexts:
    language: str
    name: str  # the language's own name
    direction: str  # ltr | rtl
    flow: dict[str, str]  # sentences of the flow, by dotted key
    page: dict[str, str]  # words of the visitor's page, by dotted key
    codes: dict[str, str]  # sentences about left messages, which the page fetches when it needs them
    topics: dict[str, TopicText]
    phrases: Forms  # what is looked for in free text: by topic, level of danger, or harmless (dialogues.understanding)
    status: Status  # of everything but the topics: the flow, the page, the danger phrases
    fallback: str  # the language that stands in for what is missing, and beside an unchecked danger message; or empty
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # phrases, by the rule that they break
    allowed: tuple[str, ...] = ()  # the same words where they do no harm
    unsure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what says so, by a fact's confidence
    phone: Mapping[str, str] = field(default_factory=dict)  # what callers hear; empty: not offered by phone
    telegram: Mapping[str, str] = field(default_factory=dict)  # words of the chat app, by dotted key


class Show(StrEnum):
    """What a node shows besides its sentences: a list that depends on content or state."""

    TOPICS = "topics"  # choices `topic:<id>`
    TOPIC = "topic"  # the text of state.topic
    ABOUT = "about"  # choices `about:<id>`: the topic of the briefing
    AGES = "ages"  # choices `age:<band>`
    COUNTIES = "counties"  # choices `county:<id>`
    WISHES = "wishes"  # choices `wish:woman`, `wish:man` and `wish:by:<name>`
    BRIEFING = "briefing"
    LINES = "lines"  # other doors: services of the directory that fit


@dataclass(frozen=True, slots=True)
class Node:
    """One place of the flow: what is said and where choices lead. From flow.yml."""

    id: str
    say: tuple[tuple[MessageKind, str], ...]  # what is said, by key of the language's flow.yml
    choices: tuple["Edge", ...]
    show: Show | None = None
    back: str = "briefing"  # where a county or an age picked from this node's list leads


@dataclass(frozen=True, slots=True)
class Edge:
    """A choice of a node: `to` is a node, `set` the fields of the state it sets."""

    id: str
    to: str
    kind: ChoiceKind = ChoiceKind.PLAIN
    set: dict[str, str] = field(default_factory=dict)
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class PhoneMenu:
    """What the telephone offers, by key: languages from 1 on, topics to be read aloud from 2 on."""

    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Replies with a topic's text by language, topic and audience, each with the last day of the text
    (dialogues.shelving). They hold for the content that they are made of."""

    nodes: dict[str, Node]
    languages: dict[str, LanguageTexts]
    topics: dict[str, Topic]
    facts: dict[str, Fact]
    replies: dict[tuple[str, str | None, Audience | None], tuple[Reply, date]]


@dataclass(frozen=True, slots=True)
class Content:
    topics: dict[str, Topic]  # the closed list, in its order
    facts: dict[str, Fact]
    nodes: dict[str, Node]
    languages: dict[str, LanguageTexts]
    counties: dict[str, str]  # id -> name, the same in every language
    services: dict[str, Service]
    desks: dict[str, Desk]
    recogniser: Recogniser
    now: datetime  # Swedish local time
    demo: bool  # a marked demonstration: unchecked services may be shown, as such
    names: tuple[str, ...] = ()  # of those on duty who may be asked for by name, while a wish is chosen
    phone: PhoneMenu = PhoneMenu()
    small_talk: Mapping[str, str] = field(default_factory=dict)  # folded message -> the node that answers it
    shelf: Shelf | None = field(default=None, compare=False, repr=False)
