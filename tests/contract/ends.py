"""What the contract tests share: both ends opened together, and the small steps that every test takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from handover.staff_redis import RedisStaffEnd
from handover.values import (
    AskKind,
    Briefing,
    Channel,
    Claimed,
    DeskId,
    Done,
    Gone,
    Joined,
    Limits,
    MessageId,
    NotOnDuty,
    NotYours,
    Pseudonym,
    StaffId,
    Stale,
    TalkRef,
    Waiting,
)
from handover.visitor_redis import RedisVisitorEnd
from tests.engines import Engine

DESK = DeskId("demo")
ANNA = StaffId("anna")
BO = StaffId("bo")
CONFIRMER = StaffId("dan")
BRIEFING = Briefing("sv", Channel.WEB, topic="marriage")
PSEUDONYM = Pseudonym(7, 42)
Event = TypeVar("Event")


@dataclass(frozen=True)
class Ends:
    visitor: RedisVisitorEnd
    staff: RedisStaffEnd


class Addresses(Protocol):
    """Where either side finds its engine, or several of them."""

    @property
    def visitor(self) -> str: ...

    @property
    def staff(self) -> str: ...


@asynccontextmanager
async def open_ends(
    engine: Addresses, limits: Limits | None = None, *, queue: int = 256, patience: float = 2.0
) -> AsyncIterator[Ends]:
    """A visitor's end and a staff's end, as two processes would open them."""
    visitor = RedisVisitorEnd(engine.visitor, limits, queue=queue, timeout=patience)
    staff = RedisStaffEnd(engine.staff, limits, queue=queue, timeout=patience)
    await visitor.open()
    await staff.open()
    try:
        yield Ends(visitor, staff)
    finally:
        await visitor.close()
        await staff.close()


async def joined(visitor: RedisVisitorEnd, briefing: Briefing = BRIEFING) -> TalkRef:
    """A talk in the waiting room whose page knows of it."""
    outcome = await visitor.join(DESK, briefing, PSEUDONYM)
    assert isinstance(outcome, Joined)
    assert isinstance(await visitor.attend(outcome.ref), Waiting)
    return outcome.ref


async def on_duty(staff: RedisStaffEnd, *who: StaffId) -> None:
    for member in who or (ANNA,):
        await staff.go_on_duty(DESK, member, "Anna", paused=False)


async def taken(ends: Ends, who: StaffId = ANNA) -> TalkRef:
    """A talk that `who` has just claimed."""
    await on_duty(ends.staff, who)
    ref = await joined(ends.visitor)
    assert isinstance(await ends.staff.claim(ref, who, "Anna"), Claimed)
    return ref


async def mute(ends: Ends, ref: TalkRef) -> Done | Stale | NotOnDuty | NotYours | Gone:
    """Anna asks, and a colleague confirms."""
    await on_duty(ends.staff, ANNA, CONFIRMER)
    assert await ends.staff.ask(ref, ANNA, AskKind.MUTE, None) == Done()
    (matter,) = [matter for matter in await ends.staff.asks(ref.desk) if matter.ref == ref]
    assert matter.ask
    return await ends.staff.answer(ref, CONFIRMER, matter.ask.number, yes=True)


def message(number: int) -> MessageId:
    return MessageId(f"message-{number:04}")


async def soon(events: AsyncIterator[Event]) -> Event:
    """The next event; a failure after half a minute."""
    async with asyncio.timeout(30):
        return await anext(events)


def keys(engine: Engine) -> set[str]:
    """Every key there is, seen by the test's administrator."""
    with engine.client() as admin:
        return {key.decode() for key in admin.keys("*")}
