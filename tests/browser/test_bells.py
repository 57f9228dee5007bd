"""Notifications as staff meet them: off until switched on, one sentence, and gone with the sign-in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import launched
from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A browser without its vendor's push service cannot subscribe: this is what one with it would give our page.
SUBSCRIBE = """
PushManager.prototype.subscribe = async function (options) {
  window.asked = { visible: options.userVisibleOnly, key: options.applicationServerKey.length };
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const keys = { p256dh: await crypto.subtle.exportKey("raw", pair.publicKey), auth: new Uint8Array(16).buffer };
  return { endpoint: "https://push.example.com/one", getKey: (name) => keys[name] };
};
"""
REGISTERED = (
    "async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname)"
)
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/static/bell/");
  return (await worker.getNotifications()).map(({ title, body, tag }) => [title, body, tag]);
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """The whole browser: without its windows it shows no notifications."""
    async with launched(chromium) as browser:
        yield browser


def switch(page: Page) -> Locator:
    return page.get_by_role("switch", name="Notify me on this device")


async def at_the_account(people: People, *, allowed: bool = True, script: str = "") -> Staff:
    staff = await people.staff()
    if allowed:
        await staff.page.context.grant_permissions(["notifications"], origin=people.house.staff.rstrip("/"))
    if script:
        await staff.page.add_init_script(script)
    await staff.page.goto(f"{people.house.staff}account")
    await expect(switch(staff.page)).to_be_visible()
    return staff


async def test_it_is_off_until_it_is_switched_on_and_says_one_sentence(people: People) -> None:
    staff = await at_the_account(people, script=SUBSCRIBE)
    page = staff.page
    await expect(switch(page)).to_have_attribute("aria-checked", "false")
    assert await page.evaluate(REGISTERED) == []
    session = await page.context.new_cdp_session(page)
    known: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    session.on("ServiceWorker.workerRegistrationUpdated", known.put_nowait)
    await session.send("ServiceWorker.enable")
    await switch(page).focus()
    await page.keyboard.press("Space")
    await expect(switch(page)).to_have_attribute("aria-checked", "true")
    await expect(page.get_by_text("On, until you sign out on this device.")).to_be_visible()
    assert await page.evaluate("window.asked") == {"visible": True, "key": 65}
    assert await page.evaluate(REGISTERED) == ["/static/bell/"]
    assert await page.evaluate("navigator.serviceWorker.controller") is None  # it sees no page of ours
    await session.send("ServiceWorker.deliverPushMessage", await _push(known, people.house.staff))
    for _ in range(100):
        if await page.evaluate(SHOWN):
            break
        await page.wait_for_timeout(100)
    assert await page.evaluate(SHOWN) == [["Someone is waiting.", "", "waiting"]]
    await page.reload()
    await expect(switch(page)).to_have_attribute("aria-checked", "true")
    await switch(page).click()
    await expect(page.get_by_text("Off on this device.")).to_be_visible()
    assert await page.evaluate(REGISTERED) == []


async def test_signing_out_takes_the_worker_away(people: People) -> None:
    staff = await at_the_account(people, script=SUBSCRIBE)
    await switch(staff.page).click()
    await expect(switch(staff.page)).to_have_attribute("aria-checked", "true")
    await staff.page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(staff.page.get_by_role("heading", name="Sign in")).to_be_visible()
    for _ in range(100):
        if await staff.page.evaluate(REGISTERED) == []:
            break
        await staff.page.wait_for_timeout(100)
    assert await staff.page.evaluate(REGISTERED) == []


async def test_what_cannot_be_is_said_and_nothing_stays(people: People) -> None:
    refusing = "PushManager.prototype.subscribe = async () => { throw new DOMException('no', 'AbortError'); };"
    staff = await at_the_account(people, script=refusing)
    await switch(staff.page).click()
    await expect(staff.page.get_by_text("That did not work; nothing was changed.")).to_be_visible()
    await expect(switch(staff.page)).to_have_attribute("aria-checked", "false")
    assert await staff.page.evaluate(REGISTERED) == []


async def test_a_browser_that_does_not_allow_it_is_told_where_to(people: People) -> None:
    denying = "Notification.requestPermission = async () => 'denied';"
    staff = await at_the_account(people, allowed=False, script=denying)
    await switch(staff.page).click()
    await expect(staff.page.get_by_text("Your browser does not allow it.")).to_be_visible()
    assert await staff.page.evaluate(REGISTERED) == []


async def _push(known: asyncio.Queue[dict[str, Any]], staff: str) -> dict[str, str]:
    async with asyncio.timeout(20):
        while True:
            for each in (await known.get())["registrations"]:
                if each["scopeURL"].endswith("/static/bell/") and not each["isDeleted"]:
                    return {"origin": staff, "registrationId": each["registrationId"], "data": "waiting"}
