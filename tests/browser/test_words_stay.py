"""Words go to the person they were meant for and to nobody else, and whoever was away is told what happened."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.browser.people import People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

OUTBOX = Path(__file__).parents[2] / "bot" / "web" / "static" / "outbox.js"
LOST = "We lost contact. Trying again."

# Straight into the box: what a broken keyboard or a cut paste leaves there, nobody can type.
PUT = "(box, words) => { box.value = words; box.dispatchEvent(new Event('input')); }"

# The person leaves before the acknowledgement of a message that had arrived comes.
LATE_ACKNOWLEDGEMENT = """() => {
  const numbers = [];
  const states = [];
  let entry;
  const mark = (marked) => { entry = marked; states.push(marked.state); };
  const outbox = new Outbox((sent) => numbers.push(sent.seq), mark);
  outbox.align(4, 4);
  outbox.add("I am at school", {});
  outbox.fail();
  outbox.retry(entry);
  outbox.fail();
  outbox.acknowledge(5);
  outbox.align(5, 4);
  outbox.forget();
  outbox.retry(entry);
  return { numbers, states };
}"""

# The engine has the first message, and its answer was lost; the second never came, and the third is refused.
LOST_ANSWER = """() => {
  const sent = [];
  const outbox = new Outbox((entry) => sent.push(`${entry.body} ${entry.seq}`), () => {});
  for (const words of ["one", "two", "three"]) outbox.add(words, {});
  outbox.renumber(2);
  outbox.acknowledge(3);
  outbox.forget();
  return sent;
}"""

# A failover forgets the second and third of three messages that had arrived, one of which the person has even seen.
FORGOTTEN = """(sameone) => {
  const numbers = [], states = {};
  const send = (sent) => numbers.push(`${sent.body} ${sent.seq}`);
  const outbox = new Outbox(send, (each) => { states[each.body] = each.state; });
  outbox.align(0, 0);
  for (const words of ["one", "two", "three", "four"]) outbox.add(words, {});
  outbox.acknowledge(3);
  outbox.deliver(2);
  numbers.length = 0;
  outbox.recall(1);
  if (!sameone) outbox.fail();
  outbox.align(1, 1);
  return { numbers, states };
}"""

# The same, and the next message is refused before the page was told anything.
FORGOTTEN_UNTOLD = """() => {
  const numbers = [];
  const outbox = new Outbox((sent) => numbers.push(`${sent.body} ${sent.seq}`), () => {});
  outbox.align(0, 0);
  for (const words of ["one", "two", "three"]) outbox.add(words, {});
  outbox.acknowledge(3);
  outbox.deliver(2);
  outbox.add("four", {});
  numbers.length = 0;
  outbox.renumber(2);
  return numbers;
}"""


async def test_what_failed_with_one_person_never_reaches_the_next(people: People) -> None:
    visitor, first = await people.in_a_talk()
    await visitor.page.context.set_offline(True)
    await expect(visitor.sees(LOST)).to_be_visible()
    await visitor.writes("only for the first person")
    await first.ends()
    await first.skips_the_wrap_up()
    await visitor.page.context.set_offline(False)
    await expect(visitor.sees("The talk is over.")).to_be_visible()
    await expect(visitor.mark_of("only for the first")).to_have_text("Failed")
    await first.goes_home()

    second = await _meets_another(people, visitor)
    await expect(visitor.mark_of("only for the first")).to_have_text("Failed")
    await expect(visitor.button("Try again")).to_have_count(0)
    await visitor.writes("hello to the second")
    await expect(visitor.mark_of("hello to the second")).to_have_text("Delivered")
    assert await second.words("theirs") == ["hello to the second"]


async def test_a_message_that_may_have_arrived_is_tried_again_under_its_own_number(people: People) -> None:
    page = await people.somebody()
    await page.add_script_tag(path=OUTBOX)
    seen = await page.evaluate(LATE_ACKNOWLEDGEMENT)
    assert seen == {"numbers": [5, 5], "states": ["sending", "failed", "sending", "failed", "sent"]}


async def test_a_message_whose_acknowledgement_was_lost_is_not_sent_under_another_number(people: People) -> None:
    page = await people.somebody()
    await page.add_script_tag(path=OUTBOX)
    assert await page.evaluate(LOST_ANSWER) == ["one 1", "two 2", "three 3", "two 2", "three 3"]


async def test_what_only_the_one_before_could_read_is_not_delivered_by_the_next(hasty_people: People) -> None:
    visitor, gone = await hasty_people.in_a_talk()
    await visitor.writes("read by the first person")
    await expect(visitor.mark_of("read by the first")).to_have_text("Delivered")
    colleague = await hasty_people.staff_on_duty()
    await gone.page.context.close()
    await visitor.writes("and this by nobody")
    await expect(visitor.mark_of("by nobody")).to_have_text("Sent")
    await expect(visitor.sees("The person could not stay.")).to_be_visible()

    await colleague.takes()
    await visitor.meets(colleague)
    await visitor.writes("are you new")
    await expect(visitor.mark_of("are you new")).to_have_text("Delivered")
    await expect(visitor.mark_of("by nobody")).to_have_text("Sent")
    await expect(visitor.mark_of("read by the first")).to_have_text("Delivered")


async def test_what_a_failover_forgot_goes_out_again_as_it_was_and_to_the_same_person_alone(people: People) -> None:
    page = await people.somebody()
    await page.add_script_tag(path=OUTBOX)
    seen = await page.evaluate(FORGOTTEN, arg=True)
    assert seen["numbers"] == ["two 2", "three 3", "four 4"]
    assert seen["states"] == {"one": "delivered", "two": "sending", "three": "sending", "four": "sending"}
    seen = await page.evaluate(FORGOTTEN, arg=False)
    assert seen["numbers"] == []
    assert seen["states"] == {"one": "delivered", "two": "failed", "three": "failed", "four": "failed"}
    assert await page.evaluate(FORGOTTEN_UNTOLD) == ["two 2", "three 3", "four 4"]


async def test_who_was_away_when_the_person_left_is_told(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.page.context.set_offline(True)
    await expect(visitor.sees(LOST)).to_be_visible()
    await visitor.writes("are you there")
    await staff.writes("I have to go")
    await expect(staff.state_of("I have to go")).to_have_text("Sent")
    await staff.page.get_by_role("button", name="Give back").click()
    await expect(staff.talk()).to_have_count(0)  # before the visitor is back: what they wrote could still arrive
    await visitor.page.context.set_offline(False)

    told = visitor.sees("The person could not stay. You are in line again, at your old place.")
    await expect(told).to_have_count(1)
    await expect(visitor.place).to_be_visible()
    last = visitor.page.locator(".bubble.theirs", has_text="I have to go")
    await expect(last.locator(".who")).to_have_text(staff.name)
    await expect(visitor.mark_of("are you there")).to_contain_text("Failed")


async def test_words_that_staff_send_as_they_give_the_talk_back_go_first(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.writes("before")
    await expect(staff.state_of("before")).to_have_text("Delivered")  # the key is here
    await staff.writes_and_presses("I have to go", "Give back")
    await expect(visitor.page.locator(".bubble.theirs .words").last).to_have_text("I have to go")
    await expect(visitor.sees("You are in line again, at your old place.")).to_be_visible()


async def test_half_an_emoji_does_not_break_the_talk(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.box.evaluate(f"(box) => ({PUT})(box, 'half \\ud83d')")
    await visitor.presses("Send")
    await visitor.writes("can you read this")
    await expect(visitor.mark_of("can you read this")).to_have_text("Delivered")
    assert await staff.words("theirs") == ["half \N{REPLACEMENT CHARACTER}", "can you read this"]


async def test_what_would_be_too_long_on_the_wire_is_said_to_be_too_long(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.box.evaluate(PUT, "a" + "\x01" * 3_000 + "b")
    await visitor.presses("Send")
    await expect(visitor.sees("That is a little too long to send at once.")).to_be_visible()
    await visitor.writes("shorter")
    await expect(visitor.mark_of("shorter")).to_have_text("Delivered")
    assert await staff.words("theirs") == ["shorter"]


async def test_an_answer_of_the_bot_does_not_hide_that_the_place_in_line_is_out_of_touch(people: People) -> None:
    await people.staff_on_duty()
    visitor = await people.visitor()
    sockets = []
    await visitor.page.route_web_socket("**/live", lambda socket: sockets.append(socket.connect_to_server()))
    await visitor.comes_to_wait()
    # The socket comes back to nobody, while turns with the bot still work.
    await visitor.page.route_web_socket("**/live", lambda socket: socket.on_message(lambda _: None))
    await sockets[0].close()
    await expect(visitor.sees(LOST)).to_be_visible()
    await visitor.writes("can I choose who I am with")
    await expect(visitor.page.locator("#log .block").last).not_to_contain_text("You are in line")
    await expect(visitor.sees(LOST)).to_be_visible()


async def _meets_another(people: People, visitor: Visitor) -> Staff:
    """Into the line once more, to a person who was not there before."""
    staff = await people.staff_on_duty()
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("This is how you are introduced")).to_have_count(2)  # one of the time before
    await visitor.presses("Talk to a person")
    await expect(visitor.place).to_be_visible()
    await staff.takes()
    await visitor.meets(staff)
    return staff


@pytest.mark.parametrize("lost", ["once", "for good"])
async def test_words_whose_key_did_not_arrive_are_said_again_under_one_that_did(people: People, lost: str) -> None:
    visitor = await people.visitor()
    dropped: list[str] = []
    begun = asyncio.Event()  # the page has a key of the epoch after the reload: before it, nothing is written

    def between(ours: WebSocketRoute) -> None:
        server = ours.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["type"] == "key" and frame["epoch"] == 3:
                begun.set()
            if frame["type"] == "key" and frame["epoch"] == 1 and (lost == "for good" or not dropped):
                dropped.append(lost)
            else:
                server.send(text)

        ours.on_message(pass_on)

    await visitor.page.route_web_socket(re.compile("/live"), between)
    staff = await people.staff_on_duty()
    await visitor.comes_to_wait()
    await staff.takes()
    await visitor.meets(staff)
    await visitor.writes("before the key")
    await expect(visitor.mark_of("before the key")).to_have_text("Delivered")
    assert dropped
    await expect(staff.messages()).to_have_text(["before the key"])
    await staff.page.reload()  # which begins the next epoch for the same device
    async with asyncio.timeout(30):
        await begun.wait()
    await visitor.writes("after it")
    await expect(visitor.mark_of("after it")).to_have_text("Delivered")
    await expect(staff.messages()).to_have_text(["before the key", "after it"])


SLOW_KEYS = """() => {
  const make = crypto.subtle.generateKey.bind(crypto.subtle);
  window.making = new Promise((told) => {
    crypto.subtle.generateKey = (...given) => {
      told();
      return new Promise((made) => setTimeout(made, 1500)).then(() => make(...given));
    };
  });
}"""


@pytest.mark.parametrize("changed", [False, True])
async def test_what_is_sent_before_the_next_key_is_there_goes_with_it_unless_it_was_changed(
    people: People, changed: bool
) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.page.evaluate(SLOW_KEYS)
    await visitor.box.fill("said while the desk opened")
    await staff.page.reload()
    await visitor.page.evaluate("() => window.making")
    await visitor.presses("Send")
    await expect(visitor.sees("Wait a moment.")).to_be_visible()
    if changed:
        await visitor.box.fill("said otherwise")
    else:
        await expect(staff.messages()).to_have_text(["said while the desk opened"])
    await staff.writes("I am back")
    await expect(visitor.messages.filter(has_text="I am back")).to_be_visible()
    await expect(staff.messages()).to_have_count(1 if changed else 2)
    await expect(visitor.box).to_have_value("said otherwise" if changed else "")
