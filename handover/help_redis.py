"""Both ports of `handover.help` on Redis 7 or Valkey; each end of the handover is one of them."""

from collections.abc import Sequence
from typing import Any

from handover.codec import read_briefing, read_log, read_pseudonym
from handover.end_redis import RedisEnd, clamp
from handover.help import MAX_ASIDE, TEND_SECONDS, Aside, Asides, Overheard
from handover.helping import Helping
from handover.keys import staff_member
from handover.values import MAX_DEVICE, Done, Gone, Keys, NotOnDuty, NotYours, StaffId, Stale, TalkRef


class RedisVisitorHelp(RedisEnd):
    """`handover.help.VisitorHelp`; what it promises is written there."""

    async def part(self, ref: TalkRef) -> Done | Gone:
        reply = await self._talk("part", ref, staff="")
        return Done() if reply[0] == b"done" else Gone()


class RedisStaffHelp(RedisEnd):
    """`handover.help.StaffHelp`; what each method promises is written there. A malformed staff id is a ValueError."""

    async def help(self, ref: TalkRef, staff: StaffId, device: str) -> Done | Stale | NotOnDuty | Gone:
        """Also refuses what is too long or too odd to be a device's line, with ValueError."""
        if not device or len(device) > MAX_DEVICE or not device.isascii():
            raise ValueError(f"a device is 1 to {MAX_DEVICE} ASCII characters")
        given: dict[str, str | int | bytes] = {"staff": staff_member(staff), "device": device, "seconds": TEND_SECONDS}
        match await self._talk("help", ref, id=ref.talk, **given):
            case [b"done"]:
                return Done()
            case [b"stale"]:
                return Stale()
            case [b"notonduty"]:
                return NotOnDuty()
        return Gone()

    async def stop_help(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        return _done(await self._talk("part", ref, staff=staff_member(staff)))

    async def tend_help(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        return _done(await self._talk("tend", ref, id=ref.talk, staff=staff_member(staff), seconds=TEND_SECONDS))

    async def overhear(self, ref: TalkRef, staff: StaffId, up: int, down: int) -> Overheard | NotYours | Gone:
        match await self._talk("overhear", ref, staff=staff_member(staff), up_after=clamp(up), down_after=clamp(down)):
            case [b"overheard", [pseudonym, briefing, holder, reader, device], epoch, wrapped, heard, said]:
                return Overheard(
                    read_pseudonym(pseudonym or b""),
                    read_briefing(briefing or b""),
                    (holder or b"").decode(errors="replace"),
                    reader.decode("latin-1"),
                    device.decode("latin-1"),
                    Keys(epoch, {number: bytes(key) for number, key in wrapped}),
                    read_log(heard),
                    read_log(said),
                )
            case reply:
                return _refusal(reply)

    async def say_aside(self, ref: TalkRef, staff: StaffId, sealed: bytes) -> Done | NotYours | Gone:
        """Also refuses an empty or larger one, with ValueError."""
        if not 0 < len(sealed) <= MAX_ASIDE:
            raise ValueError(f"a line has 1 to {MAX_ASIDE} bytes")
        return _done(await self._talk("aside", ref, staff=staff_member(staff), line=sealed))

    async def asides(self, ref: TalkRef, staff: StaffId) -> Asides | NotYours | Gone:
        match await self._talk("asides", ref, staff=staff_member(staff)):
            case [b"asides", holder, helper, lines]:
                return Asides(holder.decode("latin-1"), helper.decode("latin-1"), [_aside(line) for line in lines])
            case reply:
                return _refusal(reply)


def read_helping(fields: Sequence[Any]) -> Helping | None:
    """Who reads along, from what the verb `attend` answers."""
    if len(fields) != 2:
        return None
    name, device = fields
    return Helping(name.decode(errors="replace"), device.decode("latin-1"))


def _aside(line: bytes) -> Aside:
    number, by, sealed = line.split(b" ", 2)
    return Aside(int(number), by == b"h", sealed)


def _done(reply: list[Any]) -> Done | NotYours | Gone:
    return Done() if reply[0] == b"done" else _refusal(reply)


def _refusal(reply: list[Any]) -> NotYours | Gone:
    return NotYours() if reply[0] == b"notyours" else Gone()
