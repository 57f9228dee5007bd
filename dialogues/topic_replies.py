"""What is shown of topics: the lists to choose from, a topic's text, and where its facts come from. Pure."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from dialogues import directory
from dialogues.values import (
    Audience,
    Choice,
    ChoiceKind,
    Content,
    Fact,
    Item,
    LanguageTexts,
    Message,
    MessageKind,
    Piece,
    Reply,
    State,
    Status,
    TopicText,
)


class _Section(NamedTuple):
    """The part of a topic that a visitor reads, in the language that has it."""

    text: TopicText
    pieces: tuple[Piece, ...]


def offered(content: Content, state: State, topic: str) -> bool:
    """Whether a topic has a text for the state's audience, in the state's language or the one it leans on."""
    text = content.languages[state.language].topics.get(topic)
    return text is not None and _section(text, state) is not None


def title(content: Content, state: State, topic: str) -> str:
    """A topic's title in the state's language."""
    return content.languages[state.language].topics[topic].title


def list_topics(content: Content, state: State, prefix: str) -> Reply:
    """Choices `<prefix>:<id>` for every topic that is offered."""
    choices = [
        Choice(f"{prefix}:{id}", title(content, state, id), ChoiceKind.TOPIC)
        for id in content.topics
        if offered(content, state, id)
    ]
    return Reply((), tuple(choices))


def show_topic(content: Content, state: State) -> Reply:
    """The text of the state's topic; the way on when there is none for this audience, or when it is too old."""
    texts = content.languages[state.language]
    own = texts.topics[state.topic or ""]
    section = _section(own, state)
    if section is None:
        listed = list_topics(content, state, "topic")
        return replace(listed, messages=(Message(MessageKind.TEXT, texts.flow["topic.unavailable"]),))
    person = Choice("person", texts.flow["choice.person"], ChoiceKind.PRIMARY)
    heading = Message(MessageKind.TITLE, own.title)
    urgent = content.topics[own.id].urgent
    messages = list(danger_messages(content, state, "danger.topic")) if urgent else []
    if content.now.date() > section.text.review:
        expired = Message(MessageKind.TEXT, texts.flow["topic.expired"])
        return Reply((*messages, heading, expired, directory.lines(content, state)), (person,))
    messages += [heading, *_lent(content, state, section)]
    messages += [_in_language(content, state, section.text, piece.text) for piece in section.pieces]
    messages += _provenance(content, texts, section)
    choices = (person, *_onward(content, state, own)) if urgent else _onward(content, state, own)
    return Reply(tuple(messages), (*choices, *_ease(texts, own, state)))


def last_day(content: Content, state: State) -> date | None:
    """The last day of the text that `show_topic` shows; None when there is none for this audience."""
    section = _section(content.languages[state.language].topics[state.topic or ""], state)
    return section.text.review if section else None


def danger_messages(content: Content, state: State, key: str) -> tuple[Message, ...]:
    """A danger message; one that no person has checked stands beside the one of the language it leans on."""
    texts = content.languages[state.language]
    own = Message(MessageKind.DANGER, texts.flow[key])
    if texts.status is not Status.MACHINE or not texts.fallback:
        return (own,)
    other = content.languages[texts.fallback]
    return own, Message(MessageKind.DANGER, other.flow[key], language=other.language, direction=other.direction)


def _section(text: TopicText, state: State) -> _Section | None:
    """The section for an audience. Who has not said for whom reads the one written to the exposed person."""
    wanted = state.audience or Audience.SELF
    if state.easy and wanted is Audience.SELF and text.easy:
        return _Section(text, text.easy)
    if wanted in text.pieces:
        return _Section(text, text.pieces[wanted])
    if text.fallback:
        return _section(text.fallback, state)
    return _Section(text, next(iter(text.pieces.values()))) if state.audience is None else None


def _lent(content: Content, state: State, section: _Section) -> list[Message]:
    """Said before a text that is there in another language only."""
    if section.text.language == state.language:
        return []
    texts = content.languages[state.language]
    shown = content.languages[section.text.language].name
    return [Message(MessageKind.NOTICE, texts.flow["topic.fallback"].format(language=texts.name, shown=shown))]


def _in_language(content: Content, state: State, text: TopicText, said: str) -> Message:
    if text.language == state.language:
        return Message(MessageKind.TEXT, said)
    direction = content.languages[text.language].direction
    return Message(MessageKind.TEXT, said, language=text.language, direction=direction)


def _onward(content: Content, state: State, text: TopicText) -> tuple[Choice, ...]:
    ids = [id for id in text.next if offered(content, state, id)]
    return tuple(Choice(f"topic:{id}", title(content, state, id), ChoiceKind.TOPIC) for id in ids)


def _ease(texts: LanguageTexts, text: TopicText, state: State) -> tuple[Choice, ...]:
    """To the easy-to-read variant and back, where there is one."""
    if not text.easy or state.audience not in {None, Audience.SELF}:
        return ()
    key = "full" if state.easy else "easy"
    return (Choice(key, texts.flow[f"choice.{key}"]),)


def _provenance(content: Content, texts: LanguageTexts, section: _Section) -> list[Message]:
    """Where the facts of the shown pieces come from, and how far the text has been checked."""
    ids = dict.fromkeys(fact for piece in section.pieces for fact in piece.facts)
    items = tuple(_source(content.facts[id]) for id in ids)
    text = section.text
    status = {Status.DRAFT: "topic.draft", Status.MACHINE: "topic.machine", Status.REVIEWED: "topic.reviewed"}
    said = texts.flow[status[text.status]].format(checked=text.checked.isoformat(), owner=text.owner)
    sources = [Message(MessageKind.SOURCES, texts.flow["topic.sources"], items)] if items else []
    return [*sources, Message(MessageKind.NOTICE, said)]


def _source(fact: Fact) -> Item:
    """The statute and where it was read; for a fact without a statute of its own, only where."""
    return Item(fact.statute, ", ".join(fact.sources)) if fact.statute else Item(", ".join(fact.sources) or fact.id)
