"""Settings of the staff side, read from the environment by `build()` alone."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from handover.values import Limits


class ConsoleSettings(BaseSettings):
    """What the console needs to start. ValueError, without the value, when one is wrong or the other side's."""

    model_config = SettingsConfigDict(env_prefix="FRISTAD_", extra="ignore", frozen=True, hide_input_in_errors=True)

    redis_url: SecretStr
    database_url: SecretStr | None = None
    data: Path = Path("var")
    desk: str = "demo"
    demo: bool = False
    demo_staff_token: SecretStr | None = None
    demo_coordinator_token: SecretStr | None = None
    silence_seconds: int = Field(default=180, ge=1)
    # A renewal every third of it has to find the engine. Below nine seconds a broken connection is noticed (after up to
    # eight) later than the lease would have lapsed by itself, so a shorter lease loses talks no sooner than that.
    lease_seconds: int = Field(default=15, ge=3)
    capacity: int = Field(default=3, ge=1, le=6)
    state_key: SecretStr | None = None  # named only so that it can be refused

    @model_validator(mode="after")
    def _refuse_the_other_side(self) -> Self:
        if self.state_key is not None:
            raise ValueError("FRISTAD_STATE_KEY belongs to the visitor side: start the console without it")
        if not self.demo and (self.demo_staff_token or self.demo_coordinator_token):
            raise ValueError("FRISTAD_DEMO_*_TOKEN exist in the demonstration only: remove them or set FRISTAD_DEMO")
        return self

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
