"""The pages to read before anything else: in every language, with the exit and 112, without a form, and adaptable."""

import re

import httpx
import pytest

from bot.main import create_app
from bot.web.notices import NOTICES
from bot.web.site import Site
from dialogues.values import Content
from handover.visitor_redis import RedisVisitorEnd
from tests.bot.conftest import POLICY, make_settings
from tests.engines import Engine

LANGUAGES = ("sv", "en", "ar", "fa", "so", "ckb", "ti")


def shown(page: str) -> str:
    return page.split('<script type="application/json"')[0].partition("<body")[2]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", NOTICES)
async def test_it_is_there_in_every_language(
    client: httpx.AsyncClient, site: Site, address: str, language: str
) -> None:
    answer = await client.get(f"{address}?lang={language}", headers={"accept-language": "sv"})
    words = site.words.of(language)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    heading, parts = NOTICES[address]
    for key in (heading, *(part.heading for part in parts), *(key for part in parts for key in part.texts)):
        assert words[key] and "{" not in words[key], key
    assert words[heading] in answer.text
    assert {name: answer.headers[name] for name in POLICY} == POLICY


@pytest.mark.parametrize("address", NOTICES)
async def test_it_carries_the_exit_and_112_and_asks_for_nothing(client: httpx.AsyncClient, address: str) -> None:
    page = shown((await client.get(address, headers={"accept-language": "en"})).text)
    assert 'id="exit" href="https://www.smhi.se/" target="_top" rel="noreferrer"' in page
    assert 'href="tel:112"' in page
    assert not re.search(r"<(form|input|textarea|button(?! type=.button. class=.skip))\b", page)
    assert set(re.findall(r'href="(https?://[^"]*)"', page)) == {"https://www.smhi.se/"}


@pytest.mark.parametrize("address", NOTICES)
async def test_it_says_what_is_not_erased_because_somebody_may_come_there_first(
    client: httpx.AsyncClient, address: str
) -> None:
    page = shown((await client.get(address, headers={"accept-language": "en"})).text)
    for trace in ("history", "phone", "Telegram", "private window", "another device"):
        assert trace in page, trace


async def test_the_first_view_links_to_both_in_its_own_language(client: httpx.AsyncClient) -> None:
    page = (await client.get("/", headers={"accept-language": "fa"})).text
    for address in NOTICES:
        assert f'href="{address}?lang=fa"' in page


async def test_what_is_said_on_them_is_not_part_of_the_first_page(client: httpx.AsyncClient, content: Content) -> None:
    page = (await client.get("/")).text
    sentences = content.languages["en"].page
    left = [key for key in sentences if key.startswith(("privacy.", "access.")) and key.endswith("-text")]
    assert len(left) == 8
    assert [key for key in left if sentences[key] in page or key in page] == []


async def test_a_language_that_is_not_ours_gives_the_browsers(client: httpx.AsyncClient) -> None:
    for asked in ("?lang=xx", "?lang=", "?lang=../sv", "?other=1", ""):
        page = (await client.get(f"/privacy{asked}", headers={"accept-language": "en"})).text
        assert '<html lang="en"' in page and "../" not in page


async def test_who_is_responsible_is_named_and_escaped(engine: Engine, content: Content) -> None:
    settings = make_settings(engine, responsible="Exempelkommun <b>, 010-12 34 56")
    app = create_app(settings, RedisVisitorEnd(engine.visitor, settings.limits), content)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://visitor.test") as client:
        for address in NOTICES:
            page = (await client.get(address, headers={"accept-language": "en"})).text
            assert "Exempelkommun &lt;b&gt;, 010-12 34 56" in page
            assert "has not been filled in" not in page


async def test_without_a_name_it_says_that_none_is_filled_in(client: httpx.AsyncClient) -> None:
    for address in NOTICES:
        assert "has not been filled in here yet" in (await client.get(address, headers={"accept-language": "en"})).text
