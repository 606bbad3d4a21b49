"""Fundamental frequency (F0) and harmonics-to-noise ratio (HNR) by autocorrelation.

F0 in Hz, HNR in dB, both NaN where unvoiced, one value a frame; frame k is centred on k * hop seconds.

The method is Boersma's (1993), written from the paper: the autocorrelation of a windowed frame, divided
by that of the window, has peaks at the lags that could be the period; the highest few are candidates,
next to "unvoiced"; a Viterbi search finds the best path through them. Two things are added. The channel
is tracked twice, and the second time the range and with it the window fit the voice (after De Looze and
Hirst 2008): a short window sees the edges of voicing better, and a narrow range leaves no room for
octave errors. And the spectrum above ``band`` is left out, because friction there hides voicing.

The second time, candidates where the voice hardly ever is are weakened a little: where a telephone line has
taken the fundamental away, the second harmonic may be all there is of a vowel, and its period fits as well as
the voice's own. The distribution of the first time's F0 decides, so two voices on a channel keep theirs.

Why this method: `benchmarks/acoustics.py pitch` prints gross errors, voicing errors and time against a
laryngograph for this one and the others that could have been taken. This one has the fewest errors of those
that are quick, and needs numpy alone.

References
----------
Boersma, P. (1993). Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
ratio of a sampled sound. Proceedings of the Institute of Phonetic Sciences, University of Amsterdam, 17,
97-110.

De Looze, C. and Hirst, D. (2008). Detecting changes in key and range for the automatic modelling and
coding of intonation. Proceedings of Speech Prosody 2008, 135-138.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics import frames, voice
from voicecoach.types import Floats

_AT_ONCE = 256  # frames analysed together: small enough for the processor's cache
_SEMITONES = 136  # above 1 Hz, more than any voice has
_TOGETHER = 64  # runs whose paths are searched side by side
_LONGEST = 6000  # frames searched as one run, so that memory does not grow with a voice that never pauses


def track(
    samples: frames.Samples,
    rate: int,
    near: NDArray[np.bool_],
    *,
    hop: float = 0.01,
    floor: float = 60.0,
    ceiling: float = 600.0,
    band: float = 4000.0,
    voicing: float = 0.5,
    silence: float = 0.025,
    octave: float = 0.01,
    jump: float = 0.35,
    change: float = 0.2,
    habit: float = 0.02,
    trial: float = 30.0,
    sounding: float = 0.1,
    shortest: float = 0.06,
    gap: float = 0.05,
) -> tuple[Floats, Floats]:
    """Return (F0 in Hz, HNR in dB) of a channel, looked for where ``near`` is true.

    Parameters
    ----------
    samples
        One channel, int16 or float32 in -1..1, shape (samples,).
    rate
        Samples a second.
    near
        Frames that may hold speech, shape (frames,); the others are unvoiced without being looked at.
    hop
        Seconds from frame to frame.
    floor, ceiling
        The range any voice is looked for in, Hz. The voice at hand narrows it.
    band
        Highest frequency that counts, Hz; HNR is that of the sound below it.
    voicing, silence, octave, jump, change
        Boersma's voicing threshold, silence threshold, octave cost, octave-jump cost and voiced/unvoiced
        cost. The first, second and last were moved from his 0.45, 0.03 and 0.14 by what a laryngograph
        says.
    habit
        Cost of an F0 that is less usual by a factor e.
    trial
        Seconds of sound, spread over the channel, from which the range of the voice is found.

    sounding, shortest, gap
        What got no F0 is looked at again in the whole range, for a lower voice on the channel, where it has
        this share of the amplitude of the loudest frames, for so many seconds; gaps are smaller.

    Returns
    -------
    f0, hnr
        float32, shape (frames,), NaN where unvoiced.
    """
    runs = voice.runs(near)
    costs = {
        "voicing": voicing,
        "silence": silence,
        "octave": octave,
        "jump": jump,
        "change": change,
        "hop": hop,
    }
    some = voice.spread(runs, round(trial / hop))
    first = _search(samples, rate, some, len(near), band, floor, ceiling, None, **costs)
    voiced = first[0][~np.isnan(first[0])]
    if len(voiced) < round(0.5 / hop):
        low, high, usual = floor, ceiling, None
    else:
        low = max(floor, 0.7 * float(np.percentile(voiced, 10)))
        high = min(ceiling, 1.5 * float(np.percentile(voiced, 90)))
        usual = habit * _usual(voiced)
    f0, hnr, peak = _search(samples, rate, runs, len(near), band, low, high, usual, **costs)
    if low > floor:  # a lower voice that speaks rarely
        missing = voice.tidy(np.isnan(f0) & (peak > sounding), hop=hop, closure=gap, shortest=shortest)
        some = voice.runs(voice.grow(missing, round(gap / hop)) & near)
        wide, wide_hnr, _ = _search(samples, rate, some, len(near), band, floor, ceiling, usual, **costs)
        lower = voice.tidy(np.isnan(f0) & (wide < low), hop=hop, closure=0.0, shortest=shortest)
        f0, hnr = np.where(lower, wide, f0), np.where(lower, wide_hnr, hnr)
    return f0, hnr


def _usual(voiced: Floats) -> Floats:
    """Return how usual each semitone above 1 Hz is: the logarithm of its share, 0 for the most usual."""
    counts = np.bincount(np.round(12 * np.log2(voiced)).astype(int), minlength=_SEMITONES)
    shares = np.convolve(counts, np.hanning(9), "same")
    return np.asarray(np.log(np.maximum(shares / shares.max(), 0.02)), np.float32)


def _search(
    samples: frames.Samples,
    rate: int,
    runs: list[tuple[int, int]],
    count: int,
    band: float,
    floor: float,
    ceiling: float,
    usual: Floats | None,
    *,
    hop: float,
    voicing: float,
    silence: float,
    octave: float,
    jump: float,
    change: float,
) -> tuple[Floats, Floats, Floats]:
    """Track the given runs of frames once, between ``floor`` and ``ceiling``.

    Returns F0, HNR and the amplitude of each frame against the loudest, 0 outside the runs.
    """
    f0 = np.full(count, np.nan, np.float32)
    hnr = np.full(count, np.nan, np.float32)
    amplitude = np.zeros(count, np.float32)
    if not runs:
        return f0, hnr, amplitude
    analyser = _Analyser(rate, floor, ceiling, band, octave)
    runs = [(at, min(at + _LONGEST, end)) for first, end in runs for at in range(first, end, _LONGEST)]
    starts = np.cumsum([0] + [end - first for first, end in runs])
    hertz, correlation = np.empty((2, starts[-1], analyser.keep), np.float32)
    peak = np.empty(starts[-1], np.float32)
    at = 0
    for first, end in runs:
        for block in analyser.cut(samples, hop, first, end):
            now = slice(at, at + len(block))
            hertz[now], correlation[now], peak[now] = analyser.candidates(block)
            at = now.stop
    loudest = max(float(np.percentile(peak, 99)), 1e-6)

    def strength(rows: slice) -> Floats:
        found = np.full((rows.stop - rows.start, analyser.keep + 1), -np.inf, np.float32)
        found[:, 0] = voicing + np.maximum(0, 2 - peak[rows] / loudest * (1 + voicing) / silence)
        is_one = hertz[rows] > 0
        pitches = hertz[rows][is_one]
        found[:, 1:][is_one] = correlation[rows][is_one] + octave * np.log2(pitches / floor)
        if usual is not None:
            found[:, 1:][is_one] += usual[np.round(12 * np.log2(pitches)).astype(int)]
        return found

    order = sorted(range(len(runs)), key=lambda i: runs[i][1] - runs[i][0])
    for begin in range(0, len(order), _TOGETHER):
        group = order[begin : begin + _TOGETHER]
        rows = [slice(starts[i], starts[i + 1]) for i in group]
        states = _paths(
            [hertz[r] for r in rows], [strength(r) for r in rows], jump * 0.01 / hop, change * 0.01 / hop
        )
        for i, r, state in zip(group, rows, states, strict=True):
            each = np.arange(r.start, r.stop)
            height = np.clip(correlation[each, state - 1], 1e-4, 1 - 1e-5)
            amplitude[slice(*runs[i])] = peak[r] / loudest
            f0[slice(*runs[i])] = np.where(state > 0, hertz[each, state - 1], np.nan)
            hnr[slice(*runs[i])] = np.where(state > 0, 10 * np.log10(height / (1 - height)), np.nan)
    return f0, hnr, amplitude


class _Analyser:
    """Finds the candidates of a block of frames; holds what is the same for all blocks."""

    def __init__(
        self, rate: int, floor: float, ceiling: float, band: float, octave: float, keep: int = 5
    ) -> None:
        self.rate, self.floor, self.ceiling, self.octave, self.keep = rate, floor, ceiling, octave, keep
        self.period = round(rate / floor)
        self.size = 3 * self.period // 2 * 2  # three of the longest periods
        self.window = np.hanning(self.size + 2)[1:-1].astype(np.float32)
        # the power of two above; what wraps around is under the tail of the window
        self.points = 1 << int(np.ceil(np.log2(self.size + self.period // 2)))
        self.bins = min(int(band / rate * self.points) + 1, self.points // 2 + 1)
        self.lags = slice(max(int(rate / ceiling) - 1, 1), self.period + 3)
        own = np.fft.irfft(np.abs(np.fft.rfft(self.window.astype(np.float64), self.points)) ** 2)
        self.correction = (own[0] / own[self.lags]).astype(np.float32)

    def cut(self, samples: frames.Samples, hop: float, first: int, end: int) -> Iterator[Floats]:
        """Cut frames ``first`` to ``end`` into blocks of shape (at most _AT_ONCE, size)."""
        return frames.blocks(samples, round(hop * self.rate), self.size, first, end, _AT_ONCE)

    def candidates(self, block: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the highest peaks of the autocorrelation of each frame of a block, best first.

        They are Hz (0 where there is no candidate) and height 0..1, both of shape (frames, keep), with the
        highest sample within the longest period around the centre of each frame, shape (frames,).
        """
        centred = block - block.mean(axis=1, keepdims=True)
        middle = slice(self.size // 2 - self.period // 2, self.size // 2 + self.period // 2)
        peak = np.abs(centred[:, middle]).max(axis=1)
        spectrum = np.fft.rfft(centred * self.window, self.points, axis=1)[:, : self.bins]
        power = spectrum.real**2 + spectrum.imag**2
        # no matrix product, although it is quicker alone: BLAS starts threads that get in each other's way
        r = np.fft.irfft(power, self.points, axis=1)[:, : self.lags.stop]
        r = r[:, self.lags] * self.correction / np.maximum(r[:, :1], 1e-15)
        before, at, after = r[:, :-2], r[:, 1:-1], r[:, 2:]
        row, column = np.nonzero((at > before) & (at >= after) & (at > 0))
        a, b, c = before[row, column], at[row, column], after[row, column]
        bend = np.minimum(a - 2 * b + c, np.float32(-1e-9))  # below zero, but for rounding
        shift = np.clip(0.5 * (a - c) / bend, -0.5, 0.5)  # top of the parabola through three points
        height = b - 0.25 * (a - c) * shift
        height = np.where(height > 1, 1 / height, height)
        hertz = self.rate / (self.lags.start + 1 + column + shift)
        inside = (hertz >= self.floor) & (hertz <= self.ceiling)
        row, hertz, height = row[inside], hertz[inside], height[inside]
        order = np.lexsort((-(height + self.octave * np.log2(hertz / self.floor)), row))
        row, hertz, height = row[order], hertz[order], height[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        best = rank < self.keep
        result = np.zeros((2, len(block), self.keep), np.float32)
        result[:, row[best], rank[best]] = hertz[best], height[best]
        return result[0], result[1], peak


def _paths(
    hertz: list[Floats], strength: list[Floats], jump: float, change: float
) -> list[NDArray[np.int64]]:
    """Return the best state (0 unvoiced, k candidate k - 1) of each frame of each run, side by side."""
    longest, states = max(map(len, strength)), strength[0].shape[1]
    gain = np.zeros((longest, len(strength), states), np.float32)
    pitch = np.full((longest, len(strength), states), np.nan, np.float32)  # octaves; NaN: no pitch
    for i, (one, candidates) in enumerate(zip(strength, hertz, strict=True)):
        gain[: len(one), i] = one
        pitch[: len(one), i, 1:] = np.log2(
            candidates, where=candidates > 0, out=np.full_like(candidates, np.nan)
        )
    unvoiced = np.zeros(states, bool)
    unvoiced[0] = True
    switch = np.where(unvoiced[:, None] ^ unvoiced[None, :], change, 0).astype(np.float32)
    came_from = np.zeros((longest, len(strength), states), np.uint8)
    best = gain[0]
    for begin in range(1, longest, _AT_ONCE):
        now = slice(begin, min(begin + _AT_ONCE, longest))
        apart = np.abs(pitch[now.start - 1 : now.stop - 1, :, :, None] - pitch[now, :, None, :])
        cost = np.fmax(apart * np.float32(jump), 0) + switch  # fmax: NaN becomes 0
        for t in range(now.start, now.stop):
            total = best[:, :, None] - cost[t - begin]
            came_from[t] = total.argmax(axis=1)
            best = total.max(axis=1) + gain[t]
            best -= best.max(axis=1, keepdims=True)  # keeps the precision over hours
    path = np.zeros((longest, len(strength)), np.int64)
    path[-1] = best.argmax(axis=1)
    each = np.arange(len(strength))
    for t in range(longest - 1, 0, -1):
        path[t - 1] = came_from[t, each, path[t]]
    return [path[: len(one), i] for i, one in enumerate(strength)]
