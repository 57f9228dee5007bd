"""Where an operator has no codes to come back with (FRISTAD_CODES): no page speaks of them, and nothing can be left."""

from html import unescape
from typing import Any

import httpx
import pytest

from bot.settings import BotSettings
from bot.web.notices import NOTICES
from bot.web.site import Site
from safety.desks import sign_desk
from safety.devices import VALID
from safety.text64 import read64, write64
from tests.bot.conftest import DESK, ORGANISATION, Colleague, make_settings
from tests.engines import Engine
from tests.sealed_letters import CodeHolder, DeskEnd

SENTENCES = ("first.more-codes", "plain.codes", "menu.codes")
VISITOR = CodeHolder(ORGANISATION)
LOCATOR = write64(VISITOR.locator)


@pytest.fixture(params=[True, False], ids=["with codes", "without"])
def settings(engine: Engine, request: pytest.FixtureRequest) -> BotSettings:
    return make_settings(engine, codes=request.param)


@pytest.fixture
async def line(site: Site, kim: Colleague) -> str:
    """The desk's key, offered by a console that does not know of the setting."""
    line = sign_desk(ORGANISATION.private, DESK, read64(DeskEnd(ORGANISATION).key), site.today() + VALID)
    await kim.end.offer(DESK, line, 60)
    return line


async def test_pages_speak_of_them_or_do_not(client: httpx.AsyncClient, site: Site) -> None:
    spoken = set()
    for language in site.words.languages():
        pages = [(await client.get("/", headers={"accept-language": language})).text]
        pages += [(await client.get(f"{address}?lang={language}")).text for address in NOTICES]
        words = site.words.of(language)
        shown = [unescape(page.split('<script type="application/json"')[0]) for page in pages]
        spoken.add(tuple(any(words[key] in page for page in shown) for key in SENTENCES))
        assert words["menu.summary"] in shown[0]
    assert spoken == {(site.settings.codes,) * len(SENTENCES)}


async def test_what_is_fetched_for_them_is_named_or_is_not(client: httpx.AsyncClient, site: Site) -> None:
    page = (await client.get("/")).text
    assert [name in page for name in (asset.name for asset in site.assets.box.said.values())] == (
        [site.settings.codes] * len(site.words.languages())
    )


async def test_whoever_finds_nobody_is_offered_to_leave_a_message_or_is_not(
    client: httpx.AsyncClient, site: Site, line: str
) -> None:
    state, told = site.tokens.seal_state(site.reception.open("en").state), {}
    for choice in ("person", "join"):
        told = (await client.post("/turn", json={"state": state, "input": {"choice": choice}})).json()
        state = told["state"]
    assert told["choices"]
    assert ("codes" in [choice["id"] for choice in told["choices"]]) == site.settings.codes
    assert line


@pytest.mark.parametrize("asked", [{"do": "look"}, {"do": "look", "box": LOCATOR}, {"do": "erase", "box": LOCATOR}])
async def test_its_address_is_there_or_is_not(client: httpx.AsyncClient, site: Site, asked: dict[str, Any]) -> None:
    answer = await client.post("/post", json=asked)
    assert (answer.status_code == 200) == site.settings.codes
    assert answer.status_code in {200, 404}


async def test_nothing_is_left_where_there_are_none(
    client: httpx.AsyncClient, site: Site, kim: Colleague, line: str
) -> None:
    body = VISITOR.letter(line, "words of the visitor").body
    letter = {"number": 1, "after": 0, "visitor": VISITOR.key, "line": line, "body": body, "days": 7}
    answer = await client.post("/post", json={"do": "leave", "box": LOCATOR, "letter": letter})
    if site.settings.codes:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 404
        assert "112" in answer.text
        assert await kim.end.posted(DESK) == []
