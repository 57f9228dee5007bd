"""The visitor's end on Redis 7 or Valkey: logs in as the engine's user `visitor`."""

import secrets
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from handover.ask_redis import RedisVisitorAsks, read_asked
from handover.chat_redis import RedisVisitorChats
from handover.codec import check_message, read_log, write_briefing, write_pseudonym
from handover.end_redis import clamp
from handover.events import TalkEvent
from handover.help_redis import RedisVisitorHelp, read_helping
from handover.keys import EDITION, TalkKeys, desk_keys, talk_keys, well_formed
from handover.listener import Follower
from handover.mending import Known
from handover.mending_redis import RedisVisitorMending
from handover.outlook import Closed, GuidedOn, Shut
from handover.plan_redis import RedisVisitorPlan
from handover.ports import Watching
from handover.room_redis import RedisVisitorRoom, read_outlook, read_shut
from handover.sign_redis import RedisVisitorSign
from handover.values import (
    LOG_LENGTH,
    MAX_WRAPPED,
    SPENT,
    Accepted,
    Briefing,
    Danger,
    DeskId,
    Done,
    Edition,
    EndReason,
    Full,
    Gone,
    Joined,
    Mark,
    Message,
    MessageId,
    Muted,
    NotTaken,
    Opening,
    OutOfOrder,
    Pseudonym,
    Stale,
    Standing,
    TalkId,
    TalkRef,
    Waiting,
    WithStaff,
)

_NONCE = 64  # characters


class RedisVisitorEnd(
    RedisVisitorAsks,
    RedisVisitorHelp,
    RedisVisitorPlan,
    RedisVisitorRoom,
    RedisVisitorSign,
    RedisVisitorChats,
    RedisVisitorMending,
):
    """`handover.ports.VisitorEnd`; what each method promises is written there."""

    async def opening(self, desk: DeskId) -> Opening:
        waiting, on_duty, available, lately = await self._wire.call("presence", desk_keys(desk))
        return Opening(available, waiting, on_duty, lately)

    async def join(self, desk: DeskId, briefing: Briefing, pseudonym: Pseudonym) -> Joined | Full | Closed:
        ref = TalkRef(desk, TalkId(secrets.token_urlsafe(16)))
        reply = await self._talk(
            "join",
            ref,
            id=ref.talk,
            briefing=write_briefing(briefing),
            pseudonym=write_pseudonym(pseudonym),
            danger=_is_urgent(briefing),
            limit=self._limits.room,
            silence=min(self._limits.first_sign, self._limits.waiting_silence),
        )
        if reply[0] == b"shut":
            return Closed(read_shut(reply[1]) or Shut.DISTURBANCE)
        return Full() if reply[0] == b"full" else Joined(ref)

    async def spend(self, desk: DeskId, nonce: str, seconds: int) -> bool:
        """Also refuses a malformed nonce, with ValueError."""
        if not 0 < len(nonce) <= _NONCE or not nonce.isascii() or not nonce.isprintable():
            raise ValueError(f"a nonce is 1 to {_NONCE} of printable ASCII")
        (fresh,) = await self._wire.call("spend", desk_keys(desk), nonce=nonce, seconds=seconds, most=SPENT)
        return bool(fresh)

    async def attend(self, ref: TalkRef, known: Known | None = None) -> Standing:
        standing = await self._attend(ref)
        if known is not None:
            if known.is_ahead_of(standing):
                await self.mend(ref, known)
                standing = await self._attend(ref)
            known.learn(standing)
        return standing

    async def attend_all(self, refs: Sequence[TalkRef]) -> list[Standing]:
        found: dict[TalkRef, Standing] = {}
        for desk in {ref.desk for ref in refs}:
            own = [ref for ref in refs if ref.desk == desk and well_formed(ref)]
            if own:
                ids, each = " ".join(ref.talk for ref in own), [TalkKeys(ref) for ref in own]
                rows = await self._wire.call("attend", each[0], each, ids=ids, **self._silence())
                found.update(zip(own, map(_read_standing, rows), strict=True))
        return [found.get(ref, Gone()) for ref in refs]

    async def _attend(self, ref: TalkRef) -> Standing:
        (standing,) = await self.attend_all((ref,))
        return standing

    async def brief(self, ref: TalkRef, briefing: Briefing) -> Done | Gone:
        danger = _is_urgent(briefing)
        return _done(await self._talk("brief", ref, id=ref.talk, briefing=write_briefing(briefing), danger=danger))

    async def give_key(
        self, ref: TalkRef, device: str, epoch: int, wrapped: bytes, helper: str = "", also: bytes = b""
    ) -> Done | Stale | Gone:
        """Also refuses what is too long to be a wrapped key, with ValueError."""
        if max(len(wrapped), len(also)) > MAX_WRAPPED:
            raise ValueError(f"a wrapped key has at most {MAX_WRAPPED} bytes")
        given: dict[str, str | bytes] = {"device": device, "wrapped": wrapped, "helper": helper, "also": also}
        reply = await self._talk("key", ref, number=clamp(epoch), **given)
        return Stale() if reply[0] == b"stale" else _done(reply)

    async def say(
        self, ref: TalkRef, seq: int, message_id: MessageId, body: bytes, epoch: int = 0
    ) -> Accepted | OutOfOrder | NotTaken | Muted | Stale | Gone:
        """Also refuses a malformed id and an oversized body, with ValueError."""
        check_message(message_id, body)
        words: dict[str, str | bytes] = {"id": message_id, "body": body}
        numbers = {"seq": clamp(seq), "epoch": clamp(epoch), "length": LOG_LENGTH}
        reply = await self._talk("say", ref, side="up", staff="", **words, **numbers)
        match reply:
            case [b"accepted", number]:
                return Accepted(number)
            case [b"outoforder", expected]:
                return OutOfOrder(expected)
            case [b"nottaken"]:
                return NotTaken()
            case [b"muted"]:
                return Muted()
            case [b"stale"]:
                return Stale()
        return Gone()

    async def hear(self, ref: TalkRef, after: int) -> list[Message] | Gone:
        match await self._talk("hear", ref, "down", staff="", after=clamp(after)):
            case [b"messages", entries]:
                return read_log(entries)
        return Gone()

    async def heard(self, ref: TalkRef, seq: int) -> Done | Gone:
        return _done(await self._heard(ref, "", seq))

    def shown(self, ref: TalkRef, seq: int) -> None:
        self._note_shown(ref, "", seq)

    async def presence(self, ref: TalkRef) -> int:
        if not well_formed(ref):
            return 0
        (until,) = await self._wire.read(("PEXPIRETIME", talk_keys(ref)["talk"]))
        return max(0, int(until))

    async def away(self, ref: TalkRef, seen: int = 0) -> Done | Gone:
        return _done(await self._talk("away", ref, seen=seen, **self._silence()))

    async def end(self, ref: TalkRef, reason: EndReason) -> Done | Gone:
        return _done(await self._talk("end", ref, id=ref.talk, staff="", reason=reason))

    async def mark(self) -> Mark | None:
        ((number, digest),) = await self._wire.read(("HMGET", EDITION, "number", "digest"))
        return None if number is None else (int(number), digest.decode())

    async def edition(self) -> Edition | None:
        (fields,) = await self._wire.read(("HMGET", EDITION, "number", "digest", "document"))
        return None if fields[0] is None else Edition(int(fields[0]), fields[1].decode(), fields[2])

    def follow(self, ref: TalkRef) -> AbstractAsyncContextManager[Follower[TalkEvent]]:
        return self._follow(ref, ("down", "talk"))

    async def watch(self, ref: TalkRef) -> Watching:
        return await self._watch(ref, ("down", "talk"))

    def _silence(self) -> dict[str, int]:
        return {"waiting_silence": self._limits.waiting_silence, "silence": self._limits.silence}


def _read_standing(row: list[Any]) -> Standing:
    match row:
        case [b"waiting", place, waited, outlook, claims]:
            return Waiting(place, waited, read_outlook(outlook), claims)
        case [b"guided", why]:
            return GuidedOn(read_shut(why))
        case [b"taken", name, [up_seq, up_heard, down_seq, epoch, claims, mark], device, muted, asked, help, keyed]:
            line = device.decode("latin-1")
            told = (up_seq, up_heard, down_seq, epoch, line, bool(muted), read_asked(asked), read_helping(help))
            return WithStaff(name.decode(), *told, claims, mark, bool(keyed))
    return Gone()


def _is_urgent(briefing: Briefing) -> int:
    """What the room's index of those in danger is told; the engine reads no briefing."""
    return int(briefing.danger is Danger.URGENT)


def _done(reply: list[Any]) -> Done | Gone:
    return Done() if reply[0] == b"done" else Gone()
