"""Two staff press Take for the same visitor at the same moment: one wins, the other is told, nobody talks to two."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROUNDS = 10

# Both pages run on this machine's clock: each presses when the same millisecond comes.
PRESS_AT = """([name, at]) => new Promise((done) => {
  const row = [...document.querySelectorAll("#waiting .row")].find((each) => each.textContent.includes(name));
  const take = row.querySelector(".take");
  const wait = () => Date.now() < at ? setTimeout(wait, at - Date.now() > 20 ? 5 : 0) : (take.click(), done());
  wait();
})"""


async def test_of_two_who_take_at_once_exactly_one_gets_the_visitor_and_the_other_is_told(people: People) -> None:
    staff = [await people.staff_on_duty(), await people.staff_on_duty()]
    assert staff[0].name != staff[1].name
    for _ in range(ROUNDS):
        visitor = await people.visitor()
        await visitor.comes_to_wait()
        for each in staff:
            await expect(each.waiting).to_have_count(1)
        name = await staff[0].waiting.locator(".name").inner_text()
        await _press_together(staff, name)

        winner, loser = await _winner_and_loser(staff, name)
        await expect(loser.sees(f"Someone else took {name}.")).to_have_count(1)
        await expect(loser.talk(name)).to_have_count(0)
        await expect(winner.sees(f"Someone else took {name}.")).to_have_count(0)
        await visitor.meets(winner)
        for each in staff:
            await expect(each.waiting).to_have_count(0)

        await winner.writes(f"Hello {name}", name)
        await expect(visitor.messages).to_have_text([f"Hello {name}"])
        await visitor.leaves()
        await winner.skips_the_wrap_up(name)
        await expect(winner.talk(name)).to_have_count(0)


async def _press_together(staff: list[Staff], name: str) -> None:
    at = await staff[0].page.evaluate("Date.now()") + 150
    await asyncio.gather(*(each.page.evaluate(PRESS_AT, [name, at]) for each in staff))


async def _winner_and_loser(staff: list[Staff], name: str) -> tuple[Staff, Staff]:
    one, other = staff
    told_one = one.sees(f"Someone else took {name}.")
    await expect(one.talk(name).or_(told_one)).to_have_count(1)
    return (other, one) if await told_one.count() else (one, other)
