"""What the channel Telegram reads from its environment, and what it refuses to find there."""

import re
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.settings import WrittenSettings, decode_key

TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,80}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_ADDRESS = r"^https?://[^\s\"'<>]+$"
_DEMO_PAGE = "http://127.0.0.1:8000/"


class TelegramSettings(WrittenSettings):
    """Settings of `fristad telegram`, which is a visitor's side."""

    telegram_token: SecretStr
    telegram_key: SecretStr
    telegram_api: str | None = Field(default=None, pattern=_ADDRESS)
    telegram_webhook: str | None = Field(default=None, pattern=_ADDRESS)
    telegram_webhook_secret: SecretStr | None = None
    telegram_host: str = Field(default="127.0.0.1", min_length=1)
    telegram_port: int = Field(default=8003, ge=0, le=65535)
    visitor_url: str | None = Field(default=None, pattern=_ADDRESS)

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, token: SecretStr) -> SecretStr:
        if not TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("must be the token that Telegram's BotFather gave, such as 123456:ABC...")
        return token

    @field_validator("telegram_key")
    @classmethod
    def _check_key(cls, key: SecretStr) -> SecretStr:
        decode_key(key)
        return key

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("must be 16 to 256 letters, digits, _ and -")
        return secret

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if (self.telegram_webhook is None) != (self.telegram_webhook_secret is None):
            raise ValueError(
                "FRISTAD_TELEGRAM_WEBHOOK and FRISTAD_TELEGRAM_WEBHOOK_SECRET go together: set both or none"
            )
        if self.visitor_url is None and not self.demo:
            raise ValueError("FRISTAD_VISITOR_URL is not set: who writes in Telegram is told of the more private page")
        return self

    @property
    def key(self) -> bytes:
        """The 32 bytes that seal records and buttons."""
        return decode_key(self.telegram_key)

    @property
    def page(self) -> str:
        """The address of the page, which is the more private way."""
        return self.visitor_url or _DEMO_PAGE
