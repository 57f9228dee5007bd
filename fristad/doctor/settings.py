"""What the doctor reads from the environment: the settings of either side, and addresses for it alone."""

from pathlib import Path

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from bot.telegram.settings import TOKEN
from console.database_url import read_database_url
from fristad.refusal import Refused
from fristad.settings import PREFIX, explain
from handover.engines import read_address
from safety.text64 import read64


class DoctorSettings(BaseSettings):
    """All may be missing: what cannot be looked at without one is told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    data: Path = Path("var")
    redis_url: SecretStr | None = None
    database_url: SecretStr | None = None
    count_keys: Path | None = None
    console_key: SecretStr | None = None
    desk: str = "demo"
    state_key: SecretStr | None = None
    telegram_token: SecretStr | None = None
    telegram_key: SecretStr | None = None
    telegram_api: str | None = None
    telegram_webhook: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_host: str = "127.0.0.1"
    doctor_visitor_redis_url: SecretStr | None = None
    doctor_staff_redis_url: SecretStr | None = None
    doctor_admin_redis_url: SecretStr | None = None

    @field_validator("telegram_token")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        """None for an empty one, as for `fristad serve`. What is no token is refused: it becomes part of an address."""
        if token is None or not token.get_secret_value():
            return None
        if not TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("must be the token that Telegram's BotFather gave, such as 123456:ABC...")
        return token

    @field_validator("redis_url", "doctor_visitor_redis_url", "doctor_staff_redis_url", "doctor_admin_redis_url")
    @classmethod
    def _check_engine(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            read_address(url.get_secret_value())
        return url

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, url: SecretStr | None) -> SecretStr | None:
        return None if url is None else SecretStr(read_database_url(url.get_secret_value()))

    @property
    def engine_urls(self) -> list[str]:
        """The addresses of the engine's two users, as far as they are known."""
        given = (self.redis_url, self.doctor_visitor_redis_url, self.doctor_staff_redis_url)
        return list(dict.fromkeys(url.get_secret_value() for url in given if url is not None))

    @property
    def admin_url(self) -> str | None:
        """The engine's address for a user who may see its configuration."""
        return self.doctor_admin_redis_url.get_secret_value() if self.doctor_admin_redis_url else None

    @property
    def console_secret(self) -> bytes | None:
        """The console's key as it is given or kept; None where there is none that can be read."""
        try:
            text = self.console_key.get_secret_value() if self.console_key else (self.data / "console.key").read_text()
            return read64(text.strip().rstrip("="))
        except (OSError, ValueError):
            return None

    @property
    def database(self) -> str | None:
        """The address of a database that is no file in the data folder."""
        return self.database_url.get_secret_value() if self.database_url else None


def read_doctor_settings() -> DoctorSettings:
    """The doctor's settings. Refused, naming the setting and never its value."""
    try:
        return DoctorSettings()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None
