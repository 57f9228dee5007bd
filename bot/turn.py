"""What one answer to a visitor leaves behind, and how words are put before it."""

from dataclasses import dataclass, replace

from bot.toll import Price
from dialogues.values import Message, MessageKind, Reply, State
from handover.values import Briefing, Channel, Danger, TalkRef


@dataclass(frozen=True, slots=True)
class Turn:
    """What one answer leaves behind: the next state, what to show, the talk that the visitor now has, and what is to be
    paid before there is one."""

    state: State
    reply: Reply
    talk: TalkRef | None = None
    language_changed: bool = False
    price: Price | None = None


def standing(state: State, talk: TalkRef | None) -> State:
    """The state with whether its visitor has a talk."""
    waiting = talk is not None
    return state if state.waiting is waiting else state._replace(waiting=waiting)


def sorry(turn: Turn, words: str) -> Turn:
    """The turn with these words before all else."""
    first = Message(MessageKind.TEXT, words)
    return replace(turn, reply=replace(turn.reply, messages=(first, *turn.reply.messages)))


def closed(turn: Turn, why: str) -> Turn:
    """The way on that the node `closed` offers, with another reason than that nobody is there."""
    others = tuple(message for message in turn.reply.messages if message.kind is MessageKind.LINES)
    return replace(turn, reply=replace(turn.reply, messages=(Message(MessageKind.TEXT, why), *others)))


def briefing_of(state: State, channel: Channel) -> Briefing:
    """What this visitor chose, as staff see it."""
    return Briefing(
        language=state.language,
        channel=channel,
        topic=state.topic,
        audience=state.audience,
        age_band=state.age_band,
        county=state.county,
        danger=Danger(state.danger),
        wish=state.wish,
    )
