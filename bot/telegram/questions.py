"""What the visitor of a talk is asked for its person: whether another one may have it, whether a colleague may read
along, whether they would rather go to another desk, and whether a new device may open the earlier words."""

from dataclasses import replace

from bot.neighbours import pointed_to
from bot.telegram.chat import Chat
from bot.telegram.codes import ASK_NO, ASK_YES, END, PART, SHARE, SHARE_NO
from bot.telegram.rendering import plain
from bot.web.plain_seals import PlainKeys, PlainSeals
from handover.values import Asked, AskKind, Done, EndReason, TalkRef, WithStaff

_SAID: dict[str, str] = {
    AskKind.MOVE: "ask.move",
    AskKind.HELP: "ask.help",
    AskKind.DESK: "ask.desk",
}  # what this channel can ask


class Questions:
    """Of one talk, whose keys are in `seals`. Each method raises HandoverError and Parted."""

    __slots__ = ("_asked", "_chat", "_ref", "_seals", "_sharing")

    def __init__(self, chat: Chat, ref: TalkRef, seals: PlainSeals) -> None:
        self._chat = chat
        self._ref = ref
        self._seals = seals
        self._sharing = ""  # the device about which it was asked whether it may read the earlier words
        self._asked = 0

    async def ask(self, standing: WithStaff) -> None:
        """What is to be asked and was not, each once."""
        words, name = self._chat.words, standing.name
        if self._seals.asks(standing) and self._sharing != standing.device:
            self._sharing = standing.device
            asked = words["seal.share-ask"].replace("{name}", name)
            await self._chat.tell(asked, (words["seal.share-yes"], SHARE), (words["seal.share-no"], SHARE_NO))
        question = standing.asked
        if question and question.number != self._asked:
            self._asked = question.number
            await self._put(question, standing)

    async def share(self, standing: WithStaff, *, yes: bool) -> None:
        """Whether the person may read what was written before."""
        if self._seals.asks(standing):
            await self._seals.decide(standing, self._chat.house.today(), share=yes)
            await self.keep_keys()
            await self._tell("seal.shared" if yes else "seal.kept")

    async def answer(self, standing: WithStaff, number: int, *, yes: bool) -> bool:
        """What the visitor said to the question of this number; whether they go to another desk, so that the talk has
        ended."""
        question = standing.asked
        if question is None or question.number != number or question.kind not in _SAID:
            await self._tell("ask.over")
            return False
        way = self._way(standing) if yes else ""
        before = self._seals.carried
        if yes and question.kind == AskKind.HELP:  # noted first: who reads along may begin at once
            self._seals.agree(question.name)
            await self.keep_keys()
        if await self._chat.house.end.consent(self._ref, number, yes=yes) != Done():
            await self._forget_agreement(before)
            await self._tell("ask.over")
        elif way:
            await self._go(way)
            return True
        else:
            await self._tell(_answered(question.kind, yes=yes), question.name)
        return False

    async def part(self) -> None:
        """Nobody reads along any more, or begins to."""
        await self._chat.house.end.part(self._ref)

    async def tell_of_helper(self, before: PlainKeys) -> None:
        """Who reads along since, or no longer does; `before` is what was carried when that was looked at last."""
        was, now = before.helping, self._seals.carried.helping
        if was and was != now:
            await self._tell("help.over", was)
        if now and now != was:
            words = self._chat.words
            await self._chat.tell(
                words["help.reads"].replace("{to}", now).replace("{name}", self._chat.record.person),
                (words["help.stop"], PART),
                (words["talk.end"], END),
            )

    async def keep_keys(self) -> None:
        """So that the next process has them."""
        self._chat.record = replace(self._chat.record, keys=self._seals.carried)
        await self._chat.save()

    async def _put(self, question: Asked, standing: WithStaff) -> None:
        words, about = self._chat.words, ""
        if question.kind == AskKind.DESK:
            state = self._chat.record.state
            about = plain(self._chat.house.said.neighbours.about(pointed_to(standing), state), words)
        if question.kind not in _SAID or (question.kind == AskKind.DESK and not about):
            return  # this channel cannot lead there: the question lapses, as it does on the page
        said = words[_SAID[question.kind]].replace("{name}", standing.name).replace("{to}", question.name)
        desk = question.kind == AskKind.DESK
        yes = words["news.go" if desk else "ask.agree"], ASK_YES, question.number
        no = words["ask.stay" if desk else "ask.disagree"], ASK_NO, question.number
        await self._chat.tell("\n\n".join(filter(None, (said, about))), yes, no)

    def _way(self, standing: WithStaff) -> str:
        """The address of the desk that the visitor is pointed to, with its name; empty for none."""
        neighbours, state = self._chat.house.said.neighbours, self._chat.record.state
        return plain(neighbours.way_to(pointed_to(standing), state), self._chat.words)

    async def _go(self, way: str) -> None:
        await self._chat.house.said.reception.end(self._ref, EndReason.VISITOR)
        await self._chat.tell(f"{self._chat.words['news.way']}\n\n{way}")

    async def _forget_agreement(self, before: PlainKeys) -> None:
        if self._seals.carried != before:
            self._seals.carried = before
            await self.keep_keys()

    async def _tell(self, key: str, to: str = "") -> None:
        await self._chat.tell(self._chat.words[key].replace("{name}", self._chat.record.person).replace("{to}", to))


def _answered(kind: str, *, yes: bool) -> str:
    if kind == AskKind.HELP:
        return "ask.reading" if yes else "ask.alone"
    return "ask.moving" if yes and kind == AskKind.MOVE else "ask.stays"
