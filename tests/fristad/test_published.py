"""docs/files.sha256 is what a browser is sent by this version, wherever it runs: requirement E2-7."""

import secrets
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from bot.main import create_app
from bot.settings import BotSettings, encode_key
from bot.web.assets import Assets
from bot.web.site import Site
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from fristad.published import EXIT_SCRIPT, client_files, tell_files
from handover.values import Limits
from handover.visitor_redis import RedisVisitorEnd
from tests.sealed import Organisation

ROOT = Path(__file__).parents[2]
LIST = ROOT / "docs" / "files.sha256"
NOWHERE = "redis://127.0.0.1:1"  # nobody asks an engine for its files
OTHERS = {"title": "Simskolan", "deadline_minutes": 7, "silence_seconds": 61, "exit_url": "https://example.org/"}


def test_the_published_list_is_that_of_this_version() -> None:
    stale = "docs/files.sha256 is not that of these files: `make files` writes it anew"
    assert LIST.read_text(encoding="utf-8") == tell_files(client_files(datetime.now(UTC))), stale


def test_the_command_prints_the_list() -> None:
    run = subprocess.run([sys.executable, "-m", "fristad", "files"], cwd=ROOT, capture_output=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout == LIST.read_bytes()


@pytest.mark.parametrize("settings", [{}, OTHERS], ids=["as shipped", "another deployment"])
@pytest.mark.parametrize("month", [1, 7])
def test_every_file_of_a_visitors_page_that_can_run_is_in_the_list(settings: dict[str, object], month: int) -> None:
    assets = _site(settings, datetime(2027, month, 1, tzinfo=SWEDEN)).assets
    digests = client_files(datetime.now(UTC))
    assert digests[EXIT_SCRIPT] == sha256(assets.exit.text.encode()).hexdigest()
    sent = {f"visitor/static/{each.name}": each for each in assets.all}
    for name, each in sent.items():
        if each.media_type != "application/json":
            assert digests[name] == sha256(each.plain).hexdigest()
    assert {name for name in digests if name.startswith("visitor/static/")} <= set(sent)


def test_the_list_stays_that_of_this_version_when_staff_change_words() -> None:
    before = _site({}, datetime(2027, 1, 1, tzinfo=SWEDEN))
    changed = before.content.languages["sv"]
    page = {key: f"{text} (nytt)" for key, text in changed.page.items()}
    flow = {key: f"{text} (nytt)" for key, text in changed.flow.items()}
    languages = {**before.content.languages, "sv": replace(changed, page=page, flow=flow)}
    after = create_app(
        before.settings, RedisVisitorEnd(NOWHERE, Limits()), replace(before.content, languages=languages)
    )
    assets: Assets = after.state.site.assets
    digests = set(client_files(datetime.now(UTC)).values())
    assert {sha256(each.plain).hexdigest() for each in assets.all if each.media_type != "application/json"} <= digests
    assert [each.name for each in assets.later] != [each.name for each in before.assets.later]


def _site(changed: dict[str, object], now: datetime) -> Site:
    key = encode_key(secrets.token_bytes(32))
    given = {"redis_url": NOWHERE, "state_key": key, "organisation_key": Organisation().text, "demo": True}
    settings = BotSettings(**{**given, **changed})  # type: ignore[arg-type]
    content = load_content(now=now, demo=True)
    site: Site = create_app(settings, RedisVisitorEnd(NOWHERE, Limits()), content).state.site
    return site
