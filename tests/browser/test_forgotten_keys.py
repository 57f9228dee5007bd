"""What a failover forgot of a talk's keys, in both real pages: nothing stands as delivered that nobody could open."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, WebSocket, expect

from tests import engines
from tests.browser.people import People, Staff, Visitor
from tests.engines import Engine
from tests.forgetting import Held, forget_since, held
from tests.running import House, running_apart

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engines.running("valkey") as engine:
        yield engine


@pytest_asyncio.fixture(loop_scope="session")
async def people(
    browser: Browser, engine: Engine, tmp_path_factory: pytest.TempPathFactory, elsewhere: str
) -> AsyncIterator[People]:
    """In a house whose engine can be made to forget."""
    folder = tmp_path_factory.mktemp("forgotten")
    with running_apart(folder, engine.visitor, engine.staff, EXIT_URL=elsewhere) as sides:
        links = sides.demo_staff, sides.demo_coordinator
        house = House(sides.bot, sides.visitors, sides.staff, *links, data=sides.data, output=sides.output)
        people = People(browser, house)
        yield people
        await people.go_home()


async def test_whoever_takes_a_talk_again_whose_claim_was_forgotten_reads_all_of_it(
    people: People, engine: Engine
) -> None:
    """The same person, on the same device, while the visitor's page is away: its epoch has the number that it had."""
    staff, visitor = await people.staff_on_duty(), await people.visitor()
    await visitor.comes_to_wait()
    before = held(engine)
    await staff.takes()
    await visitor.meets(staff)
    await visitor.writes("hello")
    await expect(visitor.mark_of("hello")).to_have_text("Delivered")
    await _is_taken_again(engine, before, staff, visitor)
    await expect(staff.messages()).to_have_text(["hello"])
    await expect(visitor.mark_of("hello")).to_have_text("Delivered")
    await visitor.writes("are you still there")
    await expect(visitor.mark_of("are you still there")).to_have_text("Delivered")
    await expect(staff.messages()).to_have_text(["hello", "are you still there"])


async def test_a_visitor_who_has_not_written_yet_can_be_written_to(people: People, engine: Engine) -> None:
    """No words tell that the key is gone: the page says what it has as it comes back."""
    keyed = asyncio.Event()

    def hears(socket: WebSocket) -> None:
        socket.on("framereceived", lambda text: keyed.set() if '"keyed"' in str(text) else None)

    staff, visitor = await people.staff_on_duty(), await people.visitor()
    visitor.page.on("websocket", hears)
    await visitor.comes_to_wait()
    before = held(engine)
    await staff.takes()
    await visitor.meets(staff)
    async with asyncio.timeout(30):
        await keyed.wait()
    await _is_taken_again(engine, before, staff, visitor)
    await staff.writes("are you there")
    await expect(visitor.page.locator(".bubble.theirs .words")).to_have_text(["are you there"])


async def _is_taken_again(engine: Engine, before: Held, staff: Staff, visitor: Visitor) -> None:
    await visitor.page.context.set_offline(True)
    await expect(visitor.sees("We lost contact. Trying again.")).to_be_visible()
    forget_since(engine, before)
    await expect(staff.talk()).to_have_count(0)
    await staff.takes()
    await expect(staff.talk()).to_have_count(1)
    await visitor.page.context.set_offline(False)
