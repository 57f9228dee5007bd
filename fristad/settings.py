"""What the front door itself reads from the environment, and how a wrong setting is told."""

from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from fristad.refusal import Refused
from safety.site import Site, read_site

PREFIX = "FRISTAD_"


class FrontSettings(BaseSettings):
    """Addresses, data, engine. ValidationError (without the value) when one is malformed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    visitor_host: str = Field(default="127.0.0.1", min_length=1)
    visitor_port: int = Field(default=8000, ge=0, le=65535)  # 0: any free port
    staff_host: str = Field(default="localhost", min_length=1)
    staff_port: int = Field(default=8001, ge=0, le=65535)
    visitor_url: str | None = None  # as browsers reach it
    staff_url: str | None = None
    data: Path = Path("var")
    desk: str = "demo"
    demo: bool = False
    engine: str | None = None  # the engine's program; None: the first one found
    drain_seconds: int = Field(default=20, ge=0, le=600)  # that pages have to go elsewhere when their process ends

    def sites(self) -> tuple[Site, Site]:
        """Where browsers find the visitor app and the console: as given, else where they listen."""
        visitors = self.visitor_url or _address(self.visitor_host, self.visitor_port)
        return read_site(visitors), read_site(self.staff_url or _address(self.staff_host, self.staff_port))

    @field_validator("visitor_url", "staff_url")
    @classmethod
    def _check_address(cls, address: str | None) -> str | None:
        if address is not None:
            read_site(address)
        return address


class WatchSettings(BaseSettings):
    """Where a process tells how it is. ValidationError (without the value) when one is malformed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    metrics_host: str = Field(default="127.0.0.1", min_length=1)
    metrics_port: int | None = Field(default=None, ge=0, le=65535)


def read_watch_settings() -> WatchSettings:
    """Where to tell. Refused, naming the setting and never its value."""
    try:
        return WatchSettings()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None


def read_front_settings() -> FrontSettings:
    """The front door's settings. Refused, naming the setting and never its value."""
    try:
        return FrontSettings()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def explain(error: ValidationError | SettingsError) -> str:
    """The first thing wrong, as a sentence for whoever starts the program; no value is in it."""
    if isinstance(error, SettingsError):
        return f"A setting could not be read ({error}); correct it and start again."
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    if not first["loc"]:
        return f"{message}."
    name = PREFIX + str(first["loc"][0]).upper()
    if first["type"] == "missing":
        return f"{name} is not set; README.md says what it holds."
    return f"{name}: {message[:1].lower()}{message[1:]}; correct it and start again."
