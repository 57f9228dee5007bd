"""The staff's end on Redis 7 or Valkey: logs in as the engine's user `staff`."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager

from handover.ask_redis import OWN_FIELDS, RedisStaffAsks, done, own_talk, read_claim, refusal
from handover.codec import check_message, read_log
from handover.counters import Drained
from handover.crew_redis import RedisStaffCrew
from handover.edition_redis import StaffEditions
from handover.end_redis import clamp
from handover.events import Resync, RoomChanged, RoomEvent, TalkEvent
from handover.front_redis import MICROSECONDS, RedisStaffFront
from handover.help_redis import RedisStaffHelp
from handover.keys import desk_keys, holding_range, read_holding, staff_member, talk_keys
from handover.listener import Follower
from handover.mending_redis import RedisStaffMending
from handover.plan_redis import RedisStaffPlan
from handover.pointing_redis import RedisStaffPointing
from handover.ports import EngineUnavailable, HandoverError
from handover.room_redis import RedisStaffRoom
from handover.sign_redis import RedisStaffSign
from handover.tide_redis import RedisStaffTide
from handover.values import (
    LOG_LENGTH,
    MAX_DEVICE,
    Accepted,
    AtCapacity,
    Claimed,
    DeskId,
    Done,
    Gone,
    Keys,
    Load,
    Message,
    MessageId,
    NotOnDuty,
    NotYours,
    OutOfOrder,
    OwnTalk,
    StaffId,
    Taken,
    TalkRef,
)


class RedisStaffEnd(
    RedisStaffFront,
    RedisStaffAsks,
    RedisStaffHelp,
    RedisStaffMending,
    RedisStaffCrew,
    RedisStaffPlan,
    RedisStaffPointing,
    RedisStaffRoom,
    RedisStaffSign,
    RedisStaffTide,
    StaffEditions,
):
    """`handover.ports.StaffEnd`; what each method promises is written there. A malformed staff id is a ValueError."""

    _speaks = "down"

    async def shorten_lease(self, desk: DeskId, staff: StaffId, seconds: int) -> None:
        await self._wire.call("shorten", desk_keys(desk), staff=staff_member(staff), seconds=seconds)

    async def go_off_duty(self, desk: DeskId, staff: StaffId) -> list[TalkRef]:
        first, last = holding_range(staff)
        _, holdings = await self._wire.call("offduty", desk_keys(desk), staff=staff, first=first, last=last)
        refs = [TalkRef(desk, read_holding(holding)[1]) for holding in holdings]
        return [ref for ref in refs if await self.release(ref, staff) == Done()]

    async def load(self, desk: DeskId) -> Load:
        waiting, on_duty, available, _ = await self._wire.call("presence", desk_keys(desk))
        return Load(waiting, on_duty, available)

    async def claim(self, ref: TalkRef, staff: StaffId, name: str) -> Claimed | Taken | Gone | AtCapacity | NotOnDuty:
        outcome = await self._claim(ref, staff, name)
        if isinstance(outcome, AtCapacity):  # perhaps only with talks whose visitor fell silent
            await self._return_lost(ref.desk)
            outcome = await self._claim(ref, staff, name)
        return outcome

    async def release(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        await self._shown.flush()  # afterwards it is no longer theirs to tell
        return done(await self._talk("release", ref, id=ref.talk, staff=staff_member(staff)))

    async def begin(self, ref: TalkRef, staff: StaffId, device: str) -> Done | NotYours | Gone:
        """Also refuses what is too long or too odd to be a device's line, with ValueError."""
        if not device or len(device) > MAX_DEVICE or not device.isascii():
            raise ValueError(f"a device is 1 to {MAX_DEVICE} ASCII characters")
        return done(await self._talk("begin", ref, staff=staff_member(staff), device=device))

    async def keys(self, ref: TalkRef, staff: StaffId) -> Keys | NotYours | Gone:
        match await self._talk("keys", ref, staff=staff_member(staff)):
            case [b"keys", epoch, wrapped]:
                return Keys(epoch, {number: bytes(key) for number, key in wrapped})
            case reply:
                return refusal(reply)

    async def mine(self, desk: DeskId, staff: StaffId) -> list[OwnTalk]:
        first, last = holding_range(staff)
        (holdings,) = await self._wire.read(("ZRANGEBYLEX", desk_keys(desk)["held"], first, last))
        refs = [TalkRef(desk, read_holding(holding)[1]) for holding in holdings]
        rows = await self._wire.read(*(("HMGET", talk_keys(ref)["talk"], "staff", *OWN_FIELDS) for ref in refs))
        return [
            own_talk(ref, fields) for ref, (holder, *fields) in zip(refs, rows, strict=True) if holder == staff.encode()
        ]

    async def say(
        self, ref: TalkRef, staff: StaffId, seq: int, message_id: MessageId, body: bytes
    ) -> Accepted | OutOfOrder | NotYours | Gone:
        """Also refuses a malformed id and an oversized body, with ValueError."""
        check_message(message_id, body)
        reply = await self._talk(
            "say",
            ref,
            "down",
            side="down",
            staff=staff_member(staff),
            seq=clamp(seq),
            id=message_id,
            body=body,
            length=LOG_LENGTH,
            epoch=0,
        )
        match reply:
            case [b"accepted", number]:
                return Accepted(number)
            case [b"outoforder", expected]:
                return OutOfOrder(expected)
        return refusal(reply)

    async def hear(self, ref: TalkRef, staff: StaffId, after: int) -> list[Message] | NotYours | Gone:
        return await self._log("up", ref, staff, after)

    async def said(self, ref: TalkRef, staff: StaffId, after: int) -> list[Message] | NotYours | Gone:
        return await self._log("down", ref, staff, after)

    async def heard(self, ref: TalkRef, staff: StaffId, seq: int) -> Done | NotYours | Gone:
        return done(await self._heard(ref, staff_member(staff), seq))

    def shown(self, ref: TalkRef, staff: StaffId, seq: int) -> None:
        self._note_shown(ref, staff_member(staff), seq)

    async def end(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        return done(await self._talk("end", ref, id=ref.talk, staff=staff_member(staff), reason="staff"))

    async def sweep(self, desk: DeskId) -> list[TalkRef]:
        returned = await self._return_lost(desk)
        await self._tidy_room(desk)
        return returned

    async def _return_lost(self, desk: DeskId) -> list[TalkRef]:
        """The talks in hand whose staff member's lease lapsed go back; those whose visitor fell silent go."""
        returned = []
        for holding in await self._suspects(desk):
            staff, talk = read_holding(holding)
            ref = TalkRef(desk, talk)
            if await self._lapse(ref, staff, holding):
                returned.append(ref)
        return returned

    def follow(self, ref: TalkRef) -> AbstractAsyncContextManager[Follower[TalkEvent]]:
        return self._follow(ref, ("up", "talk"))

    def follow_room(self, desks: Iterable[DeskId]) -> AbstractAsyncContextManager[AsyncIterator[RoomEvent]]:
        return self._wire.follow([desk_keys(desk)["room"] for desk in desks], _room_event, Resync())

    async def drain(self, desk: DeskId, batch: str) -> Drained | None:
        figures = await self._wire.call("drain", desk_keys(desk), name=batch)
        named = dict(zip(figures[::2], figures[1::2], strict=True))
        own = named.pop(b"#", None)
        if own is None:
            return None
        return Drained(own.decode(), {name.decode(errors="replace"): int(number) for name, number in named.items()})

    async def settle_batch(self, desk: DeskId, batch: str) -> None:
        await self._wire.call("settlebatch", desk_keys(desk), name=batch)

    async def _claim(self, ref: TalkRef, staff: StaffId, name: str) -> Claimed | Taken | Gone | AtCapacity | NotOnDuty:
        first, last = holding_range(staff)
        reply = await self._talk(
            "claim",
            ref,
            id=ref.talk,
            staff=staff,
            name=name,
            capacity=self._limits.capacity,
            silence=self._limits.silence,
            first=first,
            last=last,
        )
        return read_claim(ref, reply)

    async def _log(self, side: str, ref: TalkRef, staff: StaffId, after: int) -> list[Message] | NotYours | Gone:
        reply = await self._talk("hear", ref, side, staff=staff_member(staff), after=clamp(after))
        match reply:
            case [b"messages", entries]:
                return read_log(entries)
        return refusal(reply)

    async def _lapse(self, ref: TalkRef, staff: StaffId, holding: bytes) -> bool:
        """Whether the talk went back. One that the engine cannot give back must not keep the others from it."""
        try:
            return await self._talk("lapse", ref, id=ref.talk, staff=staff, holding=holding) == [b"returned"]
        except EngineUnavailable:
            raise
        except HandoverError:
            return False

    async def _suspects(self, desk: DeskId) -> list[bytes]:
        """Entries of `held` without a talk or without a valid lease, found in two round trips. The verb that acts on
        one of them looks again."""
        keys = desk_keys(desk)
        (seconds, micros), holdings, leases = await self._wire.read(
            ("TIME",), ("ZRANGE", keys["held"], 0, -1), ("ZRANGE", keys["duty"], 0, -1, "WITHSCORES")
        )
        now = int(seconds) * MICROSECONDS + int(micros)
        present = {staff.decode() for staff, ends in zip(leases[::2], leases[1::2], strict=True) if float(ends) > now}
        parts = [read_holding(holding) for holding in holdings]
        alive = await self._wire.read(*(("EXISTS", talk_keys(TalkRef(desk, talk))["talk"]) for _, talk in parts))
        return [
            holding
            for holding, (staff, _), exists in zip(holdings, parts, alive, strict=True)
            if not exists or staff not in present
        ]


def _room_event(_channel: str, _payload: bytes) -> RoomEvent:
    return RoomChanged()
