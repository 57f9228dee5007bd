"""Our sampler draws from the distribution that OpenDP's does: two samples, one test of being alike."""

import secrets
from collections import Counter
from fractions import Fraction

import opendp.prelude as dp
import pytest

from safety.noise import laplace

DRAWS = 30_000


@pytest.mark.parametrize("scale", [2, 12])
def test_ours_and_opendps_are_alike(scale: int) -> None:
    dp.enable_features("contrib")
    domain, metric = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    theirs = Counter(dp.m.make_laplace(domain, metric, scale=float(scale))([0] * DRAWS))
    ours = Counter(laplace(Fraction(scale), secrets.randbelow) for _ in range(DRAWS))
    bins = [n for n in {*ours, *theirs} if ours[n] + theirs[n] >= 40]
    rest = [DRAWS - sum(each[n] for n in bins) for each in (ours, theirs)]
    pairs = [(ours[n], theirs[n]) for n in bins] + ([(rest[0], rest[1])] if sum(rest) >= 10 else [])
    chi = sum((one - other) ** 2 / (one + other) for one, other in pairs)
    freedom = len(pairs) - 1
    spread = 2 / (9 * freedom)
    assert chi < freedom * (1 - spread + 5.2 * spread**0.5) ** 3  # once in 10^7 runs
