"""Whose wait ends with nobody having come is thanked and shown ways on, and not asked whether the talk helped."""

import httpx
import pytest

from bot.web.site import Site
from tests.bot.conftest import KIM, Colleague
from tests.bot.test_plain import Browser, joined, talking
from tests.bot.test_turns import Reader

ASKED = "Did the talk help you?"
RATINGS = {"rate-helped", "rate-partly", "rate-not"}
WAYS_ON = ["person-again", "others", "topics"]


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> Browser:
    return await Browser(client).opens()


@pytest.fixture
def reader(client: httpx.AsyncClient, site: Site) -> Reader:
    return Reader(client, site.tokens.seal_state(site.reception.open("en").state))


async def test_the_page_of_scripts_is_shown_the_way_on(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "join"):
        await reader.does(choice=choice)
    reader.talk = None
    await reader.does(choice="wait-over")
    assert ASKED not in reader.reads()
    assert "welcome back" in reader.reads()
    assert reader.may() == WAYS_ON
    await reader.does(choice="person-again")
    assert "join" in reader.may()


async def test_a_page_of_the_version_before_still_tells_that_its_talk_is_over(reader: Reader) -> None:
    await reader.does(choice="talk-over")
    assert ASKED in reader.reads()
    assert set(reader.may()) >= RATINGS


async def test_without_scripts_who_stops_waiting_is_not_asked(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    await browser.does("stop")
    assert "no longer in line" in browser.html
    assert ASKED not in browser.html
    assert all(f'value="{choice}"' in browser.html for choice in WAYS_ON)


async def test_without_scripts_whose_wait_was_lost_is_not_asked(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    talk = await kim.takes_the_first()
    await kim.end.end(talk.ref, KIM)  # before the page knew that somebody had come
    await browser.does("refresh")
    assert browser.mode == "bot"
    assert ASKED not in browser.html


async def test_without_scripts_who_talked_is_asked(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("end-yes")
    assert ASKED in browser.html
