"""The faults. Each is an object with `strike()` and `recover()`; a further kind is a further class and its line in
`every_kind`."""

import asyncio
import random
import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.faults.town import ENGINE_PORT, LEASE, Process, Town, until_healthy

_TRIES = 5  # starts, as a supervisor would: an app refuses to start while there is no engine


class Fault(Protocol):
    """Something that breaks, and comes back."""

    @property
    def kind(self) -> str:
        """Its row in the table of counts."""

    @property
    def lasts(self) -> tuple[float, float]:
        """The least and most seconds between strike and recovery."""

    async def strike(self) -> None:
        """It breaks now."""

    async def recover(self) -> None:
        """It works again when this returns."""


@dataclass(frozen=True)
class Killed:
    """kill -9, and started again."""

    kind: str
    process: Process
    lasts: tuple[float, float] = (0.0, 4.0)

    async def strike(self) -> None:
        await asyncio.to_thread(self.process.kill)

    async def recover(self) -> None:
        for attempt in range(_TRIES):
            self.process.start()
            try:
                await until_healthy(self.process)
                return
            except AssertionError:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.to_thread(self.process.kill)


@dataclass(frozen=True)
class Paused:
    """SIGSTOP for longer than a lease, or shorter, and SIGCONT: it wakes up and knows nothing of it."""

    kind: str
    process: Process
    lasts: tuple[float, float]

    async def strike(self) -> None:
        self.process.signal(signal.SIGSTOP)

    async def recover(self) -> None:
        self.process.signal(signal.SIGCONT)
        await until_healthy(self.process)


@dataclass(frozen=True)
class OneWay:
    """Packets of one direction are lost: `rules` are nft's words for each, of which all are dropped."""

    kind: str
    rules: tuple[str, ...]
    lasts: tuple[float, float] = (2.0, 9.0)

    async def strike(self) -> None:
        await asyncio.to_thread(
            nft, f"add chain inet faults {self._chain} {{ type filter hook input priority 0 ; policy accept ; }}"
        )
        for rule in self.rules:
            await asyncio.to_thread(nft, f"add rule inet faults {self._chain} {rule} drop")

    async def recover(self) -> None:
        for command in ("flush", "delete"):
            await asyncio.to_thread(nft, f"{command} chain inet faults {self._chain}")

    @property
    def _chain(self) -> str:
        return re.sub(r"\W", "_", self.kind)


@dataclass(frozen=True)
class Jumped:
    """The wall clock of one process is set to another time, and set back."""

    kind: str
    process: Process
    seconds: float
    lasts: tuple[float, float] = (2.0, 6.0)

    async def strike(self) -> None:
        self.process.set_clock(self.seconds)

    async def recover(self) -> None:
        self.process.set_clock(0)


def make_table() -> None:
    """Where the chains go that drop what arrives. CalledProcessError outside a network namespace of our own."""
    nft("add table inet faults")


def nft(command: str) -> None:
    subprocess.run(["nft", *command.split()], check=True, capture_output=True, timeout=20)


def every_kind(town: Town, draw: random.Random, visitors: int, staff: int) -> list[Fault]:
    """One fault of each kind, in an order by lot: whichever process and pages it hits. `visitors` and `staff` say how
    many addresses there are of each."""
    bot, console = draw.choice(town.bots), draw.choice(town.consoles)
    long, short = (LEASE + 2.0, LEASE + 9.0), (0.5, LEASE - 2.0)
    found: list[Fault] = [
        Killed("visitor process killed", draw.choice(town.bots)),
        Killed("console killed", draw.choice(town.consoles)),
        Killed("engine killed", town.engine, (0.0, 2.0)),
        Paused("visitor process paused", draw.choice(town.bots), (1.0, LEASE + 9.0)),
        Paused("console paused beyond its leases", draw.choice(town.consoles), long),
        Paused("console paused briefly", draw.choice(town.consoles), short),
        Paused("engine paused", town.engine, (0.5, 5.0)),
        *_losses(bot, console),
        *_page_losses(draw, visitors, staff),
        Jumped("engine's clock 45 s ahead", town.engine, 45),
        Jumped("engine's clock 30 s back", town.engine, -30),
        Jumped("visitor process's clock off", draw.choice(town.bots), draw.choice((-600, 600))),
        Jumped("console's clock off", draw.choice(town.consoles), draw.choice((-600, 600))),
        Jumped("console's clock 45 min ahead", draw.choice(town.consoles), 2700),
    ]
    draw.shuffle(found)
    return found


def _losses(bot: Process, console: Process) -> Sequence[Fault]:
    there, back = "ip daddr {} tcp dport {}", "ip saddr {} tcp sport {}"
    return [
        OneWay("lost: visitor process to engine", (there.format(bot.engine, ENGINE_PORT),)),
        OneWay("lost: engine to visitor process", (back.format(bot.engine, ENGINE_PORT),)),
        OneWay("lost: console to engine", (there.format(console.engine, ENGINE_PORT),)),
        OneWay("lost: engine to console", (back.format(console.engine, ENGINE_PORT),)),
    ]


def _page_losses(draw: random.Random, visitors: int, staff: int) -> Sequence[Fault]:
    """A third of the pages of one side lose one direction, for longer than they need to notice, or shorter."""
    some = [f"127.0.3.{n + 1}" for n in draw.sample(range(visitors), max(1, visitors // 3))]
    few = [f"127.0.4.{n + 1}" for n in draw.sample(range(staff), max(1, staff // 3))]
    lasts = (2.0, 20.0)
    return [
        OneWay("lost: visitors' pages to process", (f"ip saddr {{ {', '.join(some)} }}",), lasts),
        OneWay("lost: process to visitors' pages", (f"ip daddr {{ {', '.join(some)} }}",), lasts),
        OneWay("lost: staff's pages to console", (f"ip saddr {{ {', '.join(few)} }}",), lasts),
        OneWay("lost: console to staff's pages", (f"ip daddr {{ {', '.join(few)} }}",), lasts),
    ]
