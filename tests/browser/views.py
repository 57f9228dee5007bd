"""Every view of both apps, each as a way to get there: for what has to hold on all of them."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from playwright.async_api import Page, expect

from tests.browser.account_views import ACCOUNT_VIEWS, coordinators_page
from tests.browser.people import People, Visitor


class Way(Protocol):
    def __call__(self, people: People, **options: Any) -> Awaitable[Visitor]: ...


async def _first(people: People, **options: Any) -> Visitor:
    visitor = await people.visitor(**options)
    await visitor.opens_the_page()
    return visitor


async def _question(people: People, **options: Any) -> Visitor:
    visitor = await _first(people, **options)
    await visitor.presses("Start")
    await expect(visitor.button("I am in danger now")).to_be_visible()
    return visitor


async def _topics(people: People, **options: Any) -> Visitor:
    visitor = await _first(people, **options)
    await visitor.starts()
    return visitor


async def _topic(people: People, **options: Any) -> Visitor:
    visitor = await _topics(people, **options)
    await visitor.topic("Forced marriage").click()
    await visitor.page.locator("details.sources summary").click()
    return visitor


async def _danger(people: People, **options: Any) -> Visitor:
    visitor = await _question(people, **options)
    await visitor.presses("I am in danger now")
    await expect(visitor.page.locator("#log .danger")).to_be_visible()
    return visitor


async def _unclear(people: People, **options: Any) -> Visitor:
    visitor = await _topics(people, **options)
    await visitor.writes("qwzx plumbus 42")
    await expect(visitor.sees("I did not quite understand")).to_be_visible()
    return visitor


async def _asked(people: People, **options: Any) -> Visitor:
    visitor = await _topics(people, **options)
    if visitor.scripts:
        await visitor.can_be_asked()
    await visitor.writes("my name is Noor, my number is 070-174 06 05, find me on www.example.se")
    await expect(visitor.button("Remove it")).to_be_focused()
    return visitor


async def _briefing(people: People, **options: Any) -> Visitor:
    visitor = await _topic(people, **options)
    await visitor.opens_the_briefing()
    return visitor


async def _counties(people: People, **options: Any) -> Visitor:
    visitor = await _briefing(people, **options)
    await visitor.changes("County")
    await expect(visitor.sees("In which county do you want help?")).to_be_visible()
    return visitor


async def _nobody(people: People, **options: Any) -> Visitor:
    visitor = await _briefing(people, **options)
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("Nobody is here right now")).to_be_visible()
    return visitor


async def _waiting(people: People, **options: Any) -> Visitor:
    await people.staff_on_duty()
    visitor = await _first(people, **options)
    await visitor.asks_for_a_person()
    await visitor.sees("About the wait").click()
    return visitor


async def _wish(people: People, **options: Any) -> Visitor:
    visitor = await _briefing(people, **options)
    await visitor.changes("Wish")
    await expect(visitor.button("A woman")).to_be_visible()
    return visitor


async def _closed_meanwhile(people: People, **options: Any) -> Visitor:
    staff = await people.staff_on_duty()
    visitor = await _first(people, **options)
    await visitor.asks_for_a_person()
    await staff.closes_the_desk()
    if not visitor.scripts:
        await visitor.presses("Show my place")
    await expect(visitor.sees("You keep your place")).to_be_visible(timeout=90_000)
    return visitor


async def _talk(people: People, **options: Any) -> Visitor:
    visitor, staff = await people.in_a_talk(**options)
    for number in range(3):
        await visitor.writes(line := f"I do not know where to begin, and this is line {number}.")
        await expect(visitor.sees(line).last).to_be_visible()  # without JavaScript it comes with the next page
        await staff.writes(f"There is no hurry. Begin wherever you like. This is line {number}.")
    if visitor.scripts:
        await expect(visitor.messages).to_have_count(6)
    await visitor.presses("End talk")
    await expect(visitor.button("Yes, end it")).to_be_visible()
    return visitor


async def _helped(people: People, **options: Any) -> Visitor:
    visitor, _, _ = await people.helped(**options)
    return visitor


async def _muted(people: People, **options: Any) -> Visitor:
    visitor, staff = await people.in_a_talk(**options)
    await people.mute(staff)
    if not visitor.scripts:
        await visitor.presses("Show new messages")
    await expect(visitor.sees("has paused the talk")).to_be_visible()
    return visitor


async def _over(people: People, **options: Any) -> Visitor:
    visitor = await _talk(people, **options)
    await visitor.presses("Yes, end it")
    await expect(visitor.sees("You ended the talk.")).to_be_visible()
    return visitor


async def _error(people: People, **options: Any) -> Visitor:
    visitor = await people.visitor(**options)
    await visitor.page.goto(f"{people.house.visitors}nothing")
    return visitor


async def _privacy(people: People, **options: Any) -> Visitor:
    visitor = await _first(people, **options)
    await visitor.page.get_by_role("link", name="Privacy notice").click()
    await expect(visitor.sees("How your privacy is protected")).to_be_visible()
    return visitor


async def _accessibility(people: People, **options: Any) -> Visitor:
    visitor = await _first(people, **options)
    await visitor.page.get_by_role("link", name="Accessibility").click()
    await expect(visitor.sees("What we aim for")).to_be_visible()
    return visitor


async def _codes(people: People, **options: Any) -> Visitor:
    visitor = await _first(people, **options)
    await visitor.presses("Leave a message, or come back with a code")
    await expect(visitor.button("I have a code")).to_be_visible()
    return visitor


async def _nine_words(people: People, **options: Any) -> Visitor:
    await left_messages(people)
    visitor = await _first(people, **options)
    give = visitor.button("Give me a code to come back with")
    for _ in range(60):  # the desk's key is offered within seconds
        await visitor.presses("Leave a message, or come back with a code")
        await expect(visitor.button("I have a code")).to_be_visible()
        if await give.is_visible():
            break
        await visitor.presses("Close")  # what stands there now must not be taken for what comes next
        await expect(visitor.page.locator("#codes")).to_have_count(0)
        await visitor.page.wait_for_timeout(500)
    await give.click()
    await expect(visitor.page.locator(".nine li")).to_have_count(9)
    return visitor


async def _box(people: People, **options: Any) -> Visitor:
    visitor = await _nine_words(people, **options)
    await visitor.presses("I have them, go on")
    await visitor.page.get_by_role("textbox", name="Your message to").fill("A message that is left here for later.")
    await visitor.presses("Leave it, sealed")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    return visitor


async def _code_entry(people: People, **options: Any) -> Visitor:
    visitor = await _codes(people, **options)
    await visitor.presses("I have a code")
    await visitor.page.get_by_role("textbox", name="Your nine words").fill("two words")
    await visitor.presses("Open")
    await expect(visitor.sees("There should be nine words.")).to_be_visible()
    return visitor


async def left_messages(people: People) -> Page:
    """With the desk's key on this device, whatever tests before it left."""
    page = (await people.staff()).page
    await page.goto(f"{people.house.staff}messages")
    await expect(page.locator("#empty, li.box, #state button").locator("visible=true").first).to_be_visible()
    anew = page.get_by_role("button", name="Make a new desk key")
    if await anew.is_visible():
        await anew.click()
    await expect(page.locator("#state")).to_be_hidden()
    return page


async def _left_message(people: People) -> Page:
    await _box(people)
    page = (await people.staff()).page
    await page.goto(f"{people.house.staff}messages")
    await page.get_by_role("button", name="Read and answer").first.click()
    return page


async def _handing_over(people: People, **options: Any) -> Visitor:
    visitor, staff = await people.in_a_talk(**options)
    colleague = await people.staff_on_duty()
    await visitor.writes("I do not know where to begin.")
    await staff.asks_to_hand_over(colleague)
    await colleague.says("Take over")
    await expect(staff.sees(f"{colleague.name} said yes.")).to_be_visible()
    if not visitor.scripts:
        await visitor.presses("Show new messages")
    await expect(visitor.sees(f"would like to hand over to {colleague.name}").first).to_be_visible()
    return visitor


VISITOR_VIEWS: dict[str, Way] = {
    "first": _first,
    "question": _question,
    "topics": _topics,
    "topic": _topic,
    "danger": _danger,
    "unclear": _unclear,
    "asked": _asked,
    "briefing": _briefing,
    "counties": _counties,
    "nobody there": _nobody,
    "waiting": _waiting,
    "wish": _wish,
    "closed meanwhile": _closed_meanwhile,
    "talk": _talk,
    "helped": _helped,
    "muted": _muted,
    "handing over": _handing_over,
    "over": _over,
    "error": _error,
    "privacy": _privacy,
    "accessibility": _accessibility,
    "codes": _codes,
    "nine words": _nine_words,
    "box": _box,
    "code entry": _code_entry,
}


async def _sign_in(people: People) -> Page:
    page = await people.somebody()
    await page.goto(f"{people.house.staff}sign-in")
    await page.get_by_label("Sign-in name").fill("nobody")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    return page


async def _off_duty(people: People) -> Page:
    return (await people.staff()).page


async def _on_duty(people: People) -> Page:
    return (await people.staff_on_duty()).page


async def _quiet(people: People) -> Page:
    """After a talk, with a colleague in a break and the habits open."""
    colleague, staff = await people.staff_on_duty(), await people.staff_on_duty()
    await colleague.page.get_by_role("button", name="Break", exact=True).click()
    await staff.page.locator(".habits summary").click()
    await staff.page.get_by_label("Quiet after each talk").select_option(label="5 minutes")
    await expect(staff.page.locator("#crew li")).to_have_count(2)
    visitor, _ = await people.in_a_talk(staff)
    await visitor.ends_the_talk()
    await staff.skips_the_wrap_up()
    await expect(staff.page.locator("#left")).to_be_visible()
    await staff.page.get_by_label("Quiet after each talk").select_option(label="2 minutes")
    return staff.page


async def _schedule(people: People) -> Page:
    """A coordinator's, with something wrong in the form."""
    staff, page = await people.staff(), await people.coordinator()
    await page.goto(f"{people.house.staff}schedule")
    await page.get_by_label("Who", exact=True).select_option(label=staff.name)
    for time in ("From", "To"):
        await page.get_by_label(time, exact=True).fill("10:00")
    await page.get_by_role("button", name="Add the shift").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    return page


async def _room(people: People) -> Page:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.presses("Start")
    await visitor.presses("I am in danger now")
    await visitor.asks_for_a_person()
    await expect(staff.waiting).to_have_count(1)
    return staff.page


async def _closed_desk(people: People) -> Page:
    """Shut, with two who wait, one of whom wishes for a woman, and the filters open."""
    staff = await people.staff_on_duty()
    for wish in ("wish:woman", "wish-unsaid"):
        visitor = await people.visitor()
        await visitor.opens_the_page()
        await visitor.opens_the_briefing()
        await visitor.changes("Wish")
        await visitor.page.locator(f"button[value='{wish}']").click()
        await visitor.presses("Talk to a person")
        await expect(visitor.place).to_be_visible()
    await expect(staff.waiting).to_have_count(2)
    await staff.closes_the_desk()
    await staff.page.locator("#filters summary").click()
    await staff.waiting.first.get_by_role("button", name="Take").click()
    await expect(staff.sees("Nobody who is wished for is on duty.")).to_be_visible()
    return staff.page


async def _closing_desk(people: People) -> Page:
    staff = await people.staff()
    await expect(staff.duty).to_be_enabled()
    await staff.page.locator("#close-desk summary").click()
    await expect(staff.page.get_by_role("button", name="Close now")).to_be_visible()
    return staff.page


async def _two_talks(people: People) -> Page:
    _, staff = await people.in_a_talk()
    visitor, _ = await people.in_a_talk(staff)
    await visitor.writes("I do not know where to begin.")
    await expect(staff.sees("I do not know where to begin.")).to_be_visible()
    await staff.page.get_by_role("textbox", name="Your message").last.fill("There is no hurry.")
    await staff.page.keyboard.press("Enter")
    await expect(staff.state_of("no hurry")).to_have_text("Delivered")
    await staff.duty.click()
    await expect(staff.sees("Give back and go off duty")).to_be_visible()
    return staff.page


async def _asking_colleagues(people: People) -> Page:
    _, staff = await people.in_a_talk()
    await people.staff_on_duty()
    await expect(staff.page.locator("#available")).to_have_text("2")
    await staff.talk().get_by_text("Note to self").click()
    await staff.talk().get_by_label("Note to self").fill("Ask about school.")
    await staff.talk().get_by_role("button", name="Mute").click()
    await expect(staff.sees("A colleague has to confirm.")).to_be_visible()
    return staff.page


async def _with_help(people: People) -> Page:
    """Who has a talk, with a colleague's line beside it."""
    _, staff, colleague = await people.helped()
    await colleague.talk().get_by_label("A line to your colleague").fill("Ask whether anybody is at home.")
    await colleague.page.keyboard.press("Enter")
    await expect(staff.sees("Ask whether anybody is at home.")).to_be_visible()
    return staff.page


async def _reading_along(people: People) -> Page:
    visitor, staff, colleague = await people.helped()
    await visitor.writes("I do not know where to begin.")
    await staff.writes("There is no hurry.")
    await expect(colleague.messages()).to_have_count(2)
    return colleague.page


async def _called(people: People) -> Page:
    _, staff = await people.in_a_talk()
    colleague = await people.staff_on_duty()
    await staff.asks_to_hand_over(colleague)
    await staff.page.keyboard.press("F9")
    await expect(colleague.sees("needs help now")).to_be_visible()
    await expect(colleague.sees("asks you to take over")).to_be_visible()
    return colleague.page


async def _calling(people: People) -> Page:
    _, staff = await people.in_a_talk()
    colleague = await people.staff_on_duty()
    await expect(staff.page.locator("#available")).to_have_text("2")
    await staff.page.keyboard.press("F9")
    await colleague.page.get_by_role("button", name="I come").click()
    await expect(staff.sees(f"Coming: {colleague.name}")).to_be_visible()
    return staff.page


async def _at_hand(people: People) -> Page:
    _, staff = await people.in_a_talk()
    await staff.page.get_by_text("Reporting routine").click()
    await staff.page.get_by_role("button", name="At hand").click()
    await expect(staff.page.get_by_role("dialog").get_by_role("button")).not_to_have_count(1)
    return staff.page


async def _wrap_up(people: People) -> Page:
    _, staff = await people.in_a_talk()
    await staff.ends()
    await expect(staff.page.get_by_role("heading", name="Wrap up")).to_be_visible()
    return staff.page


async def _sign_out(people: People) -> Page:
    _, staff = await people.in_a_talk()
    await staff.page.get_by_role("button", name="Sign out").click()
    await expect(staff.page.get_by_role("button", name="Give back and sign out")).to_be_visible()
    return staff.page


async def _sign_out_elsewhere(people: People) -> Page:
    _, staff = await people.in_a_talk()
    page = await staff.page.context.new_page()
    await page.goto(f"{staff.house.staff}account")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_role("button", name="Give back and sign out")).to_be_visible()
    return page


async def _not_permitted(people: People) -> Page:
    page = await people.coordinator()
    await page.goto(f"{people.house.staff}desk")
    return page


async def _devices(people: People) -> Page:
    staff = await people.staff()
    await expect(staff.duty).to_be_enabled()
    page = await people.coordinator()
    await page.goto(f"{people.house.staff}devices")
    await expect(page.get_by_role("button", name="Take back").first).to_be_visible()
    return page


async def _take_back(people: People) -> Page:
    page = await _devices(people)
    await page.get_by_role("button", name="Take back").first.click()
    await expect(page.get_by_role("heading", name="Take this device back?")).to_be_visible()
    return page


async def _broken_draft(people: People) -> Page:
    """A topic whose draft breaks a rule, with what it changes and what is wrong."""
    page = await people.coordinator()
    await page.goto(f"{people.house.staff}edit?part=en/topics/feelings.md")
    box = page.get_by_role("textbox", name="Text (English)")
    await box.fill((await box.input_value()).replace("\n## ", "\n\nTalk to your parents!\n\n## ", 2))
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.get_by_role("alert")).to_contain_text("This cannot be published yet")
    return page


async def _signed_out(people: People) -> Page:
    page = await people.coordinator()
    await page.goto(f"{people.house.staff}edit?part=ar/page.yml%23sos")
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    return page


async def _practice(people: People) -> Page:
    page = (await people.staff()).page
    await page.goto(f"{people.house.staff}practice")
    return page


async def _practice_beside(people: People) -> Page:
    page = await _practice(people)
    await page.get_by_role("link", name="With a colleague beside you").click()
    await expect(page.get_by_role("article")).to_be_visible()
    return page


async def _figures(people: People) -> Page:
    """A quarter of the made-up ones, with earlier ones beside it."""
    page = await people.coordinator()
    quarters = page.get_by_role("link", name="Quarter")
    for _ in range(60):  # they come in the first seconds of a house
        await page.goto(f"{people.house.staff}statistics")
        if await quarters.count() > 4:  # of two years, so all are there
            break
        await page.wait_for_timeout(500)
    await quarters.first.click()
    await expect(page.get_by_role("heading", name="Figures for Quarter")).to_be_visible()
    await page.locator("details.earlier summary").first.click()
    return page


CONSOLE_VIEWS: dict[str, Callable[[People], Awaitable[Page]]] = {
    "sign in": _sign_in,
    "off duty": _off_duty,
    "on duty": _on_duty,
    "quiet": _quiet,
    "schedule": _schedule,
    "waiting room": _room,
    "closed desk": _closed_desk,
    "closing desk": _closing_desk,
    "two talks": _two_talks,
    "at hand": _at_hand,
    "asking colleagues": _asking_colleagues,
    "help with a talk": _with_help,
    "reading along": _reading_along,
    "called for help": _called,
    "calling for help": _calling,
    "wrap-up": _wrap_up,
    "sign out": _sign_out,
    "sign out elsewhere": _sign_out_elsewhere,
    "not permitted": _not_permitted,
    "devices": _devices,
    "left messages": _left_message,
    "take back": _take_back,
    "practice": _practice,
    "practice beside": _practice_beside,
    **ACCOUNT_VIEWS,
    "statistics": coordinators_page("statistics"),
    "figures": _figures,
    "outreach": coordinators_page("outreach"),
    "directory": coordinators_page("directory"),
    "texts": coordinators_page("texts"),
    "phone prompts": coordinators_page("prompts"),
    "sentences": coordinators_page("edit?part=fa/page.yml%23talk"),
    "service": coordinators_page("edit?part=services.yml%23bris"),
    "broken draft": _broken_draft,
    "signed out": _signed_out,
    "missing": coordinators_page("nothing"),
}
