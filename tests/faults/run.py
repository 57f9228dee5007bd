"""Many scripted talks while faults strike by lot: `python -m tests.faults.run --talks 1000 --seed 1`.

Prints, as tables, what came of the talks that each fault met, and every promise that was broken; the status is 1 when
there is one. Everything happens in a network namespace of its own, which the command makes (as root, or as root of a
user namespace), so nothing is sent to any address but loopback.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

from tests.faults.blows import Fault, every_kind, make_table
from tests.faults.colleagues import Colleague
from tests.faults.diary import Kind, Stint, Talk
from tests.faults.judge import Outcome, judge, judge_unseen
from tests.faults.ledger import Ledger
from tests.faults.remains import remains_in_engine, remains_on_disk, strange_lines
from tests.faults.town import WAITING_SILENCE, Town, town
from tests.faults.visitors import Visitor

INSIDE = "FAULTS_INSIDE"
NAMES = ("Kim", "Noor", "Alex", "Sam", "Robin", "Mika", "Lo", "Nima", "Charlie", "Eli", "Ines", "Juno", "Love", "Tove")
CAPACITY = 3
GETTING_IN_LINE = 8  # at once: the tenth who waits would have to pay with work
AFTERMATH = 8.0  # seconds after a recovery in which what happens still counts as the fault's
NONE = "none"


@dataclass
class Blow:
    """One strike."""

    kind: str
    began: float
    over: float = 0.0


@dataclass
class Report:
    """What a run found. Broken promises are sentences."""

    talks: int
    seed: int
    seconds: float = 0.0
    load: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    by_fault: dict[str, dict[str, int]] = field(default_factory=dict)
    strikes: dict[str, int] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)

    def text(self) -> str:
        """As Markdown."""
        columns = [outcome.value for outcome in Outcome]
        head = ["fault", "strikes", "talks met", *columns]
        rows = [
            [kind, str(self.strikes.get(kind, 0)), str(sum(found.values())), *(str(found.get(c, 0)) for c in columns)]
            for kind, found in sorted(self.by_fault.items())
        ]
        rows.append(["**all talks**", str(sum(self.strikes.values())), str(self.talks)])
        rows[-1] += [str(self.outcomes.get(each, 0)) for each in columns]
        lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows), ""]
        lines.append(", ".join(f"{number} {what}" for what, number in self.messages.items()))
        lines.append(
            f"seed {self.seed}, {self.seconds:.0f} s, load {self.load:.1f}; broken promises: {len(self.wrongs)}"
        )
        return "\n".join([*lines, *(f"- {wrong}" for wrong in self.wrongs)])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


@dataclass(frozen=True)
class Pace:
    """How many talks and faults side by side, how much shorter the pauses between faults are, and after how many
    seconds no further talk begins."""

    at_once: int
    hands: int
    hurry: float
    limit: float


class Run:
    """One run in a town that stands."""

    def __init__(self, whole: Town, talks: int, seed: int, pace: Pace) -> None:
        self._town, self._draw, self._pace = whole, random.Random(seed), pace
        self._mark = secrets.token_hex(6)
        self.talks = [Talk(f"{self._mark}-{number}") for number in range(talks)]
        self._by_binding: dict[str, Talk] = {}
        self.report = Report(talks, seed)
        self._blows: list[Blow] = []
        self._bag: list[Fault] = []
        self._busy: list[object] = []
        self._ledger = Ledger(whole.engine.admin)

    async def go(self) -> None:
        """All talks, then what is left of them."""
        began = time.monotonic()
        listening = asyncio.Event()
        colleagues = await self._hire()
        tasks = [asyncio.create_task(self._ledger.listen(listening.set))]
        await listening.wait()
        tasks += [asyncio.create_task(each.work()) for each in colleagues]
        await asyncio.sleep(2)
        striking = [asyncio.create_task(self._strike()) for _ in range(self._pace.hands)]
        try:
            await self._visits()
            for each in striking:
                each.cancel()
            await asyncio.gather(*striking, return_exceptions=True)
            await self._settle(colleagues)
        finally:
            for task in [*striking, *tasks]:
                task.cancel()
            results = await asyncio.gather(*striking, *tasks, return_exceptions=True)
        self.report.wrongs += [f"the run itself: {error!r}" for error in results if isinstance(error, Exception)]
        self.report.seconds, self.report.load = time.monotonic() - began, os.getloadavg()[0]
        self._judge()
        await self._search()

    async def _hire(self) -> list[Colleague]:
        hired = await self._town.hire(list(NAMES))
        consoles = [each.address for each in self._town.consoles]
        found = []
        for number, each in enumerate(hired):
            source, draw = f"127.0.4.{number + 1}", random.Random(self._draw.random())
            colleague = Colleague(each.name, each.cookie, consoles, source, CAPACITY, self._stint, draw)
            colleague.sign_in = lambda staff=each.staff: self._town.sign_in(staff)
            found.append(colleague)
        return found

    def _stint(self, binding: str, name: str) -> tuple[str, Stint]:
        """Somebody has come to have a talk; the visitor's page may not have said yet which one it is."""
        talk, stint = self._by_binding.get(binding), Stint(name)
        if talk is None:
            talk = next((each for each in self.talks if each.binding == binding), None) or Talk("")
            talk.binding = binding
            self._by_binding[binding] = talk
        talk.stints.append(stint)
        return f"{self._mark}-{binding}", stint

    async def _visits(self) -> None:
        room, in_line = asyncio.Semaphore(self._pace.at_once), asyncio.Semaphore(GETTING_IN_LINE)
        bots = [each.address for each in self._town.bots]
        until = time.monotonic() + self._pace.limit
        over: list[Talk] = []

        async def visit(number: int, talk: Talk) -> None:
            async with room:
                if time.monotonic() > until:
                    return
                draw = random.Random(self._draw.random())
                talk.began = time.monotonic()
                source = f"127.0.3.{number % 200 + 1}"
                await Visitor(talk, bots, source, draw.randint(3, 6), draw).visit(in_line)
                talk.over = time.monotonic()
                over.append(talk)
                if len(over) % 100 == 0:
                    sys.stderr.write(f"{len(over)} talks are over\n")

        await asyncio.gather(*(visit(number, talk) for number, talk in enumerate(self.talks)))
        self.talks = over
        self.report.talks = len(self.talks)

    async def _strike(self) -> None:
        fault: Fault | None = None
        recovering: asyncio.Task[None] | None = None
        try:
            while True:
                await asyncio.sleep(self._draw.uniform(0.5, 3.0) / self._pace.hurry)
                fault = self._next_fault()
                if fault is None:
                    continue
                hit = getattr(fault, "process", None)
                self._busy.append(hit)
                blow = Blow(fault.kind, time.monotonic())
                self._blows.append(blow)
                await fault.strike()
                await asyncio.sleep(self._draw.uniform(*fault.lasts))
                recovering, fault = asyncio.create_task(fault.recover()), None
                await asyncio.shield(recovering)
                blow.over = time.monotonic()
                self._busy.remove(hit)
        finally:  # the run is over: whatever is broken now comes back, once
            if fault is not None:
                recovering = asyncio.create_task(fault.recover())
            if recovering is not None:
                await recovering

    def _next_fault(self) -> Fault | None:
        """The next of the bag whose process has no other fault at the moment."""
        self._bag = self._bag or every_kind(self._town, self._draw, min(200, len(self.talks)), len(NAMES))
        for place, fault in enumerate(self._bag):
            hit = getattr(fault, "process", None)
            if hit is None or hit not in self._busy:
                return self._bag.pop(place)
        return None

    async def _settle(self, colleagues: list[Colleague]) -> None:
        """Until staff know of every end, and the engine has nothing of a talk any more; bounded by the silence limits
        and the grace that an engine's clock set back may add."""
        until = time.monotonic() + WAITING_SILENCE + 40
        while time.monotonic() < until:
            busy = any(each.talks for each in colleagues)
            if not busy and not await asyncio.to_thread(remains_in_engine, self._town):
                return
            await asyncio.sleep(1)

    def _judge(self) -> None:
        report = self.report
        outcomes: Counter[str] = Counter()
        for talk in self.talks:
            other = self._by_binding.get(talk.binding)
            talk.stints = other.stints if other else []
            talk.ledger = self._ledger.kept.get(talk.binding, [])
            verdict = judge(talk)
            outcomes[verdict.outcome] += 1
            met = {blow.kind for blow in self._blows if blow.began < talk.over and talk.began < _ended(blow)} or {NONE}
            for kind in met:
                found = report.by_fault.setdefault(kind, {})
                found[verdict.outcome] = found.get(verdict.outcome, 0) + 1
            report.wrongs += [f"{talk.mark} ({', '.join(sorted(met))}): {wrong}" for wrong in verdict.wrongs]
        unknown = [name for name in self._by_binding if not any(talk.binding == name for talk in self.talks)]
        if unknown:
            report.messages["talks taken whose page did not learn of it"] = len(unknown)
        for name in unknown:
            unseen = self._by_binding[name]
            unseen.ledger = self._ledger.kept.get(name, [])
            report.wrongs += [f"a talk taken whose page did not learn of it: {each}" for each in judge_unseen(unseen)]
        report.outcomes = dict(outcomes)
        report.strikes = dict(Counter(blow.kind for blow in self._blows))
        self._count()

    def _count(self) -> None:
        kept = [each.deed for deeds in self._ledger.kept.values() for each in deeds]
        ends = [stint.diary for talk in self.talks for stint in talk.stints]
        for kind in (Kind.SENT, Kind.ACKED, Kind.FAILED):
            diaries = [*(talk.visitor for talk in self.talks), *ends]
            self.report.messages[f"messages {kind}"] = sum(1 for each in diaries for _ in each.of(kind))
        for deed, number in Counter(kept).items():
            self.report.messages[f"{deed} in the engine"] = number

    async def _search(self) -> None:
        left = await asyncio.to_thread(remains_in_engine, self._town)
        self.report.wrongs += [f"left in the engine: {key}" for key in left]
        ids = dict(list(self._ledger.ids.items())[:20])
        self.report.wrongs += remains_on_disk(self._town, self._mark, list(ids.values()))
        self.report.wrongs += strange_lines(self._town)


def _ended(blow: Blow) -> float:
    return (blow.over or time.monotonic()) + AFTERMATH


def main() -> int:
    arguments = _arguments()
    if os.environ.get(INSIDE) != "1":
        _enter()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    make_table()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, town(Path(folder)) as whole:
        pace = Pace(arguments.at_once, arguments.hands, arguments.hurry, arguments.limit)
        run = Run(whole, arguments.talks, arguments.seed, pace)
        asyncio.run(run.go())
    sys.stdout.write(f"{run.report.text()}\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(asdict(run.report)))
    if arguments.diaries:
        _write_diaries(run, arguments.diaries)
    return 1 if run.report.wrongs else 0


def _enter() -> NoReturn:
    """Become the same command in a network namespace of its own, and of processes too: whatever ends this one ends all
    that it started."""
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *root, "--net", "--pid", "--fork", "--kill-child", sys.executable, "-m", "tests.faults.run"]
    os.execvpe(command[0], [*command, *sys.argv[1:]], {**os.environ, INSIDE: "1"})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--talks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="decides who is hit by what and when")
    parser.add_argument("--at-once", type=int, default=40, help="talks side by side")
    parser.add_argument("--hurry", type=float, default=1.0, help="so many times shorter pauses between faults")
    parser.add_argument("--hands", type=int, default=1, help="faults side by side")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds after which no further talk begins")
    parser.add_argument("--json", type=Path, help="where the figures go, too")
    parser.add_argument("--diaries", type=Path, help="where the diaries of talks with a broken promise go")
    return parser.parse_args()


def _write_diaries(run: Run, file: Path) -> None:
    lines = []
    for talk in run.talks:
        verdict = judge(talk)
        if not verdict.wrongs:
            continue
        lines += ["", f"== {talk.mark}: {verdict}"]
        for name, diary in [("visitor", talk.visitor), *((stint.name, stint.diary) for stint in talk.stints)]:
            lines += [f"{e.at:10.2f} {name:8} {e.kind} {e.what} {e.who} {e.shown or ''}" for e in diary.entries]
        lines.append("  engine: " + " ".join(f"{each.deed}{each.seq or ''}{each.who}" for each in talk.ledger))
    lines += [f"{blow.began:10.2f} - {blow.over:10.2f} {blow.kind}" for blow in run._blows]
    file.write_text("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
