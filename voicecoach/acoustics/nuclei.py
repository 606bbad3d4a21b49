"""Acoustic syllable nuclei: peaks of the level that are voiced and set apart by dips.

Times in seconds, levels in dBFS. The method is De Jong and Wempe's (2009), written from the paper; it
counts syllables without knowing a word, so it can check a count made from a transcript. Their two
settings are kept: a nucleus is at most 25 dB below the loudest level and dips of 2 dB set nuclei apart.

References
----------
De Jong, N. H. and Wempe, T. (2009). Praat script to detect syllable nuclei and measure speech rate
automatically. Behavior Research Methods 41, 385-390.
"""

from __future__ import annotations

import numpy as np

from voicecoach.acoustics.voice import Mask
from voicecoach.types import Floats


def nuclei(
    level: Floats,
    f0: Floats,
    voice: Mask,
    *,
    hop: float = 0.01,
    dip: float = 2.0,
    below: float = 25.0,
    smooth: float = 0.04,
) -> Floats:
    """Return the times of syllable nuclei in seconds, float32 of shape (nuclei,).

    Parameters
    ----------
    level, f0, voice
        Level in dBFS, F0 in Hz (NaN unvoiced) and voice activity, each of shape (frames,).
    hop
        Seconds from frame to frame.
    dip
        How far the level falls between two nuclei, dB.
    below
        How far below the loudest level (99th percentile of the voice) a nucleus may be, dB.
    smooth
        Length of the window that takes the single periods of the voice out of the level, seconds.
    """
    if not voice.any():
        return np.empty(0, np.float32)
    window = np.hanning(2 * round(smooth / hop / 2) + 3)[1:-1]
    power = np.convolve(10 ** (level / 10), window / window.sum(), "same")
    curve = 10 * np.log10(np.maximum(power, 1e-12))
    least = float(np.percentile(curve[voice], 99)) - below
    peaks = (
        np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:]) & (curve[1:-1] > least)) + 1
    )
    if not len(peaks):
        return np.empty(0, np.float32)
    valleys = np.minimum.reduceat(curve, peaks)[:-1]  # the lowest level between each peak and the next
    kept = [int(peaks[0])]
    valley = np.inf
    for peak, lowest in zip(peaks[1:], valleys, strict=True):
        valley = min(valley, float(lowest))
        if curve[kept[-1]] - valley >= dip and curve[peak] - valley >= dip:
            kept.append(int(peak))
            valley = np.inf
        elif curve[peak] > curve[kept[-1]]:
            kept[-1] = int(peak)
            valley = np.inf
    at = np.array(kept)
    return np.asarray(at[voice[at] & ~np.isnan(f0[at])] * hop, np.float32)
