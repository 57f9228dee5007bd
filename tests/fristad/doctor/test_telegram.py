"""What the doctor sees of the channel Telegram, with a Bot API server of our own for Telegram's."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.settings import encode_key
from dialogues.hours import SWEDEN
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.leaks import check_environment
from fristad.doctor.settings import DoctorSettings
from fristad.doctor.telegram import check_telegram
from tests.fristad.doctor.fronts import front, make_certificate
from tests.fristad.doctor.test_command import doctor
from tests.running import free_port
from tests.telegram.conftest import answering, content, engine, valkey  # noqa: F401  # fixtures
from tests.telegram.server import TOKEN, Server, serving

NOW = datetime(2026, 12, 1, 12, tzinfo=SWEDEN)
SECRET = "a-webhook-secret-of-the-tests"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        server.about = {"can_join_groups": False}
        yield server


async def seen(server: Server, *, embedded: bool = False, **given: Any) -> list[Finding]:
    """What the doctor finds; it asks as it does for an operator, in a thread of its own."""
    usual = {
        "telegram_token": TOKEN,
        "telegram_key": encode_key(secrets.token_bytes(32)),
        "telegram_api": server.address,
        "data": Path("nowhere"),
    }
    settings = DoctorSettings(**{**usual, **given})
    found = await asyncio.to_thread(check_telegram, settings, NOW, embedded=embedded)
    assert not any(TOKEN in str(finding) or SECRET in str(finding) for finding in found)
    return [finding for finding in found if "FRISTAD_TELEGRAM_API says" not in finding.what]


def told(found: list[Finding]) -> list[tuple[Weight, str]]:
    return [(finding.weight, finding.what) for finding in found]


async def test_a_bot_that_is_set_up_well_has_nothing_wrong(server: Server) -> None:
    assert await seen(server) == []
    assert [method for method, _ in server.calls] == ["getMe", "getWebhookInfo"], "it asks, and changes nothing"
    assert await seen(server, embedded=True, telegram_key=None) == []


async def test_without_a_token_nobody_is_asked(server: Server) -> None:
    assert await seen(server, telegram_token=None) == []
    assert await seen(server, telegram_token="") == []
    assert server.calls == []


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("can_join_groups", "added to groups"),
        ("can_read_all_group_messages", "everything in groups"),
        ("supports_inline_queries", "inline mode"),
    ],
)
async def test_what_the_bot_needs_not_do_is_told(server: Server, flag: str, words: str) -> None:
    server.about[flag] = True
    ((weight, what),) = told(await seen(server))
    assert weight is Weight.MINOR
    assert words in what


async def test_an_address_that_is_not_ours_is_the_worst(server: Server) -> None:
    server.state.updates.clear()
    server._set_webhook({"url": "https://stranger.example/hook"})  # as its owner's token allows
    ((weight, what),) = told(await seen(server))
    assert weight is Weight.WORDS
    assert "stranger" not in what
    assert "not FRISTAD_TELEGRAM_WEBHOOK" in what


async def test_a_token_that_telegram_does_not_know_is_told_and_never_shown(server: Server) -> None:
    other = "987654321:AAAnotherTokenOfNobodyAtAllxxxxxxxxxx"
    found = await seen(server, telegram_token=other)
    assert [weight for weight, _ in told(found)] == [Weight.UNSEEN]
    assert "401" in found[0].what
    assert not any(other in str(finding) for finding in found)


async def test_a_telegram_that_cannot_be_reached_is_unseen(server: Server) -> None:
    found = await seen(server, telegram_api=f"http://127.0.0.1:{free_port()}")
    assert [weight for weight, _ in told(found)] == [Weight.UNSEEN]


async def test_a_token_is_never_sent_where_others_can_read_it(server: Server) -> None:
    ((weight, what),) = told(await seen(server, telegram_api="http://api.example.org"))
    assert weight is Weight.WORDS
    assert "without TLS" in what


async def test_a_token_is_not_sent_to_a_server_whose_certificate_is_not_believed(
    server: Server, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with front(f"{server.address}/", make_certificate(tmp_path), log=log) as stranger:
        found = await seen(server, telegram_api=stranger.rstrip("/"))
    assert [weight for weight, _ in told(found)] == [Weight.UNSEEN]
    assert server.calls == []
    assert not log.exists() or TOKEN not in log.read_text()


async def test_keys_and_webhook_settings_that_do_not_fit_are_told(server: Server) -> None:
    key = encode_key(secrets.token_bytes(32))
    assert told(await seen(server, telegram_key=None))[0][0] is Weight.UNSEEN
    assert told(await seen(server, telegram_key=key, state_key=key))[0][0] is Weight.MINOR
    ((weight, what),) = told(await seen(server, telegram_webhook_secret=SECRET))
    assert (weight, "one is missing" in what) == (Weight.DOORS, True)
    found = await seen(server, telegram_webhook="http://chat.example.org/t", telegram_webhook_secret=SECRET)
    assert (Weight.WORDS, True) in [(weight, "without TLS" in what) for weight, what in told(found)]
    near = f"http://127.0.0.1:{free_port()}/t"
    found = await seen(server, telegram_webhook=near, telegram_webhook_secret=SECRET, telegram_host="0.0.0.0")
    assert (Weight.MINOR, True) in [(weight, "more than this machine" in what) for weight, what in told(found)]


async def test_a_desk_that_does_not_answer_there_is_told(server: Server) -> None:
    ((weight, what),) = told(await seen(server, desk="una-norrbotten"))
    assert weight is Weight.ADVICE
    assert "does not answer in Telegram" in what


async def test_a_webhook_that_answers_is_right_and_one_that_takes_everything_is_not(
    server: Server,
    engine: Any,  # noqa: F811
    content: Any,  # noqa: F811
) -> None:
    port = free_port()
    hook = f"http://127.0.0.1:{port}/hook-of-ours"
    given: dict[str, Any] = {"telegram_webhook": hook, "telegram_webhook_secret": SECRET}
    async with answering(server, engine, content, telegram_port=port, **given):
        assert await seen(server, **given) == []
    found = await seen(server, **given)
    assert [(weight, "does not answer" in what) for weight, what in told(found)] == [(Weight.UNSEEN, True)]
    async with serving() as careless:  # answers whatever comes
        near = f"{careless.address}/bot{TOKEN}/getMe"
        server._set_webhook({"url": near, "secret_token": SECRET})
        found = await seen(server, telegram_webhook=near, telegram_webhook_secret=SECRET)
    assert [(weight, "without the secret" in what) for weight, what in told(found)] == [(Weight.DOORS, True)]


def test_the_token_is_for_one_process_alone() -> None:
    given = {"FRISTAD_TELEGRAM_TOKEN": "x", "FRISTAD_TELEGRAM_KEY": "x"}
    assert [finding.weight for finding in check_environment(given, "bot", "It")] == [Weight.DOORS] * 2
    assert [finding.weight for finding in check_environment(given, "console", "It")] == [Weight.DOORS] * 2
    assert check_environment(given, "telegram", "It") == []
    strange = {"FRISTAD_CONSOLE_KEY": "x", "FRISTAD_DOCTOR_ADMIN_REDIS_URL": "x"}
    assert [finding.weight for finding in check_environment(strange, "telegram", "It")] == [Weight.DOORS] * 2


async def test_the_command_looks_at_it(server: Server, tmp_path: Path) -> None:
    server.about["can_join_groups"] = True
    given = {"FRISTAD_TELEGRAM_TOKEN": TOKEN, "FRISTAD_TELEGRAM_API": server.address}
    run = await asyncio.to_thread(doctor, tmp_path, **given)
    assert "can be added to groups" in run.stdout
    assert "FRISTAD_TELEGRAM_KEY is not set" in run.stdout
    assert TOKEN not in run.stdout + run.stderr
    run = await asyncio.to_thread(doctor, tmp_path, FRISTAD_TELEGRAM_TOKEN="no-token/../of:ours")
    assert (run.returncode, run.stdout) == (2, "")
    assert "of:ours" not in run.stderr
