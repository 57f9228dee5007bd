"""Left messages through the engine: a box that only its name opens, letters kept once, erased at once."""

from dataclasses import replace

import pytest

from handover.post import MOST, ROOM, Box, Erasing, Letter
from handover.values import Accepted, DeskId, Done, Full, Gone, OutOfOrder
from safety.codes import box_of
from safety.sealing import Direction
from tests.contract.ends import DESK, Ends, keys
from tests.engines import Engine

BOX = box_of(b"n" * 32)
UNTIL = 30_000  # a day in 2052
FIRST = Letter(Direction.UP, 1, 0, "desk.1.line", "c2VhbGVk")
SECOND = Letter(Direction.UP, 2, 1, "desk.1.line", "bW9yZQ")
ANSWER = Letter(Direction.DOWN, 1, 1, "desk.1.line", "YW5zd2Vy")
VISITOR = "visitors-key"


async def left(ends: Ends, letter: Letter = FIRST, box: str = BOX) -> object:
    return await ends.visitor.leave(DESK, box, letter, VISITOR, UNTIL)


async def settled(ends: Ends) -> int:
    came = await ends.staff.posted(DESK)
    for posted in came:
        await ends.staff.settle(DESK, posted)
    return len(came)


async def test_a_letter_waits_for_the_console_and_is_kept_once(ends: Ends) -> None:
    assert await left(ends) == Accepted(1)
    assert await left(ends) == Accepted(1)
    (posted,) = await ends.staff.posted(DESK)
    assert (posted.box, posted.until, posted.visitor, posted.letter) == (BOX, UNTIL, VISITOR, FIRST)
    assert await ends.visitor.look(DESK, BOX) == Box(UNTIL, VISITOR, 0, (FIRST,))
    await ends.staff.settle(DESK, posted)
    assert await ends.staff.posted(DESK) == []
    assert await ends.visitor.look(DESK, BOX) == Box(UNTIL, VISITOR, 1, (FIRST,))


async def test_letters_follow_one_another(ends: Ends) -> None:
    assert await left(ends, SECOND) == Gone()
    await left(ends)
    assert await left(ends, replace(SECOND, number=3)) == OutOfOrder(2)
    assert await left(ends, replace(FIRST, body="b3RoZXI")) == OutOfOrder(2)
    assert await left(ends, SECOND) == Accepted(2)


async def test_a_second_code_cannot_write_into_a_box(ends: Ends) -> None:
    await left(ends)
    assert await ends.visitor.leave(DESK, BOX, SECOND, "another-key", UNTIL) == Gone()


async def test_a_later_letter_does_not_lengthen_a_box(ends: Ends, engine: Engine) -> None:
    await left(ends)
    await ends.visitor.leave(DESK, BOX, SECOND, VISITOR, UNTIL + 30)
    assert [each.until for each in await ends.staff.posted(DESK)] == [UNTIL, UNTIL]
    with engine.client() as admin:
        assert admin.execute_command("PEXPIRETIME", f"box:{{demo}}:{BOX}") == (UNTIL + 1) * 86_400_000


async def test_an_answer_lies_where_its_code_looks(ends: Ends) -> None:
    await left(ends)
    await settled(ends)
    await left(ends, SECOND)  # on its way while somebody answers the first
    await ends.staff.place(DESK, BOX, Box(UNTIL, VISITOR, 1, (FIRST, ANSWER)))
    assert await ends.visitor.look(DESK, BOX) == Box(UNTIL, VISITOR, 1, (FIRST, SECOND, ANSWER))
    assert await ends.staff.holdings(DESK, [BOX, box_of(b"x")]) == [(1, 1), None]


async def test_a_box_comes_back_after_the_engine_lost_it(ends: Ends, engine: Engine) -> None:
    await left(ends)
    await settled(ends)
    with engine.client() as admin:
        admin.flushall()
    assert await ends.visitor.look(DESK, BOX) == Gone()
    await ends.staff.place(DESK, BOX, Box(UNTIL, VISITOR, 1, (FIRST,)))
    assert await ends.visitor.look(DESK, BOX) == Box(UNTIL, VISITOR, 1, (FIRST,))
    assert await left(ends, SECOND) == Accepted(2)


async def test_erasing_takes_the_letters_at_once_and_the_rest_when_settled(ends: Ends, engine: Engine) -> None:
    await left(ends)
    await settled(ends)
    assert await ends.visitor.erase(DESK, BOX) == Done()
    assert await ends.visitor.look(DESK, BOX) == Erasing()
    with engine.client() as admin:
        assert admin.hgetall(f"box:{{demo}}:{BOX}") == {b"erasing": b"1"}
    assert await left(ends, SECOND) == Gone()
    await ends.staff.place(DESK, BOX, Box(UNTIL, VISITOR, 1, (FIRST,)))
    assert await ends.visitor.look(DESK, BOX) == Erasing()
    (posted,) = await ends.staff.posted(DESK)
    assert posted.letter is None
    await ends.staff.settle(DESK, posted)
    assert await ends.visitor.look(DESK, BOX) == Gone()
    assert not any(key.startswith("box:") for key in keys(engine))
    assert await ends.visitor.erase(DESK, BOX) == Gone()


async def test_everything_has_a_lifetime(ends: Ends, engine: Engine) -> None:
    await left(ends)
    await ends.staff.offer(DESK, "desk.1.line", 60)
    with engine.client() as admin:
        assert {key: admin.pttl(key) > 0 for key in keys(engine)} == dict.fromkeys(keys(engine), True)


async def test_a_box_and_the_way_to_the_console_are_bounded(ends: Ends) -> None:
    for number in range(1, MOST + 1):
        assert await left(ends, replace(FIRST, number=number)) == Accepted(number)
    assert await left(ends, replace(FIRST, number=MOST + 1)) == Full()
    for other in range(ROOM - MOST):
        assert await left(ends, box=box_of(str(other).encode())) == Accepted(1)
    assert await left(ends, box=box_of(b"one more")) == Full()


async def test_a_desk_is_written_to_while_its_line_is_offered(ends: Ends) -> None:
    assert await ends.visitor.desk_line(DESK) == ""
    await ends.staff.offer(DESK, "desk.1.line", 60)
    assert await ends.visitor.desk_line(DESK) == "desk.1.line"
    assert await ends.visitor.desk_line(DeskId("other")) == ""
    await ends.staff.offer(DESK, "", 60)
    assert await ends.visitor.desk_line(DESK) == ""


async def test_a_malformed_name_is_a_box_that_is_gone(ends: Ends) -> None:
    for name in ("", "x", "*" * 43, f"{BOX}x", "}:".ljust(43, "x")):
        assert await ends.visitor.look(DESK, name) == Gone()
        assert await left(ends, box=name) == Gone()
        assert await ends.visitor.erase(DESK, name) == Gone()
    with pytest.raises(ValueError, match="letter"):
        await left(ends, replace(FIRST, body="x" * 10_000))
