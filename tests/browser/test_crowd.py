"""A full waiting room: the phone works or waits, 112 and numbers stay in sight, leaving works, everybody gets in."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from console.views import SHOWN_ROWS
from handover.values import Briefing, Channel, DeskId, Joined, Pseudonym
from handover.visitor_redis import RedisVisitorEnd
from safety.price import FREE_WAITING
from tests import engines
from tests.browser.people import SMALLEST, People, Visitor
from tests.browser.test_access import BLANK_BELOW, _check_in_every_light, _fits
from tests.engines import Engine
from tests.running import House, running_apart

pytestmark = pytest.mark.asyncio(loop_scope="session")

DESK = DeskId("demo")
LONG = 60_000  # milliseconds; the machine is shared, and computes while this waits
WORKING = "Many want to get in line right now. That is why your device works"
Fill = Callable[..., Awaitable[None]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with engines.running("valkey") as engine:
        yield engine


@pytest.fixture(scope="module")
def apart(engine: Engine, tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[House]:
    """The two apps on an engine of our own, whose waiting room can be filled."""
    folder = tmp_path_factory.mktemp("crowd")
    with running_apart(folder, engine.visitor, engine.staff, EXIT_URL=elsewhere) as sides:
        links = sides.demo_staff, sides.demo_coordinator
        yield House(sides.bot, sides.visitors, sides.staff, *links, data=sides.data, output=sides.output)


@pytest_asyncio.fixture(loop_scope="session")
async def people(browser: Browser, apart: House) -> AsyncIterator[People]:
    people = People(browser, apart)
    yield people
    await people.go_home()


@pytest_asyncio.fixture(loop_scope="session")
async def fill(engine: Engine) -> AsyncIterator[Fill]:
    """Puts so many into the waiting room, before the test's own visitors, and takes them out again."""
    end = RedisVisitorEnd(engine.visitor)
    await end.open()

    async def fill(count: int, language: str = "sv") -> None:
        for _ in range(count):
            joined = await end.join(DESK, Briefing(language, Channel.WEB), Pseudonym(1, 2))
            assert isinstance(joined, Joined)
            await end.attend(joined.ref)

    yield fill
    await end.close()
    with engine.client() as admin:
        for key in (*admin.keys("talk:*"), *admin.keys("room:*")):
            admin.delete(key)


async def at_the_briefing(people: People, fill: Fill, waiting: int, **options: object) -> Visitor:
    await people.staff_on_duty()
    await fill(waiting)
    visitor = await people.visitor(**options)
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    return visitor


async def test_a_phone_works_by_itself_and_is_in_line(people: People, fill: Fill) -> None:
    faults: list[str] = []
    visitor = await at_the_briefing(people, fill, 16 * FREE_WAITING)
    visitor.page.on("console", lambda message: faults.append(message.text))
    visitor.page.on("pageerror", lambda error: faults.append(str(error)))
    await visitor.presses("Talk to a person")
    await expect(visitor.sees(WORKING)).to_be_visible()
    await expect(visitor.page.locator("#log").get_by_role("link", name="Emergency number: 112")).to_be_visible()
    await expect(visitor.page.locator("#log").get_by_role("link", name=re.compile("116 111"))).to_be_visible()
    await expect(visitor.place).to_be_visible(timeout=LONG)
    await expect(visitor.page.locator("progress")).to_have_count(0)
    assert faults == []


async def test_whoever_does_something_else_meanwhile_is_not_put_in_line(people: People, fill: Fill) -> None:
    visitor = await at_the_briefing(people, fill, 40 * FREE_WAITING)
    await visitor.page.route("**/static/*.js", _never)
    await visitor.presses("Talk to a person")
    await expect(visitor.page.locator("progress")).to_be_visible()
    await expect(visitor.button("Talk to a person")).to_be_disabled()
    await visitor.presses("All topics")
    await expect(visitor.topic("Forced marriage")).to_be_visible()
    await expect(visitor.page.locator("progress")).to_have_count(0)
    await visitor.page.unroute_all(behavior="ignoreErrors")
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("This is how you are introduced")).to_have_count(2)
    await visitor.presses("Talk to a person")
    await expect(visitor.place).to_be_visible(timeout=LONG)


async def test_leaving_does_not_wait_for_the_work(people: People, fill: Fill) -> None:
    visitor = await at_the_briefing(people, fill, 40 * FREE_WAITING)
    await visitor.presses("Talk to a person")
    await expect(visitor.sees(WORKING)).to_be_visible()
    await visitor.leaves()
    await expect(visitor.page).not_to_have_url(people.house.visitors)


async def test_a_phone_whose_worker_does_not_start_waits_and_is_in_line(people: People, fill: Fill) -> None:
    visitor = await at_the_briefing(people, fill, FREE_WAITING)
    await visitor.page.route("**/static/*.js", lambda route: route.abort())
    begun = time.monotonic()
    await visitor.presses("Talk to a person")
    await expect(visitor.place).to_be_visible(timeout=LONG)
    assert time.monotonic() - begun > 5


async def test_without_javascript_one_waits_and_presses_once_more(people: People, fill: Fill) -> None:
    visitor = await at_the_briefing(people, fill, FREE_WAITING, java_script_enabled=False)
    await visitor.presses("Talk to a person")
    await expect(visitor.sees(re.compile(r"Wait \d seconds and then press"))).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="Emergency number: 112")).to_be_visible()
    await visitor.page.wait_for_timeout(5_000)
    await visitor.presses("Talk to a person")
    await expect(visitor.place).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
async def test_everybody_can_use_what_is_shown_meanwhile(people: People, fill: Fill, scripts: bool) -> None:
    options = {"viewport": SMALLEST, "java_script_enabled": scripts, "bypass_csp": scripts}
    visitor = await at_the_briefing(people, fill, 40 * FREE_WAITING, **options)
    await visitor.page.route("**/static/*.js", _never)
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("Many want to get in line")).to_be_visible()
    if scripts:
        await _fits(visitor.page)
        await _check_in_every_light(visitor.page)
        await visitor.page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize(
    ("language", "told", "button"),
    [
        ("English", "And 10 more are waiting.", "Show more of them"),
        ("Svenska", "Och 10 till väntar.", "Visa fler av dem"),
    ],
)
async def test_staff_read_how_many_wait_behind_the_first_and_have_them_shown(
    people: People, fill: Fill, language: str, told: str, button: str
) -> None:
    staff = await people.staff()
    if language != "English":
        await staff.page.get_by_role("button", name=language).click()
    await fill(SHOWN_ROWS + 10)
    rows = staff.page.locator("#waiting > li:visible")
    await expect(staff.page.locator("#more")).to_contain_text(told)
    await expect(rows).to_have_count(SHOWN_ROWS)
    await staff.page.get_by_role("button", name=button).click()
    await expect(rows).to_have_count(SHOWN_ROWS + 10)
    await expect(staff.page.locator("#more")).to_be_hidden()
    await expect(staff.page.locator("#total")).to_have_text(str(SHOWN_ROWS + 10))


async def test_who_uses_the_keyboard_or_a_screen_reader_goes_on_from_the_first_of_those_asked_for(
    people: People, fill: Fill
) -> None:
    staff = await people.staff()
    await fill(2 * SHOWN_ROWS + 5)
    more, rows = staff.page.get_by_role("button", name="Show more of them"), staff.page.locator("#waiting > li")
    await expect(staff.page.locator("#more")).to_contain_text(f"And {SHOWN_ROWS + 5} more")
    assert await staff.page.evaluate(BLANK_BELOW) == 0
    await more.press("Enter")
    await expect(rows).to_have_count(2 * SHOWN_ROWS)
    await expect(staff.page.locator("#aloud")).to_have_text(f"The list shows {2 * SHOWN_ROWS} now.")
    await expect(more).to_be_focused()
    await more.press("Enter")
    await expect(rows).to_have_count(2 * SHOWN_ROWS + 5)
    await expect(more).to_be_hidden()
    await expect(staff.page.locator("#aloud")).to_have_text(f"The list shows {2 * SHOWN_ROWS + 5} now.")
    await expect(rows.nth(2 * SHOWN_ROWS)).to_be_focused()


async def test_a_filter_finds_those_who_wait_far_behind_and_says_when_there_are_no_more(
    people: People, fill: Fill
) -> None:
    staff = await people.staff()
    await fill(1, "ar")
    await fill(3 * SHOWN_ROWS)
    await fill(2, "ar")
    await expect(staff.page.locator("#more")).to_contain_text(f"And {2 * SHOWN_ROWS + 3} more are waiting.")
    await staff.page.locator("#filters summary").click()
    await staff.page.get_by_role("combobox", name="Language").select_option("العربية")
    await expect(staff.waiting).to_have_count(1)
    await staff.page.get_by_role("button", name="Show more of them").click()
    await expect(staff.waiting).to_have_count(3)
    await expect(staff.page.locator("#more")).to_contain_text(f"And {2 * SHOWN_ROWS + 1} more are waiting.")
    await staff.page.get_by_role("button", name="Show more of them").click()
    await expect(staff.sees("Nobody further down fits what you chose.")).to_be_visible()
    await staff.page.get_by_role("button", name="Show all").click()
    await expect(staff.waiting).to_have_count(SHOWN_ROWS + 2)


async def _never(_: object) -> None:
    """No answer: the work does not begin."""
