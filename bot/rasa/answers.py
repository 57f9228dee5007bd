"""What the four actions answer: from a tracker's slots and last message to a state of ours and a reply. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from bot.rasa.names import ActionName, Intent, Slot, topic_intent
from dialogues import admission, directory, replies
from dialogues.doors import Ages
from dialogues.engine import enter, step
from dialogues.topic_replies import danger_messages
from dialogues.understanding import understand
from dialogues.values import (
    AgeBand,
    Audience,
    Choice,
    ChoiceKind,
    Choose,
    Content,
    Danger,
    Item,
    Message,
    MessageKind,
    Reply,
    Say,
    State,
)
from dialogues.wording import BANDS, in_language

MOST_TEXT = 20_000  # characters of a message that are read; nobody writes so much, and reading costs time
PART = 1_500  # characters that are understood at a time; a longer message is read in parts that overlap
OVERLAP = 300

_Closed = TypeVar("_Closed", bound=StrEnum)

_COMMAND = re.compile(r"/[\w-]+(\s*\{.*\})?", re.DOTALL)  # how a pressed button names its intent
_OLDEST = 150  # years
_INTENT_OF_CHOICE = {
    "person": Intent.PERSON,
    "danger-now": Intent.DANGER,
    "others": Intent.SERVICES,
    "topics": Intent.TOPICS,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What an assistant tells us: slot values as they come, the visitor's last message and the intent found in it."""

    slots: Mapping[str, object]
    text: str = ""
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Who answers beyond the bot: the desk, and the address of the page where its people are reached."""

    desk: str
    page: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Texts in their order, buttons as (label, intent), and the slots to set."""

    texts: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]
    slots: Mapping[str, str]


def respond(content: Content, place: Place, action: ActionName, told: Told) -> Answer:
    """The answer of one action at content.now. Danger in the message comes first, whichever action it is."""
    text = told.text[:MOST_TEXT].strip()
    if _COMMAND.fullmatch(text):
        text = ""
    state = read_state(content, told.slots)
    danger = _danger(content, state.language, text)
    state = state._replace(danger=max(state.danger, danger, key=tuple(Danger).index))
    after, reply = _ACTIONS[action](content, place, state, replace(told, text=text))
    reply = replies.warn(content, after, reply, danger)
    slots: dict[str, str] = {Slot.DANGER: after.danger.value}
    if after.topic:
        slots[Slot.TOPIC] = after.topic
    return Answer(tuple(map(say, reply.messages)), _buttons(action, reply.choices), slots)


def _danger(content: Content, language: str, text: str) -> Danger:
    """The worst danger in any part of a message."""
    parts = [text[at : at + PART] for at in range(0, len(text), PART - OVERLAP)]
    return max((understand(content, language, part).danger for part in parts or [""]), key=tuple(Danger).index)


def read_state(content: Content, slots: Mapping[str, object]) -> State:
    """The state that the slots tell of; what is in no closed set is not said."""
    language = _one_of(content.languages, slots.get(Slot.LANGUAGE)) or State().language
    return State(
        language=language,
        node="topics",
        topic=_one_of(content.languages[language].topics, slots.get(Slot.TOPIC)),
        audience=_member(Audience, slots.get(Slot.AUDIENCE)),
        age_band=_age_band(slots.get(Slot.AGE)),
        county=_one_of(content.counties, slots.get(Slot.COUNTY)),
        danger=_member(Danger, slots.get(Slot.DANGER)) or Danger.NONE,
    )


def say(message: Message) -> str:
    """A message as plain text, its rows below it, each with its link."""
    rows = (_row(message.kind, item) for item in message.items)
    gap = "\n\n" if message.kind is MessageKind.LINES else "\n"
    return gap.join(part for part in (message.text, *rows) if part)


def _row(kind: MessageKind, item: Item) -> str:
    gap = "\n" if kind is MessageKind.LINES else ", "
    return gap.join(part for part in (item.label, item.detail, item.href) if part)


# --- The actions ---


def _answer(content: Content, _: Place, state: State, told: Told) -> tuple[State, Reply]:
    """The topic of the slot; else what the message is about; else the topics to choose from."""
    if told.intent in {Intent.OFF_TOPIC, Intent.TOPICS}:
        state = state._replace(topic=None)  # the slot still holds what was spoken of before
    if state.topic:
        return step(content, state, Choose(f"topic:{state.topic}"))
    return step(content, state, Say(told.text) if told.text else Choose("topics"))


def _look_up(content: Content, _: Place, state: State, told: Told) -> tuple[State, Reply]:
    return enter(content, state, "others")


def _check_danger(content: Content, _: Place, state: State, told: Told) -> tuple[State, Reply]:
    """Nothing of its own for a message, whose danger is warned of before any answer; help now for a pressed button."""
    if told.intent == Intent.DANGER:
        return step(content, state, Choose("danger-now"))
    return state, Reply((), ())


def _offer_person(content: Content, place: Place, state: State, told: Told) -> tuple[State, Reply]:
    """What the operator must report, then where its people are; whom the desk does not take is guided on."""
    desk = content.desks[place.desk]
    refusal = admission.refusal(content, desk, state)
    if refusal:
        guided = (Message(MessageKind.TEXT, refusal), directory.lines(content, state))
        first = danger_messages(content, state, "danger.call") if state.danger is Danger.URGENT else ()
        return state, Reply((*first, *guided), ())
    label = content.languages[state.language].flow["choice.person"]
    offer = Message(MessageKind.TEXT, f"{in_language(desk.names, state.language)}. {label}: {place.page}")
    messages = [*admission.notices(content, desk, state), offer]
    closed = admission.next_hours(content, desk, state)
    if closed:
        messages += [Message(MessageKind.TEXT, closed), directory.lines(content, state)]
    return state, Reply(tuple(messages), ())


_ACTIONS: dict[ActionName, Callable[[Content, Place, State, Told], tuple[State, Reply]]] = {
    ActionName.ANSWER: _answer,
    ActionName.DIRECTORY: _look_up,
    ActionName.DANGER: _check_danger,
    ActionName.HANDOVER: _offer_person,
}


def _buttons(action: ActionName, choices: tuple[Choice, ...]) -> tuple[tuple[str, str], ...]:
    """The choices that an intent stands for; a button for a person is no use below the offer of one."""
    named = [(choice.label, _intent(choice)) for choice in choices]
    useless = {"", Intent.PERSON} if action is ActionName.HANDOVER else {""}
    return tuple((label, intent) for label, intent in named if intent not in useless)


def _intent(choice: Choice) -> str:
    if choice.kind is ChoiceKind.TOPIC:
        return topic_intent(choice.id.removeprefix("topic:"))
    return _INTENT_OF_CHOICE.get(choice.id, "")


# --- Slot values ---


def _one_of(known: Mapping[str, object], value: object) -> str | None:
    said = _folded(value)
    return said if said in known else None


def _member(kind: type[_Closed], value: object) -> _Closed | None:
    said = _folded(value)
    return kind(said) if said in set(kind) else None


def _age_band(value: object) -> AgeBand | None:
    """A band by its id, or by years as a number or in digits."""
    band = _member(AgeBand, value)
    if band or isinstance(value, bool):
        return band
    try:
        years = float(value) if isinstance(value, int | float | str) else -1.0
    except (ValueError, OverflowError):
        return None
    return next((band for band, ages in BANDS.items() if 0 <= years < _OLDEST and _within(ages, int(years))), None)


def _within(ages: Ages, years: int) -> bool:
    return (ages.least or 0) <= years <= (_OLDEST if ages.most is None else ages.most)


def _folded(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""
