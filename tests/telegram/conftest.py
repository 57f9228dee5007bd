"""The strict server, as long as one test lasts."""

from collections.abc import AsyncIterator

import pytest

from tests.telegram.server import Server, serving


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server
