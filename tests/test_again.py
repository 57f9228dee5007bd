"""What fails once is tried again, told, and never more than a few times."""

from pathlib import Path

import pytest

from tests import again

UNSTEADY = """
    import pathlib
    import pytest

    @pytest.mark.parametrize("number", range({tests}))
    def test_passes_at_the_second_try(number):
        mark = pathlib.Path(f"tried-{{number}}")
        if not mark.exists():
            mark.touch()
            raise AssertionError("a second without a processor")
"""


@pytest.mark.parametrize(("tests", "code"), [(1, 0), (again.MOST, 0), (again.MOST + 1, 1)])
def test_what_passes_at_the_second_try_is_told_and_a_few_may(pytester: pytest.Pytester, tests: int, code: int) -> None:
    pytester.makepyfile(UNSTEADY.format(tests=tests))
    run = pytester.runpytest_inprocess("-p", "tests.again", "-p", "no:asyncio")
    assert run.ret == code
    outcomes = run.parseoutcomes()
    assert (outcomes["passed"], outcomes["rerun"]) == (tests, tests)
    told = run.stdout.str()
    assert told.count("UNSTEADY ") == tests
    assert "a second without a processor" in told


def test_what_fails_twice_has_failed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_fails(): assert False")
    run = pytester.runpytest_inprocess("-p", "tests.again", "-p", "no:asyncio")
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert run.parseoutcomes()["failed"] == 1


def test_what_races_with_nothing_is_tried_once(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("flaky") is None
    assert {each.name for each in Path(__file__).parent.iterdir() if each.is_dir()} > again.RACING
