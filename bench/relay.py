"""Relaying words between visitors and staff, beside servers of others and two of our own: `python -m bench.relay`.

Servers, each started anew on one core in every round, one after the other, so that whatever else the machine does
meets all of them: Fristad whole, `bare` (uvicorn and redis-py), `floor` (picows and hiredis), Prosody and ejabberd. Two
loads of 200-byte messages. Saturated: 100 pairs, each the next message after the answer, in bursts, because a page may
send no more than 20 frames a second (60 at once), and a person has five talks on one page. Timetable: 500 pairs, 1,000
messages a second in all, latency from when a message was due. CPU is that of all server processes, the engine's too.

The last two are the same peers where each message is acknowledged and told as shown, as ours are: no bar, but the
same work.

    --rounds 3  --seconds 10  --pairs 500  --servers fristad,bare,floor,prosody,ejabberd,prosody-told,ejabberd-told
"""

import argparse
import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from picows import WSError

from tests.load import fristad_house, plain, xmpp
from tests.load.figures import Bar, Figure, median, percentile, table
from tests.load.fristad_ends import Frame
from tests.load.gauges import machine, measuring_core, processor
from tests.load.pairs import Count, Pair, keep_timetable, saturate

SERVERS = ("fristad", "bare", "floor", "prosody", "ejabberd", "prosody-told", "ejabberd-told")
Server = fristad_house.House | plain.PlainServer | xmpp.XmppServer
SATURATED = 100  # pairs
# Messages each way in a burst, seconds between bursts: what a page with five talks may send.
ROUNDS, REST, BURSTS = 10, 4.0, 5
PER_PAIR = 2.0  # messages a second on the timetable
SETTLE = 3.0  # seconds after everything was set up


@dataclass(frozen=True, slots=True)
class Run:
    """One round of one server."""

    saturated: Count
    timetable: Count
    idle: float  # seconds of the processor in a second without a word, all pairs connected
    faults: tuple[str, ...] = ()  # what nobody wished: sockets closed, talks returned or ended, ends not told


def main() -> None:
    asked = _arguments()
    print(machine())
    runs: dict[str, list[Run]] = defaultdict(list)
    with measuring_core():
        for number in range(asked.rounds):
            for name in asked.servers.split(","):
                with tempfile.TemporaryDirectory(prefix="load-") as folder, _serving(name, Path(folder)) as server:
                    try:
                        run = uvloop.run(measure(server, asked.pairs, asked.seconds))
                    except (TimeoutError, OSError, WSError, AssertionError) as error:  # a round is lost, not the run
                        print(f"{number + 1} {name:<13} could not be measured: {error!r}", flush=True)
                        continue
                runs[name].append(run)
                print(f"{number + 1} {name:<13} {_line(run)}", flush=True)
    print(machine())
    print(table(figures(runs)))


def _serving(name: str, folder: Path) -> AbstractContextManager[Server]:
    if name == "fristad":
        return fristad_house.running(folder)
    return xmpp.serving(name, folder) if name.startswith(("prosody", "ejabberd")) else plain.serving(name, folder)


async def measure(server: Server, count: int, seconds: float) -> Run:
    """Both loads, and the rest between them."""

    def gauge() -> float:
        return processor(server.pids)

    async def pairs(count: int) -> list[Pair]:
        opened = await (server.crowd(count) if isinstance(server, fristad_house.House) else server.pairs(count))
        await asyncio.sleep(SETTLE)
        return opened

    few = await pairs(min(SATURATED, count))
    rest = REST if isinstance(server, fristad_house.House) else 0.0
    saturated = await saturate(few, ROUNDS, rest, BURSTS, gauge)
    everybody = await pairs(count)
    idle = gauge()
    await asyncio.sleep(seconds / 2)
    idle = (gauge() - idle) / (seconds / 2)
    timetable = await keep_timetable(everybody, PER_PAIR * count, seconds, gauge)
    faults = [] if isinstance(server, plain.PlainServer) else server.faults
    return Run(saturated, timetable, idle, tuple(map(_name_of, faults)))


def _name_of(fault: Frame) -> str:
    return f"{fault['type']} {fault.get('code', fault.get('at', ''))}".strip()


def figures(runs: dict[str, list[Run]]) -> list[Figure]:
    """Medians over the rounds; references from the same rounds."""
    lines = []
    for name, given in runs.items():
        for what, of in (("saturated", _saturated), ("timetable", _timetable)):
            counts = of(given)
            own = _cost(counts)
            beside = _beside(name, what, runs)
            title = f"{name}, {what}: CPU-s / 10,000"
            lines += [Figure(f"{title}, by {rival}", own, "s", cost, bar) for rival, cost, bar in beside]
            lines.append(Figure(f"{name}, {what}: p50", _latency(counts, 0.5), "ms"))
            lines.append(Figure(f"{name}, {what}: p99", _latency(counts, 0.99), "ms"))
        rate = median([count.delivered / count.seconds for count in _saturated(given)])
        lines.append(Figure(f"{name}, saturated: messages", rate, "/s"))
        idle = median([_idle_share(run) for run in given])
        lines.append(Figure(f"{name}, timetable: idle part of its CPU", idle, "%"))
        bad = float(sum(count.wrong + count.lost for run in given for count in (run.saturated, run.timetable)))
        lines.append(Figure(f"{name}: lost, doubled, out of order or changed", bad, "", bar=Bar(0, of="value")))
        faults = float(sum(len(run.faults) for run in given))
        lines.append(Figure(f"{name}: talks and sockets that were disturbed", faults, "", bar=Bar(0, of="value")))
        late = percentile([late for run in given for late in run.timetable.late], 0.99) * 1000
        lines.append(Figure(f"{name}: generator late, p99", late, "ms"))
        busy = median([run.timetable.own / run.timetable.seconds for run in given]) * 100
        lines.append(Figure(f"{name}: generator's own core in use on the timetable", busy, "%"))
    return lines


def _beside(name: str, what: str, runs: dict[str, list[Run]]) -> list[tuple[str, float, Bar | None]]:
    """Fristad by each of the others, with the bars of the issue; the others by `bare`."""
    rivals = [each for each in runs if (each != name if name == "fristad" else each == "bare")]
    pick = _saturated if what == "saturated" else _timetable
    found: list[tuple[str, float, Bar | None]] = []
    for rival in rivals or [""]:
        bar = None
        if name == "fristad" and rival in {"prosody", "ejabberd"}:
            bar = Bar(1)
        elif name == "fristad" and rival == "floor" and what == "timetable":
            bar = Bar(1 / 0.7)  # at least 0.7 of the floor's messages for the same CPU
        found.append((rival or "nobody", _cost(pick(runs[rival])) if rival else float("nan"), bar))
    return found


def _saturated(runs: Sequence[Run]) -> list[Count]:
    return [run.saturated for run in runs]


def _timetable(runs: Sequence[Run]) -> list[Count]:
    return [run.timetable for run in runs]


def _cost(counts: Sequence[Count]) -> float:
    return median([count.used / count.delivered * 10_000 for count in counts if count.delivered])


def _latency(counts: Sequence[Count], share: float) -> float:
    return median([percentile(count.took, share) * 1000 for count in counts])


def _idle_share(run: Run) -> float:
    return run.idle * run.timetable.seconds / run.timetable.used * 100 if run.timetable.used else 0.0


def _line(run: Run) -> str:
    parts = []
    for what, count in (("saturated", run.saturated), ("timetable", run.timetable)):
        cost, rate = _cost([count]), count.delivered / count.seconds
        p50, p99 = _latency([count], 0.5), _latency([count], 0.99)
        parts.append(
            f"{what} {rate:,.0f}/s, {cost:.2f} CPU-s, p50 {p50:.1f} p99 {p99:.1f} ms,"
            f" lost {count.lost} wrong {count.wrong}"
        )
    return "; ".join(parts) + f"; idle {run.idle * 100:.0f} % of a core, faults {dict(Counter(run.faults))}"


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="bench.relay")
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--seconds", type=float, default=10.0)
    reader.add_argument("--pairs", type=int, default=500)
    reader.add_argument("--servers", default=",".join(SERVERS))
    return reader.parse_args()


if __name__ == "__main__":
    main()
