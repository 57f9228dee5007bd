"""The other ways: six digits of an app (TOTP, RFC 6238), each accepted once, and recovery codes, each used up.

RFC 6238 asks to accept a code once and allows a step of clock drift (5.2); its numbers (SHA-1, six digits, thirty
seconds) are the ones that every app knows.
"""

import hashlib
import re
import secrets
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select

from console.database import one_at_a_time
from console.tables import CodeSecret, RecoveryCode, Sessions
from console.vault import Vault
from handover.values import StaffId

RECOVERY_CODES = 8
_RECOVERY_BYTES = 15  # 120 bits, above the 112 from which ASVS 6.5.2 lets a plain hash do; 24 letters and digits
_SECRET_BYTES = 20  # as long as SHA-1's result (RFC 4226, 4)
_STEP = 30
_DIGITS = 6
_DRIFT = 1  # steps to either side
_ISSUER = "Fristad"
_OFFER_AGE = 30 * 60  # seconds that a page with a new secret may be open


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret that a page shows: `text` to type, `uri` for a QR code, `ticket` that brings it back."""

    text: str
    uri: str
    ticket: str


class Codes:
    """Codes of apps and recovery codes, of all staff."""

    def __init__(self, sessions: Sessions, vault: Vault, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._vault = vault
        self._clock = clock

    def offer(self, staff: StaffId, sign_in_name: str, ticket: str = "") -> Offer:
        """A secret that is kept nowhere until `settle`: a fresh one, or again that of an earlier offer's `ticket`. The
        app shows `sign_in_name`."""
        secret = self._vault.unseal(_offered(staff), ticket, _OFFER_AGE) or secrets.token_bytes(_SECRET_BYTES)
        text = b32encode(secret).decode()
        uri = _totp(secret).get_provisioning_uri(sign_in_name, _ISSUER)
        spaced = " ".join(re.findall(".{4}", text))
        return Offer(spaced, uri, self._vault.seal(_offered(staff), secret))

    async def settle(self, staff: StaffId, ticket: str, code: str) -> bool:
        """Keep the offered secret when `code` shows that the app has it; the code is used up. False for a wrong code or
        an old page."""
        secret = self._vault.unseal(_offered(staff), ticket, _OFFER_AGE)
        if secret is None or not await self._use(staff, secret, code):
            return False
        await self.keep(staff, secret)
        return True

    async def keep(self, staff: StaffId, secret: bytes) -> None:
        """From now on this person's app makes its codes from `secret`."""
        sealed = self._vault.seal(_kept(staff), secret)
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"staff {staff}")
            await session.execute(delete(CodeSecret).where(CodeSecret.staff_id == staff))
            session.add(CodeSecret(staff_id=staff, sealed=sealed))

    async def accept(self, staff: StaffId, sealed: str, code: str) -> bool:
        """Whether `code` is right and is used for the first time. `sealed` is the row's."""
        secret = self._vault.unseal(_kept(staff), sealed)
        return secret is not None and await self._use(staff, secret, code)

    async def has_app(self, staff: StaffId) -> bool:
        """Whether this person has set an app up."""
        async with self._sessions() as session:
            where = CodeSecret.staff_id == staff
            return await session.scalar(select(CodeSecret.staff_id).where(where)) is not None

    async def _use(self, staff: StaffId, secret: bytes, code: str) -> bool:
        step = self._step(secret, code)
        if step is None:
            return False
        return await self._vault.spend("code", f"{staff} {step}".encode(), _STEP * (2 * _DRIFT + 1))

    async def recover(self, staff: StaffId, code: str) -> bool:
        """Use a recovery code up. False when this person has no such code (any more)."""
        where = (RecoveryCode.code_hash == hash_recovery(code), RecoveryCode.staff_id == staff)
        async with self._sessions.begin() as session:
            used = delete(RecoveryCode).where(*where).returning(RecoveryCode.code_hash)
            return (await session.execute(used)).first() is not None

    async def renew(self, staff: StaffId) -> list[str]:
        """New recovery codes instead of all earlier ones. Nobody can see them a second time."""
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"staff {staff}")
            await session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff))
            session.add_all(RecoveryCode(code_hash=hash_recovery(code), staff_id=staff) for code in codes)
        return codes

    async def left(self, staff: StaffId) -> int:
        """How many recovery codes this person has."""
        async with self._sessions() as session:
            counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff_id == staff)
            return await session.scalar(counted) or 0

    def _step(self, secret: bytes, code: str) -> int | None:
        """Which step of thirty seconds this code belongs to, if it is one of now. All are compared, in full."""
        given = re.sub(r"\s", "", code).encode()
        now = int(self._clock()) // _STEP
        found = None
        for step in range(now - _DRIFT, now + _DRIFT + 1):
            if secrets.compare_digest(_totp(secret).generate(step * _STEP), given):
                found = step
        return found


def hash_recovery(code: str) -> str:
    """What is kept of a recovery code, however it was typed."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).lower().encode("utf-8", "replace")).hexdigest()


def _recovery_code() -> str:
    text = b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(re.findall(".{4}", text))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), _STEP)  # noqa: S303  # what apps know; HMAC does not rest on what SHA-1 lost


def _offered(staff: StaffId) -> str:
    return f"code offered {staff}"


def _kept(staff: StaffId) -> str:
    return f"code kept {staff}"
