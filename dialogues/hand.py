"""What staff have at hand in a talk: phrases, the topics' own texts and the services, each also in the visitor's
language. Pure; which of them is sent, and changed before, is the staff member's choice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dialogues.directory import lines
from dialogues.values import Audience, Content, Item, LanguageTexts, Piece, State, Status, TopicText

_PHRASE = "phrase."


@dataclass(frozen=True, slots=True)
class AtHand:
    """One thing to send. `own` is in the staff member's language, `theirs` what the visitor would get, in `language`.
    `status`: whether a person has reviewed what the visitor would get."""

    own: str
    theirs: str
    language: str
    status: Status
    title: str = ""  # of the topic


def phrases(content: Content, own: str, theirs: str) -> list[AtHand]:
    """The short phrases of the flow, in the order of the file. KeyError for a language that there is none of."""
    mine, other = content.languages[own], content.languages[theirs]
    return [
        AtHand(text, other.flow[key], theirs, other.status)
        for key, text in mine.flow.items()
        if key.startswith(_PHRASE)
    ]


def texts(content: Content, own: str, theirs: str, audience: Audience | None, topic: str | None) -> list[AtHand]:
    """What the topics say to this audience (else to who asks for themselves), piece by piece, `topic` first. Texts past
    their review date are left out."""
    mine, other = content.languages[own], content.languages[theirs]
    order = sorted(mine.topics, key=lambda id: id != topic)
    today = content.now.date()
    return [each for id in order for each in _pieces(mine, other, id, audience or Audience.SELF, today)]


def cards(content: Content, own: str, state: State) -> list[AtHand]:
    """The services for somebody in this state, best first, each as the few lines that `state.language` gets."""
    mine, theirs = lines(content, state._replace(language=own)), lines(content, state)
    status = content.languages[state.language].status
    return [
        AtHand(_card(here), _card(there), state.language, status)
        for here, there in zip(mine.items, theirs.items, strict=True)
    ]


def _card(item: Item) -> str:
    return f"{item.label}\n{item.detail}".strip()


def _pieces(mine: LanguageTexts, other: LanguageTexts, topic: str, audience: Audience, today: date) -> Iterator[AtHand]:
    own, theirs = mine.topics[topic], other.topics.get(topic)
    there = _section(theirs, audience) if theirs else None
    here = _section(own, audience)
    if there is None or here is None or there[0].review < today:
        return  # not there for this audience, or too old to be shown to anybody
    source, pieces = there
    for piece, other_piece in zip(here[1], pieces, strict=False):
        yield AtHand(piece.text, other_piece.text, source.language, source.status, own.title)


def _section(text: TopicText, audience: Audience) -> tuple[TopicText, tuple[Piece, ...]] | None:
    """The text that has something for this audience, and what: a language that lacks it leans on another."""
    while not text.pieces.get(audience):
        if text.fallback is None:
            return None
        text = text.fallback
    return text, text.pieces[audience]
