"""What the visitor's side reads from its environment, and what it refuses to find there."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from types import NoneType
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from handover.values import DeskId, Limits
from safety.devices import BadDevice, read_key
from safety.neighbours import read_neighbours
from safety.price import FREE_LATELY


def _refuse(value: object) -> None:
    if value is not None:
        raise ValueError("belongs to the staff side: the visitor side does not start while it can read that")


# An origin as browsers write it. No wildcard: whoever may show this page can see when it is left.
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")


def _split_origins(value: object) -> object:
    """Words between spaces. ValueError when one of them is not an origin."""
    if not isinstance(value, str):
        return value
    origins = tuple(value.split())
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("must be origins with spaces between, such as https://example.org, without path or wildcard")
    return origins


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_origins)]
Neighbours = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(read_neighbours)]
NotOurs = Annotated[None, BeforeValidator(_refuse)]


class VisitorSide(BaseSettings):
    """What every process of the visitor's side reads, each `FRISTAD_` and the name in capitals, and refuses to find.

    Raises pydantic's ValidationError, without the values, when one is missing, malformed, or belongs to the staff side.
    """

    model_config = SettingsConfigDict(env_prefix="FRISTAD_", frozen=True, extra="ignore", hide_input_in_errors=True)

    redis_url: SecretStr
    silence_seconds: int = Field(default=180, ge=1)
    waiting_silence_seconds: int = Field(default=600, ge=1)

    # A stolen visitor side must not open the staff side (design promise 10), so it may not even hold its keys.
    database_url: NotOurs = None
    demo_staff_token: NotOurs = None
    demo_coordinator_token: NotOurs = None
    organisation_signing_key: NotOurs = None
    console_key: NotOurs = None
    push_key: NotOurs = None
    phone_turn_secret: NotOurs = None

    @property
    def limits(self) -> Limits:
        """The limits that the visitor's end sets: how long a talk outlives the visitor's silence."""
        return Limits(silence=self.silence_seconds, waiting_silence=self.waiting_silence_seconds)


STAFF_ONLY = frozenset(name for name, field in VisitorSide.model_fields.items() if field.annotation is NoneType)


class WrittenSettings(VisitorSide):
    """What a channel reads in which people write."""

    organisation_key: str
    other_desks: Neighbours = ()
    desk: DeskId = DeskId("demo")
    demo: bool = False
    deadline_minutes: int = Field(default=10, ge=1, le=240)
    joins_per_minute: int = Field(default=FREE_LATELY, ge=1, le=1_000_000)

    @field_validator("organisation_key")
    @classmethod
    def _check_organisation(cls, text: str) -> str:
        try:
            read_key(text)
        except BadDevice:
            raise ValueError("must be what `fristad keys public` prints") from None
        return text

    @property
    def organisation(self) -> bytes:
        """The public key that signs staff devices."""
        return read_key(self.organisation_key)


class BotSettings(WrittenSettings):
    """Settings of the visitor's page."""

    state_key: SecretStr
    title: str = Field(default="Läxhjälp", min_length=1, max_length=40)
    exit_url: str = Field(default="https://www.smhi.se/", pattern=r"^https?://[^\s\"'<>]+$")
    responsible: str | None = Field(default=None, min_length=1, max_length=400)
    embed_origins: Origins = ()
    codes: bool = True  # to come back with; without them no page speaks of them
    trusted_proxies: int = Field(default=0, ge=0, le=8)

    @field_validator("state_key")
    @classmethod
    def _check_key(cls, key: SecretStr) -> SecretStr:
        decode_key(key)
        return key

    @property
    def key(self) -> bytes:
        """The 32 bytes that seal what the page carries."""
        return decode_key(self.state_key)


def encode_key(key: bytes) -> str:
    """A key as `FRISTAD_STATE_KEY` wants it."""
    return urlsafe_b64encode(key).decode().rstrip("=")


def decode_key(key: SecretStr) -> bytes:
    """The 32 bytes of such a key. ValueError when it is none."""
    text = key.get_secret_value()
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Base64Error, ValueError) as error:
        raise ValueError("must be 32 bytes in URL-safe base64") from error
    if len(raw) != 32:
        raise ValueError("must be 32 bytes in URL-safe base64")
    return raw
