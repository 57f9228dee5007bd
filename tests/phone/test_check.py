"""`fristad phone check` on a real engine: silent when all is well, and one line for each thing that is not."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.phone.callers import wait
from tests.phone.exchange import TONES, Exchange, exchange


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange(tmp_path_factory.mktemp("checked"), TONES, started=False) as built:
        wait(lambda: "does not answer" not in built.run("phone", "check").stdout, "the engine did not start")
        yield built


def test_a_rendered_engine_has_nothing_wrong(own: Exchange) -> None:
    done = own.run("phone", "check")
    assert (done.returncode, done.stdout) == (0, "Nothing is wrong; nothing was left unseen.\n")


def test_a_folder_for_recordings_is_told(own: Exchange) -> None:
    folder = own.folder / "phone" / "spool" / "recording"
    folder.mkdir()
    try:
        done = own.run("phone", "check")
    finally:
        folder.rmdir()
    assert done.returncode == 1
    assert "has a folder for recordings" in done.stdout


def test_files_are_for_their_owner_alone(own: Exchange) -> None:
    modes = {path.stat().st_mode & 0o077 for path in (own.folder / "phone" / "etc").iterdir()}
    assert modes == {0}
    assert (own.folder / "phone" / "control.secret").stat().st_mode & 0o777 == 0o600


def test_an_engine_started_in_another_way_is_told(own: Exchange) -> None:
    """The last one here: its engine is of no use afterwards."""
    assert own.engine
    own.engine.terminate()
    own.engine.wait(20)
    stopped = own.run("phone", "check")
    assert (stopped.returncode, "does not answer" in stopped.stdout) == (2, True)
    modules = own.folder / "phone" / "etc" / "modules.conf"
    modules.write_text(modules.read_text() + "load = app_mixmonitor.so\n")
    pjsip = own.folder / "phone" / "etc" / "pjsip.conf"
    pjsip.write_text(pjsip.read_text().replace("callerid = Anonymous <anonymous>\n", "trust_id_inbound = yes\n"))
    logger = own.folder / "phone" / "etc" / "logger.conf"
    logger.write_text(logger.read_text() + "full => notice\n")
    plain = [*own.program, "-f", "-C", str(own.folder / "phone" / "etc" / "asterisk.conf")]  # without `start`
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(plain, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        wait(lambda: "does not answer" not in own.run("phone", "check").stdout, "the engine did not start")
        done = own.run("phone", "check")
    finally:
        process.terminate()
        process.wait(20)
    assert done.returncode == 1
    for said in ("runs app_mixmonitor", "(callerid)", "writes a log", "after a call"):
        assert said in done.stdout, done.stdout
