"""What the Rasa channel reads from its environment."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class RasaSettings(BaseSettings):
    """Settings of the channel, each `FRISTAD_` and the name in capitals. ValidationError, without the value, when one
    is malformed."""

    model_config = SettingsConfigDict(env_prefix="FRISTAD_", frozen=True, extra="ignore", hide_input_in_errors=True)

    rasa_host: str = Field(default="127.0.0.1", min_length=1)
    rasa_port: int = Field(default=5055, ge=0, le=65535)  # 0: any free port
    rasa_secret: SecretStr | None = None
    rasa_page: str | None = Field(default=None, pattern=r"^https?://[^\s\"'<>]+$")
    desk: str = "demo"
    demo: bool = False

    @field_validator("rasa_secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None:
            return None
        # An empty one is a mistake of the operator's, not the wish to be open to everybody.
        text = secret.get_secret_value()
        if len(text) < 8 or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("must be at least 8 printable ASCII characters without a space")
        return secret

    @property
    def secret(self) -> str | None:
        """The secret that a caller has to know; None when everybody may call."""
        return None if self.rasa_secret is None else self.rasa_secret.get_secret_value()
