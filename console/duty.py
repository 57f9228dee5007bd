"""The duty of one open page: on, paused, in a break or off, at all of one's desks at once; the leases that tell the
engine; quiet between visitors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from math import ceil

from console.accounts import Member
from console.duty_frames import Habits as Wanted
from console.habits import BREATHS, Habit, Habits
from console.hands import Claim, Hands, Outcome
from console.presence import DutyState, Presence
from console.tables import finish
from console.talks import Talks
from console.views import Json
from handover.crew import At, Colleague
from handover.ports import StaffEnd
from handover.values import Claimed, DeskId, Limits, TalkRef
from safety.format import FORMAT

_MINUTE = 60
_LOOK = 1.0  # seconds between two looks whether the breathing space is over
_DUTIES = {
    At.ON: DutyState.ON,
    At.BREATHING: DutyState.ON,
    At.PAUSED: DutyState.PAUSED,
    At.BREAK: DutyState.BREAK,
}


class OwnDuty:
    """What the person at this page said of their duty. `hands`: what they may still take, `talks` those in hand;
    `steady` in seconds, `arrive` is called whenever they come on duty."""

    def __init__(
        self,
        member: Member,
        *,
        staff_end: StaffEnd,
        presence: Presence,
        habits: Habits,
        limits: Limits,
        hands: Hands,
        talks: Talks,
        steady: Callable[[], float],
        arrive: Callable[[], Awaitable[None]],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._end = staff_end
        self._presence = presence
        self._habits = habits
        self._limits = limits
        self._hands = hands
        self._talks = talks
        self._steady = steady
        self._arrive = arrive
        self._send = send
        self._crew: Json = {}  # as the page was told last

    @property
    def on(self) -> bool:
        """On duty, whether visitors may come or not."""
        return self._presence.duty is not DutyState.OFF

    @property
    def capacity(self) -> int:
        """How many talks this person takes over all desks."""
        return self._hands.capacity

    async def resume(self, held: Iterable[TalkRef]) -> None:
        """As it was before a reload; `held`: the talks that are in hand."""
        held = list(held)
        self._hands.habit = await finish(self._habits.of(self._member.id))
        self._hands.expect(held)
        if not self.on:
            await self._adopt(held)
        self._presence.talk_ended.clear()
        if self.on:
            await self._arrive()
            await self.renew()

    async def _adopt(self, held: Iterable[TalkRef]) -> None:
        """This process knows of no duty: the person's lease tells of the one in another, which went or died. Without a
        lease nobody is shown as available who has talks in hand."""
        there = [each.at for desk in self._hands.desks for each in await self._end.crew(desk) if self._is_own(each)]
        if there:
            self._presence.duty = _DUTIES[there[0]]
        elif held:
            self._presence.duty = DutyState.PAUSED
        if At.BREATHING in there:  # anew: since when is not told, and too long a breath hurts nobody
            self._presence.breathes_until = self._steady() + self._hands.habit.breath * _MINUTE

    def _is_own(self, each: Colleague) -> bool:
        return each.staff == self._member.id

    async def run(self) -> None:
        """Renew the lease while the connection lives, at the server's pace: a page's timers are slowed in the
        background."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_lease())
            group.create_task(self._breathe())
            group.create_task(self._follow_talks())

    async def renew(self) -> None:
        """Tell the engine, which tells visitors and colleagues of every desk."""
        async with self._hands.turn:
            await self._renew(self._hands.desks)

    async def take(self, ref: TalkRef, claim: Claim) -> Outcome:
        """Bring a talk into these hands, when `claim` says so. One after another, and no desk offers what was taken at
        another: what is left there is told before the next may be taken."""
        desks = self._hands.desks
        async with self._hands.turn:
            if len(desks) > 1:
                await self._renew((ref.desk,))
            outcome = await claim()
            if isinstance(outcome, Claimed):
                await self._talks.open(outcome.talk)
                await self._renew(desk for desk in desks if desk != ref.desk)
        return outcome

    async def leave(self) -> list[TalkRef]:
        """Off duty at every desk; the talks that went back to the waiting rooms."""
        self._presence.duty = DutyState.OFF
        async with self._hands.turn:
            return [ref for desk in self._hands.desks for ref in await self._end.go_off_duty(desk, self._member.id)]

    async def _renew(self, desks: Iterable[DeskId]) -> None:
        """In `turn`. What is left at a desk is counted at the moment when it is told; nobody who has left meanwhile is
        brought back on duty."""
        member, at = self._member, self._presence.at(self._steady())
        for desk in desks:
            if self.on:
                await self._end.go_on_duty(
                    desk,
                    member.id,
                    member.shown_name,
                    paused=at is not At.ON,
                    capacity=self._hands.at(desk),
                    at=at,
                )

    async def be(self, state: DutyState) -> None:
        """On duty, paused or in a break. Whoever says so has breathed enough."""
        self._presence.duty = state
        self._presence.breathes_until = 0.0
        await self._arrive()
        await self._tell()

    async def ready(self) -> None:
        """The breathing space is over."""
        self._presence.breathes_until = 0.0
        if self.on:
            await self._tell()

    async def choose(self, wanted: Wanted) -> None:
        """Remember how this person likes to work. A breathing space that has begun is not made longer."""
        self._hands.habit = Habit(wanted.capacity, wanted.breath)
        await finish(self._habits.keep(self._member.id, self._hands.habit))
        if not wanted.breath:
            self._presence.breathes_until = 0.0
        if self.on:
            await self.renew()
        await self._send(self.view())

    def view(self) -> Json:
        """Where the duty stands, for the page; `left` in seconds."""
        breath, left = self._hands.habit.breath, max(0, ceil(self._presence.breathes_until - self._steady()))
        return {
            "type": "duty",
            "duty": self._presence.duty,
            "left": left if self._presence.duty is DutyState.ON else 0,
            "capacity": self.capacity,
            "most": self._hands.most,
            "breath": breath,
            "breaths": BREATHS,
        }

    def hello(self) -> Json:
        """The first that a page reads. `lapsed`: its person was away for too long, and is off duty for that alone;
        `lease`: so many seconds the talks stay in the hands of somebody who is away, at most."""
        lapsed = self._presence.lapsed and not self.on
        return {**self.view(), "type": "hello", "v": FORMAT, "lapsed": lapsed, "lease": self._limits.lease}

    async def show_crew(self, there: Iterable[Colleague]) -> None:
        """Tell the page who of its desks is at work, when that has changed."""
        people = sorted({each.staff: each for each in there}.values(), key=lambda each: (each.name, each.staff))
        crew = {"type": "crew", "crew": [self._colleague(each) for each in people]}
        if crew != self._crew:
            self._crew = crew
            await self._send(crew)

    def _colleague(self, each: Colleague) -> Json:
        return {"name": each.name, "at": each.at, "you": self._is_own(each)}

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._limits.lease / 3)
            if self.on:
                await self.renew()

    async def _follow_talks(self) -> None:
        """What is taken or ended at one desk changes what is left at the others."""
        changed = self._talks.changed
        while True:
            await changed.wait()
            changed.clear()
            if self.on and len(self._hands.desks) > 1:
                await self.renew()

    async def _breathe(self) -> None:
        """After each talk that ended, as long as this person likes; then they are available again."""
        presence = self._presence
        while True:
            try:
                async with asyncio.timeout(_LOOK if presence.breathes_until else None):
                    await presence.talk_ended.wait()
            except TimeoutError:
                if 0 < presence.breathes_until <= self._steady():
                    await self.ready()
                continue
            presence.talk_ended.clear()
            breath = self._hands.habit.breath
            if breath and presence.duty is DutyState.ON:
                presence.breathes_until = self._steady() + breath * _MINUTE
                await self._tell()

    async def _tell(self) -> None:
        await self.renew()
        await self._send(self.view())
