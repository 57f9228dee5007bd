"""Sign-ins: a random token in one browser, its hash in the database, idle and absolute lifetimes."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from console.accounts import Member, to_member
from console.desk_tables import other_desks
from console.signing import Way
from console.storage import trouble_of
from console.tables import Sessions, SignIn, Staff
from handover.values import StaffId

COOKIE = "__Host-console"  # browsers keep this prefix only when Secure, without Domain and with Path=/

_TOKEN_BYTES = 32
_IDLE = 30 * 60  # seconds without a request or a live desk
_ABSOLUTE = 12 * 3600  # a long shift
_GRAIN = 300  # the expiry is kept to five minutes: it tells no moment, and a page view need not write to the database
_HOUR = 3600
_NUMBER = 16  # signs of the hash


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that is signed in."""

    token: str
    member: Member
    language: str
    way: Way
    whole: bool  # else it may only set up a way to sign in

    @property
    def form_token(self) -> str:
        """What every form of this sign-in carries against forgery; derived, so it is stored nowhere."""
        digest = hmac.digest(self.token.encode(), b"console form", "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Open:
    """A sign-in on its person's own page: hours since 1970; `number` names it in forms and signs nobody in."""

    number: str
    way: Way
    began: int
    ends: int
    this: bool


class SignIns:
    """The sign-ins of all staff."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._clock = clock
        # What could not be written when it should have been: by hash, until when it was renewed, and what was ended.
        self._renewed: dict[str, int] = {}
        self._ended: set[str] = set()
        self.unwritten = 0  # how many were ended so

    async def start(self, staff: StaffId, language: str, way: Way = Way.PASSWORD, *, whole: bool = True) -> str:
        """A new token for this staff member, never one that was used before. Not `whole`: good for setting up alone."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = int(self._clock())
        row = SignIn(
            token_hash=hash_of(token),
            staff_id=staff,
            language=language,
            way=way,
            whole=whole,
            created_hour=now // _HOUR,
            expires=_rounded_up(now + _IDLE, _GRAIN),
            ends=_rounded_up(now + _ABSOLUTE, _HOUR),
        )
        async with self._sessions.begin() as session:
            session.add(row)
        return token

    async def find(self, token: str | None, *, renew: bool = True) -> SignedIn | None:
        """Who this token belongs to, when it is valid; using it moves its idle expiry, unless `renew` is false."""
        if not token:
            return None
        now, own = int(self._clock()), hash_of(token)
        if own in self._ended:
            return None
        lasts = [] if self._renewed.get(own, 0) > now else [SignIn.expires > now]
        async with self._sessions() as session:
            found = (
                await session.execute(
                    select(SignIn, Staff, other_desks())
                    .join(Staff, Staff.id == SignIn.staff_id)
                    .where(SignIn.token_hash == own, *lasts, Staff.active)
                )
            ).first()
        if found is None:
            return None
        row, account, others = found
        if renew:
            await self._renew(row, now)
        return _signed_in(token, row, account, others)

    async def find_all(self, tokens: Collection[str]) -> dict[str, SignedIn]:
        """Those of the tokens that are valid, as `find` finds them without renewing."""
        now = int(self._clock())
        hashes = {own: token for token in tokens if (own := hash_of(token)) not in self._ended}
        renewed = [own for own in hashes if self._renewed.get(own, 0) > now]
        async with self._sessions() as session:
            rows = await session.execute(
                select(SignIn, Staff, other_desks())
                .join(Staff, Staff.id == SignIn.staff_id)
                .where(
                    SignIn.token_hash.in_(hashes),
                    or_(SignIn.expires > now, SignIn.token_hash.in_(renewed)),
                    Staff.active,
                )
            )
            return {
                hashes[row.token_hash]: _signed_in(hashes[row.token_hash], row, account, others)
                for row, account, others in rows
            }

    async def _renew(self, row: SignIn, now: int) -> None:
        expires = min(_rounded_up(now + _IDLE, _GRAIN), row.ends)
        if expires <= row.expires:
            return
        try:
            await self._write(row.token_hash, expires)
        except SQLAlchemyError as error:
            if trouble_of(error) is None:
                raise
            self._renewed[row.token_hash] = expires  # a disk that is full must not end anybody's shift

    async def _write(self, token_hash: str, expires: int) -> None:
        async with self._sessions.begin() as session:
            await session.execute(update(SignIn).where(SignIn.token_hash == token_hash).values(expires=expires))
        self._renewed.pop(token_hash, None)

    async def speak(self, token: str, language: str) -> None:
        """Remember the language that this browser chose."""
        async with self._sessions.begin() as session:
            await session.execute(update(SignIn).where(SignIn.token_hash == hash_of(token)).values(language=language))

    async def stop(self, token: str) -> None:
        """Sign out; when that cannot be written yet, this process knows it until it can."""
        try:
            await self._delete(hash_of(token))
        except SQLAlchemyError as error:
            if trouble_of(error) is None:
                raise
            self._ended.add(hash_of(token))
            self.unwritten += 1

    def knows_ended(self, token: str) -> bool:
        """Whether it was ended here and that could not be written: known also while nobody can be asked."""
        return bool(self._ended) and hash_of(token) in self._ended

    async def _delete(self, token_hash: str) -> None:
        async with self._sessions.begin() as session:
            await session.execute(delete(SignIn).where(SignIn.token_hash == token_hash))
        self._ended.discard(token_hash)

    async def stop_all(self, staff: StaffId) -> None:
        """Sign this staff member out everywhere."""
        async with self._sessions.begin() as session:
            await session.execute(delete(SignIn).where(SignIn.staff_id == staff))

    async def stop_one(self, staff: StaffId, number: str) -> None:
        """Sign this staff member out of the browser that the page calls `number`."""
        async with self._sessions.begin() as session:
            for each in await session.scalars(select(SignIn.token_hash).where(SignIn.staff_id == staff)):
                if each[:_NUMBER] == number:
                    await session.execute(delete(SignIn).where(SignIn.token_hash == each))

    async def listed(self, current: SignedIn) -> list[Open]:
        """All sign-ins of whoever asks, the newest first."""
        where: list[ColumnElement[bool]] = [SignIn.staff_id == current.member.id, SignIn.expires > int(self._clock())]
        async with self._sessions() as session:
            rows = await session.scalars(select(SignIn).where(*where).order_by(SignIn.ends.desc(), SignIn.token_hash))
            own = hash_of(current.token)
            return [
                Open(row.token_hash[:_NUMBER], Way(row.way), row.created_hour, row.ends // _HOUR, row.token_hash == own)
                for row in rows
            ]

    async def present(self) -> list[StaffId]:
        """Who has a valid sign-in, the one that ends first first."""
        now = int(self._clock())
        async with self._sessions() as session:
            valid = select(SignIn.staff_id).where(SignIn.expires > now)
            rows = await session.scalars(valid.order_by(SignIn.ends, SignIn.expires))
            return [StaffId(staff) for staff in dict.fromkeys(rows)]

    async def purge(self) -> None:
        """Delete sign-ins that are over, after what could not be written before."""
        now = int(self._clock())
        for token_hash in list(self._ended):
            await self._delete(token_hash)
        for token_hash, expires in list(self._renewed.items()):
            await self._write(token_hash, expires)
        async with self._sessions.begin() as session:
            await session.execute(delete(SignIn).where(SignIn.expires <= now))


def _signed_in(token: str, row: SignIn, account: Staff, others: str | None) -> SignedIn:
    return SignedIn(token, to_member(account, others), row.language, Way(row.way), row.whole)


def _rounded_up(seconds: int, grain: int) -> int:
    return -(-seconds // grain) * grain


def hash_of(token: str) -> str:
    """What the tables know of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
