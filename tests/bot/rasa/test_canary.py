"""Nothing of a sender or a message is kept or logged, at any level, by us or by what we build on."""

import json
import secrets
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.rasa.gate import Gate
from bot.rasa.names import ActionName
from tests.bot.rasa.server import Assistant, call, running, serving
from tests.journeys.marks import renderings


def found(mark: str, raw: bytes) -> list[str]:
    """In which renderings a mark is there."""
    return [kind for kind, coded in renderings(mark).items() if coded in raw]


def marked(mark: str, action: str) -> dict[str, Any]:
    """A call with the mark wherever an assistant may put somebody's words."""
    body = call(action, f"jag heter {mark}", f"intent_{mark}", topic=f"{mark}", name=mark, county="uppsala")
    body["sender_id"] = body["tracker"]["sender_id"] = mark
    body["tracker"]["latest_message"] |= {"message_id": mark, "metadata": {mark: mark}}
    body["tracker"]["events"].append({"event": "bot", "text": mark})
    body["domain"]["responses"] = {f"utter_{mark}": [{"text": mark}]}
    body["version"] = mark
    return body


def send_everything(assistant: Assistant, mark: str) -> list[httpx.Response]:
    """Good and bad requests full of marks; the answers."""
    good = [json.dumps(marked(mark, action)).encode() for action in ActionName]
    answers = [assistant.send(body) for body in good]
    answers += [assistant.send(zlib.compress(body), content_encoding="deflate") for body in good]
    answers += [assistant.send(body, secret=mark, origin=f"https://{mark}.example") for body in good]
    assistant.send(json.dumps(marked(mark, f"action_{mark}")).encode())
    assistant.send(good[0][:-2])
    assistant.send(json.dumps({"next_action": mark, "tracker": mark}).encode())
    assistant.send(json.dumps({"next_action": [mark], mark: mark}).encode(), content_encoding="deflate")
    assistant.get(f"/{mark}?{mark}", user_agent=mark, cookie=mark)
    return answers


def test_a_marked_sender_leaves_no_mark(tmp_path: Path) -> None:
    mark = f"zq{secrets.token_hex(8)}"
    with serving(tmp_path, RASA_SECRET="a-long-enough-secret") as assistant:
        answers = send_everything(assistant, mark)
        assert {answer.status_code for answer in answers} == {200, 401}
        assert [found(mark, answer.content) for answer in answers if found(mark, answer.content)] == []
    written = assistant.output.read_bytes()
    assert found(mark, written) == []
    assert written.decode().splitlines() == [f"Rasa actions: {assistant.address}/webhook"]
    assert [path.name for path in tmp_path.iterdir()] == ["output.log"]


def test_a_failing_action_is_logged_by_its_class_alone(tmp_path: Path) -> None:
    mark = f"zq{secrets.token_hex(8)}"
    with running(["-m", "tests.bot.rasa.broken", "ours", mark], {}, tmp_path) as assistant:
        answers = send_everything(assistant, mark)
        assert {answer.status_code for answer in answers} == {500}
        assert [found(mark, answer.content) for answer in answers if found(mark, answer.content)] == []
        assert "112" in answers[0].json()["error"]
    written = assistant.output.read_bytes()
    assert found(mark, written) == []
    assert b"class=ValueError" in written


def test_the_search_finds_what_rasa_sdk_writes_by_itself(tmp_path: Path) -> None:
    mark = f"zq{secrets.token_hex(8)}"
    with running(["-m", "tests.bot.rasa.broken", "stock", mark], {}, tmp_path) as assistant:
        answers = send_everything(assistant, mark)
        assert found(mark, answers[0].content)
    assert found(mark, assistant.output.read_bytes())


@pytest.mark.parametrize("action", list(ActionName))
async def test_what_goes_in_is_what_the_actions_read(action: ActionName) -> None:
    handed: list[dict[str, Any]] = []

    async def server(scope: Any, receive: Any, send: Any) -> None:
        assert dict(scope["headers"]).keys() == {b"host", b"content-type", b"content-length"}
        handed.append(json.loads((await receive())["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    transport = httpx.ASGITransport(Gate(server, "3.21.1", None))
    async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
        await client.post("/webhook?who=marked", json=call(action, "hej", "greet", topic="threats"))
    tracker = {
        "latest_message": {"text": "hej", "intent": {"name": "greet"}},
        "slots": {"topic": "threats"},
        "sender_id": "",
        "events": [],
    }
    assert handed == [{"next_action": action, "version": "3.21.1", "domain": {}, "tracker": tracker}]
