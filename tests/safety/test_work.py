"""Proof of work: only ours, only solved, only for its purpose and its time; in the format of ALTCHA."""

import copy
import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.work import LIFETIME, LONGEST, BadWork, Effort, Solved, Work
from tests.solver import answer, solve

KEY = bytes(range(32))
NOW = 1_800_000_000
SMALL = Effort(cost=50, tries=40)


@pytest.fixture
def work() -> Work:
    return Work(KEY, SMALL)


def count_up(length: int) -> bytes:
    return bytes(range(length))


# Made by `create_challenge` of the package altcha 2.3.0 with our two keys and the random bytes 00 01 02 ...; solved by
# its `solve_challenge`, and verified by its `verify_solution` over either of its two paths.
ALTCHA_QUESTION = {
    "parameters": {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 50,
        "data": {"for": "join", "level": 2},
        "expiresAt": NOW + 600,
        "keyLength": 32,
        "keyPrefix": "47c04bc4404e5a64d6474d1cb511e673",
        "keySignature": "63d6738bb9b595baf12766199bac582863a712af0ebc15aebeedcf2148f825a1",
        "nonce": "000102030405060708090a0b0c0d0e0f",
        "salt": "000102030405060708090a0b0c0d0e0f",
    },
    "signature": "0775b7b7108df45b286002dd0911c8b0409d05c2d28d2f864a5a60dd80fd69d3",
}
ALTCHA_KEY = "47c04bc4404e5a64d6474d1cb511e6733f69708ee3260daec3f771f6fe74f554"
ALTCHA_COUNTER = 23


def test_a_question_is_byte_for_byte_what_altcha_makes() -> None:
    assert Work(KEY, SMALL, count_up).ask("join", 2, NOW) == ALTCHA_QUESTION


def test_an_answer_that_altcha_found_is_accepted(work: Work) -> None:
    found = answer(ALTCHA_QUESTION, ALTCHA_COUNTER, bytes.fromhex(ALTCHA_KEY))
    assert work.check("join", found, NOW) == Solved("000102030405060708090a0b0c0d0e0f", 2)
    assert solve(ALTCHA_QUESTION) == found


@pytest.mark.parametrize("level", [1, 2, 3])
def test_an_answer_is_worth_the_level_of_its_question(work: Work, level: int) -> None:
    question = work.ask("join", level, NOW)
    assert work.check("join", solve(question), NOW + LIFETIME) == Solved(question["parameters"]["nonce"], level)


def test_each_level_doubles_the_tries() -> None:
    """The counter that fits is anywhere below the most tries, and never above."""
    last = Work(KEY, SMALL, lambda length: b"\xff" * length)  # 2**64 - 1, the remainder of which is high
    for level in range(1, 7):
        counter = json.loads(b64decode(solve(last.ask("join", level, NOW))))["solution"]["counter"]
        assert counter == (2**64 - 1) % (40 * 2 ** (level - 1))


def test_no_two_questions_are_alike(work: Work) -> None:
    assert len({work.ask("join", 1, NOW)["parameters"]["nonce"] for _ in range(100)}) == 100


def test_another_process_with_the_same_key_accepts_it_and_one_with_another_does_not(work: Work) -> None:
    found = solve(work.ask("join", 1, NOW))
    assert Work(KEY).check("join", found, NOW).level == 1
    with pytest.raises(BadWork):
        Work(bytes(32)).check("join", found, NOW)


def test_it_is_too_late_after_its_lifetime(work: Work) -> None:
    found = solve(work.ask("join", 1, NOW))
    with pytest.raises(BadWork):
        work.check("join", found, NOW + LIFETIME + 1)


def test_work_for_one_purpose_is_worth_nothing_for_another(work: Work) -> None:
    found = solve(work.ask("join", 1, NOW))
    with pytest.raises(BadWork):
        work.check("code", found, NOW)


def test_no_work_is_no_answer(work: Work) -> None:
    """What altcha up to 2.0.2 accepted: a key that fits its counter, and not the question."""
    question = work.ask("join", 6, NOW)
    asked = question["parameters"]
    for key in (bytes(32), b"", bytes.fromhex(asked["keyPrefix"]), bytes.fromhex(asked["keyPrefix"]) + bytes(16)):
        with pytest.raises(BadWork):
            work.check("join", answer(question, 0, key), NOW)


@pytest.mark.parametrize("field", sorted(ALTCHA_QUESTION["parameters"]))
def test_a_question_that_was_changed_is_none_of_ours(work: Work, field: str) -> None:
    question = work.ask("join", 1, NOW)
    found: dict[str, Any] = json.loads(b64decode(solve(question)))
    others: list[Any] = [0, NOW * 2, "00", None, [], {"for": "join", "level": 6}]
    for changed in others:
        altered = copy.deepcopy(found)
        if altered["challenge"]["parameters"][field] == changed:
            continue
        altered["challenge"]["parameters"][field] = changed
        with pytest.raises(BadWork):
            work.check("join", b64encode(json.dumps(altered).encode()).decode(), NOW)
    del found["challenge"]["parameters"][field]
    with pytest.raises(BadWork):
        work.check("join", b64encode(json.dumps(found).encode()).decode(), NOW)


@given(st.text(max_size=LONGEST + 10))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadWork):
        Work(KEY, SMALL).check("join", text, NOW)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), lambda inner: (
    st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["challenge", "parameters", "signature", "solution", "derivedKey"]), inner)
))  # fmt: skip


@given(JSON)
def test_any_other_json_is_refused(value: Any) -> None:
    with pytest.raises(BadWork):
        Work(KEY, SMALL).check("join", b64encode(json.dumps(value).encode()).decode(), NOW)


@pytest.mark.parametrize("deep", ["[", '{"challenge":', '{"challenge":{"parameters":'])
def test_a_bottomless_one_is_refused(work: Work, deep: str) -> None:
    room = LONGEST * 3 // 4 // len(deep)
    with pytest.raises(BadWork):
        work.check("join", b64encode((deep * room).encode()).decode(), NOW)
