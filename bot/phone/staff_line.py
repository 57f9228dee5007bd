"""The seam to the staff side: how the person who took a call comes to hear it.

A claim of a phone talk is the same atomic step as of any other. Whoever won begins an epoch for a device, as a page
does (`StaffEnd.begin`); for a phone talk that device is a line: the softphone of their shift, or their own telephone.
The caller's side learns of both by the talk itself (`WithStaff.device`) and rings that line. Nothing rings before it.
"""

from collections.abc import Callable
from typing import Protocol

from bot.phone.call import Event, HelperFailed
from handover.values import TalkRef


class StaffLine(Protocol):
    """One caller's way to the person who has the talk. Nothing in it is about one engine or provider."""

    async def ring(self, ref: TalkRef, channel: str, line: str, tell: Callable[[Event], None]) -> None:
        """Ring this line (bot.phone.shifts) for the caller on `channel`, in the place of any that rang before; tell
        LineOpen when its person has answered, LineFailed when they do not or are gone, Held as they wish."""

    async def connect(self) -> None:
        """Let caller and person hear each other."""

    async def hold(self) -> None:
        """They hear each other no more; both lines stay, until `connect` or `part`."""

    async def part(self) -> None:
        """Drop the person's line and any colleague's; the caller's stays. Nothing happens when there is none."""

    async def ring_helper(self, line: str, tell: Callable[[Event], None]) -> None:
        """Ring this line, of a colleague who is to listen along; tell HelperOpen when they have answered, HelperFailed
        when they do not, are gone, or nobody can listen along here."""

    async def let_listen(self) -> None:
        """Let that colleague hear caller and person, who do not hear them."""

    async def drop_helper(self) -> None:
        """Drop that colleague's line; the two talk on."""


class NoStaffLine:
    """Where nobody can be rung: a claimed call hears that somebody is coming, and music, until it is given back."""

    async def ring(self, ref: TalkRef, channel: str, line: str, tell: Callable[[Event], None]) -> None: ...

    async def connect(self) -> None: ...

    async def hold(self) -> None: ...

    async def part(self) -> None: ...

    async def ring_helper(self, line: str, tell: Callable[[Event], None]) -> None:
        tell(HelperFailed())

    async def let_listen(self) -> None: ...

    async def drop_helper(self) -> None: ...
