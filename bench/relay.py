"""What a message costs on its way between a visitor and a person: `python -m bench.relay [pairs] [rate] [seconds]`.

Real processes and real sockets: `fristad bot`, `fristad console` and an engine, visitors and staff with four talks
each, all driven from one further process. Messages are due on a timetable (`rate` a second in all, visitor and person
by turns), 200 bytes of words in their sealed form, and are timed from when they were due. Told are the CPU-seconds of
the three processes for 10,000 delivered messages; read them with the load that stands above them.
"""

import asyncio
import json
import os
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bot.web.state import Talk, Tokens
from console.signins import COOKIE, hash_of
from console.views import handle_of
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from handover.staff_redis import RedisStaffEnd
from handover.values import Briefing, Channel, Claimed, DeskId, Joined, Limits, Pseudonym, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from safety.text64 import write64
from tests import engines
from tests.running import Sides, running_apart

DESK = DeskId("demo")
EACH = 4  # talks of one person
SEALED = 297  # bytes of 200 bytes of words, sealed
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(eq=False)
class Socket(WSListener):  # type: ignore[misc]  # has no types
    """One socket; `got` is told each frame with the time at which it came."""

    got: Callable[[dict[str, Any], float], None]
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    seen: int = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.seen += 1
            self.got(json.loads(frame.get_payload_as_utf8_text()), time.perf_counter())

    def send(self, frame: dict[str, Any]) -> None:
        self.transport.send(WSMsgType.TEXT, json.dumps(frame).encode())


@dataclass
class Run:
    """What was sent and what has arrived."""

    due: dict[tuple[str, str, int], float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    acks: int = 0
    odd: dict[str, int] = field(default_factory=dict)

    def arrived(self, side: str, talk: str, seq: int, at: float) -> None:
        self.took.append(at - self.due.pop((side, talk, seq)))

    def note(self, kind: str) -> None:
        self.odd[kind] = self.odd.get(kind, 0) + 1


@dataclass
class Pair:
    handle: str
    visitor: Socket
    person: Socket
    up: int = 0
    down: int = 0

    def say(self, run: Run, side: str, due: float) -> None:
        body = write64(b"\x01" + (1).to_bytes(4, "big") + (1).to_bytes(4, "big") + secrets.token_bytes(SEALED - 9))
        frame: dict[str, Any] = {"type": "say", "id": secrets.token_urlsafe(12), "body": body}
        if side == "up":
            self.up += 1
            run.due["up", self.handle, self.up] = due
            self.visitor.send({**frame, "seq": self.up})
        else:
            self.down += 1
            run.due["down", self.handle, self.down] = due
            self.person.send({**frame, "talk": self.handle, "seq": self.down})


def main() -> None:
    pairs, rate, seconds = [int(given) for given in sys.argv[1:4]] + [500, 1000, 15][len(sys.argv[1:4]) :]
    uvloop.run(_measure(pairs, rate, seconds, rounds=int(os.environ.get("ROUNDS", "2"))))


async def _measure(pairs: int, rate: int, seconds: int, rounds: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        engines.running("valkey") as engine,
        running_apart(Path(folder), engine.visitor, engine.staff, CAPACITY=str(EACH)) as sides,
    ):
        processes = {"visitor": sides.bot.pid, "console": sides.console.pid, "engine": engine.process.pid}
        run = Run()
        talks = await _talks(engine, sides, pairs)
        made = await _connect(sides, talks, run)
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; {pairs} pairs, {rate} a second")
        for _ in range(rounds):
            await asyncio.sleep(2)
            run.took.clear()
            run.acks = 0
            before = {name: _cpu(pid) for name, pid in processes.items()}
            calls = _calls(engine)
            began = time.perf_counter()
            await _timetable(made, run, rate, seconds)
            taken = {name: _cpu(pid) - before[name] for name, pid in processes.items()}
            _tell(run, taken, _calls(engine) - calls, time.perf_counter() - began)


async def _timetable(made: list[Pair], run: Run, rate: int, seconds: int) -> None:
    began = time.perf_counter()
    for number in range(rate * seconds):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(wait)
        made[number % len(made)].say(run, "up" if number // len(made) % 2 else "down", due)
    for _ in range(100):
        if not run.due:
            break
        await asyncio.sleep(0.05)


def _tell(run: Run, taken: dict[str, float], calls: int, wall: float) -> None:
    count = max(1, len(run.took))
    took = sorted(run.took) or [0.0]
    each = ", ".join(f"{name} {seconds * 10_000 / count:.2f}" for name, seconds in taken.items())
    total = sum(taken.values()) * 10_000 / count
    p50, p99 = statistics.median(took) * 1000, took[int(count * 0.99)] * 1000
    print(
        f"{count} delivered in {wall:.1f} s, {len(run.due)} missing, {run.acks} acknowledged; CPU-s per 10,000: "
        f"{total:.2f} ({each}); p50 {p50:.2f} ms, p99 {p99:.2f} ms; "
        f"{calls / count:.2f} engine commands each; else {run.odd}",
        flush=True,
    )
    run.odd.clear()


async def _talks(engine: engines.Engine, sides: Sides, pairs: int) -> dict[str, list[TalkRef]]:
    """Claimed talks by the sign-in token of whoever has them."""
    limits = Limits(capacity=EACH, lease=600)
    visitors, staff = RedisVisitorEnd(engine.visitor, limits), RedisStaffEnd(engine.staff, limits)
    await visitors.open()
    await staff.open()
    found: dict[str, list[TalkRef]] = {}
    base = sqlite3.connect(sides.data / "console.sqlite3")
    for number in range(-(-pairs // EACH)):
        member, token = StaffId(f"bench{number}"), secrets.token_urlsafe(32)
        base.execute(
            "insert into staff (id, sign_in_name, shown_name, role, desk, password_hash, active)"
            " values (?, ?, 'Cleo', 'staff', ?, '', 1)",
            (member, member, DESK),
        )
        now = int(time.time())
        base.execute(
            "insert into sign_in (token_hash, staff_id, language, way, whole, created_hour, expires, ends)"
            " values (?, ?, 'en', 'password', 1, ?, ?, ?)",
            (hash_of(token), member, now // 3600, now + 7200, now + 7200),
        )
        await staff.go_on_duty(DESK, member, "Cleo", paused=False, capacity=EACH)
        found[token] = []
        for _ in range(min(EACH, pairs - number * EACH)):
            joined = await visitors.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 2))
            assert isinstance(joined, Joined)  # a bench without its talks measures nothing
            assert isinstance(await staff.claim(joined.ref, member, "Cleo"), Claimed)  # as above
            await visitors.attend(joined.ref)
            found[token].append(joined.ref)
    base.commit()
    base.close()
    await visitors.close()
    await staff.close()
    return found


async def _connect(sides: Sides, talks: dict[str, list[TalkRef]], run: Run) -> list[Pair]:
    tokens = Tokens(
        urlsafe_b64decode(sides.bot_settings["FRISTAD_STATE_KEY"]),
        load_content(now=datetime.now(SWEDEN), demo=True),
        time.time,
    )
    made = []
    for token, refs in talks.items():
        person = await _person(sides, token, run)
        for ref in refs:
            made.append(
                Pair(handle_of(ref), await _visitor(sides, ref, tokens.seal_talk(Talk(ref, Channel.WEB)), run), person)
            )
    return made


async def _person(sides: Sides, token: str, run: Run) -> Socket:
    def got(frame: dict[str, Any], at: float) -> None:
        if frame["type"] == "said":
            run.arrived("up", frame["talk"], frame["seq"], at)
            if os.environ.get("HEARD"):
                socket.send({"type": "heard", "talk": frame["talk"], "seq": frame["seq"]})
        elif frame["type"] == "sent":
            run.acks += 1
        else:
            run.note(f"console {frame['type']}")

    address = sides.staff.rstrip("/")
    headers = {"cookie": f"{COOKIE}={token}", "origin": address}
    _, socket = await ws_connect(lambda: Socket(got), f"{address.replace('http', 'ws', 1)}/live", extra_headers=headers)
    return socket


async def _visitor(sides: Sides, ref: TalkRef, token: str, run: Run) -> Socket:
    handle = handle_of(ref)

    def got(frame: dict[str, Any], at: float) -> None:
        if frame["type"] == "said":
            run.arrived("down", handle, frame["seq"], at)
            if os.environ.get("HEARD"):
                socket.send({"type": "heard", "seq": frame["seq"]})
        elif frame["type"] == "ack":
            run.acks += 1
        else:
            run.note(f"visitor {frame['type']}")

    address = sides.visitors.rstrip("/")
    _, socket = await ws_connect(
        lambda: Socket(got), f"{address.replace('http', 'ws', 1)}/live", extra_headers={"origin": address}
    )
    socket.send({"type": "open", "v": 1, "talk": token, "down": 0})
    return socket


def _cpu(pid: int) -> float:
    """User and system seconds of a process and of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _calls(engine: engines.Engine) -> int:
    with engine.client() as client:
        return int(client.info("stats")["total_commands_processed"])


if __name__ == "__main__":
    main()
