"""Noise for figures: the discrete Laplace distribution, drawn exactly.

The sampler of Canonne, Kamath and Steinke (NeurIPS 2020, algorithms 1 and 2) in whole numbers, since noise from
floating point gives away what it hides (Mironov 2012)."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, exp, sqrt

Below = Callable[[int], int]  # a whole number from 0 to below the given one, each as likely: secrets.randbelow


def laplace(scale: Fraction, below: Below) -> int:
    """A whole number n, drawn with a likelihood that falls as exp(-|n| / scale). ValueError unless `scale` is
    positive."""
    if scale <= 0:
        raise ValueError("noise needs a positive scale")
    top, bottom = scale.numerator, scale.denominator
    while True:
        first = below(top)
        if not _bernoulli_exp(first, top, below):
            continue
        whole = 0
        while _bernoulli_exp(1, 1, below):
            whole += 1
        size = (first + top * whole) // bottom
        negative = below(2) == 1
        if not (negative and size == 0):  # zero would come twice as often
            return -size if negative else size


def _bernoulli_exp(top: int, bottom: int, below: Below) -> bool:
    """True with the likelihood exp(-top/bottom), for 0 <= top <= bottom."""
    turn = 1
    while below(bottom * turn) < top:
        turn += 1
    return turn % 2 == 1


def likelihood(number: int, scale: Fraction) -> float:
    """How likely `laplace` gives this number."""
    step = exp(-1 / float(scale))
    return (1 - step) / (1 + step) * step ** abs(number)


def margin(scale: Fraction, draws: int = 1) -> int:
    """The least m such that in at least 19 of 20 cases the sum of so many draws lies within -m and m. For more than
    one it is rounded up: 2.12 standard deviations hold 95 % of one Laplace draw and more of any sum of them."""
    step = exp(-1 / float(scale))
    if draws == 1:
        bound = 0
        while 2 * step ** (bound + 1) / (1 + step) > 0.05:  # the two tails beyond it
            bound += 1
        return bound
    return ceil(2.12 * sqrt(draws * 2 * step) / (1 - step))
