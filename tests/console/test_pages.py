"""The pages: both languages whole, the right words for each role, the lists, the load, and the demonstration."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from console.demo import COORDINATOR_NAMES, STAFF_NAMES
from console.language import choose_language, load_words
from console.reading import directory_rows, text_rows
from console.settings import ConsoleSettings
from console.views import waiting_band
from dialogues.values import Content
from handover.values import Briefing, Channel, Pseudonym
from handover.visitor_redis import RedisVisitorEnd
from tests.console.conftest import COORDINATOR_LINK, DESK, STAFF_LINK, Clock, Console, started
from tests.engines import Engine
from tests.sealed import ORGANISATION, Organisation

CONSOLE = Path(__file__).parents[2] / "console"
NOVEMBER_2026 = 1_795_300_000.0
DEMO: dict[str, Any] = {"demo": True, "demo_staff_token": STAFF_LINK, "demo_coordinator_token": COORDINATOR_LINK}


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_every_page_is_whole_in_both_languages(console: Console, language: str) -> None:
    async with console.signed_in("kim") as staff, console.signed_in("boss", "coordinator") as coordinator:
        pages = []
        for browser, paths in (
            (staff, ("desk", "practice", "outreach", "devices", "directory", "texts", "account")),
            (coordinator, ("statistics", "people", "devices", "audit", "prompts")),
        ):
            for path in paths:
                answer = await browser.post("/language", language=language, page=path)
                assert answer.headers["location"] == f"/{path}"
                pages.append((await browser.get(f"/{path}")).text)
    async with console.browser() as stranger:
        pages.append((await stranger.get(f"/sign-in?language={language}")).text)
    for page in pages:
        assert f'<html lang="{language}" dir="ltr">' in page
        assert page.count("<h1") == 1
        assert '<main id="main"' in page
        assert 'class="skip"' in page
        assert not re.search(r'(src|action)="https?:|<link[^>]*href="https?:', page)
        assert all('rel="noreferrer"' in link for link in re.findall(r'<a [^>]*href="https?:[^>]*>', page))


# Keys that are put together at run time, from closed names.
BUILT = re.compile(
    r"(nav|schedule\.(day|wrong|end|remove|close|reopen)|role|way|deed|about|account\.error|notice|status|problem|rule|field|kept|edit\.back|fact|label|danger|channel|audience|age|initiator|violence|relation|entry|outcome|kind|contact|referred|referral|satisfaction|wrapup"
    r"|statistics\.waiting|outreach\.(counted|wrong)|devices\.(state|refused)|script\.(at|breath|state|ended|sound|device|closed|hand|messages))[._].*|language\.own"
    r"|script\.(lost|elsewhere|full|not_on_duty|taken|gone|returned|released|not_yours|frame|not_permitted|no_wrapup"
    r"|saved|revoked|open|guide_sure|take_anyway|hidden_one|hidden_many|shut_[a-z]+|stage_[a-z]+)"
    r"|(wish|asked\.kind)\.[a-z]+|shut\.reason\.[a-z]+|bell\.(on|off|denied|failed|impossible)"
    r"|prompts\.(is|means|kind|done|wrong)\.[a-z]+|(directory|edit|people|schedule)\.done\.[a-z-]+|people\.sure\.[a-z.-]+"
    r"|phone\.by\.[a-z]+|script\.(phone_(off|none_here|wait|later|ready|ready_own|gone|first|busy|none|number|in_call|unmade|failed)|call_[a-z]+)"
    r"|mute\..*|script\.(asking_.*|asked_(move|mute)(_yes)?|ask_.*|moved|mute_alone|call_over)"  # together
    r"|figures\..*|tide\.(longest|day)\..*"
    r"|script\.(asked_(move|help|mute)_visitor|asked_help(_yes)?|(move|help)_(ask|nobody)|help_over)"  # private help
    r"|(script\.)?storage[._](full|away)"
    r"|script\.(not_yours|released|returned|revoked|moved)_many"
    r"|script\.listen_(help_ask|asking_help_[a-z]+|asked_help(_yes|_visitor)?|ask_done_help|helped)"  # and on a call
)


def test_both_languages_have_the_same_keys_and_no_key_is_unused() -> None:
    words = load_words()
    assert words["sv"].texts.keys() == words["en"].texts.keys()
    sources = "".join(
        path.read_text(encoding="utf-8") for suffix in ("py", "html", "js") for path in CONSOLE.rglob(f"*.{suffix}")
    )
    named = [key for key in words["en"].texts if not BUILT.fullmatch(key)]
    assert len(named) > 80
    assert [key for key in named if f'"{key.removeprefix("script.")}"' not in sources] == []


def test_pseudonyms_are_two_words_in_each_language() -> None:
    words = load_words()
    assert words["en"].pseudonym(Pseudonym(2, 0)) == "Quiet Maple"
    assert words["sv"].pseudonym(Pseudonym(2, 0)) == "Tyst Lönn"
    assert words["en"].pseudonym(Pseudonym(95, 95)) == words["en"].pseudonym(Pseudonym(191, 191))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "sv"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("ar, en;q=0.5, sv;q=0.7", "sv"),
        ("fr", "sv"),
        ("en;q=0, sv", "sv"),
        ("en;q=nonsense", "sv"),
        (",,;;q=;=", "sv"),
    ],
)
def test_the_browser_s_wish_chooses_the_language(header: str, language: str) -> None:
    assert choose_language(header) == language


async def test_the_names_of_the_contract_are_on_the_english_pages(console: Console) -> None:
    async with console.browser() as browser:
        assert "<button" in (page := (await browser.get("/sign-in")).text)
        assert ">Sign in</button>" in page
    async with console.signed_in("kim") as browser:
        page = (await browser.get("/desk")).text
    for name in (">Desk</a>", ">Directory</a>", ">Texts</a>", "On duty</button>", 'aria-label="Waiting"', ">Take<",
                 ">Send<", ">End talk<", ">Your message<", ">Give back<"):  # fmt: skip
        assert name in page


async def test_the_directory_says_who_checked_and_begins_with_what_is_past_its_review(
    tmp_path: Path, engine: Engine, content: Content, clock: Clock
) -> None:
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock}) as console:
        await console.add("ann", "coordinator")
        async with console.browser() as ann:
            for days, service in ((0, "umo"), (100, "bris")):
                clock.now += days * 86_400
                await ann.sign_in("ann")
                await ann.post("/directory/checked", service=service)
            first = re.findall(r"<tr.*?</tr>", (await ann.get("/directory")).text, re.DOTALL)
            assert not any("Past review" in row for row in first)
            clock.now += 100 * 86_400
            await ann.sign_in("ann")
            _, row, *others = re.findall(r"<tr.*?</tr>", (await ann.get("/directory")).text, re.DOTALL)
    assert "UMO" in row
    assert "Past review" in row
    assert ">Ann<" in row
    assert not any("Past review" in other for other in others)


def test_the_directory_shows_unchecked_services_first(content: Content) -> None:
    services = {id: replace(service, checked=None) for id, service in content.services.items()}
    services["112"] = replace(services["112"], checked=date(2026, 11, 1))
    rows = directory_rows(replace(content, services=services), "en")
    assert [row.checked is None for row in rows] == [True] * (len(rows) - 1) + [False]
    assert rows[-1].name == "Emergency number"


def test_the_directory_lists_every_service_with_each_way_to_reach_it_once(content: Content) -> None:
    service = replace(content.services["bris"], phone="+46 8 00", chat="chat.example", web="web.example")
    both = replace(service, phone=None, chat="web.example")
    found = [directory_rows(replace(content, services={"bris": one}), "sv")[0] for one in (service, both)]
    assert [(way.kind, way.href) for way in found[0].reached] == [
        ("phone", "tel:+46800"),
        ("chat", "https://chat.example"),
        ("web", "https://web.example"),
    ]
    assert [way.kind for way in found[1].reached] == ["chat"]
    assert len(directory_rows(content, "sv")) == len(content.services)


def test_a_service_without_words_in_the_staff_language_has_those_of_another(content: Content) -> None:
    service = replace(content.services["bris"], names={"sv": "Bara svenska"}, about={})
    (row,) = directory_rows(replace(content, services={"bris": service}), "en")
    assert (row.name, row.about) == ("Bara svenska", "")


async def test_the_directory_links_each_number_and_address_without_a_referrer(console: Console) -> None:
    async with console.signed_in("kim") as browser:
        page = (await browser.get("/directory")).text
    assert 'href="tel:112">112</a>' in page
    assert re.search(r'href="https://bris.se" target="_blank" rel="noreferrer">Chat: bris.se</a>', page)
    assert "Not checked" in page


def test_texts_past_their_review_date_come_first(content: Content) -> None:
    assert not any(row.overdue for row in text_rows(content, NOVEMBER_2026))
    later = text_rows(content, NOVEMBER_2026 + 400 * 86_400)
    assert all(row.overdue for row in later if row.part)
    texts = content.languages["en"]
    some = dict(texts.topics)
    name = sorted(some)[-1]
    some[name] = replace(some[name], review=date(2026, 1, 1))
    rows = text_rows(replace(content, languages={"en": replace(texts, topics=some)}), NOVEMBER_2026)
    assert [row.overdue for row in rows][:2] == [True, False]
    assert len(rows) == len(some)


async def test_what_is_not_translated_is_said_to_be_so_and_not_counted(console: Console, content: Content) -> None:
    rows = text_rows(content, NOVEMBER_2026)
    missing = [row for row in rows if not row.part]
    assert {row.language for row in missing} == {"ar", "fa", "so", "ckb", "ti"}
    assert all((row.status, row.owner, row.checked, row.review, row.overdue) == (None, "", None, None, False)
               for row in missing)  # fmt: skip
    assert rows[-len(missing) :] == missing, "they come last"
    async with console.signed_in("boss", "coordinator") as browser:
        page = (await browser.get("/texts")).text
    assert page.count("<td>Not translated</td>") == len(missing)
    assert f"of {len(rows) - len(missing)} past their review date" in page


@pytest.mark.parametrize(("waiting", "band"), [(0, "none"), (1, "some"), (4, "some"), (5, "many"), (500, "many")])
def test_the_load_is_told_as_none_some_many(waiting: int, band: str) -> None:
    assert waiting_band(waiting) == band


async def test_a_coordinator_sees_the_load_and_no_figure(console: Console, visitor_end: RedisVisitorEnd) -> None:
    for _ in range(3):
        await visitor_end.join(DESK, Briefing("sv", Channel.WEB, "threats"), Pseudonym(1, 1))
    async with console.signed_in("boss", "coordinator") as browser:
        page = (await browser.get("/statistics")).text
    assert re.search(r'<span data-band="some">Some</span>', page)
    assert re.search(r'<span data-band="none" hidden>', page)
    assert "Figures appear here when the first period has been closed and made safe to publish." in page
    assert not re.search(r">\s*3\s*<", page)


async def test_the_demonstration_s_links_exist_nowhere_else(console: Console) -> None:
    async with console.browser() as browser:
        for token in (STAFF_LINK, COORDINATOR_LINK, "x"):
            assert (await browser.get(f"/demo/{token}")).status_code == 404


async def test_the_staff_link_hands_out_six_accounts(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path, engine.staff, content, **DEMO) as console:
        shown = []
        for _ in STAFF_NAMES:
            async with console.browser() as browser:
                assert (await browser.get(f"/demo/{STAFF_LINK}")).headers["location"] == "/desk"
                page = (await browser.get("/desk")).text
                shown.append(re.search(r"<strong>(\w+)</strong>", page)[1])  # type: ignore[index]
                assert "Demonstration:" in page
                assert (await browser.get(f"/demo/{STAFF_LINK}")).headers["location"] == "/desk"
                assert "set-cookie" not in (await browser.get(f"/demo/{STAFF_LINK}")).headers
        assert tuple(shown) == STAFF_NAMES
        async with console.browser() as browser:  # closed browsers do not keep an account
            assert (await browser.get(f"/demo/{STAFF_LINK}")).headers["location"] == "/desk"


async def test_an_account_that_was_closed_is_handed_to_nobody(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with (
        started(tmp_path, engine.staff, content, **DEMO) as console,
        console.browser() as boss,
        console.browser() as browser,
    ):
        await browser.get(f"/demo/{STAFF_LINK}")
        await boss.get(f"/demo/{COORDINATOR_LINK}")
        await boss.get("/people")
        assert (await boss.post("/people/close", name="demo-kim", sure="yes")).status_code == 303
        assert (await browser.get(f"/demo/{STAFF_LINK}")).headers["location"] == "/desk"
        assert "<strong>Noor</strong>" in (await browser.get("/desk")).text


async def test_the_coordinator_link_signs_in_the_coordinator(
    tmp_path: Path, engine: Engine, content: Content, clock: Clock
) -> None:
    clocks = {"clock": clock}
    async with started(tmp_path, engine.staff, content, clocks=clocks, **DEMO) as console, console.browser() as browser:
        assert (await browser.get(f"/demo/{COORDINATOR_LINK}")).headers["location"] == "/statistics"
        assert (await browser.get("/statistics")).status_code == 200
        assert (await browser.get("/desk")).status_code == 403
        for wrong in ("x", STAFF_LINK + "x", STAFF_LINK[:-1], "å"):
            assert (await browser.get(f"/demo/{wrong}")).status_code == 404


async def test_a_second_browser_is_the_second_coordinator(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path, engine.staff, content, **DEMO) as console:
        shown = []
        for _ in range(3):
            async with console.browser() as browser:
                await browser.get(f"/demo/{COORDINATOR_LINK}")
                found = re.search(r"<strong>(\w+)</strong>", (await browser.get("/statistics")).text)
                assert found
                shown.append(found[1])
        assert shown[:2] == list(COORDINATOR_NAMES)
        assert shown[2] in COORDINATOR_NAMES


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"state_key": "secret-of-the-other-side"}, "FRISTAD_STATE_KEY"),
        ({"demo_staff_token": "secret-of-the-other-side"}, "demonstration only"),
        ({"capacity": 99}, "capacity"),
        ({"console_key": "secret-of-the-other-side"}, "FRISTAD_CONSOLE_KEY must be 32 bytes"),
        ({"staff_url": "secret-of-the-other-side"}, "without a path"),
        ({"lease_seconds": 2}, "lease_seconds"),
        ({"organisation_key": "secret-of-the-other-side"}, "FRISTAD_ORGANISATION_KEY"),
        ({"organisation_signing_key": "secret-of-the-other-side"}, "its file cannot be read"),
        ({"organisation_signing_key": "-----BEGIN secret-of-the-other-side"}, "not a private key in PEM"),
        ({"organisation_signing_key": Organisation().pem}, "another key than FRISTAD_ORGANISATION_KEY"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_their_value(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refused:
        ConsoleSettings(**{"redis_url": "unix:///nowhere", "organisation_key": ORGANISATION.text, **settings})  # type: ignore[arg-type]
    assert "secret-of-the-other-side" not in str(refused.value)
