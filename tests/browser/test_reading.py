"""A young person reads on a phone, in English and Swedish, asks in own words and meets no dead end."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.people import People, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH_WAY = ("Start", "Yes, that is fine", "Myself")
SWEDISH_WAY = ("Starta", "Ja, det går bra", "Mig själv")


async def test_the_first_page_says_who_answers_what_is_kept_and_what_cannot_be_erased(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    page = visitor.page
    await expect(page).to_have_title("Läxhjälp")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Read about your rights, or talk to someone")
    for promise in ("First a bot", "Nothing. No name, no number", "history shows that you were here", "three times"):
        await expect(visitor.sees(promise)).to_be_visible()
    await expect(page.get_by_role("link", name="Call 112")).to_have_attribute("href", "tel:112")
    for button in ("Start", "Talk to a person", "Svenska"):
        await expect(visitor.button(button)).to_be_visible()
    shown = await page.locator("body").inner_text()
    for telling in ("honour", "marriage", "violence", "abuse", "mutilation"):
        assert telling not in shown.casefold(), f"a glance over the shoulder reads {telling}"


@pytest.mark.parametrize(
    ("locale", "way", "topic", "sources", "onward"),
    [
        ("en-GB", ENGLISH_WAY, "Forced marriage", "Sources", "All topics"),
        ("sv-SE", SWEDISH_WAY, "Tvingas gifta sig", "Källor", "Alla ämnen"),
    ],
    ids=["English", "Swedish"],
)
async def test_a_topic_is_four_presses_away_with_its_sources_and_its_checked_date(
    people: People, locale: str, way: tuple[str, ...], topic: str, sources: str, onward: str
) -> None:
    visitor = await people.visitor(locale=locale)
    await visitor.opens_the_page()
    for button in way:
        await visitor.presses(button)
    await visitor.topic(topic).click()
    page = visitor.page
    await expect(page.get_by_role("heading", name=topic)).to_be_visible()
    await expect(page.locator("#log .notice").last).to_have_text(re.compile(r"\d{4}-\d\d-\d\d"))
    source = page.locator("details.sources").get_by_role("listitem").first
    await expect(source).not_to_be_visible()
    await page.locator("details.sources").get_by_text(sources).click()
    await expect(source).to_be_visible()
    assert (await source.inner_text()).strip()
    await expect(visitor.button(onward)).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == locale[:2]


async def test_at_least_twelve_topics_can_be_read_in_both_languages(people: People) -> None:
    for language, way in (("en-GB", ENGLISH_WAY), ("sv-SE", SWEDISH_WAY)):
        visitor = await people.visitor(locale=language)
        await visitor.opens_the_page()
        for button in way:
            await visitor.presses(button)
        await expect(visitor.page.locator("button.topic").nth(11)).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "words", "topic"),
    [
        ("en-GB", "they want to make me marry my cousin", "Forced marriage"),
        ("en-GB", "my dad wants to take me abroad this summer and i am scared", "Afraid of being taken abroad"),
        ("sv-SE", "mina föräldrar vill gifta bort mig", "Tvingas gifta sig"),
    ],
)
async def test_own_words_lead_to_the_right_topic(people: People, locale: str, words: str, topic: str) -> None:
    visitor = await people.visitor(locale=locale)
    await _asks(visitor, words, swedish=locale == "sv-SE")
    heading = visitor.page.get_by_role("heading", name=topic)
    offer = visitor.topic(topic)
    await expect(heading.or_(offer).first).to_be_visible()
    await expect(visitor.sees(words)).to_be_visible()


async def test_nonsense_gets_an_honest_answer_with_topics_and_a_person(people: People) -> None:
    visitor = await people.visitor()
    await _asks(visitor, "qwzx plumbus 42")
    await expect(visitor.sees("I did not quite understand, and I do not want to guess.")).to_be_visible()
    await expect(visitor.topic("My rights")).to_be_visible()
    await expect(visitor.button("Talk to a person")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "words", "call", "person"),
    [
        ("en-GB", "he is hitting me right now", "Are you in danger now? Call 112.", "Talk to a person"),
        ("sv-SE", "han slår mig nu", "Är du i fara nu? Ring 112.", "Prata med en person"),
    ],
    ids=["English", "Swedish"],
)
async def test_words_of_danger_put_112_and_a_person_first(
    people: People, locale: str, words: str, call: str, person: str
) -> None:
    visitor = await people.visitor(locale=locale)
    await _asks(visitor, words, swedish=locale == "sv-SE")
    answer = visitor.page.locator("#log .block").last
    await expect(answer.locator("> *").first).to_contain_text(call)
    await expect(answer.locator("> *").first.get_by_role("link", name="112")).to_have_attribute("href", "tel:112")
    await expect(visitor.page.locator("#choices button").first).to_have_text(person)
    await expect(visitor.sees(words)).to_be_visible()


async def test_danger_is_one_press_away_and_not_now_is_taken_seriously(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.presses("Start")
    await expect(visitor.button("I am in danger now")).to_be_visible()
    await visitor.presses("No, not now")
    await expect(visitor.sees("Then it is wise to wait.")).to_be_visible()
    await visitor.presses("I am in danger now")
    await expect(visitor.page.locator("#log .danger").last).to_contain_text("Call 112")


async def test_the_language_can_be_changed_at_any_time_without_losing_the_place(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.presses("Svenska")
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Läs om dina rättigheter")
    await expect(visitor.page.get_by_role("link", name="Lämna nu")).to_be_visible()
    await visitor.presses("English")
    await visitor.starts()
    await visitor.topic("Forced marriage").click()
    await visitor.sees("Language and privacy").click()
    await visitor.presses("Svenska")
    await expect(visitor.page.get_by_role("heading", name="Tvingas gifta sig")).to_be_visible()
    await expect(visitor.page.get_by_role("heading", name="Forced marriage")).to_have_count(0)
    await expect(visitor.page.get_by_role("textbox", name="Ditt meddelande")).to_be_visible()
    assert await visitor.page.evaluate("document.documentElement.lang") == "sv"


async def test_the_new_text_comes_into_view_and_focus_so_that_keyboard_and_ears_find_it(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.topic("Forced marriage").focus()
    await visitor.page.keyboard.press("Enter")
    heading = visitor.page.get_by_role("heading", name="Forced marriage")
    await expect(heading).to_be_in_viewport()
    assert await heading.evaluate("(heading) => heading.closest('.block') === document.activeElement")
    await visitor.page.keyboard.press("Tab")
    assert await visitor.page.evaluate("document.activeElement.tagName") == "SUMMARY", "next comes what the text offers"


async def test_a_reload_starts_anew_because_nothing_is_kept(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.box.fill("a secret")
    await visitor.page.reload()
    await expect(visitor.button("Start")).to_be_visible()
    await expect(visitor.page.get_by_role("textbox", include_hidden=True)).to_have_value("")


async def _asks(visitor: Visitor, words: str, *, swedish: bool = False) -> None:
    await visitor.opens_the_page()
    for button in SWEDISH_WAY if swedish else ENGLISH_WAY:
        await visitor.presses(button)
    await visitor.page.get_by_role("textbox").fill(words)
    await visitor.presses("Skicka" if swedish else "Send")
