"""The sampler draws what it says, and what is said of a number hides it (requirements ST-3 and ST-4)."""

import random
import secrets
from collections import Counter
from fractions import Fraction
from math import exp

import pytest

from safety.figures import differ, disclose, merge_small
from safety.noise import laplace, likelihood, margin


@pytest.mark.parametrize("scale", [Fraction(2), Fraction(4, 3), Fraction(12)])
def test_the_sampler_has_the_exact_distribution(scale: Fraction) -> None:
    """Chi-squared over 40,000 draws of the system's randomness; the bound fails a right sampler once in 10^7 runs."""
    draws = 40_000
    counted = Counter(laplace(scale, secrets.randbelow) for _ in range(draws))
    inner = [n for n in range(-200, 201) if draws * likelihood(n, scale) >= 20]
    expected = [draws * likelihood(n, scale) for n in inner]
    seen = [counted[n] for n in inner]
    expected.append(draws - sum(expected))
    seen.append(draws - sum(seen))
    chi = sum((one - other) ** 2 / other for one, other in zip(seen, expected, strict=True))
    freedom = len(seen) - 1
    # Wilson and Hilferty: the cube root of chi/freedom is nearly normal; 5.2 standard deviations.
    spread = 2 / (9 * freedom)
    assert chi < freedom * (1 - spread + 5.2 * spread**0.5) ** 3


def test_a_biased_sampler_would_be_found() -> None:
    """The check above is no formality: a sampler that draws zero twice as often fails it."""
    scale, draws = Fraction(2), 40_000
    drawn = random.Random(1)
    counted = Counter(0 if drawn.random() < 0.02 else laplace(scale, drawn.randrange) for _ in range(draws))
    expected = draws * likelihood(0, scale)
    assert (counted[0] - expected) ** 2 / expected > 25


def test_a_neighbour_is_never_told_apart_by_more_than_epsilon() -> None:
    """One talk more or less changes how likely any published figure is by exp(most/scale) at most: exactly, over all
    that can come out."""
    scale, most = Fraction(4), 1
    for raw in (0, 1, 7, 8, 12, 50):
        outcomes: dict[int | None, list[float]] = {}
        for noise in range(-300, 301):
            weight = likelihood(noise, scale)
            outcomes.setdefault(disclose(raw + noise), [0.0, 0.0])[0] += weight
            outcomes.setdefault(disclose(raw + most + noise), [0.0, 0.0])[1] += weight
        for one, other in outcomes.values():
            if min(one, other) > 1e-12:
                assert max(one / other, other / one) <= exp(most / float(scale)) * (1 + 1e-6)


def test_the_sampler_itself_keeps_neighbours_apart_by_epsilon() -> None:
    """The same as an attacker would measure it, on 60,000 draws (requirement ST-4)."""
    scale, draws = Fraction(2), 60_000
    here = Counter(disclose(10 + laplace(scale, secrets.randbelow)) for _ in range(draws))
    there = Counter(disclose(11 + laplace(scale, secrets.randbelow)) for _ in range(draws))
    for figure in {*here, *there}:
        if min(here[figure], there[figure]) > 500:
            ratio = here[figure] / there[figure]
            error = 5 * (1 / here[figure] + 1 / there[figure]) ** 0.5
            assert exp(-0.5) * (1 - error) <= ratio <= exp(0.5) * (1 + error)


@pytest.mark.parametrize("scale", [Fraction(2), Fraction(4), Fraction(12)])
def test_the_margin_holds_in_nineteen_of_twenty(scale: Fraction) -> None:
    inside = sum(likelihood(n, scale) for n in range(-margin(scale), margin(scale) + 1))
    assert inside >= 0.95
    assert inside - 2 * likelihood(margin(scale), scale) < 0.95  # one less would not


def test_the_margin_of_a_sum_holds_too() -> None:
    drawn, scale = random.Random(7), Fraction(4)
    for parts in (2, 20):
        sums = [sum(laplace(scale, drawn.randrange) for _ in range(parts)) for _ in range(3_000)]
        assert sum(abs(each) <= margin(scale, parts) for each in sums) / len(sums) > 0.945


def test_noise_without_a_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        laplace(Fraction(0), secrets.randbelow)


@pytest.mark.parametrize(
    ("noisy", "figure"),
    [(-40, None), (0, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (353, 355)],
)
def test_what_is_said_of_a_number(noisy: int, figure: int | None) -> None:
    assert disclose(noisy) == figure


def test_two_figures_differ_only_beyond_their_margins() -> None:
    assert not differ(50, 60, (12, 12))
    assert differ(50, 80, (12, 12))
    assert not differ(None, None, (1, 1))
    assert not differ(None, 10, (5, 5))
    assert differ(None, 40, (5, 5))
    assert differ(40, None, (5, 5))


def test_small_desks_are_put_together_with_small_ones_only() -> None:
    sizes = {"big": 90, "a": 4, "b": 7, "c": 3, "d": 6, "e": 2}
    regions = {"big": "x", "a": "x", "b": "x", "c": "y", "d": "z", "e": "z"}
    groups, alone = merge_small(sizes, regions, 10)
    assert groups == {"big": ("big",), "region.x": ("a", "b"), "rest": ("c", "d", "e")}
    assert alone == ()


def test_a_single_small_desk_is_in_the_sum_alone() -> None:
    groups, alone = merge_small({"big": 90, "a": -3}, {"big": "x", "a": "x"}, 10)
    assert (groups, alone) == ({"big": ("big",)}, ("a",))
