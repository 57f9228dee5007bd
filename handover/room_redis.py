"""Both ports of `handover.room` on Redis 7 or Valkey; each end of the handover is one of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from handover.end_redis import RedisEnd
from handover.keys import desk_keys, staff_member
from handover.outlook import Outlook, Shut, Wished
from handover.values import DeskId, Done, Gone, StaffId, Taken, TalkRef
from safety.format import FORMAT, is_near

_WISHED = tuple(field.name for field in fields(Wished))


class _Wishes(RedisEnd):
    async def asked(self, desk: DeskId) -> list[Wished]:
        rows = [read_wished(row) for row in await self._wire.call("asked", desk_keys(desk))]
        return sorted((row for row in rows if row), key=lambda row: row.name)


class RedisVisitorRoom(_Wishes):
    """`handover.room.VisitorRoom`; what each method promises is written there."""

    async def outlook(self, desk: DeskId) -> Outlook:
        return read_outlook(await self._wire.call("outlook", desk_keys(desk)))


class RedisStaffRoom(_Wishes):
    """`handover.room.StaffRoom`; what each method promises is written there."""

    async def shut(self, desk: DeskId, reason: Shut | None) -> None:
        await self._wire.call("shut", desk_keys(desk), reason=reason or "")

    async def why_shut(self, desk: DeskId) -> Shut | None:
        (reason,) = await self._wire.read(("GET", desk_keys(desk)["shut"]))
        return read_shut(reason)

    async def be_asked(self, desk: DeskId, staff: StaffId, asked: Wished | None) -> None:
        row = json.dumps({"v": FORMAT, **asdict(asked)}) if asked else ""
        await self._wire.call("beasked", desk_keys(desk), staff=staff_member(staff), row=row)

    async def guide(self, ref: TalkRef) -> Done | Taken | Gone:
        match await self._talk("guide", ref, id=ref.talk):
            case [b"done"]:
                return Done()
            case [b"taken"]:
                return Taken()
        return Gone()


def read_outlook(reply: Sequence[int | bytes]) -> Outlook:
    """An outlook as the engine answers it: four numbers, and why the desk is shut."""
    on_duty, available, in_hand, pace = (int(number) for number in reply[:4])
    return Outlook(on_duty, available, in_hand, pace, read_shut(reply[4]))


def read_wished(row: bytes) -> Wished | None:
    """What visitors may wish for in somebody; None instead of an error for a row of another version."""
    try:
        found: dict[str, Any] = json.loads(row)
        if not is_near(found.get("v")):
            return None
        return Wished(**{name: found[name] for name in _WISHED if name in found})
    except (ValueError, TypeError, AttributeError):
        return None


def read_shut(reason: int | bytes | None) -> Shut | None:
    """Why a desk is shut. A reason of another version is a disturbance: shut it is."""
    if not reason:
        return None
    told = reason.decode("latin-1") if isinstance(reason, bytes) else ""
    return Shut(told) if told in set(Shut) else Shut.DISTURBANCE
