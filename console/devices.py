"""Staff devices: which may open what visitors write, who asked for one, and what a coordinator decided.

A device is a key pair in a browser. Visitors' pages trust it by the organisation's signature alone; this register says
which signature a page is given, and a revoked device is given none. Days are counted since 1970-01-01, in UTC; no
finer time is kept.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import Select, delete, or_, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from console.storage import Trouble, trouble_of
from console.tables import DeviceRow, DeviceState, Sessions, Staff
from handover.values import DeskId, StaffId
from safety.devices import VALID, BadDevice, read_device, read_key, sign_device
from safety.organisation import short_code

MOST_WAITING = 3  # requests of one person that wait: a browser that keeps no key makes one at each load
MOST_SIGNED = 8  # devices that one person has at once where they are signed at once; the oldest gives way
RENEWED = 14  # days before its last that a device is asked for, or signed, anew
_KEPT = 90  # days that a device which nobody may use is remembered
_MOST_LINES = 1_000
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Ready:
    """The page may open talks with this line, up to and including the day `until`."""

    line: str
    until: int


@dataclass(frozen=True, slots=True)
class Pending:
    """Nobody has signed the device yet, or its last day has passed."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """A coordinator took the device back, or it is another person's."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """This person has MOST_WAITING requests already; this one was not noted."""


Standing = Ready | Pending | Revoked | TooMany


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose device it is, and where it stands."""

    staff: StaffId
    standing: Standing


@dataclass(frozen=True, slots=True)
class Listed:
    """One device on the page: `code` is what people compare, `state` what counts today."""

    number: int
    name: str
    code: str
    state: DeviceState
    requested: int
    until: int | None
    lapsed: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file of signatures did: how many devices are signed now, and the lines that were refused, with why:
    `unsigned`, `unknown` or `revoked`."""

    signed: int
    refused: tuple[tuple[int, str], ...]


class Devices:
    """The register. `organisation` is its public key; `signing` its private one where devices are signed at once."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Callable[[], float],
        organisation: bytes,
        signing: EllipticCurvePrivateKey | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._organisation = organisation
        self._signing = signing
        self._checked: dict[str, tuple[int, int]] = {}  # line -> its last day, and the day on which it was checked

    @property
    def signs(self) -> bool:
        """Whether devices can be signed here."""
        return self._signing is not None

    async def meet(self, staff: StaffId, key: str) -> Standing:
        """Where this person's device stands, a request being noted for one that is new. `key` is its public key's
        text, read before (`safety.devices.read_key`)."""
        standing = await self.look(staff, key)
        if standing is not None:
            return standing
        try:
            async with self._sessions.begin() as session:
                return await self._enrol(session, staff, key)
        except IntegrityError:  # noted meanwhile, by another process
            return await self.look(staff, key) or Pending()
        except SQLAlchemyError as error:
            if trouble_of(error) is not Trouble.FULL:
                raise
            return Pending()  # it asks again, and is noted when there is room

    async def look(self, staff: StaffId, key: str) -> Standing | None:
        """The same for a device that was met before; None when it is not known (any more)."""
        try:
            return await self._look(staff, key, signs=self.signs)
        except SQLAlchemyError as error:
            if trouble_of(error) is not Trouble.FULL:
                raise
            return await self._look(staff, key, signs=False)  # what it has lasts for days yet, and a talk waits

    async def find_all(self, keys: Collection[str]) -> dict[str, Seen]:
        """Those of these devices that are known and about which nothing is to be done: `meet` signs the others."""
        async with self._sessions() as session:  # nothing is committed, or every look would be a change
            rows = list(await session.scalars(select(DeviceRow).where(DeviceRow.key.in_(keys))))
        settled = [row for row in rows if row.state == DeviceState.REVOKED or not self._is_to_sign(row)]
        return {
            row.key: Seen(StaffId(row.staff_id), Revoked() if row.state == DeviceState.REVOKED else self._standing(row))
            for row in settled
        }

    def _is_to_sign(self, row: DeviceRow) -> bool:
        return self.signs and self._wants_signature(row)

    async def _look(self, staff: StaffId, key: str, *, signs: bool) -> Standing | None:
        async with self._sessions.begin() as session:
            row = await session.scalar(select(DeviceRow).where(DeviceRow.key == key))
            if row is None:
                return None
            if row.staff_id != staff or row.state == DeviceState.REVOKED:
                return Revoked()
            if signs and self._wants_signature(row) and await self._trusts(session, staff):
                self._sign(row)
            return self._standing(row)

    async def approve(self, desk: DeskId, number: int) -> bool:
        """Sign a device that waits, when it can be signed here. False when there is none, or it was revoked."""
        async with self._sessions.begin() as session:
            row = await self._of_desk(session, desk, number)
            if row is None or self._signing is None or row.state == DeviceState.REVOKED:
                return False
            self._sign(row)
            return True

    async def revoke(self, desk: DeskId, number: int) -> bool:
        """Take a device back, for good. False when this desk has none of that number."""
        async with self._sessions.begin() as session:
            row = await self._of_desk(session, desk, number)
            if row is None:
                return False
            row.state, row.line = DeviceState.REVOKED, None
            row.until = max(row.until or 0, self._today() + VALID)  # until when it is remembered against this person
            return True

    async def find(self, desk: DeskId, number: int) -> Listed | None:
        """One device of this desk."""
        return next((each for each in await self.listed(desk) if each.number == number), None)

    async def listed(self, desk: DeskId, staff: StaffId | None = None) -> list[Listed]:
        """The devices of a desk, or of one person, by name; what waits for somebody comes first."""
        query = _rows_of(desk).order_by(Staff.shown_name, DeviceRow.id)
        if staff is not None:
            query = query.where(DeviceRow.staff_id == staff)
        async with self._sessions() as session:
            found = [self._listed(row, name) for row, name in await session.execute(query)]
        order = {DeviceState.REQUESTED: 0, DeviceState.SIGNED: 1, DeviceState.REVOKED: 2}
        return sorted(found, key=lambda each: order[each.state])

    async def requests(self, desk: DeskId) -> list[tuple[str, str, str]]:
        """What is to be signed elsewhere: key, code and name of each device that waits or will lapse soon."""
        soon = self._today() + RENEWED
        wanted = or_(
            DeviceRow.state == DeviceState.REQUESTED, (DeviceRow.state == DeviceState.SIGNED) & (DeviceRow.until < soon)
        )
        async with self._sessions() as session:
            rows = await session.execute(_rows_of(desk).where(wanted).order_by(Staff.shown_name, DeviceRow.id))
            return [(row.key, short_code(read_key(row.key)), name) for row, name in rows]

    async def bring(self, desk: DeskId, lines: Iterable[str]) -> Brought:
        """Take signatures that were made elsewhere, one line each. Whatever this organisation did not sign, and
        whatever nobody here asked for, is refused by the number of its line."""
        signed, refused = 0, list[tuple[int, str]]()
        async with self._sessions.begin() as session:
            for number, line in enumerate(lines, 1):
                if number > _MOST_LINES or not line.strip() or line.startswith("#"):
                    continue
                why = await self._take_signature(session, desk, line.strip())
                signed += why is None
                refused += [(number, why)] if why else []
        return Brought(signed, tuple(refused))

    async def purge(self) -> None:
        """Forget devices that nobody can use any more, and requests that nobody answered."""
        before = self._today() - _KEPT
        unanswered = (DeviceRow.state == DeviceState.REQUESTED) & (DeviceRow.requested < before)
        over = (DeviceRow.state != DeviceState.REQUESTED) & (DeviceRow.until < before)
        async with self._sessions.begin() as session:
            await session.execute(delete(DeviceRow).where(or_(unanswered, over)))

    async def _enrol(self, session: AsyncSession, staff: StaffId, key: str) -> Standing:
        rows = list(await session.scalars(select(DeviceRow).where(DeviceRow.staff_id == staff).order_by(DeviceRow.id)))
        row = DeviceRow(staff_id=staff, key=key, state=DeviceState.REQUESTED, requested=self._today())
        if self._signing is not None and await self._trusts(session, staff):
            oldest = [each.id for each in rows if each.state != DeviceState.REVOKED][: 1 - MOST_SIGNED]
            await session.execute(delete(DeviceRow).where(DeviceRow.id.in_(oldest)))
            self._sign(row)
        elif sum(each.state == DeviceState.REQUESTED for each in rows) >= MOST_WAITING:
            return TooMany()
        session.add(row)
        return self._standing(row)

    async def _trusts(self, session: AsyncSession, staff: StaffId) -> bool:
        """Whether a device of this person is signed at once: not while one was revoked, because whoever has a stolen
        device and its password would only have to ask again."""
        if self._signing is None:
            return False
        where = (DeviceRow.staff_id == staff, DeviceRow.state == DeviceState.REVOKED, DeviceRow.until >= self._today())
        return (await session.execute(select(DeviceRow.id).where(*where).limit(1))).first() is None

    async def _take_signature(self, session: AsyncSession, desk: DeskId, line: str) -> str | None:
        try:
            device = read_device(self._organisation, line, self._today())
        except BadDevice:
            return "unsigned"
        key = line.partition(".")[0]
        found = (await session.execute(_rows_of(desk).where(DeviceRow.key == key))).first()
        if found is None:
            return "unknown"
        row, _ = found
        if row.state == DeviceState.REVOKED:
            return "revoked"
        row.state, row.line, row.until = DeviceState.SIGNED, line, device.until
        return None

    def _wants_signature(self, row: DeviceRow) -> bool:
        return isinstance(self._standing(row), Pending) or (row.until or 0) < self._today() + RENEWED

    def _sign(self, row: DeviceRow) -> None:
        if self._signing is None:
            return
        row.state, row.until = DeviceState.SIGNED, self._today() + VALID
        row.line = sign_device(self._signing, read_key(row.key), row.until)

    def _standing(self, row: DeviceRow) -> Ready | Pending:
        """Checked in each process and on each day: the organisation may have another key by now."""
        if row.state != DeviceState.SIGNED or row.line is None:
            return Pending()
        until, checked = self._checked.get(row.line, (0, 0))
        if checked != self._today():
            try:
                until = read_device(self._organisation, row.line, self._today()).until
            except BadDevice:
                return Pending()
            if len(self._checked) >= _MOST_LINES:
                self._checked.clear()
            self._checked[row.line] = until, self._today()
        return Ready(row.line, until)

    async def _of_desk(self, session: AsyncSession, desk: DeskId, number: int) -> DeviceRow | None:
        found = (await session.execute(_rows_of(desk).where(DeviceRow.id == number))).first()
        return found[0] if found else None

    def _listed(self, row: DeviceRow, name: str) -> Listed:
        state = DeviceState(row.state)
        lapsed = state is DeviceState.SIGNED and isinstance(self._standing(row), Pending)
        return Listed(row.id, name, short_code(read_key(row.key)), state, row.requested, row.until, lapsed)

    def _today(self) -> int:
        return int(self._clock() // _DAY)


def _rows_of(desk: DeskId) -> Select[DeviceRow, str]:
    return select(DeviceRow, Staff.shown_name).join(Staff, Staff.id == DeviceRow.staff_id).where(Staff.desk == desk)
