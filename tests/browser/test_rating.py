"""One tap after a talk, with a page of scripts and without: whether it helped. Nobody has to, and nobody can twice."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import People, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANSWERS = ("Yes, it helped", "A little", "No")
LARGE_ENOUGH = 44  # px of a side, for a finger (WCAG 2.5.5)


async def _after_a_talk(people: People, *, scripts: bool) -> Visitor:
    visitor, _ = await people.in_a_talk(java_script_enabled=scripts)
    await visitor.ends_the_talk()
    await expect(visitor.sees("Did the talk help you?")).to_be_visible()
    return visitor


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("answer", ANSWERS)
async def test_one_tap_is_thanked_for_and_not_offered_again(people: People, answer: str, scripts: bool) -> None:
    visitor = await _after_a_talk(people, scripts=scripts)
    await _look(visitor, f"asked-{scripts}")
    ways_on = await visitor.button("All topics").bounding_box()
    for each in ANSWERS:
        box = await visitor.button(each).bounding_box()
        assert box is not None
        assert ways_on is not None
        assert box["y"] + box["height"] <= ways_on["y"], "an answer and a way on stand in one row"
        assert box["height"] >= LARGE_ENOUGH
        assert box["x"] + box["width"] <= 360
    await visitor.presses(answer)
    await expect(visitor.sees("You are always welcome back.").last).to_be_visible(timeout=PATIENCE)
    await _look(visitor, f"{answer}-{scripts}")
    for each in ANSWERS:
        await expect(visitor.button(each)).to_be_hidden()
    await expect(visitor.button("Try again to reach a person")).to_have_count(1 if answer == "No" else 0)


@pytest.mark.parametrize("scripts", [True, False])
async def test_nobody_has_to(people: People, scripts: bool) -> None:
    visitor = await _after_a_talk(people, scripts=scripts)
    await expect(visitor.sees("You do not have to answer.")).to_be_visible()
    await visitor.presses("All topics")
    await expect(visitor.topic("Forced marriage")).to_be_visible()
    await expect(visitor.button(ANSWERS[0])).to_be_hidden()


async def _look(visitor: Visitor, name: str) -> None:
    if folder := os.environ.get("LOOK"):
        await visitor.page.screenshot(path=Path(folder) / f"{name}.png")
