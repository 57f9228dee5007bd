"""Whom a desk cannot read is offered the languages that it can, where they are told so."""

from dataclasses import replace

import httpx
import pytest

from bot.web.site import Site
from dialogues.admission import languages
from dialogues.values import AgeBand, Content, State
from tests.bot.conftest import DESK, Colleague
from tests.bot.test_plain import Browser
from tests.bot.test_turns import Reader


@pytest.fixture
def reader(client: httpx.AsyncClient, site: Site) -> Reader:
    return Reader(client, site.tokens.seal_state(site.reception.open("ti").state))


async def test_a_language_of_the_desk_leads_on_to_its_line(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join"):
        await reader.does(choice=choice)
    assert reader.talk is None
    offered = [(choice["id"], choice["label"]) for choice in reader.answer["choices"]]
    assert offered[:2] == [("lang:sv", "Svenska"), ("lang:en", "English")]
    assert "topics" in reader.may()
    await reader.does(choice="lang:en")
    assert reader.answer["lang"] == "en"
    assert "join" in reader.may()
    await reader.does(choice="join")
    assert reader.talk
    assert (await kim.end.waiting(DESK))[0].briefing.language == "en"


async def test_danger_still_stands_first(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("danger-now", "person", "join"):
        await reader.does(choice=choice)
    assert reader.answer["messages"][0]["kind"] == "danger"
    assert reader.may()[:2] == ["lang:sv", "lang:en"]


async def test_without_scripts_they_are_buttons_of_the_form(client: httpx.AsyncClient, kim: Colleague) -> None:
    await kim.comes()
    browser = await Browser(client).opens()
    for choice in ("lang:ti", "person", "join"):
        await browser.presses(choice)
    assert '<button name="choice" value="lang:en" class="person">English</button>' in browser.html
    for choice in ("lang:en", "join"):
        await browser.presses(choice)
    assert browser.mode == "waiting"


def test_only_the_language_offers_languages_and_only_those_there_is_content_for(content: Content) -> None:
    desk = replace(content.desks[DESK], languages=("sv", "tlh"))
    assert [choice.id for choice in languages(content, desk, State(language="ti"))] == ["lang:sv"]
    assert languages(content, desk, State(language="sv")) == ()
    too_old = replace(desk, ages=replace(desk.ages, most=15))
    assert languages(content, too_old, State(language="ti", age_band=AgeBand.OVER_26)) == ()
