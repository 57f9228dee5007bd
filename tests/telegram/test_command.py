"""`fristad telegram` as an operator starts it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.conftest import ORGANISATION
from tests.engines import Engine
from tests.running import ROOT, end, start
from tests.telegram.conftest import KEY
from tests.telegram.people import Phone
from tests.telegram.server import TOKEN, Server

GIVEN = {
    "FRISTAD_TELEGRAM_TOKEN": TOKEN,
    "FRISTAD_TELEGRAM_KEY": KEY,
    "FRISTAD_ORGANISATION_KEY": ORGANISATION.text,
    "FRISTAD_DEMO": "true",
}


async def test_it_answers_and_ends_when_it_is_asked_to(
    tmp_path: Path, server: Server, engine: Engine, ali: Phone
) -> None:
    output = tmp_path / "output"
    own = {**GIVEN, "FRISTAD_REDIS_URL": engine.visitor, "FRISTAD_TELEGRAM_API": server.address}
    with output.open("wb") as sink:
        process = start(["-m", "fristad", "telegram"], own, tmp_path, sink)
    try:
        ali.types("/start")
        await ali.until(lambda: "Telegram knows" in ali.read(), output.read_text, patience=60)
    finally:
        end(process)
    assert process.returncode == 0
    assert output.read_text() == "Telegram: answering\n"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"FRISTAD_TELEGRAM_TOKEN": "x"}, "FRISTAD_TELEGRAM_TOKEN"),
        ({"FRISTAD_TELEGRAM_KEY": "x"}, "FRISTAD_TELEGRAM_KEY"),
        ({"FRISTAD_TELEGRAM_WEBHOOK": "https://example.org/x"}, "FRISTAD_TELEGRAM_WEBHOOK_SECRET go together"),
        ({"FRISTAD_TELEGRAM_WEBHOOK_SECRET": "short"}, "16 to 256 letters"),
        ({"FRISTAD_DATABASE_URL": "sqlite://"}, "belongs to the staff side"),
        ({"FRISTAD_CONSOLE_KEY": KEY}, "belongs to the staff side"),
        ({"FRISTAD_REDIS_URL": "unix:///nowhere"}, "FRISTAD_REDIS_URL"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    outer = {key: value for key, value in os.environ.items() if not key.startswith("FRISTAD_")}
    given = {**GIVEN, "FRISTAD_REDIS_URL": "unix:///nowhere", **changed}
    command = [sys.executable, "-m", "fristad", "telegram"]
    run = subprocess.run(
        command,
        env={**outer, "PYTHONPATH": str(ROOT), **given},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode in {1, 2}
    assert told in run.stderr
    assert run.stderr.count("\n") == 1
    assert not any(value in run.stderr for value in changed.values() if len(value) > 10)
