"""How a value goes over a row of takes: a slope with its interval.

Late takes are compared with early ones, each weighing as much as its distance from the middle of the row to
some power: 1 gives the line of least squares, which sees an even change best, 0 the later half against the
earlier, which sees a step best. The interval is Student's, by what lies beside that course.
Takes near each other are often alike, and a few of them say less then: the likeness of neighbours is taken as
given, not found, since few takes cannot tell it, and makes the error larger by the square root of
(1 + r) / (1 - r) (Bayley and Hammersley 1946, The "effective" number of independent observations in an
autocorrelated time series, Supplement to the Journal of the Royal Statistical Society 8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean, median


@dataclass(frozen=True, slots=True)
class Slope:
    """A change from the first value to the last, its standard error and the degrees of freedom of that."""

    change: float
    error: float
    freedom: int

    def bounds(self, confidence: float) -> tuple[float, float]:
        """Return the interval that holds the change with this confidence."""
        reach = student(confidence, self.freedom) * self.error
        return self.change - reach, self.change + reach


def slope(values: Sequence[float], *, power: float, alike: float) -> Slope:
    """Return how ``values`` go, three or more; ``alike`` is the correlation of neighbours (below 1)."""
    count = len(values)
    places = [place - (count - 1) / 2 for place in range(count)]
    weights = [math.copysign(abs(place) ** power, place) for place in places]
    middle, weight = fmean(values), _product(weights, weights)
    centred = [value - middle for value in values]
    along = _product(centred, weights)
    beside = max(_product(centred, centred) - along * along / weight, 0.0) / (count - 2)
    whole = (count - 1) / _product(weights, places)
    error = math.sqrt(beside * weight * (1 + alike) / (1 - alike)) * whole
    return Slope(along * whole, error, count - 2)


def student(confidence: float, freedom: int) -> float:
    """Return how many standard errors an interval reaches to either side, for three degrees of freedom on.

    An expansion (Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 26.7.5), right to 1 %.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return math.fsum(term / freedom**k for k, term in enumerate(terms))


def _product(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def groups(values: Sequence[float], most: int, *, counted: bool = False) -> list[float]:
    """Return the middles of at most so many groups of neighbours."""
    count = len(values)
    if count <= most:
        return list(values)
    middle = fmean if counted else median
    edges = [round(k * count / most) for k in range(most + 1)]
    return [middle(values[first:end]) for first, end in pairwise(edges)]


def spread(values: Sequence[float]) -> float:
    """Return by how much neighbouring takes usually differ, as the standard deviation of one take.

    Half the mean square of the differences of neighbours (von Neumann 1941), so that a trend is not in it.
    """
    steps = [b - a for a, b in pairwise(values)]
    return math.sqrt(fmean(step * step for step in steps) / 2) if steps else 0.0
