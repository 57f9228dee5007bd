"""What reaching a box costs: nothing at rest for one's own, a little for a new one, more for everybody in a flood."""

import json
import secrets
from base64 import b64decode
from typing import Any

from bot.web.gate import FREE, HIGHEST, MAKING, Gate
from safety.work import LIFETIME, Effort
from tests.bot.conftest import Clock
from tests.solver import solve

EFFORT = Effort(cost=1, tries=4)


def gate(clock: Clock) -> Gate:
    return Gate(secrets.token_bytes(32), clock, clock, EFFORT)


def level(question: dict[str, Any] | None) -> int:
    return question["parameters"]["data"]["level"] if question else 0


def test_looking_costs_nothing_at_rest_and_a_new_box_a_little() -> None:
    ours = gate(Clock())
    assert ours.charge("", making=False) is None
    assert level(ours.charge("", making=True)) == MAKING


def test_a_flood_makes_it_dearer_for_a_minute() -> None:
    clock = Clock()
    ours = gate(clock)
    for made in range(FREE * 2**HIGHEST + 100):
        ours.note()
        if made + 1 == FREE:
            assert level(ours.charge("", making=False)) == 1
        if made + 1 == 2 * FREE:
            assert level(ours.charge("", making=True)) == MAKING + 2
    assert level(ours.charge("", making=True)) == level(ours.charge("", making=False)) == HIGHEST
    clock.now += 61
    assert ours.charge("", making=False) is None


def test_an_answer_counts_once_and_in_time() -> None:
    clock = Clock()
    ours = gate(clock)
    question = ours.charge("", making=True)
    assert question
    answer = solve(question)
    assert ours.charge(answer, making=True) is None
    assert ours.charge(answer, making=True) is not None
    late = solve(ours.charge("", making=True) or {})
    clock.now += LIFETIME + 1
    assert ours.charge(late, making=True) is not None


def test_an_answer_still_does_after_the_price_rose_by_one_and_not_by_more() -> None:
    clock = Clock()
    ours = gate(clock)
    early, soon = (solve(ours.charge("", making=True) or {}) for _ in range(2))
    for _ in range(FREE):
        ours.note()
    assert ours.charge(soon, making=True) is None
    for _ in range(FREE):
        ours.note()
    assert ours.charge(early, making=True) is not None


def test_what_is_no_answer_pays_nothing() -> None:
    ours = gate(Clock())
    question = ours.charge("", making=True)
    assert question
    solved = json.loads(b64decode(solve(question)))
    solved["challenge"]["parameters"]["data"]["level"] = 6
    for answer in ("", "x", "e30=", json.dumps(solved)):
        assert ours.charge(answer, making=True) is not None
