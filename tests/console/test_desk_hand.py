"""A desk's page is given what it can send to a visitor, in that visitor's language, and only for a talk in hand."""

from collections.abc import AsyncIterator

import pytest_asyncio

from console.views import handle_of
from handover.values import Briefing, Channel
from tests.console.conftest import Console
from tests.console.desks import Live, serving
from tests.engines import Engine


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def test_what_is_at_hand_is_in_both_languages_and_told_when_nobody_reviewed_it(live: Live) -> None:
    ref = await live.visitor_joins(topic="threats", audience="friend", age_band="16_17")
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("hand", talk=handle_of(ref))
        hand = await page.see("hand", talk=handle_of(ref))
    texts = live.console.house.content.languages
    staff = live.console.house.words["en"]
    assert [(each["own"], each["theirs"]) for each in hand["phrases"]] == [
        (text, texts["sv"].flow[key]) for key, text in texts["en"].flow.items() if key.startswith("phrase.")
    ]
    assert {each["language"] for each in hand["phrases"]} == {"sv"}
    assert {each["status"] for each in hand["phrases"]} == {staff("status.draft")}
    assert hand["texts"][0]["title"] == texts["en"].topics["threats"].title
    assert "112" in hand["cards"][0]["own"]


async def test_a_visitors_other_language_stands_beside(live: Live) -> None:
    ref = await live.visitor_joins()
    await live.visitor.brief(ref, Briefing("ar", Channel.WEB, topic="no such topic", audience="x", county="y"))
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("hand", talk=handle_of(ref))
        hand = await page.see("hand")
    arabic = live.console.house.content.languages["ar"]
    assert [each["theirs"] for each in hand["phrases"]] == [
        text for key, text in arabic.flow.items() if key.startswith("phrase.")
    ]
    assert {each["language"] for each in hand["phrases"]} == {"ar"}
    assert len(hand["texts"]) > 100
    assert hand["cards"]


async def test_nothing_is_at_hand_for_a_talk_of_somebody_else(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as kim, live.page(await live.token("noor")) as noor:
        await kim.goes_on_duty()
        await kim.takes(ref)
        await noor.send("hand", talk=handle_of(ref))
        await noor.see("refused", code="not_yours", talk=handle_of(ref))
