"""The telephone of one open desk: a line while its person is on duty, and what becomes of the call that is on it.

What they answer with, a telephone number included, is kept with their presence in this process's memory and nowhere
else: no table has it, and it is gone when they go off duty, sign out or the process ends.
"""

import asyncio
from collections.abc import Awaitable, Callable

from console.accounts import Member
from console.alongs import Alongs
from console.phone_frames import Answering, Hold, PhoneFrame
from console.phone_lines import By, Lines, OwnLine, line_at
from console.presence import DutyState, Presence
from console.talks import Talks
from console.views import Json
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import Done

# A page that is loaded again loses its call a moment before it loses its desk: its new one is rung, so that a reload
# costs the caller some music and no place.
_ABOUT_THE_LINE = frozenset({"open", "here", "lost", "refused"})  # and not about its call
GRACE = 3.0  # seconds until a call that was lost is given back


class DeskPhone:
    """One open desk's; `alongs` knows in which call its person listens along."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        alongs: Alongs,
        *,
        staff_end: StaffEnd,
        lines: Lines,
        presence: Presence,
        tally: Tally,
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._talks = talks
        self._end = staff_end
        self._lines = lines
        self._presence = presence
        self._tally = tally
        self._alongs = alongs
        self._send = send
        self._news: asyncio.Queue[tuple[OwnLine, str]] = asyncio.Queue()
        self._known = ""  # "open": a softphone may sign in; "here": it has; else there is no line

    @property
    def _can_be_rung(self) -> bool:
        line = self._presence.phone
        return self._known == "here" or (self._known == "open" and line is not None and line.by is By.OWN)

    def line_at(self, device: str) -> str:
        """What the engine is told of who listens along here, on this device; empty while nobody can be rung here, or
        is in a call."""
        line = self._presence.phone
        if line is None or not self._can_be_rung or self._talks.call:
            return ""
        return line_at(line.id, device) or ""

    async def resume(self) -> None:
        """The same line as before a lost connection, while its person is still on duty."""
        if not self._lines.possible:
            return
        line = self._presence.phone
        if line is not None and self._presence.duty is DutyState.OFF:
            self._forget()
        elif line is not None:
            self._open(line)
        await self._show()

    async def run(self) -> None:
        """Do what news of the line ask for, until cancelled."""
        heard = lost = False  # the two heard each other; the call was lost since
        while True:
            try:
                async with asyncio.timeout(GRACE if lost else None):
                    line, news = await self._news.get()
            except TimeoutError:
                lost = False
                await self._give_back()
                continue
            if line is not self._presence.phone:
                continue
            await self._meet(news)
            if news == "failed" and not heard:
                await self._give_back()
            lost = (news == "failed" and heard) or (lost and news in _ABOUT_THE_LINE)
            heard = news in {"connected", "held"} or (heard and news in _ABOUT_THE_LINE)

    async def handle(self, frame: PhoneFrame) -> None:
        """Do what the page asks; what cannot be done is answered with a code."""
        match frame:
            case Answering():
                code = self._why_not(frame)
                if code is None:
                    await self._answer_with(frame)
                else:
                    await self._send({"type": "refused", "code": code})
            case Hold():
                line = self._presence.phone
                if line is not None and self._talks.call == frame.talk:
                    self._lines.hold(line, on=frame.on)

    def refusal(self, *, call: bool) -> str | None:
        """Why this person cannot take a call now; None for what is none, or when they can."""
        if not call:
            return None
        if not self._can_be_rung:
            return "phone_first"
        return "phone_busy" if self._talks.call or self._alongs.call else None

    async def off(self) -> None:
        """Off duty: no call comes any more, and nothing of it is known."""
        if self._presence.phone is not None:
            self._forget()
            await self._show()

    def _why_not(self, frame: Answering) -> str | None:
        if not self._lines.possible:
            return "phone_none"
        if self._presence.duty is DutyState.OFF:
            return "not_on_duty"
        if frame.by is By.BROWSER and self._lines.softphone is None:
            return "phone_unmade"
        if frame.number is None:
            return "phone_number"
        known = self._presence.phone
        if (self._talks.call or self._alongs.call) and (known is None or frame.by is not known.by):
            return "phone_in_call"
        return None

    async def _answer_with(self, frame: Answering) -> None:
        """A new line in the place of the one before; a call that was on that one comes here."""
        before = self._presence.phone
        self._known = ""
        self._presence.phone = None
        if frame.by is not By.OFF:
            self._presence.phone = OwnLine.draw(frame.by, frame.number or "")
            self._open(self._presence.phone)
        if before is not None:
            self._lines.close(before)
        await self._show()

    def _open(self, line: OwnLine) -> None:
        self._lines.open(line, lambda news: self._news.put_nowait((line, news)))
        if known := self._lines.known.get(line.id):  # since before this page: nothing new is told of it
            self._news.put_nowait((line, known))

    def _forget(self) -> None:
        if self._presence.phone is not None:
            self._lines.close(self._presence.phone)
        self._presence.phone, self._known = None, ""

    async def _meet(self, news: str) -> None:
        line = self._presence.phone
        match news:
            case "open" | "here" | "lost" | "refused" if line is not None:
                again = news == self._known
                self._known = news if news in {"open", "here"} else ""
                if self._can_be_rung and not again:
                    await self._talks.use_line(line.id)
                await self._show()
            case _:
                await self._show_call(news)

    async def _give_back(self) -> None:
        """The caller goes back to the old place; whoever failed to answer may take them again."""
        handle = self._talks.call
        ref = self._talks.ref(handle) if handle else None
        if handle is None or ref is None:
            return
        self._talks.expect_return("phone_failed", handle)
        if isinstance(await self._end.release(ref, self._member.id), Done):
            self._tally.add(ref.desk, "talk.returned")
        await self._talks.leave(handle, "phone_failed")

    async def _show_call(self, news: str) -> None:
        if handle := self._talks.call or self._alongs.call:
            await self._send({"type": "line", "talk": handle, "is": news})

    async def _show(self) -> None:
        """Tell the page which line it has. The secret is for the page to sign in with; a number is told nobody."""
        line = self._presence.phone
        await self._send(
            {
                "type": "phone",
                "possible": self._lines.possible,
                "by": line.by if line else By.OFF,
                "open": bool(self._known),
                "ready": self._can_be_rung,
                "line": line.id if line else "",
                "secret": line.secret if line else "",
                "relays": self._lines.relays.servers() if self._lines.relays and line and line.secret else [],
            }
        )
