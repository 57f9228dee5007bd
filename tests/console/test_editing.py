"""Texts are changed by two, services by one; visitors' processes take it over, and a broken edition changes nothing."""

import asyncio
import io
import re
import zipfile
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.editions import Editions
from console.audit import Deed
from console.database import one_at_a_time
from console.drafts import mark_of
from console.edit_pages import LONGEST
from console.library import PUBLICATION, stamped
from console.permissions import Role, may_edit
from console.tables import DraftRow, PublishedRow
from dialogues.overlay import digest, sections, shipped_text
from dialogues.values import Content, Status
from handover.values import Edition
from handover.visitor_redis import RedisVisitorEnd
from tests.console.conftest import ON_BOTH, Browser, Console, started
from tests.engines import Engine

PART, ENGLISH, BRIS, DEMO = "ar/topics/threats.md", "en/topics/threats.md", "services.yml#bris", "desks/demo.yml"
FIRST = "Are you afraid that someone"
_BASE = re.compile(r'name="base" value="([^"]+)"')


def edited() -> str:
    text = shipped_text(PART)
    assert text and "status: machine" in text
    return text.replace("title: ", "title: +", 1)


def english(said: str, old: str = FIRST) -> str:
    text = shipped_text(ENGLISH)
    assert text and old in text
    return text.replace(old, said, 1)


async def _opens(browser: Browser, part: str) -> str:
    """The page, as a person reads its source."""
    answer = await browser.get(f"/edit?part={part.replace('#', '%23')}")
    assert answer.status_code == 200
    return unescape(answer.text)


async def _drafts(browser: Browser, part: str, text: str) -> httpx.Response:
    """Opens the part and saves another text."""
    return await browser.post("/edit", part=part, text=text, base=_base(await _opens(browser, part)))


def _base(page: str) -> str:
    found = _BASE.search(page)
    assert found
    return found[1]


async def _approves(browser: Browser, part: str, text: str) -> httpx.Response:
    return await browser.post("/edit/approve", part=part, mark=digest(text.encode()))


@ON_BOTH
async def test_a_second_person_publishes_and_every_visitor_process_says_it(
    console: Console, content: Content, visitor_end: RedisVisitorEnd
) -> None:
    shown: list[list[Content]] = [[], []]
    processes = [Editions(visitor_end, content, each.append) for each in shown]
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        assert (await _drafts(ann, PART, edited())).status_code == 303
        assert "Draft by Ann" in await _opens(bo, PART)
        assert (await _approves(ann, PART, edited())).status_code == 409, "never the writer"
        assert (await _approves(bo, PART, "something else")).status_code == 409, "not what was read"
        assert not any([await each.look() for each in processes])
        assert (await _approves(bo, PART, edited())).status_code == 303
        history = await _opens(bo, PART)
    assert "written by Ann, approved by Bo" in history
    noted = [(row.who, row.about) for row in await console.house.audit.listed(None) if row.deed is Deed.TEXT]
    assert noted == [("bo", PART.replace("#", ":"))]
    assert all([await each.look() for each in processes])
    for (laid,) in shown:
        text = laid.languages["ar"].topics["threats"]
        assert text.title.startswith("+")
        assert text.status is Status.REVIEWED
    assert console.house.content.languages["ar"].topics["threats"].status is Status.REVIEWED


SIXTY_ONE = " ".join(["so"] * 61)


@pytest.mark.parametrize(
    ("old", "said", "told_en", "told_sv"),
    [
        (
            FIRST,
            f"You can talk to your parents. {FIRST}",
            "self, message 1: “talk to your parents” sends the reader to the family, or mediates.",
            "self, meddelande 1: ”talk to your parents” skickar läsaren till familjen eller medlar.",
        ),
        (
            "Call 112",
            "Call somebody",
            "self, message 1: 112 is missing. Whoever is in danger has to see the number here (rule A6.1).",
            "self, meddelande 1: 112 saknas. Den som är i fara ska se numret här (regel A6.1).",
        ),
        (
            FIRST,
            f"112. {SIXTY_ONE[3:]}\n\n{FIRST}",
            "self, message 1: The message has 61 words. At most 60, so that it fits into a chat.",
            "self, meddelande 1: Meddelandet har 61 ord. Högst 60, så att det ryms i en chatt.",
        ),
    ],
)
async def test_two_people_together_cannot_publish_what_breaks_a_rule(
    console: Console, old: str, said: str, told_en: str, told_sv: str
) -> None:
    text = english(said, old)
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        saved = await _drafts(ann, ENGLISH, text)
        assert saved.status_code == 303, "a draft is kept, with a warning"
        warned = await _opens(ann, ENGLISH)
        assert told_en in warned
        refused = await _approves(bo, ENGLISH, text)
        assert refused.status_code == 409
        assert told_en in unescape(refused.text)
        assert "Approve and publish" not in refused.text
        await bo.post("/language", language="sv", page="texts")
        assert told_sv in await _opens(bo, ENGLISH)
    async with console.sessions() as session:
        assert not list(await session.scalars(select(PublishedRow)))


async def test_a_number_cannot_leave_the_directory_while_a_text_names_it(console: Console) -> None:
    part = "services.yml#polisen"
    text = (shipped_text(part) or "").replace('"114 14"', '"114 15"')
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        await _drafts(ann, part, text)
        refused = await _approves(bo, part, text)
    assert refused.status_code == 409
    assert "In ar/topics/threats.md: " in refused.text
    assert "The number 11414 is not in the directory." in refused.text


async def test_a_language_may_go_first_and_the_others_are_marked(console: Console) -> None:
    part, old = "sv/topics/threats.md", "Ring 112."
    text = (shipped_text(part) or "").replace(old, f"{old} Du kan ringa 116 111 också.", 1)
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        assert "Breaks a rule" not in (await ann.get("/texts")).text
        await _drafts(ann, part, text)
        assert (await _approves(bo, part, text)).status_code == 303
        rows = re.findall(r"<tr>.*?</tr>", (await ann.get("/texts")).text, re.DOTALL)
        marked = [row for row in rows if "Breaks a rule" in row]
        await _drafts(bo, PART, edited())
        assert "self, message 1: The numbers differ" in await _opens(bo, PART)
    languages = {found[1] for row in marked if (found := re.search(r'th scope="row" lang="(\w+)"', row))}
    assert languages == {"ar", "fa", "so", "ckb", "ti"}
    assert len(marked) == 5


@pytest.mark.parametrize(
    ("part", "old", "new", "told"),
    [
        (PART, "review: 20", "review: x20", ("`review` has to be a date", "`review` ska vara ett datum")),
        (PART, "next: [", "next: [nothing, ", ("next: There is no text called", "next: Det finns ingen text som")),
        (PART, "review: 2027-05", "review: 2027-25", ("line 2: This cannot be read", "rad 2: Det här går inte")),
        (PART, "owner: ", "owner: \x07", ("This cannot be read", "Det här går inte att läsa")),
        (PART, "---\n", "", ("The text has to begin", "Texten ska börja")),
        (PART, "[CRM-06", "[CRM-99", ("CRM-99: There is no fact", "CRM-99: Det finns inget faktum")),
        ("ar/flow.yml#language", "status: machine", "status: x", ("status: `status` is one", "status: `status` är en")),
        ("ar/flow.yml#language", "rtl", "x", ("direction: `direction` is one", "direction: `direction` är en")),
        ("en/page.yml#first", "heading: ", "heading: '{' #", ("very ones of the other", "exakt samma platshållare")),
        (BRIS, "access: direct", "access: any", ("access: 'any' is none of", "access: 'any' är inget av")),
        (BRIS, "- id: bris", "- id: other", ("called bris", "med namnet bris")),
        (
            "desks/demo.yml",
            "hours: null",
            'hours: ["mon 9-16"]',
            ("hours: `mon 9-16` is no", "hours: `mon 9-16` är ingen"),
        ),
        (
            "desks/demo.yml",
            "capacity: 5",
            "capacity: 0",
            ("capacity: It has to be a whole", "capacity: Det ska vara ett"),
        ),
        ("en/telegram.yml#other", "{name}", "{nobody}", ("very ones of the other", "exakt samma platshållare")),
        ("en/page.yml#first", "heading: ", "heading: [] #", ("`first.heading` has to be", "`first.heading` ska vara")),
        ("en/page.yml#first", "first:", "first: &a\n  x: *a\n  y:", ("Anchors (&)", "Ankare (&)")),
    ],
)
async def test_a_draft_that_cannot_be_used_is_kept_and_not_published(
    console: Console, part: str, old: str, new: str, told: tuple[str, str]
) -> None:
    broken = (shipped_text(part) or "").replace(old, new, 1)
    assert broken != shipped_text(part)
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        assert (await _drafts(ann, part, broken)).status_code == 303
        page = await _opens(bo, part)
        assert "cannot be published yet" in page
        assert told[0] in page
        assert (await console.house.library.drafts.all())[part].text.strip() == broken.strip()
        await bo.post("/language", language="sv", page="texts")
        assert told[1] in await _opens(bo, part)
        assert (await _approves(bo, part, broken)).status_code == 409
    async with console.sessions() as session:
        assert not list(await session.scalars(select(PublishedRow)))


async def test_what_is_too_long_comes_back_and_is_not_kept(console: Console) -> None:
    text = edited() + "ሀ" * (LONGEST - len(edited()) - 1)
    async with console.signed_in("ann", "coordinator") as ann:
        assert (await _drafts(ann, PART, text)).status_code == 303
        more = await _drafts(ann, PART, text + "ሀ")
    assert more.status_code == 413
    assert f"Not saved: the text has {LONGEST + 1} characters, at most {LONGEST}." in more.text
    assert text.strip() + "ሀ" in unescape(more.text)


@ON_BOTH
async def test_the_second_to_save_is_told_and_sees_both(console: Console) -> None:
    mine, theirs = english(f"Mine. {FIRST}"), english(f"Theirs. {FIRST}")
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        base = _base(await _opens(ann, ENGLISH))
        assert _base(await _opens(bo, ENGLISH)) == base
        assert (await ann.post("/edit", part=ENGLISH, text=theirs, base=base)).status_code == 303
        refused = await bo.post("/edit", part=ENGLISH, text=mine, base=base)
        assert refused.status_code == 409
        page = unescape(refused.text)
        assert "somebody else changed it meanwhile" in page
        assert mine in page
        assert theirs in page
        assert (await console.house.library.drafts.all())[ENGLISH].text == theirs
        assert (await bo.post("/edit", part=ENGLISH, text=mine, base=_base(refused.text))).status_code == 303
        assert (await console.house.library.drafts.all())[ENGLISH].text == mine
        gone = await ann.post("/edit/discard", part=ENGLISH, mark=mark_of(theirs))
        assert gone.status_code == 409, "not the draft that was seen"
        assert (await _approves(ann, ENGLISH, mine)).status_code == 409, "she wrote in it too"
        assert (await ann.post("/edit/discard", part=ENGLISH, mark=mark_of(mine), sure="yes")).status_code == 303


async def test_whoever_was_signed_out_meanwhile_loses_no_word(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        base = _base(await _opens(ann, ENGLISH))
        form: dict[str, str] = {"part": ENGLISH, "text": english(f"Long. {FIRST}"), "base": base}
        await ann.post("/sign-out")
        kept = await ann.post("/edit", None, **form)
        assert kept.status_code == 401
        assert "You are signed out" in kept.text
        assert form["text"].strip() in unescape(kept.text)
        old = ann.form_token
        assert (await ann.sign_in("ann")).status_code == 303
        again = await ann.post("/edit", None, **form, form_token=old)
        assert again.status_code == 403
        assert "Save once more" in again.text
        assert form["text"].strip() in unescape(again.text)
        assert await console.house.library.drafts.all() == {}
        assert (await ann.post("/edit", None, **form)).status_code == 303
        foreign = await ann.post("/edit", {"origin": "https://evil.example"}, **form)
        assert foreign.status_code == 403
        assert "Long. " not in foreign.text, "another site's words are not shown"


async def test_words_for_a_place_that_is_gone_come_back(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        gone = await ann.post("/edit", part="sv/topics/gone.md", text="Kept words", base="x")
        assert (await ann.post("/edit", part="../secret", text="Kept words", base="x")).status_code == 404
    assert gone.status_code == 410
    assert "Kept words" in gone.text
    assert "an update has taken away the place" in gone.text


async def test_a_publication_is_undone_by_one(console: Console, content: Content) -> None:
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        for title in ("+", "++"):
            text = edited().replace("title: +", f"title: {title}")
            await _drafts(ann, PART, text)
            assert (await _approves(bo, PART, text)).status_code == 303
        latest, first = await console.house.library.history(PART)
        assert (await ann.post("/edit/undo", part=PART, mark=mark_of(first.text))).status_code == 409
        for expected in ("+", "++"):  # the second takes the first one back
            mark = mark_of((await console.house.library.history(PART))[0].text)
            assert (await ann.post("/edit/undo", part=PART, mark=mark)).status_code == 303
            title = console.house.content.languages["ar"].topics["threats"].title
            assert title == expected + content.languages["ar"].topics["threats"].title
        await ann.post("/directory/checked", service="bris")
        mark = mark_of((await console.house.library.history(BRIS))[0].text)
        assert (await ann.post("/edit/undo", part=BRIS, mark=mark)).status_code == 303
        assert console.house.content.services["bris"].checked is None
        assert "back to what is shipped, by Ann" in await _opens(ann, BRIS)
    assert latest.text != first.text


@ON_BOTH
async def test_a_publication_waits_for_one_that_has_its_number_already(console: Console) -> None:
    """A database hands out numbers before others see the row: a console that saw the later one first would never look
    for the other."""
    async with console.signed_in("ann", "coordinator") as ann:
        async with console.sessions.begin() as session:
            await one_at_a_time(session, PUBLICATION)
            session.add(PublishedRow(part="en/topics/threats.md", text="", writer="A", approver="B", day=1))
            await session.flush()
            click = asyncio.create_task(ann.post("/directory/checked", service="bris"))
            await asyncio.wait([click], timeout=3)
            assert not click.done()
        assert (await click).status_code == 303
    async with console.sessions() as session:
        rows = await session.execute(select(PublishedRow.part).order_by(PublishedRow.number))
        assert [row.part for row in rows] == ["en/topics/threats.md", BRIS]


async def test_a_service_is_checked_in_one_click(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        assert (await ann.post("/directory/checked", service="bris")).status_code == 303
        page = (await ann.get("/directory")).text
        packed = zipfile.ZipFile(io.BytesIO((await ann.get("/texts/export")).content))
    today = datetime.now(UTC).date()
    assert console.house.content.services["bris"].checked == today
    assert f"Checked {today}" in page
    assert packed.namelist() == ["services.yml"]


async def test_a_language_is_reviewed_when_all_its_sections_are_approved(console: Console) -> None:
    part = "ar/flow.yml#language"
    claimed = (shipped_text(part) or "").replace("status: machine", "status: reviewed")
    assert "reviewed" in claimed
    others = [section for section in sections("ar") if section != part]
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        await _drafts(ann, part, claimed)
        assert "A language is reviewed only when all its parts are approved." in await _opens(bo, part)
        assert (await _approves(bo, part, claimed)).status_code == 409
    async with console.sessions.begin() as session:
        for section in others:
            text = shipped_text(section) or ""
            session.add(PublishedRow(part=section, text=text, writer="Ann", approver="Bo", day=1))
    await console.house.library.refresh()
    async with console.browser() as bo:
        await bo.sign_in("bo")
        assert (await _approves(bo, part, claimed)).status_code == 303
        assert _status(console) is Status.REVIEWED
        mark = mark_of((await console.house.library.history(others[0]))[0].text)
        assert (await bo.post("/edit/undo", part=others[0], mark=mark)).status_code == 303
    assert _status(console) is Status.MACHINE
    assert part in console.house.library.aside


def _status(console: Console) -> Status:
    return console.house.content.languages["ar"].status


GONE = {
    "services.yml#gone": "- id: gone\n",
    "sv/topics/gone.md": "---\ntitle: Borta\n---\n",
    "xx/page.yml#first": "first: {heading: x}\n",
    "sv/topics/threats.md": "no text at all",
}


async def test_a_place_that_an_update_took_away_is_kept_aside(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path, engine.staff, content) as console:
        await console.add("ann", "coordinator")
        async with console.browser() as ann:
            await ann.sign_in("ann")
            await ann.post("/directory/checked", service="bris")
        async with console.sessions.begin() as session:
            for part, text in GONE.items():
                session.add(PublishedRow(part=part, text=text, writer="Ann", approver="Bo", day=1))
            draft = DraftRow(part="sv/topics/away.md", text="Ett utkast", writers="x", writer="Ann", day=1)
            session.add(draft)
    async with started(tmp_path, engine.staff, content) as again:
        again.used = console.used  # a code counts once, also in a console that began anew
        assert again.house.content.services["bris"].checked is not None, "the others still hold"
        assert again.house.library.aside == GONE
        async with again.browser() as ann:
            await ann.sign_in("ann")
            page = unescape((await ann.get("/texts")).text)
            assert (await ann.get("/texts/export")).status_code == 200
        for text in (*GONE, "title: Borta", "sv/topics/away.md", "Ett utkast"):
            assert text in page


async def test_the_console_puts_it_back_into_an_engine_that_began_anew(
    console: Console, engine: Engine, visitor_end: RedisVisitorEnd
) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        await ann.post("/directory/checked", service="bris")
    before = await visitor_end.mark()
    with engine.client() as admin:
        admin.flushall()
    await console.house.library.put()
    assert before is not None
    assert await visitor_end.mark() == before


@ON_BOTH
async def test_it_survives_the_console(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path, engine.staff, content) as console, console.signed_in("ann", "coordinator") as ann:
        await ann.post("/directory/checked", service="bris")
    async with started(tmp_path, engine.staff, content) as again:
        assert again.house.content.services["bris"].checked is not None


@pytest.mark.parametrize(
    "document",
    [b"no", b'{"parts": {"facts.yml": ""}}', b'{"parts": {"services.yml#bris": "- id: bris"}}'],
)
async def test_a_broken_edition_leaves_what_was(
    console: Console, content: Content, visitor_end: RedisVisitorEnd, document: bytes
) -> None:
    shown: list[Content] = []
    editions = Editions(visitor_end, content, shown.append)
    await console.house.staff_end.publish(Edition(7, digest(document), document))
    assert not await editions.look()
    assert not await editions.look()
    assert shown == []


def test_a_desk_is_its_own_coordinators_matter() -> None:
    assert may_edit(Role.COORDINATOR, "demo", "desks/demo.yml")
    assert not may_edit(Role.COORDINATOR, "demo", "desks/gapf.yml")
    assert may_edit(Role.COORDINATOR, "demo", PART)
    assert not may_edit(Role.STAFF, "demo", PART)


def test_what_is_approved_gets_a_review_that_lies_ahead() -> None:
    text = stamped(PART, edited(), datetime(2030, 1, 1, tzinfo=UTC).date())
    assert "status: reviewed\n" in text
    assert "checked: 2030-01-01\n" in text
    assert "review: 2030-07-02\n" in text
