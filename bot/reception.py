"""Between a visitor and the two things behind the page: the bot that answers, and the waiting room."""

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.counting import Counts, names_of_join, names_of_miss, names_of_step, note_read
from bot.neighbours import Neighbours, tell_pointed
from bot.planned import Planned, planned_desk, reached
from bot.prospects import Prospects
from bot.toll import Paid, Price, Toll
from bot.turn import Turn, briefing_of, closed, sorry, standing
from bot.wishes import wishing_step
from bot.words import Words
from dialogues import admission, directory
from dialogues.doors import DeskChannel
from dialogues.engine import enter, open_page
from dialogues.topic_replies import danger_messages
from dialogues.values import (
    Action,
    Choice,
    ChoiceKind,
    Choose,
    Content,
    Event,
    Item,
    Message,
    MessageKind,
    Reply,
    State,
)
from handover.outlook import Closed, Shut
from handover.ports import HandoverError, VisitorEnd
from handover.values import (
    PSEUDONYM_WORDS,
    Channel,
    Danger,
    DeskId,
    EndReason,
    Gone,
    Joined,
    Pseudonym,
    TalkRef,
    Waiting,
)

WAIT = "wait-anyway"  # somebody is on duty and busy: wait all the same
JOIN = "join"
CODES = "codes"  # leave a message instead; the page's script takes it from there
OVER = {"talk-over": "after", "wait-over": "after-wait"}  # the page learned that its talk, or its wait, is over
GUIDED = "guided-on"  # the page learned that staff have ended its wait
POINTED = "pointed"  # the page learned that its person points to another desk
NEWS, AGAIN = "news", "open-again"  # the page learned that there is news of its wait; that the desk is open again


class Reception:
    """Takes what a visitor did and answers it. `now` is aware Swedish time; `draw(n)` gives a random number below n.
    `by` is how visitors come; `codes`: whether messages can be left."""

    def __init__(
        self,
        content: Content,
        words: Words,
        end: VisitorEnd,
        counts: Counts,
        desk: DeskId,
        now: Callable[[], datetime],
        toll: Toll,
        prospects: Prospects,
        neighbours: Neighbours,
        planned: Planned,
        draw: Callable[[int], int] = secrets.randbelow,
        by: DeskChannel = DeskChannel.WEB,
        codes: bool = True,
    ) -> None:
        self._content = content
        self._words = words
        self._end = end
        self._counts = counts
        self._desk = desk
        self._door = reached(content.desks[desk], by)
        self._clock = now
        self._toll = toll
        self._prospects = prospects
        self._neighbours = neighbours
        self._plan = planned
        self._draw = draw
        self._codes = codes

    def open(self, language: str) -> Turn:
        """The first view."""
        state, reply = open_page(self._now(), language)
        return Turn(state, reply)

    def show(self, state: State, talk: TalkRef | None, node: str | None = None) -> Turn:
        """A node that the channel decides on; without one, the state's own once more."""
        state = standing(state, talk)
        after, reply = enter(self._now(), state, node or state.node)
        return Turn(after, self._with_duty(after, reply), talk)

    async def answer(
        self, state: State, event: Event, talk: TalkRef | None, channel: Channel, paid: Paid | None = None
    ) -> Turn:
        """One step of the conversation; `paid` is what came along, should it cost something. Raises UnknownChoice for a
        choice that the state does not offer."""
        state = standing(state, talk)
        if turn := await self._answer_page(state, event, talk, channel):
            return turn
        if isinstance(event, Choose) and event.id == WAIT and not talk:
            return await self._join(state._replace(node="briefing"), channel, paid or Paid(), patient=True)
        after, reply = await wishing_step(self._end, self._desk, self._now(), state, event)
        if reply.action is Action.LANGUAGE and after.node in {"closed", "elsewhere"}:
            # Why somebody was turned away may not hold in the new language, and is not kept: the briefing asks anew.
            after, again = enter(self._now(), after, "briefing")
            reply = replace(again, action=Action.LANGUAGE)
        self._count(names_of_step(state, after))
        after = note_read(state, after)
        if reply.action is Action.JOIN and not talk:
            return await self._join(after, channel, paid or Paid(), patient=False)
        if talk and reply.action in {Action.REBRIEF, Action.LANGUAGE}:
            reply = await self._rebrief(after, reply, talk, channel)
        return Turn(after, self._with_duty(after, reply, channel), talk, reply.action is Action.LANGUAGE)

    async def _answer_page(self, state: State, event: Event, talk: TalkRef | None, channel: Channel) -> Turn | None:
        """What the page itself asks because of what it learned; None for what the visitor did."""
        chosen = event.id if isinstance(event, Choose) else ""
        if chosen in OVER:
            return self.show(state, None, OVER[chosen])
        if chosen == GUIDED and not talk:
            return await self.guide_on(state, channel)
        if talk and chosen == POINTED:
            return await tell_pointed(self._end, self._neighbours, self.show(state, talk), talk)
        if talk and chosen in {NEWS, AGAIN}:
            return await self._tell_news(state, talk, channel, again=chosen == AGAIN)
        return None

    async def end(self, talk: TalkRef, reason: EndReason) -> None:
        """End a talk for its visitor; one that is gone already stays uncounted. Raises HandoverError."""
        place = await self._end.attend(talk)
        if isinstance(await self._end.end(talk, reason), Gone):
            return
        waited = isinstance(place, Waiting)
        self._counts.add(talk.desk, "talk.left-waiting" if waited else f"talk.ended.{reason}")

    def briefing(self, state: State) -> tuple[Item, ...]:
        """What staff see of this state, row by row."""
        _, reply = enter(self._now(), state, "briefing")
        return next(message.items for message in reply.messages if message.kind is MessageKind.BRIEFING)

    def lines(self, state: State) -> Message:
        """Other lines to call or write to."""
        return directory.lines(self._now(), state)

    async def guide_on(self, state: State, channel: Channel, reason: Shut | None = None) -> Turn:
        """What somebody reads whose wait staff have ended. `reason` came with that; None asks the engine."""
        words = self._words.of(state.language)
        if reason is None:
            with contextlib.suppress(HandoverError):
                reason = (await self._end.outlook(self._desk)).shut
        turn = closed(self.show(state, None, "closed"), words["news.guided"])
        why = self._prospects.shut(state.language, reason) if reason else ""
        return await self._or_leave(sorry(turn, why) if why else turn, channel)

    def overdue(self) -> None:
        """Somebody has waited as long as the deadline."""
        self._miss("talk.overdue")

    def _miss(self, name: str) -> None:
        self._count(names_of_miss(name, self._clock(), planned_desk(self._door, self._plan)))

    def _count(self, names: list[str]) -> None:
        for name in names:
            self._counts.add(self._desk, name)

    def _now(self) -> Content:
        now = self._clock()  # turns of one second have the same content
        if not timedelta(0) <= now - self._content.now < timedelta(seconds=1):
            self._content = replace(self._content, now=now)
        return self._content

    async def _join(self, state: State, channel: Channel, paid: Paid, *, patient: bool) -> Turn:
        """Into the waiting room, if the desk takes this visitor and somebody can come; `patient` waits for the busy."""
        words = self._words.of(state.language)
        if elsewhere := admission.refusal(self._content, self._door, state):
            return self._guide(state, elsewhere)
        try:
            if shut := (await self._end.outlook(self._desk)).shut:
                return await self._refuse_shut(state, shut, channel)
            opening = await self._end.opening(self._desk)
            if not opening.available and not (patient and opening.on_duty):
                return await self._or_leave(await self._refuse(state, busy=opening.on_duty > 0), channel)
            price = await self._toll.charge(self._desk, JOIN, self._toll.level(opening, paid), paid)
            if price:
                return self._charge(state, channel, price, patient=patient)
            self._toll.joined(paid)  # before it is waited for: of many at once, the later ones see the earlier
            pseudonym = Pseudonym(self._draw(PSEUDONYM_WORDS), self._draw(PSEUDONYM_WORDS))
            joined = await self._end.join(self._desk, briefing_of(state, channel), pseudonym)
        except HandoverError:
            return sorry(self.show(state, None), words["desk.unreachable"])
        if isinstance(joined, Closed):
            return await self._refuse_shut(state, joined.reason, channel)
        if not isinstance(joined, Joined):
            self._miss("talk.full")
            return await self._or_leave(closed(self.show(state, None, "closed"), words["desk.full"]), channel)
        self._count(names_of_join(state.language, channel, self._clock(), planned_desk(self._door, self._plan)))
        waiting = self.show(state, joined.ref, "topics")
        return sorry(waiting, words["waiting.meanwhile"])

    async def _refuse_shut(self, state: State, reason: Shut, channel: Channel) -> Turn:
        self._miss("talk.closed")
        return await self._or_leave(
            closed(self.show(state, None, "closed"), self._prospects.shut(state.language, reason)), channel
        )

    async def _tell_news(self, state: State, talk: TalkRef, channel: Channel, *, again: bool) -> Turn:
        """Why nobody may come in time, with the ways on, above what the visitor was shown; who waits no longer is told
        nothing here."""
        turn = self.show(state, talk)
        quiet = replace(turn, reply=replace(turn.reply, messages=()))
        try:
            place = await self._end.attend(talk)
        except HandoverError:
            return sorry(quiet, self._words.of(state.language)["desk.unreachable"])
        if not isinstance(place, Waiting):
            return quiet
        if again:
            return sorry(quiet, self._words.of(state.language)["news.again"])
        said = self._prospects.sentences(state.language, self._prospects.of(place))
        told = tuple(Message(MessageKind.TEXT, sentence) for sentence in said)
        if not told:
            return quiet
        return await self._or_leave(
            replace(quiet, reply=replace(quiet.reply, messages=(*told, self.lines(state)))), channel
        )

    def _charge(self, state: State, channel: Channel, price: Price, *, patient: bool) -> Turn:
        """Many want in: what to pay first, whom to turn to meanwhile, and the same choice once more."""
        words = self._words.of(state.language)
        plain = channel is Channel.WEB_PLAIN
        why = words["desk.work-first" if channel is Channel.WEB else "desk.wait-first"]
        turn = self.show(state, None, "briefing")
        choices = turn.reply.choices
        if patient:
            wait = Choice(WAIT, words["desk.wait"], ChoiceKind.PERSON)
            choices = (wait, *(choice for choice in choices if choice.id != JOIN))
        said = Message(MessageKind.TEXT, why.replace("{seconds}", str(price.seconds)))
        first = danger_messages(self._now(), state, "danger.call") if Danger(state.danger) is Danger.URGENT else ()
        others = () if plain else (self.lines(state),)  # there they come below the button to press
        return replace(turn, reply=Reply((*first, said, *others), choices), price=price)

    def _guide(self, state: State, why: str) -> Turn:
        """To the doors that take this visitor, or the desk's languages; who is in danger reads 112 before all else."""
        turn = sorry(self._neighbours.beside(self.show(state, None, "elsewhere")), why)
        first = danger_messages(self._now(), state, "danger.call") if Danger(state.danger) is Danger.URGENT else ()
        tongues = admission.languages(self._content, self._door, state)
        return replace(turn, reply=Reply((*first, *turn.reply.messages), (*tongues, *turn.reply.choices)))

    async def _refuse(self, state: State, *, busy: bool) -> Turn:
        words = self._words.of(state.language)
        if not busy:
            self._miss("talk.closed")
            turn = self.show(state, None, "closed")
            again = admission.next_hours(self._now(), planned_desk(self._door, self._plan), state)
            return sorry(turn, again) if again else turn
        turn = closed(self.show(state, None, "closed"), words["desk.busy"])
        wait = Choice(WAIT, words["desk.wait"], ChoiceKind.PERSON)
        return replace(turn, reply=replace(turn.reply, choices=(wait, *turn.reply.choices)))

    async def _or_leave(self, turn: Turn, channel: Channel) -> Turn:
        """Also offers other desks, and to leave a message where the page can seal one and the desk has a key for it."""
        turn = self._neighbours.beside(turn)
        try:
            if channel is not Channel.WEB or not self._codes or not await self._end.desk_line(self._desk):
                return turn
        except HandoverError:
            return turn
        leave = Choice(CODES, self._words.of(turn.state.language)["desk.leave"], ChoiceKind.PERSON)
        return replace(turn, reply=replace(turn.reply, choices=(leave, *turn.reply.choices)))

    async def _rebrief(self, state: State, reply: Reply, talk: TalkRef, channel: Channel) -> Reply:
        try:
            # A talk that is gone is told by its own channel, which also knows why.
            await self._end.brief(talk, briefing_of(state, channel))
        except HandoverError:
            failed = Message(MessageKind.TEXT, self._words.of(state.language)["briefing.not-passed-on"])
            return replace(reply, messages=(failed, *reply.messages))
        return reply

    def _with_duty(self, state: State, reply: Reply, channel: Channel = Channel.WEB_PLAIN) -> Reply:
        """What the desk says first, and how far words are sealed, beside every briefing not yet passed on."""
        if state.waiting or MessageKind.BRIEFING not in [message.kind for message in reply.messages]:
            return reply
        said = admission.notices(self._content, self._door, state)
        key = "relay.sealed" if channel is Channel.WEB else "relay.honesty"
        sealed = Message(MessageKind.NOTICE, self._words.of(state.language)[key])
        closing = [Message(MessageKind.NOTICE, late)] if (late := self._prospects.before(state.language)) else []
        return replace(reply, messages=(*reply.messages, *closing, *said, sealed))
