"""Jitter and shimmer: how far neighbouring periods of the voice differ in length and in strength.

Both are relative: the mean of the differences between neighbours over the mean, 0..1; NaN where there are too
few periods. Periods are found by waveform matching (Boersma 2009): the next mark lies where the sound of one
period around this mark comes back best. Marks need not stand on the closing of the glottis; only their
distances count.

References
----------
Boersma, P. (2009). Should jitter be measured by peak picking or by waveform matching? Folia Phoniatrica et
Logopaedica 61, 305-308.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics import frames
from voicecoach.types import Floats

Runs = list[tuple[int, int]]  # (first, end) frames, end exclusive

_FEWEST = 30  # pairs of periods


def jitter_shimmer(
    samples: frames.Samples,
    rate: int,
    f0: Floats,
    runs: Runs,
    *,
    hop: float = 0.01,
    alike: float = 0.7,
    longer: float = 1.3,
    stronger: float = 1.6,
) -> tuple[float, float]:
    """Return (jitter, shimmer) of the periods in ``runs``.

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    f0
        F0 in Hz each ``hop`` seconds, not NaN within ``runs``, shape (frames,).
    runs
        Voiced stretches to look at.
    hop
        Seconds from frame to frame.
    alike
        Least correlation of one period with the next.
    longer, stronger
        Neighbours that differ by more than these factors are no neighbours: a mark was missed, or the
        sound changes. 1.3 and 1.6 are customary.
    """
    lengths: list[tuple[float, float]] = []
    strengths: list[tuple[float, float]] = []
    for first, end in runs:
        start = round(first * hop * rate)
        margin = round(2 * rate / float(f0[first:end].min()))
        sound = frames.read(samples, start - margin, round(end * hop * rate) + margin)
        period = (rate / f0[first:end]).astype(np.float32)
        for marks, periods in _chains(sound, margin, period, hop * rate, alike):
            lengths += itertools.pairwise(np.diff(marks).tolist())
            strengths += itertools.pairwise(_strengths(sound, np.array(marks), 0.2 * np.array(periods)))
    return _differing(lengths, longer), _differing(strengths, stronger)


def _differing(pairs: list[tuple[float, float]], factor: float) -> float:
    """Return the mean difference of neighbours over their mean."""
    both = np.array(pairs).reshape(-1, 2)
    near = both[both.max(axis=1) <= factor * both.min(axis=1)]
    if len(near) < _FEWEST:
        return float("nan")
    return float(np.abs(near[:, 1] - near[:, 0]).mean() / near.mean())


def _chains(
    sound: Floats, margin: int, period: Floats, hop: float, alike: float
) -> Iterator[tuple[list[float], list[float]]]:
    """Yield the marks of periods that follow each other, in samples, and the length expected at each.

    ``period`` is the length to expect, in samples, each ``hop`` samples from ``margin`` on.
    """
    energy = np.concatenate(([0.0], np.cumsum(sound.astype(np.float64) ** 2)))
    expected = period.tolist()
    mark = margin + float(np.abs(sound[margin : margin + round(expected[0])]).argmax())
    marks: list[float] = []
    periods: list[float] = []
    while (at := int((mark - margin) / hop + 0.5)) < len(period):
        marks.append(mark)
        periods.append(expected[at])
        length = _until_again(sound, energy, round(mark), expected[at], alike)
        if length is None:  # nothing comes back: start anew at the next strong place
            yield marks, periods
            marks, periods = [], []
            begin = round(mark + 0.7 * period[at])
            length = begin + float(np.abs(sound[begin : begin + round(expected[at])]).argmax()) - mark
        mark += length
    yield marks, periods


def _until_again(
    sound: Floats, energy: NDArray[np.float64], mark: int, period: float, alike: float
) -> float | None:
    """Return after how many samples the period around ``mark`` comes back, None where it does not.

    ``energy`` is that of the sound before each sample.
    """
    half, low, high = round(period / 2), int(period / 1.3), int(1.3 * period) + 2
    start, stop = mark - half + low, mark + half + high
    if stop > len(sound):
        return None
    here = sound[mark - half : mark + half]
    both = (energy[start + 2 * half : stop + 1] - energy[start : stop + 1 - 2 * half]) * float(here @ here)
    height = np.correlate(sound[start:stop], here, "valid") / np.sqrt(np.maximum(both, 1e-20))
    k = int(height.argmax())
    if height[k] < alike or not 0 < k < len(height) - 1:
        return None
    a, b, c = map(float, height[k - 1 : k + 2])
    return low + k + 0.5 * (a - c) / (a - 2 * b + c)  # top of the parabola through three points


def _strengths(sound: Floats, marks: NDArray[np.float64], widths: NDArray[np.float64]) -> list[float]:
    """Return the root of the mean square around each mark, weighted by a raised cosine of +- its width."""
    reach = int(widths.max(initial=0.0)) + 1
    at = marks.astype(int)[:, None] + np.arange(-reach, reach + 1)
    far = (at - marks[:, None]) / widths[:, None]
    weight = np.where(np.abs(far) < 1, 1 + np.cos(np.pi * far), 0.0)
    squared = sound[np.clip(at, 0, len(sound) - 1)] ** 2
    return [float(v) for v in np.sqrt((weight * squared).sum(axis=1) / weight.sum(axis=1))]
