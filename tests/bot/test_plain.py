"""The page without JavaScript, driven by its form alone, against a real engine."""

import re
from html import unescape

import httpx
import pytest

from bot.web.forms import OWN_BYTES, OWN_KEPT, Own, read_own, write_own
from bot.web.state import STATE_AGE
from handover.outlook import Shut
from handover.values import Claimed, Stale, Taken
from tests.bot.conftest import DESK, KIM, LEE, Clock, Colleague, frozen
from tests.engines import Engine

_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Browser:
    """A browser without JavaScript: it knows the form of the page it shows, and nothing else."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.html = ""
        self.status = 0

    @property
    def fields(self) -> dict[str, str]:
        return {name: unescape(value) for name, value in _FIELD.findall(self.html)}

    @property
    def draft(self) -> str:
        return unescape(self.html.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]).strip("\n")

    @property
    def mode(self) -> str:
        return self.html.partition('data-mode="')[2].partition('"')[0]

    async def opens(self) -> "Browser":
        self.html = (await self.client.get("/")).text
        return self

    async def presses(self, choice: str, text: str = "") -> "Browser":
        return await self.posts({**self.fields, "choice": choice, "text": text})

    async def does(self, deed: str, text: str = "") -> "Browser":
        return await self.posts({**self.fields, "do": deed, "text": text})

    async def posts(self, fields: dict[str, str]) -> "Browser":
        # As browsers do: every field a part of its own, line ends as CR LF.
        parts = [(name, (None, value.replace("\n", "\r\n"))) for name, value in fields.items()]
        response = await self.client.post("/", files=parts)
        self.html, self.status = response.text, response.status_code
        return self

    def bubbles(self) -> list[str]:
        return [unescape(words) for words in re.findall(r'<p class="words" dir="auto">(.*?)</p>', self.html, re.DOTALL)]


@pytest.fixture
async def browser(client: httpx.AsyncClient) -> Browser:
    return await Browser(client).opens()


async def joined(browser: Browser, kim: Colleague) -> Browser:
    await kim.comes()
    await browser.presses("person")
    return await browser.presses("join")


async def talking(browser: Browser, kim: Colleague) -> Browser:
    await joined(browser, kim)
    await kim.takes_the_first()
    return await browser.does("refresh")


async def test_reading_works(browser: Browser) -> None:
    for choice in ("start", "safe-yes", "for-self"):
        await browser.presses(choice)
    await browser.does("send", "threats")
    assert "<h2>" in browser.html
    assert browser.mode == "bot"


async def test_a_whole_talk_works(browser: Browser, kim: Colleague, engine: Engine) -> None:
    await joined(browser, kim)
    assert "You are number 1 in line" in browser.html
    assert "This page does not renew itself" in browser.html
    await kim.takes_the_first()
    await browser.does("refresh")
    assert "Kim is here now" in browser.html
    assert "Kim reads this" in browser.html
    await browser.does("send", "hello\nKim")
    await kim.says("hi")
    await browser.does("refresh")
    await browser.does("send", "I am <b>here</b>")
    await kim.says("good")
    await browser.does("refresh")
    assert browser.bubbles() == ["hello\nKim", "hi", "I am <b>here</b>", "good"]
    assert await kim.has_heard() == ["hello\nKim", "I am <b>here</b>"]
    await browser.does("end-ask")
    assert "Do you want to end the talk?" in browser.html
    await browser.does("end-yes")
    assert "erased" in browser.html
    with engine.client() as client:
        assert [key for key in client.keys("*") if b":{demo}:" in key] == []


async def test_a_form_sent_twice_counts_once(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    form = {**browser.fields, "do": "send", "text": "only once"}
    await browser.posts(form)
    await browser.posts(form)
    assert browser.bubbles() == ["only once"]
    await browser.does("send", "and another")
    await browser.posts(form)
    assert await kim.has_heard() == ["only once", "and another"]


async def test_other_words_in_the_same_form_are_another_message(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    form = {**browser.fields, "do": "send"}
    for text in ("first", "second", "second", "first"):
        await browser.posts({**form, "text": text})
    assert await kim.has_heard() == ["first", "second"]


async def test_the_same_words_in_a_new_form_are_sent_again(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    for _ in range(3):
        await browser.does("send", "yes")
    assert await kim.has_heard() == ["yes", "yes", "yes"]


async def test_words_meant_for_the_bot_do_not_reach_a_person_unasked(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    await kim.takes_the_first()
    await browser.does("send", "is that legal")
    assert "Now Kim gets what you send" in browser.html
    assert browser.draft == "is that legal"
    assert await kim.has_heard() == []
    await browser.does("send", browser.draft)
    assert await kim.has_heard() == ["is that legal"]


async def test_words_meant_for_a_person_do_not_reach_the_bot_unasked(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk
    await kim.end.release(kim.talk.ref, KIM)
    await browser.does("send", "only for Kim")
    assert "in line again" in browser.html
    assert "Now the bot gets what you send" in browser.html
    assert browser.draft == "only for Kim"


async def test_a_draft_survives_looking_for_news(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("refresh", "half a sent")
    assert browser.draft == "half a sent"
    await browser.presses("lang:sv", "half a sent")
    assert browser.draft == "half a sent"
    assert "Kim läser det här" in browser.html


async def test_a_briefing_changes_while_waiting(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    for choice in ("briefing", "change-age", "age:16_17"):
        await browser.presses(choice)
    assert (await kim.end.waiting(DESK))[0].briefing.age_band == "16_17"
    assert browser.mode == "waiting"


async def test_who_stops_waiting_leaves_nothing(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    await browser.does("stop")
    assert browser.mode == "bot"
    assert await kim.end.waiting(DESK) == []


async def test_a_talk_that_staff_ended_is_told(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk
    await kim.end.end(kim.talk.ref, KIM)
    await browser.does("send", "are you there")
    assert "The talk is over" in browser.html
    assert browser.mode == "bot"


async def test_too_long_a_message_stays_in_the_box(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    await browser.does("send", "å" * 2001)
    assert "a little too long" in browser.html
    assert browser.draft == "å" * 2001
    assert await kim.has_heard() == []


async def test_a_lost_engine_keeps_the_words_and_they_count_once(
    browser: Browser, kim: Colleague, engine: Engine
) -> None:
    await talking(browser, kim)
    before = browser.fields
    with frozen(engine):
        await browser.does("send", "hold on to this")
    assert browser.status == 200
    assert "We lost contact" in browser.html
    assert browser.draft == "hold on to this"
    assert {name: browser.fields[name] for name in ("nonce", "seq")} == {
        name: before[name] for name in ("nonce", "seq")
    }
    await browser.does("send", browser.draft)
    assert await kim.has_heard() == ["hold on to this"]


async def test_an_old_page_starts_anew_kindly(browser: Browser, clock: Clock) -> None:
    clock.now += STATE_AGE + 1
    await browser.presses("start")
    assert browser.status == 400
    assert "very long time" in browser.html
    await browser.presses("start")
    assert browser.status == 200


async def test_fields_that_somebody_changed_do_no_harm(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    good = {**browser.fields, "do": "send"}
    for changed in ({"seq": "999999"}, {"seq": "-1"}, {"seq": "²"}, {"own": "["}, {"own": "[[1,2]]"}, {"down": "x"}):
        await browser.posts({**good, **changed, "text": f"with {changed}"})
        assert browser.status == 200
    assert len(await kim.has_heard()) == 6
    await browser.posts({**good, "talk": "A" * 100, "text": "x"})
    assert browser.mode != "talk"
    await browser.posts({**good, "own": "[" * 10_000, "text": "y"})
    assert browser.status == 200


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
)
async def test_a_body_that_is_no_form_starts_anew(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.post("/", content=b"canary-7f3a", headers={"content-type": kind})
    assert response.status_code == 400
    assert "112" in response.text
    assert "canary-7f3a" not in response.text


async def test_a_large_form_is_refused_as_a_page(client: httpx.AsyncClient) -> None:
    response = await client.post("/", data={"text": "x" * 17_000})
    assert response.status_code == 413
    assert "<h1>" in response.text
    assert "Leave now" in response.text


async def test_the_fullest_form_stays_under_the_limit(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    for number in range(8):
        await browser.does("send", f"{number}" + "å" * 900)
    await browser.does("send", "ا" * 2000)
    assert browser.status == 200
    await browser.does("send", "ا" * 2000)
    assert browser.status == 200
    assert len(await kim.has_heard()) == 10
    assert "Earlier messages are not shown" in browser.html


def test_own_words_are_kept_within_bounds() -> None:
    many = read_own(write_own([Own(number, 0, "x") for number in range(1, 50)]))
    assert [said.seq for said in many] == list(range(50 - OWN_KEPT, 50))
    long = read_own(write_own([Own(number, 0, "x" * 2_500) for number in range(1, 10)]))
    assert len(long) == OWN_BYTES // 2_500


async def test_a_paused_talk_says_so_with_112_and_keeps_the_words(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk is not None
    await kim.mutes(kim.talk.ref)
    await browser.does("send", "words")
    assert "Kim has paused the talk" in browser.html
    assert 'href="tel:112"' in browser.html
    assert 'href="tel:116111"' in browser.html
    assert "Paused: nobody reads" in browser.html
    assert "Kim reads this" not in browser.html
    assert browser.draft == "words"
    assert await kim.has_heard() == []
    await kim.end.unmute(kim.talk.ref, KIM)
    await browser.does("send", browser.draft)
    assert "Kim reads this" in browser.html
    assert browser.bubbles() == ["words"]
    assert await kim.has_heard() == ["words"]


async def test_a_visitor_is_asked_and_the_words_in_the_box_stay(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk is not None
    ref = kim.talk.ref
    assert "hand over to Lee" not in browser.html
    await kim.asks_to_hand_over(ref)
    await browser.does("refresh", "half a sentence")
    assert "Kim would like to hand over to Lee." in browser.html
    await browser.does("ask-yes", "half a sentence")
    assert "hand over to Lee" not in browser.html
    assert ">Soon somebody else answers you.<" in browser.html
    assert browser.draft == "half a sentence"
    assert isinstance(await kim.end.move(ref, LEE, "Lee"), Claimed)
    await kim.end.begin(ref, LEE, kim.line)
    await browser.does("refresh", browser.draft)
    assert "Lee is here now." in browser.html
    assert browser.draft == "half a sentence"


async def test_a_no_and_an_old_page_sent_again_change_nothing(browser: Browser, kim: Colleague) -> None:
    await talking(browser, kim)
    assert kim.talk is not None
    number = await kim.asks_to_hand_over(kim.talk.ref)
    await browser.does("refresh")
    old = browser.fields
    await browser.does("ask-no")
    assert "hand over to Lee" not in browser.html
    assert await kim.end.answer(kim.talk.ref, KIM, number, yes=False) == Stale()
    await kim.asks_to_hand_over(kim.talk.ref)
    await browser.posts({**old, "do": "ask-yes"})  # Back, and yes: to the question of before
    assert await kim.end.move(kim.talk.ref, LEE, "Lee") == Taken()
    assert "Kim would like to hand over to Lee." in browser.html


async def test_a_file_is_not_taken(browser: Browser, kim: Colleague) -> None:
    """There is no field for one; who sends it all the same is refused."""
    assert 'type="file"' not in browser.html
    await talking(browser, kim)
    picture = {"text": ("picture.jpg", b"\xff\xd8", "image/jpeg")}
    response = await browser.client.post("/", data={**browser.fields, "do": "send"}, files=picture)
    assert response.status_code == 400
    assert "112" in response.text
    assert await kim.has_heard() == []


async def test_the_page_says_that_pictures_and_files_cannot_be_sent(browser: Browser) -> None:
    assert "Pictures and files cannot be sent here." in browser.html
    assert "Tell it in words instead." in browser.html


# --- A desk that closes ---


@pytest.mark.parametrize(
    ("reason", "words"),
    [(Shut.TONIGHT, "closed for tonight"), (Shut.DISTURBANCE, "Something is wrong"), (Shut.HOURS, "next time")],
)
async def test_nobody_joins_a_desk_that_is_shut_and_everybody_reads_why(
    browser: Browser, kim: Colleague, reason: Shut, words: str
) -> None:
    await kim.comes()
    await kim.end.shut(DESK, reason)
    await browser.presses("person")
    await browser.presses("join")
    assert words in browser.html
    assert 'class="lines"' in browser.html
    assert browser.mode == "bot"
    assert await kim.end.waiting(DESK) == []


async def test_who_waits_reads_that_the_desk_is_shut_keeps_the_place_and_can_be_taken(
    browser: Browser, kim: Colleague
) -> None:
    await joined(browser, kim)
    assert "usually takes less than 5 minutes" in browser.html
    await kim.end.shut(DESK, Shut.TONIGHT)
    await browser.does("refresh")
    assert "closed for tonight" in browser.html
    assert "You keep your place" in browser.html
    assert "cannot say how long" in browser.html
    assert 'class="lines"' in browser.html
    assert "number 1 in line" in browser.html
    await kim.takes_the_first()
    await browser.does("refresh")
    assert browser.mode == "talk"


async def test_who_is_guided_on_reads_why_and_where_to_turn(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    await kim.end.shut(DESK, Shut.DISTURBANCE)
    await kim.end.guide((await kim.end.waiting(DESK))[0].ref)
    await browser.does("refresh")
    assert "Your wait is over" in browser.html
    assert "Something is wrong" in browser.html
    assert "In danger, call 112" in browser.html
    assert 'class="lines"' in browser.html
    assert browser.mode == "bot"
    await browser.presses("person-again")
    assert "This is how you are introduced" in browser.html


async def test_who_waits_when_the_last_one_goes_off_duty_is_told(browser: Browser, kim: Colleague) -> None:
    await joined(browser, kim)
    await kim.end.go_off_duty(DESK, KIM)
    await browser.does("refresh")
    assert "Nobody is on duty right now" in browser.html
    assert 'class="lines"' in browser.html
