"""Staff sign in as a person does: invited by a link, with a passkey, with an app, after losing it, from all pages."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.newcomers import (
    PASSWORD,
    administrator,
    code,
    device,
    fills,
    heading,
    invites,
    opens,
    sets_an_app_up,
    signs_out,
)
from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_invited_person_makes_a_passkey_and_signs_in_with_it(people: People) -> None:
    noor = await device(people)
    page = noor.page
    await opens(page, await invites(people, "noor.p"), "noor.p")
    await page.get_by_role("button", name="Make a passkey").click()
    await expect(page.get_by_role("switch", name="On duty")).to_be_enabled()
    await signs_out(page)
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("switch", name="On duty")).to_be_enabled()
    await page.get_by_role("link", name="My sign-in").click()
    await expect(page.get_by_text(re.compile("Passkey, since"))).to_be_visible()
    await page.get_by_role("button", name="Remove passkey 1").click()
    await heading(page, "It is your last way in")
    await page.get_by_role("link", name="Go on").click()
    await signs_out(page)


async def test_whoever_the_device_does_not_know_does_not_get_in(people: People) -> None:
    kim = await device(people)
    page = kim.page
    await opens(page, await invites(people, "kim.p"), "kim.p")
    await page.get_by_role("button", name="Make a passkey").click()
    await expect(page.get_by_role("switch", name="On duty")).to_be_enabled()
    await signs_out(page)
    await kim.refuses()
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("alert").filter(has_text="did not give a passkey")).to_be_visible()
    await expect(page.get_by_role("button", name="Use a passkey")).to_be_focused()


async def test_a_browser_without_that_passkey_can_take_the_other_way(people: People) -> None:
    other = await device(people)
    page = other.page
    await page.goto(people.house.staff)
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("alert").filter(has_text="did not give a passkey")).to_be_visible()
    await expect(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_password_and_an_app_are_the_other_way_with_recovery_codes(people: People, *, scripts: bool) -> None:
    name = f"sam.{'with' if scripts else 'without'}"
    page = await people.somebody(java_script_enabled=scripts)
    await opens(page, await invites(people, name), name)
    secret, recovery = await sets_an_app_up(page)
    assert len(set(recovery)) == 8
    await page.get_by_role("link", name="I have written them down").click()
    await heading(page, "My sign-in")
    await signs_out(page)
    await fills(page, name, PASSWORD, code(secret, 1))
    await expect(page.get_by_role("link", name="My sign-in")).to_be_visible()
    await signs_out(page)
    await fills(page, name, PASSWORD, recovery[3])
    await page.get_by_role("link", name="My sign-in").click()
    await expect(page.get_by_text("Recovery codes left: 7")).to_be_visible()
    await expect(page.get_by_text(re.compile("Password and recovery code, since"))).to_be_visible()
    await signs_out(page)
    await fills(page, name, PASSWORD, recovery[3])
    await expect(page.get_by_role("alert")).to_have_text(re.compile("do not belong together"))


async def test_an_address_that_is_not_the_console_s_offers_no_passkey(people: People) -> None:
    page = await people.somebody()
    await page.goto(people.house.staff.replace("localhost", "127.0.0.1"))
    await heading(page, "Sign in")
    await expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)


async def test_what_matters_most_is_asked_again_and_a_passkey_answers(people: People) -> None:
    robin = await device(people)
    page = robin.page
    await opens(page, await invites(people, "robin.p"), "robin.p")
    await page.get_by_role("button", name="Make a passkey").click()
    await page.get_by_role("link", name="My sign-in").click()
    await page.context.clear_cookies(name="__Host-fresh")  # as five minutes do
    await page.get_by_role("button", name="Set up", exact=True).click()
    await heading(page, "Show that it is you")
    await robin.refuses()
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("alert").filter(has_text="did not give a passkey")).to_be_visible()
    await robin.knows()
    await page.get_by_role("button", name="Use a passkey").click()
    await heading(page, "A password and an app")
    await page.get_by_role("link", name="Back, without saving").click()
    await page.get_by_role("button", name="Set up", exact=True).click()  # fresh: not asked again
    await heading(page, "A password and an app")


async def test_signing_out_everywhere_ends_the_open_desk_in_another_browser(people: People) -> None:
    kim = await people.somebody()
    await opens(kim, await invites(people, "kim.everywhere"), "kim.everywhere")
    _, codes = await sets_an_app_up(kim)
    other = await people.somebody()
    await other.goto(people.house.staff)
    await fills(other, "kim.everywhere", PASSWORD, codes[0])
    desk = Staff(other, people.house)
    await desk.goes_on_duty()
    await kim.goto(f"{people.house.staff}account")
    await expect(kim.get_by_text(re.compile("since .* until"))).to_have_count(2)
    await kim.get_by_role("button", name="Sign out everywhere").click()
    await heading(kim, "Sign in")
    await expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_whose_account_is_closed_in_mid_talk_is_out_and_the_visitor_waits_again(people: People) -> None:
    page = await people.somebody()
    await opens(page, await invites(people, "alex.closed"), "alex.closed")
    await sets_an_app_up(page)
    await page.get_by_role("link", name="Desk").click()
    staff = Staff(page, people.house)
    staff.name = "Alex.Closed"
    await staff.goes_on_duty()
    visitor, _ = await people.in_a_talk(staff)
    boss = await people.coordinator()
    await boss.get_by_role("link", name="People").click()
    await boss.get_by_role("button", name="Close the account of Alex.Closed").click()
    await expect(boss.get_by_text("the talks in hand go back to the waiting list")).to_be_visible()
    await boss.get_by_role("button", name="Close the account", exact=True).click()
    await expect(boss.get_by_role("status")).to_have_text("The account of Alex.Closed is closed.")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(visitor.place).to_be_visible()
    await boss.get_by_role("link", name="Audit").click()
    await expect(boss.get_by_text("Closed: alex.closed")).to_be_visible()
    async with boss.expect_download() as download:
        await boss.get_by_role("button", name="Download as a file (CSV)").click()
    assert (await download.value).suggested_filename == "audit.csv"


async def test_the_first_administrator_comes_from_the_command_line_and_gives_roles(people: People) -> None:
    chief = await administrator(people)
    await chief.get_by_role("link", name="People").click()
    await chief.get_by_role("link", name="Invite somebody").click()
    await chief.get_by_label("Sign-in name").fill("lee.roles")
    await chief.get_by_label("Name that visitors see").fill("Lee")
    await chief.get_by_role("button", name="Make the link").click()
    link = await chief.get_by_label("One-time link").input_value()
    lee = await people.somebody()
    await opens(lee, link, "lee")
    await sets_an_app_up(lee)
    await expect(lee.get_by_role("link", name="Desk", exact=True)).to_be_visible()
    await chief.get_by_role("link", name="I have given it").click()
    await chief.get_by_role("row", name="lee.roles").get_by_role("link", name="Change the role of Lee").click()
    await chief.get_by_label("Role").select_option("coordinator")
    await chief.get_by_role("button", name="Change it").click()
    await expect(chief.get_by_role("row", name="lee.roles")).to_contain_text("coordinator")
    await lee.get_by_role("link", name="Desk", exact=True).click()
    await heading(lee, "Sign in")


async def test_a_newcomer_can_do_it_all_by_keyboard(people: People) -> None:
    page = await people.somebody()
    await page.goto(await invites(people, "mika.keys"))
    await _goes_to(page, "Begin")
    await page.keyboard.press("Enter")
    await heading(page, "How will you sign in?")
    await _goes_to(page, "Use a password and an app")
    await page.keyboard.press("Enter")
    await heading(page, "A password and an app")
    await _goes_to(page, "I cannot scan it")
    await page.keyboard.press("Space")
    secret = await page.locator("code.secret").inner_text()
    await _goes_to(page, "The six digits that the app shows now")
    await page.keyboard.type(code(secret))
    await _goes_to(page, "A new password")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await heading(page, "Your recovery codes")
    await _goes_to(page, "I have written them down")
    await page.keyboard.press("Enter")
    await heading(page, "My sign-in")


async def _goes_to(page: Page, name: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        found = "document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText ?? ''"
        if (await page.evaluate(found)).strip() == name:
            return
    raise AssertionError(f"no way to {name} by keyboard")
