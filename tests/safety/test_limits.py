"""Limits on one sender: bodies by their real size, frames by a bucket."""

from collections.abc import Iterable
from typing import Any

import pytest

from safety.limits import BodyLimit, FrameBudget

LIMIT = 100
DRAINED = 500


class Exchange:
    """One request through BodyLimit, in chunks; remembers what the app read and what was answered."""

    def __init__(
        self, chunks: Iterable[bytes], length: bytes | None = None, *, cut: bool = False, path: str = "/"
    ) -> None:
        parts = list(chunks)
        self.incoming: list[dict[str, Any]] = [
            {"type": "http.request", "body": part, "more_body": cut or number + 1 < len(parts)}
            for number, part in enumerate(parts)
        ]
        self.incoming.append({"type": "http.disconnect"})
        headers = [(b"content-length", length)] if length is not None else []
        self.scope = {"type": "http", "path": path, "headers": headers}
        self.read: bytes | None = None
        self.sent: list[dict[str, Any]] = []

    async def run(self) -> "Exchange":
        await BodyLimit(self._app, LIMIT, drained=DRAINED, larger={"/long": 2 * LIMIT})(
            self.scope, self._receive, self._send
        )
        return self

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        assert not message["more_body"]
        self.read = message["body"]
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 200})

    async def _receive(self) -> dict[str, Any]:
        return self.incoming.pop(0)

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


async def test_a_body_of_exactly_the_limit_passes_whole() -> None:
    exchange = await Exchange([b"x" * 60, b"y" * 40]).run()
    assert (exchange.status, exchange.read) == (200, b"x" * 60 + b"y" * 40)


async def test_a_path_may_have_a_larger_limit_of_its_own() -> None:
    whole = [b"x" * LIMIT, b"y" * LIMIT]
    assert (await Exchange(whole, path="/long").run()).read == b"".join(whole)
    assert (await Exchange([*whole, b"z"], path="/long").run()).status == 413
    for other in ("/", "/long/", "/longer"):
        assert (await Exchange(whole, path=other).run()).status == 413


async def test_an_empty_body_passes() -> None:
    assert (await Exchange([b""]).run()).read == b""


async def test_one_byte_too_many_is_refused_before_the_app_sees_it() -> None:
    exchange = await Exchange([b"x" * (LIMIT + 1)]).run()
    assert (exchange.status, exchange.read) == (413, None)
    assert (b"connection", b"close") in exchange.sent[0]["headers"]


async def test_a_chunked_body_is_counted_and_not_read_to_its_end() -> None:
    exchange = await Exchange([b"x" * 40] * 50).run()
    assert (exchange.status, exchange.read) == (413, None)
    assert len(exchange.incoming) > 30


@pytest.mark.parametrize("length", [None, b"240"])
async def test_a_body_a_little_too_large_is_read_to_its_end_so_that_its_sender_sees_the_refusal(
    length: bytes | None,
) -> None:
    exchange = await Exchange([b"x" * 40] * 6, length=length).run()
    assert (exchange.status, exchange.read) == (413, None)
    assert [message["type"] for message in exchange.incoming] == ["http.disconnect"]


async def test_a_huge_declared_length_is_refused_without_reading_anything() -> None:
    exchange = await Exchange([b"x"], length=b"501").run()
    assert exchange.status == 413
    assert len(exchange.incoming) == 2


@pytest.mark.parametrize("length", [b"0", b"1", b"-5", b"nonsense"])
async def test_a_lying_length_does_not_help(length: bytes) -> None:
    assert (await Exchange([b"x" * 60, b"x" * 60], length=length).run()).status == 413


async def test_who_goes_away_in_the_middle_reaches_nobody() -> None:
    exchange = await Exchange([b"x"], cut=True).run()
    assert (exchange.status, exchange.read) == (None, None)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    clock = Clock()
    budget = FrameBudget(clock, rate=20, burst=60)
    assert [budget.take() for _ in range(61)] == [True] * 60 + [False]
    clock.now += 0.5
    assert [budget.take() for _ in range(11)] == [True] * 10 + [False]


def test_a_pause_never_saves_more_than_the_burst() -> None:
    clock = Clock()
    budget = FrameBudget(clock, rate=20, burst=60)
    clock.now += 3600
    assert sum(budget.take() for _ in range(1000)) == 60


def test_the_even_pace_is_never_refused() -> None:
    clock = Clock()
    budget = FrameBudget(clock, rate=20, burst=60)
    for _ in range(1000):
        clock.now += 0.0501
        assert budget.take()
