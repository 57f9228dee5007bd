"""The page asks before words go out that tell who somebody is: once, kindly, and never in the way of danger."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.people import DESKTOP, People, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBER = "what is a dowry? my number is 070-174 06 05"
CLEANED = "what is a dowry? my number is …"
DANGER = "he has a knife and is hitting me now, I live on Storgatan 12"
WENT = re.compile(r"^Your message went at once\.")
# In one go: what comes later than a second tap would is an answer.
HASTY = """() => {
  for (const at of [1, 2]) document.getElementById("send").click();
  for (const button of document.querySelectorAll("#heed button")) button.click();
}"""
PAUSE = 700  # milliseconds: longer than a second tap still belongs to the first
LATER = re.compile(r"/static/[\w-]+\.js(\?\d+)?$")


async def test_the_bot_s_words_wait_and_what_tells_can_be_removed(people: People) -> None:
    visitor = await _writing(people)
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_contain_text("Something in your message may show who you are: a phone number.")
    await expect(_question(visitor)).to_contain_text("The bot does not need to know it to answer you.")
    await expect(visitor.button("Remove it")).to_be_focused()
    for name in ("Remove it", "Send anyway", "Go on editing"):
        await expect(visitor.button(name)).to_be_in_viewport()
    await expect(visitor.box).to_have_value(NUMBER)
    assert await _said(visitor) == []
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Remove it")
    await expect(visitor.box).to_have_value(CLEANED)
    await expect(visitor.box).to_be_focused()
    await expect(visitor.page.locator("#heed-hint")).to_have_text(re.compile("It is taken out of the box"))
    await visitor.presses("Send")
    await expect(visitor.box).to_have_value("")
    assert await _said(visitor) == [CLEANED]
    await expect(visitor.page.locator("#heed, #heed-hint")).to_have_count(0)


async def test_it_can_be_sent_anyway_and_is_asked_only_once(people: People) -> None:
    visitor = await _writing(people)
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_be_visible()
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Send anyway")
    await expect(visitor.box).to_have_value("")
    assert await _said(visitor) == [NUMBER]
    await visitor.writes("ok, 070-174 06 06")
    await expect(_question(visitor)).to_be_visible()


async def test_sending_the_same_words_once_more_is_an_answer_a_hasty_tap_is_none(people: People) -> None:
    visitor = await _writing(people)
    await visitor.box.fill(NUMBER)
    await visitor.page.evaluate(HASTY)
    await expect(_question(visitor)).to_be_visible()
    assert await _said(visitor) == []
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Send")
    await expect(visitor.box).to_have_value("")
    assert await _said(visitor) == [NUMBER]


async def test_writing_on_takes_the_question_away(people: People) -> None:
    visitor = await _writing(people)
    await visitor.writes(NUMBER)
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Go on editing")
    await expect(_question(visitor)).to_have_count(0)
    await expect(visitor.box).to_be_focused()
    await expect(visitor.box).to_have_value(NUMBER)
    await visitor.presses("Send")
    await expect(_question(visitor)).to_be_visible()
    await visitor.box.press("End")
    await visitor.box.press("!")
    await expect(_question(visitor)).to_have_count(0)


async def test_by_keyboard_alone_and_named_for_a_screen_reader(people: People) -> None:
    visitor = await _writing(people, viewport=DESKTOP, has_touch=False)
    await visitor.box.fill(NUMBER)
    await visitor.box.press("Enter")
    await expect(visitor.button("Remove it")).to_be_focused()
    group = visitor.page.get_by_role("group", name=re.compile("may show who you are: a phone number.*In danger|danger"))
    await expect(group.get_by_role("button")).to_have_text(["Remove it", "Send anyway", "Go on editing"])
    await visitor.page.keyboard.press("Tab")
    await expect(visitor.button("Send anyway")).to_be_focused()
    await visitor.page.keyboard.press("Tab")
    await expect(visitor.button("Go on editing")).to_be_focused()
    await visitor.page.keyboard.press("Tab")
    await expect(visitor.box).to_be_focused()
    for _ in range(3):
        await visitor.page.keyboard.press("Shift+Tab")
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.box).to_have_value(CLEANED)
    await expect(visitor.page.locator("#status")).to_have_text(re.compile("It is taken out of the box"))


async def test_words_to_a_person_wait_in_the_page(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.can_be_asked()
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_contain_text(f"{staff.name} does not need to know it to talk with you.")
    for name in ("Remove it", "Send anyway", "Go on editing"):
        await expect(visitor.button(name)).to_be_in_viewport()
    await expect(staff.messages()).to_have_count(0)
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Remove it")
    await visitor.presses("Send")
    await expect(staff.messages()).to_have_text([CLEANED])
    await visitor.writes(NUMBER)
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Send anyway")
    await expect(staff.messages()).to_have_text([CLEANED, NUMBER])


async def test_danger_goes_first_and_is_only_told_afterwards(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.can_be_asked()
    await visitor.writes(DANGER)
    await expect(staff.messages()).to_have_text([DANGER])
    await expect(visitor.page.locator("#heed-hint")).to_have_text(WENT)
    await visitor.writes("Storgatan 12, door code 1234")  # an address may follow on its own
    await expect(staff.messages()).to_have_text([DANGER, "Storgatan 12, door code 1234"])
    await expect(_question(visitor)).to_have_count(0)


async def test_who_has_told_the_bot_of_danger_is_not_asked_about_an_address(people: People) -> None:
    visitor = await _writing(people)
    await visitor.writes("he has a knife and is hitting me now")
    await expect(visitor.page.locator("#log .danger")).to_be_visible()
    await visitor.writes("what is a dowry")
    await expect(visitor.box).to_have_value("")
    await visitor.writes("Storgatan 12")
    await expect(visitor.page.locator("#heed-hint")).to_have_text(WENT)
    await expect(visitor.page.locator("#log .mine .words").last).to_have_text("Storgatan 12")


async def test_danger_in_another_language_goes_first(people: People) -> None:
    visitor = await _writing(people)
    async with visitor.page.expect_request_finished(lambda request: request.url.endswith(".json")):
        await visitor.sees("Language and privacy").click()
        await visitor.presses("العربية")
    words = "اخي حامل سكين وقال رح يدبحني شارع النور 12"
    await visitor.page.locator("#text").fill(words)
    await visitor.page.locator("#send").click()
    await expect(visitor.page.locator("#heed-hint")).to_contain_text("أُرسلت رسالتك فورًا")
    await expect(visitor.page.locator("#log .danger").last).to_be_visible()


async def test_where_it_cannot_be_loaded_words_go_out(people: People) -> None:
    visitor = await people.visitor()
    asked = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await visitor.opens_the_page()
    await visitor.page.route(LATER, refuse)
    await visitor.starts()
    await visitor.writes(NUMBER)
    await expect(visitor.box).to_have_value("")
    assert await _said(visitor) == [NUMBER]
    assert asked
    await visitor.page.unroute(LATER)
    for _ in range(100):  # tried again, as soon as the last one has failed
        await visitor.box.blur()
        await visitor.box.focus()
        if await visitor.page.locator("body[data-later]").count():
            break
    await visitor.can_be_asked()
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_be_visible()


async def test_where_it_takes_its_time_words_do_not_wait(people: People) -> None:
    visitor = await people.visitor()
    free = asyncio.Event()

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await visitor.opens_the_page()
    await visitor.page.route(LATER, hold)
    await visitor.starts()
    await visitor.writes(NUMBER)
    await expect(visitor.box).to_have_value("")
    assert await _said(visitor) == [NUMBER]
    free.set()
    await visitor.can_be_asked()
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_be_visible()


async def test_the_first_page_does_not_load_it(people: People) -> None:
    visitor = await people.visitor()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url) if LATER.search(request.url) else None)
    await visitor.opens_the_page()
    await visitor.page.wait_for_load_state("networkidle")
    assert len(asked) == 1
    await visitor.presses("Start")
    await visitor.can_be_asked()
    assert len(asked) == 2


async def test_another_language_takes_the_question_away_and_asks_in_its_own_words(people: People) -> None:
    visitor = await _writing(people)
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_be_visible()
    await visitor.sees("Language and privacy").click()
    await visitor.presses("Svenska")
    await expect(_question(visitor)).to_have_count(0)
    await visitor.page.get_by_role("textbox", name="Ditt meddelande").fill(NUMBER)
    await visitor.presses("Skicka")
    await expect(_question(visitor)).to_contain_text("finns något som kan visa vem du är: ett telefonnummer.")


async def test_without_javascript_both_buttons_answer(people: People) -> None:
    visitor = await people.visitor(java_script_enabled=False)
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.writes(NUMBER)
    await expect(_question(visitor)).to_be_in_viewport()
    await expect(visitor.button("Remove it")).to_be_focused()
    await visitor.presses("Remove it")
    await expect(visitor.box).to_have_value(CLEANED)
    await expect(visitor.box).to_be_focused()
    await visitor.presses("Send")
    await expect(visitor.box).to_have_value("")
    await visitor.writes(NUMBER)
    await visitor.presses("Send anyway")
    await expect(_question(visitor)).to_have_count(0)
    await expect(visitor.box).to_have_value("")


async def _writing(people: People, **options: object) -> Visitor:
    """Somebody at the list of topics, whose page has loaded what asks."""
    visitor = await people.visitor(**options)
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.can_be_asked()
    return visitor


def _question(visitor: Visitor) -> Locator:
    return visitor.page.locator("#heed")


async def _said(visitor: Visitor) -> list[str]:
    """What the visitor has said in words since the topics were listed."""
    said = await visitor.page.locator("#log .mine .words").all_inner_texts()
    return said[said.index("Myself") + 1 :]
