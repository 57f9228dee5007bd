"""Muting at the desk: the words stay with the visitor, who is told so with 112, and can go on in every way."""

import pytest
from playwright.async_api import expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

HURT = "something that hurts"


async def test_a_muted_visitors_words_never_reach_the_desk(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("before")
    await expect(staff.messages()).to_have_text(["before"])
    await people.mute(staff)
    await expect(staff.sees("Muted: nothing from")).to_be_visible()
    await expect(visitor.sees(f"{staff.name} has paused the talk")).to_be_visible()
    await expect(visitor.page.locator("#log").get_by_role("link", name="Emergency number: 112")).to_be_visible()
    await expect(visitor.sees("Paused: nobody reads what you write now")).to_be_visible()
    await expect(visitor.reader_is(staff.name)).to_have_count(0)

    await visitor.writes(HURT)
    await expect(visitor.page.get_by_role("alert")).to_have_text("Paused: nobody reads what you write now")
    await expect(visitor.box).to_have_value(HURT)
    await staff.writes("Let us take a pause.")
    await expect(visitor.messages).to_have_text(["before", "Let us take a pause."])
    await staff.page.reload()
    await expect(staff.sees("Muted: nothing from")).to_be_visible()
    await expect(staff.messages()).to_have_text(["before", "Let us take a pause."])

    await staff.listens_again()
    await expect(visitor.sees(f"{staff.name} reads again")).to_be_visible()
    await visitor.meets(staff)
    await visitor.writes("calmer words")
    await expect(staff.messages()).to_have_text(["before", "Let us take a pause.", "calmer words"])


async def test_what_was_on_its_way_is_shown_as_not_arrived(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.page.context.set_offline(True)
    await expect(visitor.sees("We lost contact. Trying again.")).to_be_visible()
    await visitor.writes(HURT)
    await people.mute(staff)
    await visitor.page.context.set_offline(False)
    await expect(visitor.mark_of(HURT)).to_contain_text("Failed", timeout=30_000)
    await expect(staff.messages()).to_have_count(0)
    await staff.listens_again()
    await visitor.meets(staff)
    await visitor.writes("calmer words")
    await expect(staff.messages()).to_have_text(["calmer words"])  # opened, though others were sealed before it


async def test_alone_on_duty_the_desk_says_that_ending_the_talk_must_do(people: People) -> None:
    _, staff = await people.in_a_talk()
    await staff.talk().get_by_role("button", name="Mute").click()
    await expect(staff.sees("You are alone on duty, so nobody can confirm.")).to_be_visible()
    await expect(staff.talk().get_by_role("button", name="Ask a colleague")).to_be_hidden()
    await staff.page.keyboard.press("Escape")
    await expect(staff.talk().get_by_role("button", name="Mute")).to_be_focused()


async def test_the_open_question_follows_who_is_on_duty(people: People) -> None:
    _, staff = await people.in_a_talk()
    await staff.talk().get_by_role("button", name="Mute").click()
    await expect(staff.sees("You are alone on duty, so nobody can confirm.")).to_be_visible()
    colleague = await people.staff_on_duty()
    await staff.talk().get_by_label("Insults").check()
    await expect(staff.sees("You are alone on duty, so nobody can confirm.")).to_have_count(0)
    await colleague.duty.click()
    await expect(staff.sees("You are alone on duty, so nobody can confirm.")).to_be_visible()
    await expect(staff.talk().locator(".reasons [data-shut]")).to_be_focused()


async def test_the_waiting_list_goes_on_while_a_talk_is_wrapped_up(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    faults: list[str] = []
    staff.page.on("pageerror", lambda error: faults.append(str(error)))
    await visitor.ends_the_talk()
    await expect(staff.page.get_by_role("heading", name="Wrap up")).to_be_visible()
    await people.colleague_of(staff)
    other = await people.visitor()
    await other.comes_to_wait()
    await expect(staff.page.locator("#aloud")).to_contain_text(await staff.waiting.locator(".name").inner_text())
    assert faults == []


async def test_a_muted_talk_can_be_ended_from_both_sides(people: People) -> None:
    staff = await people.staff_on_duty()
    for end in ("visitor", "staff"):
        visitor, _ = await people.in_a_talk(staff)
        await people.mute(staff)
        await expect(visitor.sees("has paused the talk").last).to_be_visible()
        if end == "visitor":
            await visitor.ends_the_talk()
        else:
            await staff.ends()
        await expect(visitor.button("Talk to a person")).to_be_visible()
        await expect(visitor.reader_is("The bot")).to_have_count(0)
        await staff.skips_the_wrap_up()


async def test_whoever_takes_the_talk_next_hears_the_visitor(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.mute(staff)
    await expect(visitor.sees("has paused the talk")).to_be_visible()
    await staff.talk().get_by_role("button", name="Give back").click()
    await colleague.takes()
    await visitor.meets(colleague)
    await visitor.writes("to somebody else")
    await expect(colleague.messages()).to_have_text(["to somebody else"])


async def test_without_javascript_the_pause_is_told_and_the_words_are_kept(people: People) -> None:
    visitor, staff = await people.in_a_talk(java_script_enabled=False)
    await people.mute(staff)
    await visitor.writes(HURT)
    await expect(visitor.sees("has paused the talk")).to_be_visible()
    await expect(visitor.box).to_have_value(HURT)
    await staff.listens_again()
    await visitor.presses("Send")
    await expect(staff.messages()).to_have_text([HURT])


DROP = """(kinds) => {
  const given = new DataTransfer();
  given.items.add(new File(["x"], "picture.jpg", { type: "image/jpeg" }));
  return kinds.map((kind) => {
    const data = kind === "paste" ? { clipboardData: given } : { dataTransfer: given };
    const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
    const event = new Kind(kind, { ...data, bubbles: true, cancelable: true });
    return !document.querySelector("textarea").dispatchEvent(event);
  });
}"""


async def test_who_tries_to_give_a_picture_reads_that_it_cannot_be_sent_and_stays(people: People) -> None:
    visitor, _ = await people.in_a_talk()
    await expect(visitor.page.locator("#no-files")).to_have_text("Pictures and files cannot be sent here.")
    assert await visitor.page.evaluate(DROP, ["dragover", "drop", "paste"]) == [True, True, True]
    await expect(visitor.page.get_by_role("alert")).to_have_text("Pictures and files cannot be sent here.")
    assert visitor.page.url == people.house.visitors
