"""How findings are told: worst first, one line each, and an exit status that a timer can act on."""

import io

import pytest

from fristad.doctor.findings import NOT_CHECKED, NOTHING_WRONG, WRONG, Finding, Weight, tell


def finding(weight: Weight, what: str = "Something.") -> Finding:
    return Finding(weight, what, "Do this.")


def test_the_worst_comes_first_and_each_has_one_line() -> None:
    out = io.StringIO()
    tell([finding(weight, f"{weight.name}\n there.") for weight in reversed(Weight)], out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [weight.name.lower() for weight in Weight]
    assert all(line.endswith("Do this.") for line in lines[:-1])
    assert lines[-1] == "4 things are wrong; 1 was left unseen."


@pytest.mark.parametrize(
    ("weights", "status", "summary"),
    [
        ([], NOTHING_WRONG, "Nothing is wrong; nothing was left unseen."),
        ([Weight.ADVICE, Weight.ELSEWHERE], NOTHING_WRONG, "Nothing is wrong; nothing was left unseen."),
        ([Weight.UNSEEN, Weight.ADVICE], NOT_CHECKED, "Nothing is wrong; 1 was left unseen."),
        ([Weight.UNSEEN, Weight.MINOR], WRONG, "1 thing is wrong; 1 was left unseen."),
        ([Weight.WORDS, Weight.MINOR, Weight.MINOR], WRONG, "2 things are wrong; nothing was left unseen."),
    ],
)
def test_the_status_tells_wrong_from_not_looked_at(weights: list[Weight], status: int, summary: str) -> None:
    out = io.StringIO()
    assert tell(map(finding, weights), out) == status
    assert out.getvalue().splitlines()[-1] == summary
