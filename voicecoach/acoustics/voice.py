"""Our own voice activity, for measuring: where a channel holds a voice, to a few hundredths of a second.

One truth value a frame of ``hop`` seconds, frame k centred on k * hop. Levels in dBFS.

A speech detector (Silero, given as probabilities) says roughly where speech is; it forgives short pauses
and is late at edges, as a recogniser wants it. The level of the channel then says exactly where: within
what the detector allows, voice is what stands out from the noise around it and is not far below the
voice itself. What is steady is no voice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicecoach.types import Floats

Mask = NDArray[np.bool_]


def near(
    speech_probability: Floats,
    count: int,
    *,
    rate: int = 16000,
    chunk: int = 512,
    hop: float = 0.01,
    on: float = 0.25,
    off: float = 0.08,
    least: int = 2,
    reach: float = 0.1,
) -> Mask:
    """Return the frames that may hold speech: where the detector says so and ``reach`` seconds around.

    Parameters
    ----------
    speech_probability
        One value each ``chunk`` samples at ``rate``, shape (chunks,).
    count
        Number of frames.
    on, off, least
        Speech is a run of probabilities of at least ``off`` of which ``least`` are at least ``on``. Both
        are lower than usual: on a telephone line the detector gives speech half the probability it has in
        the clear, and tones, noise and hold music still stay below (benchmarks/voice.py).
    """
    if not len(speech_probability):
        return np.zeros(count, bool)
    high = speech_probability >= on
    sure = np.zeros(len(high), bool)
    for first, end in runs(speech_probability >= off):
        sure[first:end] = high[first:end].sum() >= least
    where = np.minimum((np.arange(count) * hop * rate / chunk).astype(int), len(speech_probability) - 1)
    return grow(sure[where], round(reach / hop))


def activity(
    level: Floats,
    possible: Mask,
    voiced: Mask,
    *,
    hop: float = 0.01,
    above_noise: float = 4.0,
    below_voice: float = 40.0,
    breath: float = 30.0,
    around: float = 5.0,
    closure: float = 0.12,
    shortest: float = 0.06,
    steady: float = 6.0,
) -> Mask:
    """Return the voice activity of a channel, shape (frames,).

    Parameters
    ----------
    level
        Level of the channel, dBFS, shape (frames,).
    possible
        Frames that may hold speech (see ``near``), shape (frames,).
    voiced
        Frames with an F0, shape (frames,).
    above_noise
        A voice stands out from the noise by at least this, dB.
    below_voice
        A voiced sound is at most this far below the loud parts of the same stretch of speech, dB.
    breath
        An unvoiced sound is at most this far below them; breaths are softer. dB.
    around
        Noise is looked for this many seconds around a stretch of speech.
    closure
        A shorter gap belongs to the speech: a stop consonant is silent, too. Seconds.
    shortest
        What is shorter is a click. Seconds.
    steady
        A stretch of speech whose level varies less than this is a tone or noise, dB.
    """
    result = np.zeros(len(level), bool)
    quiet = ~grow(possible, round(0.1 / hop))
    side = round(around / hop)
    everywhere = float(np.percentile(level, 5)) if len(level) else 0.0
    for first, end in runs(possible):
        piece = level[first:end]
        loud, soft = (float(v) for v in np.percentile(piece, (95, 5)))
        if loud - soft < steady:
            continue
        here = slice(max(first - side, 0), end + side)
        outside = level[here][quiet[here]]
        noise = float(np.median(outside)) if len(outside) >= 10 else min(soft, everywhere)
        below = np.where(voiced[first:end], below_voice, breath)
        result[first:end] = piece > np.minimum(
            np.maximum(noise + above_noise, loud - below), loud - above_noise
        )
    result = ~_without_short(~result, round(closure / hop))
    return _without_short(result, round(shortest / hop))


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return (first, end) of each run of true frames, end exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def grow(mask: Mask, by: int) -> Mask:
    """Return ``mask`` with each run of true frames made longer by ``by`` frames at both ends."""
    if not len(mask):
        return mask
    total = np.concatenate((np.zeros(by + 1, int), np.cumsum(mask), np.full(by, mask.sum())))
    return np.asarray(total[2 * by + 1 :] > total[: len(mask)])


def _without_short(mask: Mask, shortest: int) -> Mask:
    result = mask.copy()
    for first, end in runs(mask):
        if end - first < shortest and first > 0 and end < len(mask):
            result[first:end] = False
    return result
