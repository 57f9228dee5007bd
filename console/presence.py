"""Who is at the desk in this process: the duty of each staff member, over reloads, and one open desk per person."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from console.phone_lines import OwnLine
from console.tables import finish
from console.wrapup_tickets import WrapupTickets
from handover.crew import At
from handover.values import DeskId, StaffId, TalkRef

_OPEN_WRAPUPS = 20  # ended talks that may still be wrapped up
_NOBODY = StaffId("")


class DutyState(StrEnum):
    OFF = "off"
    ON = "on"
    PAUSED = "paused"
    BREAK = "break"  # as a pause, and colleagues see that nobody sits there


class OpenDesk(Protocol):
    """A desk that can be told that it was opened elsewhere."""

    def displace(self) -> None:
        """Stop: the same person has opened the desk in another window."""


@dataclass(slots=True)
class Presence:
    """One staff member, as this process knows them."""

    duty: DutyState = DutyState.OFF
    resumable_until: float = 0.0  # while no desk is open: until when a reload goes on as before
    lapsed: bool = False  # the desk was opened too late for the duty to go on
    open_desk: OpenDesk | None = None
    wrapups: dict[str, DeskId] = field(default_factory=dict)  # ended talks by handle, oldest first
    # The last message in each talk in hand that the engine accepted, over reloads: it may forget it in the moment in
    # which the desk loses its connection, too.
    sent: dict[TalkRef, int] = field(default_factory=dict)
    breathes_until: float = 0.0  # a talk has just ended: not available before, unless they say so
    talk_ended: asyncio.Event = field(default_factory=asyncio.Event)
    phone: OwnLine | None = None  # what calls are answered with, while on duty
    staff: StaffId = _NOBODY
    tickets: WrapupTickets | None = None  # None: wrap-ups of this process alone

    def expect_wrapup(self, handle: str, desk: DeskId) -> str:
        """A talk of this desk ended: one wrap-up is accepted for it. Gives the ticket with which another process
        accepts it."""
        self.wrapups[handle] = desk
        if len(self.wrapups) > _OPEN_WRAPUPS:
            del self.wrapups[next(iter(self.wrapups))]
        self.talk_ended.set()
        return self.tickets.issue(self.staff, handle, desk) if self.tickets else ""

    def at(self, now: float) -> At:
        """How this person stands while on duty."""
        if self.duty is DutyState.ON:
            return At.BREATHING if self.breathes_until > now else At.ON
        return At.BREAK if self.duty is DutyState.BREAK else At.PAUSED

    async def take_wrapup(self, handle: str, ticket: str = "") -> DeskId | None:
        """The desk of this talk while a wrap-up is still open for it; it is not open a second time."""
        known = self.wrapups.pop(handle, None)
        return await finish(self.tickets.take(self.staff, handle, ticket)) if ticket and self.tickets else known


class Presences:
    """All staff of this process. One open desk each: two could not number the messages of one talk."""

    def __init__(self, clock: Callable[[], float], tickets: WrapupTickets | None = None) -> None:
        self._clock = clock
        self._tickets = tickets
        self._known: dict[StaffId, Presence] = {}

    def open(self, staff: StaffId, desk: OpenDesk) -> Presence:
        """This desk is now the one of this person; an older one is displaced and its duty goes on here."""
        presence = self._known.setdefault(staff, Presence(staff=staff, tickets=self._tickets))
        presence.lapsed = False
        if presence.open_desk is not None:
            presence.open_desk.displace()
        elif presence.resumable_until < self._clock():
            presence.lapsed = presence.duty is not DutyState.OFF
            presence.duty = DutyState.OFF
            presence.breathes_until = 0.0
        presence.open_desk = desk
        return presence

    def close(self, staff: StaffId, desk: OpenDesk, resumable: float) -> bool:
        """The desk's connection is gone; its duty may go on within `resumable` seconds. False when it was displaced."""
        presence = self._known[staff]
        if presence.open_desk is not desk:
            return False
        presence.open_desk = None
        presence.resumable_until = self._clock() + resumable
        return True

    def line_of(self, staff: StaffId) -> OwnLine | None:
        """What this person answers calls with now."""
        presence = self._known.get(staff)
        return presence.phone if presence and presence.duty is not DutyState.OFF else None

    def is_open(self, staff: StaffId) -> bool:
        """Whether this person has a desk open."""
        presence = self._known.get(staff)
        return presence is not None and presence.open_desk is not None

    def forget_duty(self, staff: StaffId) -> None:
        """This person signed out: nothing goes on at the next sign-in."""
        presence = self._known.get(staff)
        if presence is not None:
            presence.duty = DutyState.OFF
            presence.breathes_until = 0.0
            presence.wrapups.clear()
