"""Without JavaScript: what is asked before words go out that tell who somebody is, and what never waits."""

import re
from html import unescape

import httpx
import pytest

from tests.bot.conftest import Colleague
from tests.bot.test_plain import Browser, talking

NUMBER = "what is a dowry? my number is 070-174 06 05"
DANGER = "he has a knife and is hitting me now, I live on Storgatan 12"
ASKED = "Something in your message may show who you are"
WENT = "Your message went at once."


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> Browser:
    browser = await Browser(client).opens()
    for choice in ("start", "safe-yes", "for-self"):
        await browser.presses(choice)
    return browser


def told(browser: Browser) -> str:
    """The page's words, without its data and its marks."""
    return unescape(re.sub(r"<[^>]+>", " ", browser.html.partition('<script type="application/json"')[0]))


async def test_the_bot_s_words_wait_for_an_answer(browser: Browser) -> None:
    await browser.does("send", NUMBER)
    assert f"{ASKED}: a phone number." in told(browser)
    assert "The bot does not need to know it" in told(browser)
    assert browser.draft == NUMBER
    assert 'name="do" value="remove" autofocus' in browser.html
    await browser.does("send-anyway", NUMBER)
    assert ASKED not in told(browser)
    assert browser.draft == ""


async def test_removing_leaves_the_rest_in_the_box_unsent(browser: Browser) -> None:
    await browser.does("send", NUMBER)
    await browser.does("remove", NUMBER)
    assert browser.draft == "what is a dowry? my number is …"
    assert "It is taken out of the box." in told(browser)
    await browser.does("send", browser.draft)
    assert browser.draft == ""
    assert ASKED not in told(browser)


async def test_what_was_written_meanwhile_is_cleaned_as_well(browser: Browser) -> None:
    await browser.does("send", NUMBER)
    await browser.does("remove", "sara@example.se or 070-174 06 05")
    assert browser.draft == "… or …"


async def test_every_kind_has_its_words_once(browser: Browser) -> None:
    await browser.does("send", "sara@example.se, 070-174 06 05, 070-174 06 06, www.example.se, @sara_01")
    assert f"{ASKED}: an e-mail address, a phone number, a link, a user name." in told(browser)


async def test_danger_goes_first(browser: Browser) -> None:
    await browser.does("send", DANGER)
    assert "Call 112" in told(browser)
    assert f"{WENT} Something in it may show who you are: an address." in told(browser)
    assert browser.draft == ""


async def test_who_has_told_of_danger_is_not_asked_about_an_address(browser: Browser) -> None:
    await browser.does("send", "he has a knife and is hitting me now")
    await browser.does("send", "Storgatan 12")
    assert ASKED not in told(browser)
    assert WENT in told(browser)


async def test_words_to_a_person_wait_as_well(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("send", NUMBER)
    assert "Kim does not need to know it to talk with you." in told(browser)
    assert browser.draft == NUMBER
    assert await kim.has_heard() == []
    await browser.does("refresh", browser.draft)
    assert browser.draft == NUMBER
    await browser.does("remove", browser.draft)
    assert await kim.has_heard() == []
    await browser.does("send", browser.draft)
    assert await kim.has_heard() == ["what is a dowry? my number is …"]
    await browser.does("send-anyway", NUMBER)
    assert (await kim.has_heard())[1:] == [NUMBER]
    assert browser.bubbles() == ["what is a dowry? my number is …", NUMBER]


async def test_danger_goes_first_to_a_person_too(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("send", DANGER)
    assert await kim.has_heard() == [DANGER]
    assert WENT in told(browser)
    assert browser.draft == ""


async def test_who_reads_it_is_asked_before_what_it_tells(browser: Browser, kim: Colleague) -> None:
    await kim.comes()
    await browser.presses("person")
    await browser.presses("join")
    await kim.takes_the_first()
    await browser.does("send", NUMBER)
    assert "Now Kim gets what you send." in told(browser)
    assert ASKED not in told(browser)
    await browser.does("send", browser.draft)
    assert ASKED in told(browser)
    assert await kim.has_heard() == []


async def test_a_help_line_and_a_question_pass(browser: Browser) -> None:
    for words in ("can I call 116 111 or 020-50 50 50", "I am 16 and the wedding is on 2026-12-20"):
        await browser.does("send", words)
        assert ASKED not in told(browser)
        assert browser.draft == ""


@pytest.mark.parametrize("language", ["sv", "ar", "fa", "so", "ckb", "ti"])
async def test_it_is_asked_in_every_language(browser: Browser, language: str) -> None:
    await browser.presses(f"lang:{language}")
    await browser.does("send", "070-174 06 05")
    assert 'id="heed"' in browser.html
    assert "{kinds}" not in told(browser)


async def test_nothing_of_it_is_logged(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    for deed in ("send", "remove", "send-anyway"):
        await browser.does(deed, "my number is 070-174 06 99")
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "asyncio"))]
    assert not any("174" in record.getMessage() for record in ours)
