"""The price of joining: nothing at rest, one level more for each doubling, and a highest that everybody can pay."""

import pytest

from safety.price import FREE_BOXES, HIGHEST, MAKING, enough, level_of, level_of_box, seconds_of


def level(waiting: int = 0, on_duty: int = 1, lately: int = 0, nearby: float = 0) -> int:
    return level_of(waiting, on_duty, lately, nearby)


def test_at_rest_joining_is_free() -> None:
    assert level(waiting=9, lately=19, nearby=4) == 0


@pytest.mark.parametrize(("name", "free"), [("waiting", 10), ("lately", 20), ("nearby", 5)])
def test_the_price_rises_with_each_doubling_and_has_an_end(name: str, free: int) -> None:
    for doublings in range(12):
        load = free * 2**doublings
        assert level(**{name: load}) == min(doublings + 1, HIGHEST)
        assert level(**{name: load - 1}) == min(doublings, HIGHEST)


def test_what_presses_most_decides() -> None:
    assert level(waiting=20, lately=20, nearby=5) == level(waiting=20) == 2


def test_an_operator_may_let_more_join_in_a_minute() -> None:
    assert level_of(0, 1, 59, 0, 60) == 0
    assert level_of(0, 1, 60, 0, 60) == 1


def test_a_new_box_always_costs_work_and_looking_only_while_many_do() -> None:
    assert (level_of_box(0, making=True), level_of_box(FREE_BOXES - 1, making=False)) == (MAKING, 0)
    for doublings in range(12):
        load = FREE_BOXES * 2**doublings
        assert level_of_box(load, making=False) == min(doublings + 1, HIGHEST)
        assert level_of_box(load, making=True) == min(doublings + 1 + MAKING, HIGHEST)


def test_a_large_team_has_a_larger_room() -> None:
    assert level(waiting=10, on_duty=4) == level(waiting=16, on_duty=8) == 1
    assert level(waiting=15, on_duty=8) == 0


def test_waiting_takes_longer_at_each_level_and_a_minute_at_most() -> None:
    waits = [seconds_of(level) for level in range(HIGHEST + 1)]
    assert waits == sorted(set(waits))
    assert (waits[0], waits[-1]) == (0, 60)


def test_a_price_that_rose_by_one_is_paid_and_by_more_is_not() -> None:
    for owed in range(HIGHEST + 1):
        assert enough(owed, owed)
        assert enough(owed - 1, owed)
        assert owed < 2 or not enough(owed - 2, owed)


def test_who_pays_the_highest_is_never_asked_again() -> None:
    assert all(enough(HIGHEST, owed) for owed in range(HIGHEST + 1))
