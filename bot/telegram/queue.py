"""The waiting room as a chat shows it: one message with the place, changed in place, and what is news."""

from dataclasses import replace

from bot.prospects import News, Prospect
from bot.reception import AGAIN as OPEN_AGAIN
from bot.reception import NEWS
from bot.telegram.chat import Chat
from bot.telegram.codes import STILL, STOP
from bot.telegram.line import Sent
from bot.telegram.rendering import Rows, briefing, footer
from dialogues.values import Choose
from handover.values import Channel, TalkRef, Waiting


class Queue:
    """Shows one talk's wait. The page's visitor is seen by a connection; here nobody is, so they are asked now and
    then, and who does not answer loses the place (waiting silence, design section 5)."""

    __slots__ = ("_asked", "_chat", "_news", "_ref", "_shown", "_sign")

    def __init__(self, chat: Chat, ref: TalkRef) -> None:
        self._chat = chat
        self._ref = ref
        self._shown = ""
        self._news: set[News] = set()
        self._sign = chat.house.clock()
        self._asked = False

    def sign(self) -> None:
        """The visitor did something."""
        self._sign, self._asked = self._chat.house.clock(), False

    async def show(self, standing: Waiting) -> bool:
        """Show where the visitor stands; whether they have been gone for too long."""
        prospect = self._chat.house.said.prospects.of(standing)
        await self._show_place(standing, prospect)
        await self._tell_news(prospect)
        return await self._miss()

    async def _show_place(self, standing: Waiting, prospect: Prospect) -> None:
        text, chat = self._text(standing, prospect), self._chat
        if text == self._shown and chat.record.status:
            return
        self._shown = text
        if chat.record.status:
            await chat.house.line.edit(chat.record.chat, chat.record.status, text, self._rows())
            return
        sent = await chat.tell(text, *self._choices())
        if isinstance(sent, Sent):
            chat.record = replace(chat.record, status=sent.message)
        await chat.save()

    def _text(self, standing: Waiting, prospect: Prospect) -> str:
        words, state = self._chat.words, self._chat.record.state
        place = words["waiting.place"].replace("{place}", str(standing.place))
        said = [f"{place}. {words[f'waiting.about-{prospect.band}']}", words["waiting.deadline"]]
        said += [words["waiting.silence"], words["waiting.briefing"]]
        return "\n\n".join(said) + "\n" + briefing(self._chat.house.said.reception.briefing(state))

    def _choices(self) -> list[tuple[str, str]]:
        words = self._chat.words
        return [(words["waiting.change"], "briefing"), (words["waiting.stop"], STOP)]

    def _rows(self) -> Rows:
        code = self._chat.code(self._chat.record.state)
        rows = tuple(((label, code(choice)),) for label, choice in self._choices())
        return (*rows, footer(self._chat.words, self._chat.danger(self._chat.record.state), code))

    async def _tell_news(self, prospect: Prospect) -> None:
        fresh = set(prospect.news) - self._news
        opened = News.SHUT in self._news and News.SHUT not in prospect.news
        self._news |= fresh
        if opened:
            self._news.discard(News.SHUT)
        if News.OVERDUE in fresh:
            self._chat.house.said.reception.overdue()
        if not fresh and not opened:
            return
        chat = self._chat
        event = Choose(OPEN_AGAIN if opened else NEWS)
        turn = await chat.house.said.reception.answer(chat.record.state, event, self._ref, Channel.TELEGRAM)
        if turn.reply.messages:
            await chat.show(turn)
            await chat.save()

    async def _miss(self) -> bool:
        """Ask whether somebody is still there; true when nobody answered."""
        silence = self._chat.house.settings.waiting_silence_seconds
        gone = self._chat.house.clock() - self._sign
        if self._asked:
            return gone > 2 * silence
        if gone > silence:
            self._asked = True
            words = self._chat.words
            await self._chat.tell(words["waiting.still"], (words["waiting.yes"], STILL))
            await self._chat.save()
        return False
