"""Two visitor processes and a console, as an operator runs them: what is published both say, undone neither."""

import re
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest

from console.drafts import mark_of
from console.signins import COOKIE
from dialogues.overlay import shipped_text
from tests.engines import Engine
from tests.engines import running as running_engine
from tests.fristad.processes import eventually
from tests.running import end, free_port, running_apart, start, wait_until_healthy
from tests.sealed import Organisation

PART = "en/page.yml#first"
SAID = "Somebody to talk to, in two processes"
# Five seconds are promised (bot looks every second, console every two); the machine of the tests is shared.
LIMIT = 20.0


class Coordinator:
    """A coordinator's browser, as far as forms need one."""

    def __init__(self, staff: str) -> None:
        self._staff = staff.rstrip("/")
        # The cookie is for secure addresses, and browsers count localhost among them; this client does not.
        self._client = httpx.Client(timeout=60, headers={"accept-language": "en", "origin": self._staff})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def sign_in(self, link: str) -> None:
        """By the demonstration's link, which signs in the one of its two coordinators who is not there yet."""
        answer = self._client.get(link)
        found = re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])
        assert found
        self._client.headers["cookie"] = f"{COOKIE}={found[1]}"

    def get(self, path: str) -> str:
        answer = self._client.get(self._staff + path)
        assert answer.status_code == 200, path
        return answer.text

    def post(self, path: str, **fields: str) -> httpx.Response:
        answer = self._client.post(self._staff + path, data=fields)
        assert answer.status_code == 303, (path, answer.status_code)
        return answer

    def publish_as(self, other: "Coordinator", part: str, text: str) -> None:
        """This one drafts, the other one publishes."""
        page = self.get(_address(part))
        self.post("/edit", part=part, text=text, form_token=_field(page, "form_token"), base=_field(page, "base"))
        page = other.get(_address(part))
        mark = _field(page, "mark")
        assert mark == mark_of(text)
        other.post("/edit/approve", part=part, mark=mark, form_token=_field(page, "form_token"))

    def undo(self, part: str) -> None:
        page = self.get(_address(part))
        form = page[page.index('action="/edit/undo"') :]
        self.post("/edit/undo", part=part, mark=_field(form, "mark"), form_token=_field(form, "form_token"))


def _address(part: str) -> str:
    return f"/edit?part={part.replace('#', '%23')}"


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return found[1]


@contextmanager
def another_bot(folder: Path, engine: Engine) -> Iterator[str]:
    """A second visitor process; its address."""
    port = free_port()
    settings = {
        "FRISTAD_DEMO": "true",
        "FRISTAD_ORGANISATION_KEY": Organisation().text,
        "FRISTAD_REDIS_URL": engine.visitor,
        "FRISTAD_VISITOR_PORT": str(port),
        "FRISTAD_STATE_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    output = folder / "second.log"
    with output.open("wb") as sink:
        process = start(["-m", "fristad", "bot"], settings, folder, sink)
        try:
            wait_until_healthy(process, f"http://127.0.0.1:{port}/", output)
            yield f"http://127.0.0.1:{port}/"
        finally:
            end(process)


def says(address: str) -> bool:
    return SAID in httpx.get(address, headers={"accept-language": "en"}, timeout=30).text


def test_two_visitor_processes_say_what_is_published_and_say_it_no_more_when_it_is_undone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shipped_text(PART)
    assert text
    edited = re.sub(r"(?m)^  heading: .*$", f"  heading: {SAID}", text)
    assert edited != text
    with ExitStack() as stack:
        engine = stack.enter_context(running_engine("valkey"))
        sides = stack.enter_context(running_apart(tmp_path, engine.visitor, engine.staff))
        ann, bo = (stack.enter_context(Coordinator(sides.staff)) for _ in range(2))
        for each in (ann, bo):
            each.sign_in(sides.demo_coordinator)
        with another_bot(tmp_path, engine) as second:
            both = (sides.visitors, second)
            assert not any(map(says, both))
            ann.publish_as(bo, PART, edited)
            began = time.monotonic()
            eventually(lambda: all(map(says, both)), LIMIT)
            published = time.monotonic() - began
        second = stack.enter_context(another_bot(tmp_path, engine))
        assert says(second), "begun anew, it says it from its first answer on"
        assert says(sides.visitors)
        ann.undo(PART)
        began = time.monotonic()
        eventually(lambda: not any(map(says, (sides.visitors, second))), LIMIT)
        undone = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(f" shown by both after {published:.1f} s, undone after {undone:.1f} s ")
