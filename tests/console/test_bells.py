"""Notifications: who is told that somebody waits, when, with what, and when nobody is told any more."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from console.bells import EVERY, SAYS
from console.courier import Courier
from console.language import load_words
from console.signins import SignedIn
from console.tables import BellRow
from console.views import SHOWN_ROWS, handle_of
from dialogues.values import Content
from safety.text64 import read64
from tests.console.conftest import ON_BOTH, Clock, Console, started
from tests.console.desks import Live, Page, serving
from tests.console.push_service import Browser, PushService, push_service
from tests.engines import Engine

WORKER = Path(__file__).parents[2] / "console" / "static" / "bell.js"


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[PushService]:
    async with push_service(tmp_path) as service:
        yield service


@pytest_asyncio.fixture
async def live(tmp_path: Path, engine: Engine, content: Content, service: PushService) -> AsyncIterator[Live]:
    steady = Clock(1000.0)
    parts: dict[str, Any] = {"steady": steady, "courier": Courier(service.trust, inside=True)}
    async with started(tmp_path, engine.staff, content, clocks=parts) as console, serving(console, engine) as live:
        yield live


async def found(live: Live, token: str) -> SignedIn:
    signed_in = await live.console.house.signins.find(token)
    assert signed_in is not None
    return signed_in


async def hang(live: Live, token: str, browser: Browser) -> None:
    assert await live.console.house.bells.hang(await found(live, token), **browser.fields)


async def hung(live: Live) -> int:
    async with live.console.sessions() as session:
        return await session.scalar(select(func.count()).select_from(BellRow)) or 0


@asynccontextmanager
async def out_of_sight(live: Live, token: str) -> AsyncIterator[Page]:
    """A desk on duty in the background, which has seen who waits."""
    async with live.page(token) as page:
        await page.goes_on_duty()
        if not any(frame["type"] == "room" for frame in page.seen):
            await page.see("room")
        await page.send("visible", visible=False)
        await all_is_done(page)
        yield page


async def all_is_done(page: Page) -> None:
    """Frames are read in order: an answer to the last one says that those before it were done."""
    await page.send("hand", talk="A" * 22)
    await page.see("refused", talk="A" * 22)


async def test_who_is_on_duty_and_does_not_look_is_told_that_somebody_waits_and_nothing_else(
    live: Live, service: PushService
) -> None:
    token, browser = await live.token("kim"), service.browser()
    await hang(live, token, browser)
    async with out_of_sight(live, token) as page:
        ref = await live.visitor_joins(topic="threats")
        await page.see_waiting(ref)
        (pushed,) = await service.gets(1)
    assert browser.opens(pushed) == SAYS == b"waiting"
    assert len(pushed.body) == 16 + 4 + 1 + 65 + len(SAYS) + 1 + 16
    key, claims = service.sender(pushed)
    assert key == read64(live.console.house.bells.key)
    assert claims["aud"] == service.origin
    assert claims["sub"] == live.console.house.site.origin
    assert 0 < int(str(claims["exp"])) - live.console.house.clock() <= 24 * 3600
    assert pushed.path == "/push/one"
    wanted = {
        "host",
        "authorization",
        "content-encoding",
        "content-type",
        "content-length",
        "ttl",
        "urgency",
        "connection",
    }
    assert set(pushed.headers) == wanted
    assert (pushed.headers["ttl"], pushed.headers["content-encoding"]) == ("60", "aes128gcm")


async def test_one_person_is_told_once_a_minute(live: Live, service: PushService) -> None:
    token = await live.token("kim")
    await hang(live, token, service.browser())
    clock = live.console.house.steady
    assert isinstance(clock, Clock)
    async with out_of_sight(live, token) as page:
        for _ in range(3):
            await page.see_waiting(await live.visitor_joins())
        await service.gets(1)
        clock.now += EVERY - 1
        await page.see_waiting(await live.visitor_joins())
        await service.gets(1)
        clock.now += 1
        await page.see_waiting(await live.visitor_joins())
        await service.gets(2)


@pytest.mark.parametrize("why", ["visible", "paused", "off", "full", "switched off", "not said"])
async def test_it_is_quiet(live: Live, service: PushService, why: str) -> None:
    token, other = await live.token("kim"), await live.token("noor")
    await hang(live, token, service.browser("kim"))
    await hang(live, other, service.browser("noor"))
    async with out_of_sight(live, token) as page, out_of_sight(live, other) as control:
        match why:
            case "visible":
                await page.send("visible", visible=True)
            case "paused" | "off":
                await page.send("duty", to=why)
                await page.see("duty", duty=why)
            case "switched off":
                await live.console.house.bells.take_down(await found(live, token))
            case "full":
                await control.send("visible", visible=True)
                await all_is_done(control)
                for _ in range(live.console.house.limits.capacity):
                    await page.takes(await live.visitor_joins())
                await control.send("visible", visible=False)
            case "not said":
                pass
        for each in (page, control):
            await all_is_done(each)
        service.came.clear()
        live.console.house.bells._rung.clear()
        ref = await live.visitor_joins()
        await control.see_waiting(ref)
        pushed = await service.gets(2 if why == "not said" else 1)
    assert sorted(each.path for each in pushed) == (
        ["/push/kim", "/push/noor"] if why == "not said" else ["/push/noor"]
    )


async def test_who_waited_before_the_desk_was_opened_rings_for_nobody(live: Live, service: PushService) -> None:
    token = await live.token("kim")
    await hang(live, token, service.browser())
    before = await live.visitor_joins()
    async with out_of_sight(live, token) as page:
        await page.see_waiting(before)
        await service.gets(0)
        await page.see_waiting(await live.visitor_joins())
        await service.gets(1)


async def test_in_a_long_list_only_who_joins_rings_and_not_who_moves_up(live: Live, service: PushService) -> None:
    token, other = await live.token("kim"), await live.token("noor")
    await hang(live, token, service.browser())
    refs = [await live.visitor_joins() for _ in range(SHOWN_ROWS + 2)]
    async with out_of_sight(live, token) as page, live.page(other) as colleague:
        await colleague.goes_on_duty()
        await colleague.takes(refs[0])
        while handle_of(refs[SHOWN_ROWS]) not in [row["talk"] for row in (await page.see("room"))["rows"]]:
            pass
        await all_is_done(page)
        await service.gets(0)
        await live.visitor_joins()
        await page.see("room", total=SHOWN_ROWS + 2)
        await service.gets(1)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(live: Live, service: PushService, status: int) -> None:
    token = await live.token("kim")
    await hang(live, token, service.browser())
    service.status = status
    live.console.house.bells.ring((await found(live, token)).member.id)
    await service.gets(1)
    async with asyncio.timeout(10):
        while await hung(live):  # noqa: ASYNC110  # a table has no event
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("status", [201, 301, 429, 500])
async def test_one_that_only_failed_is_kept(live: Live, service: PushService, status: int) -> None:
    token = await live.token("kim")
    await hang(live, token, service.browser())
    service.status = status
    live.console.house.bells.ring((await found(live, token)).member.id)
    await service.gets(1)
    assert await hung(live) == 1


@ON_BOTH
async def test_signing_out_here_or_everywhere_erases_where_one_was_reached(live: Live, service: PushService) -> None:
    house = live.console.house
    tokens = [await live.token("kim")]
    staff = (await found(live, tokens[0])).member.id
    tokens += [await house.signins.start(staff, "en") for _ in range(2)]
    for name, token in zip("abc", tokens, strict=True):
        await hang(live, token, service.browser(name))
    assert await hung(live) == 3
    await house.signins.stop(tokens[0])
    assert await hung(live) == 2
    await house.signins.stop_all(staff)
    assert await hung(live) == 0


@ON_BOTH
async def test_a_browser_has_one_bell_and_what_is_none_is_refused(live: Live, service: PushService) -> None:
    token = await live.token("kim")
    signed_in, bells = await found(live, token), live.console.house.bells
    assert not await bells.hangs(signed_in)
    await hang(live, token, service.browser("one"))
    await hang(live, token, service.browser("two"))
    assert await bells.hangs(signed_in)
    assert await hung(live) == 1
    good = service.browser().fields
    for bad in (
        {"endpoint": "http://x.test/"},
        {"endpoint": ""},
        {"key": "AAAA"},
        {"key": "å"},
        {"auth": ""},
        {"auth": "A" * 30},
    ):
        assert not await bells.hang(signed_in, **{**good, **bad})
    assert await hung(live) == 1


async def test_the_account_page_offers_it_to_staff_and_the_doors_keep_it(console: Console) -> None:
    async with console.signed_in("kim") as kim, console.signed_in("boss", "coordinator") as boss:
        page = (await kim.get("/account")).text
        assert f'data-key="{console.house.bells.key}"' in page
        assert "data-on" not in page
        assert 'id="bell"' not in (await boss.get("/account")).text
        assert (await boss.post("/account/bell")).status_code == 403
        browser = Browser("https://push.example.com/x")
        assert (
            await kim.post("/account/bell", None, **{**browser.fields, "endpoint": "https://127.0.0.1/x"})
        ).status_code == 400
        assert (await kim.post("/account/bell", None, **browser.fields)).json() == {"code": "on"}
        assert "data-on" in (await kim.get("/account")).text
        assert (await kim.post("/account/bell/off")).json() == {"code": "off"}
        assert "data-on" not in (await kim.get("/account")).text


def test_the_worker_says_the_sentence_of_the_words_and_sees_no_page() -> None:
    script = WORKER.read_text(encoding="utf-8")
    said = dict(re.findall(r'\b(sv|en): "([^"]+)"', script))
    assert said == {language: words.for_script()["bell"] for language, words in load_words().items()}
    assert "fetch" not in re.sub(r"//.*", "", script)
