"""What may count once: spent in one process, refused in every other, forgotten in time, bounded."""

import asyncio
import secrets

import pytest

from handover.ports import HandoverError
from handover.values import SPENT, DeskId
from tests.contract.ends import DESK, Ends, keys, open_ends
from tests.engines import Engine

KEY = f"spent:{{{DESK}}}"


async def test_a_nonce_counts_once_in_all_processes(engine: Engine) -> None:
    async with open_ends(engine) as one, open_ends(engine) as other:
        assert await one.visitor.spend(DESK, "a" * 32, 600)
        for _ in range(3):
            assert not await other.visitor.spend(DESK, "a" * 32, 600)
            assert not await one.visitor.spend(DESK, "a" * 32, 600)
        assert await other.visitor.spend(DESK, "b" * 32, 600)


async def test_of_many_at_once_exactly_one_succeeds(engine: Engine) -> None:
    async with open_ends(engine) as one, open_ends(engine) as other:
        ends = [one.visitor, other.visitor] * 20
        assert sum(await asyncio.gather(*(end.spend(DESK, "once", 600) for end in ends))) == 1


async def test_desks_remember_apart(ends: Ends) -> None:
    assert await ends.visitor.spend(DESK, "once", 600)
    assert await ends.visitor.spend(DeskId("other"), "once", 600)


async def test_what_was_spent_is_forgotten_in_time(ends: Ends, engine: Engine) -> None:
    await ends.visitor.spend(DESK, "early", 1)
    await ends.visitor.spend(DESK, "late", 600)
    await asyncio.sleep(1.1)
    assert await ends.visitor.spend(DESK, "early", 1)
    assert not await ends.visitor.spend(DESK, "late", 1)
    with engine.client() as admin:
        admin.delete(KEY)
    await ends.visitor.spend(DESK, "last", 1)
    await asyncio.sleep(1.1)
    assert keys(engine) == set()


async def test_the_memory_of_it_is_bounded_and_loses_what_ends_soonest(ends: Ends, engine: Engine) -> None:
    with engine.client() as admin:
        await ends.visitor.spend(DESK, "soonest", 600)
        late = admin.zrange(KEY, 0, -1, withscores=True)[0][1] + 1
        for first in range(0, SPENT, 4096):
            admin.zadd(KEY, {secrets.token_hex(16): late + number for number in range(first, first + 4096)})
        assert await ends.visitor.spend(DESK, "newest", 6000)
        assert admin.zcard(KEY) == SPENT
        assert admin.zscore(KEY, "soonest") is None
        assert admin.zscore(KEY, "newest") is not None
        assert int(admin.memory_usage(KEY, samples=0)) < 10_000_000


@pytest.mark.parametrize("nonce", ["", "x" * 65, "å", "a\nb", "\x00"])
async def test_anything_else_is_no_nonce(ends: Ends, nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        await ends.visitor.spend(DESK, nonce, 600)


async def test_a_spoilt_key_is_told_as_a_failure(ends: Ends, engine: Engine) -> None:
    with engine.client() as admin:
        admin.set(KEY, "x")
    with pytest.raises(HandoverError):
        await ends.visitor.spend(DESK, "once", 600)
