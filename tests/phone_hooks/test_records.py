"""What a provider keeps about a call is deleted after its end, where its interface can."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.phone.hooks.records import TwilioRecords
from tests.phone_hooks.lines import line
from tests.phone_hooks.provider import TOKEN, TwilioCaller

ACCOUNT = f"AC{'0' * 32}"


class Api(HTTPServer):
    """Answers with one status after another, and with the last one from then on."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses)
        self.asked: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_DELETE(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers["Authorization"]))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def api(*statuses: int) -> Iterator[Api]:
    server = Api(*statuses)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def wanted(call: str) -> tuple[str, str, str]:
    key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    return "DELETE", f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{call}.json", f"Basic {key}"


@pytest.mark.parametrize("statuses", [(204,), (404,), (409, 500, 204)])
async def test_a_record_is_deleted_also_when_it_is_not_finished_at_first(statuses: tuple[int, ...]) -> None:
    with api(*statuses) as server:
        await TwilioRecords(server.url, ACCOUNT, TOKEN, (0.0, 0.0, 0.0, 0.0)).delete("CA1")
        assert server.asked == [wanted("CA1")] * len(statuses)


async def test_a_record_that_cannot_be_deleted_is_told_without_its_name(caplog: pytest.LogCaptureFixture) -> None:
    with api(500) as server:
        await TwilioRecords(server.url, ACCOUNT, TOKEN, (0.0, 0.0)).delete("CA1")
    assert len(server.asked) == 2
    (record,) = caplog.records
    assert record.__dict__["event"] == "failed" and "CA1" not in caplog.text


async def test_a_line_has_the_record_of_each_call_deleted(tmp_path: Path) -> None:
    with api(204) as server, line("twilio", tmp_path, PHONE_API=server.url) as built:
        caller = TwilioCaller(built.base)
        await caller.rings()
        assert server.asked == []
        await caller.hangs_up()
        for _ in range(300):
            if server.asked:
                break
            await asyncio.sleep(0.1)
        await caller.close()
        assert server.asked == [wanted(f"CA{caller.id}")]
