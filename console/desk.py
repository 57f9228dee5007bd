"""The conversation of one open desk with the staff end: device, duty, the waiting list, the talks in hand."""

import asyncio
from collections.abc import Callable, Collection
from typing import assert_never

from console.accounts import Member
from console.acts import Acts
from console.alongs import Alongs
from console.bells import Bells
from console.claims import Claims
from console.closing import Closing
from console.desk_bell import DeskBell
from console.desk_device import DeskDevice
from console.desk_frames import Point
from console.desk_phone import DeskPhone
from console.desk_room import DeskRoom
from console.devices import Devices, Ready, Revoked, Seen, Standing
from console.duty import OwnDuty
from console.duty_frames import Duty
from console.duty_frames import Habits as Wanted
from console.duty_frames import Ready as BreathedEnough
from console.frames import Device, End, Frame, Hand, Heard, Release, Say, Take, Unsayable, WrapUp
from console.habits import Habits
from console.hands import Hands
from console.help_frames import HelpFrame
from console.help_views import HelpViews
from console.looks import Looks
from console.phone_frames import Answering, Hold
from console.phone_lines import Lines
from console.pointing import Pointing
from console.presence import DutyState, Presences
from console.room_frames import Guide, ShutDesk
from console.rooms import Reading, Rooms
from console.sending import Sending
from console.sign_frames import Writing
from console.signs import Signs
from console.talks import Talks
from console.together import Together
from console.together_frames import TogetherFrame
from console.together_views import TogetherViews
from console.views import Views
from console.visible_frames import More, Visible
from console.wishes import Wishes
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import DeskId, Limits

_OFTEN = (Say, Heard)  # what comes with each message need not be asked whether it is anything else
_DETECTION = 8  # seconds until the server's pings have found a dead connection; what remains of the lease is given


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
        device_looks: Looks[Seen],
        presences: Presences,
        views: Views,
        together: TogetherViews,
        along: HelpViews,
        tally: Tally,
        bells: Bells,
        limits: Limits,
        habits: Habits,
        most: Callable[[DeskId], int],
        steady: Callable[[], float],
        closing: Closing,
        wishes: Wishes,
        rooms: Rooms,
        others: Collection[DeskId],
        lines: Lines,
        send: Sending,
    ) -> None:
        self._member = member
        self._end = staff_end
        self._presences = presences
        self._presence = presences.open(member.id, self)
        self._tally = tally
        self._limits = limits
        self._send = send
        self._device = DeskDevice(member, devices, device_looks, send, self._use_device)
        self._talks = Talks(member, staff_end=staff_end, views=views, presence=self._presence, tally=tally, send=send)
        self._duty = self._take_up_duty(habits, most, steady, wishes)
        self._room = DeskRoom(
            member,
            rooms,
            staff_end=staff_end,
            views=views,
            closing=closing,
            wishes=wishes,
            look=self._look,
            send=send,
        )
        self._displaced = asyncio.Event()
        self._pointing = Pointing(member, self._talks, staff_end=staff_end, views=views, desks=others, send=send)
        self._furnish(together, along, bells, lines)

    def _take_up_duty(
        self, habits: Habits, most: Callable[[DeskId], int], steady: Callable[[], float], wishes: Wishes
    ) -> OwnDuty:
        self._hands = Hands(self._member.desks, self._talks, most=most, usual=self._limits.capacity)
        return OwnDuty(
            self._member,
            staff_end=self._end,
            presence=self._presence,
            habits=habits,
            limits=self._limits,
            hands=self._hands,
            talks=self._talks,
            steady=steady,
            arrive=wishes.offer,
            send=self._send,
        )

    def _furnish(self, together: TogetherViews, along: HelpViews, bells: Bells, lines: Lines) -> None:
        """What this desk does with its talks."""
        member, presence, talks, end = self._member, self._presence, self._talks, self._end
        self._acts = Acts(member, talks, staff_end=end, presence=presence, tally=self._tally, send=self._send)
        alongs = Alongs(member, talks, staff_end=end, views=along, send=self._send, line=self._line)
        self._alongs, tally = alongs, self._tally
        self._phone = DeskPhone(
            member, talks, alongs, staff_end=end, lines=lines, presence=presence, tally=tally, send=self._send
        )
        self._together = Together(
            member,
            talks,
            self._alongs,
            staff_end=end,
            views=together,
            send=self._send,
            ready=lambda: self._device.ready,
            on_duty=lambda: self.on_duty,
            wake=self._room.wake,
            take=self._duty.take,
            others=self._pointing.offered,
            no_call=lambda call: self._phone.refusal(call=call),
        )
        self._claims = Claims(
            member,
            talks,
            self._room,
            self._duty,
            self._phone,
            staff_end=end,
            tally=self._tally,
            ready=lambda: self._device.ready,
            send=self._send,
        )
        self._signs = Signs(member, talks, end)
        self._bell = DeskBell(member, presence, talks, bells, lambda: self._duty.capacity)

    def _line(self, call: bool) -> str:
        return self._phone.line_at(self._device.line) if call else self._device.line

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
            for work in (self._room.run, self._duty.run, self._watch_displacement, self._device.watch, self._phone.run):
                group.create_task(work())

    async def close(self, *, moving: bool = False) -> None:
        """The connection is gone. Unless it goes on in another window or process, the lease lapses by itself soon."""
        self._together.close()
        remaining = max(1, self._limits.lease - _DETECTION)
        if self._presences.close(self._member.id, self, remaining) and self.on_duty and not moving:
            for desk in self._member.desks:
                await self._end.shorten_lease(desk, self._member.id, remaining)

    async def handle(self, frame: Frame) -> None:
        """Do what the page asks; what cannot be done is answered with a code."""
        await (self._handle_talk(frame) if isinstance(frame, _OFTEN) else self._handle_seldom(frame))

    async def _handle_seldom(self, frame: Frame) -> None:
        if isinstance(frame, TogetherFrame | HelpFrame):
            await self._handle_together(frame)
            return
        match frame:
            case Device():
                await self._device.meet(frame.key)
            case Duty() | BreathedEnough() | Wanted() | Visible():
                await self._handle_duty(frame)
            case Take():
                await self._claims.take(frame)
            case WrapUp():
                await self._acts.wrap_up(frame)
            case Answering() | Hold():
                await self._phone.handle(frame)
            case ShutDesk() | Guide() | More():
                await self._room.handle(frame)
            case _:
                await self._handle_talk(frame)

    async def _handle_together(self, frame: TogetherFrame | HelpFrame) -> None:
        if isinstance(frame, HelpFrame):
            await self._alongs.handle(frame)
        else:
            await self._together.handle(frame)

    async def _handle_duty(self, frame: Duty | BreathedEnough | Wanted | Visible) -> None:
        match frame:
            case Duty():
                await self._change_duty(frame)
            case BreathedEnough():
                await self._duty.ready()
            case Wanted():
                await self._duty.choose(frame)
            case Visible():
                self._bell.note(frame)
            case _:
                assert_never(frame)

    async def _handle_talk(self, frame: Say | Unsayable | Heard | Writing | Release | End | Hand | Point) -> None:
        match frame:
            case Say() | Unsayable():
                await self._talks.sayings.say(frame)
            case Heard():
                self._talks.sayings.heard(frame)
            case Hand():
                await self._talks.hand(frame.talk)
            case Writing():
                await self._signs.pass_on(frame)
            case Release() | End():
                await self._acts.act(frame)
            case Point():
                await self._pointing.point(frame)
            case _:
                assert_never(frame)

    async def _resume(self, group: asyncio.TaskGroup) -> None:
        """After a reload or a lost connection: the same duty, the same talks, every message."""
        held = [talk for desk in self._member.desks for talk in await self._end.mine(desk, self._member.id)]
        await self._duty.resume(talk.ref for talk in held)
        await self._room.learn_names()
        await self._send(self._duty.hello())
        await self._phone.resume()
        self._alongs.start(group)
        await self._talks.restore(held, group)
        self._hands.expect(())

    async def _look(self, readings: list[Reading]) -> None:
        """What else a change of the room may change."""
        self._bell.look([reading.front for reading in readings])
        await self._duty.show_crew(each for reading in readings for each in reading.crew)
        await self._together.look([matter for reading in readings for matter in reading.matters])

    async def _watch_displacement(self) -> None:
        await self._displaced.wait()
        raise OpenedElsewhere

    async def _use_device(self, standing: Standing) -> None:
        """What follows from where the page's device stands: nobody waits for a person who could not read."""
        if isinstance(standing, Ready):
            await self._talks.use_device(standing.line)
            self._room.wake()  # what waited for a page that can read
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
        self._talks.expect_return(code)
        await self._alongs.leave_all()
        for ref in await self._duty.leave():
            self._tally.add(ref.desk, "talk.returned")
        await self._talks.leave_all(code)
        await self._phone.off()
        await self._send(self._duty.view())
