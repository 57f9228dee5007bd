"""Real processes that are watched over: what they tell, to whom, and that nobody can be seen in it."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from safety.vitals import MEMORY_STEP, SMALLEST, VITALS, Part, Process
from tests.engines import Engine
from tests.engines import running as running_engine
from tests.fristad.processes import eventually
from tests.journeys.people import People
from tests.running import ROOT, Sides, free_port, running_apart

_SAMPLE = re.compile(r'(fristad_[a-z_]+)\{process="([a-z]+)"(?:,part="([a-z]+)")?\} (\d+(?:\.\d+)?)')
# They move by themselves, in steps that the test checks.
_MOVING = {"fristad_lag_seconds", "fristad_busy_ratio", "fristad_memory_bytes"}
MARK = "qx7marked9visit"

Figures = dict[tuple[str, str, str], float]


@dataclass(frozen=True)
class Watched:
    sides: Sides
    ports: dict[Process, int]
    engine: Engine

    def ask(self, process: Process, path: str, method: str = "GET") -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[process], timeout=10)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), {name.lower(): text for name, text in answer.getheaders()}
        finally:
            connection.close()

    def figures(self) -> Figures:
        """Every sample of both processes. A line of any other form fails."""
        found: Figures = {}
        for process in self.ports:
            for line in self.ask(process, "/metrics")[1].splitlines():
                if line.startswith("#"):
                    continue
                sample = _SAMPLE.fullmatch(line)
                assert sample, line
                assert sample[2] == process
                found[sample[1], sample[2], sample[3] or ""] = float(sample[4])
        return found


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    ports = {Process.VISITOR: free_port(), Process.CONSOLE: free_port()}
    bot, console = ({"FRISTAD_METRICS_PORT": str(port)} for port in ports.values())
    with (
        running_engine("valkey") as engine,
        running_apart(folder, engine.visitor, engine.staff, (bot, console)) as sides,
    ):
        yield Watched(sides, ports, engine)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watching(tmp_path_factory.mktemp("watched")) as found:
        yield found


@pytest.mark.parametrize("process", [Process.VISITOR, Process.CONSOLE])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_and_readiness_say_ok_and_nothing_else(watched: Watched, process: Process, path: str) -> None:
    status, text, headers = watched.ask(process, path)
    assert (status, text) == (200, "ok")
    assert set(headers) == {"content-type", "content-length", "cache-control", "x-content-type-options", "connection"}
    assert watched.ask(process, path, "HEAD")[:2] == (200, "")


def test_both_apps_tell_the_same_at_their_own_addresses(watched: Watched) -> None:
    for address in (watched.sides.visitors, watched.sides.staff):
        for path in ("healthz", "readyz"):
            answer = httpx.get(f"{address}{path}", trust_env=False, timeout=20)
            assert (answer.status_code, answer.text) == (200, "ok")


def test_the_figures_are_those_of_the_closed_list(watched: Watched) -> None:
    found = watched.figures()
    assert {name for name, _, _ in found} == {vital.name for vital in VITALS}
    assert {part for name, _, part in found if name == "fristad_part_ready"} == {Part.ENGINE, Part.DATABASE}
    assert found["fristad_ready", "visitor", ""] == found["fristad_ready", "console", ""] == 1
    assert "version=0.0.4" in watched.ask(Process.VISITOR, "/metrics")[2]["content-type"]


def test_there_is_nothing_else_and_nothing_to_post(watched: Watched) -> None:
    for path in ("/", "/metrics/", "/metrics?x=1", "/healthz/../metrics", "/turn"):
        assert watched.ask(Process.VISITOR, path)[:2] == (404, "")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert watched.ask(Process.VISITOR, "/metrics", method)[:2] == (405, "")


@pytest.mark.parametrize("garbage", [b"\r\n\r\n", b"GET\r\n\r\n", b"\x00" * 9000, b"GET /metrics\r\n\r\n"])
def test_garbage_ends_one_connection_and_nothing_else(watched: Watched, garbage: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", watched.ports[Process.VISITOR], timeout=10)
    connection.connect()
    try:
        connection.sock.sendall(garbage)
        connection.sock.recv(100)
    except OSError:
        pass  # it was closed before all of it was read
    finally:
        connection.close()
    assert watched.ask(Process.VISITOR, "/healthz")[0] == 200


async def test_seven_people_and_their_mistakes_move_no_figure(watched: Watched) -> None:
    """Not one of the figures that stand still at rest shows that they were here; the others move in large steps."""
    before = watched.figures()
    people = People(watched.sides)
    try:
        staff = await people.staff()
        for _ in range(SMALLEST - 1):
            visitor = await people.visitor()
            await visitor.asks_for_a_person()
            await visitor.waits()
            await visitor.http.get(f"/{MARK}", headers={"user-agent": MARK, "x-forwarded-for": "192.0.2.77"})
            await visitor.http.post("/turn", json={"state": MARK, "input": {"text": MARK}})
        await staff.takes_whoever_waits()
        there = watched.figures()
    finally:
        await people.go_home()
    for found in (there, watched.figures()):
        assert found.keys() == before.keys()
        still = {key for key in found if key[0] not in _MOVING}
        assert {key: found[key] for key in still} == {key: before[key] for key in still}
        for (name, _, _), figure in found.items():
            step = {"fristad_memory_bytes": MEMORY_STEP}.get(name, 0.1)
            assert figure in {0.0, 1.0} or abs(figure / step - round(figure / step)) < 1e-6, (name, figure)
    text = "".join(watched.ask(process, "/metrics")[1] for process in watched.ports)
    assert MARK not in text
    assert "192.0.2" not in text


def test_strangers_find_no_figures_at_the_apps_own_addresses(watched: Watched) -> None:
    for address in (watched.sides.visitors, watched.sides.staff):
        assert httpx.get(f"{address}metrics", trust_env=False, timeout=20, follow_redirects=False).status_code == 404


def test_the_command_tells_by_its_exit_status_alone(watched: Watched) -> None:
    assert _health(str(watched.ports[Process.VISITOR])) == (0, "", "")
    assert _health(str(watched.ports[Process.CONSOLE]), "--ready") == (0, "", "")
    assert _health(str(free_port())) == (1, "", "")
    status, _, said = _health("")
    assert status == 2
    assert "FRISTAD_METRICS_PORT" in said


def test_without_its_engine_a_process_is_alive_and_not_ready(tmp_path: Path) -> None:
    with watching(tmp_path) as own:
        own.engine.process.terminate()
        own.engine.process.wait(timeout=60)
        for process, address in ((Process.VISITOR, own.sides.visitors), (Process.CONSOLE, own.sides.staff)):
            eventually(lambda: own.ask(process, "/readyz")[:2] == (503, ""))  # noqa: B023
            assert own.ask(process, "/healthz")[:2] == (200, "ok")
            answer = httpx.get(f"{address}readyz", trust_env=False, timeout=20)
            assert (answer.status_code, answer.text) == (503, "")
        found = own.figures()
        assert found["fristad_ready", "console", ""] == found["fristad_part_ready", "console", "engine"] == 0
        assert found["fristad_part_ready", "console", "database"] == 1
        assert _health(str(own.ports[Process.VISITOR]), "--ready")[0] == 1
        assert _health(str(own.ports[Process.VISITOR]))[0] == 0


def _health(port: str, *more: str) -> tuple[int, str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FRISTAD_")}
    environment |= {"PYTHONPATH": str(ROOT), **({"FRISTAD_METRICS_PORT": port} if port else {})}
    done = subprocess.run(
        [sys.executable, "-m", "fristad", "health", *more], env=environment, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr
