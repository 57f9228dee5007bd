"""A call's way into the waiting room and through it: the same room as the page's, by the same port."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Callable

from bot.counting import Counts, names_of_join, names_of_miss
from bot.phone.call import Ended, Event, Guided, Helped, Joined, Lost, NotJoined, Placed, Returned, Taken, Why
from bot.phone.playlists import Line
from dialogues import admission
from dialogues.values import State
from handover.events import TalkEvent, WasEnded, WasReturned
from handover.outlook import Closed, GuidedOn
from handover.ports import HandoverError, VisitorEnd
from handover.values import (
    PSEUDONYM_WORDS,
    AskKind,
    Briefing,
    Channel,
    Danger,
    DeskId,
    EndReason,
    Gone,
    Pseudonym,
    Standing,
    TalkRef,
    Waiting,
    WithStaff,
)
from handover.values import Joined as Seated

ATTEND = 4.0  # seconds between two looks, as for the page's live talk: a lost staff member is noticed soon
_LATE = 1.0  # seconds in which what ended a talk that is gone already comes to be heard
_RETRY, _LONGEST_RETRY = 0.25, 5.0  # seconds until the engine is asked again

Tell = Callable[[Event], None]


class Queue:
    """The waiting room of one desk. `draw(n)` gives a random number below n; `silence` is the shortest silence limit in
    seconds: a call that goes on is never taken for silence. `answered` tells whether anybody answers telephones now."""

    def __init__(
        self,
        end: VisitorEnd,
        counts: Counts,
        desk: DeskId,
        silence: int,
        draw: Callable[[int], int] = secrets.randbelow,
        *,
        answered: Callable[[], bool],
    ) -> None:
        self._end = end
        self._answered = answered
        self._counts = counts
        self._desk = desk
        self._every = min(ATTEND, silence / 3)
        self._draw = draw

    async def join(self, line: Line, state: State) -> tuple[Joined, TalkRef] | tuple[NotJoined, None]:
        """A place in line, if the desk takes this caller and somebody is on duty, busy or not, with a telephone: who is
        there for chats alone would never come to a caller."""
        if admission.admit(line.door, state):
            return NotJoined(Why.ELSEWHERE), None
        try:
            if (await self._end.outlook(self._desk)).shut:
                self.miss("talk.closed", line)
                return NotJoined(Why.SHUT), None
            if not self._answered() or not (await self._end.opening(self._desk)).on_duty:
                self.miss("talk.closed", line)
                return NotJoined(Why.NOBODY), None
            pseudonym = Pseudonym(self._draw(PSEUDONYM_WORDS), self._draw(PSEUDONYM_WORDS))
            joined = await self._end.join(self._desk, _brief(state), pseudonym)
            if not isinstance(joined, Seated):
                shut = isinstance(joined, Closed)
                self.miss("talk.closed" if shut else "talk.full", line)
                return NotJoined(Why.SHUT if shut else Why.FULL), None
            standing = await self._end.attend(joined.ref)
        except HandoverError:
            return NotJoined(Why.TROUBLE), None
        self._count(names_of_join(state.language, Channel.PHONE, line.content.now, line.desk))
        return Joined(standing.place if isinstance(standing, Waiting) else 0), joined.ref

    def miss(self, name: str, line: Line) -> None:
        """Count a caller who could not have a person, or waits as long as the deadline; `name` says which."""
        self._count(names_of_miss(name, line.content.now, line.desk))

    def _count(self, names: list[str]) -> None:
        for name in names:
            self._counts.add(self._desk, name)

    async def rebrief(self, ref: TalkRef, state: State) -> None:
        """Staff see this state from now on. Raises HandoverError."""
        await self._end.brief(ref, _brief(state))

    async def leave(self, ref: TalkRef, reason: EndReason) -> None:
        """End a talk for its caller; one that is gone already stays uncounted. Raises HandoverError."""
        standing = await self._end.attend(ref)
        if isinstance(await self._end.end(ref, reason), Gone):
            return
        if isinstance(standing, Waiting):
            self._counts.add(self._desk, "talk.left-waiting")
        elif reason is not EndReason.SILENCE:  # the staff's side counts who fell silent, as for the page's talks
            self._counts.add(self._desk, f"talk.ended.{reason}")

    async def end_help(self, ref: TalkRef) -> None:
        """Nobody is to listen along any more. Raises HandoverError."""
        await self._end.part(ref)

    async def watch(self, ref: TalkRef, tell: Tell) -> None:
        """Tell where the talk stands, until it is over. An engine that does not answer is asked again."""
        pause = _RETRY
        while True:
            try:
                await self._follow(ref, tell)
                return
            except HandoverError:
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # spreads load, guards nothing
                pause = min(pause * 2, _LONGEST_RETRY)

    async def _follow(self, ref: TalkRef, tell: Tell) -> None:
        async with self._end.follow(ref) as events:
            while not isinstance(standing := await self._look(ref, tell), Gone | GuidedOn):
                try:
                    async with asyncio.timeout(self._every):
                        event = await anext(events)
                except TimeoutError:
                    continue
                if isinstance(event, WasEnded):
                    tell(Ended() if event.reason is EndReason.STAFF else Lost())
                    return
                if isinstance(event, WasReturned):  # told even when the next one has taken it by the next look
                    tell(Returned())
            tell(Guided() if isinstance(standing, GuidedOn) else await _how_it_ended(events))

    async def _look(self, ref: TalkRef, tell: Tell) -> Standing:
        standing = await self._end.attend(ref)
        if isinstance(standing, Waiting):
            tell(Returned())  # says nothing to whoever was not with a person
            tell(Placed(standing.place, standing.waited))
        elif isinstance(standing, WithStaff):
            tell(Taken(_line_of(standing.device), standing.name))
            tell(Helped(_line_of(standing.helping.device) if standing.helping else ""))
            await self._agree(ref, standing)
        return standing

    async def _agree(self, ref: TalkRef, standing: WithStaff) -> None:
        """A caller is asked aloud by who has the talk, before any colleague is: their word is the caller's yes. Keys in
        the middle of a talk would be one more thing to do wrong; whoever does not want it hangs up, or says so."""
        if standing.asked is not None and standing.asked.kind in {AskKind.MOVE, AskKind.HELP}:
            await self._end.consent(ref, standing.asked.number, yes=True)


async def _how_it_ended(events: AsyncIterator[TalkEvent]) -> Event:
    """The talk was seen to be gone before its end was heard of: a goodbye of staff is not told as something lost."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LATE):
            while True:
                event = await anext(events)
                if isinstance(event, WasEnded):
                    return Ended() if event.reason is EndReason.STAFF else Lost()
    return Lost()


def _line_of(device: str) -> str:
    """The line to ring; behind it may stand the device that the person's page is on."""
    return device.partition(" ")[0]


def _brief(state: State) -> Briefing:
    return Briefing(
        language=state.language,
        channel=Channel.PHONE,
        topic=state.topic,
        audience=state.audience,
        age_band=state.age_band,
        county=state.county,
        wish=state.wish,
        danger=Danger(state.danger),
    )
