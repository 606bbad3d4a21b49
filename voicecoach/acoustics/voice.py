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

from voicecoach.acoustics.bands import freedom as band_freedom
from voicecoach.types import Floats

Mask = NDArray[np.bool_]
_RANGE = 57.0  # dB; what is further below the loud parts is not told apart from silence
_EDGE = 20  # frames


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
    reach: float = 0.2,
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
    bands: NDArray[np.float16],
    possible: Mask,
    voiced: Mask,
    likely: Mask,
    *,
    hop: float = 0.01,
    evidence: float = 20.0,
    below_voice: float = 40.0,
    breath: float = 34.0,
    core: float = 30.0,
    plain: float = 15.0,
    around: float = 5.0,
    closure: float = 0.12,
    shortest: float = 0.06,
    tone: float = 1.5,
    steady: float = 6.0,
) -> Mask:
    """Return the voice activity of a channel, shape (frames,).

    Parameters
    ----------
    bands
        Level in each band, dBFS, shape (frames, bands).
    possible
        Frames that may hold speech (see ``near``), shape (frames,).
    voiced
        Frames with an F0, shape (frames,).
    likely
        Frames the detector takes for speech, shape (frames,); half the evidence does there.
    evidence
        A voice has at least this log likelihood against the noise alone.
    below_voice
        A voiced sound is at most this far below the loud parts of the same stretch of speech, dB.
    breath
        An unvoiced sound is at most this far below them; breaths are softer. dB.
    core
        Sounds without a pause have a part that is at most this far below them, dB.
    plain
        What is less than this below them is a voice, however loud the background gets at times. dB.
    around
        Noise is looked for this many seconds around a stretch of speech.
    closure
        A shorter gap belongs to the speech: a stop consonant is silent, too. Seconds.
    shortest
        What is shorter is a click. Seconds.
    tone, steady
        What lasts at least ``tone`` seconds with a level that varies less than ``steady`` dB is no voice.
    """
    result = np.zeros(len(bands), bool)
    quiet = ~grow(possible, round(0.1 / hop))
    side, freedom = round(around / hop), band_freedom(bands.shape[1])
    for first, end in runs(possible):
        here = slice(max(first - side, 0), end + side)
        levels = bands[here].astype(np.float32)
        total = _total(levels)
        levels = np.maximum(levels, np.percentile(total, 95) - _RANGE)
        noise, most = _background(levels, total, quiet[here], freedom, hop)
        piece = levels[first - here.start : end - here.start]
        reach = np.r_[0 : min(_EDGE, len(piece)), max(len(piece) - _EDGE, 0) : len(piece)]
        noise = np.maximum(noise, np.percentile(piece[reach], 25, axis=0))
        net = 10 * np.log10(np.maximum((10 ** (piece / 10) - 10 ** (noise / 10)).clip(0).sum(axis=1), 1e-13))
        below = float(np.percentile(net, 95)) - net
        found = _evidence(piece, noise, freedom)
        enough = np.maximum(most, np.where(likely[first:end] & (most < evidence), evidence / 2, evidence))
        stands_out = (found > enough) | ((found > evidence) & (below < plain))
        heard = stands_out & (below < np.where(voiced[first:end], below_voice, breath))
        for a, b in runs(heard):
            heard[a:b] = below[a:b].min() < core
        for a, b in runs(_closed(heard, round(closure / hop))):
            low, high = np.percentile(net[a:b], (10, 90))
            if b - a < tone / hop or high - low >= steady:
                result[first + a : first + b] = True
    return tidy(result, hop=hop, closure=closure, shortest=shortest)


def tidy(mask: Mask, *, hop: float = 0.01, closure: float = 0.12, shortest: float = 0.06) -> Mask:
    """Return ``mask`` with gaps below ``closure`` s closed, then without runs below ``shortest`` s."""
    result = _closed(mask, round(closure / hop))
    for first, end in runs(result):
        result[first:end] = end - first >= shortest / hop
    return result


def without_notes(
    active: Mask,
    f0: Floats,
    speech_probability: Floats,
    *,
    rate: int = 16000,
    chunk: int = 512,
    hop: float = 0.01,
    still: float = 0.3,
    lasting: float = 0.09,
    around: float = 0.5,
    share: float = 0.15,
    unlike: float = 0.4,
    shortest: float = 1.0,
) -> Mask:
    """Return ``active`` without what plays notes, such as hold music on a telephone line, and key tones.

    An instrument holds its pitch; that of a voice moves all the time, in speech by several semitones a second
    ('t Hart, Collier and Cohen 1990, A Perceptual Study of Intonation). Both signs together are needed, pitch
    that is held and a detector that does not hear speech: a voice may hum, and noise hides it.

    Parameters
    ----------
    active
        Voice activity, shape (frames,).
    f0
        Hz, NaN where unvoiced, shape (frames,).
    speech_probability
        One value each ``chunk`` samples at ``rate``, shape (chunks,).
    still, lasting
        Pitch is held where it stays within ``still`` semitones for ``lasting`` seconds.
    around
        Both signs are those of the active frames up to this many seconds away.
    share, unlike
        Notes hold their pitch in at least a ``share`` of the voiced frames, and the mean probability of
        speech is below ``unlike`` (benchmarks/evidence.py --part beside).
    shortest
        What lasts less, rests included, may be a hesitation held at one pitch, seconds.
    """
    if not len(speech_probability) or not active.any():
        return active
    by, reach = round(lasting / hop / 2 - 0.5), round(around / hop)
    semitones = np.pad(12 * np.log2(f0), by, constant_values=np.nan)
    spans = np.lib.stride_tricks.sliding_window_view(semitones, 2 * by + 1)
    held = spans.max(axis=1) - spans.min(axis=1) < still
    where = np.minimum((np.arange(len(active)) * hop * rate / chunk).astype(int), len(speech_probability) - 1)
    unsure = _near_sum(active * speech_probability[where], reach) < unlike * _near_sum(active, reach)
    notes = _near_sum(active & held, reach) >= share * np.maximum(_near_sum(active & ~np.isnan(f0), reach), 1)
    music = grow(active & notes & unsure, reach)
    for first, end in runs(music):
        music[first:end] = end - first >= 2 * reach + shortest / hop
    return tidy(active & ~(music & notes & unsure), hop=hop)


def _near_sum(values: Mask | Floats, by: int) -> Floats:
    """Return the sum of the values up to ``by`` frames from each frame."""
    total = np.concatenate((np.zeros(by + 1), np.cumsum(values, dtype=float), np.zeros(by)))
    total[by + 1 + len(values) :] = total[by + len(values)]
    return np.asarray(total[2 * by + 1 :] - total[: len(values)])


def _background(
    levels: Floats, total: Floats, quiet: Mask, freedom: Floats, hop: float
) -> tuple[Floats, float]:
    """Return the level of the background in each band, and the evidence it gives of a voice at times.

    The background is what the channel does where there is no speech. Where there may be speech everywhere,
    as with other people talking in the room, it is what stays well below the loud parts for a while.
    """
    least = round(0.3 / hop)
    if np.count_nonzero(quiet) < least:
        ceiling = highest(total, round(0.15 / hop))
        quiet = ceiling < min(np.percentile(ceiling, 5) + 8, np.percentile(total, 95) - 18)
    if np.count_nonzero(quiet) < least:
        quiet = total <= np.percentile(total, 10)
        return np.asarray(np.median(levels[quiet], axis=0)), 0.0
    noise = np.asarray(np.median(levels[quiet], axis=0))
    return noise, float(np.percentile(_evidence(levels[quiet], noise, freedom), 95))


def _evidence(levels: Floats, noise: Floats, freedom: Floats) -> Floats:
    """Return the log likelihood ratio of each frame being more than noise against noise, smoothed.

    Sohn, Kim and Sung (1999), A statistical model-based voice activity detection, IEEE Signal Processing
    Letters 6, 1-3, with the power of each band in place of single frequencies.
    """
    over = np.maximum(levels - noise, 0) * np.float32(np.log(10) / 10)
    ratio = ((np.expm1(over) - over) * freedom).sum(axis=1)
    return np.convolve(ratio, np.ones(3) / 3, "same")


def _total(levels: Floats) -> Floats:
    return np.asarray(10 * np.log10((10 ** (levels / 10)).sum(axis=1)))


def highest(values: Floats, by: int) -> Floats:
    """Return the highest value within ``by`` frames of each frame."""
    padded = np.pad(values, by, constant_values=-np.inf)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * by + 1).max(axis=1))


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return (first, end) of each run of true frames, end exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def spread(runs: list[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    """Return pieces of at most 200 frames of ``runs``, evenly spread, that hold about ``wanted`` frames."""
    pieces = [(at, min(at + 200, end)) for first, end in runs for at in range(first, end, 200)]
    total = sum(end - first for first, end in pieces)
    return pieces[:: max(1, -(-total // wanted))]


def grow(mask: Mask, by: int) -> Mask:
    """Return ``mask`` with each run of true frames made longer by ``by`` frames at both ends."""
    if not len(mask):
        return mask
    total = np.concatenate((np.zeros(by + 1, int), np.cumsum(mask), np.full(by, mask.sum())))
    return np.asarray(total[2 * by + 1 :] > total[: len(mask)])


def _closed(mask: Mask, shortest: int) -> Mask:
    """Return ``mask`` with the gaps between true frames that are shorter than ``shortest`` closed."""
    result = mask.copy()
    for first, end in runs(~mask):
        result[first:end] = end - first < shortest and first > 0 and end < len(mask)
    return result
