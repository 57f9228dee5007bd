"""The engine that answers: one pure function from a state and an event to the next state and a reply.

UnknownChoice                 the choice is not one that the state offers; nothing changed
"""

from collections.abc import Mapping
from dataclasses import replace

from dialogues import replies
from dialogues.checks import SMALL_TALK
from dialogues.shelving import shelved
from dialogues.small_talk import small_talk
from dialogues.topic_replies import offered
from dialogues.understanding import understand, worse
from dialogues.values import (
    Action,
    AgeBand,
    Audience,
    Choose,
    Content,
    Danger,
    Edge,
    Event,
    Message,
    MessageKind,
    Reply,
    Say,
    Show,
    State,
)


class UnknownChoice(ValueError):
    """The choice is not one that the state offers."""


# Offered from everywhere: a person, the topics, and the way back to what was chosen.
STANDING = (
    Edge("person", "briefing"),
    Edge("topics", "topics"),
    Edge("briefing", "briefing"),
    Edge("danger-now", "danger", set={"danger": Danger.URGENT}),
)


# Nodes that answer free text: in another language they repeat what was said of danger.
ANSWERS = SMALL_TALK | {"topic", "topics", "unclear", "unclear-waiting", "talk-waiting"}


# Nodes before the list of topics, which tells what is reported: who writes here reads that before the answer (A3.1).
UNTOLD = frozenset({"start", "safe", "later", "audience", "professional"})


def open_page(content: Content, language: str) -> tuple[State, Reply]:
    """Where every visit begins. An unknown language becomes the first one that there is content for."""
    state = State(language=language if language in content.languages else next(iter(content.languages)))
    return state, replies.render(content, state)


def step(content: Content, state: State, event: Event) -> tuple[State, Reply]:
    """The next state and what to show. Raises UnknownChoice for a choice that this state does not offer."""
    if isinstance(event, Say):
        after, reply = _answer(content, state, event.text)
    else:
        after, reply = _follow(content, state, event)
    if reply.action is None and replies.briefing_of(after) != replies.briefing_of(state):
        reply = Reply(reply.messages, reply.choices, Action.REBRIEF)
    return after, reply


def enter(content: Content, state: State, node: str) -> tuple[State, Reply]:
    """Go to a node that a channel decides on: `closed` (nobody is there), `after` (the talk is over),
    `after-wait` (the wait is, and nobody came)."""
    # What was suggested is not kept: the whole list takes its place.
    return _go(content, state, "topics" if node == "suggest" else node)


def _follow(content: Content, state: State, event: Choose) -> tuple[State, Reply]:
    kind, _, value = event.id.partition(":")
    if kind == "lang" and value in content.languages:
        after, reply = enter(content, state._replace(language=value), state.node)
        if after.node in ANSWERS:
            reply = replies.warn(content, after, reply, after.danger)
        return after, replace(reply, action=Action.LANGUAGE)
    if value:
        return _pick(content, state, kind, value)
    edges = (*content.nodes[state.node].choices, *STANDING)
    edge = next((edge for edge in edges if edge.id == event.id), None)
    if edge is None:
        raise UnknownChoice("this state does not offer that choice")
    after, reply = _go(content, _with(state, edge.set), edge.to)
    return after, replace(reply, action=edge.action) if edge.action else reply


def _pick(content: Content, state: State, kind: str, value: str) -> tuple[State, Reply]:
    """A choice out of a list that depends on content: `topic:threats`, `county:uppsala`."""
    texts = content.languages[state.language]
    node = content.nodes[state.node]
    if kind == "topic" and value in texts.topics:
        return _go(content, state._replace(topic=value), "topic")
    if kind == "about" and node.show is Show.ABOUT and value in texts.topics:
        return _go(content, state._replace(topic=value), "briefing")
    if kind == "age" and node.show is Show.AGES and value in set(AgeBand):
        return _go(content, state._replace(age_band=AgeBand(value)), node.back)
    if kind == "county" and node.show is Show.COUNTIES and value in content.counties:
        return _go(content, state._replace(county=value), node.back)
    if kind == "wish" and node.show is Show.WISHES and value in replies.wishes(content):
        return _go(content, state._replace(wish=value), node.back)
    raise UnknownChoice("this state does not offer that choice")


def _answer(content: Content, state: State, text: str) -> tuple[State, Reply]:
    """Free text: small talk kindly, else danger first, then the topic that stands out, a choice if several fit, honesty
    if none does."""
    if node := small_talk(content.small_talk, text):
        return _chat(content, state, node)
    understood = understand(content, state.language, text)
    danger = worse(state.danger, understood.danger)
    topics: list[str] = []
    if understood.clear and offered(content, state, understood.topics[0]):
        after = state._replace(danger=danger, topic=understood.topics[0], node="topic")
    elif topics := [topic for topic in understood.topics if offered(content, state, topic)]:
        after = state._replace(danger=danger, node="suggest")
    elif understood.danger is Danger.URGENT:
        return _go(content, state._replace(danger=danger), "danger")
    else:
        after = state._replace(danger=danger, node="unclear-waiting" if state.waiting else "unclear")
    reply = _tell_duty(content, state, shelved(content, after) or replies.render(content, after, topics))
    return after, replies.warn(content, after, reply, understood.danger)


def _chat(content: Content, state: State, node: str) -> tuple[State, Reply]:
    """A greeting, thanks, a bare answer: no danger of its own. Where 112 was asked about, "yes" means that: it stands
    first again."""
    after = state._replace(node="talk-waiting" if state.waiting else node)
    reply = _tell_duty(content, state, replies.render(content, after))
    asked = state.node == "topic" and bool(state.topic) and content.topics[state.topic or ""].urgent
    urgent = asked or state.danger is Danger.URGENT
    return after, replies.warn(content, after, reply, Danger.URGENT if urgent else Danger.NONE)


def _tell_duty(content: Content, state: State, reply: Reply) -> Reply:
    """The reply, with what is reported before it for who writes before the list of topics has told it."""
    if state.node not in UNTOLD:
        return reply
    told = Message(MessageKind.NOTICE, content.languages[state.language].flow["topics.report"])
    return Reply((told, *reply.messages), reply.choices, reply.action)


def _go(content: Content, state: State, node: str) -> tuple[State, Reply]:
    after = state._replace(node=node)
    return after, shelved(content, after) or replies.render(content, after)


def _with(state: State, fields: Mapping[str, str]) -> State:
    """The state with an edge's fields set; an empty string means "not said"."""
    for name, value in fields.items():
        match name:
            case "audience":
                state = state._replace(audience=Audience(value) if value else None)
            case "danger":
                state = state._replace(danger=Danger(value))
            case "age_band":
                state = state._replace(age_band=AgeBand(value) if value else None)
            case "topic" | "county" | "wish":
                state = state._replace(**{name: value or None})  # type: ignore[arg-type]  # all three are texts or None
            case "easy":
                state = state._replace(easy=bool(value))
    return state
