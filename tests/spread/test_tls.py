"""Several engines that speak TLS alone, with an authority of their own, as `docs/deploy.md` sets them up. On Redis 7.0:
the Valkey of the tests is built without TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
import redis

from fristad.doctor.spread import check_copying, check_sentinels, engine_addresses
from handover.events import Resync, Said, TalkEvent
from handover.ports import EngineUnavailable
from handover.values import Accepted, Message, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, DESK, Ends, message, open_ends, soon, taken
from tests.spread.machines import PASSWORDS, Machine, Machines, clustered, replicated, wait_for
from tests.spread.test_cluster import home_of
from tests.spread.test_sentinel import BACK, retried

KIND = "redis-7.0"


async def test_sentinels_with_tls_alone_and_a_failover() -> None:
    with replicated(KIND, tls=True) as machines:
        assert machines.url("staff").startswith("rediss+sentinel://")
        _check_clear([*machines.engines, *machines.sentinels])
        admin = machines.url("admin")
        nodes = engine_addresses(admin)
        assert len(nodes) == 3
        assert check_sentinels(admin, admin=True) == []
        assert [each for each in check_copying(admin, nodes) if "could not be asked" in each.what] == []
        async with open_ends(machines) as ends:
            await carry_on(machines, ends, lambda _: machines.master())


async def test_a_cluster_with_tls_alone_and_a_failover() -> None:
    with clustered(KIND, tls=True) as machines:
        assert machines.url("staff").startswith("rediss+cluster://")
        _check_clear(machines.engines)
        assert len(engine_addresses(machines.url("admin"))) == 6
        async with open_ends(machines) as ends:
            await carry_on(machines, ends, lambda _: home_of(machines, DESK))


@pytest.mark.parametrize("made", [replicated, clustered])
async def test_an_engine_of_an_authority_that_nobody_named_is_none(
    made: Callable[..., AbstractContextManager[Machines]],
) -> None:
    with made(KIND, tls=True) as machines:
        stranger = RedisVisitorEnd(machines.url("visitor").partition("?")[0])
        with pytest.raises(EngineUnavailable):
            await stranger.open()
        await stranger.close()


async def carry_on(machines: Machines, ends: Ends, master: Callable[[TalkRef], Machine]) -> None:
    """A talk by both ends, through the death of the engine that has it."""
    ref = await taken(ends)
    old = master(ref)
    async with ends.staff.follow(ref) as to_staff, ends.visitor.follow(ref) as to_visitor:
        assert await ends.visitor.say(ref, 1, message(1), b"up") == Accepted(1)
        assert await soon(to_staff) == Said(Message(1, message(1), b"up"))
        assert await ends.staff.say(ref, ANNA, 1, message(2), b"down") == Accepted(1)
        assert await soon(to_visitor) == Said(Message(1, message(2), b"down"))
        wait_for(lambda: old.ask("WAIT", 1, 1000) >= 1, "not copied")
        await asyncio.to_thread(old.kill)
        assert await retried(partial(ends.visitor.say, ref, 2, message(3), b"after")) == Accepted(2)
        await _after_resync(to_staff)
        await retried(partial(ends.staff.say, ref, ANNA, 2, message(4), b"after, too"))
        heard = await retried(partial(ends.staff.hear, ref, ANNA, 0))
        assert isinstance(heard, list)
        assert [each.body for each in heard] == [b"up", b"after"]
    assert master(ref) is not old


async def _after_resync(events: AsyncIterator[TalkEvent]) -> None:
    async with asyncio.timeout(BACK):
        while await anext(events) != Resync():
            pass


def _check_clear(machines: list[Machine]) -> None:
    """Nobody is answered in the clear."""
    for each in machines:
        with pytest.raises((redis.ConnectionError, ssl.SSLError)):
            redis.Redis("127.0.0.1", each.port, username="admin", password=PASSWORDS["admin"], protocol=2).ping()
