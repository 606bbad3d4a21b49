"""Level of each of some twenty bands of frequency, as the ear divides them.

dBFS, one row a frame; frame k is centred on k * hop seconds. Bands are about as wide as critical bands
(Zwicker 1961, Subdivision of the audible frequency range into critical bands, Journal of the Acoustical
Society of America 33, 248).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics import frames
from voicecoach.types import Floats

EDGES = (80, 160, 240, 330, 430, 540, 660, 800, 960, 1140, 1350, 1600, 1900, 2250, 2650, 3100, 3600, 4200,
         5000, 6000, 7200)  # Hz  # fmt: skip
QUIETEST = -120.0  # dBFS; below what rounding to 16 bits leaves
WINDOW = 0.032  # s
_AT_ONCE = 1024  # frames a block


def bands(samples: frames.Samples, rate: int, *, hop: float = 0.01) -> NDArray[np.float16]:
    """Return the level in each band in dBFS, shape (frames, bands), without bands above ``rate`` / 2.

    Half precision (0.06 dB) keeps two hours small.
    """
    step, size = round(hop * rate), round(WINDOW * rate)
    points = 1 << (size - 1).bit_length()
    window = np.hanning(size + 2)[1:-1]
    window = (window * np.sqrt(2 / points / (window**2).sum())).astype(np.float32)
    edges = np.round(np.array([hertz for hertz in EDGES if hertz < rate / 2]) / rate * points).astype(int)
    result = np.empty((frames.count(len(samples), step), len(edges) - 1), np.float16)
    at = 0
    for block in frames.blocks(samples, step, size, 0, len(result), _AT_ONCE):
        spectrum = np.fft.rfft(block * window, points, axis=1)[:, : edges[-1] + 1]
        power = np.add.reduceat(spectrum.real**2 + spectrum.imag**2, edges, axis=1)[:, :-1]
        result[at : at + len(block)] = 10 * np.log10(np.maximum(power, 10 ** (QUIETEST / 10)))
        at += len(block)
    return result


def freedom(count: int) -> Floats:
    """Return how many independent values of noise the power of each of ``count`` bands is the sum of."""
    return np.asarray(np.diff(EDGES[: count + 1]) * WINDOW / 1.5, np.float32)  # 1.5: noise bandwidth of Hann
