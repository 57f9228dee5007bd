"""Newcomers: invited by a link, with a device that keeps passkeys or with an app, whose codes are computed here."""

import asyncio
import re
import secrets
import subprocess
import sys
from base64 import b32decode
from time import time

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.async_api import CDPSession, Page, expect

from tests.browser.people import People
from tests.running import ROOT

PASSWORD = "five plain words of mine here"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A computer that can keep passkeys: Chromium's virtual authenticator."""

    def __init__(self, page: Page, session: CDPSession, number: str) -> None:
        self.page = page
        self._session = session
        self._number = number

    async def refuses(self) -> None:
        """Whoever sits there is somebody else."""
        await self._verifies(False)

    async def knows(self) -> None:
        """The person is back."""
        await self._verifies(True)

    async def _verifies(self, knows: bool) -> None:  # as the protocol has it
        given = {"authenticatorId": self._number, "isUserVerified": knows}
        await self._session.send("WebAuthn.setUserVerified", given)


async def device(people: People) -> Device:
    page = await people.somebody()
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return Device(page, session, made["authenticatorId"])


async def heading(page: Page, name: str) -> None:
    await expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


async def invites(people: People, name: str) -> str:
    """The coordinator makes an account; the link."""
    page = await people.coordinator()
    await page.get_by_role("link", name="People").click()
    await page.get_by_role("link", name="Invite somebody").click()
    await page.get_by_label("Sign-in name").fill(name)
    await page.get_by_label("Name that visitors see").fill(name.title())
    await page.get_by_role("button", name="Make the link").click()
    link = await page.get_by_label("One-time link").input_value()
    assert link.startswith(people.house.staff)
    return link


async def opens(page: Page, link: str, name: str) -> None:
    await page.goto(link)
    await heading(page, f"Welcome, {name.title()}")
    await page.get_by_role("button", name="Begin").click()
    await heading(page, "How will you sign in?")


async def signs_out(page: Page) -> None:
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await heading(page, "Sign in")


def code(secret: str, steps: int = 0) -> str:
    totp = TOTP(b32decode(secret.replace(" ", "")), 6, SHA1(), 30)
    return totp.generate(int(time()) + 30 * steps).decode()


async def fills(page: Page, name: str, password: str, digits: str) -> None:
    await page.get_by_label("Sign-in name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_label("Code", exact=True).fill(digits)
    await page.get_by_role("button", name="Sign in").click()


async def sets_an_app_up(page: Page) -> tuple[str, list[str]]:
    """From the choice of ways to the recovery codes; the app's secret, and the codes."""
    await page.get_by_role("button", name="Use a password and an app").click()
    await expect(page.get_by_role("img", name="QR code for an authenticator app")).to_be_visible()
    await page.get_by_text("I cannot scan it").click()
    secret = await page.locator("code.secret").inner_text()
    await page.get_by_label("The six digits that the app shows now").fill(code(secret))
    await page.get_by_label("A new password").fill(PASSWORD)
    await page.get_by_role("button", name="Save").click()
    await heading(page, "Your recovery codes")
    return secret, await page.locator("code.secret").all_inner_texts()


async def administrator(people: People) -> Page:
    """Somebody whose account `fristad staff add` made on the house's own data, and who has set an app up."""
    name, house = f"chief.{secrets.token_hex(4)}", people.house
    command = [sys.executable, "-m", "fristad", "staff", "add", name, "--shown", "Chief", "--role", "administrator"]
    settings = {"FRISTAD_DATA": str(house.data), "FRISTAD_STAFF_URL": house.staff, "FRISTAD_DEMO": "true"}
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **settings}
    run = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    (link,) = re.findall(r"^  (http\S+)$", run.stdout, re.MULTILINE)
    page = await people.somebody()
    await opens(page, link, "chief")
    await sets_an_app_up(page)
    await page.get_by_role("link", name="I have written them down").click()
    return page
