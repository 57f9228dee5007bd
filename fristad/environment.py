"""What each child finds in its environment: its own settings and secrets, and nothing of the other side's."""

import os
from collections.abc import Mapping, Set
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from bot.settings import STAFF_ONLY, BotSettings
from bot.telegram.settings import TelegramSettings
from console.settings import ConsoleSettings
from fristad.refusal import Refused
from fristad.settings import PREFIX, explain

# Nothing else of the operator's environment is handed down: it may hold keys of other systems.
_ORDINARY = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
_VISITOR_SIDE = {"state_key"}
_GIVEN = {"redis_url", "state_key", "demo_staff_token", "demo_coordinator_token"}  # made for each run


@dataclass(frozen=True)
class Side:
    """One app's settings: their class, and the names in it that are there only to be refused."""

    settings: type[BaseSettings]
    refused: Set[str]

    def environment(self, outer: Mapping[str, str], **own: str) -> dict[str, str]:
        """The ordinary variables, this side's settings as found in `outer`, then `own` by setting name.

        Refused, without any value, when this side's settings would not accept it.
        """
        names = set(self.settings.model_fields) - self.refused - _GIVEN
        kept = {variable for name in names if (variable := PREFIX + name.upper()) in outer}
        environment = {name: outer[name] for name in (*_ORDINARY, *sorted(kept)) if name in outer}
        environment |= {PREFIX + name.upper(): value for name, value in own.items()}
        environment["OTEL_SDK_DISABLED"] = "true"
        _check(self.settings, environment)
        return environment


VISITOR_SIDE = Side(BotSettings, STAFF_ONLY)
TELEGRAM_SIDE = Side(TelegramSettings, STAFF_ONLY)
STAFF_SIDE = Side(ConsoleSettings, _VISITOR_SIDE)


def engine_environment(outer: Mapping[str, str]) -> dict[str, str]:
    """What the engine needs, which is next to nothing."""
    return {name: outer[name] for name in ("PATH", "LANG", "TZ", "TMPDIR") if name in outer}


def _check(settings: type[BaseSettings], environment: Mapping[str, str]) -> None:
    """Read the settings as the child will. They know one source, this process's environment, so it is lent theirs."""
    own = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        settings()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None
    finally:
        os.environ.clear()
        os.environ.update(own)
