"""One house for the journeys that only use it, and people who all go home afterwards."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.journeys.people import People
from tests.running import House, running

KEPT = "90"  # seconds that staff keep their talk while a killed console starts again, on a busy machine too


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("house"), LEASE_SECONDS=KEPT) as house:
        yield house


@pytest_asyncio.fixture
async def people(house: House) -> AsyncIterator[People]:
    people = People(house)
    yield people
    await people.go_home()
