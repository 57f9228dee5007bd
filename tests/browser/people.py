"""Visitors and staff whose methods are sentences. They find things by the names of the contract (design section 11)."""

import json
import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, WebSocket, expect

from tests.running import House

PHONE: ViewportSize = {"width": 360, "height": 740}
SMALLEST: ViewportSize = {"width": 320, "height": 568}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
GONE = 60_000  # milliseconds until the silence of somebody who left a test without a word is over, in a hasty house

# Counts what the page sounds; the sound itself is the browser's.
LISTEN = """
window.notes = 0;
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.notes += 1; return create.call(this); };
"""


class Visitor:
    """A young person with a page; `scripts` is whether JavaScript is on."""

    def __init__(self, page: Page, house: House, *, scripts: bool) -> None:
        self.page = page
        self.house = house
        self.scripts = scripts

    async def opens_the_page(self) -> None:
        await self.page.goto(self.house.visitors)

    async def starts(self) -> None:
        """To the list of topics."""
        await self.presses("Start")
        await self.presses("Yes, that is fine")
        await self.presses("Myself")
        await expect(self.topic("Forced marriage")).to_be_visible()

    async def presses(self, name: str) -> None:
        await self.button(name).click()

    async def asks_for_a_person(self) -> None:
        """From any view of the bot: to the briefing, and from there into the waiting room."""
        await self.opens_the_briefing()
        await self.presses("Talk to a person")
        await expect(self.place).to_be_visible()

    async def opens_the_briefing(self) -> None:
        await self.presses("Talk to a person")
        await expect(self.sees("This is how you are introduced")).to_be_visible()

    async def changes(self, row: str) -> None:
        """One row of the briefing."""
        await self.briefing.get_by_role("button", name=re.compile(rf"^Change\s*: {row}$")).click()

    async def comes_to_wait(self) -> None:
        """From nothing to the waiting room."""
        await self.opens_the_page()
        await self.asks_for_a_person()

    async def writes(self, words: str) -> None:
        await self.box.fill(words)
        await self.presses("Send")

    async def meets(self, staff: "Staff") -> None:
        """The page has been told who came. Until then it is the bot that reads what is written."""
        await expect(self.reader_is(staff.name)).to_be_visible()

    async def can_be_asked(self) -> None:
        """What asks before words go out has come; before that they go out unasked."""
        await expect(self.page.locator("body[data-later]")).to_have_count(1)

    async def ends_the_talk(self) -> None:
        await self.presses("End talk")
        await self.presses("Yes, end it")

    async def leaves(self) -> None:
        await self.exit.click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def topic(self, name: str) -> Locator:
        return self.page.get_by_role("list").get_by_role("button", name=name, exact=True)

    def sees(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(words)

    def reader_is(self, name: str) -> Locator:
        """The line beside the text box that says who reads."""
        return self.page.get_by_text(f"{name} reads this", exact=True)

    @property
    def briefing(self) -> Locator:
        """The latest of what the person will see."""
        return self.page.locator("#log .briefing").last

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Your message")

    @property
    def exit(self) -> Locator:
        return self.page.get_by_role("link", name="Leave now")

    @property
    def place(self) -> Locator:
        return self.page.get_by_text(re.compile(r"You are number \d+ in line"))

    @property
    def messages(self) -> Locator:
        """The words of both sides since the talk began, top to bottom."""
        return self.page.locator(f"{self._since} .words")

    async def words(self, whose: str) -> list[str]:
        """The words of one side (`mine` or `theirs`), top to bottom."""
        return await self.page.locator(f"{self._since}.{whose} .words").all_inner_texts()

    @property
    def _since(self) -> str:
        # With JavaScript, what was said to the bot stays above the line that tells who came.
        return ".event ~ .bubble" if self.scripts else ".bubble"

    def mark_of(self, words: str) -> Locator:
        """How far an own message came."""
        return self.page.locator(".bubble.mine", has_text=words).locator(".mark")

    async def goes_home(self) -> None:
        """Leave nothing in the waiting room for the next test."""
        if self.page.is_closed() or not self.page.url.startswith(self.house.visitors):
            return
        await self.page.context.set_offline(False)
        await self.page.unroute_all(behavior="ignoreErrors")
        if self.scripts and await self.exit.count():
            await self.leaves()
            await expect(self.page).not_to_have_url(self.house.visitors)
        elif not self.scripts:
            await self._finishes_by_hand()

    async def _finishes_by_hand(self) -> None:
        stop, end, sure = self.button("Stop waiting"), self.button("End talk"), self.button("Yes, end it")
        await self.page.wait_for_load_state()  # the answer to the last form may be on its way
        if await stop.is_visible():
            await stop.click()
        elif await end.is_visible():
            await self.ends_the_talk()
        elif await sure.is_visible():
            await sure.click()
        await expect(stop.or_(end).or_(sure)).to_have_count(0)  # a form whose page is closed may never be sent


class Staff:
    """A staff member at the desk."""

    name: str
    socket: WebSocket  # the page's latest

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house
        page.on("websocket", self._connects)

    def _connects(self, socket: WebSocket) -> None:
        self.socket = socket

    async def signs_in(self) -> None:
        await self.page.goto(self.house.demo_staff)
        await expect(self.duty).to_be_visible()
        await expect(self.duty).to_be_enabled()
        self.name = await self.page.locator(".who strong").inner_text()

    async def finds_nobody_waiting(self) -> None:
        """The list has come, and those who left after another test are gone from it."""
        await expect(self.page.locator("#waiting")).to_have_attribute("data-total", "0", timeout=GONE)

    async def goes_on_duty(self) -> None:
        await expect(self.duty).to_be_enabled()
        if await self.duty.get_attribute("aria-checked") != "true":
            await self.duty.click()
        await expect(self.duty).to_have_attribute("aria-checked", "true")

    async def takes(self, row: Locator | None = None) -> str:
        """The first of the waiting list unless a row is given; the visitor's pseudonym."""
        row = row or self.waiting.first
        pseudonym = await row.locator(".name").inner_text()
        take = self.waiting.filter(has=self.page.get_by_text(pseudonym, exact=True)).get_by_role("button", name="Take")
        await row.get_by_role("button", name="Take").click()
        try:
            await expect(self.talk(pseudonym)).to_be_visible(timeout=2_000)
        except AssertionError:  # where the list has moved just now, a press is not taken for one at what came there
            if await take.is_visible():
                await take.click()
            await expect(self.talk(pseudonym)).to_be_visible()
        return pseudonym

    async def writes(self, words: str, pseudonym: str | None = None) -> None:
        talk = self.talk(pseudonym)
        await talk.get_by_role("textbox", name="Your message").fill(words)
        await talk.get_by_role("button", name="Send", exact=True).click()

    async def writes_and_presses(self, words: str, button: str) -> None:
        """Both at once, quicker than the words can be on their way; sure of it, if that is asked."""
        await self.talk().evaluate(
            """(talk, { words, button }) => {
              const box = talk.querySelector(".compose textarea");
              box.value = words;
              box.form.requestSubmit();
              const pressed = [...talk.querySelectorAll("button")].find((each) => each.textContent === button);
              pressed.click();
              if (pressed.dataset.sure) pressed.click();
            }""",
            {"words": words, "button": button},
        )

    async def ends(self, pseudonym: str | None = None) -> None:
        """Sure of it, if that is asked."""
        end = self.talk(pseudonym).locator("[data-do=end]")
        await end.click()
        if await end.and_(self.page.locator("[data-sure]")).count():
            await end.click()

    async def listens_again(self, pseudonym: str | None = None) -> None:
        muted = self.talk(pseudonym).get_by_role("button", name="Mute")
        await muted.click()
        await expect(muted).to_have_attribute("aria-pressed", "false")  # only then does the engine take words again

    async def asks_to_mute(self, pseudonym: str | None = None) -> None:
        await self.talk(pseudonym).get_by_role("button", name="Mute").click()
        await self.talk(pseudonym).get_by_label("Insults").check()
        await self.talk(pseudonym).get_by_role("button", name="Ask a colleague").click()

    async def asks_to_hand_over(self, to: "Staff", pseudonym: str | None = None) -> None:
        await self.talk(pseudonym).get_by_role("button", name="Hand over").click()
        await self.talk(pseudonym).get_by_role("button", name=to.name, exact=True).click()

    async def asks_to_read_along(self, to: "Staff", pseudonym: str | None = None) -> None:
        await self.talk(pseudonym).get_by_role("button", name="Ask to read along").click()
        await self.talk(pseudonym).get_by_role("button", name=to.name, exact=True).click()

    async def says(self, answer: str) -> None:
        """To what a colleague asks."""
        await (
            self.page.get_by_role("region", name="Questions from colleagues").get_by_role("button", name=answer).click()
        )

    async def closes_the_desk(self, reason: str = "Closed for tonight") -> None:
        await self.page.locator("#close-desk summary").click()
        await self.page.get_by_role("radio", name=reason).check()
        await self.page.get_by_role("button", name="Close now").click()
        await expect(self.page.get_by_role("button", name="Open again")).to_be_visible()

    async def opens_the_desk(self) -> None:
        again = self.page.get_by_role("button", name="Open again")
        await again.click()
        await expect(again).to_be_hidden()

    async def skips_the_wrap_up(self, pseudonym: str | None = None) -> None:
        await self.talk(pseudonym).get_by_role("button", name="Skip").click()

    def talk(self, pseudonym: str | None = None) -> Locator:
        """The column of one talk; the only one unless a pseudonym is given."""
        return self.page.get_by_role("article", name=pseudonym, exact=pseudonym is not None)

    def sees(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(words)

    def messages(self, pseudonym: str | None = None) -> Locator:
        """The words of both sides, top to bottom."""
        return self.talk(pseudonym).locator(".message .bubble")

    async def words(self, whose: str, pseudonym: str | None = None) -> list[str]:
        """The words of one side (`own` or `theirs`), top to bottom."""
        return await self.talk(pseudonym).locator(f".message.{whose} .bubble").all_inner_texts()

    def state_of(self, words: str) -> Locator:
        """How far an own message came."""
        return self.page.locator(".message.own", has_text=words).locator(".state")

    @property
    def duty(self) -> Locator:
        return self.page.get_by_role("switch", name="On duty")

    @property
    def waiting(self) -> Locator:
        return self.page.get_by_role("list", name="Waiting").get_by_role("listitem")

    async def goes_home(self) -> None:
        """Signed out, so that nobody is on duty when the next test begins."""
        if self.page.is_closed() or not self.page.url.startswith(self.house.staff):
            return
        await self.page.context.set_offline(False)
        await expect(self.sees("The connection is lost.")).to_be_hidden(timeout=GONE)  # or nothing goes out
        if await self.page.get_by_role("button", name="Open again").is_visible():
            await self.opens_the_desk()
        # A talk that were given back would stand in the waiting room of the next test.
        await self.page.evaluate(
            """() => {
              document.querySelector("dialog[open]")?.close();
              for (const end of document.querySelectorAll("[data-do=end]")) {
                end.click();
                if (end.dataset.sure) end.click();
              }
            }"""
        )
        await expect(self.page.locator("[data-do=end]")).to_have_count(0)
        await self._works_as_usual()
        leave = self.page.get_by_role("button", name="Sign out", exact=True)
        if await leave.count():
            await leave.click()
            sure = self.page.get_by_role("button", name="Give back and sign out")
            await expect(sure.or_(self.page.get_by_role("heading", name="Sign in"))).to_be_visible()
            if await sure.is_visible():
                await sure.click()
            await expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    async def chooses(self, capacity: int, breath: int) -> None:
        """How this person likes to work, without a look at where it stands on the page; kept."""

        def is_kept(text: str | bytes) -> bool:
            frame: dict[str, object] = json.loads(text)
            return {"type": "duty", "capacity": capacity, "breath": breath}.items() <= frame.items()

        async with self.socket.expect_event("framereceived", is_kept):
            await self.page.evaluate(
                """([capacity, breath]) => {
                  const { elements } = document.getElementById("habits");
                  Object.assign(elements.capacity, { value: capacity });
                  Object.assign(elements.breath, { value: breath });
                  elements.breath.dispatchEvent(new Event("change", { bubbles: true }));
                }""",
                [capacity, breath],
            )

    async def _works_as_usual(self) -> None:
        """The account is the next test's, too."""
        chosen = await self.page.evaluate(
            "['capacity', 'breath'].map((name) => document.getElementById('habits')?.elements[name].value)"
        )
        if chosen[0] and chosen != ["3", "0"]:
            await self.chooses(3, 0)


class People:
    """Everybody of one test."""

    def __init__(self, browser: Browser, house: House) -> None:
        self.browser = browser
        self.house = house
        self._contexts: list[BrowserContext] = []
        self._visitors: list[Visitor] = []
        self._staff: list[Staff] = []

    async def visitor(self, **options: Any) -> Visitor:
        """Somebody with a phone, English and JavaScript, unless `options` of the browser profile say otherwise."""
        scripts = options.get("java_script_enabled", True)
        visitor = Visitor(await self._page({"has_touch": True, **options}), self.house, scripts=scripts)
        self._visitors.append(visitor)
        return visitor

    async def staff(self, **options: Any) -> Staff:
        """Somebody signed in at a desk, not yet on duty."""
        page = await self.somebody(**options)
        await page.add_init_script(LISTEN)
        staff = Staff(page, self.house)
        await staff.signs_in()
        if not self._visitors:
            await staff.finds_nobody_waiting()
        self._staff.append(staff)
        return staff

    async def staff_on_duty(self, **options: Any) -> Staff:
        staff = await self.staff(**options)
        await staff.goes_on_duty()
        return staff

    async def colleague_of(self, staff: Staff) -> Staff:
        """The second one on duty, as `staff` sees."""
        colleague = await self.staff_on_duty()
        await expect(staff.page.locator("#available")).to_have_text("2")
        return colleague

    async def somebody(self, **options: Any) -> Page:
        """Somebody at a computer who is not signed in."""
        return await self._page({"viewport": DESKTOP, **options})

    async def coordinator(self, **options: Any) -> Page:
        page = await self.somebody(**options)
        await page.goto(self.house.demo_coordinator)
        await expect(page.get_by_role("heading", name=re.compile("^Statisti"))).to_be_visible()
        return page

    async def mute(self, staff: Staff) -> Staff:
        """Staff mutes the visitor of the only talk; the colleague who confirmed it."""
        colleague = next((each for each in self._staff if each is not staff), None) or await self.staff_on_duty()
        await staff.asks_to_mute()
        await colleague.says("Confirm")
        muted = staff.talk().get_by_role("button", name="Mute")
        await expect(muted).to_have_attribute("aria-pressed", "true")  # only then does the engine refuse the words
        return colleague

    async def helped(self, **options: Any) -> tuple[Visitor, Staff, Staff]:
        """A visitor (with `options`), who has the talk, and a colleague who reads along with everybody's yes."""
        visitor, staff = await self.in_a_talk(**options)
        colleague = await self.colleague_of(staff)
        await staff.asks_to_read_along(colleague)
        await colleague.says("Read along")
        await expect(staff.sees(f"{colleague.name} said yes.")).to_be_visible()
        if not visitor.scripts:
            await visitor.presses("Show new messages")
        await visitor.presses("Yes, that is all right")
        await expect(colleague.sees(f"Reading along with {staff.name}")).to_be_visible()
        if not visitor.scripts:
            await visitor.presses("Show new messages")
        await expect(visitor.page.locator("#helper")).to_have_text(f"{colleague.name} reads along with {staff.name}.")
        return visitor, staff, colleague

    async def in_a_talk(self, staff: Staff | None = None, **options: Any) -> tuple[Visitor, Staff]:
        """A visitor (with `options`) and a staff member who have just met."""
        staff = staff or await self.staff_on_duty()
        visitor = await self.visitor(**options)
        await visitor.comes_to_wait()
        await staff.takes()
        if not visitor.scripts:
            await visitor.presses("Show my place")
        await visitor.meets(staff)
        return visitor, staff

    async def go_home(self) -> None:
        """Visitors first: the talks end, and so no staff member has to give one back."""
        for visitor in self._visitors:
            await visitor.goes_home()
        for staff in self._staff:
            await staff.goes_home()
        for context in self._contexts:
            await context.close()

    async def _page(self, options: dict[str, Any]) -> Page:
        context = await self.browser.new_context(**{"viewport": PHONE, "locale": "en-GB", **options})
        context.set_default_timeout(30_000)
        self._contexts.append(context)
        return await context.new_page()
