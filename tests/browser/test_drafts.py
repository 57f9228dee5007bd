"""Drafts at the desk come back after a reload, sealed in the browser, and go with the talk and with the sign-in."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "Björnbärssnår on the way"
HOUR = 3_600_000  # milliseconds

# Everything that this page's origin keeps in the browser, as text: bytes as Latin letters and as UTF-8.
KEPT = """async () => {
  const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  const told = (value) => {
    if (value instanceof CryptoKey) return texts.push(`key extractable=${value.extractable}`);
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer ?? value);
      return texts.push(new TextDecoder().decode(bytes), new TextDecoder("utf-16le").decode(bytes));
    }
    if (value && typeof value === "object") {
      return Object.entries(value).forEach(([name, each]) => { texts.push(name); told(each); });
    }
    texts.push(String(value));
  };
  for (const { name } of await indexedDB.databases()) {
    const open = await new Promise((done) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
    });
    for (const store of open.objectStoreNames) {
      const all = open.transaction(store).objectStore(store), wanted = [all.getAllKeys(), all.getAll()];
      for (const asked of wanted) {
        await new Promise((done) => { asked.onsuccess = () => { told(asked.result); done(); }; });
      }
    }
    open.close();
  }
  return texts.join("\\n");
}"""
PLANT = """async (words) => {
  const open = await new Promise((done) => {
    const asked = indexedDB.open("planted", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("s");
    asked.onsuccess = () => done(asked.result);
  });
  const kept = open.transaction("s", "readwrite");
  kept.objectStore("s").put({ words: new TextEncoder().encode(words) }, "k");
  await new Promise((done) => { kept.oncomplete = done; });
  open.close();
}"""
NAMES = "async () => (await indexedDB.databases()).map(({ name }) => name)"
COUNT = """async () => {
  if (!(await indexedDB.databases()).some(({ name }) => name === "drafts")) return 0;
  const open = await new Promise((done) => {
    const asked = indexedDB.open("drafts");
    asked.onsuccess = () => done(asked.result);
  });
  const counted = open.objectStoreNames.length ? open.transaction("kept").objectStore("kept").count() : null;
  const count = counted ? await new Promise((done) => { counted.onsuccess = () => done(counted.result); }) : 0;
  open.close();
  return count;
}"""


async def is_kept(page: Page, count: int = 2) -> None:
    """So many things are kept: the key and one draft as a rule."""
    for _ in range(300):
        if await page.evaluate(COUNT) == count:
            return
        await page.wait_for_timeout(100)
    assert await page.evaluate(COUNT) == count


def box(staff: Staff) -> Locator:
    return staff.talk().get_by_role("textbox", name="Your message")


async def test_a_draft_stands_in_the_box_again_after_a_reload(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await box(staff).fill(WORDS)
    await is_kept(staff.page)
    await staff.page.reload()
    await expect(box(staff)).to_have_value(WORDS)
    await box(staff).press("Enter")
    await expect(visitor.messages).to_have_text([WORDS])
    await is_kept(staff.page, 1)  # the key alone
    await staff.page.reload()
    await expect(box(staff)).to_have_value("")


async def test_what_lies_in_the_browser_holds_no_word_of_it_and_a_key_that_is_never_shown(people: People) -> None:
    _, staff = await people.in_a_talk()
    await box(staff).fill(WORDS)
    await is_kept(staff.page)
    kept = await staff.page.evaluate(KEPT)
    for part in WORDS.split():
        assert part not in kept
    assert kept.count("key extractable=false") >= 2  # of drafts, and the device's own
    assert "key extractable=true" not in kept.replace("key extractable=true", "", 1)  # a device's public half
    await staff.page.evaluate(PLANT, WORDS)  # such a search finds words that are kept as they are
    assert WORDS in await staff.page.evaluate(KEPT)


async def test_words_that_did_not_go_out_are_sent_once_after_a_reload(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.writes("before")
    await expect(visitor.messages).to_have_text(["before"])
    await staff.page.evaluate("wire => { WebSocket.prototype.send = () => {}; }")  # a network that takes and loses
    await staff.writes(WORDS)
    await is_kept(staff.page)
    await staff.page.reload()
    await expect(visitor.messages).to_have_text(["before", WORDS])
    await expect(staff.messages()).to_have_text(["before", WORDS])
    await is_kept(staff.page, 1)
    await staff.page.reload()
    await expect(staff.messages()).to_have_text(["before", WORDS])
    await staff.writes("after")
    await expect(visitor.messages).to_have_text(["before", WORDS, "after"])


async def test_a_draft_goes_when_the_talk_ends_and_when_it_leaves_these_hands(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await box(staff).fill(WORDS)
    await is_kept(staff.page)
    await staff.talk().get_by_role("button", name="Give back").click()
    await expect(staff.talk()).to_have_count(0)
    await is_kept(staff.page, 1)
    await staff.takes()
    await visitor.meets(staff)
    await box(staff).fill(WORDS)
    await is_kept(staff.page)
    await visitor.ends_the_talk()
    await staff.skips_the_wrap_up()
    await is_kept(staff.page, 1)


async def test_signing_out_leaves_nothing_not_even_the_key(people: People) -> None:
    _, staff = await people.in_a_talk()
    await box(staff).fill(WORDS)
    await is_kept(staff.page)
    await staff.page.get_by_role("button", name="Sign out", exact=True).click()
    await staff.page.get_by_role("button", name="Give back and sign out").click()
    await expect(staff.page.get_by_role("heading", name="Sign in")).to_be_visible()
    for _ in range(300):  # looked for by name alone: to count what is in it would make it anew
        if "drafts" not in await staff.page.evaluate(NAMES):
            break
        await staff.page.wait_for_timeout(100)
    assert "drafts" not in await staff.page.evaluate(NAMES)


async def test_after_twelve_hours_a_draft_is_gone(people: People) -> None:
    _, staff = await people.in_a_talk()
    begun = int(await staff.page.evaluate("Date.now()"))
    await box(staff).fill(WORDS)
    await is_kept(staff.page)
    await staff.page.add_init_script(f"Date.now = () => {begun + 11 * HOUR};")  # also when an hour ends meanwhile
    await staff.page.reload()
    await expect(box(staff)).to_have_value(WORDS)
    await is_kept(staff.page)
    await staff.page.add_init_script(f"Date.now = () => {begun + 13 * HOUR};")
    await staff.page.reload()
    await expect(staff.talk()).to_be_visible()
    await is_kept(staff.page, 0)
    await expect(box(staff)).to_have_value("")
