"""A hurried person on a small phone: what was answered and what went wrong is in view, and no word typed is lost."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.people import PHONE, People, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SMALL: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "locale": "en-GB"}
DANGER = "help he is outside my door right now and he has a knife in his hand and I cannot get away from here"
SEEN = """(part) => {
  const { top, bottom } = part.getBoundingClientRect();
  const dock = document.getElementById("dock"), bar = document.querySelector(".bar").getBoundingClientRect().bottom;
  const covered = getComputedStyle(dock).position === "sticky" && !dock.contains(part);
  const end = covered ? dock.getBoundingClientRect().top : innerHeight;
  return [top >= bar - 1, bottom <= end + 1];
}"""


@pytest.fixture
def slow() -> Iterator[asyncio.Event]:
    """Turns with the bot are held back until this is set."""
    event = asyncio.Event()
    yield event
    event.set()


async def holds_turns(visitor: Visitor, until: asyncio.Event, *, broken: bool = False) -> None:
    async def handle(route: Route) -> None:
        await until.wait()
        await (route.abort() if broken else route.continue_())

    await visitor.page.route("**/turn", handle)


async def is_in_view(part: Locator) -> None:
    """Below the bar and above the dock, once the page has come to rest."""
    for _ in range(50):
        if await part.evaluate(SEEN) == [True, True]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not in view: {await part.evaluate(SEEN)}")


async def test_112_stays_in_view_after_words_of_several_lines(people: People) -> None:
    visitor = await people.visitor(**SMALL)
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.box.tap()
    await visitor.box.fill(DANGER)
    await visitor.button("Send").tap()
    danger = visitor.page.locator("#log .danger").last
    await expect(danger).to_be_visible()
    await asyncio.sleep(0.5)  # whatever moves the page has moved it
    await is_in_view(danger)


async def test_what_is_typed_while_the_bot_answers_is_kept(people: People, slow: asyncio.Event) -> None:
    visitor = await people.visitor(**SMALL)
    await visitor.opens_the_page()
    await visitor.starts()
    await holds_turns(visitor, slow)
    await visitor.writes("my brother checks my phone")
    await expect(visitor.page.locator(".bubble.mine .words").last).to_have_text("my brother checks my phone")
    await expect(visitor.box).to_have_value("")
    await visitor.writes("and my father hits me")  # and presses again before there is an answer
    await visitor.box.fill("what can I do")
    slow.set()
    said = visitor.page.locator(".bubble.mine .words")
    await expect(said.last).to_have_text("what can I do")
    assert (await said.all_inner_texts())[-2] == "my brother checks my phone"


async def test_the_next_words_go_when_the_bot_has_answered(people: People, slow: asyncio.Event) -> None:
    visitor = await people.visitor(**SMALL)
    await visitor.opens_the_page()
    await visitor.starts()
    await holds_turns(visitor, slow)
    await visitor.writes("my brother checks my phone")
    await visitor.writes("and my father hits me")
    slow.set()
    said = visitor.page.locator(".bubble.mine .words")
    await expect(said.last).to_have_text("and my father hits me")
    assert (await said.all_inner_texts())[-2] == "my brother checks my phone"
    await expect(visitor.box).to_have_value("")


async def test_words_that_did_not_go_come_back_before_those_typed_since(people: People, slow: asyncio.Event) -> None:
    visitor = await people.visitor(**SMALL)
    await visitor.opens_the_page()
    await visitor.starts()
    bubbles = await visitor.page.locator(".bubble").count()
    await holds_turns(visitor, slow, broken=True)
    await visitor.writes("my brother checks my phone")
    await visitor.box.fill("and my father")
    slow.set()
    await expect(visitor.box).to_have_value("my brother checks my phone and my father")
    await expect(visitor.page.locator(".bubble")).to_have_count(bubbles)
    await is_in_view(visitor.page.locator("#trouble"))


@pytest.mark.parametrize("what", ["Start", "Talk to a person"])
async def test_the_first_page_says_that_there_is_no_network(people: People, what: str) -> None:
    visitor = await people.visitor(**SMALL)
    await visitor.opens_the_page()
    await visitor.page.context.set_offline(True)
    await visitor.button(what).tap()
    trouble = visitor.page.locator("#trouble")
    await expect(trouble).to_contain_text("112")
    await is_in_view(trouble)
    await visitor.page.context.set_offline(False)
    await visitor.button(what).tap()
    await expect(trouble).to_be_hidden()


async def test_what_was_said_of_the_reader_goes_with_the_reader(people: People) -> None:
    visitor, staff = await people.in_a_talk(**SMALL)
    colleague = await people.colleague_of(staff)
    await visitor.box.fill("only for you")
    await staff.page.close()
    await expect(visitor.place).to_be_visible(timeout=60_000)
    await visitor.presses("Send")
    notice = visitor.page.locator("#notice")
    await expect(notice).to_be_visible()
    await colleague.takes()
    await visitor.meets(colleague)
    await expect(notice).to_be_hidden()
    await expect(visitor.box).to_have_value("only for you")


async def test_a_pause_that_is_over_is_not_said_any_more(people: People) -> None:
    visitor, staff = await people.in_a_talk(**SMALL)
    await people.mute(staff)
    await visitor.writes("let me say it")
    await expect(visitor.page.locator("#notice")).to_be_visible()
    await staff.listens_again()
    await expect(visitor.page.locator("#notice")).to_be_hidden()
    await expect(visitor.box).to_have_value("let me say it")


@pytest.mark.parametrize("press", ["Send anyway", "Remove it"])
async def test_after_the_question_before_words_go_the_last_words_are_in_view(people: People, press: str) -> None:
    visitor, staff = await people.in_a_talk(**SMALL)
    await visitor.can_be_asked()
    for at in range(4):
        await staff.writes(f"message {at} of several words, which take more than one line on a small screen")
    await expect(visitor.messages).to_have_count(4)
    await visitor.writes("my name is Amina Ali and my number is 070 123 45 67")
    question = visitor.page.locator("#heed")
    await expect(question).to_be_visible()
    await asyncio.sleep(1)  # a hasty tap is no answer
    await question.get_by_role("button", name=press).tap()
    await expect(question).to_be_hidden()
    await asyncio.sleep(0.5)
    await is_in_view(visitor.messages.last)


async def test_a_keyboard_on_the_screen_does_not_push_the_box_under_the_bar(people: People) -> None:
    visitor, _ = await people.in_a_talk(**SMALL)
    await visitor.box.tap()
    await visitor.page.set_viewport_size({"width": 360, "height": 330})
    await visitor.box.press_sequentially("hello")
    await asyncio.sleep(0.3)
    bar = await visitor.page.locator(".bar").bounding_box()
    box = await visitor.box.bounding_box()
    assert bar is not None and box is not None
    assert box["y"] >= bar["y"] + bar["height"] - 8  # its border and room; no word of it
    assert box["y"] + box["height"] <= 330


async def test_another_language_in_a_talk_changes_words_alone(people: People) -> None:
    visitor, staff = await people.in_a_talk(**SMALL)
    await staff.writes("hello")
    await expect(visitor.messages).to_have_text(["hello"])
    before = await visitor.page.locator("#log > *").count()
    await visitor.page.locator("#menu summary").click()
    await visitor.page.locator("#menu [data-lang=sv]").click()
    await expect(visitor.page.get_by_role("button", name="Skicka", exact=True)).to_be_visible()
    await expect(visitor.sees(f"{staff.name} läser det här")).to_be_visible()
    assert await visitor.page.locator("#log > *").count() == before
    await visitor.page.get_by_role("textbox").fill("hej")
    await visitor.page.get_by_role("button", name="Skicka", exact=True).click()
    await expect(staff.messages()).to_have_text(["hello", "hej"])


async def test_words_of_another_direction_stand_as_they_were_written(people: People) -> None:
    visitor, staff = await people.in_a_talk(viewport=PHONE, locale="en-GB")
    await visitor.page.locator("#menu summary").click()
    await visitor.page.locator("#menu [data-lang=ar]").click()
    await expect(visitor.page.locator("html")).to_have_attribute("dir", "rtl")
    await staff.writes("Hej!")
    words = visitor.page.locator(".theirs .words").last
    await expect(words).to_have_text("Hej!")
    assert await words.evaluate("(part) => getComputedStyle(part).direction") == "ltr"


async def test_leaving_a_talk_breaks_nothing(people: People) -> None:
    broken: list[str] = []
    visitor, _ = await people.in_a_talk(**SMALL)
    visitor.page.on("pageerror", lambda error: broken.append(str(error)))
    await visitor.leaves()
    await expect(visitor.page).not_to_have_url(visitor.house.visitors)
    assert broken == []


async def test_a_reload_says_why_nothing_is_there_any_more(people: People) -> None:
    visitor = await people.visitor(**SMALL)
    await visitor.opens_the_page()
    again = visitor.page.locator("#first [data-word='first.more-reload']")
    await expect(visitor.page.locator("body[data-live]")).to_have_count(1)
    await expect(again).to_have_count(0)
    await visitor.page.evaluate("scrollTo(0, 400)")
    await visitor.page.reload()
    await expect(again).to_be_visible()
    assert await visitor.page.evaluate("scrollY") == 0
    await visitor.presses("Svenska")
    await expect(again).to_contain_text("börjar den om från början")
