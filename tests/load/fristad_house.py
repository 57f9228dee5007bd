"""A whole Fristad for load: the visitor process, the console process and an engine, on one core, with as many staff
accounts as a load needs. Nothing is switched off in it: budgets, paces, sign-in checks, looks and leases are those of a
real start; only joining costs nothing (a setting), since a crowd is what is wanted here."""

import asyncio
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.web.state import Talk, Tokens
from console.accounts import create_account
from console.database import Database
from console.permissions import Role
from console.signins import COOKIE, SignIns
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import Briefing, Channel, Claimed, DeskId, Joined, Limits, Pseudonym, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from safety.devices import read_key
from tests import engines
from tests.engines import Engine
from tests.load.fristad_ends import Desk, Frame, VisitorEnd, binding_of
from tests.load.gauges import family, serving_core
from tests.load.pairs import Pair
from tests.running import Sides, end, free_port, running_apart, start, wait_until_healthy

DESK = DeskId("demo")
MOST = 5  # talks that one person takes side by side, the most that Fristad allows
AT_ONCE = 8  # who come in at the same time: more in line would have to work for it
PATIENCE = 60.0  # seconds
_NOTHING = Content.__new__(Content)  # a talk's token names no content
_STATE = re.compile(r'name="state" value="([^"]+)"')
_ORGANISATION = re.compile(r'data-organisation="([^"]+)"')


@dataclass
class House:
    """A running one. `faults`: frames that no page should have seen."""

    sides: Sides
    engine: Engine
    pids: list[int]
    name: str = "fristad"
    faults: list[Frame] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # addresses of further visitor processes, which get their share
    _taken: set[str] = field(default_factory=set)
    _arrived: int = 0
    _pairs: list[Pair] = field(default_factory=list)
    _visitors: list[VisitorEnd] = field(default_factory=list)

    async def staff(self, count: int) -> None:
        """So many people on duty, each signed in with a desk open."""
        cookies = [cookie for _, cookie in await accounts(self.sides.data, count, len(self.desks))]
        for at in range(0, count, AT_ONCE):
            fresh = [Desk(self.choose, self.faults) for _ in cookies[at : at + AT_ONCE]]
            opening = zip(fresh, cookies[at : at + AT_ONCE], strict=True)
            await asyncio.gather(*(self.open(desk, cookie) for desk, cookie in opening))
            self.desks += fresh

    async def pairs(self, count: int) -> list[Pair]:
        """So many talks, each taken by somebody, those of before among them; spread evenly over all on duty."""
        hands = -(-count // max(1, len(self.desks)))
        assert hands <= MOST, "more talks than these people may take"
        async with visiting(self.sides.visitors) as (client, organisation):
            while len(self._pairs) < count:
                some = [VisitorEnd(organisation, self.faults) for _ in range(min(AT_ONCE, count - len(self._pairs)))]
                await asyncio.gather(*(self.join(client, visitor) for visitor in some))
                for desk in self.desks:
                    desk.most = hands
                    desk.take()
                self._pairs += await asyncio.gather(*map(self.meet, some))
                self._visitors += some
        return self._pairs[:count]

    async def crowd(self, count: int) -> list[Pair]:
        """So many talks, each in the hands of somebody who has MOST of them; those of before among them. Who waits and
        who takes whom is said to the engine directly, by the product's own ends, because a hundred people who each see
        five hundred come and go take minutes; the pages then find the talks as after a reload."""
        visitor, staff = RedisVisitorEnd(self.engine.visitor), RedisStaffEnd(self.engine.staff, Limits(lease=600))
        async with opened(visitor), opened(staff), visiting(self.sides.visitors) as (_, organisation):
            while len(self._pairs) < count:
                some = [VisitorEnd(organisation, self.faults) for _ in range(min(MOST, count - len(self._pairs)))]
                who, cookie = (await accounts(self.sides.data, 1, len(self.desks)))[0]
                await staff.go_on_duty(DESK, who, "Kim", paused=False, capacity=MOST)
                for each in some:
                    ref = await wait_in_line(visitor)
                    assert isinstance(await staff.claim(ref, who, "Kim"), Claimed), "not to be taken"
                    await self._arrive(each, self.token(ref))
                self.desks.append(Desk(self.choose, self.faults))
                await self.open(self.desks[-1], cookie, resumes=True)
                self._pairs += await asyncio.gather(*map(self.meet, some))
        return self._pairs[:count]

    def token(self, ref: TalkRef) -> str:
        """What the visitor's page holds of that talk."""
        key = urlsafe_b64decode(self.sides.bot_settings["FRISTAD_STATE_KEY"])
        return Tokens(key, _NOTHING, time.time).seal_talk(Talk(ref, Channel.WEB))

    async def open(self, desk: Desk, cookie: str, *, resumes: bool = False) -> None:
        """Open this desk for the account that is signed in with that cookie."""
        origin = self.sides.staff.rstrip("/")
        url, header = f"{origin.replace('http', 'ws', 1)}/live", f"{COOKIE}={cookie}"
        await desk.connect(url, origin, header, resumes=resumes)

    async def join(self, client: httpx.AsyncClient, visitor: VisitorEnd) -> None:
        """Ask for a person and open the talk's socket."""
        await self._arrive(visitor, await joined(client))

    async def _arrive(self, visitor: VisitorEnd, talk: str) -> None:
        everywhere = [self.sides.visitors, *self.others]
        self._arrived += 1
        origin = everywhere[self._arrived % len(everywhere)].rstrip("/")
        await visitor.connect(f"{origin.replace('http', 'ws', 1)}/live", origin, talk)

    async def meet(self, visitor: VisitorEnd) -> Pair:
        """Both ends, once somebody has taken the talk and words can be sealed. TimeoutError when nobody does."""
        async with asyncio.timeout(PATIENCE):
            binding = binding_of(await visitor.binding)
            while True:
                for desk in self.desks:
                    if there := desk.ready.get(binding):
                        return Pair(visitor, there)
                await asyncio.sleep(0.02)

    def choose(self, rows: list[str]) -> str | None:
        """Two people do not press at the same row: here they would, all of them at the first."""
        chosen = next((row for row in rows if row not in self._taken), None)
        if chosen is not None:
            self._taken.add(chosen)
        return chosen


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[House]:
    """Started and ended here."""
    with engines.running("valkey") as engine:
        with serving_core():
            sides_of = running_apart(folder, engine.visitor, engine.staff, CAPACITY=str(MOST), **settings)
            sides = sides_of.__enter__()
        try:
            yield House(sides, engine, [engine.process.pid, *family(sides.bot.pid), *family(sides.console.pid)])
        finally:
            sides_of.__exit__(None, None, None)


@contextmanager
def another_visitor_process(house: House, folder: Path) -> Iterator[int]:
    """A second visitor process for the same desk, on the same engine; its number. New sockets are shared out."""
    port = free_port()
    address, output = f"http://127.0.0.1:{port}/", folder / "another.log"
    with output.open("wb") as sink, serving_core():
        process = start(
            ["-m", "fristad", "bot"], {**house.sides.bot_settings, "FRISTAD_VISITOR_PORT": str(port)}, folder, sink
        )
    try:
        wait_until_healthy(process, address, output)
        house.others.append(address)
        house.pids.append(process.pid)
        yield process.pid
    finally:
        end(process)


@asynccontextmanager
async def visiting(address: str) -> AsyncIterator[tuple[httpx.AsyncClient, bytes]]:
    """A client for the visitor's side, and the key of the organisation that its page names."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    headers = {"Accept-Language": "en"}
    async with httpx.AsyncClient(
        base_url=address, headers=headers, timeout=PATIENCE, trust_env=False, limits=limits
    ) as client:
        found = _ORGANISATION.search((await client.get("/")).text)
        assert found is not None  # of a page of ours
        yield client, read_key(found[1])


async def joined(client: httpx.AsyncClient) -> str:
    """Ask for a person and confirm: the token of the talk."""
    found = _STATE.search((await client.get("/")).text)
    assert found is not None  # of a page of ours
    state, talk = found[1], ""
    for choice in ("person", "join"):
        answer = await client.post("/turn", json={"state": state, "input": {"choice": choice}})
        assert answer.status_code == 200, answer.text
        state, talk = answer.json()["state"], answer.json().get("talk", "")
    assert talk, f"not in line: {answer.json()['messages']}"
    return str(talk)


@asynccontextmanager
async def opened(end: RedisVisitorEnd | RedisStaffEnd) -> AsyncIterator[None]:
    """Connected, and closed afterwards."""
    await end.open()
    try:
        yield
    finally:
        await end.close()


async def wait_in_line(visitor: RedisVisitorEnd) -> TalkRef:
    """Somebody joins, and has been seen once."""
    joined = await visitor.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 2))
    assert isinstance(joined, Joined), f"not in line: {joined}"
    await visitor.attend(joined.ref)
    return joined.ref


async def accounts(data: Path, count: int, first: int = 0) -> list[tuple[StaffId, str]]:
    """Accounts beside those that are there, and a sign-in of each, as a person has after typing a password."""
    database = Database(f"sqlite+aiosqlite:///{data / 'console.sqlite3'}")
    try:
        sessions = database.sessions
        starts = SignIns(sessions, time.time)
        made = []
        for number in range(first, first + count):
            staff = await create_account(
                sessions,
                sign_in_name=f"load-{number}",
                shown_name="Kim",
                role=Role.STAFF,
                password=None,
                desk=DESK,
            )
            made.append((staff, await starts.start(staff, "en")))
        return made
    finally:
        await database.close()
