"""The staff's end of `handover.front` on Redis 7 or Valkey, and all else that reads or tidies a waiting room."""

from collections.abc import Iterable, Sequence
from typing import Any

from handover.codec import read_briefing, read_number, read_pseudonym
from handover.end_redis import LAST_SEQ, RedisEnd
from handover.front import Front, Stretch
from handover.keys import desk_keys, talk_keys, well_formed
from handover.order import FIRST, in_order
from handover.values import Danger, DeskId, StaffId, TalkId, TalkRef, WaitingVisitor

MICROSECONDS = 1_000_000
TIDIED = 500  # entries of a room that one sweep looks at: 10,000 take it 20 sweeps
_FURTHER = 4  # stretches that a front reads on when many of its first have fallen silent and were not swept yet
_CALM = (b'"danger":"none"', b'"danger":"concern"')  # as handover.codec writes them

Entry = tuple[TalkRef, int]  # a talk of the room, and when it joined, in microseconds


class RedisStaffFront(RedisEnd):
    """`handover.front.StaffFront`; what each method promises is written there."""

    def __init__(self, *args: Any, **named: Any) -> None:  # as the class above takes them
        super().__init__(*args, **named)
        self._tidied: dict[DeskId, int] = {}  # how far into a room the last sweep looked

    async def front(self, desk: DeskId, most: int) -> Front:
        total, last, longest, danger, lost = await self._wire.call("front", desk_keys(desk), most=most, first=FIRST)
        until = _until(longest, most) if total > most else None
        looked_at = {*_entries(desk, longest), *_entries(desk, danger)}
        rows = await self._visitors(looked_at)
        for _ in range(_FURTHER):
            if until is None or len(rows) >= most:
                break
            found = await self._after(desk, until, most)
            until = _until(found, most)
            fresh = {*_entries(desk, found)} - looked_at
            looked_at |= fresh
            rows |= await self._visitors(fresh)
        return Front(
            in_order([rows[entry] for entry in _by_time(rows)]),
            total - len(looked_at) + len(rows),
            max((at for _, at in _entries(desk, last)), default=0),
            until,
            {TalkRef(desk, TalkId(talk.decode())): StaffId(staff.decode("latin-1")) for talk, staff in _pairs(lost)},
        )

    async def behind(self, desk: DeskId, after: int, most: int) -> Stretch:
        found = await self._after(desk, after, most)
        rows = await self._visitors(_entries(desk, found))
        return Stretch([rows[entry] for entry in _by_time(rows)], _until(found, most))

    async def rows(self, refs: list[TalkRef]) -> list[WaitingVisitor]:
        found = await self._wire.read(*(("HGET", talk_keys(ref)["talk"], "joined") for ref in refs))
        rows = await self._visitors((ref, read_number(joined)) for ref, joined in zip(refs, found, strict=True))
        return [rows[entry] for entry in _by_time(rows)]

    async def waiting(self, desk: DeskId) -> list[WaitingVisitor]:
        (found,) = await self._wire.read(("ZRANGE", desk_keys(desk)["room"], 0, -1, "WITHSCORES"))
        rows = await self._visitors(_entries(desk, found))
        return in_order([rows[entry] for entry in _by_time(rows)])

    async def _after(self, desk: DeskId, after: int, most: int) -> list[bytes]:
        beyond = (f"({after}", "+inf", "BYSCORE", "LIMIT", 0, most, "WITHSCORES")
        (found,) = await self._wire.read(("ZRANGE", desk_keys(desk)["room"], *beyond))
        return list(found)

    async def _visitors(self, entries: Iterable[Entry]) -> dict[Entry, WaitingVisitor]:
        """Those of the talks that wait now."""
        entries = list(entries)
        if not entries:
            return {}
        commands = (("HMGET", talk_keys(ref)["talk"], "state", "briefing", "pseudonym", "lost") for ref, _ in entries)
        (now, _), *rows = await self._wire.read(("TIME",), *commands)
        return {
            (ref, joined): WaitingVisitor(
                ref,
                read_pseudonym(pseudonym or b""),
                read_briefing(briefing or b""),
                max(0, int(now) - joined // MICROSECONDS),
                (lost or b"").decode("latin-1"),
            )
            for (ref, joined), (state, briefing, pseudonym, lost) in zip(entries, rows, strict=True)
            if state == b"waiting"
        }

    async def _tidy_room(self, desk: DeskId) -> None:
        """Drop from a part of the room whose talk fell silent, and what is no talk at all; list who is in danger and
        was not listed, because an earlier version let them in. The next call looks at the next part."""
        room, begin = desk_keys(desk)["room"], self._tidied.get(desk, 0)
        (found,) = await self._wire.read(("ZRANGE", room, begin, begin + TIDIED - 1, "WITHSCORES"))
        entries = _entries(desk, found)
        junk = [member for member, _ in _pairs(found) if not well_formed(_ref(desk, member))]
        if junk:
            await self._wire.read(("ZREM", room, *junk))
        commands = (("HMGET", talk_keys(ref)["talk"], "state", "briefing") for ref, _ in entries)
        (now, _), *rows = await self._wire.read(("TIME",), *commands)
        kept = 0
        for entry, (state, briefing) in zip(entries, rows, strict=True):
            if state is None:
                await self._talk("drop", entry[0], id=entry[0].talk)
                continue
            kept += 1
            if state == b"waiting" and briefing and not any(calm in briefing for calm in _CALM):
                await self._list_urgent(entry, briefing, int(now))
        self._tidied[desk] = begin + kept if len(found) == 2 * TIDIED else 0

    async def _list_urgent(self, entry: Entry, briefing: bytes, now: int) -> None:
        if read_briefing(briefing).danger is not Danger.URGENT:
            return
        (ref, joined), key = entry, desk_keys(entry[0].desk)["urgent"]
        ends = (now + self._limits.waiting_silence) * 1000
        await self._wire.read(
            ("ZADD", key, joined, ref.talk), ("PEXPIREAT", key, ends, "NX"), ("PEXPIREAT", key, ends, "GT")
        )


def _entries(desk: DeskId, found: Sequence[Any]) -> list[Entry]:
    """Members of the room with their scores. The visitor's side writes both, so neither is taken for well-formed."""
    pairs = ((_ref(desk, member), _joined(score)) for member, score in _pairs(found))
    return [(ref, joined) for ref, joined in pairs if well_formed(ref)]


def _ref(desk: DeskId, member: bytes) -> TalkRef:
    return TalkRef(desk, TalkId(member.decode("latin-1")))


def _joined(score: bytes) -> int:
    return int(max(0.0, min(float(score), LAST_SEQ)))


def _until(found: Sequence[Any], most: int) -> int | None:
    """Where the room goes on after what was found of it; None when it was all."""
    return _joined(found[-1]) if len(found) == 2 * most else None


def _by_time(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry[1])


def _pairs(flat: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Members and scores, from the flat list that the engine answers."""
    return list(zip(flat[::2], flat[1::2], strict=True))
