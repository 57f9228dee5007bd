"""The beacon of the exit."""

import httpx
import pytest

from bot.web.site import Site
from bot.web.state import Talk
from handover.values import Briefing, Channel, Gone, Joined, Pseudonym
from tests.bot.conftest import DESK


async def test_the_beacon_erases_the_talk_and_may_come_twice(client: httpx.AsyncClient, site: Site) -> None:
    joined = await site.end.join(DESK, Briefing("en", Channel.WEB), Pseudonym(1, 2))
    assert isinstance(joined, Joined)
    token = site.tokens.seal_talk(Talk(joined.ref, Channel.WEB))
    for _ in range(2):
        answer = await client.post("/leave", content=token, headers={"content-type": "text/plain"})
        assert answer.status_code == 204
        assert answer.headers["clear-site-data"] == '"cookies", "storage"'
    assert isinstance(await site.end.attend(joined.ref), Gone)


@pytest.mark.parametrize("body", [b"", b"canary-7f3a", b"\xff" * 100, b"A" * 15_000])
async def test_a_beacon_that_is_none_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/leave", content=body)
    assert answer.status_code == 400
    assert "canary-7f3a" not in answer.text
    assert answer.json()["call"] == "112"
