"""Staff accounts: create one, and check a name with its password and code, without telling which of them was wrong.

AccountError (ValueError)     an account cannot be made as asked; the message says what to change
├── BadSignInName             not 1 to 64 letters, digits and . @ + - _
├── BadShownName              not 1 to 40 letters
├── NameTaken                 another account signs in with this name
├── PasswordTooShort          fewer than PASSWORD_LENGTH characters
├── PasswordTooLong           more than PASSWORD_MAX
└── PasswordGuessable         it is long, and guessed first all the same
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from console.codes import Codes, hash_recovery
from console.delays import Delays
from console.guessable import is_guessable
from console.permissions import Role
from console.signing import Way
from console.tables import CodeSecret, Passkey, RecoveryCode, Sessions, Staff
from handover.values import DeskId, StaffId

PASSWORD_LENGTH = 15  # length is what counts, so nothing is asked about its composition
PASSWORD_MAX = 200  # more only makes hashing slow

_SIGN_IN_NAME = re.compile(r"[\w.@+-]{1,64}")
_SHOWN_NAME = re.compile(r"[^\W\d_][\w '.-]{0,39}")
_HASHERS = 2  # argon2 takes 64 MiB and a core each time


class AccountError(ValueError):
    """An account cannot be made as asked. `key` names the console's own sentence for it."""

    key = "bad"


class BadSignInName(AccountError):
    """Not 1 to 64 letters, digits and . @ + - _."""

    key = "name"


class BadShownName(AccountError):
    """Not 1 to 40 letters, the first a letter."""

    key = "shown"


class NameTaken(AccountError):
    """Another account signs in with this name."""

    key = "taken"


class PasswordTooShort(AccountError):
    """Fewer than PASSWORD_LENGTH characters."""

    key = "short"


class PasswordTooLong(AccountError):
    """More than PASSWORD_MAX characters."""

    key = "long"


class PasswordGuessable(AccountError):
    """It is long, and guessed first all the same."""

    key = "guessable"


@dataclass(frozen=True, slots=True)
class Member:
    """A staff account, without its secrets."""

    id: StaffId
    shown_name: str
    role: Role
    desk: DeskId  # the home desk
    others: tuple[DeskId, ...] = ()  # where staff answer too; known of who is signed in

    @property
    def desks(self) -> tuple[DeskId, ...]:
        """All desks where this person answers, the home desk first."""
        return (self.desk, *self.others)

    @property
    def at_home(self) -> "Member":
        """The same without the other desks."""
        return replace(self, others=())


@dataclass(frozen=True, slots=True)
class WrongPair:
    """No active account has this name, this password and this code."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Who it is, and how they got in. Not `whole`: they may only set up a (second) way to sign in."""

    member: Member
    way: Way
    whole: bool
    failures: int = 0  # attempts that failed before this one, in a row


@dataclass(frozen=True, slots=True)
class TooSoon:
    """Several attempts failed: the next is accepted in `seconds`. The password was not looked at."""

    seconds: int


async def create_account(
    sessions: Sessions,
    *,
    sign_in_name: str,
    shown_name: str,
    role: str,
    password: str | None,
    desk: str,
    hasher: PasswordHasher | None = None,
) -> StaffId:
    """Create an account and return its id. AccountError (a sentence) for whatever cannot be accepted. Without a
    password nobody gets in but by an invitation (console.people)."""
    _check(sign_in_name, shown_name, role, desk)
    hashed = "" if password is None else await hash_password(password, (sign_in_name, shown_name), hasher)
    account = Staff(
        id=secrets.token_urlsafe(16),
        sign_in_name=_folded(sign_in_name),
        shown_name=shown_name,
        role=role,
        desk=desk,
        password_hash=hashed,
        active=True,
    )
    try:
        async with sessions.begin() as session:
            session.add(account)
    except IntegrityError:
        raise NameTaken("Another account signs in with this name: choose another sign-in name.") from None
    return StaffId(account.id)


async def hash_password(password: str, names: tuple[str, ...], hasher: PasswordHasher | None = None) -> str:
    """What is kept of a password. AccountError for one that is too short, too long or guessed first; `names` are the
    person's own, which others try. Without a `hasher` it costs what RFC 9106 advises second (64 MiB, three rounds)."""
    await asyncio.to_thread(_check_password, password, names)
    return await asyncio.to_thread((hasher or PasswordHasher()).hash, password)


def _check(sign_in_name: str, shown_name: str, role: str, desk: str) -> None:
    if not _SIGN_IN_NAME.fullmatch(sign_in_name):
        raise BadSignInName("A sign-in name is 1 to 64 letters, digits and . @ + - _ without spaces.")
    if not _SHOWN_NAME.fullmatch(shown_name):
        raise BadShownName("The name that visitors see is 1 to 40 letters, and begins with a letter.")
    if role not in list(Role):
        raise AccountError("The role is staff, coordinator or administrator.")
    if not desk:
        raise AccountError("An account belongs to a desk.")


def _check_password(password: str, names: tuple[str, ...]) -> None:
    if len(password) < PASSWORD_LENGTH:
        raise PasswordTooShort(f"A password has at least {PASSWORD_LENGTH} characters; four or five words do well.")
    if len(password) > PASSWORD_MAX:
        raise PasswordTooLong(f"A password has at most {PASSWORD_MAX} characters.")
    if is_guessable(password, names):
        raise PasswordGuessable("This password is among the first that others try: four or five words do well.")


class Accounts:
    """Checks names, passwords and codes. Unknown names cost the same work and get the same answer as wrong passwords.
    `clock` measures the delays."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Callable[[], float],
        codes: Codes,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._sessions = sessions
        self._hasher = hasher or PasswordHasher()
        self._codes = codes
        self._stand_in = self._hasher.hash(secrets.token_urlsafe())
        self._delays = Delays(clock)
        self._hashing = asyncio.Semaphore(_HASHERS)

    async def enter(self, sign_in_name: str, password: str, code: str = "") -> Entered | WrongPair | TooSoon:
        """Who signs in with these. `code` comes from their app, or is a recovery code, which is used up."""
        name = _folded(sign_in_name)
        seconds = self._delays.left(name)
        if seconds:
            return TooSoon(seconds)
        failures = self._delays.count(name)
        # Counted before the work, so that many attempts at once cannot slip past the delay.
        self._delays.fail(name)
        found = await self._look_up(name, code)
        stored = (found.account.password_hash if found.account is not None else "") or self._stand_in
        right = await self._matches(stored, password[: PASSWORD_MAX + 1])
        if found.account is None or not right:
            return WrongPair()
        outcome = await self._judge(found.account, found, code)
        if isinstance(outcome, Entered):
            self._delays.forget(name)
            return replace(outcome, failures=failures)
        return outcome

    async def check_password(self, staff: StaffId, password: str) -> str:
        """What `set_password` keeps of a new password. AccountError for one that will not do."""
        async with self._sessions() as session:
            account = await session.get_one(Staff, staff)
        return await hash_password(password, (account.sign_in_name, account.shown_name), self._hasher)

    async def set_password(self, staff: StaffId, hashed: str) -> None:
        """Give this person another password, as `check_password` hashed it."""
        async with self._sessions.begin() as session:
            await session.execute(update(Staff).where(Staff.id == staff).values(password_hash=hashed))

    async def name_of(self, staff: StaffId) -> str:
        """What this person signs in with."""
        async with self._sessions() as session:
            return await session.scalar(select(Staff.sign_in_name).where(Staff.id == staff)) or ""

    async def prove(self, staff: StaffId, password: str, code: str) -> bool:
        """Whether the person who is signed in is still the one: their password with a code, as at a sign-in."""
        outcome = await self.enter(await self.name_of(staff), password, code)
        return isinstance(outcome, Entered) and outcome.whole

    async def _look_up(self, name: str, code: str) -> "_Found":
        """What is kept of an active account with this name; asks for as much when there is none."""
        async with self._sessions() as session:
            account = await session.scalar(select(Staff).where(Staff.sign_in_name == name))
            if account is not None and not account.active:
                account = None
            staff = "" if account is None else account.id
            sealed = await session.scalar(select(CodeSecret.sealed).where(CodeSecret.staff_id == staff))
            passkey = await session.scalar(select(Passkey.id).where(Passkey.staff_id == staff).limit(1))
            recovery = (RecoveryCode.staff_id == staff, RecoveryCode.code_hash == hash_recovery(code))
            recovers = await session.scalar(select(RecoveryCode.code_hash).where(*recovery))
        return _Found(account, sealed, passkey is not None, recovers is not None)

    async def _judge(self, account: Staff, found: "_Found", code: str) -> Entered | WrongPair:
        """What the right password is good for: with a code everything; alone, where there is no other way yet, for
        setting one up. A recovery code stands for the app, never for the password (ASVS 6.3.3)."""
        member = to_member(account)
        if found.sealed is not None and await self._codes.accept(member.id, found.sealed, code):
            return Entered(member, Way.PASSWORD, whole=True)
        if found.recovers and await self._codes.recover(member.id, code):
            return Entered(member, Way.RECOVERY, whole=True)
        if found.sealed is None and not found.has_passkey:
            return Entered(member, Way.PASSWORD, whole=False)
        return WrongPair()

    async def _matches(self, stored: str, password: str) -> bool:
        async with self._hashing:
            return await asyncio.to_thread(self._verify, stored, password)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


@dataclass(frozen=True, slots=True)
class _Found:
    account: Staff | None
    sealed: str | None
    has_passkey: bool
    recovers: bool


def to_member(account: Staff, others: str | None = None) -> Member:
    """The account without its secrets. `others` as console.desk_tables.other_desks gives them; only staff answer."""
    role = Role(account.role)
    desks = {*(others or "").split()} - {account.desk} if role is Role.STAFF else set()
    return Member(
        StaffId(account.id),
        account.shown_name,
        role,
        DeskId(account.desk),
        tuple(DeskId(each) for each in sorted(desks)),
    )


def _folded(sign_in_name: str) -> str:
    return sign_in_name.strip().casefold()[:64]
