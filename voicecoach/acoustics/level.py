"""Level: the root of the weighted mean square around each frame.

dBFS (0 is a square wave at full scale, a sine at full scale has -3.01), one value a frame; frame k is
centred on k * hop seconds. The mean is taken out of each frame, so that a DC offset is not heard as
sound.
"""

from __future__ import annotations

import numpy as np

from voicecoach.acoustics import frames
from voicecoach.types import Floats

QUIETEST = -120.0  # what digital silence is given, dBFS
_AT_ONCE = 1024  # frames a block


def level(
    samples: frames.Samples, rate: int, *, hop: float = 0.01, window: float = 0.032, beta: float = 6.0
) -> Floats:
    """Return the level of a channel in dBFS, float32 of shape (frames,).

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    hop
        Seconds from frame to frame.
    window
        Length of the Kaiser window, seconds.
    beta
        Shape of the window, from 0 (square); see Kaiser and Schafer (1980), On the use of the I0-sinh
        window for spectrum analysis, IEEE Transactions on Acoustics, Speech, and Signal Processing 28,
        105-107.
    """
    step, size = round(hop * rate), round(window * rate)
    weight = np.kaiser(size, beta)
    weight = (weight / weight.sum()).astype(np.float32)
    result = np.empty(frames.count(len(samples), step), np.float32)
    at = 0
    for block in frames.blocks(samples, step, size, 0, len(result), _AT_ONCE):
        square = np.einsum("ij,ij,j->i", block, block, weight) - np.einsum("ij,j->i", block, weight) ** 2
        result[at : at + len(block)] = 10 * np.log10(np.maximum(square, 10 ** (QUIETEST / 10)))
        at += len(block)
    return result
