"""The duty of one open desk: on, paused, in a break or off; the lease that tells the engine; quiet between visitors."""

import asyncio
from collections.abc import Awaitable, Callable
from math import ceil

from console.accounts import Member
from console.duty_frames import Habits as Wanted
from console.habits import BREATHS, Habit, Habits
from console.presence import DutyState, Presence
from console.tables import finish
from console.views import Json
from handover.crew import At, Colleague
from handover.ports import StaffEnd
from handover.values import Limits

_MINUTE = 60
_LOOK = 1.0  # seconds between two looks whether the breathing space is over


class OwnDuty:
    """What the person at this desk said of their duty. `most()`: how many talks anybody takes at this desk, as its file
    is now; `steady` in seconds, `arrive` is called whenever they come on duty."""

    def __init__(
        self,
        member: Member,
        *,
        staff_end: StaffEnd,
        presence: Presence,
        habits: Habits,
        limits: Limits,
        most: Callable[[], int],
        steady: Callable[[], float],
        arrive: Callable[[], Awaitable[None]],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._end = staff_end
        self._presence = presence
        self._habits = habits
        self._limits = limits
        self._most = most
        self._steady = steady
        self._arrive = arrive
        self._send = send
        self._habit = Habit()
        self._crew: Json = {}  # as the page was told last

    @property
    def on(self) -> bool:
        """On duty, whether visitors may come or not."""
        return self._presence.duty is not DutyState.OFF

    @property
    def capacity(self) -> int:
        """How many talks this person takes here."""
        return self._habit.takes(self._limits.capacity, self._most())

    async def resume(self, *, holding: bool) -> None:
        """As it was before a reload; `holding`: talks are in hand."""
        self._habit = await finish(self._habits.of(self._member.id))
        if holding and not self.on:
            # Taken in another process, or before this one started: whether they were paused is not known here, and
            # nobody is shown as available who did not say so.
            self._presence.duty = DutyState.PAUSED
        self._presence.talk_ended.clear()
        if self.on:
            await self._arrive()
            await self.renew()

    async def run(self) -> None:
        """Renew the lease while the connection lives, at the server's pace: a page's timers are slowed in the
        background."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_lease())
            group.create_task(self._breathe())

    async def renew(self) -> None:
        """Tell the engine, which tells visitors and colleagues."""
        member, at = self._member, self._presence.at(self._steady())
        await self._end.go_on_duty(
            member.desk,
            member.id,
            member.shown_name,
            paused=at is not At.ON,
            capacity=self.capacity,
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
        self._habit = Habit(wanted.capacity, wanted.breath)
        await finish(self._habits.keep(self._member.id, self._habit))
        if not wanted.breath:
            self._presence.breathes_until = 0.0
        if self.on:
            await self.renew()
        await self._send(self.view())

    def view(self) -> Json:
        """Where the duty stands, for the page; `left` in seconds."""
        most, left = self._most(), max(0, ceil(self._presence.breathes_until - self._steady()))
        return {
            "type": "duty",
            "duty": self._presence.duty,
            "left": left if self._presence.duty is DutyState.ON else 0,
            "capacity": self.capacity,
            "most": Habit().takes(most, most),
            "breath": self._habit.breath,
            "breaths": BREATHS,
        }

    async def show_crew(self) -> None:
        """Tell the page who of the desk is at work, when that has changed."""
        crew = {"type": "crew", "crew": [self._colleague(each) for each in await self._end.crew(self._member.desk)]}
        if crew != self._crew:
            self._crew = crew
            await self._send(crew)

    def _colleague(self, each: Colleague) -> Json:
        return {"name": each.name, "at": each.at, "you": each.staff == self._member.id}

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._limits.lease / 3)
            if self.on:
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
            if self._habit.breath and presence.duty is DutyState.ON:
                presence.breathes_until = self._steady() + self._habit.breath * _MINUTE
                await self._tell()

    async def _tell(self) -> None:
        await self.renew()
        await self._send(self.view())
