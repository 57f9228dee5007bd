"""What the phone line reads from its environment when a provider plays the calls (46elks, Twilio)."""

import re

from pydantic import Field, SecretStr, field_validator

from bot.phone.settings import Addresses, PhoneSettings
from safety.site import read_site

_NUMBER = r"^\+[1-9]\d{6,14}$"  # E.164
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,128}")


class HookSettings(PhoneSettings):
    """All of the process `fristad phone --provider ...`, as far as every provider needs it. ValidationError, without
    the value, when one is missing or malformed."""

    phone_url: str
    phone_host: str = Field(default="127.0.0.1", min_length=1)
    phone_port: int = Field(default=8002, ge=0, le=65535)
    phone_secret: SecretStr
    phone_number: str = Field(pattern=_NUMBER)
    trusted_proxies: int = Field(default=0, ge=0, le=8)

    @field_validator("phone_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        return read_site(value).origin

    @field_validator("phone_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr) -> SecretStr:
        if not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 32 to 128 letters, digits, hyphens and underscores that nobody can guess")
        return value


class ElksSettings(HookSettings):
    """With 46elks, which signs nothing: its callbacks are known by a secret path and the addresses they come from."""

    phone_provider_addresses: Addresses

    @field_validator("phone_provider_addresses")
    @classmethod
    def _check_some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("must name the addresses that the provider's callbacks come from; it documents them")
        return value


class TwilioSettings(HookSettings):
    """With Twilio, which signs its callbacks; the same token deletes what it has recorded about a call."""

    phone_account: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    phone_token: SecretStr = Field(min_length=16)
    phone_api: str = Field(default="https://api.twilio.com", pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")
