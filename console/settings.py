"""Settings of the staff side, read from the environment by `build()` alone."""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Self

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from console.database_url import read_database_url
from console.relays import Relays, read_stun, read_turn
from handover.crew import MOST
from handover.values import Limits
from safety.devices import BadDevice, public_bytes, read_key
from safety.neighbours import read_neighbours
from safety.organisation import BadKey, read_signing_key
from safety.site import Site, read_site


class ConsoleSettings(BaseSettings):
    """What the console needs to start. ValueError, without the value, when one is wrong or the other side's."""

    model_config = SettingsConfigDict(env_prefix="FRISTAD_", extra="ignore", frozen=True, hide_input_in_errors=True)

    redis_url: SecretStr
    organisation_key: str
    organisation_signing_key: SecretStr | None = None  # in PEM, or the path of such a file
    database_url: SecretStr | None = None
    console_key: SecretStr | None = None  # 32 bytes in URL-safe base64
    push_key: SecretStr | None = None  # the same
    data: Path = Path("var")
    count_keys: Path | None = None  # a folder that backups leave out
    desk: str = "demo"
    demo: bool = False
    demo_staff_token: SecretStr | None = None
    demo_coordinator_token: SecretStr | None = None
    silence_seconds: int = Field(default=180, ge=1)
    # A renewal every third of it has to find the engine. Below nine seconds a broken connection is noticed (after up to
    # eight) later than the lease would have lapsed by itself, so a shorter lease loses talks no sooner than that.
    lease_seconds: int = Field(default=15, ge=3)
    capacity: int = Field(default=3, ge=1, le=MOST)
    codes: bool = True  # visitors may leave messages
    staff_url: str | None = None
    other_desks: Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(read_neighbours)] = ()
    staff_host: str = "localhost"
    staff_port: int = 8001
    # What callers hear (console.prompts), where the phone line looks for it.
    phone_sounds: Path = Path("var/phone-sounds")
    phone_recordings: Path = Path("var/phone-recordings")
    deadline_minutes: int = Field(default=10, ge=1, le=240)  # of the visitor's side: some prompts say it
    phone_folder: Path | None = None  # where the process that takes calls is found; None: staff answer no calls
    phone_control_port: int = Field(default=18088, ge=1, le=65535)
    # What helps staff's browsers to reach the telephone engine (console.relays).
    phone_stun: Annotated[str, AfterValidator(read_stun)] | None = None
    phone_turn: Annotated[str, AfterValidator(read_turn)] | None = None
    phone_turn_secret: SecretStr | None = None
    state_key: SecretStr | None = None  # named only so that it can be refused

    @model_validator(mode="after")
    def _refuse_the_other_side(self) -> Self:
        if self.state_key is not None:
            raise ValueError("FRISTAD_STATE_KEY belongs to the visitor side: start the console without it")
        if not self.demo and (self.demo_staff_token or self.demo_coordinator_token):
            raise ValueError("FRISTAD_DEMO_*_TOKEN exist in the demonstration only: remove them or set FRISTAD_DEMO")
        return self

    @model_validator(mode="after")
    def _check_relays(self) -> Self:
        if (self.phone_turn is None) != (not self.phone_turn_secret):
            raise ValueError("FRISTAD_PHONE_TURN and FRISTAD_PHONE_TURN_SECRET go together: set both or none")
        return self

    def relays(self, now: Callable[[], float]) -> Relays:
        """What helps a softphone; `now` in seconds since the epoch."""
        secret = self.phone_turn_secret.get_secret_value() if self.phone_turn_secret else ""
        return Relays(now, self.phone_stun, self.phone_turn, secret.encode())

    @field_validator("staff_url")
    @classmethod
    def _check_address(cls, address: str | None) -> str | None:
        if address is not None:
            read_site(address)
        return address

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, address: SecretStr | None) -> SecretStr | None:
        return None if address is None else SecretStr(read_database_url(address.get_secret_value()))

    @model_validator(mode="after")
    def _check_console_key(self) -> Self:
        if self.console_key is not None:
            _read_key(self.console_key.get_secret_value())
        if self.push_key is not None:
            _read_push(self.push_key.get_secret_value())
        return self

    @model_validator(mode="after")
    def _check_organisation(self) -> Self:
        try:
            public = self.organisation()
        except BadDevice:
            raise ValueError("FRISTAD_ORGANISATION_KEY is not what `fristad keys public` prints") from None
        try:
            signing = self.signing_key()
        except (BadKey, OSError, ValueError) as error:
            why = str(error) if isinstance(error, BadKey) else "its file cannot be read"
            raise ValueError(f"FRISTAD_ORGANISATION_SIGNING_KEY cannot be used: {why}") from None
        if signing is not None and public_bytes(signing.public_key()) != public:
            raise ValueError(
                "FRISTAD_ORGANISATION_SIGNING_KEY is another key than FRISTAD_ORGANISATION_KEY: visitors' pages would "
                "refuse every device that it signs"
            )
        return self

    def organisation(self) -> bytes:
        """The public key that signs staff devices."""
        return read_key(self.organisation_key)

    def signing_key(self) -> EllipticCurvePrivateKey | None:
        """The key that signs devices at once; None where a person signs them elsewhere."""
        if self.organisation_signing_key is None:
            return None
        given = self.organisation_signing_key.get_secret_value()
        return read_signing_key(given.encode() if "-----BEGIN" in given else Path(given).read_bytes())

    def site(self) -> Site:
        """Where browsers find the console: as given, else where it listens."""
        if self.staff_url is not None:
            return read_site(self.staff_url)
        shown = f"[{self.staff_host}]" if ":" in self.staff_host else self.staff_host
        return read_site(f"http://{shown}:{self.staff_port}")

    def key(self) -> bytes:
        """The 32 bytes that encrypt what the tables may not hold in clear; kept in the data folder, and made there at
        the first call, unless they are given. BadKey (a sentence) when that cannot be."""
        if self.console_key is not None:
            return _read_key(self.console_key.get_secret_value())
        file = self.data / "console.key"
        try:
            return _read_key(self._kept(file))
        except (OSError, ValueError):
            raise BadKey(
                f"{file} cannot be used as the console's key: it holds 32 bytes in URL-safe base64, for this user to "
                "read. Put it right, or give another in FRISTAD_CONSOLE_KEY; then staff set their apps up anew"
            ) from None

    def push(self) -> EllipticCurvePrivateKey:
        """The key that tells push services who sends (VAPID); made and kept as `key` is. BadKey as there. With another
        key staff switch their notifications on anew."""
        if self.push_key is not None:
            return _read_push(self.push_key.get_secret_value())
        file = self.data / "push.key"
        try:
            return _read_push(self._kept(file))
        except (OSError, ValueError):
            raise BadKey(
                f"{file} cannot be used as the key for notifications: it holds 32 bytes in URL-safe base64, for this "
                "user to read. Put it right, or give another in FRISTAD_PUSH_KEY; then staff switch them on anew"
            ) from None

    def _kept(self, file: Path) -> str:
        if not file.exists():
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_new(file, urlsafe_b64encode(secrets.token_bytes(32)))
        return file.read_text(encoding="ascii")

    def limits(self) -> Limits:
        """The times and sizes that both ends agree on."""
        return Limits(
            silence=self.silence_seconds,
            lease=self.lease_seconds,
            capacity=self.capacity,
        )

    def database(self) -> str:
        """The database's URL; SQLite in the data folder unless one is given."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{(self.data / 'console.sqlite3').resolve()}"


def _read_push(text: str) -> EllipticCurvePrivateKey:
    try:
        return derive_private_key(int.from_bytes(_read_key(text), "big"), SECP256R1())
    except ValueError:
        raise ValueError("FRISTAD_PUSH_KEY must be 32 bytes in URL-safe base64, and a key of P-256") from None


def _read_key(text: str) -> bytes:
    try:
        raw = urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
    except (Base64Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ValueError("FRISTAD_CONSOLE_KEY must be 32 bytes in URL-safe base64")
    return raw


def _write_new(file: Path, text: bytes) -> None:
    """Whole or not at all, for our own user alone; whoever was first wins."""
    own = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(text)
    try:
        os.link(own, file)
    except FileExistsError:
        pass
    finally:
        own.unlink()
