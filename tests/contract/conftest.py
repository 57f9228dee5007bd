"""Both ends together, on both engines, each end with the permissions it has in the product."""

from collections.abc import AsyncIterator, Iterator

import pytest

from handover.staff_redis import RedisStaffEnd
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import Ends, open_ends
from tests.engines import Engine, running


@pytest.fixture(scope="session", params=["valkey", "redis-7.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with running(request.param) as engine:
        with engine.client() as admin:
            info = admin.info("server")
        if request.param == "redis-7.0":
            assert info["redis_version"].startswith("7.0."), "these tests hold for Redis 7.0"
        else:
            assert info["server_name"] == "valkey"
        yield engine


@pytest.fixture
def engine(server: Engine) -> Engine:
    with server.client() as admin:
        admin.flushall()
    return server


@pytest.fixture
async def ends(engine: Engine) -> AsyncIterator[Ends]:
    async with open_ends(engine) as ends:
        yield ends


@pytest.fixture
def visitor(ends: Ends) -> RedisVisitorEnd:
    return ends.visitor


@pytest.fixture
def staff(ends: Ends) -> RedisStaffEnd:
    return ends.staff
