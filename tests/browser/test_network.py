"""Reloads, cut networks, closed laptops and long talks: every message once and in order, and both sides told."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.people import People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

EACH_WAY = 250
LONG = 90_000  # milliseconds for 250 messages each way at the pace that the servers allow

# Fills and sends the page's own form, again and again; as fast as a page may, which is faster than any person.
SEND_MANY = """async ([box, prefix, count]) => {
  const field = document.querySelector(box);
  for (let number = 1; number <= count; number += 1) {
    field.value = `${prefix} ${number}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.form.requestSubmit(document.querySelector("#send"));
    await new Promise((done) => setTimeout(done, 20));
  }
}"""


async def test_a_reload_of_the_desk_keeps_the_talk_and_every_message_in_its_place(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    talk = []
    for number in range(4):
        await visitor.writes(f"question {number}")
        await expect(staff.messages()).to_have_count(2 * number + 1)
        await staff.writes(f"answer {number}")
        await expect(visitor.messages).to_have_count(2 * number + 2)
        talk += [f"question {number}", f"answer {number}"]
    await staff.page.reload()
    await expect(staff.messages()).to_have_text(talk)
    await expect(staff.duty).to_have_attribute("aria-checked", "true")
    await visitor.meets(staff)
    await expect(visitor.sees("lost contact")).to_have_count(0)

    await staff.writes("back again")
    await visitor.writes("I saw nothing of it")
    await expect(visitor.messages).to_have_text([*talk, "back again", "I saw nothing of it"])
    await expect(staff.messages()).to_have_text([*talk, "back again", "I saw nothing of it"])


async def test_after_a_cut_network_each_side_has_every_message_once_and_in_order(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("before, from the visitor")
    await staff.writes("before, from staff")
    await expect(visitor.messages).to_have_count(2)
    await _cuts(visitor)
    for number in range(3):
        await visitor.writes(f"from the visitor {number}")
        await staff.writes(f"from staff {number}")
    await expect(staff.sees("Connection lost; waiting for them to come back")).to_be_visible()
    await expect(visitor.mark_of("from the visitor 2")).to_have_text("Sending")
    await visitor.page.context.set_offline(False)
    await expect(visitor.sees("We lost contact. Trying again.")).to_be_hidden()

    upward = ["before, from the visitor", *(f"from the visitor {number}" for number in range(3))]
    downward = ["before, from staff", *(f"from staff {number}" for number in range(3))]
    await expect(visitor.mark_of("from the visitor 2")).to_have_text("Delivered")
    await expect(staff.state_of("from staff 2")).to_have_text("Delivered")
    await expect(staff.sees("Connection lost")).to_be_hidden()
    assert await visitor.words("mine") == await staff.words("theirs") == upward
    assert await visitor.words("theirs") == await staff.words("own") == downward


async def test_staff_who_lose_the_network_for_a_moment_lose_nothing(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("one")
    await expect(staff.messages()).to_have_text(["one"])
    await _cuts(staff)
    await staff.writes("two")
    await visitor.writes("three")
    await expect(staff.state_of("two")).to_have_text("Not sent yet")
    await staff.page.context.set_offline(False)
    await expect(staff.sees("The connection is lost.")).to_be_hidden()
    await expect(staff.state_of("two")).to_have_text("Delivered")
    await expect(visitor.mark_of("three")).to_have_text("Delivered")
    assert await staff.words("theirs") == await visitor.words("mine") == ["one", "three"]
    assert await staff.words("own") == await visitor.words("theirs") == ["two"]


async def test_a_closed_desk_gives_the_talk_back_and_a_colleague_takes_it(hasty_people: People) -> None:
    people = hasty_people
    visitor, gone = await people.in_a_talk()
    await visitor.writes("are you there")
    await expect(gone.messages()).to_have_count(1)
    later = await people.visitor()
    await later.comes_to_wait()
    await expect(later.place).to_have_text("You are number 1 in line")
    colleague = await people.staff_on_duty()
    await gone.page.context.close()

    await expect(visitor.sees("The person could not stay. You are in line again, at your old place.")).to_be_visible()
    await expect(visitor.place).to_have_text("You are number 1 in line")
    await expect(later.place).to_have_text("You are number 2 in line")
    await colleague.takes()
    await visitor.meets(colleague)
    await colleague.writes("I take over")
    await visitor.writes("good")
    await expect(visitor.sees("I take over")).to_be_visible()
    await expect(colleague.messages().last).to_have_text("good")
    await expect(later.place).to_have_text("You are number 1 in line")


async def test_a_talk_of_five_hundred_messages_arrives_complete_and_in_order(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await asyncio.gather(
        visitor.page.evaluate(SEND_MANY, ["#text", "up", EACH_WAY]),
        staff.page.evaluate(SEND_MANY, [".talk textarea", "down", EACH_WAY]),
    )
    upward = [f"up {number}" for number in range(1, EACH_WAY + 1)]
    downward = [f"down {number}" for number in range(1, EACH_WAY + 1)]
    await expect(staff.messages()).to_have_count(2 * EACH_WAY, timeout=LONG)
    await expect(visitor.messages).to_have_count(2 * EACH_WAY, timeout=LONG)
    await expect(visitor.mark_of(f"up {EACH_WAY}")).to_have_text("Delivered", timeout=LONG)
    await expect(staff.state_of(f"down {EACH_WAY}")).to_have_text("Delivered", timeout=LONG)
    assert await staff.words("theirs") == await visitor.words("mine") == upward
    assert await visitor.words("theirs") == await staff.words("own") == downward


async def _cuts(person: Visitor | Staff) -> None:
    """The network goes away under an open page: what is sent is lost, and the page notices."""
    await person.page.context.set_offline(True)
    lost = re.compile("We lost contact. Trying again.|The connection is lost.")
    await expect(person.page.get_by_text(lost)).to_be_visible(timeout=LONG)
