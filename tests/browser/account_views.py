"""The views around accounts: how each is reached."""

import secrets
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.newcomers import administrator, sets_an_app_up
from tests.browser.people import People


def coordinators_page(name: str) -> Callable[[People], Awaitable[Page]]:
    """A page that a coordinator opens by its address."""

    async def open_it(people: People) -> Page:
        page = await people.coordinator()
        await page.goto(f"{people.house.staff}{name}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return open_it


async def _link(people: People) -> Page:
    page = await people.coordinator()
    await page.goto(f"{people.house.staff}people/new")
    await page.get_by_label("Sign-in name").fill(f"noor.{secrets.token_hex(4)}")
    await page.get_by_label("Name that visitors see").fill("Noor")
    await page.get_by_role("button", name="Make the link").click()
    await expect(page.get_by_label("One-time link")).to_be_visible()
    return page


async def _invitation(people: People) -> Page:
    link = await (await _link(people)).get_by_label("One-time link").input_value()
    page = await people.somebody()
    await page.goto(link)
    await expect(page.get_by_role("button", name="Begin")).to_be_visible()
    return page


async def _set_up(people: People) -> Page:
    page = await _invitation(people)
    await page.get_by_role("button", name="Begin").click()
    await expect(page.get_by_role("button", name="Make a passkey")).to_be_visible()
    return page


async def _app(people: People) -> Page:
    page = await _set_up(people)
    await page.get_by_role("button", name="Use a password and an app").click()
    await page.get_by_label("The six digits that the app shows now").fill("000000")
    await page.get_by_label("A new password").fill("short")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_text("I cannot scan it").click()
    return page


async def _codes(people: People) -> Page:
    page = await _set_up(people)
    await sets_an_app_up(page)
    return page


async def _account(people: People) -> Page:
    page = await _codes(people)
    await page.get_by_role("link", name="I have written them down").click()
    await expect(page.get_by_role("button", name="Sign out everywhere")).to_be_visible()
    return page


async def _proof(people: People) -> Page:
    page = await _account(people)
    await page.context.clear_cookies(name="__Host-fresh")
    await page.get_by_role("button", name="New recovery codes").click()
    await expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    return page


async def _administrator_invites(people: People) -> Page:
    page = await administrator(people)
    await page.goto(f"{people.house.staff}people/new")
    await expect(page.get_by_label("Desk")).to_be_visible()
    return page


async def _person(people: People) -> Page:
    await people.staff()  # so that somebody is there
    page = await administrator(people)
    await page.get_by_role("link", name="People").click()
    await page.get_by_role("link", name="Change the role of").first.click()
    await expect(page.get_by_role("button", name="Change it")).to_be_visible()
    return page


ACCOUNT_VIEWS: dict[str, Callable[[People], Awaitable[Page]]] = {
    "people": coordinators_page("people"),
    "invite": coordinators_page("people/new"),
    "invite as administrator": _administrator_invites,
    "person": _person,
    "link": _link,
    "invitation": _invitation,
    "set up": _set_up,
    "app": _app,
    "codes": _codes,
    "account": _account,
    "proof": _proof,
    "audit": coordinators_page("audit"),
}
