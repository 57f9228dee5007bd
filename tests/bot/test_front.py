"""The first page is made once a minute for everybody: it mixes nothing up, and tells nobody of anybody."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import pytest

from bot.main import create_app
from bot.settings import BotSettings
from bot.web.front import MINUTE, Front, keep_fresh
from bot.web.plain import first_view
from bot.web.site import Site
from dialogues.hours import SWEDEN
from dialogues.overlay import digest, shipped_text, write_document
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import Edition
from handover.visitor_redis import RedisVisitorEnd
from tests.bot.conftest import Clock, make_settings, until
from tests.engines import Engine

_STATE = re.compile(r'name="state" value="([^"]+)"')


def state_of(page: str) -> str:
    found = _STATE.search(page)
    assert found is not None
    return found[1]


def without_state(page: str) -> str:
    return page.replace(state_of(page), "")


async def get(client: httpx.AsyncClient, language: str = "en", **headers: str) -> str:
    answer = await client.get("/", headers={"accept-language": language, **headers})
    assert answer.status_code == 200
    return answer.text


@asynccontextmanager
async def visiting(settings: BotSettings, content: Content, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    end = RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits)
    app = create_app(settings, end, content, now=clock)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://visitor.test") as client,
    ):
        yield client


async def test_every_language_has_its_own_page_in_its_own_direction_whoever_came_before(
    client: httpx.AsyncClient, site: Site
) -> None:
    languages = sorted(site.words.languages())
    for language in (*languages, *reversed(languages)):
        page = await get(client, language)
        assert f'<html lang="{language}" dir="{site.views.direction(language)}">' in page
        assert without_state(page) == without_state(first_view(site, language))
        assert site.tokens.open_state(state_of(page)) == site.reception.open(language).state


async def test_the_packed_page_is_the_same_page(client: httpx.AsyncClient) -> None:
    for language in ("sv", "ar", "sv"):
        async with client.stream(
            "GET", "/", headers={"accept-language": language, "accept-encoding": "gzip"}
        ) as packed:
            assert packed.headers["content-encoding"] == "gzip"
            body = b"".join([part async for part in packed.aiter_raw()])
        assert gzip.decompress(body).decode() == await get(client, language, **{"accept-encoding": "identity"})
        assert body[4:8] == bytes(4)  # no time of the machine


async def test_everybody_who_comes_in_a_minute_has_the_same_state_and_no_later_one_has_it(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = clock.now // MINUTE * MINUTE
    first = await get(client)
    clock.now += MINUTE - 0.001
    assert await get(client) == first
    clock.now += 0.001
    assert state_of(await get(client)) != state_of(first)
    clock.now -= 2 * MINUTE  # the machine's clock was put right: what is from the future would be refused
    assert state_of(await get(client)) not in {state_of(first), ""}


async def test_doors_open_and_close_on_the_page_in_their_minute(
    client: httpx.AsyncClient, site: Site, clock: Clock
) -> None:
    """Through a day, just before each half hour and when it begins."""
    begins = datetime(2027, 1, 15, tzinfo=SWEDEN).timestamp()
    shown = set()
    for half_hour in range(1, 48):
        for second in (-0.1, 0):
            clock.now = begins + half_hour * 30 * MINUTE + second
            page = without_state(await get(client, "sv"))
            assert page == without_state(first_view(site, "sv"))
            shown.add(page)
    assert len(shown) > 1  # they do change


async def test_two_desks_and_two_ways_out_have_two_pages(engine: Engine, content: Content, clock: Clock) -> None:
    desk = next(id for id in content.desks if id != "demo" and content.desks[id].names != content.desks["demo"].names)
    other = make_settings(engine, desk=desk, exit_url="https://www.example.org/elsewhere", title="Recept")
    async with visiting(make_settings(engine), content, clock) as one, visiting(other, content, clock) as two:
        for _ in range(2):
            for language in ("sv", "en"):
                first, second = await get(one, language), await get(two, language)
                assert 'href="https://www.smhi.se/"' in first
                assert 'href="https://www.smhi.se/"' not in second
                assert 'href="https://www.example.org/elsewhere"' in second
                assert "<title>Recept</title>" in second
                assert "<title>Recept</title>" not in first
                names = content.desks[desk].names
                assert names.get(language, "") in second
                assert names.get(language, names["sv"]) not in first


async def test_what_is_published_is_on_the_page_at_once(
    client: httpx.AsyncClient, engine: Engine, settings: BotSettings
) -> None:
    """The clock of this test stands still."""
    before = await get(client)
    part = "en/page.yml#first"
    shipped = shipped_text(part)
    assert shipped is not None
    document = write_document({part: re.sub(r"(?m)^( *heading:).*$", r"\1 Another heading", shipped)})
    end = RedisStaffEnd(engine.staff, settings.limits)
    await end.open()
    try:
        assert await end.publish(Edition(1, digest(document), document))
    finally:
        await end.close()

    async def published() -> bool:
        return "Another heading" in await get(client)

    await until(published)
    assert "Another heading" not in before


async def test_all_languages_are_made_at_the_beginning_of_a_minute_whoever_comes() -> None:
    made: list[str] = []
    at = 3 * MINUTE - 0.01

    def make(language: str) -> str:
        made.append(language)
        return language

    front = Front(make, ("sv", "en", "ti"), lambda: at)
    keeping = asyncio.create_task(keep_fresh(lambda: front))
    await asyncio.sleep(0)  # now it waits for the minute's end
    front.page("en")
    assert made == ["en"]
    at = 3 * MINUTE

    async def all_made() -> bool:
        return sorted(made) == ["en", "en", "sv", "ti"]

    await until(all_made)
    for language in ("sv", "en", "ti"):
        assert front.page(language).plain == language.encode()
    assert len(made) == 4  # nobody who comes makes one
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
