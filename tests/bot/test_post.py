"""The address of left letters: what it takes, what it gives, what it costs, and what it never shows or keeps."""

import secrets
from typing import Any

import httpx
import pytest

from bot.main import create_app
from bot.toll import Paid, Toll
from bot.web.site import Site
from dialogues.values import Content
from handover.post import LONGEST, Box, Posted
from handover.staff_redis import RedisStaffEnd
from handover.visitor_redis import RedisVisitorEnd
from safety.buckets import Buckets
from safety.desks import sign_desk
from safety.devices import VALID
from safety.price import FREE_BOXES, MAKING
from safety.text64 import read64, write64
from tests.bot.conftest import DESK, ORGANISATION, Clock, Colleague, frozen
from tests.engines import Engine
from tests.sealed_letters import CodeHolder, DeskEnd
from tests.solver import solve

VISITOR = CodeHolder(ORGANISATION)
OURS = DeskEnd(ORGANISATION)
LOCATOR = write64(VISITOR.locator)


@pytest.fixture
def staff_end(kim: Colleague) -> RedisStaffEnd:
    return kim.end


@pytest.fixture
def line(site: Site) -> str:
    return sign_desk(ORGANISATION.private, DESK, read64(OURS.key), site.today() + VALID)


@pytest.fixture
async def letter(line: str, staff_end: RedisStaffEnd) -> dict[str, Any]:
    """Sealed to the key that is offered."""
    await staff_end.offer(DESK, line, 60)
    sealed = VISITOR.letter(line, "words of the visitor")
    return {"number": 1, "after": 0, "visitor": VISITOR.key, "line": line, "body": sealed.body, "days": 7}


async def asked(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """What a page gets, after the work that is asked for."""
    answer = await client.post("/post", json=body)
    told: dict[str, Any] = answer.json()
    if "question" in told:
        told = (await client.post("/post", json={**body, "work": solve(told["question"])})).json()
    return told


async def posted(staff: RedisStaffEnd) -> list[Posted]:
    return await staff.posted(DESK)


async def test_a_letter_is_left_and_lies_there(
    client: httpx.AsyncClient, site: Site, staff_end: RedisStaffEnd, letter: dict[str, Any], line: str
) -> None:
    assert await asked(client, do="look") == {"desk": DESK, "line": line, "found": False}
    assert await asked(client, do="leave", box=LOCATOR, letter=letter) == {"left": 1}
    told = await asked(client, do="look", box=LOCATOR)
    assert told["found"] and told["kept"] == 0 and told["until"] == site.today() + 7
    assert told["letters"] == [{"way": "up", "number": 1, "after": 0, "line": line, "body": letter["body"]}]
    (came,) = await posted(staff_end)
    assert (came.box, came.until, came.visitor) == (VISITOR.box, site.today() + 7, VISITOR.key)
    await staff_end.settle(DESK, came)
    assert (await asked(client, do="look", box=LOCATOR))["kept"] == 1


async def test_an_answer_comes_back_and_erasing_takes_all(
    client: httpx.AsyncClient, site: Site, staff_end: RedisStaffEnd, letter: dict[str, Any], line: str
) -> None:
    await asked(client, do="leave", box=LOCATOR, letter=letter)
    (came,) = await posted(staff_end)
    await staff_end.settle(DESK, came)
    answer = OURS.letter(VISITOR.key, VISITOR.box, "words of staff")
    await staff_end.place(DESK, VISITOR.box, Box(came.until, VISITOR.key, 1, (VISITOR.letter(line, "x"), answer)))
    down = (await asked(client, do="look", box=LOCATOR))["letters"][-1]
    assert (down["way"], down["body"]) == ("down", answer.body)
    assert await asked(client, do="erase", box=LOCATOR) == {"done": True}
    assert (await asked(client, do="look", box=LOCATOR))["erasing"]
    await staff_end.settle(DESK, (await posted(staff_end))[-1])
    assert await asked(client, do="look", box=LOCATOR) == {"desk": DESK, "line": line, "found": False}


async def test_the_engine_and_the_answers_never_hold_the_locator_or_a_word(
    client: httpx.AsyncClient, engine: Engine, letter: dict[str, Any]
) -> None:
    await asked(client, do="leave", box=LOCATOR, letter=letter)
    with engine.client() as admin:
        everything = b"".join((admin.dump(key) or b"") + key for key in admin.keys("*"))
    assert VISITOR.box.encode() in everything  # the scan finds what is there
    for secret in (LOCATOR.encode(), VISITOR.locator, b"words of the visitor", VISITOR.secret):
        assert secret not in everything
    assert LOCATOR not in (await client.post("/post", json={"do": "look", "box": LOCATOR})).text


async def test_the_longest_stay_is_a_setting_of_nobody(client: httpx.AsyncClient, letter: dict[str, Any]) -> None:
    for days in (0, LONGEST + 1, -1, 1.5, "7"):
        answer = await client.post("/post", json={"do": "leave", "box": LOCATOR, "letter": {**letter, "days": days}})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"body": "cGxhaW4gd29yZHM"},
        {"body": "*"},
        {"visitor": "x"},
        {"line": "x"},
        {"line": OURS.line.replace("BJ", "BK", 1)},
        {"line": DeskEnd(ORGANISATION, desk="another").line},
    ],
    ids=["plain", "no base64", "no key", "no line", "changed line", "another desk"],
)
async def test_what_no_device_of_the_desk_could_open_is_not_taken(
    client: httpx.AsyncClient, staff_end: RedisStaffEnd, letter: dict[str, Any], change: dict[str, str]
) -> None:
    answer = await client.post("/post", json={"do": "leave", "box": LOCATOR, "letter": {**letter, **change}})
    assert (answer.status_code, answer.json()) == (400, {"code": "bad"})
    assert await posted(staff_end) == []


@pytest.mark.parametrize("now", ["", "another"])
async def test_a_key_that_was_taken_back_takes_no_letter(
    client: httpx.AsyncClient, staff_end: RedisStaffEnd, letter: dict[str, Any], now: str
) -> None:
    await staff_end.offer(DESK, now and DeskEnd(ORGANISATION).line, 60)
    assert await asked(client, do="leave", box=LOCATOR, letter=letter) == {"code": "key"}
    assert await posted(staff_end) == []


async def test_a_wrong_locator_finds_nothing_and_a_malformed_one_is_refused(client: httpx.AsyncClient) -> None:
    other = write64(secrets.token_bytes(32))
    assert not (await asked(client, do="look", box=other))["found"]
    assert await asked(client, do="erase", box=other) == {"done": True}
    for wrong in ("x", "é" * 43, LOCATOR + "AAAA"):
        assert (await client.post("/post", json={"do": "look", "box": wrong})).json() == {"code": "bad"}
    assert (await client.post("/post", json={"do": "leave", "box": LOCATOR})).json() == {"code": "bad"}


async def guess(client: httpx.AsyncClient, times: int) -> dict[str, Any]:
    """What the last of so many guesses gets, none of which pays."""
    told: dict[str, Any] = {}
    for _ in range(times):
        told = (await client.post("/post", json={"do": "look", "box": write64(secrets.token_bytes(32))})).json()
    return told


def level(told: dict[str, Any]) -> int:
    return told["question"]["parameters"]["data"]["level"] if "question" in told else 0


async def test_guessing_costs_work_and_nobody_is_shut_out(client: httpx.AsyncClient) -> None:
    told = await guess(client, FREE_BOXES + 1)
    assert level(told) == 1
    body = {"do": "look", "box": LOCATOR, "work": solve(told["question"])}
    assert (await client.post("/post", json=body)).json()["found"] is False
    assert level((await client.post("/post", json=body)).json()) == 1


async def test_work_counts_once_also_in_another_process(
    client: httpx.AsyncClient, site: Site, content: Content, clock: Clock, letter: dict[str, Any]
) -> None:
    body = {"do": "leave", "box": LOCATOR, "letter": letter}
    told = (await client.post("/post", json=body)).json()
    paid = {**body, "work": solve(told["question"])}
    end = RedisVisitorEnd(site.settings.redis_url.get_secret_value(), site.settings.limits)
    app = create_app(site.settings, end, content, now=clock)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://visitor.test") as other,
    ):
        assert (await other.post("/post", json=paid)).json() == {"left": 1}
        assert "question" in (await other.post("/post", json=paid)).json()
    assert "question" in (await client.post("/post", json=paid)).json()


async def test_work_for_the_line_pays_for_no_box_and_none_for_a_box_for_the_line(
    client: httpx.AsyncClient, site: Site, letter: dict[str, Any]
) -> None:
    for purpose in ("join", "box"):
        price = await site.toll.charge(DESK, purpose, MAKING, Paid())
        assert price
        work = solve(price.question)
        told = (await client.post("/post", json={"do": "leave", "box": LOCATOR, "letter": letter, "work": work})).json()
        assert ("left" in told) == (purpose == "box")
        assert await site.toll.charge(DESK, "box" if purpose == "join" else "join", MAKING, Paid(work=work))


async def test_a_new_box_costs_work_even_at_rest_and_more_in_a_flood(
    client: httpx.AsyncClient, letter: dict[str, Any]
) -> None:
    body = {"do": "leave", "box": LOCATOR, "letter": letter}
    assert level((await client.post("/post", json=body)).json()) == MAKING
    await guess(client, FREE_BOXES)
    assert level((await client.post("/post", json=body)).json()) == MAKING + 1


async def test_a_flood_is_forgotten_after_a_minute(site: Site) -> None:
    steady = Clock()
    toll = Toll(site.settings.key, site.end, Buckets(steady), steady, steady)
    for _ in range(FREE_BOXES):
        toll.boxed()
    assert toll.box_level(making=False) == 1
    steady.now += 61
    assert toll.box_level(making=False) == 0


async def test_without_the_engine_a_page_is_told_so_and_the_way_stays_open(
    client: httpx.AsyncClient, engine: Engine, letter: dict[str, Any]
) -> None:
    body = {"do": "leave", "box": LOCATOR, "letter": letter}
    told = (await client.post("/post", json=body)).json()
    paid = {**body, "work": solve(told["question"])}
    with frozen(engine):
        assert (await client.post("/post", json=paid)).json() == {"code": "trouble"}
    # Whether the work was spent before the engine stopped nobody can tell: at worst it is done once more.
    assert await asked(client, **paid) == {"left": 1}


async def test_letters_follow_one_another(client: httpx.AsyncClient, letter: dict[str, Any]) -> None:
    assert await asked(client, do="leave", box=LOCATOR, letter={**letter, "number": 2}) == {"code": "gone"}
    await asked(client, do="leave", box=LOCATOR, letter=letter)
    assert await asked(client, do="leave", box=LOCATOR, letter={**letter, "number": 3}) == {
        "code": "order",
        "expected": 2,
    }


async def test_nobody_on_duty_is_told_that_a_message_can_be_left(
    client: httpx.AsyncClient, site: Site, staff_end: RedisStaffEnd, line: str
) -> None:
    async def choices() -> list[str]:
        state = site.tokens.seal_state(site.reception.open("en").state)
        told = (await client.post("/turn", json={"state": state, "input": {"choice": "person"}})).json()
        told = (await client.post("/turn", json={"state": told["state"], "input": {"choice": "join"}})).json()
        return [choice["id"] for choice in told["choices"]]

    assert "codes" not in await choices()
    await staff_end.offer(DESK, line, 60)
    assert "codes" in await choices()


async def test_a_stale_desk_key_is_not_offered_by_the_clock(
    client: httpx.AsyncClient, site: Site, clock: Clock, letter: dict[str, Any]
) -> None:
    clock.now += (VALID + 1) * 86_400
    answer = await client.post("/post", json={"do": "leave", "box": LOCATOR, "letter": letter})
    assert answer.json() == {"code": "bad"}
