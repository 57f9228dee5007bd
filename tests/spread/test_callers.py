"""A caller in line keeps the call and the place while a master dies, and hears nothing of it."""

import asyncio
from functools import partial

from bot.phone.call import Event, Lost, Placed
from bot.phone.queue import Queue
from handover.counters import Tally
from tests.contract.ends import BO, DESK, joined, on_duty, open_ends
from tests.spread.machines import Machines, replicated, wait_for
from tests.spread.test_sentinel import BACK, retried


async def test_a_failover_costs_a_caller_in_line_nothing() -> None:
    with replicated("valkey") as machines:
        async with open_ends(machines) as ends:
            await on_duty(ends.staff, BO)
            ref = await joined(ends.visitor)  # as `Queue.join` does, once it has looked who answers telephones
            queue = Queue(ends.visitor, Tally(frozenset()), DESK, 180, answered=lambda: True)
            told: asyncio.Queue[Event] = asyncio.Queue()
            watching = asyncio.create_task(queue.watch(ref, told.put_nowait))
            assert await place(told) == 1
            await fail_over(machines)
            await retried(partial(ends.visitor.opening, DESK))
            while not told.empty():
                told.get_nowait()
            assert await place(told) == 1
            assert not watching.done()
            watching.cancel()


async def place(told: "asyncio.Queue[Event]") -> int:
    """The caller's next place."""
    async with asyncio.timeout(2 * BACK):
        while not isinstance(event := await told.get(), Placed):
            assert not isinstance(event, Lost)
    return event.place


async def fail_over(machines: Machines) -> None:
    old = machines.master()
    wait_for(lambda: old.ask("WAIT", 2, 1000) == 2, "not copied")
    await asyncio.to_thread(old.kill)
    await asyncio.to_thread(wait_for, lambda: machines.master() is not old, "no failover", BACK)
