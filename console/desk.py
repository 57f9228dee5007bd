"""The conversation of one open desk with the staff end: device, duty, the waiting list, the talks in hand."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import assert_never

from console.accounts import Member
from console.acts import Acts
from console.desk_device import DeskDevice
from console.devices import Devices, Ready, Revoked, Standing
from console.duty import OwnDuty
from console.duty_frames import Duty
from console.duty_frames import Habits as Wanted
from console.duty_frames import Ready as BreathedEnough
from console.frames import VERSION, Device, End, Frame, Hand, Heard, Mute, Release, Say, Take, Unsayable, WrapUp
from console.habits import Habits
from console.presence import DutyState, Presences
from console.talks import Talks
from console.views import SHOWN_ROWS, Json, Views, handle_of
from console.wrapup import check_choices
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import (
    AtCapacity,
    Claimed,
    Gone,
    Limits,
    NotOnDuty,
    Taken,
    TalkRef,
    WaitingVisitor,
)

_DETECTION = 8  # seconds until the server's pings have found a dead connection; what remains of the lease is given
_ROOM_PAUSE = 0.1  # seconds between two readings of the waiting list: a storm of changes is shown as one
_NOT_CLAIMED: dict[type[Taken | Gone | AtCapacity | NotOnDuty], str] = {
    Taken: "taken",
    Gone: "gone",
    AtCapacity: "full",
    NotOnDuty: "not_on_duty",
}
_KNOWN_ROWS = 8 * SHOWN_ROWS  # handles that this page was shown and may still ask for


class OpenedElsewhere(Exception):
    """The same person has opened the desk in another window; this one stops."""


class Desk:
    """One open desk. `send` writes a frame to the page. `run` lives as long as the connection."""

    def __init__(
        self,
        member: Member,
        *,
        staff_end: StaffEnd,
        devices: Devices,
        presences: Presences,
        views: Views,
        tally: Tally,
        limits: Limits,
        habits: Habits,
        most: Callable[[], int],
        steady: Callable[[], float],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._end = staff_end
        self._presences = presences
        self._presence = presences.open(member.id, self)
        self._views = views
        self._tally = tally
        self._limits = limits
        self._send = send
        self._device = DeskDevice(member, devices, send, self._use_device)
        self._talks = Talks(member, staff_end=staff_end, views=views, presence=self._presence, tally=tally, send=send)
        self._duty = OwnDuty(
            member,
            staff_end=staff_end,
            presence=self._presence,
            habits=habits,
            limits=limits,
            most=most,
            steady=steady,
            send=send,
        )
        self._acts = Acts(member, self._talks, staff_end=staff_end, tally=tally, send=send)
        self._rows: dict[str, TalkRef] = {}  # what this page was shown: a handle that it was not is unknown
        self._room_changed = asyncio.Event()
        self._displaced = asyncio.Event()

    @property
    def on_duty(self) -> bool:
        """On duty, paused or not."""
        return self._duty.on

    def displace(self) -> None:
        """Stop: the desk was opened in another window."""
        self._displaced.set()

    async def run(self) -> None:
        """Resume, and serve until cancelled. Raises OpenedElsewhere, or HandoverError when the engine is gone."""
        async with asyncio.TaskGroup() as group:
            await self._resume(group)
            for work in (
                self._note_room_changes,
                self._show_room,
                self._look_again,
                self._duty.run,
                self._watch_displacement,
                self._device.watch,
            ):
                group.create_task(work())

    async def close(self) -> None:
        """The connection is gone. Unless it went on in another window, the lease lapses by itself soon."""
        remaining = max(1, self._limits.lease - _DETECTION)
        if self._presences.close(self._member.id, self, remaining) and self.on_duty:
            await self._end.shorten_lease(self._member.desk, self._member.id, remaining)

    async def handle(self, frame: Frame) -> None:
        """Do what the page asks; what cannot be done is answered with a code."""
        match frame:
            case Device():
                await self._device.meet(frame.key)
            case Duty():
                await self._change_duty(frame)
            case BreathedEnough():
                await self._duty.ready()
            case Wanted():
                await self._duty.choose(frame)
            case Take():
                await self._take(frame)
            case WrapUp():
                await self._wrap_up(frame)
            case Hand():
                await self._talks.hand(frame.talk)
            case _:
                await self._handle_talk(frame)

    async def _handle_talk(self, frame: Say | Unsayable | Heard | Release | Mute | End) -> None:
        match frame:
            case Say() | Unsayable():
                await self._talks.say(frame)
            case Heard():
                await self._talks.heard(frame)
            case Release() | Mute() | End():
                await self._acts.act(frame)
            case _:
                assert_never(frame)

    async def _resume(self, group: asyncio.TaskGroup) -> None:
        """After a reload or a lost connection: the same duty, the same talks, every message."""
        held = await self._end.mine(self._member.desk, self._member.id)
        await self._duty.resume(holding=bool(held))
        await self._send({**self._duty.view(), "type": "hello", "v": VERSION})
        await self._talks.restore(held, group)

    async def _note_room_changes(self) -> None:
        async with self._end.follow_room([self._member.desk]) as events:
            self._room_changed.set()
            async for _ in events:
                self._room_changed.set()

    async def _show_room(self) -> None:
        while True:
            await self._room_changed.wait()
            self._room_changed.clear()
            rows = await self._end.waiting(self._member.desk)
            load = await self._end.load(self._member.desk)
            self._know(rows[:SHOWN_ROWS])
            await self._send(self._views.room(rows, load))
            await self._duty.show_crew()
            await asyncio.sleep(_ROOM_PAUSE)

    async def _look_again(self) -> None:
        """A lease that lapses by itself tells nobody."""
        while True:
            await asyncio.sleep(self._limits.lease)
            self._room_changed.set()

    def _know(self, rows: list[WaitingVisitor]) -> None:
        """Remember what the page is shown, the rows of now last, so that none of them is ever among the forgotten."""
        shown = {handle_of(row.ref): row.ref for row in rows}
        older = {handle: ref for handle, ref in self._rows.items() if handle not in shown}
        self._rows = dict(list((older | shown).items())[-_KNOWN_ROWS:])

    async def _watch_displacement(self) -> None:
        await self._displaced.wait()
        raise OpenedElsewhere

    async def _use_device(self, standing: Standing) -> None:
        """What follows from where the page's device stands: nobody waits for a person who could not read."""
        if isinstance(standing, Ready):
            await self._talks.use_device(standing.line)
        elif isinstance(standing, Revoked):
            await self._go_off_duty("revoked")
        elif self._presence.duty is DutyState.ON:
            # The talks stay: the desk may have been opened on a second device by mistake, and go on on the first.
            await self._duty.be(DutyState.PAUSED)

    async def _change_duty(self, frame: Duty) -> None:
        wanted = DutyState(frame.to)
        if wanted is DutyState.OFF and len(self._talks) and not frame.sure:
            await self._send({"type": "refused", "code": "talks_in_hand", "count": len(self._talks)})
        elif wanted is DutyState.OFF:
            await self._go_off_duty("released")
        elif wanted is DutyState.ON and not self._device.ready:
            await self._send({"type": "refused", "code": "no_device"})
        else:
            await self._duty.be(wanted)

    async def _go_off_duty(self, code: str) -> None:
        self._presence.duty = DutyState.OFF
        self._talks.expect_return(code)
        for _ in await self._end.go_off_duty(self._member.desk, self._member.id):
            self._count("talk.returned")
        await self._talks.leave_all(code)
        await self._send(self._duty.view())

    async def _take(self, frame: Take) -> None:
        if frame.talk in self._talks:
            return  # a second press on one's own "Take": the engine would say "claimed" once more
        ref = self._rows.get(frame.talk)
        if ref is None:
            await self._refuse("gone", frame.talk)
            return
        if not self._device.ready:
            await self._refuse("no_device", frame.talk)
            return
        outcome = await self._end.claim(ref, self._member.id, self._member.shown_name)
        if isinstance(outcome, Claimed):
            self._count("talk.taken")
            await self._talks.open(outcome.talk)
        else:
            await self._refuse(_NOT_CLAIMED[type(outcome)], frame.talk)

    async def _wrap_up(self, frame: WrapUp) -> None:
        choices = check_choices(frame.choices)
        if choices is None or not self._presence.take_wrapup(frame.talk):
            await self._refuse("no_wrapup", frame.talk)
            return
        for choice in choices:
            self._count(f"wrapup.{choice}")
        if choices:
            self._count("wrapup.saved")
        await self._send({"type": "wrapped", "talk": frame.talk, "saved": bool(choices)})

    def _count(self, name: str) -> None:
        self._tally.add(self._member.desk, name)

    async def _refuse(self, code: str, handle: str) -> None:
        await self._send({"type": "refused", "code": code, "talk": handle})
