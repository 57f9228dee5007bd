"""Sealing for a page without JavaScript: its form carries the keys, the server keeps none."""

import pytest

from bot.web.plain_seals import KEPT, Key, PlainKeys
from bot.web.site import Site
from safety.sealing import SealError
from tests.bot.conftest import DESK, KIM, ORGANISATION, Clock, Colleague
from tests.bot.test_plain import Browser, browser, talking
from tests.engines import Engine
from tests.sealed import Organisation, StaffPage

__all__ = ["browser"]


async def moves_to_another_device(kim: Colleague, organisation: Organisation = ORGANISATION) -> None:
    kim.page = StaffPage()
    kim.line = organisation.line(kim.page.key)
    await kim.opens()


async def test_the_engine_holds_no_word_and_no_key(browser: Browser, kim: Colleague, engine: Engine) -> None:
    await talking(browser, kim)
    await browser.does("send", "canary words of the visitor")
    await kim.says("canary answer of the person")
    await browser.does("refresh")
    assert browser.bubbles() == ["canary words of the visitor", "canary answer of the person"]
    keys = [epoch.key for epoch in kim.page.talks[""].epochs.values()]
    assert keys
    with engine.client() as client:
        held = b"".join(repr(client.dump(key)).encode() + (client.dump(key) or b"") for key in client.keys("*"))
    for secret in (b"canary", *keys):
        assert secret not in held


async def test_the_form_is_needed_to_read(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await kim.says("for this page alone")
    await browser.posts({**browser.fields, "do": "refresh", "keys": ""})
    assert "for this page alone" not in browser.html
    assert "could not be opened" in browser.html


async def test_a_form_without_its_keys_goes_on_in_a_new_epoch(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("send", "one")
    await browser.posts({**browser.fields, "do": "send", "text": "two", "keys": "spoilt"})
    await browser.does("send", "three")
    assert await kim.has_heard() == ["one", "two", "three"]
    await kim.says("all there")
    await browser.does("refresh")
    assert "all there" in browser.html


async def test_an_old_form_with_other_words_never_uses_a_number_twice(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    before = browser.fields
    await browser.does("send", "one")
    await browser.posts({**before, "do": "send", "text": "other words after Back"})
    assert await kim.has_heard() == ["one", "other words after Back"]


async def test_a_desk_opened_anew_reads_on(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("send", "before")
    await kim.opens()
    await browser.does("send", "after")
    assert await kim.has_heard() == ["before", "after"]


async def test_another_device_reads_the_earlier_words_only_when_the_visitor_says_so(
    browser: Browser, kim: Colleague
) -> None:
    await talking(browser, kim)
    assert 'id="share-ask" role="group" aria-labelledby="share-question" hidden' in browser.html
    await browser.does("send", "before")
    await moves_to_another_device(kim)
    await browser.does("refresh")
    assert "May Kim read what was written before?" in browser.html
    await browser.does("send", "after")
    with pytest.raises(SealError):
        await kim.has_heard()
    await browser.does("share")
    assert await kim.has_heard() == ["before", "after"]
    assert 'id="share-ask" role="group" aria-labelledby="share-question" hidden' in browser.html


async def test_a_visitor_who_says_no_is_not_asked_again(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("send", "before")
    await moves_to_another_device(kim)
    await browser.does("share-no")
    await browser.does("send", "after")
    assert 'id="share-ask" role="group" aria-labelledby="share-question" hidden' in browser.html
    with pytest.raises(SealError):
        await kim.has_heard()


@pytest.mark.parametrize("broken", ["stranger", "expired"])
async def test_a_device_that_is_not_trusted_gets_nothing_and_both_are_told(
    browser: Browser, kim: Colleague, clock: Clock, broken: str
) -> None:
    await talking(browser, kim)
    day = int(clock() // 86_400) - 1
    await moves_to_another_device(kim, Organisation())
    if broken == "expired":
        await kim.opens(ORGANISATION.line(kim.page.key, day))
    await browser.does("send", "not for this device")
    assert "We cannot be sure that only Kim can read" in browser.html
    assert "112" in browser.html
    assert browser.draft == "not for this device"
    keys = await kim.has_keys()
    assert keys[max(keys)] == b""
    assert await kim.end.hear((await kim.end.mine(DESK, KIM))[0].ref, KIM, 0) == []


async def test_a_person_whose_page_is_only_opening_is_not_there_yet(browser: Browser, kim: Colleague) -> None:
    await kim.comes()
    await browser.presses("person")
    await browser.presses("join")
    first = (await kim.end.waiting(DESK))[0]
    await kim.end.claim(first.ref, KIM, "Kim")
    await browser.does("refresh")
    assert browser.mode == "waiting"
    await kim.end.begin(first.ref, KIM, kim.line)
    await browser.does("refresh")
    assert browser.mode == "talk"


def test_keys_travel_under_our_seal(site: Site) -> None:
    keys = PlainKeys(b"t" * 16, "line", (Key(1, 0, b"k" * 32), Key(2, 5, b"l" * 32)))
    token = site.tokens.seal_keys(keys)
    assert site.tokens.open_keys(token) == keys
    for spoilt in ("", "x", token[:-2], site.tokens.seal_keys(PlainKeys())[::-1]):
        assert site.tokens.open_keys(spoilt) == PlainKeys()


def test_the_most_keys_that_travel_fit_beside_everything_else(site: Site) -> None:
    keys = tuple(Key(number, 1_000 + number, bytes(32)) for number in range(KEPT))
    assert len(site.tokens.seal_keys(PlainKeys(bytes(16), ORGANISATION.line(StaffPage().key), keys))) < 5_000
