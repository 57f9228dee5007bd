"""Other desks as ways on: offered when nobody can come and when a person points there; never automatic."""

import html
from typing import Any

import httpx
import pytest

from bot.settings import BotSettings
from bot.web.site import Site
from dialogues.values import AgeBand, State
from handover.asks import AskStage
from handover.outlook import Shut
from handover.values import DeskId, Done, Gone, Stale
from tests.bot.conftest import DESK, KIM, Colleague, make_settings
from tests.bot.test_plain import Browser, joined, talking
from tests.bot.test_turns import Reader
from tests.engines import Engine

ORIGO, ADDRESS = DeskId("origo"), "https://chat2.example.org/desk"
WHO = "We work for municipalities, the region and the police."
LINK = f'<a href="{ADDRESS}" target="_top" rel="noreferrer" data-desk>Origo</a>'


@pytest.fixture
def settings(engine: Engine) -> BotSettings:
    return make_settings(engine, other_desks=f"origo={ADDRESS} demo=https://own.example nowhere=https://gone.example")


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> Browser:
    return await Browser(client).opens()


@pytest.fixture
def reader(client: httpx.AsyncClient, site: Site) -> Reader:
    return Reader(client, site.tokens.seal_state(site.reception.open("en").state))


def links(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for message in answer["messages"] for item in message["items"] if item["here"]]


async def test_who_finds_nobody_is_offered_the_other_desk_with_who_answers_there(
    reader: Reader, kim: Colleague
) -> None:
    await reader.does(choice="person")
    await reader.does(choice="join")
    (item,) = links(reader.answer)
    assert (item["label"], item["href"]) == ("Origo", ADDRESS), "nothing is carried along"
    assert item["detail"].startswith(WHO)
    assert "Another desk may be able to answer." in reader.reads()
    await kim.end.shut(DESK, Shut.TONIGHT)
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert len(links(reader.answer)) == 1


async def test_who_waits_in_vain_is_offered_it_and_keeps_the_place(
    reader: Reader, browser: Browser, kim: Colleague
) -> None:
    await kim.comes()
    await reader.does(choice="person")
    await reader.does(choice="join")
    assert not links(reader.answer)
    await joined(browser, kim)
    assert LINK not in browser.html
    await kim.end.shut(DESK, Shut.TONIGHT)
    await reader.does(choice="news")
    assert len(links(reader.answer)) == 1
    await browser.does("refresh")
    assert LINK in browser.html
    assert browser.mode == "waiting"
    assert len(await kim.end.waiting(DESK)) == 2


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State("en"), True),
        (State("en", age_band=AgeBand("16_17"), county="stockholm"), True),
        (State("en", county="dalarna"), False),
    ],
)
def test_only_desks_that_take_this_visitor_are_offered(site: Site, state: State, offered: bool) -> None:
    assert bool(site.neighbours.open_to(state)) is offered


@pytest.mark.parametrize("language", ["sv", "en", "ar", "fa", "so", "ckb", "ti"])
def test_every_language_has_the_sentences(site: Site, language: str) -> None:
    said, rows = site.neighbours.open_to(State(language))
    assert said.text
    assert rows.items[0].label == "Origo"
    assert all(site.words.of(language)[key] for key in ("ask.desk", "ask.stay", "news.way", "news.go"))


async def test_a_person_points_there_and_the_script_is_told_who_answers_and_the_way(
    reader: Reader, kim: Colleague
) -> None:
    await kim.comes()
    await reader.does(choice="person")
    await reader.does(choice="join")
    talk = await kim.takes_the_first()
    await reader.does(choice="pointed")
    assert reader.answer["messages"] == []
    assert await kim.end.point(talk.ref, KIM, ORIGO) == Done()
    await reader.does(choice="pointed")
    assert reader.reads().startswith("Origo")
    assert WHO in reader.reads()
    assert [item["href"] for item in links(reader.answer)] == [ADDRESS]
    (matter,) = await kim.end.asks(DESK)
    assert matter.ask is not None and matter.ask.stage is AskStage.VISITOR, "reading is no answer"


async def test_without_javascript_one_press_ends_the_talk_and_shows_the_link(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk is not None
    ref = kim.talk.ref
    await kim.end.point(ref, KIM, ORIGO)
    await browser.does("refresh", "half a sentence")
    assert "Kim suggests another desk" in browser.html
    assert WHO in html.unescape(browser.html)
    assert LINK not in browser.html, "a link alone would leave the talk open"
    assert browser.draft == "half a sentence"
    await browser.does("ask-yes")
    assert LINK in browser.html
    assert "The talk here has ended. This is the page of the other desk:" in browser.html
    assert browser.mode == "bot"
    assert await kim.end.hear(ref, KIM, 0) == Gone()


async def test_without_javascript_staying_leaves_everything_as_it_was(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk is not None
    ref = kim.talk.ref
    await kim.end.point(ref, KIM, ORIGO)
    await browser.does("refresh")
    old = browser.fields
    await browser.does("ask-no")
    assert "Kim suggests" not in browser.html
    assert browser.mode == "talk"
    assert await kim.end.answer(ref, KIM, 1, yes=False) == Stale()
    await browser.posts({**old, "do": "ask-yes"})  # Back, and yes: to a question that is over
    assert browser.mode == "talk"
    assert LINK not in browser.html


async def test_a_desk_that_this_page_cannot_lead_to_is_not_asked_about(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk is not None
    await kim.end.point(kim.talk.ref, KIM, DeskId("terrafem"))
    await browser.does("refresh")
    assert "Kim suggests" not in browser.html
