"""What was shown is told once for many, again while there is no engine, and never kept from the others."""

import asyncio
from collections.abc import Mapping

from handover.ports import EngineUnavailable, HandoverError
from handover.shown import Shown


class Engine:
    """Told what was shown; `away` for so many times. It refuses what is about `spoilt`."""

    def __init__(self, away: int = 0, spoilt: str = "") -> None:
        self.told: list[dict[str, int]] = []
        self.is_told = asyncio.Event()
        self._away = away
        self._spoilt = spoilt

    async def tell(self, shown: Mapping[str, int]) -> None:
        if self._away:
            self._away -= 1
            raise EngineUnavailable("away")
        if self._spoilt in shown:
            raise HandoverError("spoilt")
        self.told.append(dict(shown))
        self.is_told.set()


async def test_many_are_told_at_once_each_with_its_highest_number() -> None:
    engine = Engine()
    shown = Shown(engine.tell)
    for talk, number in (("a", 1), ("b", 4), ("a", 3), ("a", 2)):
        shown.note(talk, number)
    await engine.is_told.wait()
    assert engine.told == [{"a": 3, "b": 4}]


async def test_what_was_not_told_for_want_of_an_engine_is_told_again() -> None:
    engine = Engine(away=1)
    shown = Shown(engine.tell)
    shown.note("a", 1)
    shown.note("b", 1)
    await engine.is_told.wait()
    assert engine.told == [{"a": 1, "b": 1}]


async def test_a_spoilt_talk_keeps_no_other_from_it() -> None:
    engine = Engine(spoilt="a")
    shown = Shown(engine.tell)
    for talk in ("a", "b"):
        shown.note(talk, 1)
    await engine.is_told.wait()
    assert engine.told == [{"b": 1}]


async def test_what_would_come_too_late_is_told_now() -> None:
    engine = Engine()
    shown = Shown(engine.tell)
    shown.note("a", 1)
    await shown.flush()
    assert engine.told == [{"a": 1}]
    await shown.flush()
    assert len(engine.told) == 1


async def test_what_is_on_its_way_has_arrived_before_anything_else_is_done() -> None:
    """Many take more than one call: the later ones go out when the first was answered."""
    asked, answered = asyncio.Event(), asyncio.Event()
    arrived: list[Mapping[str, int]] = []

    async def tell(shown: Mapping[str, int]) -> None:
        asked.set()
        await answered.wait()
        arrived.append(shown)

    shown = Shown(tell)
    shown.note("a", 1)
    await asked.wait()
    flushing = asyncio.create_task(shown.flush())
    await asyncio.sleep(0)
    assert not flushing.done()
    answered.set()
    await flushing
    assert arrived == [{"a": 1}]


async def test_whoever_closes_it_tells_the_rest() -> None:
    engine = Engine()
    shown = Shown(engine.tell)
    shown.note("a", 1)
    await shown.close()
    assert engine.told == [{"a": 1}]
    await shown.close()


async def test_an_engine_that_goes_while_each_is_told_alone_is_told_the_rest_again() -> None:
    engine = Engine(spoilt="a")
    alone: list[str] = []

    async def tell_until_it_goes(shown: Mapping[str, int]) -> None:
        if len(shown) == 1:
            alone.extend(shown)
            if len(alone) == 2:
                raise EngineUnavailable("away")
        await engine.tell(shown)

    shown = Shown(tell_until_it_goes)
    for talk in ("a", "b", "c"):
        shown.note(talk, 1)
    await engine.is_told.wait()
    await shown.close()
    assert {talk: 1 for told in engine.told for talk in told} == {"b": 1, "c": 1}
