"""The desk's key for left letters: made in the page of a signed device, kept as copies that only such devices unwrap.

The server never sees its private half. It offers a key to visitors only while the organisation's signature holds and
every device that has a copy may still read: when one of them is revoked, removed, or its owner's account closed, the
key is retired at once, and the next page of a signed device makes another. Letters under a retired key stay readable
for the devices that are left. `safety.desks` tells what visitors' pages check.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from console.database import one_at_a_time
from console.desk_tables import answers_at
from console.tables import BoxRow, DeskKeyCopyRow, DeskKeyRow, DeviceRow, DeviceState, Sessions, Staff
from handover.post import LONGEST
from handover.values import DeskId
from safety.desks import WRAPPED, read_desk, sign_desk
from safety.devices import VALID, BadDevice, read_device, read_key
from safety.organisation import short_code
from safety.text64 import read64

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class DeskKey:
    """A key of the desk as one device finds it. `wrapped`: its copy, empty when it has none; `line`: empty until the
    organisation has signed it; `current`: whether letters are sealed to it now."""

    key: str
    line: str
    wrapped: str
    current: bool


class DeskKeys:
    """The keys of all desks. `organisation` is its public key; `signing` its private one where keys are signed here.
    Where none is to be `offered`, letters that are there are read and answered, and visitors can write no others."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Callable[[], float],
        organisation: bytes,
        signing: EllipticCurvePrivateKey | None = None,
        *,
        offered: bool = True,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._organisation = organisation
        self._signing = signing
        self._offered = offered

    async def offered(self) -> dict[DeskId, str]:
        """For each desk that has a key the line to offer to visitors; empty while there is none to offer."""
        lines = await self.lines()
        return lines if self._offered else dict.fromkeys(lines, "")

    async def lines(self) -> dict[DeskId, str]:
        """For each desk that has a key the line that letters are sealed to now; empty while there is none."""
        async with self._sessions.begin() as session:
            desks = list(await session.scalars(select(DeskKeyRow.desk).distinct()))
            rows = {DeskId(desk): await self._current(session, desk) for desk in desks}
            return {desk: self._line(row) if row else "" for desk, row in rows.items()}

    async def held(self, desk: DeskId, device: str) -> list[DeskKey]:
        """The keys of a desk, the current one first, with this device's copies."""
        async with self._sessions.begin() as session:
            current = await self._current(session, desk)
            rows = list(await session.scalars(select(DeskKeyRow).where(DeskKeyRow.desk == desk)))
            copies = select(DeskKeyCopyRow).where(DeskKeyCopyRow.device == device)
            wrapped = {copy.desk_key: copy.wrapped for copy in await session.scalars(copies)}
            found = [DeskKey(row.key, row.line or "", wrapped.get(row.id, ""), row is current) for row in rows]
        return sorted(found, key=lambda each: not each.current)

    async def make(self, desk: DeskId, device: str, key: str, wrapped: str, *, instead: bool = False) -> bool:
        """Take a new key that this device's page made. False when there is one already, unless it shall be put
        `instead` of it; ValueError when it is no key and copy."""
        _check(wrapped)
        public = read_key(key)
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"desk key {desk}")
            current = await self._current(session, desk)
            if current is not None and not instead:
                return False
            if current is not None:
                current.retired = self._today()
            line = sign_desk(self._signing, desk, public, self._today() + VALID) if self._signing else None
            row = DeskKeyRow(desk=desk, key=key, line=line, retired=None)
            session.add(row)
            await session.flush()
            session.add(DeskKeyCopyRow(desk_key=row.id, device=device, wrapped=wrapped))
            return True

    async def lacking(self, desk: DeskId) -> list[str]:
        """The signed lines of this desk's devices that have no copy of its current key."""
        async with self._sessions.begin() as session:
            current = await self._current(session, desk)
            if current is None:
                return []
            have = await self._holders(session, current)
            return [row.line for row in await self._readers(session, desk) if row.key not in have and row.line]

    async def hand(self, desk: DeskId, key: str, copies: Mapping[str, str]) -> None:
        """Take copies of the current key for devices that lack one; what is for others is dropped."""
        for wrapped in copies.values():
            _check(wrapped)
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"desk key {desk}")
            current = await self._current(session, desk)
            if current is None or current.key != key:
                return
            have = await self._holders(session, current)
            readers = {row.key for row in await self._readers(session, desk)}
            for device in (readers - have) & copies.keys():
                session.add(DeskKeyCopyRow(desk_key=current.id, device=device, wrapped=copies[device]))

    async def requests(self, desk: DeskId) -> list[tuple[str, str, str]]:
        """What is to be signed elsewhere: `desk:<desk>:<key>`, its code, and nothing else."""
        async with self._sessions.begin() as session:
            row = await self._current(session, desk)
            wanted = row is not None and self._signing is None and not self._lasts(row)
            return [(f"desk:{desk}:{row.key}", short_code(read_key(row.key)), "")] if row and wanted else []

    async def bring(self, desk: DeskId, line: str) -> bool:
        """Take a line `desk:<desk>:<signed line>` that was made elsewhere. False when it is not for this desk's key."""
        head = f"desk:{desk}:"
        async with self._sessions.begin() as session:
            row = await self._current(session, desk)
            if row is None or not line.startswith(head) or line.removeprefix(head).partition(".")[0] != row.key:
                return False
            try:
                read_desk(self._organisation, desk, line.removeprefix(head), self._today() + LONGEST)
            except BadDevice:
                return False
            row.line = line.removeprefix(head)
            return True

    async def purge(self) -> None:
        """Forget keys to which no letter can be sealed any more."""
        async with self._sessions.begin() as session:
            boxes = select(BoxRow.desk).where(BoxRow.until >= self._today())
            old = (DeskKeyRow.retired < self._today() - LONGEST) | (
                DeskKeyRow.retired.is_not(None) & DeskKeyRow.desk.not_in(boxes)
            )
            gone = list(await session.scalars(select(DeskKeyRow.id).where(old)))
            await session.execute(delete(DeskKeyCopyRow).where(DeskKeyCopyRow.desk_key.in_(gone)))
            await session.execute(delete(DeskKeyRow).where(DeskKeyRow.id.in_(gone)))

    async def _current(self, session: AsyncSession, desk: str) -> DeskKeyRow | None:
        """The desk's key, after one that somebody may hold who may not read any more was retired."""
        where = (DeskKeyRow.desk == desk, DeskKeyRow.retired.is_(None))
        row = await session.scalar(select(DeskKeyRow).where(*where).order_by(DeskKeyRow.id.desc()).limit(1))
        if row is None:
            return None
        lost = await self._holders(session, row) - {each.key for each in await self._readers(session, desk)}
        if lost:
            row.retired = self._today()
            own = select(DeskKeyRow.id).where(DeskKeyRow.desk == desk)  # who left this desk may stay at another
            copies = (DeskKeyCopyRow.device.in_(lost), DeskKeyCopyRow.desk_key.in_(own))
            await session.execute(delete(DeskKeyCopyRow).where(*copies))
            return None
        if self._signing is not None and not self._lasts(row):
            row.line = sign_desk(self._signing, desk, read_key(row.key), self._today() + VALID)
        return row

    async def _holders(self, session: AsyncSession, row: DeskKeyRow) -> set[str]:
        held = select(DeskKeyCopyRow.device).where(DeskKeyCopyRow.desk_key == row.id)
        return set(await session.scalars(held))

    async def _readers(self, session: AsyncSession, desk: str) -> list[DeviceRow]:
        """Devices that may read: signed by this organisation, of an open account that answers at this desk. One past
        its last day may not read until it is signed anew, but keeps its copy."""
        where = (answers_at(desk), Staff.active, DeviceRow.state == DeviceState.SIGNED)
        found = await session.scalars(select(DeviceRow).join(Staff, Staff.id == DeviceRow.staff_id).where(*where))
        return [row for row in found if row.line and _signed(self._organisation, row.line)]

    def _line(self, row: DeskKeyRow) -> str:
        return row.line if row.line and self._lasts(row) else ""

    def _lasts(self, row: DeskKeyRow) -> bool:
        """Whether its signature outlives every box that can be made today: a visitor's page checks it to the end."""
        try:
            read_desk(self._organisation, row.desk, row.line or "", self._today() + LONGEST)
        except BadDevice:
            return False
        return True

    def _today(self) -> int:
        return int(self._clock() // _DAY)


def _signed(organisation: bytes, line: str) -> bool:
    try:
        read_device(organisation, line, 0)
    except BadDevice:
        return False
    return True


def _check(wrapped: str) -> None:
    if len(read64(wrapped)) != WRAPPED:
        raise ValueError("not a wrapped key")
