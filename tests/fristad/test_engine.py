"""The private engine: found, configured through its standard input, reachable with a password alone."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fristad.children import Child, Plan
from fristad.engine import Engine, default_candidates, find_engine, private_folder
from fristad.refusal import Refused


@pytest.fixture
def folder() -> Iterator[Path]:
    with private_folder() as folder:
        yield folder


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def child(engine: Engine) -> Child:
    environment = {"PATH": os.environ["PATH"]}
    return Child(Plan("engine", engine.command(), environment, engine.answers, engine.configuration()), print)


@pytest.mark.parametrize("name", [default_candidates()[0], "redis-server"])
async def test_it_answers_on_its_socket_to_its_passwords_alone(folder: Path, name: str) -> None:
    engine = Engine(find_engine([name]), folder)
    stranger = Engine(engine.program, folder)
    assert engine.visitor_password != stranger.visitor_password
    process = child(engine)
    try:
        await process.start()
        assert await engine.answers()
        assert not await stranger.answers()
    finally:
        await process.end()
    assert not await engine.answers()


async def test_a_restart_forgets_the_talks_and_keeps_the_address(folder: Path) -> None:
    engine = Engine(find_engine(default_candidates()), folder)
    process = child(engine)
    await process.start()
    address = engine.visitor_url
    await process.end()
    await process.start()
    try:
        assert await engine.answers()
        assert engine.visitor_url == address
        assert names(folder) == ["engine.sock"]
    finally:
        await process.end()


def test_the_passwords_are_not_in_the_engines_representation(folder: Path) -> None:
    engine = Engine(Path("/bin/true"), folder)
    assert engine.visitor_password not in repr(engine)
    assert engine.staff_password not in repr(engine)


def test_the_first_that_can_be_run_is_taken(tmp_path: Path) -> None:
    assert find_engine([str(tmp_path), "no-such-engine", "redis-server", "sh"]).name == "redis-server"


def test_none_at_all_says_what_to_install() -> None:
    with pytest.raises(Refused, match="install valkey-server"):
        find_engine(["no-such-engine", "nor-this"])


def test_the_folder_is_private_and_goes_with_its_contents() -> None:
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "left").write_text("over")
    assert not folder.exists()


def test_the_sockets_path_fits_even_below_a_long_temporary_folder(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    before = tempfile.tempdir
    tempfile.tempdir = str(long)
    try:
        with private_folder() as folder:
            assert len(bytes(Engine(Path("/bin/true"), folder).socket)) <= 103
    finally:
        tempfile.tempdir = before


async def test_nobody_there_is_no_answer(folder: Path) -> None:
    assert not await asyncio.wait_for(Engine(Path("/bin/true"), folder).answers(), 5)
