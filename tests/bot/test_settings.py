"""Settings of the visitor's side: what it needs, and what it refuses to hold."""

from base64 import urlsafe_b64encode

import pytest
from pydantic import ValidationError

from bot.main import create_app
from bot.settings import BotSettings, encode_key
from dialogues.values import Content
from handover.visitor_redis import RedisVisitorEnd
from tests.bot.conftest import ORGANISATION, make_settings
from tests.engines import Engine

GOOD = {"FRISTAD_REDIS_URL": "unix://visitor:secret@/s.sock", "FRISTAD_STATE_KEY": encode_key(bytes(32))}
GOOD["FRISTAD_ORGANISATION_KEY"] = ORGANISATION.text


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> BotSettings:
    for name, value in {**GOOD, **environment}.items():
        monkeypatch.setenv(name, value)
    return BotSettings()  # type: ignore[call-arg]  # the environment fills it


def test_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, FRISTAD_SILENCE_SECONDS="4", FRISTAD_TITLE="Skolan")
    assert settings.key == bytes(32)
    assert settings.limits.silence == 4
    assert settings.title == "Skolan"


@pytest.mark.parametrize(("seconds", "minutes"), [(7, 1), (60, 1), (90, 2), (180, 3)])
async def test_minutes_are_told_rounded_up(engine: Engine, content: Content, seconds: int, minutes: int) -> None:
    settings = make_settings(engine, silence_seconds=seconds, waiting_silence_seconds=seconds)
    app = create_app(settings, RedisVisitorEnd(engine.visitor, settings.limits), content)
    words = app.state.site.words.of("en")
    assert f"closed for {minutes} minutes, the talk ends" in words["talk.silence"]
    assert f"closed for {minutes} minutes, you lose" in words["waiting.silence"]


@pytest.mark.parametrize(
    "name",
    [
        "FRISTAD_DATABASE_URL",
        "FRISTAD_DEMO_STAFF_TOKEN",
        "FRISTAD_DEMO_COORDINATOR_TOKEN",
        "FRISTAD_ORGANISATION_SIGNING_KEY",
    ],
)
def test_a_secret_of_the_staff_side_stops_the_start_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with pytest.raises(ValidationError, match="belongs to the staff side") as refused:
        read(monkeypatch, **{name: "canary-7f3a"})
    assert "canary-7f3a" not in str(refused.value)


@pytest.mark.parametrize("key", ["", "short", "ä" * 43, urlsafe_b64encode(bytes(31)).decode()])
def test_a_key_that_is_no_key_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    with pytest.raises(ValidationError, match="32 bytes"):
        read(monkeypatch, FRISTAD_STATE_KEY=key)


@pytest.mark.parametrize(
    "key", ["", "short", "A" * 87, ORGANISATION.text[:-4]], ids=["empty", "short", "no point", "cut"]
)
def test_an_organisation_key_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    with pytest.raises(ValidationError, match="fristad keys public"):
        read(monkeypatch, FRISTAD_ORGANISATION_KEY=key)


def test_the_exit_is_a_web_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        read(monkeypatch, FRISTAD_EXIT_URL="javascript:alert(1)")


def test_origins_that_may_show_the_page_stand_with_spaces_between(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).embed_origins == ()
    given = " https://skolan.example  https://b.example:8443 http://localhost:8080 "
    assert read(monkeypatch, FRISTAD_EMBED_ORIGINS=given).embed_origins == tuple(given.split())


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.example", "https://a.example/", "http://a.example", "'self'", "a.example", "https://a.example;x"],
)
def test_what_is_not_an_origin_may_not_show_the_page(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    with pytest.raises(ValidationError, match="must be origins with spaces between"):
        read(monkeypatch, FRISTAD_EMBED_ORIGINS=f"https://good.example {origin}")


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "secret@" not in repr(read(monkeypatch))
