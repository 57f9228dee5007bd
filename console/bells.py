"""Tells staff in the background that somebody waits, and nothing else, through their browser's push service."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from console.courier import Courier, NotSent
from console.database import one_at_a_time
from console.signins import SignedIn, hash_of
from console.tables import BellRow, Sessions
from handover.values import StaffId
from safety.logs import error_id, log_failure
from safety.text64 import read64, write64
from safety.webpush import SALT, BadPush, Receiver, point_of, seal_push, sign_push

EVERY = 60.0  # seconds between two of one person
LIFE = 60  # seconds in which a push service may still deliver it: later nobody waits any more, or somebody has come
SAYS = b"waiting"  # what every one of them says, so that all are equally long
_SIGNED = 12 * 3600  # seconds that a signature is good for; RFC 8292 allows 24 hours
_GONE = frozenset({404, 410})  # RFC 8030, 7.3: the browser is not there any more
_MOST = 8  # browsers of one person
_AT_ONCE = 256  # people whose turn is on its way; more are not told

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bell:
    """Where one browser is reached."""

    number: str
    endpoint: str
    receiver: Receiver


class Bells:
    """The bells of all staff. `subject` is what push services are told of whoever sends (RFC 8292, 2.1)."""

    def __init__(
        self,
        sessions: Sessions,
        courier: Courier,
        key: EllipticCurvePrivateKey,
        subject: str,
        clock: Callable[[], float],
        steady: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._courier = courier
        self._key = key
        self._subject = subject
        self._clock = clock
        self._steady = steady
        self._rung: dict[StaffId, float] = {}
        self._turns: asyncio.Queue[StaffId] = asyncio.Queue(_AT_ONCE)

    @property
    def key(self) -> str:
        """What a browser wants to know of us before it may be reached (applicationServerKey)."""
        return write64(point_of(self._key))

    async def hang(self, signed_in: SignedIn, endpoint: str, key: str, auth: str) -> bool:
        """Reach this browser from now on, until its sign-in ends. False when it names no address or no keys."""
        try:
            Receiver(read64(key), read64(auth))
        except ValueError:
            return False
        staff = signed_in.member.id
        if not self._courier.takes(endpoint) or len(await self._of(staff)) >= _MOST:
            return False
        sign_in = hash_of(signed_in.token)
        row = BellRow(
            id=secrets.token_urlsafe(16), staff_id=staff, sign_in=sign_in, endpoint=endpoint, key=key, auth=auth
        )
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"staff {staff}")
            await session.execute(delete(BellRow).where(BellRow.sign_in == sign_in))
            session.add(row)
        return True

    async def take_down(self, signed_in: SignedIn) -> None:
        """Reach this browser no more."""
        async with self._sessions.begin() as session:
            await session.execute(delete(BellRow).where(BellRow.sign_in == hash_of(signed_in.token)))

    async def hangs(self, signed_in: SignedIn) -> bool:
        """Whether this browser is reached."""
        async with self._sessions() as session:
            found = await session.scalar(select(BellRow.id).where(BellRow.sign_in == hash_of(signed_in.token)))
        return found is not None

    def ring(self, staff: StaffId) -> None:
        """Tell this person that somebody waits, soon, unless they were told less than EVERY seconds ago."""
        now = self._steady()
        if now - self._rung.get(staff, float("-inf")) < EVERY:
            return
        self._rung = {each: at for each, at in self._rung.items() if now - at < EVERY} | {staff: now}
        with suppress(asyncio.QueueFull):
            self._turns.put_nowait(staff)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What is rung goes out while the body runs."""
        task = asyncio.create_task(self._send_all())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _send_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._tell(await self._turns.get()))

    async def _tell(self, staff: StaffId) -> None:
        try:
            for bell in await self._of(staff):
                if await self._send(bell) in _GONE:
                    async with self._sessions.begin() as session:
                        await session.execute(delete(BellRow).where(BellRow.id == bell.number))
        except SQLAlchemyError as error:  # the next turn goes on
            log_failure(_logger, error_id(), error)

    async def _send(self, bell: Bell) -> int:
        expires = int(self._clock()) + _SIGNED
        headers = {
            "Authorization": sign_push(self._key, bell.endpoint, self._subject, expires),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(LIFE),
            "Urgency": "high",
        }
        body = seal_push(SAYS, bell.receiver, generate_private_key(SECP256R1()), secrets.token_bytes(SALT))
        try:
            return await self._courier.post(bell.endpoint, headers, body)
        except NotSent:
            return 0  # by the next visitor it may go through

    async def _of(self, staff: StaffId) -> list[Bell]:
        async with self._sessions() as session:
            rows = await session.scalars(select(BellRow).where(BellRow.staff_id == staff))
            return [bell for row in rows if (bell := _read(row)) is not None]


def _read(row: BellRow) -> Bell | None:
    try:
        return Bell(row.id, row.endpoint, Receiver(read64(row.key), read64(row.auth)))
    except (BadPush, ValueError):
        return None
