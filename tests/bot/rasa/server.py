"""`fristad rasa-actions` in a process of its own, and a caller that speaks as a Rasa assistant does."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.running import START_LIMIT, end, start

SECRET = "a-long-enough-secret"
_READY = re.compile(r"^Rasa actions: (\S+)/webhook$", re.MULTILINE)


@dataclass(frozen=True)
class Assistant:
    """An assistant beside the server: it knows the address and the secret."""

    process: subprocess.Popen[bytes]
    address: str
    output: Path

    def send(self, body: bytes, secret: str = SECRET, **headers: str) -> httpx.Response:
        named = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(f"{self.address}/webhook", content=body, headers=named, timeout=30, trust_env=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=30, trust_env=False)

    def call(self, action: str, text: str | None = None, intent: str | None = None, **slots: object) -> "Said":
        """Run an action as Rasa does; AssertionError when it refuses."""
        answer = httpx.post(
            f"{self.address}/webhook",
            json=call(action, text, intent, **slots),
            headers={"authorization": f"Bearer {SECRET}"},
            timeout=30,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return Said(answer.json())


@dataclass(frozen=True)
class Said:
    """An action's result, as Rasa reads it."""

    result: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        return [response["text"] for response in self.result["responses"]]

    @property
    def payloads(self) -> list[str]:
        return [button["payload"] for response in self.result["responses"] for button in response["buttons"]]

    @property
    def slots(self) -> dict[str, object]:
        return {event["name"]: event["value"] for event in self.result["events"] if event["event"] == "slot"}


def call(action: str, text: str | None = None, intent: str | None = None, **slots: object) -> dict[str, Any]:
    """The body that Rasa 3 posts to an action server."""
    latest: dict[str, Any] = {
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [],
        "text": text,
        "message_id": "m1",
    }
    return {
        "next_action": action,
        "sender_id": "someone",
        "tracker": {
            "sender_id": "someone",
            "slots": slots,
            "latest_message": latest,
            "latest_event_time": 1_800_000_000.5,
            "followup_action": None,
            "paused": False,
            "events": [{"event": "user", "timestamp": 1_800_000_000.5, "text": text, "parse_data": latest}],
            "latest_input_channel": "rest",
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
        "domain": {"intents": [], "slots": {}, "responses": {}, "actions": [action]},
        "version": "3.6.21",
    }


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Assistant]:
    """A started server on a free port, ended by SIGTERM. Settings are given without the prefix."""
    own = {"FRISTAD_RASA_PORT": "0", "SANIC_HOST": "0.0.0.0"}  # rasa_sdk's own way to listen everywhere
    own |= {f"FRISTAD_{name}": value for name, value in settings.items()}
    with running(["-m", "fristad", "rasa-actions", "--demo"], own, folder) as assistant:
        yield assistant


@contextmanager
def running(arguments: list[str], own: dict[str, str], folder: Path) -> Iterator[Assistant]:
    """Python with these arguments, once it has said where it listens and answers there."""
    output = folder / "output.log"
    with output.open("wb") as sink:
        process = start(arguments, own, folder, sink)
    try:
        yield Assistant(process, _wait_until_ready(process, output), output)
    finally:
        end(process)


def _wait_until_ready(process: "subprocess.Popen[bytes]", output: Path) -> str:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit and process.poll() is None:
        said = _READY.search(output.read_text(encoding="utf-8"))
        if said and _answers(said[1]):
            return said[1]
        time.sleep(0.05)
    raise AssertionError(f"not ready:\n{output.read_text(encoding='utf-8')}")


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
