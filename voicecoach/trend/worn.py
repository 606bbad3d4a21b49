"""The worn record: a sentence that became faster and flatter each time it was said, by the same person.

The speaker is compared with nobody but themselves, on the very same words, so that neither length nor wording
is in it. Told only where the sentence came back often enough, where the interval of both slopes (see slope)
leaves out zero, and where both changes are plain to hear; of the one without the other nothing is said. Rates
are compared as shares (logarithms), spreads in semitones. Grade B: it says how a sentence sounds, not why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicecoach.trend.about import threshold
from voicecoach.trend.slope import slope

if TYPE_CHECKING:
    from voicecoach.history import Utterance


@dataclass(frozen=True, slots=True)
class Worn:
    """A sentence that has become faster, by a share, and flatter, by semitones; bounds are probable."""

    text: str
    said: tuple[Utterance, ...]  # one a take, oldest first
    faster: float  # 0.18: 18 % faster than at first
    faster_low: float
    faster_high: float
    flatter: float  # semitones less between the lowest and the highest tenth
    flatter_low: float
    flatter_high: float


def worn(utterances: Mapping[str, Sequence[Utterance]]) -> tuple[Worn, ...]:
    """Return the sentences that have worn, the fastest first; ``utterances`` by their words, oldest first."""
    found = [one for said in utterances.values() if (one := _worn(said)) is not None]
    return tuple(sorted(found, key=lambda one: -one.faster))


def _worn(said: Sequence[Utterance]) -> Worn | None:
    firsts = {one.take: one for one in reversed(said) if one.rate and one.spread is not None}
    row = tuple(sorted(firsts.values(), key=lambda one: (one.time, one.take)))
    if len(row) < threshold("phrase_takes"):
        return None
    rates = [math.log(one.rate) for one in row if one.rate]
    spreads = [-one.spread for one in row if one.spread is not None]
    rate, spread = (slope(v, power=threshold("power"), alike=threshold("alike")) for v in (rates, spreads))
    faster, flatter = math.expm1(rate.change), spread.change
    (rate_low, rate_high), (low, high) = (
        one.bounds(threshold("phrase_confidence")) for one in (rate, spread)
    )
    if rate_low <= 0 or low <= 0:
        return None
    if faster < threshold("phrase_faster") or flatter < threshold("phrase_flatter"):
        return None
    return Worn(row[-1].text, row, faster, math.expm1(rate_low), math.expm1(rate_high), flatter, low, high)
