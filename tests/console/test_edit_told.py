"""What a press in the editor did is said, discarding asks, and two who wrote in one draft are told the way on."""

import re
from html import unescape

import httpx
import pytest

from console.drafts import mark_of
from dialogues.overlay import shipped_text
from tests.console.conftest import Browser, Console

PART = "ar/topics/threats.md"
WAY_ON = "copy the text, discard the draft and save the text anew"


def _text(title: str) -> str:
    text = shipped_text(PART)
    assert text
    return text.replace("title: ", f"title: {title}", 1)


async def _saves(browser: Browser, text: str) -> httpx.Response:
    page = await browser.get(f"/edit?part={PART}")
    found = re.search(r'name="base" value="([^"]+)"', page.text)
    assert found
    return await browser.post("/edit", part=PART, text=text, base=found[1])


async def _lands(browser: Browser, answer: httpx.Response) -> str:
    assert answer.status_code == 303
    return unescape((await browser.get(answer.headers["location"])).text)


def _said(sentence: str) -> str:
    return f'role="status">{sentence}</p>'


async def test_every_press_says_that_it_worked(console: Console) -> None:
    mark = mark_of(_text("+"))
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        assert _said("The draft is saved.") in await _lands(ann, await _saves(ann, _text("+")))
        await bo.get(f"/edit?part={PART}")
        published = await bo.post("/edit/approve", part=PART, mark=mark)
        assert _said("It is published. Visitors see it within five seconds.") in await _lands(bo, published)
        now = mark_of((await console.house.library.history(PART))[0].text)
        undone = await bo.post("/edit/undo", part=PART, mark=now)
        assert _said("The last publication is undone. Visitors see it within five seconds.") in await _lands(bo, undone)
        await _saves(ann, _text("++"))
        gone = await ann.post("/edit/discard", part=PART, mark=mark_of(_text("++")), sure="yes")
        assert _said("The draft is discarded.") in await _lands(ann, gone)


@pytest.mark.parametrize("done", ["", "no", "saved.", "<b>"])
async def test_an_address_says_nothing_of_its_own(console: Console, done: str) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        page = await ann.client.get("/edit", params={"part": PART, "done": done})
    assert page.status_code == 200
    assert 'role="status"' not in page.text


async def test_discarding_asks_and_shows_what_would_be_lost(console: Console) -> None:
    text = _text("Kept ")
    async with console.signed_in("ann", "coordinator") as ann:
        await _saves(ann, text)
        asked = await ann.post("/edit/discard", part=PART, mark=mark_of(text))
        assert asked.status_code == 409
        assert "Discard the draft?" in asked.text
        assert text.strip() in unescape(asked.text)
        assert (await console.house.library.drafts.all())[PART].text == text
        await ann.post("/edit/discard", part=PART, mark=mark_of(text), sure="yes")
        assert await console.house.library.drafts.all() == {}


async def test_two_who_wrote_in_one_draft_are_told_the_way_on_and_it_leads_there(console: Console) -> None:
    mine = _text("Both ")
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        page = await _lands(ann, await _saves(ann, _text("+")))
        assert "somebody else approves it" in page
        assert WAY_ON not in page, "one other coordinator is enough"
        assert "has written in this draft too, and cannot publish it" in (await bo.get(f"/edit?part={PART}")).text
        page = await _lands(bo, await _saves(bo, mine))
        for each, browser in ((page, bo), (unescape((await ann.get(f"/edit?part={PART}")).text), ann)):
            assert WAY_ON in each
            refused = await browser.post("/edit/approve", part=PART, mark=mark_of(mine))
            assert refused.status_code == 409
            assert WAY_ON in refused.text
        await bo.post("/edit/discard", part=PART, mark=mark_of(mine), sure="yes")
        await _saves(bo, mine)
        assert (await ann.post("/edit/approve", part=PART, mark=mark_of(mine))).status_code == 303
