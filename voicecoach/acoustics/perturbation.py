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
        for marks, strong in _chains(
            sound, margin, (rate / f0[first:end]).astype(np.float32), hop * rate, alike
        ):
            apart = np.diff(marks)
            lengths += itertools.pairwise(apart)
            strengths += itertools.pairwise(strong)
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
    """Yield the marks of periods that follow each other, in samples, and how strong the sound is at each.

    ``period`` is the length to expect, in samples, each ``hop`` samples from ``margin`` on.
    """
    mark = margin + float(np.abs(sound[margin : margin + round(float(period[0]))]).argmax())
    marks: list[float] = []
    strong: list[float] = []
    while (at := int((mark - margin) / hop + 0.5)) < len(period):
        marks.append(mark)
        strong.append(_strength(sound, mark, 0.2 * float(period[at])))
        length = _until_again(sound, round(mark), float(period[at]), alike)
        if length is None:  # nothing comes back: start anew at the next strong place
            yield marks, strong
            marks, strong = [], []
            begin = round(mark + 0.7 * period[at])
            length = begin + float(np.abs(sound[begin : begin + round(float(period[at]))]).argmax()) - mark
        mark += length
    yield marks, strong


def _until_again(sound: Floats, mark: int, period: float, alike: float) -> float | None:
    """Return after how many samples the period around ``mark`` comes back, None where it does not."""
    half, low, high = round(period / 2), int(period / 1.3), int(1.3 * period) + 2
    here = sound[mark - half : mark + half]
    ahead = sound[mark - half + low : mark + half + high]
    if len(ahead) < 2 * half + high - low:
        return None
    energy = np.concatenate(([0.0], np.cumsum(ahead.astype(np.float64) ** 2)))
    both = (energy[2 * half :] - energy[: -2 * half]) * float(here @ here)
    height = np.correlate(ahead, here, "valid") / np.sqrt(np.maximum(both, 1e-20))
    k = int(height.argmax())
    if height[k] < alike or not 0 < k < len(height) - 1:
        return None
    a, b, c = (float(v) for v in height[k - 1 : k + 2])
    return low + k + 0.5 * (a - c) / (a - 2 * b + c)  # top of the parabola through three points


def _strength(sound: Floats, mark: float, width: float) -> float:
    """Return the root of the mean square around ``mark``, weighted by a raised cosine of +- ``width``."""
    first, end = int(mark - width) + 1, int(mark + width) + 1
    weight = 1 + np.cos((np.arange(first, end) - mark) * (np.pi / width))
    return float(np.sqrt(weight.dot(sound[first:end] ** 2) / weight.sum()))
