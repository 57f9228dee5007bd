"""Practice talks: a whole one with its wrap-up, in the desk's own column, of which nothing leaves the page."""

from collections import Counter
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.people import PHONE, People, Staff
from tests.raw_counts import read_raw_counts
from tests.running import House, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW = 30_000  # milliseconds: the visitor takes time to write, and the machine may be busy


async def practises(staff: Staff, title: str) -> None:
    await staff.page.goto(f"{staff.house.staff}practice")
    await staff.page.get_by_role("link", name=title, exact=True).click()
    await expect(staff.talk()).to_be_visible()
    await staff.page.wait_for_load_state()  # what belongs to the page itself


async def whole_talk(staff: Staff) -> list[str]:
    """From the first words to the saved wrap-up; what the browser asked for or sent after the page had come."""
    await practises(staff, "A trip this summer")
    asked: list[str] = []
    staff.page.on("request", lambda request: asked.append(request.url))
    staff.page.on("websocket", lambda socket: asked.append(socket.url))
    await expect(staff.messages()).to_have_text(["hi", "is this secret"], timeout=SLOW)
    await staff.writes("Welcome. I am glad that you write.")
    await expect(staff.messages().last).to_have_text(
        "it's about the summer. we are going to visit our relatives", timeout=SLOW
    )
    await expect(staff.state_of("Welcome.")).to_have_text("Delivered")
    await staff.ends()
    await staff.talk().get_by_label("Referral", exact=True).check()
    await staff.talk().get_by_role("button", name="Save").click()
    await expect(staff.sees("Your choices were not counted.")).to_be_visible()
    return asked


async def test_a_whole_practice_talk_sends_nothing_and_is_marked(people: People) -> None:
    staff = await people.staff()
    assert await whole_talk(staff) == []
    await staff.page.get_by_role("link", name="Practise once more").click()
    await practises(staff, "A teacher who wonders")
    await expect(staff.talk().locator(".practice-mark")).to_have_text("Practice")
    await expect(staff.talk().locator(".facts")).to_contain_text("Skåne")


async def test_it_has_phrases_at_hand_and_all_goes_by_keyboard(people: People) -> None:
    staff = await people.staff()
    await practises(staff, "Threats right now")
    box = staff.talk().get_by_role("textbox", name="Your message")
    await expect(box).to_be_focused()
    await staff.page.keyboard.press("/")
    await staff.page.keyboard.type("not your fault")
    await staff.page.keyboard.press("Enter")
    await expect(box).to_have_value("What is happening is not your fault.")
    await staff.page.keyboard.type(" Are you in a locked room?")
    await staff.page.keyboard.press("Enter")
    await expect(staff.messages().last).to_have_text("i have locked myself in the bathroom", timeout=SLOW)
    await expect(staff.talk().locator(".flag.danger")).to_be_visible()


async def test_what_is_done_together_is_practised_too(people: People) -> None:
    staff = await people.staff()
    await practises(staff, "A teacher who wonders")
    await staff.page.keyboard.press("Tab")
    await staff.talk().get_by_role("button", name="Call for help").click()
    await expect(staff.talk().get_by_text("Coming: Your colleague")).to_be_visible()
    await staff.talk().get_by_role("button", name="It is over, end the call").click()
    await staff.asks_to_mute()
    muted = staff.talk().get_by_role("button", name="Mute")
    await expect(muted).to_have_attribute("aria-pressed", "true")
    await muted.click()
    await expect(muted).to_have_attribute("aria-pressed", "false")
    await staff.talk().get_by_role("button", name="Hand over").click()
    await staff.talk().get_by_role("button", name="Your colleague", exact=True).click()
    await expect(staff.page.get_by_role("button", name="Skip")).to_be_visible()


async def test_the_visitor_says_goodbye_when_there_is_nothing_more_to_say(people: People) -> None:
    staff = await people.staff()
    await practises(staff, "A trip this summer")
    for at in range(5):
        await staff.writes(f"zzz {at}")
    await expect(staff.page.get_by_role("button", name="Skip")).to_be_visible(timeout=90_000)
    await staff.skips_the_wrap_up()
    await expect(staff.page.get_by_role("heading", name="That was the practice talk")).to_be_focused()


async def test_a_colleague_beside_plays_the_visitor(people: People) -> None:
    staff = await people.staff(viewport=PHONE)
    await practises(staff, "With a colleague beside you")
    theirs = staff.page.get_by_role("textbox", name="The visitor's message")
    await theirs.fill("hello, are you there?")
    await expect(staff.talk().locator(".writing")).to_be_visible()
    await staff.page.get_by_role("button", name="Send as the visitor").click()
    await expect(staff.messages()).to_have_text(["hello, are you there?"])
    await staff.writes("I am here.")
    await expect(staff.page.get_by_role("log", name="What the visitor reads")).to_have_text("I am here.")
    await staff.ends()
    await expect(theirs).to_have_count(0)


async def test_on_duty_it_opens_beside_the_desk_and_the_duty_goes_on(people: People) -> None:
    staff = await people.staff_on_duty()
    async with staff.page.expect_popup() as opened:
        await staff.page.get_by_role("link", name="Practise a talk").click()
    page: Page = await opened.value
    await page.get_by_role("link", name="Threats right now").click()
    await expect(page.get_by_role("article")).to_be_visible()
    await expect(staff.duty).to_have_attribute("aria-checked", "true")
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(1)


def counted(house: House) -> dict[str, int]:
    """What the counters hold, once the house has ended."""
    sums: Counter[str] = Counter()
    for counts in read_raw_counts(house.data).values():
        sums.update(counts)
    return dict(sums)


async def test_a_practice_talk_moves_no_counter_and_a_real_one_does(
    browser: Browser, tmp_path: Path, elsewhere: str
) -> None:
    with running(tmp_path, EXIT_URL=elsewhere) as house:
        people = People(browser, house)
        await whole_talk(await people.staff())
        await people.go_home()
    assert counted(house) == {}
    with running(tmp_path, EXIT_URL=elsewhere) as house:
        people = People(browser, house)
        visitor, staff = await people.in_a_talk()
        await visitor.ends_the_talk()
        await staff.talk().get_by_label("Referral", exact=True).check()
        await staff.talk().get_by_role("button", name="Save").click()
        await expect(staff.talk()).to_have_count(0)
        await people.go_home()
    assert counted(house).keys() >= {"talk.taken", "wrapup.saved"}
