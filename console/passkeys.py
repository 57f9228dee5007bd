"""Passkeys (WebAuthn level 3): made for this host, with the person checked by their own device, and asked for anew
each time. A challenge counts once and for half an hour; the answer says nothing about who has an account."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import webauthn
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from console.accounts import Member, to_member
from console.tables import Passkey, Sessions, Staff
from console.vault import Vault
from console.views import device_slot
from handover.values import StaffId
from safety.site import Site

MOST_PASSKEYS = 8  # of one person
_ASK_AGE = 30 * 60  # seconds that a page with a question may be open
_LONGEST = 12_000  # characters of an answer; real ones have one to three thousand
_LONGEST_ID = 1023  # bytes (WebAuthn level 3, 7.1)
_DAY = 86_400
_GETTING = "passkey get"


@dataclass(frozen=True, slots=True)
class Question:
    """What a page asks the browser (`options`, JSON) and what brings the challenge back."""

    options: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A passkey on the account's page."""

    number: int
    added: int


class Passkeys:
    """The passkeys of all staff, for the console's own site."""

    def __init__(self, sessions: Sessions, vault: Vault, site: Site, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._site = site
        self._vault = vault
        self._clock = clock

    async def ask(self, staff: StaffId | None = None) -> Question:
        """A question that any passkey of this host answers, or only this person's."""
        allowed = await self._descriptors(staff) if staff else None
        options = webauthn.generate_authentication_options(
            rp_id=self._site.host,
            challenge=secrets.token_bytes(32),
            allow_credentials=allowed,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Question(options_to_json(options), self._vault.seal(_GETTING, options.challenge))

    async def offer(self, member: Member, name: str) -> Question:
        """A question that makes a passkey for this person; `name` is what their device shows it under."""
        options = webauthn.generate_registration_options(
            rp_id=self._site.host,
            rp_name="Fristad",
            user_name=name,
            user_display_name=member.shown_name,
            user_id=device_slot(member.id).encode(),  # one-way: no page knows the id of an account
            challenge=secrets.token_bytes(32),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=await self._descriptors(member.id),
        )
        return Question(options_to_json(options), self._vault.seal(_making(member.id), options.challenge))

    async def add(self, staff: StaffId, ticket: str, answer: str) -> bool:
        """Keep the passkey that answers an `offer`. False for anything else, and for more than MOST_PASSKEYS."""
        challenge = self._vault.unseal(_making(staff), ticket, _ASK_AGE)
        if challenge is None or len(await self.listed(staff)) >= MOST_PASSKEYS:
            return False
        made = read_made(self._site, challenge, answer)
        if made is None or not await self._vault.spend(_making(staff), challenge, _ASK_AGE):
            return False
        row = Passkey(
            staff_id=staff,
            credential=_text(made.credential_id),
            public_key=_text(made.credential_public_key),
            site=self._site.host,
            counter=made.sign_count,
            added=int(self._clock() // _DAY),
        )
        try:
            async with self._sessions.begin() as session:
                session.add(row)
        except IntegrityError:
            return False
        return True

    async def enter(self, ticket: str, answer: str) -> Member | None:
        """Whose passkey answers an `ask`; None for anything else, and for an account that has ended."""
        challenge = self._vault.unseal(_GETTING, ticket, _ASK_AGE)
        if challenge is None:
            return None
        named = read_name(answer)
        if named is None:
            return None
        given, credential = named
        where = (Passkey.credential == _text(credential), Passkey.site == self._site.host, Staff.active)
        async with self._sessions() as session:
            query = select(Passkey, Staff).join(Staff, Staff.id == Passkey.staff_id).where(*where)
            found = (await session.execute(query)).first()
        if found is None:
            return None
        row, account = found
        return to_member(account) if await self._holds(row, challenge, given) else None

    async def listed(self, staff: StaffId) -> list[Kept]:
        """This person's passkeys, oldest first."""
        async with self._sessions() as session:
            rows = await session.scalars(select(Passkey).where(Passkey.staff_id == staff).order_by(Passkey.id))
            return [Kept(row.id, row.added) for row in rows]

    async def remove(self, staff: StaffId, number: int) -> None:
        """Forget one of this person's passkeys."""
        async with self._sessions.begin() as session:
            await session.execute(delete(Passkey).where(Passkey.staff_id == staff, Passkey.id == number))

    async def _holds(self, row: Passkey, challenge: bytes, given: dict[str, Any]) -> bool:
        count = read_given(self._site, challenge, given, _bytes(row.public_key), row.counter)
        # Only now, or everybody could fill the table with answers that are none.
        if count is None or not await self._vault.spend(_GETTING, challenge, _ASK_AGE):
            return False
        async with self._sessions.begin() as session:
            raised = update(Passkey).where(Passkey.id == row.id).values(counter=count)
            await session.execute(raised)
        return True

    async def _descriptors(self, staff: StaffId) -> list[PublicKeyCredentialDescriptor]:
        async with self._sessions() as session:
            where = (Passkey.staff_id == staff, Passkey.site == self._site.host)
            rows = await session.scalars(select(Passkey.credential).where(*where))
            return [PublicKeyCredentialDescriptor(id=_bytes(each)) for each in rows]


def read_made(site: Site, challenge: bytes, answer: str) -> VerifiedRegistration | None:
    """A new credential that answers `challenge` at this site, with the person checked; None for anything else."""
    try:
        made = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001  # its own errors, and whatever its parsers make of hostile bytes
        return None
    return made if len(made.credential_id) <= _LONGEST_ID else None


def read_name(answer: str) -> tuple[dict[str, Any], bytes] | None:
    """An answer, and which credential says that it gave it; None for what is no answer."""
    try:
        given = _read(answer)
        return given, base64url_to_bytes(given["rawId"])
    except Exception:  # noqa: BLE001  # as above
        return None


def read_given(site: Site, challenge: bytes, given: dict[str, Any], public_key: bytes, counter: int) -> int | None:
    """The credential's new count, when its holder answered `challenge` at this site; None for anything else."""
    try:
        proof = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=counter,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001  # as above
        return None
    return proof.new_sign_count


def _making(staff: StaffId) -> str:
    return f"passkey make {staff}"


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST:
        raise ValueError("too long")
    read: dict[str, Any] = json.loads(answer)
    return read


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
