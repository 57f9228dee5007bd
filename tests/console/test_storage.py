"""A full disk, and a database that is away: staff are told in words, talks go on, and it is over when it is over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from console.database import bring_up
from console.devices import RENEWED, Ready
from console.storage import ASKED, BORNE, Recovery, Storage, Trouble, is_unstorable, trouble_of
from console.tables import BoxRow, DeviceRow, SignIn, Spent
from console.views import handle_of
from dialogues.values import Content
from handover.post import Posted
from handover.values import WithStaff
from tests.console.conftest import DESK, Clock, Console, started
from tests.console.desks import Live, serving
from tests.engines import Engine
from tests.postgres import Postgres, running_postgres
from tests.sealed import ORGANISATION
from tests.sealed_letters import CodeHolder, DeskEnd, device_key
from tests.small_disk import fill, small_disk

FULL, AWAY = "The console&#39;s disk is full", "The console&#39;s database does not answer"


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk() as disk:
        yield disk


@pytest_asyncio.fixture
async def timed(disk: Path, engine: Engine, content: Content, clock: Clock) -> AsyncIterator[Console]:
    """A console on the small disk, whose time of day stands still."""
    async with started(disk, engine.staff, content, clocks={"clock": clock}) as console:
        yield console


async def recovers(console: Console) -> None:
    async with asyncio.timeout(20):
        while console.house.storage.trouble is not None:  # noqa: ASYNC110  # nobody waits for it but this test
            await asyncio.sleep(0.1)


async def test_on_a_full_disk_staff_are_told_and_what_is_there_is_shown(timed: Console, disk: Path) -> None:
    async with timed.signed_in("boss", "coordinator") as boss:
        filler = fill(disk)
        answer = await boss.post("/people/invite", name="noor", shown="Noor")
        assert (answer.status_code, FULL in answer.text) == (503, True)
        assert "Talks go on. Tell whoever runs this service now" in answer.text
        page = await boss.get("/people")
        assert (page.status_code, FULL in page.text) == (200, True)
        await boss.client.get("/people", headers={"accept-language": "sv"})
        filler.unlink()
        await recovers(timed)
        page = await boss.get("/people")
        assert (page.status_code, FULL in page.text) == (200, False)
        assert (await boss.post("/people/invite", name="noor", shown="Noor")).status_code == 200
        assert FULL not in (await boss.get("/people")).text


async def test_a_text_that_cannot_be_saved_is_given_back(timed: Console, disk: Path) -> None:
    async with timed.signed_in("boss", "coordinator") as boss:
        page = await boss.get("/edit?part=sv/topics/threats.md")
        assert page.status_code == 200
        base = page.text.partition('name="base" value="')[2].partition('"')[0]
        filler = fill(disk)
        written = "words that took an hour " * 400
        sent: dict[str, Any] = {"part": "sv/topics/threats.md", "base": base, "text": written, "do": "save"}
        answer = await boss.post("/edit", **sent)
        assert (answer.status_code, written.strip() in answer.text) == (503, True)
        assert "Leave this page open" in answer.text
        filler.unlink()
        await recovers(timed)
        assert (await boss.post("/edit", **sent)).status_code in {200, 303}
        assert written.strip() in (await boss.get("/edit?part=sv/topics/threats.md")).text


async def test_a_talk_goes_on_over_a_full_disk_and_a_shift_outlasts_it(
    timed: Console, engine: Engine, disk: Path, clock: Clock
) -> None:
    async with serving(timed, engine) as live:
        token = await live.token("kim")
        async with live.page(token) as kim:
            await kim.goes_on_duty()
            ref = await live.visitor_joins()
            await kim.takes(ref)
            filler = fill(disk)
            for turn in range(1, 9):  # two hours: each time the sign-in would have ended, were it not used
                clock.now += 900
                assert await timed.house.signins.find(token) is not None
                await live.visitor_says(ref, turn, f"word {turn}")
                await kim.see("said", talk=handle_of(ref))
                await kim.says(ref, turn, f"answer {turn}")
                await kim.see("sent", seq=turn)
            assert await live.visitor_reads(ref) == [f"answer {turn}" for turn in range(1, 9)]
            await kim.see("storage", trouble="full")
            assert isinstance(await live.visitor.attend(ref), WithStaff)
            await kim.send("end", talk=handle_of(ref))
            await kim.see("ended", talk=handle_of(ref))
            await kim.send("wrapup", talk=handle_of(ref), choices=[])
            await kim.see("wrapped", talk=handle_of(ref))
            second = await live.visitor_joins()  # and the next is taken, too
            await kim.takes(second)
            filler.unlink()
            await kim.see("storage", trouble="")
            await timed.house.signins.purge()
            async with timed.sessions() as session:
                row = (await session.scalars(select(SignIn))).one()
            assert row.expires > clock.now
        assert (await live.tally())["talk.taken"] == 2


async def test_counts_that_do_not_fit_on_the_disk_stay_in_the_engine(
    timed: Console, engine: Engine, disk: Path
) -> None:
    async with serving(timed, engine) as live:
        for turn, error in enumerate((OSError, OperationalError), 1):  # the year's key is made first, then the row
            await timed.house.staff_end.count(DESK, {"talk.joined": 1})
            filler = fill(disk)
            for _ in range(2):
                with pytest.raises(error):
                    await live.tally()
            filler.unlink()
            assert (await live.tally())["talk.joined"] == turn
        assert names_in(disk / "counts") == ["2026.key", "CACHEDIR.TAG"]  # nothing that was begun is left


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_whoever_signs_out_on_a_full_disk_is_signed_out(timed: Console, disk: Path) -> None:
    async with timed.signed_in("kim") as kim:
        token, looks = kim.token, timed.house.looks
        with looks.at(token):
            assert await looks.find(token) is not None
            filler = fill(disk)
            assert (await kim.post("/sign-out")).status_code == 303
            assert await timed.house.signins.find(token) is None
            assert await looks.find(token) is None  # nor does an open socket go on
        filler.unlink()
        await timed.house.signins.purge()
        async with timed.sessions() as session:
            assert await session.scalar(select(func.count()).select_from(SignIn)) == 0


async def test_nobody_gets_in_by_what_could_not_be_written_down(timed: Console, disk: Path) -> None:
    await timed.add("kim")
    async with timed.browser() as browser:
        fill(disk)
        answer = await browser.sign_in("kim")
        assert (answer.status_code, FULL in answer.text) == (503, True)
        assert (await browser.get("/desk")).status_code == 303


async def test_a_device_that_is_due_to_be_signed_anew_opens_talks_all_the_same(
    timed: Console, disk: Path, clock: Clock
) -> None:
    staff, device = await timed.add("kim"), device_key()
    assert isinstance(await timed.house.devices.meet(staff, device), Ready)
    async with timed.sessions.begin() as session:
        soon = int(clock.now // 86_400) + RENEWED - 1
        await session.execute(update(DeviceRow).values(until=soon))
    fill(disk)
    assert isinstance(await timed.house.devices.look(staff, device), Ready)


async def test_a_letter_is_called_kept_only_when_it_is(timed: Console, disk: Path, clock: Clock) -> None:
    holder = CodeHolder(ORGANISATION)
    letter = holder.letter(DeskEnd(ORGANISATION).line, "words " * 600)
    posted = Posted("0-1", holder.box, int(clock.now // 86_400) + 7, holder.key, letter)
    filler = fill(disk)
    with pytest.raises(OperationalError):
        await timed.house.letters.take_in(DESK, posted)
    filler.unlink()
    assert await timed.house.letters.take_in(DESK, posted)
    async with timed.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(BoxRow)) == 1


async def test_a_console_starts_on_a_full_disk(disk: Path, engine: Engine, content: Content) -> None:
    async with started(disk, engine.staff, content) as console:
        await console.add("kim")
    fill(disk)
    async with started(disk, engine.staff, content) as console, console.browser() as browser:
        assert (await browser.get("/sign-in")).status_code == 200


async def test_nothing_is_written_to_find_out_while_all_is_well(console: Console) -> None:
    recovery = Recovery(console.house.storage, console.app.state.database.sessions)
    console.house.storage.trouble = Trouble.FULL  # as if: the disk has room
    await recovery.look()
    assert console.house.storage.trouble is None
    async with console.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Spent)) == 0


# --- A PostgreSQL that is away ---


@pytest.fixture(scope="module")
def breakable() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        yield postgres


@asynccontextmanager
async def on_postgres(
    breakable: Postgres, folder: Path, engine: Engine, content: Content
) -> AsyncIterator[tuple[Console, Live]]:
    url = breakable.url(breakable.make())
    await bring_up(url)
    own: dict[str, Any] = {"database_url": SecretStr(url)}
    async with started(folder, engine.staff, content, **own) as console, serving(console, engine) as live:
        yield console, live


async def test_a_talk_goes_on_while_the_database_dies_and_comes_back(
    breakable: Postgres, tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with on_postgres(breakable, tmp_path, engine, content) as (console, live):
        token = await live.token("kim")
        async with console.signed_in("boss", "coordinator") as boss, live.page(token) as kim:
            await kim.goes_on_duty()
            ref = await live.visitor_joins()
            await kim.takes(ref)
            breakable.kill()
            answer = await boss.get("/people")
            assert (answer.status_code, AWAY in answer.text) == (503, True)
            for turn in range(1, 6):
                await live.visitor_says(ref, turn, f"word {turn}")
                await kim.see("said", talk=handle_of(ref))
                await kim.says(ref, turn, f"answer {turn}")
                await kim.see("sent", seq=turn)
            await kim.see("storage", trouble="away")
            breakable.restart()
            await kim.see("storage", trouble="")
            assert (await boss.get("/people")).status_code == 200
            assert (await boss.post("/people/invite", name="noor", shown="Noor")).status_code == 200
            assert await live.visitor_reads(ref) == [f"answer {turn}" for turn in range(1, 6)]
            assert isinstance(await live.visitor.attend(ref), WithStaff)


async def test_who_signs_out_while_the_database_dies_is_signed_out(
    breakable: Postgres, tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with on_postgres(breakable, tmp_path, engine, content) as (console, live):
        token = await live.token("kim")
        async with live.page(token) as kim, live.page(await live.token("noor")) as noor:
            for page in (kim, noor):
                await page.see("device")
            breakable.kill()
            try:
                await noor.see("storage", trouble="away")
                await console.house.signins.stop(token)
                assert await kim.closed() == 4401
                await noor.see("beat")
            finally:
                breakable.restart()


async def test_a_talk_goes_on_while_the_database_stands_still(
    breakable: Postgres, tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with (
        on_postgres(breakable, tmp_path, engine, content) as (console, live),
        live.page(await live.token("kim")) as kim,
    ):
        await kim.goes_on_duty()
        ref = await live.visitor_joins()
        await kim.takes(ref)
        breakable.pause()
        try:
            for turn in range(1, 6):
                await live.visitor_says(ref, turn, f"word {turn}")
                await kim.see("said", talk=handle_of(ref))
                await kim.says(ref, turn, f"answer {turn}")
                await kim.see("sent", seq=turn)  # within PATIENCE, for which a statement may last already
            await kim.see("storage", trouble="away")
        finally:
            breakable.resume()
        await kim.see("storage", trouble="")
        assert console.house.storage.trouble is None
        assert await live.visitor_reads(ref) == [f"answer {turn}" for turn in range(1, 6)]
        assert isinstance(await live.visitor.attend(ref), WithStaff)


async def test_an_answer_that_comes_late_is_waited_for_by_nobody() -> None:
    storage, came = Storage(), asyncio.Event()

    async def slow() -> str:
        await asyncio.sleep(ASKED + 0.3)
        came.set()
        raise ValueError("of nobody's concern any more")

    async def quick() -> str:
        return "answer"

    assert await storage.ask(quick()) == "answer"
    with pytest.raises(PoolTimeout):
        await storage.ask(slow())
    assert storage.trouble is Trouble.AWAY
    assert storage.bears(PoolTimeout(), 5.0)
    assert storage.is_borne(5.0 + BORNE - 1)
    assert not storage.is_borne(5.0 + BORNE)
    await asyncio.wait_for(came.wait(), 10)  # it was not cut off


def test_an_open_page_goes_on_for_a_while_without_the_database_and_not_for_good() -> None:
    storage = Storage()
    away = OperationalError("statement", None, Exception("unreachable"))
    assert storage.bears(away, 100.0)
    assert storage.bears(away, 100.0 + BORNE - 1)
    assert not storage.bears(away, 100.0 + BORNE)
    assert not storage.bears(ProgrammingError("statement", None, Exception("no such table")), 100.0)


class Told(Exception):
    """A driver's error."""

    def __init__(self, *, sqlite_errorname: str = "", sqlstate: str | None = None) -> None:
        super().__init__()
        self.sqlite_errorname = sqlite_errorname
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OperationalError("", None, Told(sqlite_errorname="SQLITE_FULL")), Trouble.FULL),
        (OperationalError("", None, Told(sqlite_errorname="SQLITE_IOERR_WRITE")), Trouble.FULL),
        (OperationalError("", None, Told(sqlite_errorname="SQLITE_READONLY_DBMOVED")), Trouble.FULL),
        (OperationalError("", None, Told(sqlite_errorname="SQLITE_BUSY")), Trouble.AWAY),
        (OperationalError("", None, Told(sqlite_errorname="SQLITE_ERROR")), None),
        (DBAPIError("", None, Told(sqlstate="53100")), Trouble.FULL),
        (DBAPIError("", None, Told(sqlstate="57P01")), Trouble.AWAY),
        (DBAPIError("", None, Told(sqlstate="53300")), Trouble.AWAY),
        (DBAPIError("", None, Told(sqlstate="22021")), None),
        (DBAPIError("", None, Told(), connection_invalidated=True), Trouble.AWAY),
        (IntegrityError("", None, Told(sqlstate="23505")), None),
        (ProgrammingError("", None, Told(sqlstate="42P01")), None),
        (PoolTimeout(), Trouble.AWAY),
        (ValueError(), None),
        (None, None),
    ],
)
def test_what_an_error_says_of_the_storage(error: Exception | None, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble


def test_a_value_that_postgresql_refuses_is_whoever_sent_it_s_mistake() -> None:
    assert is_unstorable(DBAPIError("", None, Told(sqlstate="22001")))
    assert not is_unstorable(IntegrityError("", None, Told(sqlstate="23505")))
    assert not is_unstorable(ValueError())
