"""Servers that help a softphone to the engine: what a browser is told of them, and what a setting must look like."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from console.relays import LASTS, Relays
from console.settings import ConsoleSettings
from dialogues.values import Content
from tests.console.conftest import started
from tests.console.desks import serving
from tests.engines import Engine

STUN, TURN = "stun:turn.example.org:3478", "turns:turn.example.org:5349?transport=tcp"


def settings(**fields: Any) -> ConsoleSettings:
    return ConsoleSettings(redis_url=SecretStr("redis://x"), organisation_key="x", **fields)


def test_a_key_is_the_keyed_hash_of_the_time_that_it_ends() -> None:
    relays = Relays(lambda: 1_700_000_000.9 - LASTS, STUN, TURN, b"a-secret")
    # By `printf %s 1700000000 | openssl dgst -sha1 -hmac a-secret -binary | base64`.
    key = "q3AeiDMq7qHW1OCQmmxTu4Gbd4g="
    assert relays.servers() == [{"urls": STUN}, {"urls": TURN, "username": "1700000000", "credential": key}]
    assert Relays(lambda: 0.0).servers() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"phone_stun": "turn.example.org"},
        {"phone_stun": "https://turn.example.org"},
        {"phone_turn": "turn:turn.example.org?transport=sctp", "phone_turn_secret": SecretStr("x")},
        {"phone_turn": TURN},
        {"phone_turn_secret": SecretStr("x")},
    ],
)
def test_a_server_that_would_not_be_found_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"FRISTAD_PHONE_TURN|must be an address"):
        settings(**fields)


@pytest.mark.parametrize(("by", "number", "told"), [("browser", "", [{"urls": STUN}]), ("own", "0701740699", [])])
async def test_a_softphone_alone_is_told_of_them(
    tmp_path: Path, engine: Engine, content: Content, by: str, number: str, told: list[dict[str, str]]
) -> None:
    console = started(tmp_path, engine.staff, content, phone_folder=tmp_path, phone_stun=STUN)
    async with console as running, serving(running, engine) as live, live.page(await live.token("kim")) as page:
        await page.see("device", state="ready")
        await page.goes_on_duty()
        await page.send("phone", by=by, number=number)
        assert (await page.see("phone", by=by))["relays"] == told
