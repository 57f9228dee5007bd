"""One running house for all bad input, and the check that none of it was killed by any of that."""

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.fristad.processes import children
from tests.garbage.refusals import GARBAGE
from tests.journeys.people import People
from tests.running import House, running

# The server's own line for a text frame that is no text; it has closed the socket with 1007.
NOT_UTF8 = re.compile(r"^\S+ ERROR uvicorn\.error class=UnicodeDecodeError\n", re.MULTILINE)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Each process sends a garbage of its own, and all of them name their tests alike."""
    return val.replace(GARBAGE, "garbage") if isinstance(val, str) and GARBAGE in val else None


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(autouse=True)
def unharmed(house: House) -> Iterator[None]:
    """After every test the same processes answer, and nothing broke in them."""
    before, written = children(house.process.pid), house.output.read_text(encoding="utf-8")
    yield
    assert children(house.process.pid) == before
    for side in (house.visitors, house.staff):
        assert httpx.get(f"{side}healthz", trust_env=False, timeout=20).status_code == 200
    assert NOT_UTF8.sub("", house.output.read_text(encoding="utf-8").removeprefix(written)) == ""


@pytest_asyncio.fixture
async def people(house: House) -> AsyncIterator[People]:
    people = People(house)
    yield people
    await people.go_home()
