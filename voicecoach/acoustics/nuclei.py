"""Acoustic syllable nuclei: voiced peaks of the level of the vowels, set apart by dips.

Times in seconds, levels in dB. The method is De Jong and Wempe's (2009), written from the paper; it counts
syllables without knowing a word, so it can check a count made from a transcript, or stand in for one. One
thing is changed: the level is that of the band in which vowels have their first two formants and little
else has its energy (as in Howitt 2000). In it nasals, whose murmur lies below, and fricatives, whose noise
lies above, are dips between vowels, and hum is not heard. On read speech of four languages that finds 0.92
to 1.08 nuclei a syllable, where the level of the whole signal finds 0.76 to 1.06. Vowels without a consonant
between them are one nucleus, and whispered vowels none; both are common in Japanese, where 0.91 of the groups
of voiced vowels that the text lets expect are found (benchmarks/pace.py).

References
----------
De Jong, N. H. and Wempe, T. (2009). Praat script to detect syllable nuclei and measure speech rate
automatically. Behavior Research Methods 41, 385-390.

Howitt, A. W. (2000). Automatic syllable detection for vowel landmarks. Ph.D. thesis, Massachusetts
Institute of Technology.
"""

from __future__ import annotations

import numpy as np

from voicecoach.acoustics import frames
from voicecoach.acoustics.voice import Mask, grow, runs
from voicecoach.types import Floats

_AT_ONCE = 1024  # frames a block


def nuclei(
    samples: frames.Samples,
    rate: int,
    f0: Floats,
    voice: Mask,
    *,
    hop: float = 0.01,
    low: float = 400.0,
    high: float = 1500.0,
    window: float = 0.025,
    smooth: float = 0.04,
    dip: float = 2.0,
    below: float = 30.0,
) -> Floats:
    """Return the times of syllable nuclei in seconds, float32 of shape (nuclei,).

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    f0, voice
        F0 in Hz (NaN unvoiced) and voice activity, each of shape (frames,).
    hop
        Seconds from frame to frame.
    low, high
        The band of the vowels, Hz.
    window
        Length of the Hann window in which the level is taken, seconds.
    smooth
        Length of the window that takes the single periods of the voice out of the level, seconds.
    dip
        How far the level falls between two nuclei, dB (De Jong and Wempe's).
    below
        How far below the loudest level (99th percentile of the voice) a nucleus may be, dB; they take 25,
        which loses the ends of phrases.
    """
    if not voice.any():
        return np.empty(0, np.float32)
    power = _band(samples, rate, voice, hop, window, low, high)
    weight = np.hanning(2 * round(smooth / hop / 2) + 3)[1:-1]
    curve = 10 * np.log10(np.maximum(np.convolve(power, weight / weight.sum(), "same"), 1e-12))
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


def _band(
    samples: frames.Samples, rate: int, voice: Mask, hop: float, window: float, low: float, high: float
) -> Floats:
    """Return the power between ``low`` and ``high`` Hz where there is voice and close by, else zero."""
    size = round(window * rate / 2) * 2
    weight = np.hanning(size + 2)[1:-1].astype(np.float32)
    weight *= 2 / weight.sum()
    bins = slice(int(np.ceil(low * size / rate)), int(high * size / rate) + 1)
    result = np.zeros(len(voice), np.float32)
    for first, end in runs(grow(voice, round(2 * window / hop))):
        at = first
        for block in frames.blocks(samples, round(hop * rate), size, first, end, _AT_ONCE):
            spectrum = np.fft.rfft(block * weight, axis=1)[:, bins]
            result[at : at + len(block)] = (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
            at += len(block)
    return result
