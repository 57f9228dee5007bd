"""What joining costs: nothing at rest; under load work or a wait, with 112 in sight; and everybody gets in."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.main import _forget_in_time, create_app
from bot.settings import BotSettings
from bot.toll import Paid
from bot.web.site import Site
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import Briefing, Channel, Danger, DeskId, Limits, Pseudonym
from handover.visitor_redis import RedisVisitorEnd
from safety.buckets import SPACING
from safety.price import FREE_LATELY, FREE_NEARBY, FREE_WAITING, HIGHEST
from safety.work import LIFETIME, Effort
from tests.bot.conftest import DESK, KIM, Clock, Colleague, frozen, make_settings
from tests.bot.test_plain import Browser
from tests.engines import Engine
from tests.solver import solve

SMALL = Effort(cost=10, tries=4)
SCHOOL, HOME = "9.9.9.9", "8.8.4.4"


class Steady:
    """Seconds that only ever grow, moved by the tests."""

    now = 50.0

    def __call__(self) -> float:
        return self.now


class Wish:
    """A page's script on its way into the line: carries its state, and pays what it is asked."""

    def __init__(self, client: httpx.AsyncClient, site: Site, address: str = HOME) -> None:
        self.client = client
        self.address = address
        self.state = site.tokens.seal_state(site.reception.open("en").state)
        self.answer: dict[str, Any] = {}

    async def does(self, choice: str, **paid: str) -> dict[str, Any]:
        body = {"state": self.state, "input": {"choice": choice}, **paid}
        response = await self.client.post("/turn", json=body, headers={"x-forwarded-for": self.address})
        assert response.status_code == 200, response.text
        self.answer = response.json()
        self.state = self.answer["state"]
        return self.answer

    async def asks(self) -> "Wish":
        await self.does("person")
        await self.does("join")
        return self

    async def pays(self) -> int:
        """Works as long as it is asked to; how often that was."""
        rounds = 0
        while not self.is_in:
            work = await asyncio.to_thread(solve, self.price["question"])
            await self.does("join", work=work)
            rounds += 1
        return rounds

    @property
    def price(self) -> dict[str, Any]:
        price: dict[str, Any] = self.answer["price"]
        return price

    @property
    def level(self) -> int:
        return int(self.price["question"]["parameters"]["data"]["level"]) if "price" in self.answer else 0

    @property
    def is_in(self) -> bool:
        return "talk" in self.answer

    def reads(self) -> str:
        return " ".join(message["text"] for message in self.answer["messages"])


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def settings(engine: Engine) -> BotSettings:
    return make_settings(engine, trusted_proxies=1)


@asynccontextmanager
async def opened(
    settings: BotSettings, content: Content, clock: Clock, steady: Steady, patience: float = 2.0
) -> AsyncIterator[FastAPI]:
    end = RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits, timeout=patience)
    app = create_app(settings, end, content, now=clock, clock=steady, effort=SMALL)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def app(settings: BotSettings, content: Content, clock: Clock, steady: Steady) -> AsyncIterator[FastAPI]:
    async with opened(settings, content, clock, steady) as app:
        yield app


@pytest.fixture
async def kim(engine: Engine) -> AsyncIterator[Colleague]:
    """Stays on duty for as long as hundreds need to get in on a busy machine."""
    end = RedisStaffEnd(engine.staff, Limits(lease=600))
    await end.open()
    yield Colleague(end)
    await end.close()


async def fill(site: Site, waiting: int) -> None:
    for _ in range(waiting):
        await site.end.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 2))


@pytest.fixture
async def crowded(site: Site, kim: Colleague) -> None:
    """A waiting room in which the next one is asked to pay, at level 1."""
    await kim.comes()
    await fill(site, FREE_WAITING)


@pytest.fixture
async def wish(client: httpx.AsyncClient, site: Site) -> Wish:
    return Wish(client, site)


# --- What is asked, and how it is told ---


async def test_at_rest_nobody_pays(wish: Wish, kim: Colleague) -> None:
    await kim.comes()
    await wish.asks()
    assert wish.is_in
    assert "price" not in wish.answer


@pytest.mark.usefixtures("crowded")
async def test_when_many_wait_the_next_one_works_first_and_reads_112_and_other_numbers(wish: Wish) -> None:
    await wish.asks()
    assert wish.level == 1
    assert not wish.is_in
    assert "works for a moment" in wish.reads()
    assert "112" in wish.reads()
    lines = next(message for message in wish.answer["messages"] if message["kind"] == "lines")
    assert any(item["href"] == "tel:112" for item in lines["items"])
    assert any(item["href"] == "tel:116111" for item in lines["items"])
    assert "join" in [choice["id"] for choice in wish.answer["choices"]]
    script = await wish.client.get(wish.price["script"])
    assert script.headers["content-type"].startswith("text/javascript")
    assert await wish.pays() == 1
    assert "You are in line" in wish.reads()


@pytest.mark.usefixtures("crowded")
async def test_who_is_in_danger_reads_that_first(wish: Wish) -> None:
    await wish.does("danger-now")
    await wish.asks()
    assert wish.answer["messages"][0]["kind"] == "danger"
    assert await wish.pays() == 1


async def test_who_waits_for_somebody_busy_is_asked_for_the_same_choice_again(
    wish: Wish, site: Site, kim: Colleague
) -> None:
    await kim.comes(paused=True)
    await fill(site, FREE_WAITING)
    await wish.asks()
    await wish.does("wait-anyway")
    assert wish.level == 1
    choices = [choice["id"] for choice in wish.answer["choices"]]
    assert (choices[0], "join" in choices) == ("wait-anyway", False)
    await wish.does("wait-anyway", work=solve(wish.price["question"]))
    assert wish.is_in


async def test_nobody_pays_where_nobody_is(wish: Wish, site: Site) -> None:
    await fill(site, FREE_WAITING)
    await wish.asks()
    assert "Nobody is here right now" in wish.reads()
    assert "price" not in wish.answer


@pytest.mark.usefixtures("crowded")
async def test_without_the_engine_the_way_stays_open(wish: Wish, engine: Engine) -> None:
    await wish.asks()
    work = solve(wish.price["question"])
    with frozen(engine):
        await wish.does("join", work=work)
    assert "cannot reach anyone for you" in wish.reads()
    await wish.does("join", work=work)
    assert wish.is_in


# --- What is accepted ---


@pytest.mark.usefixtures("crowded")
async def test_work_counts_once_also_in_another_process(
    wish: Wish, client: httpx.AsyncClient, site: Site, settings: BotSettings, content: Content, clock: Clock,
    steady: Steady,
) -> None:  # fmt: skip
    await wish.asks()
    work = solve(wish.price["question"])
    async with (
        opened(settings, content, clock, steady) as second,
        httpx.AsyncClient(transport=httpx.ASGITransport(second), base_url="http://visitor.test") as other,
    ):
        elsewhere = Wish(other, second.state.site)
        await elsewhere.does("person")
        assert "talk" in await elsewhere.does("join", work=work)
        again = await Wish(other, second.state.site).asks()
        await again.does("join", work=work)
        assert not again.is_in
    await wish.does("join", work=work)
    assert (wish.is_in, wish.level) == (False, 1)
    assert await wish.pays() == 1


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("work", ["x", "e30=", "A" * 2_048])
async def test_garbage_is_answered_with_what_to_pay(wish: Wish, work: str) -> None:
    await wish.asks()
    await wish.does("join", work=work, wait=work[:1024])
    assert wish.level == 1


@pytest.mark.usefixtures("crowded")
async def test_work_that_is_too_old_is_done_again(wish: Wish, clock: Clock) -> None:
    await wish.asks()
    work = solve(wish.price["question"])
    clock.now += LIFETIME + 1
    await wish.does("join", work=work)
    assert not wish.is_in
    assert await wish.pays() == 1


@pytest.mark.usefixtures("crowded")
async def test_what_was_gathered_while_it_was_cheap_is_worth_nothing_in_a_flood(
    client: httpx.AsyncClient, site: Site
) -> None:
    gathered = [await Wish(client, site).asks() for _ in range(3)]
    works = [solve(each.price["question"]) for each in gathered]
    await fill(site, FREE_WAITING)  # one level more: still accepted
    await gathered[0].does("join", work=works[0])
    assert gathered[0].is_in
    await fill(site, 2 * FREE_WAITING)
    await gathered[1].does("join", work=works[1])
    assert (gathered[1].is_in, gathered[1].level) == (False, 3)
    assert await gathered[1].pays() == 1


# --- Who pays more ---


async def test_the_sixth_from_one_network_pays_and_one_from_another_does_not(
    client: httpx.AsyncClient, site: Site, kim: Colleague
) -> None:
    await kim.comes()
    for _ in range(FREE_NEARBY):
        assert (await Wish(client, site, SCHOOL).asks()).is_in
    sixth = await Wish(client, site, f"1.2.3.4, {SCHOOL}").asks()
    assert sixth.level == 1
    assert (await Wish(client, site, HOME).asks()).is_in
    assert await sixth.pays() == 1


async def test_behind_a_proxy_that_is_not_named_nobody_shares_a_bucket(
    engine: Engine, content: Content, clock: Clock, steady: Steady, kim: Colleague
) -> None:
    """All come from 127.0.0.1 then; what they write into the header counts for nothing."""
    await kim.comes()
    async with opened(make_settings(engine), content, clock, steady) as app:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://visitor.test") as client:
            for _ in range(FREE_NEARBY + 3):
                assert (await Wish(client, app.state.site, SCHOOL).asks()).is_in


async def test_many_joins_within_a_minute_cost_the_next_ones_also_when_nobody_stays(
    client: httpx.AsyncClient, site: Site, kim: Colleague, steady: Steady
) -> None:
    await kim.comes()
    for number in range(FREE_LATELY):
        assert (await Wish(client, site, f"8.8.{number}.1").asks()).is_in
        await kim.takes_the_first()
        assert kim.talk is not None
        await kim.end.end(kim.talk.ref, KIM)
    assert (await Wish(client, site).asks()).level == 1
    steady.now += 61
    assert (await Wish(client, site).asks()).is_in


async def test_of_many_at_once_only_the_free_ones_are_free(
    client: httpx.AsyncClient, site: Site, kim: Colleague
) -> None:
    await kim.comes()
    wishes = [Wish(client, site, f"8.8.{number}.1") for number in range(60)]
    await asyncio.gather(*(wish.does("person") for wish in wishes))
    await asyncio.gather(*(wish.does("join") for wish in wishes))
    assert sum(wish.is_in for wish in wishes) <= FREE_LATELY


async def test_a_flood_of_urgent_ones_pays_for_each(client: httpx.AsyncClient, site: Site, kim: Colleague) -> None:
    """One waiting talk for one work, dearer as the room fills; and the urgent ones do not hide the others."""
    await kim.comes()
    girl = await Wish(client, site).asks()
    assert girl.is_in
    levels = []
    for number in range(40):
        flood = Wish(client, site, f"8.{number}.8.8")
        await flood.does("danger-now")
        await flood.asks()
        levels.append(flood.level)
        await flood.pays()
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, 3)
    rows = await kim.end.waiting(DESK)
    assert len(rows) == 41
    assert [row.briefing.danger for row in rows[:11]] == [Danger.URGENT] * 10 + [Danger.NONE]


# --- Everybody gets in ---


async def test_three_hundred_from_one_school_all_get_in(
    client: httpx.AsyncClient, site: Site, kim: Colleague, engine: Engine
) -> None:
    """Requirement AB-3."""
    await kim.comes()
    highest = 0
    for _ in range(300):
        pupil = await Wish(client, site, SCHOOL).asks()
        highest = max(highest, pupil.level)
        assert await pupil.pays() <= 1
    assert highest == HIGHEST
    assert len(await kim.end.waiting(DESK)) == 300


async def test_two_hundred_who_work_at_the_same_time_all_get_in(
    settings: BotSettings, content: Content, clock: Clock, steady: Steady, kim: Colleague, engine: Engine
) -> None:
    """Requirement AB-6. The price rises while they work, so some work twice; none more than once per two levels."""
    await kim.comes()
    async with (
        opened(settings, content, clock, steady, patience=60) as app,  # two hundred calls at once, on a busy machine
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://visitor.test") as client,
    ):
        wishes = [Wish(client, app.state.site, f"8.{number}.8.8") for number in range(200)]
        await asyncio.gather(*(wish.asks() for wish in wishes))
        rounds = await asyncio.gather(*(wish.pays() for wish in wishes))
    assert max(rounds) <= 1 + HIGHEST // 2
    assert len(await kim.end.waiting(DESK)) == 200
    with engine.client() as admin:
        spent = admin.zcard(f"spent:{{{DESK}}}")
    assert 200 - FREE_LATELY <= spent <= sum(rounds)


async def test_three_hundred_without_javascript_from_one_school_all_get_in(
    client: httpx.AsyncClient, kim: Colleague, clock: Clock, steady: Steady
) -> None:
    client.headers["x-forwarded-for"] = SCHOOL
    await kim.comes()
    for _ in range(300):
        pupil = await asking(Browser(client))
        for _ in range(3):
            if pupil.mode == "waiting":
                break
            assert "call 112" in pupil.html
            seconds = seconds_left(pupil)
            assert 0 < seconds <= 60
            clock.now += seconds
            steady.now += seconds
            await pupil.presses("join")
        assert pupil.mode == "waiting"
    assert len(await kim.end.waiting(DESK)) == 300


async def test_who_was_muted_and_sent_away_again_and_again_still_gets_in(
    client: httpx.AsyncClient, site: Site, kim: Colleague, engine: Engine
) -> None:
    """Requirement AB-5: there is no ban. Coming back costs what it costs everybody on that network."""
    await kim.comes()
    for _ in range(3 * FREE_NEARBY):
        wish = await Wish(client, site, SCHOOL).asks()
        assert await wish.pays() <= 1
        talk = await kim.takes_the_first()
        await kim.mutes(talk.ref)
        await kim.end.end(talk.ref, KIM)
    with engine.client() as admin:
        kinds = {key.decode().partition(":")[0] for key in admin.keys("*")}
    assert kinds == {"duty", "free", "crew", "spent", "pace"}


# --- Waiting instead of working ---


async def asking(browser: Browser) -> Browser:
    await browser.opens()
    await browser.presses("person")
    return await browser.presses("join")


def seconds_left(browser: Browser) -> int:
    found = re.search(r"Wait (\d+) seconds", unescape(browser.html))
    assert found is not None
    return int(found[1])


@pytest.fixture
async def browser(client: httpx.AsyncClient, crowded: None) -> Browser:
    return await asking(Browser(client))


async def test_without_javascript_one_waits_and_presses_again(browser: Browser, clock: Clock) -> None:
    assert seconds_left(browser) == 5
    assert 'href="tel:112"' in browser.html
    assert 'href="tel:116111"' in browser.html
    clock.now += 2
    await browser.presses("join")
    assert seconds_left(browser) == 3
    clock.now += 3
    await browser.presses("join")
    assert browser.mode == "waiting"
    assert "wait" not in browser.fields


async def test_reading_on_meanwhile_counts_as_waiting(browser: Browser, clock: Clock) -> None:
    await browser.presses("topics")
    assert 'class="lines"' not in browser.html
    clock.now += 5
    await browser.presses("person")
    await browser.presses("join")
    assert browser.mode == "waiting"


async def test_a_wait_counts_once(browser: Browser, client: httpx.AsyncClient, clock: Clock) -> None:
    other = await asking(Browser(client))
    clock.now += 5
    waited = browser.fields["wait"]
    await browser.presses("join")
    assert browser.mode == "waiting"
    await other.posts({**other.fields, "choice": "join", "wait": waited})
    assert other.mode == "bot"
    assert seconds_left(other) == 5


async def test_a_wait_that_is_too_old_or_too_short_begins_anew(browser: Browser, site: Site, clock: Clock) -> None:
    clock.now += LIFETIME + 1
    await browser.presses("join")
    assert seconds_left(browser) == 5
    await fill(site, 3 * FREE_WAITING)
    clock.now += 5
    await browser.presses("join")
    assert seconds_left(browser) == 20


async def test_those_who_wait_come_one_after_the_other_from_one_network(
    browser: Browser, client: httpx.AsyncClient, clock: Clock, steady: Steady
) -> None:
    """Waiting costs nothing, so nobody gains by waiting many times at once."""
    client.headers["x-forwarded-for"] = SCHOOL
    crowd = [await asking(Browser(client)) for _ in range(3)]
    clock.now += 5
    for each in crowd:
        await each.presses("join")
    assert [each.mode for each in crowd] == ["waiting", "bot", "bot"]
    assert seconds_left(crowd[1]) == 10
    for each in crowd[1:]:
        steady.now += SPACING
        await each.presses("join")
        assert each.mode == "waiting"


async def test_a_page_whose_worker_fails_waits_too(wish: Wish, crowded: None, clock: Clock) -> None:
    await wish.asks()
    assert wish.price["seconds"] == 5
    clock.now += 5
    await wish.does("join", wait=wish.price["wait"])
    assert wish.is_in


async def test_a_wait_for_one_purpose_is_worth_nothing_for_another(site: Site, kim: Colleague, clock: Clock) -> None:
    toll = site.reception._toll
    price = await toll.charge(DESK, "join", 1, Paid())
    assert price is not None
    clock.now += 5
    assert await toll.charge(DESK, "code", 1, Paid(wait=price.wait)) is not None
    assert await toll.charge(DESK, "code", 1, Paid(work=solve(price.question))) is not None
    assert await toll.charge(DESK, "join", 1, Paid(wait=price.wait)) is None
    assert await toll.charge(DeskId("other"), "join", 1, Paid(work=solve(price.question))) is None


# --- Nothing of it stays ---


def test_what_was_paid_and_from_where_is_never_printed() -> None:
    assert repr(Paid("9.9.9.9", "canary-work", "canary-wait")) == "Paid()"


async def test_the_engine_never_sees_an_address(
    client: httpx.AsyncClient, site: Site, kim: Colleague, engine: Engine
) -> None:
    await kim.comes()
    for _ in range(FREE_NEARBY + 1):
        await (await Wish(client, site, SCHOOL).asks()).pays()
    with engine.client() as admin:
        held = b"".join(admin.dump(key) or b"" for key in admin.keys("*"))
    assert SCHOOL.encode() not in held
    assert bytes(map(int, SCHOOL.split("."))) not in held


async def test_buckets_are_forgotten_also_when_nobody_comes() -> None:
    class Enough(Exception):
        pass

    class Rotated:
        times = 0

        def rotate(self) -> float:
            self.times += 1
            if self.times > 3:
                raise Enough
            return 0.01

    with pytest.raises(Enough):
        async with asyncio.timeout(30):
            await _forget_in_time(Rotated())  # type: ignore[arg-type]  # all that is asked of it
