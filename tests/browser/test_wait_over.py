"""Whose wait ends with nobody having come is not asked whether the talk helped, with a page of scripts and without."""

import pytest
from playwright.async_api import expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("scripts", [True, False])
async def test_who_stops_waiting_is_shown_the_way_on_and_not_asked(people: People, scripts: bool) -> None:
    await people.staff_on_duty()
    visitor = await people.visitor(java_script_enabled=scripts)
    await visitor.comes_to_wait()
    await visitor.presses("Stop waiting")
    await expect(visitor.sees("You are always welcome back.")).to_be_visible()
    await expect(visitor.button("Try again to reach a person")).to_be_visible()
    await expect(visitor.button("All topics")).to_be_visible()
    await expect(visitor.sees("Did the talk help you?")).to_have_count(0)
    await expect(visitor.button("Yes, it helped")).to_have_count(0)
