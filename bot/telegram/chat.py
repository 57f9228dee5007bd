"""One chat: its record, and how something is said in it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.telegram.codes import AGAIN
from bot.telegram.house import House
from bot.telegram.line import Not, Outcome, Sent
from bot.telegram.record import Record
from bot.telegram.rendering import Code, Outgoing, Rows, footer, outgoing, render
from bot.turn import Turn
from dialogues.values import Danger, State


class Parted(Exception):
    """The visitor has blocked the bot: there is nobody to say anything to."""


class Chat:
    """Says things and notes what can be deleted. Each method may raise Parted."""

    __slots__ = ("house", "record")

    def __init__(self, house: House, record: Record) -> None:
        self.house = house
        self.record = record

    @property
    def language(self) -> str:
        return self.record.state.language

    @property
    def words(self) -> Mapping[str, str]:
        """The channel's words in the visitor's language."""
        return self.house.said.words.of(self.language)

    async def save(self) -> None:
        """Keep the record as it is now. Raises HandoverError."""
        await self.house.memory.save(self.record)

    async def show(self, turn: Turn, first: str = "") -> None:
        """What the bot answers; `first` stands before it. From here on the visitor is where the answer leads."""
        self.record = replace(self.record, state=turn.state, wait=turn.price.wait if turn.price else self.record.wait)
        messages = render(turn.reply, self.words, self.danger(turn.state), self.code(turn.state), first)
        await self.tell_all(messages)

    async def tell(self, text: str, *choices: tuple[str, str] | tuple[str, str, int]) -> Outcome:
        """Words of ours, with a button for each of these choices: label, choice and what its number means."""
        state = self.record.state
        rows: Rows = tuple(
            ((label, self.house.said.codes.write(self.record.chat, state, choice, *number)),)
            for label, choice, *number in choices
        )
        if rows:
            rows = (*rows, footer(self.words, self.danger(state), self.code(state)))
        return await self.tell_all(outgoing(text, rows))

    async def relay(self, text: str) -> Outcome:
        """A person's words, in as many messages as they need. What becomes of them is the caller's to tell."""
        outcome: Outcome = Not.REFUSED
        for piece in outgoing(text):
            outcome = await self._send(piece)
            if isinstance(outcome, Not):
                return outcome
        return outcome

    def code(self, state: State) -> Code:
        """Writes the buttons of this chat in that state."""
        return lambda choice: self.house.said.codes.write(self.record.chat, state, choice)

    def danger(self, state: State) -> str:
        """The label of the choice that says danger; empty when it has been said."""
        if state.danger is Danger.URGENT:
            return ""
        return self.house.said.content.languages[state.language].flow["choice.danger-now"]

    async def tell_all(self, messages: list[Outgoing]) -> Outcome:
        """Messages of ours, one after another, until one of them may not have arrived."""
        outcome: Outcome = Not.REFUSED
        for message in messages:
            outcome = await self._send(message)
            if outcome in {Not.UNKNOWN, Not.FAILED}:
                await self._offer_again()
                return outcome
        return outcome

    async def _offer_again(self) -> None:
        """Nobody knows whether the answer arrived. It is not said twice: the visitor may ask for it."""
        words, code = self.words, self.code(self.record.state)
        await self._send(Outgoing(words["other.broken"], (((words["other.again"], code(AGAIN)),),)))

    async def _send(self, message: Outgoing) -> Outcome:
        outcome = await self.house.line.send(self.record.chat, message.text, message.rows)
        if isinstance(outcome, Sent):
            self.record = self.record.with_messages(self.house.hour(), outcome.message)
        elif outcome is Not.BLOCKED:
            raise Parted
        return outcome
