"""Both sides' processes on a set of engines, with the pages of `tests/faults` at them: scripted talks, and a judge."""

import asyncio
import random
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import SupportsIndex

from console.accounts import create_account
from console.database import Database
from console.permissions import Role
from console.signing import Way
from console.signins import SignIns
from handover.values import DeskId, StaffId
from tests.faults.colleagues import Colleague
from tests.faults.diary import Kind, Stint, Talk, Told
from tests.faults.judge import Outcome, judge
from tests.faults.visitors import Visitor
from tests.running import running_apart
from tests.spread.machines import Machines

DESK = DeskId("demo")
WORDS = 12  # messages of each side: some are written whatever happens meanwhile
LIMIT = 120.0  # seconds for anything that is waited for; most take a few
CAPACITY, TAKES = 4, 2  # talks that a person may take at once, and does: whoever else comes waits for another one


class Talkative(random.Random):
    """Chance, but for how much somebody has to say."""

    def randint(self, a: SupportsIndex, b: SupportsIndex) -> int:
        del a, b
        return WORDS


class Office:
    """Made by `office`. Whoever is hired works until its end."""

    def __init__(self, bot: str, console: str, database: Path, group: asyncio.TaskGroup) -> None:
        self._bot, self._console, self._group = bot, console, group
        self._database = f"sqlite+aiosqlite:///{database}"
        self._mark = secrets.token_hex(6)
        self._in_line = asyncio.Semaphore(4)
        self.talks: list[Talk] = []
        self._visits: list[asyncio.Task[None]] = []
        self._work: list[asyncio.Task[None]] = []
        self._colleagues: list[Colleague] = []
        self._by_binding: dict[str, Talk] = {}

    async def hire(self, name: str) -> None:
        """Somebody goes on duty, takes whoever waits and answers."""
        staff = await self._account(name)
        cookie = await self._sign_in(staff)
        source, draw = f"127.0.4.{len(self._colleagues) + 1}", Talkative()
        colleague = Colleague(name, cookie, [self._console], source, TAKES, self._stint, draw)
        colleague.sign_in = lambda: self._sign_in(staff)
        self._colleagues.append(colleague)
        self._work.append(self._group.create_task(colleague.work()))

    def visit(self) -> Talk:
        """Somebody comes, gets in line and writes to whoever takes the talk."""
        talk = Talk(f"{self._mark}-{len(self.talks)}")
        visitor = Visitor(talk, [self._bot], f"127.0.3.{len(self.talks) + 1}", WORDS, random.Random())
        self.talks.append(talk)
        self._visits.append(self._group.create_task(visitor.visit(self._in_line)))
        return talk

    async def over(self, talks: list[Talk]) -> list[Outcome]:
        """How these talks went, when both sides have had their last word; every broken promise fails."""
        for talk in talks:
            await asyncio.wait_for(self._visits[self.talks.index(talk)], LIMIT)
            await until(
                lambda talk=talk: all(_closed(stint) for stint in self._stints(talk)), "staff were told nothing"
            )
            talk.stints = self._stints(talk)
        verdicts = [judge(talk) for talk in talks]
        wrongs = [wrong for verdict in verdicts for wrong in verdict.wrongs]
        assert not wrongs, "\n".join([*wrongs, *map(_text, talks)])
        return [verdict.outcome for verdict in verdicts]

    async def acked(self, talks: list[Talk]) -> None:
        """Return when each end of each of these talks has had words acknowledged from now on."""
        diaries = [diary for talk in talks for diary in (talk.visitor, self._stints(talk)[-1].diary)]
        before = [len(list(diary.of(Kind.ACKED))) for diary in diaries]
        for diary, known in zip(diaries, before, strict=True):
            await until(lambda d=diary, n=known: len(list(d.of(Kind.ACKED))) > n, "nothing is acknowledged")

    async def taken(self, talks: list[Talk]) -> None:
        """Return when each of these visitors knows who is there, and that page shows the talk."""
        for talk in talks:
            await until(lambda talk=talk: bool(talk.visitor.told(Told.TAKEN) and self._stints(talk)), "nobody came")

    def close(self) -> None:
        for task in (*self._visits, *self._work):
            task.cancel()

    def _stints(self, talk: Talk) -> list[Stint]:
        found = self._by_binding.get(talk.binding)
        return found.stints if found else []

    def _stint(self, binding: str, name: str) -> tuple[str, Stint]:
        talk, stint = self._by_binding.setdefault(binding, Talk("", binding=binding)), Stint(name)
        talk.stints.append(stint)
        return f"{self._mark}-{binding}", stint

    async def _account(self, name: str) -> StaffId:
        database = Database(self._database)
        try:
            return await create_account(
                database.sessions,
                sign_in_name=f"office-{name.lower()}",
                shown_name=name,
                role=Role.STAFF,
                password=None,
                desk=DESK,
            )
        finally:
            await database.close()

    async def _sign_in(self, staff: StaffId) -> str:
        database = Database(self._database)
        try:
            return await SignIns(database.sessions, time.time).start(staff, "en", Way.DEMONSTRATION)
        finally:
            await database.close()


@asynccontextmanager
async def office(folder: Path, machines: Machines) -> AsyncIterator[Office]:
    """A visitor process and a console on these engines."""
    key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    urls = machines.url("visitor"), machines.url("staff")
    with running_apart(folder, *urls, ({}, {"FRISTAD_CONSOLE_KEY": key, "FRISTAD_CAPACITY": str(CAPACITY)})) as sides:
        console = sides.staff.replace("localhost", "127.0.0.1")
        async with asyncio.TaskGroup() as group:
            made = Office(sides.visitors, console, sides.data / "console.sqlite3", group)
            try:
                yield made
            finally:
                made.close()


async def until(holds: object, what: str) -> None:
    """Return when `holds()` does."""
    assert callable(holds)
    deadline = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


def _text(talk: Talk) -> str:
    """What both pages wrote down of it."""
    diaries = [("visitor", talk.visitor), *((stint.name, stint.diary) for stint in talk.stints)]
    entries = sorted(((each, who) for who, diary in diaries for each in diary.entries), key=lambda found: found[0].at)
    return "\n".join(f"{e.at:10.2f} {who:8} {e.kind} {e.what} {e.who} {e.shown or ''}" for e, who in entries)


def _closed(stint: Stint) -> bool:
    return bool(stint.diary.told(Told.ENDED, Told.LEFT))
