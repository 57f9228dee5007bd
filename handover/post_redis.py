"""Both ports of `handover.post` on Redis 7 or Valkey; each end of the handover is one of them."""

import json
from typing import Any

from handover.end_redis import RedisEnd, clamp
from handover.keys import box_keys, desk_keys, well_formed_box
from handover.post import LONGEST, MOST, ROOM, TAKEN, Box, Erasing, Letter, Posted
from handover.values import MAX_BODY, MAX_DEVICE, Accepted, DeskId, Done, Full, Gone, OutOfOrder
from safety.sealing import Direction

DAY = 86_400  # seconds
_NO_BOX = "-" * 43  # in place of a name that none can have


class RedisVisitorPost(RedisEnd):
    """`handover.post.VisitorPost`; what each method promises is written there. A box of a malformed name is gone."""

    async def desk_line(self, desk: DeskId) -> str:
        (line,) = await self._wire.read(("GET", desk_keys(desk)["line"]))
        return line.decode("latin-1") if line else ""

    async def leave(
        self, desk: DeskId, box: str, letter: Letter, visitor: str, until: int
    ) -> Accepted | OutOfOrder | Full | Gone:
        """Also refuses what is oversized, with ValueError."""
        if len(letter.body) > MAX_BODY or len(letter.line) > MAX_DEVICE or len(visitor) > MAX_DEVICE:
            raise ValueError("larger than any letter")
        reply = await self._post(
            "leave",
            desk,
            box,
            number=clamp(letter.number),
            visitor=visitor,
            last=until,
            deadline=_deadline(until),
            row=_write_row(letter),
            most=MOST,
            room=ROOM,
        )
        match reply:
            case [b"accepted", number]:
                return Accepted(number)
            case [b"outoforder", expected]:
                return OutOfOrder(expected)
        return Full() if reply[0] == b"full" else Gone()

    async def look(self, desk: DeskId, box: str) -> Box | Erasing | Gone:
        if not well_formed_box(box):
            return Gone()
        (fields,) = await self._wire.read(("HGETALL", box_keys(desk, box)["box"]))
        found = dict(zip(fields[::2], fields[1::2], strict=True)) if isinstance(fields, list) else fields
        if b"erasing" in found:
            return Erasing()
        return _read_box(found) if b"visitor" in found else Gone()

    async def erase(self, desk: DeskId, box: str) -> Done | Gone:
        return Done() if (await self._post("erase", desk, box))[0] == b"done" else Gone()

    async def _post(self, verb: str, desk: DeskId, box: str, **args: str | int) -> list[Any]:
        if not well_formed_box(box):
            return [b"gone"]
        return await self._wire.call(verb, box_keys(desk, box), id=box, **args)


class RedisStaffPost(RedisEnd):
    """`handover.post.StaffPost`; what each method promises is written there."""

    async def offer(self, desk: DeskId, line: str, seconds: int) -> None:
        await self._wire.call("offer", desk_keys(desk), text=line, seconds=seconds)

    async def posted(self, desk: DeskId) -> list[Posted]:
        (entries,) = await self._wire.read(("XRANGE", desk_keys(desk)["post"], "-", "+", "COUNT", TAKEN))
        found = (_read_posted(entry, fields) for entry, fields in entries)
        return [each for each in found if each]

    async def settle(self, desk: DeskId, posted: Posted, *, kept: bool = True) -> None:
        keys = box_keys(desk, posted.box if well_formed_box(posted.box) else _NO_BOX)
        number = (posted.letter.number if posted.letter else 0) if kept else -1
        await self._wire.call("settle", keys, entry=posted.entry, number=number)

    async def holdings(self, desk: DeskId, boxes: list[str]) -> list[tuple[int, int] | None]:
        if not boxes:
            return []
        asked = (("HMGET", box_keys(desk, box)["box"], "visitor", "kept", "down") for box in boxes)
        answers = await self._wire.read(*asked)
        return [(int(kept or 0), int(down or 0)) if there else None for there, kept, down in answers]

    async def place(self, desk: DeskId, name: str, box: Box) -> None:
        rows = {f"{letter.way}{letter.number}": _write_row(letter) for letter in box.letters}
        await self._wire.call(
            "place",
            box_keys(desk, name),
            visitor=box.visitor,
            last=box.until,
            deadline=_deadline(box.until),
            kept=box.kept,
            down=sum(letter.way is Direction.DOWN for letter in box.letters),
            letters=json.dumps(rows),
        )


def last_day(today: int, days: int) -> int:
    """The last day of a box that is made today for so many days, within what is allowed."""
    return today + min(max(days, 1), LONGEST)


def _deadline(until: int) -> int:
    """The end of that day, in milliseconds since 1970."""
    return (until + 1) * DAY * 1000


def _write_row(letter: Letter) -> str:
    return f"{letter.after} {letter.line} {letter.body}"


def _read_row(way: Direction, number: int, row: bytes) -> Letter:
    after, line, body = row.decode("latin-1").split(" ", 2)
    return Letter(way, number, int(after), line, body)


def _read_box(fields: dict[bytes, bytes]) -> Box:
    letters = tuple(
        _read_row(way, number, fields[name])
        for way, key in ((Direction.UP, b"up"), (Direction.DOWN, b"down"))
        for number in range(1, int(fields.get(key, 0)) + 1)
        if (name := key + str(number).encode()) in fields
    )
    return Box(int(fields[b"last"]), fields[b"visitor"].decode("latin-1"), int(fields.get(b"kept", 0)), letters)


def _read_posted(entry: bytes, raw: Any) -> Posted | None:
    """None for what only the next version puts in: it must not pass for an erasure, and waits for a console of its."""
    fields = raw if isinstance(raw, dict) else dict(zip(raw[::2], raw[1::2], strict=True))
    box = fields[b"box"].decode("latin-1")
    if b"row" not in fields and set(fields) != {b"box"}:
        return None
    if b"row" not in fields:
        return Posted(entry.decode(), box, 0, "", None)
    letter = _read_row(Direction.UP, int(fields[b"number"]), fields[b"row"])
    return Posted(entry.decode(), box, int(fields[b"last"]), fields[b"visitor"].decode("latin-1"), letter)
