"""Whether a process can do its work: asked seldom, with patience's end, told as yes or no."""

import asyncio

import pytest

from safety.readiness import AGAIN, Readiness, WithReadiness, readiness_of


class Parts:
    """Two parts that a test breaks and mends."""

    def __init__(self) -> None:
        self.now = 0.0
        self.broken: set[str] = set()
        self.asked = 0

    async def engine(self) -> str:
        self.asked += 1
        if "engine" in self.broken:
            raise RuntimeError("an address, a password")
        return "anything"

    async def database(self) -> None:
        if "database" in self.broken:
            await asyncio.Event().wait()

    def readiness(self) -> Readiness:
        checks = {"engine": self.engine, "database": self.database}
        return Readiness(checks, lambda: self.now, patience=0.05)


async def test_it_is_ready_when_every_part_answers() -> None:
    readiness = Parts().readiness()
    assert await readiness.ready()
    assert await readiness.parts() == {"engine": True, "database": True}


@pytest.mark.parametrize("part", ["engine", "database"])
async def test_a_part_that_fails_or_never_answers_is_not_ready(part: str) -> None:
    parts = Parts()
    parts.broken = {part}
    readiness = parts.readiness()
    assert not await readiness.ready()
    assert await readiness.parts() == {each: each != part for each in ("engine", "database")}


async def test_whoever_asks_often_asks_the_parts_no_more_often() -> None:
    parts = Parts()
    readiness = parts.readiness()
    await asyncio.gather(*(readiness.ready() for _ in range(50)))
    assert parts.asked == 1
    parts.broken = {"engine"}
    assert await readiness.ready()
    parts.now += AGAIN
    assert not await readiness.ready()
    parts.broken, parts.now = set(), parts.now + AGAIN
    assert await readiness.ready()
    assert parts.asked == 3


async def test_an_app_around_another_tells_and_passes_on() -> None:
    heard: list[object] = []

    async def app(scope: object, _receive: object, _send: object) -> None:
        heard.append(scope)

    readiness = Parts().readiness()
    around = WithReadiness(app, readiness)
    await around("scope", None, None)
    assert heard == ["scope"]
    assert readiness_of(around) is readiness
    with pytest.raises(TypeError):
        readiness_of(app)


async def test_a_process_that_goes_wants_nothing_new() -> None:
    async def answers() -> None:
        pass

    readiness = Readiness({"engine": answers}, lambda: 0.0, leaving=lambda: True)
    assert await readiness.parts() == {"engine": True}
    assert not await readiness.ready()
