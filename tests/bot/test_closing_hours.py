"""The end of a desk's opening hours, as those see it who join late and who wait: nobody is dropped."""

from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from bot.web.site import Site
from dialogues.hours import SWEDEN, read_hours
from dialogues.loader import load_content
from dialogues.values import Content
from handover.outlook import Shut
from tests.bot.conftest import DESK, Clock, Colleague
from tests.bot.test_live import House, house
from tests.bot.test_plain import Browser
from tests.bot.test_turns import Reader

__all__ = ["house"]


@pytest.fixture(scope="module")
def content() -> Content:
    """The clock of these tests begins at nine in the morning, ten minutes before the desk closes."""
    content = load_content(now=datetime(2027, 1, 15, 9, tzinfo=SWEDEN), demo=True)
    desk = replace(content.desks[DESK], hours=read_hours(["mon-sun 08:00-09:10"]))
    return replace(content, desks={**content.desks, DESK: desk})


async def test_who_joins_late_is_told_before_and_who_waits_is_told_and_taken_all_the_same(
    client: httpx.AsyncClient, kim: Colleague, clock: Clock
) -> None:
    browser = await Browser(client).opens()
    await kim.comes()
    await browser.presses("person")
    assert "closes at 09:10. If nobody can answer before that, you are told so" in browser.html
    await browser.presses("join")
    assert "closes at 09:10. You are still in line" in browser.html
    assert "usually takes less than 5 minutes" in browser.html
    clock.now += 11 * 60
    await browser.does("refresh")
    assert "has closed for this time. Whoever is still there may come all the same" in browser.html
    assert "number 1 in line" in browser.html
    assert 'class="lines"' in browser.html
    await kim.takes_the_first()
    await browser.does("refresh")
    assert browser.mode == "talk"


async def test_an_open_page_is_told_when_the_desk_is_about_to_close_and_when_it_has(
    house: House, kim: Colleague, clock: Clock
) -> None:
    clock.now -= 10 * 60
    await kim.comes()
    line = await house.calls(await house.joins())
    await line.hears("waiting")
    clock.now += 10 * 60
    assert await line.hears("news") == {"type": "news"}
    clock.now += 11 * 60
    assert (await line.hears("waiting"))["about"] == "unknown"
    await line.hears("news")


async def test_the_page_fetches_what_is_new_with_the_ways_on(
    client: httpx.AsyncClient, site: Site, kim: Colleague, clock: Clock
) -> None:
    reader = Reader(client, site.tokens.seal_state(site.reception.open("en").state))
    await kim.comes()
    for choice in ("person", "join"):
        await reader.does(choice=choice)
    await reader.does(choice="news")
    assert "closes at 09:10" in reader.reads()
    assert reader.answer["messages"][-1]["kind"] == "lines"
    assert "codes" not in reader.may(), "the desk has no key to seal a left message to"
    await kim.end.offer(DESK, "a line", 60)
    await reader.does(choice="news")
    assert reader.may()[0] == "codes"
    await kim.end.shut(DESK, Shut.TONIGHT)
    await reader.does(choice="news")
    assert reader.reads().startswith("Demo desk has closed for tonight.")
    await kim.end.shut(DESK, None)
    await reader.does(choice="open-again")
    assert "has opened again" in reader.reads()


async def test_when_all_goes_well_there_is_no_news(
    client: httpx.AsyncClient, site: Site, kim: Colleague, clock: Clock
) -> None:
    clock.now -= 30 * 60
    reader = Reader(client, site.tokens.seal_state(site.reception.open("en").state))
    await kim.comes()
    for choice in ("person", "join", "news"):
        await reader.does(choice=choice)
    assert reader.answer["messages"] == []
    await kim.takes_the_first()
    await reader.does(choice="news")
    assert reader.answer["messages"] == [], "a person has come: there is nothing to say any more"


async def test_a_page_that_was_guided_on_reads_where_to_turn(
    client: httpx.AsyncClient, site: Site, kim: Colleague
) -> None:
    reader = Reader(client, site.tokens.seal_state(site.reception.open("en").state))
    await kim.comes()
    for choice in ("person", "join"):
        await reader.does(choice=choice)
    await kim.end.guide((await kim.end.waiting(DESK))[0].ref)
    reader.talk = None
    await reader.does(choice="guided-on")
    assert "you are welcome back" in reader.reads()
    assert {"person-again", "topics"} <= set(reader.may())
