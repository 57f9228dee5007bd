"""One line of each provider for tests that leave it as it was; staff at the other end of the engine of the talks."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from handover.staff_redis import RedisStaffEnd
from tests.phone_hooks.lines import Line, line, open_lines
from tests.phone_hooks.provider import KINDS, Caller


@pytest.fixture(scope="session", params=sorted(KINDS))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with line(request.param, tmp_path_factory.mktemp(request.param)) as built:
        yield built


@pytest.fixture
async def callers(running: Line) -> AsyncIterator[Callable[..., Caller]]:
    """Makes callers; each has hung up afterwards."""
    made: list[Caller] = []

    def make(local: str = "127.0.0.1") -> Caller:
        made.append(KINDS[running.kind](running.base, local))
        return made[-1]

    yield make
    for each in made:
        if each.last is not None and each.asked.again and each.end_address():
            await each.post(each.end_address(), each.at_the_end())
        await each.close()


@pytest.fixture
async def caller(callers: Callable[..., Caller]) -> Caller:
    return callers()


@pytest.fixture
async def staff(running: Line) -> AsyncIterator[RedisStaffEnd]:
    """The staff's end. Nobody waits, and nobody is on duty, before and after."""
    end = RedisStaffEnd(running.talks.staff)
    with running.talks.client() as admin:
        admin.flushall()
    await end.open()
    writer = await open_lines(running)
    try:
        yield end
    finally:
        writer.close()
        await end.close()
        with running.talks.client() as admin:
            admin.flushall()
