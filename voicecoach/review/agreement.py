"""Agreement of two raters beyond chance: Cohen's kappa with its error, and shares with their interval.

Shares are 0..1. Where kappa does not exist it is None with the reason, never 0 or 1.

References
----------
Cohen 1960, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20.
Fleiss, Cohen & Everitt 1969, Large sample standard errors of kappa and weighted kappa, Psychological
Bulletin 72.
Wilson 1927, Probable inference, the law of succession, and statistical inference, Journal of the American
Statistical Association 22.
Cochran 1977, Sampling techniques (Wiley), chapter 5: stratified samples.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Kappa:
    """How far two raters agree: in what share of ``count`` places, in what share by chance, and kappa.

    ``value`` is None where it does not exist, the bounds where no interval does; ``reason`` says why.
    """

    count: int
    agreed: float | None
    chance: float | None
    value: float | None
    error: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of what the machine judged, all in the same way, and what was said of a random sample of it."""

    size: int  # places in all
    machine: bool  # whether the machine found something there
    yes: int  # of the sample
    no: int

    @property
    def looked(self) -> int:
        """How many places were looked at."""
        return self.yes + self.no


def cohen(pairs: Iterable[tuple[str, str]], *, confidence: float) -> Kappa:
    """Return kappa of two raters from their answers, a pair a place, any number of categories.

    The standard error is that of Fleiss, Cohen & Everitt (1969) for a kappa that is not zero.
    """
    cells = Counter(pairs)
    count = cells.total()
    if not count:
        return Kappa(0, None, None, None, reason="nothing was answered by both")
    kinds = sorted({answer for pair in cells for answer in pair})
    share = {(a, b): cells[a, b] / count for a in kinds for b in kinds}
    rows = {a: math.fsum(share[a, b] for b in kinds) for a in kinds}
    columns = {b: math.fsum(share[a, b] for a in kinds) for b in kinds}
    agreed = math.fsum(share[a, a] for a in kinds)
    chance = math.fsum(rows[a] * columns[a] for a in kinds)
    if len(kinds) == 1:
        return Kappa(count, agreed, chance, None, reason="both always said the same one thing")
    value = (agreed - chance) / (1 - chance)
    same = (share[a, a] * (1 - (rows[a] + columns[a]) * (1 - value)) ** 2 for a in kinds)
    apart = (share[a, b] * (columns[a] + rows[b]) ** 2 for a in kinds for b in kinds if a != b)
    variance = math.fsum(same) + (1 - value) ** 2 * math.fsum(apart) - (value - chance * (1 - value)) ** 2
    error = math.sqrt(max(variance, 0.0) / count) / (1 - chance)
    return _bounded(count, agreed, chance, value, error, confidence)


def stratified(strata: Sequence[Stratum], *, confidence: float) -> Kappa:
    """Return kappa of a person and the machine over all places, from random samples of each stratum.

    Every stratum weighs as much as its size, so that it does not matter how much of each was looked at. The
    error is that of the delta method; a sample in which all say the same still leaves doubt, so shares in it
    are taken with one more answer of either kind (the rule of succession), and what was looked at whole
    leaves none.
    """
    looked = sum(part.looked for part in strata)
    if any(part.size and not part.looked for part in strata):
        return Kappa(looked, None, None, None, reason="of some of it nothing was answered")
    strata = [part for part in strata if part.size]
    whole = sum(part.size for part in strata)
    if not whole:
        return Kappa(0, None, None, None, reason="nothing was answered")
    weights = [part.size / whole for part in strata]
    shares = [part.yes / part.looked for part in strata]
    agreed = math.fsum(
        w * (y if part.machine else 1 - y) for w, y, part in zip(weights, shares, strata, strict=True)
    )
    person = math.fsum(w * y for w, y in zip(weights, shares, strict=True))
    machine = math.fsum(w for w, part in zip(weights, strata, strict=True) if part.machine)
    chance = machine * person + (1 - machine) * (1 - person)
    if math.isclose(chance, 1.0):
        return Kappa(looked, agreed, chance, None, reason="both always said the same one thing")
    value = (agreed - chance) / (1 - chance)
    variance = 0.0
    for weight, part in zip(weights, strata, strict=True):
        share = (part.yes + 1) / (part.looked + 2)
        unsure = share * (1 - share) / part.looked * (1 - part.looked / part.size)
        toward = 1 if part.machine else -1
        slope = (toward * (1 - chance) - (1 - agreed) * (2 * machine - 1)) / (1 - chance) ** 2
        variance += (weight * slope) ** 2 * unsure
    return _bounded(looked, agreed, chance, value, math.sqrt(variance), confidence, whole=variance == 0.0)


def wilson(hits: int, count: int, *, confidence: float) -> tuple[float, float]:
    """Return the bounds of a share by Wilson's score interval; 0 and 1 where nothing was counted."""
    if not count:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, wide = hits / count, z * z / count
    middle = (share + wide / 2) / (1 + wide)
    reach = z * math.sqrt(share * (1 - share) / count + wide / (4 * count)) / (1 + wide)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _bounded(
    count: int,
    agreed: float,
    chance: float,
    value: float,
    error: float,
    confidence: float,
    *,
    whole: bool = False,
) -> Kappa:
    """Kappa with its interval; none where the formula gives it no width though only a sample was seen."""
    if error < 1e-9 and not whole:
        return Kappa(count, agreed, chance, value, reason="no interval: it has no width where all agree")
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return Kappa(count, agreed, chance, value, error, max(-1.0, value - reach), min(1.0, value + reach))
