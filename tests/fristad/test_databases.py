"""`fristad database`: moved, backed up and restored by one command each, with what is to be done said in words."""

import asyncio
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.counts import CountKeys, Counts
from console.database import Database, bring_up
from fristad.accounts import read_console_settings
from fristad.databases import back_up_database, move_database, restore_database
from fristad.figures import write_report
from fristad.refusal import Refused
from fristad.texts import export_texts
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId
from tests.console.rows import MANY, everything_of, filled
from tests.engines import running
from tests.fristad.test_cli import fristad
from tests.postgres import Postgres, running_postgres
from tests.running import end, free_port, start, wait_until_healthy
from tests.sealed import Organisation


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A console's folder, with rows in every table."""
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    asyncio.run(bring_up(url(folder)))
    asyncio.run(filled(url(folder)))
    return folder


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'console.sqlite3'}"


def test_a_centre_moves_to_postgresql_by_one_command(data: Path, postgres: Postgres) -> None:
    new = postgres.url(postgres.make())
    before = asyncio.run(everything_of(url(data)))
    written = new.replace("+asyncpg", "")  # as people write it
    run = fristad("database", "move", FRISTAD_DATA=str(data), FRISTAD_DATABASE_URL=written)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.startswith(f"{MANY * len(before)} rows were moved, all that there were.\n".encode())
    assert b"Delete it when the new database works" in run.stdout
    keys = f"{data / 'console.key'} and {data / 'push.key'}, or it makes new ones".encode()
    assert b"When a console has another FRISTAD_DATA than this one, or there is more than one" in run.stdout
    assert keys in run.stdout
    assert f"a folder that all of them share, with what is in {data / 'counts'}.".encode() in run.stdout
    assert asyncio.run(everything_of(new)) == asyncio.run(everything_of(url(data))) == before
    again = fristad("database", "move", FRISTAD_DATA=str(data), FRISTAD_DATABASE_URL=written)
    assert (again.returncode, again.stdout, again.stderr.count(b"\n")) == (2, b"", 1)
    assert b"is not empty" in again.stderr
    added = fristad("staff", "add", "kim", "--shown", "Kim", FRISTAD_DATA=str(data), FRISTAD_DATABASE_URL=written)
    assert (added.returncode, added.stderr) == (0, b"")


def test_a_backup_is_made_and_restored_by_one_command_each(data: Path, tmp_path: Path, postgres: Postgres) -> None:
    backup = tmp_path / "backup"
    made = fristad("database", "backup", str(backup), FRISTAD_DATA=str(data))
    assert (made.returncode, made.stderr) == (0, b"")
    assert b"Never in a backup: left letters and the keys that open them, raw counts, sign-ins" in made.stdout
    assert backup.stat().st_mode & 0o777 == 0o600
    new: list[dict[str, Any]] = [{}, {"FRISTAD_DATABASE_URL": postgres.url(postgres.make())}]
    for settings in new:
        run = fristad("database", "restore", str(backup), FRISTAD_DATA=str(tmp_path / "new"), **settings)
        assert (run.returncode, run.stderr) == (0, b"")
        assert b"Look at the pages People and Devices before anybody answers" in run.stdout
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "console.sqlite3").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_is_one_sentence(
    data: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: dict[str, Any] = {"FRISTAD_DATA": str(data)}
    nowhere = {**here, "FRISTAD_DATABASE_URL": "postgresql://kim:marked@127.0.0.1:1/fristad"}
    elsewhere = {**here, "FRISTAD_DATABASE_URL": postgres.url("missing")}
    (tmp_path / "text").write_text("marked")
    for arguments, settings, said in (
        (["move"], here, "Set FRISTAD_DATABASE_URL"),
        (["move"], {**here, "FRISTAD_DATABASE_URL": url(data)}, "names this very file"),
        (["move", "--from", str(tmp_path / "none")], nowhere, "is not there"),
        (["move"], nowhere, "cannot be opened"),
        (["move"], elsewhere, "cannot be opened"),
        (["move"], {**here, "FRISTAD_DATABASE_URL": "mysql://kim:marked@db/x"}, "FRISTAD_DATABASE_URL: it begins with"),
        (["backup", str(tmp_path / "b")], {"FRISTAD_DATA": str(tmp_path)}, "no console's database"),
        (["backup", str(tmp_path / "no" / "b")], here, "cannot be opened"),
        (["backup", str(tmp_path / "text")], here, "is there already"),
        (["backup", str(tmp_path / "b")], nowhere, "cannot be opened"),
        (["restore", str(tmp_path / "text")], {"FRISTAD_DATA": str(tmp_path / "n")}, "is no backup"),
        (["restore", str(tmp_path / "none")], {"FRISTAD_DATA": str(tmp_path / "n")}, "cannot be opened"),
    ):
        with pytest.raises(Refused, match=said) as refused:
            _do(arguments, settings, monkeypatch)
        assert "marked" not in str(refused.value)
    run = fristad("database", "move", **nowhere)
    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (2, b"", 1)
    assert not (tmp_path / "b").exists()


def _do(arguments: list[str], settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command line does, in this process, whose mask of modes is left as it was."""
    mask = os.umask(0o077)
    with monkeypatch.context() as own, ExitStack() as after:
        after.callback(os.umask, mask)
        for name, value in settings.items():
            own.setenv(name, value)
        chosen, file, out = read_console_settings(), Path(arguments[-1]), io.StringIO()
        if arguments[0] == "move":
            move_database(file if len(arguments) > 1 else None, chosen, out)
        elif arguments[0] == "backup":
            back_up_database(file, chosen, date(2026, 12, 1), out)
        else:
            restore_database(file, chosen, out)


def test_commands_that_read_say_that_the_tables_are_too_new(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = postgres.make()
    asyncio.run(bring_up(postgres.url(new)))
    postgres.say("UPDATE alembic_version SET version_num = '9002_from_9001'", new)
    monkeypatch.setenv("FRISTAD_DATABASE_URL", postgres.url(new))
    chosen, out = read_console_settings(), io.StringIO()
    with pytest.raises(Refused, match="belongs to a newer version"):
        export_texts(tmp_path / "texts", chosen, out)
    with pytest.raises(Refused, match="belongs to a newer version"):
        write_report("2026", "en", "all", tmp_path / "report.pdf", chosen, out)
    assert out.getvalue() == ""


def test_two_commands_at_once_bring_an_old_file_up_once(tmp_path: Path) -> None:
    old = Path(__file__).parents[1] / "console" / "before_migrations.sql"
    (tmp_path / "var").mkdir(mode=0o700)
    with closing(sqlite3.connect(tmp_path / "var" / "console.sqlite3")) as tables:
        tables.executescript(old.read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "fristad", "staff", "add"]
    root, folder = str(Path(__file__).parents[2]), str(tmp_path / "var")
    environment = {"PYTHONPATH": root, "FRISTAD_DATA": folder, "PATH": "/usr/bin"}
    runs = [
        subprocess.Popen([*command, name, "--shown", "Kim"], env=environment, stdout=subprocess.DEVNULL)
        for name in ("kim", "noor", "alex")
    ]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    assert len(asyncio.run(everything_of(url(tmp_path / "var")))["staff"]) == 3


def test_consoles_that_start_at_once_share_a_new_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    """And whoever signed in at one is signed in at the other."""
    new, organisation = postgres.make(), Organisation()
    with running("valkey") as engine, ExitStack() as after:
        shared = {
            "FRISTAD_DEMO": "true",
            "FRISTAD_DEMO_STAFF_TOKEN": "of-the-test",
            "FRISTAD_REDIS_URL": engine.staff,
            "FRISTAD_DATABASE_URL": postgres.url(new),
            "FRISTAD_CONSOLE_KEY": "A" * 43,
            "FRISTAD_PUSH_KEY": "A" * 42 + "E",
            "FRISTAD_COUNT_KEYS": str(tmp_path / "counts"),
            "FRISTAD_ORGANISATION_KEY": organisation.text,
            "FRISTAD_ORGANISATION_SIGNING_KEY": organisation.pem,
            "FRISTAD_DEMO_COORDINATOR_TOKEN": "of-the-test-too",
        }
        addresses, processes = [], []
        for name in ("one", "other"):
            folder, port = tmp_path / name, free_port()
            folder.mkdir()
            sink = after.enter_context((folder / "output.log").open("wb"))
            own = {**shared, "FRISTAD_STAFF_PORT": str(port), "FRISTAD_DATA": str(folder / "var")}
            processes.append(start(["-m", "fristad", "console"], own, folder, sink))
            after.callback(end, processes[-1])
            addresses.append(f"http://localhost:{port}/")
        for process, address, name in zip(processes, addresses, ("one", "other"), strict=True):
            wait_until_healthy(process, address, tmp_path / name / "output.log")
        welcome = httpx.get(f"{addresses[0]}demo/of-the-test", timeout=30)
        cookie = welcome.headers["set-cookie"].partition(";")[0]
        for address in addresses:
            desk = httpx.get(f"{address}desk", headers={"cookie": cookie}, timeout=30)
            assert (desk.status_code, 'id="desk"' in desk.text) == (200, True)
    assert postgres.say("SELECT count(*) FROM alembic_version", new).strip() == "1"


def test_a_console_says_why_it_cannot_use_its_tables(data: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "FRISTAD_STAFF_PORT": "0",
        "FRISTAD_REDIS_URL": f"unix://staff:marked@{tmp_path}/none",
        "FRISTAD_ORGANISATION_KEY": Organisation().text,
    }
    nowhere = "postgresql://kim:marked@127.0.0.1:1/x"
    away = fristad("console", FRISTAD_DATABASE_URL=nowhere, FRISTAD_DATA=str(data), **settings)
    assert (away.returncode, away.stderr.count(b"\n")) == (1, 1)
    assert b"database cannot be opened" in away.stderr
    with closing(sqlite3.connect(data / "console.sqlite3")) as tables, tables:
        tables.execute("UPDATE alembic_version SET version_num = '9002_from_9001'")
    newer = fristad("console", FRISTAD_DATA=str(data), **settings)
    assert (newer.returncode, newer.stderr.count(b"\n")) == (2, 1)
    assert b"belongs to a newer version" in newer.stderr
    assert b"marked" not in away.stderr + newer.stderr


def test_a_console_with_other_keys_of_counts_says_so_as_it_starts(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    asyncio.run(count_with(url(data), other))
    settings: dict[str, Any] = {
        "FRISTAD_STAFF_PORT": "0",
        "FRISTAD_DATA": str(data),
        "FRISTAD_REDIS_URL": f"unix://staff:marked@{tmp_path}/none",
        "FRISTAD_ORGANISATION_KEY": Organisation().text,
    }
    assert b"2031.key" in fristad("console", **settings).stderr  # and then it has no engine
    assert b"2031.key" not in fristad("console", FRISTAD_COUNT_KEYS=str(other), **settings).stderr
    kept = fristad("stats", "forget", "2031", FRISTAD_COUNT_KEYS=str(other), FRISTAD_DATA=str(data))
    assert (kept.returncode, b"Nothing was deleted" in kept.stderr) == (2, True)
    assert fristad("stats", "forget", "2031", FRISTAD_DATA=str(data)).returncode == 0
    assert b"2031.key" not in fristad("console", **settings).stderr


async def count_with(database: str, folder: Path) -> None:
    """A row of a year, sealed with a key in that folder."""
    opened = Database(database)
    await opened.open()
    counts = Counts(opened.sessions, CountKeys(folder), frozenset({"talk.joined"}), lambda: "2031-01")
    with running("valkey") as engine:
        end = RedisStaffEnd(engine.staff)
        await end.open()
        await counts.bring_home(end, DeskId("demo"))
        await end.close()
    await opened.close()
