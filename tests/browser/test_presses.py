"""A slow network: what is pressed while an answer is on its way is not lost, and a hasty tap does nothing twice."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.people import People, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

TURN = "**/turn"


async def _slow(visitor: Visitor) -> tuple[asyncio.Event, list[dict[str, Any]], Callable[[], Awaitable[None]]]:
    """The next turn is held until the event; what the turns ask; and what waits until one is held."""
    free, asked, held = asyncio.Event(), list[dict[str, Any]](), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.append(json.loads(route.request.post_data or "")["input"])
        held.set()
        await free.wait()
        await route.continue_()

    async def is_held() -> None:
        async with asyncio.timeout(60):
            await held.wait()

    await visitor.page.route(TURN, hold)
    return free, asked, is_held


async def test_who_presses_for_a_person_before_a_text_has_come_is_heard(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.starts()
    free, asked, is_held = await _slow(visitor)
    await visitor.topic("Forced marriage").click()
    await is_held()
    await visitor.presses("Talk to a person")
    await visitor.presses("Talk to a person")
    free.set()
    await expect(visitor.sees("This is how you are introduced")).to_be_visible()
    await expect(visitor.page.get_by_role("heading", name="Forced marriage")).to_have_count(1)
    assert [each["choice"] for each in asked][1:] == ["person"]


async def test_what_is_no_longer_offered_is_not_done_and_a_hasty_tap_counts_once(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.presses("Start")
    await expect(visitor.button("I am in danger now")).to_be_visible()
    free, asked, is_held = await _slow(visitor)
    await visitor.presses("Yes, that is fine")
    await is_held()
    await visitor.presses("Yes, that is fine")
    await visitor.presses("No, not now")
    free.set()
    await expect(visitor.button("Myself")).to_be_visible()
    await visitor.presses("Myself")
    await expect(visitor.topic("Forced marriage")).to_be_visible()
    assert len(asked) == 2
    assert await visitor.page.locator("#log .mine .words").all_inner_texts() == ["Start", "Yes, that is fine", "Myself"]


async def test_words_that_are_sent_while_the_page_asks_by_itself_are_not_lost(people: People) -> None:
    visitor, _ = await people.in_a_talk()
    free, asked, is_held = await _slow(visitor)
    await visitor.ends_the_talk()
    await is_held()  # what there is to say after a talk
    await visitor.writes("what is a dowry")
    await visitor.presses("Send")
    free.set()
    await expect(visitor.box).to_have_value("")
    await expect(visitor.page.locator("#log .mine .words").last).to_have_text("what is a dowry")
    assert [each.get("text") for each in asked] == [None, "what is a dowry"]
