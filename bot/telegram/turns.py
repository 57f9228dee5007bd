"""The bot's part of a chat: commands, buttons and free text, answered by the same engine as on the page."""

from dataclasses import replace

from bot.telegram.chat import Chat
from bot.telegram.codes import DELETE, Press
from bot.telegram.incoming import Typed
from bot.telegram.rendering import outgoing, render
from bot.toll import Paid
from bot.turn import Turn
from dialogues.engine import UnknownChoice
from dialogues.understanding import understand
from dialogues.values import Choice, Choose, Danger, Event, Reply, Say, State
from handover.values import Channel

BOT_LIMIT = 2_000  # characters, as on the page
_WRITTEN = ("sv", "en")  # for who has not chosen a language: nobody's is looked at


class Turns:
    """Answers in one chat. What the engine of the talks fails at is a HandoverError."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def begin(self, *, anew: bool) -> None:
        """The first message: what Telegram knows, what we keep, the page, the way out, what is reported. In Swedish and
        English for who is new (`anew` false), because Telegram's word for their language is not looked at."""
        chat, said = self._chat, self._chat.house.said
        first = said.reception.open(chat.language)
        if anew:
            await self._show_first(first, self._first_words(chat.language), self._labels(first.reply, chat.language))
            return
        for language in _WRITTEN[:-1]:
            await chat.tell_all(outgoing(self._first_words(language)))
        labels = self._labels(first.reply, *_WRITTEN)
        await self._show_first(first, self._first_words(_WRITTEN[-1]), labels)

    async def help(self) -> None:
        """What can be done here, and where the visitor is."""
        reception = self._chat.house.said.reception
        await self._chat.show(reception.show(self._state(), self._chat.record.talk), self._chat.words["help.use"])

    async def ask_language(self) -> None:
        """The languages to choose from."""
        chat = self._chat
        reply = Reply((), self._languages())
        messages = render(
            reply, chat.words, chat.danger(self._state()), chat.code(self._state()), chat.words["first.language"]
        )
        await chat.tell_all(messages)

    async def choose(self, press: Press) -> None:
        """What a button stands for. One that its state no longer offers leads to where the visitor is."""
        try:
            turn = await self._answer(press.state, Choose(press.choice))
        except UnknownChoice:
            await self.start_over()
            return
        if press.choice.startswith("lang:") and turn.state.node == "start":
            self._chat.record = replace(self._chat.record, state=turn.state)
            await self.begin(anew=True)
            return
        await self._take(turn)

    async def start_over(self) -> None:
        """A button of another time: said, and where the visitor is now."""
        reception = self._chat.house.said.reception
        await self._chat.show(reception.show(self._state(), self._chat.record.talk), self._chat.words["other.button"])

    async def again(self) -> None:
        """The last answer once more."""
        await self._chat.show(self._chat.house.said.reception.show(self._state(), self._chat.record.talk))

    async def say(self, typed: Typed) -> None:
        """What was written in own words; then, if it tells who somebody is, that it need not."""
        if len(typed.text) > BOT_LIMIT:
            await self._chat.tell(self._chat.words["write.too-long"])
            return
        before = self._state()
        await self._take(await self._answer(before, Say(typed.text)))
        if kinds := self.tells(typed.text):
            words = self._chat.words
            told = words["heed.sent"] if self.is_danger(before, typed.text) else words["heed.what"]
            await self._chat.tell(
                f"{told.replace('{kinds}', kinds)} {words['heed.why-bot']}",
                (words["heed.delete"], DELETE, typed.message),
            )

    def tells(self, text: str) -> str:
        """The kinds of what may tell who somebody is, in words; empty when nothing does."""
        kinds = dict.fromkeys(span.kind.value for span in self._chat.house.guard.find(text))
        return ", ".join(self._chat.words[f"heed.kind-{kind}"] for kind in kinds)

    def is_danger(self, state: State, text: str) -> bool:
        """Whether it goes out unasked."""
        content = self._chat.house.said.content
        return state.danger is Danger.URGENT or understand(content, state.language, text).danger is Danger.URGENT

    async def _answer(self, state: State, event: Event) -> Turn:
        record, reception = self._chat.record, self._chat.house.said.reception
        return await reception.answer(state, event, record.talk, Channel.TELEGRAM, Paid(wait=record.wait))

    async def _take(self, turn: Turn) -> None:
        if turn.talk != self._chat.record.talk:
            self._chat.record = replace(self._chat.record, talk=turn.talk, wait="")
            self._chat.record = replace(self._chat.record, state=turn.state)
            await self._chat.save()  # before a word is said of it: whoever goes on with it has to find it
        await self._chat.show(turn)

    async def _show_first(self, turn: Turn, words: str, choices: tuple[Choice, ...]) -> None:
        await self._chat.show(replace(turn, reply=Reply((), choices)), words)

    def _first_words(self, language: str) -> str:
        words = self._chat.house.said.words.of(language)
        flow = self._chat.house.said.content.languages[language].flow
        keys = ["demo.banner"] if self._chat.house.settings.demo else []
        keys += ["page.machine", "first.who", "first.knows", "first.keeps", "first.page", "first.leave"]
        return "\n\n".join([*(words[key] for key in keys if words[key]), flow["topics.report"], words["first.danger"]])

    def _labels(self, reply: Reply, *languages: str) -> tuple[Choice, ...]:
        """The choices of the first view, after the languages, named in each of these."""
        texts = [self._chat.house.said.content.languages[language] for language in languages]
        named = (
            choice._replace(label=" / ".join(text.flow[f"choice.{choice.id}"] for text in texts))
            for choice in reply.choices
        )
        return (*self._languages(), *named)

    def _languages(self) -> tuple[Choice, ...]:
        languages = self._chat.house.said.content.languages
        order = sorted(languages, key=lambda code: (bool(languages[code].fallback), code != "sv", code))
        return tuple(Choice(f"lang:{code}", languages[code].name) for code in order)

    def _state(self) -> State:
        return self._chat.record.state
