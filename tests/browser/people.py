"""Visitors and staff whose methods are sentences. They find things by the names of the contract (design section 11)."""

import re
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.running import House

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


class Visitor:
    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house

    async def opens_the_page(self) -> None:
        await self.page.goto(self.house.visitors)

    async def starts(self) -> None:
        await self.presses("Start")
        await self.presses("Yes, that is fine")
        await self.presses("Myself")

    async def presses(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def asks_for_a_person(self) -> None:
        """From any view: to the briefing, and from there into the waiting room."""
        await self.presses("Talk to a person")
        await expect(self.page.get_by_text("This is how you are introduced")).to_be_visible()
        await self.presses("Talk to a person")

    async def writes(self, words: str) -> None:
        await self.page.get_by_role("textbox", name="Your message").fill(words)
        await self.presses("Send")

    def sees(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(words)

    async def is_with(self, name: str) -> None:
        await expect(self.page.get_by_text(re.compile(rf"{name} reads"))).to_be_visible()

    async def ends_the_talk(self) -> None:
        await self.presses("End talk")
        again = self.page.get_by_role("button", name=re.compile("Yes, end|End talk"))
        await again.first.click()

    async def leaves(self) -> None:
        await self.page.get_by_role("link", name="Leave now").click()


class Staff:
    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house

    async def signs_in(self) -> None:
        await self.page.goto(self.house.demo_staff)

    async def goes_on_duty(self) -> None:
        switch = self.page.get_by_role("switch", name="On duty")
        if await switch.get_attribute("aria-checked") != "true":
            await switch.click()
        await expect(switch).to_have_attribute("aria-checked", "true")

    async def goes_off_duty(self) -> None:
        switch = self.page.get_by_role("switch", name="On duty")
        if await switch.get_attribute("aria-checked") == "true":
            await switch.click()

    @property
    def waiting(self) -> Locator:
        return self.page.get_by_role("list", name="Waiting").get_by_role("listitem")

    async def takes_the_first(self) -> None:
        await self.waiting.first.get_by_role("button", name="Take").click()

    async def writes(self, words: str, talk: int = 0) -> None:
        await self.page.get_by_role("textbox", name="Your message").nth(talk).fill(words)
        await self.page.get_by_role("button", name="Send", exact=True).nth(talk).click()

    def sees(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(words)


class People:
    def __init__(self, browser: Browser, house: House) -> None:
        self.browser = browser
        self.house = house
        self._contexts: list[BrowserContext] = []
        self._staff: list[Staff] = []

    async def visitor(self, **options: Any) -> Visitor:
        return Visitor(await self._page(options), self.house)

    async def staff(self, **options: Any) -> Staff:
        staff = Staff(await self._page({"viewport": DESKTOP, **options}), self.house)
        await staff.signs_in()
        self._staff.append(staff)
        return staff

    async def coordinator(self, **options: Any) -> Page:
        page = await self._page({"viewport": DESKTOP, **options})
        await page.goto(self.house.demo_coordinator)
        return page

    async def go_home(self) -> None:
        for context in self._contexts:
            await context.close()

    async def _page(self, options: dict[str, Any]) -> Page:
        context = await self.browser.new_context(**{"viewport": PHONE, "locale": "en-GB", **options})
        self._contexts.append(context)
        return await context.new_page()
