"""Two staff press Take for the same visitor at the same moment: one wins, the other is told, nobody talks to two.

And a waiting list that was read before somebody was taken comes after.
"""

import asyncio
import json

import pytest
from playwright.async_api import WebSocketRoute, expect

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


async def test_a_list_that_is_older_than_the_talk_shows_nobody_who_was_taken(people: People) -> None:
    staff = await people.staff()
    lists: list[str] = []
    taken = asyncio.Event()

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def down(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["type"] == "room":
                lists.append(str(text))
                if taken.is_set():
                    return  # no later list mends it
            socket.send(text)
            if frame["type"] == "talk" and not taken.is_set():
                socket.send(next(each for each in reversed(lists) if json.loads(each)["rows"]))
                taken.set()

        socket.on_message(server.send)
        server.on_message(down)

    await staff.page.route_web_socket("**/live", between)
    await staff.page.reload()
    await staff.goes_on_duty()
    await people.in_a_talk(staff)
    assert taken.is_set()
    await expect(staff.waiting).to_have_count(0)
    await expect(staff.page.locator("#total")).to_be_hidden()
    await expect(staff.sees("Nobody is waiting.")).to_be_visible()
    await staff.talk().get_by_role("button", name="Give back").click()
    await expect(staff.waiting).to_have_count(1)
    await expect(staff.waiting.get_by_role("button", name="Take")).to_be_enabled()


async def _press_together(staff: list[Staff], name: str) -> None:
    at = await staff[0].page.evaluate("Date.now()") + 150
    await asyncio.gather(*(each.page.evaluate(PRESS_AT, [name, at]) for each in staff))


async def _winner_and_loser(staff: list[Staff], name: str) -> tuple[Staff, Staff]:
    one, other = staff
    told_one = one.sees(f"Someone else took {name}.")
    await expect(one.talk(name).or_(told_one)).to_have_count(1)
    return (other, one) if await told_one.count() else (one, other)
