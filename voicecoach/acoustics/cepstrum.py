"""Cepstral peak prominence (CPPS): how far the harmonics of a voice stand out as a pattern.

In dB: the height of the cepstrum's peak, where the period of the voice may be, above the straight line
through the cepstrum, after smoothing over time and quefrency. Breath, noise and irregular periods all lower
it.

References
----------
Hillenbrand, J., Cleveland, R. A. and Erickson, R. L. (1994). Acoustic correlates of breathy vocal quality.
Journal of Speech and Hearing Research 37, 769-778.

Hillenbrand, J. and Houde, R. A. (1996). Acoustic correlates of breathy vocal quality: dysphonic voices and
continuous speech. Journal of Speech and Hearing Research 39, 311-321.
"""

from __future__ import annotations

import numpy as np

from voicecoach.acoustics import frames
from voicecoach.types import Floats

_AT_ONCE = 256  # frames analysed together


def prominence(
    samples: frames.Samples,
    rate: int,
    runs: list[tuple[int, int]],
    *,
    hop: float = 0.01,
    window: float = 0.0512,
    band: float = 5000.0,
    low: float = 60.0,
    high: float = 500.0,
    line: tuple[float, float] = (0.001, 0.03),
    smooth: float = 0.0003,
) -> float:
    """Return the mean CPPS of the frames in ``runs``, in dB; NaN where there are none.

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    runs
        Voiced stretches, (first, end) frames, end exclusive.
    hop
        Seconds from frame to frame; three frames are averaged.
    window
        Length of the Hamming window, seconds.
    band
        Highest frequency that counts, Hz.
    low, high
        The peak is looked for between these fundamental frequencies, Hz.
    line
        Quefrencies that the straight line goes through, seconds.
    smooth
        Quefrencies averaged, seconds.
    """
    step, size = round(hop * rate), round(window * rate)
    points = 1 << (size - 1).bit_length()
    bins = min(round(band / rate * points), points // 2)
    second = 2 * bins / points * rate  # quefrencies a second
    weight = np.hamming(size).astype(np.float32)
    part = slice(round(line[0] * second), round(line[1] * second) + 1)
    looked_at = slice(round(second / high) - part.start, round(second / low) + 1 - part.start)
    centred = np.arange(part.stop - part.start, dtype=np.float32)
    centred -= centred.mean()
    width = max(round(smooth * second), 1)
    found = [np.empty(0, np.float32)]
    for first, end in runs:
        for block in frames.blocks(samples, step, size, first, end, _AT_ONCE):
            spectrum = np.fft.rfft(block * weight, points, axis=1)[:, : bins + 1]
            decibels = np.log10(np.maximum(spectrum.real**2 + spectrum.imag**2, 1e-20))
            cepstrum = np.fft.irfft(decibels, 2 * bins, axis=1)[:, : part.stop + width].astype(np.float32)
            power = _mean(_mean(cepstrum**2, width, 1), min(3, len(block)), 0)[:, part]
            height = 10 * np.log10(np.maximum(power, 1e-20))
            slope = np.einsum("ij,j->i", height, centred) / (centred**2).sum()
            above = height - height.mean(axis=1, keepdims=True) - slope[:, None] * centred
            found.append(above[:, looked_at].max(axis=1))
    heights = np.concatenate(found)
    return float(heights.mean()) if len(heights) else float("nan")


def _mean(values: Floats, width: int, axis: int) -> Floats:
    """Return the running mean over ``width`` values, the edges repeated."""
    around = [(0, 0), (0, 0)]
    around[axis] = (width // 2, width - 1 - width // 2)
    padded = np.moveaxis(np.pad(values, around, mode="edge"), axis, 0)
    count = values.shape[axis]
    total = sum((padded[k : k + count] for k in range(1, width)), padded[:count])
    return np.moveaxis(total / np.float32(width), 0, axis)
