"""What a screen reader says while somebody leaves, in all seven languages."""

from typing import Any

import pytest
from playwright.async_api import expect

from dialogues.values import Content
from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Leaves, and tells half a second later: the live regions with their words, and what is seen.
LEAVE_AND_LISTEN = """async () => {
  await new Promise((done) => setTimeout(done, 50));
  document.getElementById("exit").click();
  const at = performance.now();
  const alert = document.querySelector("[role=alert]"), { width, height } = alert.getBoundingClientRect();
  const found = document.elementFromPoint(width / 2, height / 2);
  return { said: alert.textContent, left: document.body.childNodes.length, seen: alert.contains(found),
           hidden: getComputedStyle(alert).display === "none" || alert.closest("[aria-hidden]") !== null };
}"""


@pytest.mark.parametrize("language", ["sv", "en", "ar", "fa", "so", "ckb", "ti"])
async def test_shift_and_leaving_are_said_in_the_language_of_the_page(
    people: People, content: Content, elsewhere: str, language: str
) -> None:
    words = content.languages[language].page
    visitor = await people.visitor()
    await visitor.page.route(f"{elsewhere}**", lambda route: route.fulfill(status=204))
    await visitor.opens_the_page()
    await visitor.page.locator(f"#first [data-lang={language}]").click()
    await expect(visitor.page.locator("#exit")).to_have_text(words["exit.link"])
    status = visitor.page.get_by_role("status").and_(visitor.page.locator("#status"))
    await visitor.page.keyboard.press("ShiftLeft")
    await expect(status).to_have_text(words["exit.shift-2"])
    await visitor.page.keyboard.press("ShiftRight")
    await expect(status).to_have_text(words["exit.shift-1"])
    heard = await visitor.page.evaluate(LEAVE_AND_LISTEN)
    assert heard == {"said": words["exit.left"], "left": 0, "seen": False, "hidden": False}
    assert words["exit.left"] in await _heard_by_assistive_technology(visitor.page, "alert")


async def test_a_pause_between_presses_starts_the_count_anew_and_takes_the_words_back(people: People) -> None:
    visitor = await people.visitor()
    await visitor.page.clock.install()
    await visitor.opens_the_page()
    status = visitor.page.locator("#status")
    for _ in range(3):
        await visitor.page.keyboard.press("Shift")
        await visitor.page.clock.run_for(4_900)
        await visitor.page.keyboard.press("Shift")
        await expect(status).to_have_text("Shift. Press once more to leave.")
        await visitor.page.clock.run_for(5_001)
        await expect(status).to_have_text("")
    assert visitor.page.url == people.house.visitors


async def _heard_by_assistive_technology(page: Any, role: str) -> str:
    """The words of everything with that role in the tree that the browser hands to a screen reader."""
    session = await page.context.new_cdp_session(page)
    nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    heard = []
    for node in nodes:
        if node.get("role", {}).get("value") == role and not node.get("ignored"):
            heard += [str(by_id[child].get("name", {}).get("value", "")) for child in node.get("childIds", ())]
    return " ".join(heard)
