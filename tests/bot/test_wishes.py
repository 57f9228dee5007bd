"""A visitor's wish for whom to talk with: chosen from closed values and names of those on duty, and never typed."""

import httpx
import pytest

from bot.web.site import Site
from handover.outlook import Wished
from tests.bot.conftest import DESK, KIM, Colleague
from tests.bot.test_plain import Browser
from tests.bot.test_turns import Reader, post


@pytest.fixture
def reader(client: httpx.AsyncClient, site: Site) -> Reader:
    return Reader(client, site.tokens.seal_state(site.reception.open("en").state))


async def _wish(kim: Colleague) -> str | None:
    return (await kim.end.waiting(DESK))[0].briefing.wish


async def test_a_wish_travels_to_staff_and_can_be_changed_while_waiting(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    for choice in ("person", "change-wish"):
        await reader.does(choice=choice)
    assert reader.may()[:3] == ["wish:woman", "wish:man", "wish-unsaid"]
    assert "You never wait longer because of it" in reader.reads()
    await reader.does(choice="wish:woman")
    rows = [row for message in reader.answer["messages"] for row in message["items"]]
    assert [row["detail"] for row in rows if row["choice"] == "change-wish"] == ["A woman"]
    await reader.does(choice="join")
    assert await _wish(kim) == "woman"
    for choice in ("briefing", "change-wish", "wish-unsaid"):
        await reader.does(choice=choice)
    assert await _wish(kim) is None


async def test_those_on_duty_who_agreed_are_offered_by_name_and_nobody_else(reader: Reader, kim: Colleague) -> None:
    await kim.comes()
    await reader.does(choice="person")
    await reader.does(choice="change-wish")
    assert not any("by:" in choice for choice in reader.may())
    await kim.end.be_asked(DESK, KIM, Wished("Kim", by_name=True))
    await reader.does(choice="briefing")
    await reader.does(choice="change-wish")
    assert {"id": "wish:by:Kim", "label": "Kim", "kind": "plain"} in reader.answer["choices"]
    await reader.does(choice="wish:by:Kim")
    await reader.does(choice="join")
    assert await _wish(kim) == "by:Kim"


async def test_who_went_off_duty_meanwhile_cannot_be_chosen_and_the_others_are_shown(
    reader: Reader, kim: Colleague
) -> None:
    await kim.comes()
    await kim.end.be_asked(DESK, KIM, Wished("Kim", by_name=True))
    await reader.does(choice="person")
    await reader.does(choice="change-wish")
    await kim.end.go_off_duty(DESK, KIM)
    await reader.does(choice="wish:by:Kim")
    assert reader.may()[:3] == ["wish:woman", "wish:man", "wish-unsaid"]


@pytest.mark.parametrize("choice", ["wish:anybody", "wish:", "wish:woman"])
async def test_a_wish_that_is_not_offered_is_refused(reader: Reader, client: httpx.AsyncClient, choice: str) -> None:
    await reader.does(choice="person")
    if choice != "wish:woman":
        await reader.does(choice="change-wish")
    assert (await post(client, {"state": reader.state, "input": {"choice": choice}})).status_code == 400


async def test_without_javascript_it_is_the_same(client: httpx.AsyncClient, kim: Colleague) -> None:
    browser = await Browser(client).opens()
    await kim.comes()
    await kim.end.be_asked(DESK, KIM, Wished("Kim", by_name=True))
    for choice in ("person", "change-wish", "wish:by:Kim", "join"):
        await browser.presses(choice)
    assert browser.mode == "waiting"
    assert await _wish(kim) == "by:Kim"
