"""Both ports of `handover.asks` on Redis 7 or Valkey; each end of the handover is one of them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from handover.asks import ASK_SECONDS, CALL_SECONDS, MAX_NOTE, OPEN, Ask, AskStage, Busy, Call, Matter, Note
from handover.codec import read_briefing, read_number, read_pseudonym
from handover.end_redis import clamp
from handover.keys import desk_keys, holding_range, staff_member, talk_keys, well_formed
from handover.post_redis import RedisStaffPost, RedisVisitorPost
from handover.values import (
    Asked,
    AskKind,
    AtCapacity,
    Claimed,
    DeskId,
    Done,
    Gone,
    NotOnDuty,
    NotYours,
    OwnTalk,
    StaffId,
    Stale,
    Taken,
    TalkId,
    TalkRef,
)

OWN_FIELDS = ("briefing", "pseudonym", "up_seq", "down_seq", "down_heard", "away", "muted", "unsure")
_MICROSECONDS = 1_000_000
_MATTER_FIELDS = (
    "staff", "name", "pseudonym", "briefing",
    "ask", "ask_kind", "ask_to", "ask_name", "ask_why", "ask_stage", "ask_until",
    "call_until", "call_by", "call_name", "call_coming",
    "helper", "helper_name",
)  # fmt: skip


class RedisVisitorAsks(RedisVisitorPost):
    """`handover.asks.VisitorAsks`; what each method promises is written there."""

    async def consent(self, ref: TalkRef, number: int, *, yes: bool) -> Done | Stale | Gone:
        reply = await self._talk("consent", ref, number=clamp(number), yes=int(yes))
        return Stale() if reply[0] == b"stale" else Done() if reply[0] == b"done" else Gone()


class RedisStaffAsks(RedisStaffPost):
    """`handover.asks.StaffAsks`; what each method promises is written there."""

    async def asks(self, desk: DeskId) -> list[Matter]:
        (seconds, micros), members = await self._wire.read(("TIME",), ("ZRANGE", desk_keys(desk)["asks"], 0, -1))
        refs = [TalkRef(desk, TalkId(member.decode("latin-1"))) for member in members]
        refs = [ref for ref in refs if well_formed(ref)]
        rows = await self._wire.read(*(("HMGET", talk_keys(ref)["talk"], "state", *_MATTER_FIELDS) for ref in refs))
        now = int(seconds) * _MICROSECONDS + int(micros)
        return [_matter(ref, fields, now) for ref, (state, *fields) in zip(refs, rows, strict=True) if state]

    async def ask(
        self, ref: TalkRef, staff: StaffId, kind: AskKind, to: StaffId | None, name: str = "", why: tuple[str, ...] = ()
    ) -> Done | Busy | NotOnDuty | AtCapacity | NotYours | Gone:
        first, last = holding_range(to or staff)
        reply = await self._talk(
            "ask",
            ref,
            id=ref.talk,
            staff=staff_member(staff),
            kind=kind,
            to=staff_member(to) if to else "",
            name=name,
            why=" ".join(why),
            seconds=ASK_SECONDS,
            capacity=self._limits.capacity,
            first=first,
            last=last,
        )
        match reply[0]:
            case b"busy":
                return Busy()
            case b"notonduty":
                return NotOnDuty()
            case b"atcapacity":
                return AtCapacity()
        return done(reply)

    async def answer(
        self, ref: TalkRef, staff: StaffId, number: int, *, yes: bool
    ) -> Done | Stale | NotOnDuty | NotYours | Gone:
        reply = await self._talk(
            "answer",
            ref,
            id=ref.talk,
            staff=staff_member(staff),
            number=clamp(number),
            yes=int(yes),
            seconds=ASK_SECONDS,
        )
        match reply[0]:
            case b"stale":
                return Stale()
            case b"notonduty":
                return NotOnDuty()
        return done(reply)

    async def move(self, ref: TalkRef, staff: StaffId, name: str) -> Claimed | Taken | AtCapacity | NotOnDuty | Gone:
        first, last = holding_range(staff)
        reply = await self._talk(
            "move",
            ref,
            id=ref.talk,
            staff=staff,
            name=name,
            capacity=self._limits.capacity,
            first=first,
            last=last,
        )
        return read_claim(ref, reply)

    async def unmute(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        return done(await self._talk("unmute", ref, staff=staff_member(staff)))

    async def call(self, ref: TalkRef, staff: StaffId, name: str, *, on: bool) -> Done | NotYours | Gone:
        seconds = CALL_SECONDS if on else 0
        return done(await self._talk("call", ref, id=ref.talk, staff=staff_member(staff), name=name, seconds=seconds))

    async def come(self, ref: TalkRef, staff: StaffId, name: str) -> Done | NotOnDuty | Gone:
        reply = await self._talk("come", ref, staff=staff_member(staff), name=name)
        return NotOnDuty() if reply[0] == b"notonduty" else Done() if reply[0] == b"done" else Gone()

    async def note(self, ref: TalkRef, staff: StaffId) -> Note | NotYours | Gone:
        if not well_formed(ref):
            return Gone()
        (fields,) = await self._wire.read(("HMGET", talk_keys(ref)["talk"], "state", "staff", "note", "note_by"))
        state, holder, sealed, owner = fields
        if not state:
            return Gone()
        if holder != staff.encode():
            return NotYours()
        return Note(sealed if sealed and owner == holder else b"")

    async def keep_note(self, ref: TalkRef, staff: StaffId, sealed: bytes) -> Done | NotYours | Gone:
        """Also refuses a larger one, with ValueError."""
        if len(sealed) > MAX_NOTE:
            raise ValueError(f"a note has at most {MAX_NOTE} bytes")
        return done(await self._talk("note", ref, staff=staff_member(staff), note=sealed))


def read_asked(fields: Sequence[Any]) -> Asked | None:
    """What the visitor is asked, from what the verb `attend` answers."""
    if len(fields) != 3:
        return None
    number, kind, name = fields
    return Asked(number, kind.decode("latin-1"), name.decode(errors="replace"))


def own_talk(ref: TalkRef, fields: Sequence[bytes | None]) -> OwnTalk:
    """A talk in somebody's hands, from its OWN_FIELDS."""
    briefing, pseudonym, up_seq, down_seq, down_heard, away, muted, unsure = fields
    return OwnTalk(
        ref,
        read_pseudonym(pseudonym or b""),
        read_briefing(briefing or b""),
        read_number(up_seq),
        read_number(down_seq),
        read_number(down_heard),
        away=away is not None,
        muted=muted is not None,
        unsure=tuple(int(number) for number in (unsure or b"").split() if number.isdigit()),
    )


def read_claim(ref: TalkRef, reply: list[Any]) -> Claimed | Taken | Gone | AtCapacity | NotOnDuty:
    """Whether a talk came into somebody's hands, from what `claim` and `move` answer."""
    match reply:
        case [b"claimed", fields]:
            return Claimed(own_talk(ref, fields))
        case [b"taken"]:
            return Taken()
        case [b"atcapacity"]:
            return AtCapacity()
        case [b"notonduty"]:
            return NotOnDuty()
    return Gone()


def done(reply: list[Any]) -> Done | NotYours | Gone:
    """Whether a verb of a talk did what it should."""
    return Done() if reply[0] == b"done" else refusal(reply)


def refusal(reply: list[Any]) -> NotYours | Gone:
    """Why it did not."""
    return NotYours() if reply[0] == b"notyours" else Gone()


def _matter(ref: TalkRef, fields: Sequence[bytes | None], now: int) -> Matter:
    known = {name: value or b"" for name, value in zip(_MATTER_FIELDS, fields, strict=True)}
    holder = known["staff"].decode("latin-1")
    return Matter(
        ref,
        StaffId(holder) if holder else None,
        known["name"].decode(errors="replace"),
        read_pseudonym(known["pseudonym"]),
        read_briefing(known["briefing"]),
        _ask(known, now),
        _call(known, now),
        StaffId(known["helper"].decode("latin-1")) or None,
        known["helper_name"].decode(errors="replace"),
    )


def _ask(known: dict[str, bytes], now: int) -> Ask | None:
    """None also for what another version asked and this one cannot read."""
    until = read_number(known["ask_until"])
    with suppress(ValueError):
        stage = AskStage(known["ask_stage"].decode("latin-1"))
        return Ask(
            read_number(known["ask"]),
            AskKind(known["ask_kind"].decode("latin-1")),
            StaffId(known["ask_to"].decode("latin-1")) or None,
            known["ask_name"].decode(errors="replace"),
            tuple(known["ask_why"].decode("latin-1").split()),
            AskStage.LAPSED if stage in OPEN and until <= now else stage,
            max(0, -(-(until - now) // _MICROSECONDS)),
        )
    return None


def _call(known: dict[str, bytes], now: int) -> Call | None:
    if read_number(known["call_until"]) <= now:
        return None
    lines = known["call_coming"].decode(errors="replace").splitlines()
    pairs = (line.partition(" ") for line in lines)
    coming = tuple((StaffId(staff), name) for staff, _, name in pairs)
    return Call(StaffId(known["call_by"].decode("latin-1")), known["call_name"].decode(errors="replace"), coming)
