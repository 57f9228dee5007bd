"""The line of who has a talk, at the engine: rung, joined to the caller in a bridge, held, dropped.

A bridge is named after its talk, so that a process that comes after this one knows whose it is. Nothing is recorded.
The bridge holds the two, and beside them a colleague only while one listens along, as both said yes to, in the bridge
and muted. No channel of another kind is ever made.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot.phone.ari import Refused, part
from bot.phone.ari_events import AriEvent, Finished, Key, Left, Started
from bot.phone.call import Event, HelperFailed, HelperOpen, LineFailed, LineOpen
from bot.phone.rung_line import HELPER, STAFF, Dialler, RungLine
from bot.phone.shifts import News, Shifts
from bot.phone.switch import Asks
from handover.values import TalkId, TalkRef

_TALK = 22  # characters of a talk's id
_MARK = "."


def talk_of(bridge: str) -> TalkId:
    """Whose bridge of this id is."""
    return TalkId(bridge[:_TALK])


class StaffLegs:
    """All of one connection to the engine: each event of such a channel goes to its line. `number` is the centre's,
    shown to staff's own telephones; `ask` are the prompts that ask there for a key."""

    def __init__(self, ari: Asks, shifts: Shifts, number: str | None, ask: Callable[[], Sequence[Path]]) -> None:
        self._dialler = Dialler(ari, shifts, number, ask)

    @property
    def ringing(self) -> dict[str, RungLine]:
        """What is rung, or in a call, by channel."""
        return self._dialler.ringing

    def leg(self) -> "StaffLeg":
        """A caller's way to staff."""
        return StaffLeg(self._dialler)

    def hear(self, event: AriEvent) -> bool:
        """Whether the event was about staff's side; then it is done with."""
        match event:
            case Started(channel, _) | Key(channel, _) | Left(channel):
                line = self.ringing.get(channel)
                if line is not None:
                    line.hear(event)
                return channel.startswith(STAFF)
            case Finished(playback):
                return playback.startswith(STAFF)
        return False


class StaffLeg:
    """One caller's. Made by `StaffLegs.leg`."""

    def __init__(self, dialler: Dialler) -> None:
        self._ari = dialler.ari
        self._shifts = dialler.shifts
        self._person = RungLine(dialler, STAFF, opened=LineOpen(), failed=LineFailed())
        self._helper = RungLine(dialler, HELPER, opened=HelperOpen(), failed=HelperFailed())
        self._bridge = ""
        self._waits = False  # the person is in the bridge and the caller is not
        self._caller = ""

    async def ring(self, ref: TalkRef, channel: str, line: str, tell: Callable[[Event], None]) -> None:
        await self.part()
        shift = self._shifts.find(line)
        if shift is None:
            tell(LineFailed())
            return
        # Of its own for each ring: the engine takes a moment to forget the one before.
        self._bridge = f"{ref.talk}{_MARK}{secrets.token_hex(4)}"
        self._caller, self._waits = channel, False
        shift.wish = tell
        await self._person.ring(shift, tell)

    async def connect(self) -> None:
        if not self._person.channel:
            return
        try:
            if self._waits:
                await self._add(self._caller)
            else:
                await self._ari.ask("POST", self._path, type="mixing")
                await self._add(f"{self._caller},{self._person.channel}")
        except Refused:
            await self._person.drop()  # one is gone in this moment; a caller who is says so by themselves
        else:
            self._waits = False
            self._person.say(News.CONNECTED)

    async def hold(self) -> None:
        if self._person.channel:
            with suppress(Refused):
                await self._ari.ask("POST", f"{self._path}/removeChannel", channel=self._caller)
            self._waits = True
            self._person.say(News.HELD)

    async def part(self) -> None:
        bridge, self._bridge = self._bridge, ""
        await self._helper.end()
        await self._person.end()
        if bridge:
            with suppress(Refused):
                await self._ari.ask("DELETE", f"bridges/{part(bridge)}")

    async def ring_helper(self, line: str, tell: Callable[[Event], None]) -> None:
        await self._helper.end()
        shift = self._shifts.find(line)
        if shift is None:
            tell(HelperFailed())
        else:
            await self._helper.ring(shift, tell)

    async def let_listen(self) -> None:
        if not self._helper.channel:
            return
        try:
            await self._add(self._helper.channel, mute="true")
        except Refused:
            await self._helper.drop()
        else:
            self._helper.say(News.CONNECTED)

    async def drop_helper(self) -> None:
        await self._helper.end()

    @property
    def _path(self) -> str:
        return f"bridges/{part(self._bridge)}"

    async def _add(self, channels: str, **how: str) -> None:
        await self._ari.ask("POST", f"{self._path}/addChannel", channel=channels, **how)
