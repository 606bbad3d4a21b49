"""How a value goes over a row of takes: a slope that a few odd takes cannot bend, with its interval.

The slope is the median of the slopes between all pairs (Theil 1950, A rank-invariant method of linear and
polynomial regression analysis; Sen 1968, Estimates of the regression coefficient based on Kendall's tau,
Journal of the American Statistical Association 63); its interval follows from the variance of Kendall's S.
Takes near each other are often alike, and then that variance is larger (Hamed and Rao 1998, A modified
Mann-Kendall trend test for autocorrelated data, Journal of Hydrology 204): it is multiplied by
(1 + r) / (1 - r), where r is the likeness of neighbours, with some doubt added. r is the least of three: what
is left of it once a line is taken out, or a step, each corrected for its bias, and what the differences of
neighbours show (-1/2 where takes only vary, 0 where they wander), which hardly sees a slow bend. Without
that, values that only wander would be called a trend more often than not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean, median

STEP_LEAST = 3  # values on each side of a step, at least


@dataclass(frozen=True, slots=True)
class Slope:
    """A change a place in the row, and its interval; infinite ends where there is too little to tell."""

    value: float
    low: float
    high: float


def slope(
    values: Sequence[float],
    places: Sequence[float] | None = None,
    *,
    confidence: float,
    bias: float,
    doubt: float,
    most: float,
) -> Slope:
    """Return the slope of ``values`` at ``places`` (0, 1, 2 ... when not given), two values or more.

    ``confidence`` is that of the interval; ``bias``, ``doubt`` and ``most`` say how the likeness of
    neighbours is corrected (see trend.yaml).
    """
    at = list(range(len(values))) if places is None else list(places)
    count = len(values)
    slopes = sorted(
        (values[j] - values[i]) / (at[j] - at[i]) for i in range(count) for j in range(i + 1, count)
    )
    middle = median(slopes)
    alike = min(max(_alike(values, at, middle, bias) + doubt / math.sqrt(count), 0.0), most)
    variance = count * (count - 1) * (2 * count + 5) / 18 * (1 + alike) / (1 - alike)
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(variance)
    first = round((len(slopes) - reach) / 2)  # the first-th from either end, from one; exact for few values
    if first < 1:
        return Slope(middle, -math.inf, math.inf)
    return Slope(middle, slopes[first - 1], slopes[-first])


def groups(values: Sequence[float], most: int, *, counted: bool = False) -> tuple[list[float], list[float]]:
    """Return the middles of at most so many groups of neighbours, and their places in the row."""
    count = len(values)
    if count <= most:
        return list(values), [float(place) for place in range(count)]
    middle = fmean if counted else median
    edges = [round(k * count / most) for k in range(most + 1)]
    spans = [range(first, end) for first, end in pairwise(edges)]
    return [middle(values[k] for k in span) for span in spans], [fmean(span) for span in spans]


def spread(values: Sequence[float]) -> float:
    """Return by how much neighbouring takes usually differ, as the standard deviation of one take.

    Half the mean square of the differences of neighbours (von Neumann 1941), so that a trend is not in it.
    """
    steps = [b - a for a, b in pairwise(values)]
    return math.sqrt(fmean(step * step for step in steps) / 2) if steps else 0.0


def _alike(values: Sequence[float], places: Sequence[float], slope: float, bias: float) -> float:
    """Return how alike neighbours are beside a line, a step or a slow bend, whichever leaves the least."""
    count = len(values)
    line = _centred([value - slope * place for value, place in zip(values, places, strict=True)])
    found = _lag(line)
    found += (2 + 4 * found) / count
    cuts = range(STEP_LEAST, count - STEP_LEAST + 1)
    best = min((_centred(values[:cut]) + _centred(values[cut:]) for cut in cuts), key=_power, default=line)
    if _power(best) < _power(line):
        step = _lag(best)
        found = min(found, step + (bias + 4 * step) / count)
    return min(found, 1 + 2 * _lag(_centred([b - a for a, b in pairwise(line)])))


def _centred(values: Sequence[float]) -> list[float]:
    middle = fmean(values)
    return [value - middle for value in values]


def _power(values: Sequence[float]) -> float:
    return sum(value * value for value in values)


def _lag(values: Sequence[float]) -> float:
    power = _power(values)
    return sum(a * b for a, b in pairwise(values)) / power if power > 0 else 0.0
