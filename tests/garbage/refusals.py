"""What a refusal has to look like, and raw sockets to say what no client library would say."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

GARBAGE = f"garbage{secrets.token_hex(6)}"  # in everything that is sent: it must come back in nothing
IDLE = 1.0  # seconds without a byte after which an answer is taken to be complete


@dataclass(frozen=True)
class Answer:
    """One HTTP answer as it came over the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def check_refusal(answer: httpx.Response, *statuses: int, visitor: bool = True) -> None:
    """A clear refusal: 4xx, nothing of the input, and for visitors 112 and a next step."""
    assert answer.status_code in statuses if statuses else 400 <= answer.status_code < 500, answer.status_code
    assert GARBAGE.encode() not in answer.content
    assert not any(GARBAGE in value for value in answer.headers.values())
    if answer.request.method == "HEAD":
        assert answer.content == b""
    elif answer.headers["content-type"].startswith("application/json"):
        told = answer.json()
        assert told["error"]
        # Either a sentence with the next step, or a fresh start whose page shows both.
        assert (told["call"] == "112" and told["message"] and told["next"]) if "call" in told else told["choices"]
    else:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert 'href="/' in answer.text
        assert not visitor or "tel:112" in answer.text


async def raw(address: str, *parts: bytes, pause: float = 0.0, patience: float = IDLE) -> bytes:
    """Send these bytes as they are and return all that comes back until the other side closes or falls silent."""
    reader, writer = await asyncio.open_connection(urlsplit(address).hostname, urlsplit(address).port)
    got = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while chunk := await asyncio.wait_for(reader.read(65536), patience):
            got += chunk
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return got


def statuses(got: bytes) -> list[int]:
    """Status codes of all answers in what came over one connection."""
    return [int(line[9:12]) for line in got.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


def request(address: str, method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """A well-formed request, for bad content."""
    host = urlsplit(address).netloc
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def turn(state: object, **input: object) -> bytes:
    return json.dumps({"state": state, "input": input}).encode()
