"""What a set of engines forgot, seen from both pages: a master that came back empty, and copies that lagged behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.diary import Told
from tests.faults.judge import Outcome
from tests.spread.machines import NAME, PASSWORDS, Machine, Machines, replicated, wait_for
from tests.spread.office import office, until

UNTOUCHED = {Outcome.WHOLE, Outcome.HEALED}
LAGGING = 3000  # milliseconds: Sentinels take a copy that has lost its master for at most ten times as long


@pytest.fixture(params=["valkey", "redis-7.0"])
def machines(request: pytest.FixtureRequest) -> Iterator[Machines]:
    with replicated(request.param) as machines:
        yield machines


async def test_when_a_master_came_back_empty_everybody_is_told_and_the_set_goes_on(
    machines: Machines, tmp_path: Path
) -> None:
    """A person made it the master at once, or it was set up without the line that keeps it from being one: its copies
    take its emptiness for the talks. Nothing is left of them to be judged, so it is the same as one engine's death."""
    old = machines.master()
    async with office(tmp_path, machines) as house:
        await house.hire("Kim")
        talks = [house.visit(), house.visit()]
        await house.taken(talks)
        await house.acked(talks)
        await asyncio.to_thread(old.kill)
        await asyncio.to_thread(old.start)
        old.ask("REPLICAOF", "NO", "ONE")
        assert await house.over(talks) == [Outcome.ENDED, Outcome.ENDED]
        assert machines.master() is old, "this was a failover"
        await until(lambda: old.info().get("connected_slaves") == 2, "no copies")
        later = house.visit()
        assert (await house.over([later]))[0] in (Outcome.WHOLE, Outcome.HEALED)


async def test_what_reached_no_copy_is_said_again_or_told(machines: Machines, tmp_path: Path) -> None:
    """What was acknowledged in the last moments dies with the master: pages say it again, where a claim is forgotten
    the visitor is in line again, where the whole visit is, both sides are told the end."""
    async with office(tmp_path, machines) as house:
        await house.hire("Kim")
        old, talks = machines.master(), [house.visit(), house.visit()]
        await house.taken(talks)
        waits = house.visit()
        await until(lambda: bool(waits.visitor.told(Told.WAITING)), "not in line")
        await house.acked(talks)
        wait_for(lambda: old.ask("WAIT", 2, 1000) == 2, "not copied")
        copies = [each for each in machines.engines if each is not old]
        cut_off(machines, old, copies)
        await house.hire("Noor")
        unknown = house.visit()
        await house.taken([waits, unknown])
        await house.acked([*talks, waits, unknown])
        assert all(kept(old) > kept(copy) for copy in copies), "nothing is lost that could be mended"
        await asyncio.to_thread(old.kill)
        for copy in copies:
            copy.ask("CONFIG", "SET", "replica-serve-stale-data", "no")
            copy.ask("CONFIG", "SET", "masterauth", PASSWORDS["replica"])
        outcomes = await house.over([*talks, waits, unknown])
        assert machines.master() is not old
        assert set(outcomes[:2]) <= {Outcome.HEALED, Outcome.RETURNED}
        assert outcomes[2:] == [Outcome.RETURNED, Outcome.ENDED]


@pytest.mark.parametrize("machines", ["valkey"], indirect=True)  # a minute, of which most is the Sentinels' own pace
async def test_engines_are_exchanged_one_by_one_and_no_talk_minds(machines: Machines, tmp_path: Path) -> None:
    """The order of docs/deploy.md: the copies first, then the Sentinels choose another master by request."""
    async with office(tmp_path, machines) as house:
        await house.hire("Kim")
        old = machines.master()
        talks = [house.visit(), house.visit()]
        await house.taken(talks)
        for copy in (each for each in machines.engines if each is not old):
            await exchanged(copy, old)
        assert set(await house.over(talks)) <= UNTOUCHED
        talks = [house.visit(), house.visit()]
        await house.taken(talks)
        assert machines.sentinels[0].ask("SENTINEL", "FAILOVER", NAME)
        await house.acked(talks)
        await until(lambda: machines.master() is not old, "nothing was chosen")
        await until(lambda: old.info()["role"] == "slave", "the old one is still a master")
        await exchanged(old, machines.master())
        assert set(await house.over(talks)) <= UNTOUCHED


async def exchanged(copy: Machine, master: Machine) -> None:
    """Started again, and a copy as before."""
    await asyncio.to_thread(copy.kill)
    await asyncio.to_thread(copy.start)
    await until(lambda: master.info().get("connected_slaves") == 2, "not copied again")


def cut_off(machines: Machines, master: Machine, copies: list[Machine]) -> None:
    """What the master accepts from now on reaches no copy, and it does not mind. In service it minds after three
    seconds; so a test has time."""
    for sentinel in machines.sentinels:
        sentinel.ask("SENTINEL", "SET", NAME, "down-after-milliseconds", LAGGING)
    master.ask("CONFIG", "SET", "min-replicas-to-write", 0)
    for copy in copies:
        copy.ask("CONFIG", "SET", "replica-serve-stale-data", "yes")  # so that what it knows can be counted
        copy.ask("CONFIG", "SET", "masterauth", "another one")
    master.ask("CLIENT", "KILL", "TYPE", "replica")
    wait_for(lambda: not master.info().get("connected_slaves"), "still copied")


def kept(engine: Machine) -> int:
    """How many messages it has."""
    with engine.client() as client:
        return sum(client.xlen(key) for kind in ("up", "down") for key in client.scan_iter(f"{kind}:*", 1000))
