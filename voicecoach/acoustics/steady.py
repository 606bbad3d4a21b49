"""Stretches of voice in which the mouth holds still, as in "um", "uh", "er": what may be a filled pause.

Times in seconds, spectra in dB. While a word is said the spectrum moves all the time; in a filled pause
the formants stand still (Audhkhasi, Kandhway, Deshmukh and Verma 2009, who found that steadier than
cepstra or pitch on the calls of agents). No formant is picked, as pickers fail on high voices and on the
telephone: the change of a spectrum smoothed to about 1.5 Bark between 150 and 3600 Hz stands for them, and
level does not count. Pure tones, and hum that no F0 is found in, are no voice. A stretch of voice between
two gaps that is no longer than a word is given as a whole.

References
----------
Audhkhasi, K., Kandhway, K., Deshmukh, O. D. and Verma, A. (2009). Formant-based technique for automatic
filled-pause detection in spontaneous spoken English. Proceedings of ICASSP, 4857-4860.
Traunmueller, H. (1990). Analytical expressions for the tonotopic sensory scale. Journal of the Acoustical
Society of America 88, 97-100.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics import frames
from voicecoach.acoustics.voice import Mask, runs
from voicecoach.types import Floats

_AT_ONCE = 512  # frames a block
_WINDOW = 0.032  # s
_LOW = 6  # bands, up to about 1.1 kHz
_DARK = 6.0  # dB
_TONE = 45.0  # dB; from mouth and nose the bands above come at most about 38 dB softer
_HUM = 0.5  # dB; a voice too rough for an F0 changes more


def steady(
    samples: frames.Samples,
    rate: int,
    f0: Floats,
    voice: Mask,
    *,
    hop: float = 0.01,
    most: float = 5.0,
    apart: float = 0.06,
    least: float = 0.09,
    island: float = 0.9,
    gap: float = 0.08,
) -> Floats:
    """Return steady stretches of voice as rows of (start, end, change), float32 of shape (stretches, 3).

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    f0, voice
        F0 in Hz (NaN unvoiced) and voice activity, shape (frames,).
    hop
        Seconds from frame to frame.
    most
        Where the spectrum changes by more within ``apart`` seconds, the mouth moves. dB, the root of the
        mean square over the bands.
    least
        The shortest steady stretch, seconds.
    island
        Voice no longer than this with at least ``gap`` seconds without voice on both sides, most of it
        voiced, is given as a whole, with the middle of its change. Seconds.
    """
    change = _change(samples, rate, f0, voice, hop, round(apart / hop / 2), round(least / hop))
    voiced = np.isfinite(change)
    found: list[tuple[int, int, float]] = []
    whole = np.zeros(len(voice), bool)
    stretches = runs(voice)
    before = [-len(voice), *(end for _, end in stretches)]
    after = [*(first for first, _ in stretches[1:]), 2 * len(voice)]
    for (first, end), last, following in zip(stretches, before, after, strict=False):
        apart_enough = min(first - last, following - end) >= round(gap / hop)
        at = first + np.flatnonzero(voiced[first:end])
        mostly = len(at) >= max(0.6 * (end - first), 1.5 * least / hop)
        if apart_enough and mostly and end - first <= round(island / hop):
            whole[first:end] = True
            if (middle := float(np.median(change[at]))) < most:
                found.append((int(at[0]), int(at[-1]) + 1, middle))
    for first, end in runs((np.nan_to_num(change, nan=np.inf) < most) & ~whole):
        if end - first >= round(least / hop):
            found.append((first, end, float(change[first:end].mean())))
    found = [(a, b, much) for a, b, much in found if much >= _HUM or not np.isnan(f0[a:b]).all()]
    # frame k stands for the time from half a hop before to half a hop after its centre
    rows = [((first - 0.5) * hop, (end - 0.5) * hop, change) for first, end, change in sorted(found)]
    return np.array(rows, np.float32).reshape(-1, 3)


def _change(
    samples: frames.Samples, rate: int, f0: Floats, voice: Mask, hop: float, reach: int, least: int
) -> NDArray[np.float32]:
    """Change of the spectrum from ``reach`` frames before to ``reach`` after, dB; NaN where no vowel can be.

    Vowels and nasals have an F0, or at least their power in the low bands: a soft or creaky one may have lost
    its F0, and hisses have theirs in the high ones. A tone or a chord of pure tones has none at all there.
    """
    change = np.full(len(f0), np.nan, np.float32)
    size, step = round(_WINDOW * rate), round(hop * rate)
    points = 1 << int(np.ceil(np.log2(size)))
    window = np.hanning(size).astype(np.float32)
    bands, last = _bands(rate, points)
    for first, end in runs(voice):
        if end - first < least:
            continue
        pieces = []
        for block in frames.blocks(samples, step, size, first, end, _AT_ONCE):
            spectrum = np.fft.rfft(block * window, points, axis=1)[:, :last]
            power = np.einsum("ij,kj->ik", spectrum.real**2 + spectrum.imag**2, bands)
            pieces.append(10 * np.log10(np.maximum(power, 1e-12)))
        shape = np.concatenate(pieces)
        padded = np.pad(shape - shape.mean(axis=1, keepdims=True), ((2, 2), (0, 0)), mode="edge")
        smooth = np.mean([padded[k : k + len(shape)] for k in range(5)], axis=0)
        power = 10 ** (shape / 10)
        dark = power[:, :_LOW].sum(axis=1) > 10 ** (_DARK / 10) * power[:, _LOW:].sum(axis=1)
        tone = shape[:, _LOW:].max(axis=1) < shape.max(axis=1) - _TONE
        at = np.arange(len(shape))
        high, low = np.minimum(at + reach, len(at) - 1), np.maximum(at - reach, 0)
        moved = np.sqrt(((smooth[high] - smooth[low]) ** 2).mean(axis=1))
        moved *= 2 * reach / (high - low)
        change[first:end] = np.where((dark | ~np.isnan(f0[first:end])) & ~tone, moved, np.nan)
    return change


def _bands(rate: int, points: int) -> tuple[Floats, int]:
    """Triangles of 1.5 Bark to each side, 1.25 Bark apart, and the number of bins they need."""
    hertz = np.fft.rfftfreq(points, 1 / rate)
    last = int(np.searchsorted(hertz, 3600.0))
    bark = 26.81 * hertz[:last] / (1960 + hertz[:last]) - 0.53
    centres = np.arange(3.0, 16.1, 1.25)[:, None]
    weight = np.maximum(0, 1 - np.abs(bark - centres) / 1.5) * (hertz[:last] >= 150)
    return weight.astype(np.float32), last
