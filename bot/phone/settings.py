"""What the phone line reads from its environment, and what it refuses to find there."""

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.settings import VisitorSide
from handover.values import DeskId

# What goes into the engine's files: nothing in it may end a line, a value or a comment there.
_PATH = re.compile(r"/[A-Za-z0-9._/+-]*")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")
_USER = re.compile(r"[A-Za-z0-9._+~-]{1,64}")
_PORTS = re.compile(r"(\d{4,5})-(\d{4,5})")
_UNQUOTED = set(" ;\\,\"'[]<>")
_PORTS_PER_CALL = 8  # two legs, each with sound and its control, and as many again while one is being replaced


def _split_addresses(value: object) -> object:
    """Words between spaces. ValueError when one of them is no address or network."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(str(ip_network(word)) for word in value.split())
    except ValueError:
        raise ValueError("must be addresses or networks with spaces between, such as 192.0.2.10") from None


def _absolute(value: Path) -> Path:
    path = value.absolute()
    if not _PATH.fullmatch(str(path)):
        raise ValueError("must be a path of letters, digits, dots, hyphens and underscores: the engine reads no other")
    return path


def _is_one_address(host: str) -> bool:
    try:
        return not ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_addresses)]
Transport = Literal["tls", "tcp", "udp"]


class EngineSettings(BaseSettings):
    """The engine's own part, each `FRISTAD_` and the name in capitals. ValidationError, without the value, when one is
    malformed."""

    model_config = SettingsConfigDict(env_prefix="FRISTAD_", frozen=True, extra="ignore", hide_input_in_errors=True)

    phone_folder: Path = Path("var/phone")
    phone_sounds: Path = Path("var/phone-sounds")
    phone_recordings: Path = Path("var/phone-recordings")
    phone_modules: Path = Path("/usr/lib/asterisk/modules")
    phone_data: Path = Path("/usr/share/asterisk")
    phone_control_port: int = Field(default=18088, ge=1, le=65535)
    phone_sip_host: str = Field(default="0.0.0.0", pattern=r"^[0-9A-Fa-f.:\[\]]+$")  # noqa: S104  # callers come from outside
    phone_sip_port: int = Field(default=5061, ge=1, le=65535)
    phone_media_ports: str = "20000-20999"
    phone_trunk: str | None = None
    phone_transport: Transport = "tls"
    phone_trunk_user: str | None = None
    phone_trunk_password: SecretStr | None = None
    phone_trunk_addresses: Addresses = ()
    phone_encrypted: bool = True
    phone_number: str | None = Field(default=None, pattern=r"^\+[1-9][0-9]{6,14}$")
    phone_authorities: Path = Path("/etc/ssl/certs/ca-certificates.crt")
    phone_certificate: Path | None = None
    phone_private_key: Path | None = None
    phone_calls: int = Field(default=60, ge=1, le=1000)
    phone_lost_seconds: int = Field(default=60, ge=5, le=600)
    phone_external_address: str | None = None
    phone_diagnostics: bool = False
    desk: DeskId = DeskId("demo")
    demo: bool = False
    deadline_minutes: int = Field(default=10, ge=1, le=240)
    redis_url: SecretStr | None = None  # for the prompts of what staff published

    @field_validator(
        "phone_folder", "phone_sounds", "phone_recordings", "phone_modules", "phone_data", "phone_authorities",
        "phone_certificate", "phone_private_key",
    )  # fmt: skip
    @classmethod
    def _check_path(cls, value: Path | None) -> Path | None:
        return None if value is None else _absolute(value)

    @field_validator("phone_trunk")
    @classmethod
    def _check_trunk(cls, value: str | None) -> str | None:
        if value is not None and not _HOST.fullmatch(value):
            raise ValueError("must be the provider's host, such as sip.example.org or sip.example.org:5061")
        return value

    @field_validator("phone_trunk_user")
    @classmethod
    def _check_user(cls, value: str | None) -> str | None:
        if value is not None and not _USER.fullmatch(value):
            raise ValueError("must be letters, digits and . _ + ~ - alone")
        return value

    @field_validator("phone_trunk_password")
    @classmethod
    def _check_password(cls, value: SecretStr | None) -> SecretStr | None:
        text = "x" if value is None else value.get_secret_value()
        if not text or not text.isascii() or not text.isprintable() or set(text) & _UNQUOTED:
            raise ValueError("must be printable ASCII without spaces, quotes, brackets, commas, ; and backslashes")
        return value

    @field_validator("phone_external_address")
    @classmethod
    def _check_external(cls, value: str | None) -> str | None:
        try:
            return None if value is None else str(ip_address(value))
        except ValueError:
            raise ValueError("must be an address, such as 192.0.2.10") from None

    @field_validator("phone_media_ports")
    @classmethod
    def _check_ports(cls, value: str) -> str:
        found = _PORTS.fullmatch(value)
        if not found or not 1024 <= int(found[1]) < int(found[2]) <= 65535:
            raise ValueError("must be two ports with a hyphen between, such as 20000-20999")
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        first, last = self.media_ports
        if last - first + 1 < self.phone_calls * _PORTS_PER_CALL:
            raise ValueError(
                "FRISTAD_PHONE_MEDIA_PORTS holds too few ports for FRISTAD_PHONE_CALLS: "
                f"{_PORTS_PER_CALL} for each call are needed"
            )
        if (self.phone_trunk_user is None) != (self.phone_trunk_password is None):
            raise ValueError("FRISTAD_PHONE_TRUNK_USER and FRISTAD_PHONE_TRUNK_PASSWORD go together: set both or none")
        if (self.phone_certificate is None) != (self.phone_private_key is None):
            raise ValueError("FRISTAD_PHONE_CERTIFICATE and FRISTAD_PHONE_PRIVATE_KEY go together: set both or none")
        if self.phone_external_address is not None and not _is_one_address(self.phone_sip_host):
            raise ValueError(
                "FRISTAD_PHONE_EXTERNAL_ADDRESS takes the place of one address of this machine: set "
                "FRISTAD_PHONE_SIP_HOST to that one"
            )
        return self

    @property
    def media_ports(self) -> tuple[int, int]:
        """The first and the last port for sound."""
        first, last = self.phone_media_ports.split("-")
        return int(first), int(last)

    @property
    def sound_folders(self) -> Sequence[Path]:
        """Where prompts are looked for, human recordings first."""
        return self.phone_recordings, self.phone_sounds


class PhoneSettings(VisitorSide, EngineSettings):
    """All of the process `fristad phone`, which is a visitor's side."""

    redis_url: SecretStr  # which the engine's own part can do without
