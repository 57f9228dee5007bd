"""Errors: the next step, 112, the reader's language, and never what was sent."""

import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.web.errors import LastResort
from handover.ports import EngineUnavailable
from tests.bot.conftest import POLICY

MARK = "canary-7f3a"


async def test_an_unknown_address_says_what_to_do_next(client: httpx.AsyncClient) -> None:
    for language, words in (("sv", "Börja om"), ("en", "Start again")):
        answer = await client.get(f"/{MARK}?q={MARK}", headers={"accept-language": language})
        assert answer.status_code == 404
        assert words in answer.text
        assert 'href="tel:112"' in answer.text
        assert 'id="exit"' in answer.text
        assert MARK not in answer.text


async def test_a_wrong_method_says_so_in_both_forms(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/")).status_code == 405
    answer = await client.get("/turn")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["call"] == "112"


@pytest.fixture
async def breaking(app: FastAPI) -> httpx.AsyncClient:
    """An app with an address where the programme fails, and one where the engine does."""

    @app.get("/break")
    async def fail() -> None:
        raise RuntimeError(MARK)

    @app.get("/lose")
    async def lose() -> None:
        raise EngineUnavailable(MARK)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://visitor.test")


@pytest.mark.parametrize(
    ("address", "status", "kind"), [("/break", 500, RuntimeError), ("/lose", 503, EngineUnavailable)]
)
async def test_a_failure_gives_an_id_to_tell_and_logs_only_its_class(
    breaking: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, address: str, status: int, kind: type[Exception]
) -> None:
    async with breaking:
        with caplog.at_level(logging.DEBUG):
            answer = await breaking.get(address)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in POLICY} == POLICY
    (record,) = [record for record in caplog.records if record.name == "bot"]
    logged: dict[str, Any] = record.__dict__
    assert logged["error_class"] is kind
    assert logged["error_id"] in answer.text
    assert MARK not in answer.text + caplog.text


async def test_a_socket_that_fails_is_closed_once() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        raise RuntimeError(MARK)

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await LastResort(failing)({"type": "websocket"}, None, send)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
