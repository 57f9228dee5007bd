"""Every setting has its line in README.md's table, and every line there is a setting."""

import re
from pathlib import Path

from bot.phone.hooks.settings import ElksSettings, TwilioSettings
from bot.phone.settings import PhoneSettings
from bot.rasa.settings import RasaSettings
from bot.settings import BotSettings
from bot.telegram.settings import TelegramSettings
from console.settings import ConsoleSettings
from fristad.doctor.settings import DoctorSettings
from fristad.settings import FrontSettings, WatchSettings

ROOT = Path(__file__).parents[1]
_ROW = re.compile(r"^\| `(FRISTAD_[A-Z_]+)` \|", re.MULTILINE)


def test_the_table_and_the_settings_agree() -> None:
    classes = (
        BotSettings,
        ConsoleSettings,
        DoctorSettings,
        ElksSettings,
        FrontSettings,
        PhoneSettings,
        RasaSettings,
        TelegramSettings,
        TwilioSettings,
        WatchSettings,
    )
    settings = {f"FRISTAD_{name.upper()}" for each in classes for name in each.model_fields}
    rows = _ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert sorted(rows) == sorted(settings)
