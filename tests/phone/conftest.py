"""One exchange for the tests that leave it as it was; staff on duty at the other end of the engine of the talks."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from handover.staff_redis import RedisStaffEnd
from tests.phone.exchange import TONES, Exchange, exchange


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange(tmp_path_factory.mktemp("exchange"), TONES) as built:
        yield built


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
async def staff(running: Exchange) -> AsyncIterator[RedisStaffEnd]:
    """The staff's end. Nobody waits, and nobody is on duty, before and after."""
    end = RedisStaffEnd(running.talks.staff)
    with running.talks.client() as admin:
        admin.flushall()
    await end.open()
    try:
        yield end
    finally:
        await end.close()
        with running.talks.client() as admin:
            admin.flushall()
