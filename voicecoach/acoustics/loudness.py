"""Loudness after ITU-R BS.1770-4: K-weighted and gated, in LUFS, of one channel where there is voice.

The K-weighting (a shelf for the head, then a high-pass) is applied to the power spectrum of each 100 ms
of sound, from the analogue form of the two filters, so it holds at any sample rate and needs no
recursive filter.

References
----------
ITU-R BS.1770-4 (2015). Algorithms to measure audio programme loudness and true-peak audio level.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics import frames

_STEP = 0.1  # s; a gating block is four steps, blocks overlap by three
_OFFSET = -0.691  # dB, makes 997 Hz at full scale read -3.01 LUFS
_ABSOLUTE = -70.0  # LUFS, gate
_RELATIVE = -10.0  # LU, gate


def integrated(samples: frames.Samples, rate: int, voice: NDArray[np.bool_], *, hop: float = 0.01) -> float:
    """Return the gated loudness in LUFS of what is mostly voice; NaN where there is too little.

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    voice
        Voice activity, one value each ``hop`` seconds, shape (frames,).
    hop
        Seconds from frame to frame of ``voice``.
    """
    size = round(_STEP * rate)
    steps = len(samples) // size
    if steps < 4:
        return float("nan")
    weighting = k_weighting(np.fft.rfftfreq(size, 1 / rate))
    weighting[1:-1] *= 2  # the other half of the spectrum
    power = np.empty(steps)
    for first in range(0, steps, 64):
        end = min(first + 64, steps)
        spectrum = np.fft.rfft(
            frames.read(samples, first * size, end * size).reshape(end - first, size), axis=1
        )
        squared = spectrum.real**2 + spectrum.imag**2
        power[first:end] = np.einsum("ij,j->i", squared, weighting) / size**2
    edges = np.round(np.arange(steps + 1) * _STEP / hop).astype(int)
    spoken = np.concatenate(([0], np.cumsum(voice)))[np.minimum(edges, len(voice))]
    voiced = power[np.diff(spoken) >= 0.5 * _STEP / hop]  # as if what is between had been cut out
    if len(voiced) < 4:
        return float("nan")
    return _gated(np.convolve(voiced, np.full(4, 0.25), "valid"))


def _gated(power: NDArray[np.float64]) -> float:
    """Return the loudness of blocks with the given powers after the absolute and the relative gate."""
    kept = power[power > 10 ** ((_ABSOLUTE - _OFFSET) / 10)]
    if not len(kept):
        return float("nan")
    kept = kept[kept > kept.mean() * 10 ** (_RELATIVE / 10)]
    return float(_OFFSET + 10 * np.log10(kept.mean()))


def k_weighting(hertz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the power gain of the K-weighting at the given frequencies."""
    s = 2j * np.pi * hertz
    shelf = (
        2 * np.pi * 1681.9744509555319
    )  # the analogue filters behind the coefficients that BS.1770 gives for 48 kHz
    high, middle, q = 1.58486470113, 1.258720930232562, 0.7071752369554193
    pre = (high * s**2 + middle * shelf / q * s + shelf**2) / (s**2 + shelf / q * s + shelf**2)
    cut, damping = 2 * np.pi * 38.13547087613982, 0.5003270373238773
    low_cut = s**2 / (s**2 + cut / damping * s + cut**2)
    return np.asarray(np.abs(pre * low_cut) ** 2, np.float64)
