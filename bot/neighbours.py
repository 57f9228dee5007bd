"""Other desks of the same operator, as ways on: a link to their page, their name, and who answers there. Never
automatic, and nothing of the visitor's goes along."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.turn import Turn
from bot.words import Words
from dialogues import admission
from dialogues.closing import Stage, hours_of, stage
from dialogues.doors import Desk, DeskChannel
from dialogues.values import Content, Item, Message, MessageKind, State
from dialogues.wording import in_language
from handover.ports import HandoverError, VisitorEnd
from handover.values import AskKind, Standing, TalkRef, WithStaff


async def tell_pointed(end: VisitorEnd, neighbours: "Neighbours", turn: Turn, talk: TalkRef) -> Turn:
    """What a visitor reads whose person points to another desk: who answers there, and the link. Nothing when there is
    no such question (any more), or this page cannot lead there."""
    messages: tuple[Message, ...] = ()
    with suppress(HandoverError):
        desk = pointed_to(await end.attend(talk))
        messages = (*neighbours.about(desk, turn.state), *neighbours.way_to(desk, turn.state))
    return replace(turn, reply=replace(turn.reply, messages=messages))


def pointed_to(standing: Standing) -> str:
    """The desk that somebody who stands there is pointed to; empty for none."""
    asked = standing.asked if isinstance(standing, WithStaff) else None
    return asked.name if asked and asked.kind == AskKind.DESK else ""


class Neighbours:
    """The desks of `pages` (id and address) that the content knows, without `own`. `now` gives aware Swedish time."""

    def __init__(
        self, content: Content, words: Words, own: str, pages: Iterable[tuple[str, str]], now: Callable[[], datetime]
    ) -> None:
        self._content = content
        self._words = words
        self._now = now
        self._pages = {desk: address for desk, address in pages if desk != own and desk in content.desks}

    def open_to(self, state: State) -> tuple[Message, ...]:
        """The desks that take this visitor and are not closed by their hours, each with who answers there; nothing when
        there are none."""
        found = [desk for desk in self._pages if self._takes(self._content.desks[desk], state)]
        if not found:
            return ()
        said = Message(MessageKind.TEXT, self._words.of(state.language)["news.other-desk"])
        return said, Message(MessageKind.LINES, items=tuple(self._item(desk, state) for desk in found))

    def beside(self, turn: Turn) -> Turn:
        """The turn with those desks after all else."""
        messages = (*turn.reply.messages, *self.open_to(turn.state))
        return replace(turn, reply=replace(turn.reply, messages=messages))

    def about(self, desk: str, state: State) -> tuple[Message, ...]:
        """What a desk is called, who answers there, and what going there means; nothing for one that this page cannot
        lead to."""
        if desk not in self._pages:
            return ()
        told = admission.notices(self._content, self._content.desks[desk], state)
        means = Message(MessageKind.TEXT, self._words.of(state.language)["news.pointed"])
        return Message(MessageKind.TITLE, self._name(desk, state)), *told, means

    def way_to(self, desk: str, state: State) -> tuple[Message, ...]:
        """The link to a desk's page; nothing for one that this page cannot lead to."""
        if desk not in self._pages:
            return ()
        return (Message(MessageKind.LINES, items=(self._item(desk, state)._replace(detail=""),)),)

    def _takes(self, desk: Desk, state: State) -> bool:
        now = self._now()
        answers = DeskChannel.WEB in desk.channels and not desk.planned
        return (
            answers
            and not admission.refusal(self._content, desk, state)
            and (stage(hours_of(desk, now), now) is not Stage.CLOSED)
        )

    def _item(self, desk: str, state: State) -> Item:
        detail = in_language(self._content.desks[desk].reporting, state.language)
        return Item(self._name(desk, state), detail, self._pages[desk], here=True)

    def _name(self, desk: str, state: State) -> str:
        return in_language(self._content.desks[desk].names, state.language) or desk
