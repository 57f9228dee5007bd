"""What staff published: seen by every visitor process, never brought back by a slower console, gone in days."""

from handover.values import EDITION_DAYS, Edition
from tests.contract.ends import Ends, open_ends
from tests.engines import Engine

FIRST, SECOND = Edition(1, "one", b"first"), Edition(2, "two", b"second")


async def test_every_visitor_process_sees_what_is_published(engine: Engine, ends: Ends) -> None:
    assert await ends.visitor.mark() is None
    assert await ends.visitor.edition() is None
    assert await ends.staff.publish(FIRST)
    async with open_ends(engine) as other:
        for visitor in (ends.visitor, other.visitor):
            assert await visitor.mark() == (1, "one")
            assert await visitor.edition() == FIRST
        assert await other.staff.mark() == (1, "one")


async def test_a_slower_console_brings_nothing_older_back(ends: Ends) -> None:
    assert await ends.staff.publish(SECOND)
    assert not await ends.staff.publish(FIRST)
    assert await ends.visitor.edition() == SECOND


async def test_it_lives_for_days_and_looking_renews_it(engine: Engine, ends: Ends) -> None:
    await ends.staff.publish(FIRST)
    with engine.client() as admin:
        assert 0 < admin.pttl("edition:{all}") <= EDITION_DAYS * 86_400_000
        admin.pexpire("edition:{all}", 60_000)
        await ends.staff.mark()
        assert admin.pttl("edition:{all}") > 60_000
