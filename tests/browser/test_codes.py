"""The page's own code twin in a real browser, on the vectors of its Python twin, and how long a code takes there."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from safety.wordlists import fold, words

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/safety/codes.json").read_text(encoding="utf-8"))
HELPERS = """
  const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const told = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page that has loaded both modules as one, `C`, in a secure context."""
    context = await browser.new_context()
    page = await context.new_page()
    script = "\n".join((ROOT / "safety" / name).read_text(encoding="utf-8") for name in ("sealing.js", "codes.js"))

    async def answer(route: Route) -> None:
        if route.request.url.endswith(".js"):
            await route.fulfill(body=script, content_type="text/javascript; charset=utf-8")
        else:
            await route.fulfill(body="<!doctype html><title>t</title>", content_type="text/html")

    await page.route("**/*", answer)
    await page.goto("http://localhost/")
    await page.evaluate("async () => { window.C = await import('/codes.js'); }")
    yield page
    await context.close()


async def run(page: Page, script: str, /, **given: Any) -> Any:
    names = ", ".join(given)
    return await page.evaluate(f"async ({{ {names} }}) => {{ {HELPERS} {script} }}", given)


@pytest.mark.parametrize("vector", VECTORS["rfc9180"], ids=["ephemeral", "recipient"])
async def test_key_pairs_are_derived_as_rfc_9180_says(page: Page, vector: dict[str, str]) -> None:
    point, extractable = await run(
        page,
        "const pair = await C.derivePair(hex(v.ikm)); return [told(pair.point), pair.privateKey.extractable];",
        v=vector,
    )
    assert (point, extractable) == (vector["public"], False)


@pytest.mark.parametrize("vector", VECTORS["codes"], ids=lambda vector: str(vector["secret"]))
async def test_a_code_derives_the_same_in_both(page: Page, vector: dict[str, Any]) -> None:
    lists = {language: words(language) for language in vector["words"]}
    found = await run(
        page,
        """const secret = hex(v.secret), organisation = hex(all.organisation);
        const locator = await C.locatorOf(secret, organisation), pair = await C.codePairOf(secret, organisation);
        const box = await C.boxOf(locator), desk = hex(all.desk.public);
        const epoch = () => C.lettersOf(pair, desk, pair.point, box);
        const written = Object.keys(lists).map((name) => C.writeCode(secret, lists[name]).join(" "));
        const typed = (name, list) => C.readCode(v.words[name].toUpperCase(), list);
        const read = Object.entries(lists).map(([name, list]) => told(typed(name, list).secret));
        return { locator: told(locator), box, public: told(pair.point), written, read,
          up: await (await epoch()).open("up", hex(v.up)), down: await (await epoch()).open("down", hex(v.down)),
          same: told(await (await epoch()).seal("up", "hej å", new Uint8Array(16).fill(5))) === v.up };""",
        v=vector,
        all=VECTORS,
        lists=lists,
    )
    assert found == {
        "locator": vector["locator"],
        "box": vector["box"],
        "public": vector["public"],
        "written": list(vector["words"].values()),
        "read": [vector["secret"]] * len(lists),
        "up": "hej å",
        "down": "svar",
        "same": True,
    }


async def test_both_fold_every_word_alike(page: Page) -> None:
    every = [word for language in ("sv", "en", "ar", "fa", "so", "ckb", "ti") for word in words(language)]
    every += ["ÅSNA", "مَدرسة", "کتاب\u200c‌ها", "ሠላም", "Straße", "İ", "ﷺ", "e\u0301", "أإآؤئ", "ـكـ"]
    assert await run(page, "return every.map(C.foldWord);", every=every) == [fold(word) for word in every]


async def test_what_is_no_code_tells_what_is_wrong(page: Page) -> None:
    listed = words("sv")
    for typed, count, unknown in (("", 0, []), ("kaffe " * 8, 8, []), ("kaffe " * 8 + "kafe", 9, [9])):
        found = await run(page, "return C.readCode(typed, listed);", typed=typed, listed=listed)
        assert found == {"secret": None, "count": count, "unknown": unknown}


async def test_a_drawn_code_uses_all_its_bits(page: Page) -> None:
    seen = await run(
        page,
        """const seen = new Uint8Array(12);
        for (let n = 0; n < 300; n += 1) C.drawCode().forEach((byte, at) => { seen[at] |= byte; });
        return told(seen);""",
    )
    assert seen == (2**90 - 1).to_bytes(12).hex()


async def test_a_desk_is_believed_with_the_organisations_signature_alone(page: Page) -> None:
    script = """return C.readDesk(hex(organisation), desk, line, today).then(told, (error) => error.message);"""
    line = VECTORS["desk"]["line"]
    key, _, signature = line.split(".")
    good = {"organisation": VECTORS["organisation"], "desk": "demo", "line": line, "today": 30_000}
    assert await run(page, script, **good) == VECTORS["desk"]["public"]
    for changed in (
        {"desk": "other"},
        {"today": 30_001},
        {"organisation": VECTORS["desk"]["public"]},
        {"line": f"{key}.30001.{signature}"},
        {"line": VECTORS["device_line"]},
        {"line": "nonsense"},
    ):
        assert "not a desk" in await run(page, script, **{**good, **changed})


async def test_the_desks_seed_opens_on_the_device_it_was_wrapped_to_alone(page: Page) -> None:
    opened = await run(
        page,
        """const device = await C.newDevice(), other = await C.newDevice(), seed = new Uint8Array(32).fill(9);
        const point = new Uint8Array(65).fill(4);
        const wrapped = await C.wrapDesk(seed, await C.pointOf(device), "demo", point);
        const shut = async (...asked) => C.unwrapDesk(...asked).then(() => "open", () => "shut");
        return [told(await C.unwrapDesk(wrapped, device, "demo", point)), await shut(wrapped, other, "demo", point),
          await shut(wrapped, device, "other", point), await shut(wrapped, device, "demo", new Uint8Array(65))];""",
    )
    assert opened == ["09" * 32, "shut", "shut", "shut"]


async def test_letters_stand_in_the_order_in_which_their_writers_saw_them(page: Page) -> None:
    letters = [("up", 1, 0), ("up", 2, 0), ("up", 3, 1), ("down", 1, 2), ("down", 2, 2)]
    rows = [{"way": way, "number": number, "after": after, "line": "x", "body": ""} for way, number, after in letters]
    script = """const shut = async () => { throw new Error(); };
        return (await C.openLetters(rows, shut)).map((each) => each.way + each.number);"""
    assert await run(page, script, rows=rows) == ["up1", "up2", "down1", "up3", "down2"]
