"""What a visitor does in a chat: commands, words and buttons, for the bot or for the person who has the talk."""

from dataclasses import replace

from bot.telegram import codes
from bot.telegram.chat import Chat
from bot.telegram.incoming import Edited, Incoming, Pressed, Typed
from bot.telegram.talk import Talk
from bot.telegram.turns import Turns
from handover.values import EndReason
from safety.tokens import TokenError

_HELD = 5  # messages that wait for their writer's word


class Deeds:
    """Of one chat. `new`: nobody knew this chat before; `talk`: the one that it has."""

    __slots__ = ("_held", "_house", "chat", "new", "talk")

    def __init__(self, chat: Chat) -> None:
        self.new = False
        self.talk: Talk | None = None
        self.chat = chat
        self._house = chat.house
        self._held: dict[int, Typed] = {}

    def turn_to(self, talk: Talk | None) -> None:
        """The talk that the chat has from now on. What waited to be sent in another one is not sent in this one."""
        self.talk = talk
        self._held.clear()

    async def deal(self, incoming: Incoming) -> None:
        """With one of them. Raises HandoverError and Parted."""
        match incoming:
            case Typed():
                await self._typed(incoming)
            case Pressed():
                await self._pressed(incoming)
            case Edited():
                await self.chat.tell(self.chat.words["other.edit"])
            case _:
                await self.chat.tell(self.chat.words["other.kind"])
        self.new = False

    async def _typed(self, typed: Typed) -> None:
        turns = Turns(self.chat)
        command = typed.text.split()[0].partition("@")[0].casefold() if typed.text.startswith("/") else ""
        match command:
            case "/start" if not self.talk:
                await turns.begin(anew=not self.new)
            case "/language" if not self._person:
                await turns.ask_language()
            case "/help" | "/start":
                await turns.help()
            case _ if self.new:
                await turns.begin(anew=False)  # what Telegram knows comes before an answer to what was written
                await turns.say(typed)
            case _ if self.talk and self._person:
                await self._say(typed, turns)
            case _:
                await turns.say(typed)

    async def _say(self, typed: Typed, turns: Turns) -> None:
        """To the person, unless it may tell who somebody is: then it waits for a word, but not in danger."""
        kinds, words = turns.tells(typed.text), self.chat.words
        if not kinds or turns.is_danger(self.chat.record.state, typed.text):
            await self._pass_on(typed)
            if kinds:
                await self.chat.tell(words["heed.sent"].replace("{kinds}", kinds))
            return
        self._held[typed.message] = typed
        while len(self._held) > _HELD:
            self._held.pop(next(iter(self._held)))
        asked = f"{words['heed.what'].replace('{kinds}', kinds)} {words['heed.why-person']} {words['heed.danger']}"
        await self.chat.tell(
            asked.replace("{name}", self._person),
            (words["heed.send"], codes.SEND, typed.message),
            (words["heed.not"], codes.SEND_NOT, typed.message),
        )

    async def _pass_on(self, typed: Typed) -> None:
        if self.talk:
            await self.talk.say(typed.text, typed.update)

    async def _pressed(self, pressed: Pressed) -> None:
        turns = Turns(self.chat)
        try:
            press = await self._read(pressed.code)
        except TokenError:
            await self._house.line.answer(pressed.query)
            await turns.start_over()
            return
        own = press.choice in codes.OWN or press.choice in {"danger-now"} or press.choice.startswith("lang:")
        if self._person and not own:
            await self._house.line.answer(pressed.query, self._named("other.talking"))
            return
        self._house.do(self._house.line.answer(pressed.query))
        if press.choice in codes.OWN:
            await self._act(press, turns)
        elif self._person and press.choice == "danger-now":
            flow = self._house.said.content.languages[self.chat.language].flow
            await self.chat.tell(flow["danger.call"])
        else:
            await turns.choose(press)

    async def _read(self, code: str) -> codes.Press:
        press = self._house.said.codes.read(self.chat.record.chat, code)
        if press.unnamed or press.choice.startswith("wish:by"):
            names = tuple(each.name for each in await self._house.end.asked(self._house.settings.desk) if each.by_name)
            press = self._house.said.codes.read(self.chat.record.chat, code, names)
        return press

    async def _act(self, press: codes.Press, turns: Turns) -> None:
        words = self.chat.words
        match press.choice:
            case codes.AGAIN:
                await turns.again()
            case codes.DELETE:
                await self._delete(press.number, "heed.deleted")
            case codes.SEND:
                await self._send_held(press.number)
            case codes.SEND_NOT:
                self._held.pop(press.number, None)
                await self._delete(press.number, "heed.dropped")
            case codes.END if self.talk:
                await self.chat.tell(
                    words["talk.end-ask"], (words["talk.end-yes"], codes.END_YES), (words["talk.end-no"], codes.END_NO)
                )
            case _ if self.talk:
                await self._act_in_talk(press, self.talk)
            case codes.END_NO | codes.STILL:
                pass
            case _:
                await turns.start_over()

    async def _act_in_talk(self, press: codes.Press, talk: Talk) -> None:
        match press.choice:
            case codes.END_YES:
                await talk.end(EndReason.VISITOR, "ended.visitor")
            case codes.STOP if not self._person:
                await talk.end(EndReason.VISITOR, "ended.stopped")
            case codes.SHARE | codes.SHARE_NO:
                await talk.share(yes=press.choice == codes.SHARE)
            case codes.ASK_YES | codes.ASK_NO:
                await talk.consent(press.number, yes=press.choice == codes.ASK_YES)
            case codes.PART:
                await talk.part()

    async def _send_held(self, message: int) -> None:
        typed = self._held.pop(message, None)
        if typed is None or not self._person:
            await self.chat.tell(self.chat.words["heed.gone"])
        else:
            await self._pass_on(typed)

    async def _delete(self, message: int, told: str) -> None:
        """One of the visitor's messages, at their wish."""
        kept = tuple(each for each in self.chat.record.messages if each[1] != message)
        known = len(kept) < len(self.chat.record.messages)
        if known and await self._house.line.delete(self.chat.record.chat, [message]):
            self.chat.record = replace(self.chat.record, messages=kept)
            await self.chat.tell(self.chat.words[told])
        else:
            await self.chat.tell(self.chat.words["trouble.turn"])

    def _named(self, key: str) -> str:
        return self.chat.words[key].replace("{name}", self._person)

    @property
    def _person(self) -> str:
        return self.talk.person if self.talk else ""
