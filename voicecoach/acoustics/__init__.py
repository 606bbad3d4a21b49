"""Contours of one channel: level, F0, HNR, voice activity, syllable nuclei, loudness, steady sounds, quality.

Pure functions of signal and rate. One value each 10 ms; frame k is centred on k * 10 ms. Only a block of
the channel is held as floating point at a time, so a recording of hours needs no more memory than its
contours.
"""

from __future__ import annotations

import numpy as np

from voicecoach.acoustics import (
    bands,
    cepstrum,
    frames,
    level,
    loudness,
    nuclei,
    perturbation,
    pitch,
    steady,
    voice,
)
from voicecoach.types import Contours, Floats

HOP = 0.01  # s

# voice quality is that of so many seconds of voiced speech, spread over the channel; twice as many change
# jitter and shimmer by some 5 % of their value
_LISTENED = 10.0
_SHORTEST = 0.06  # s of voice that hold enough periods


def contours(samples: frames.Samples, rate: int, speech_probability: Floats) -> Contours:
    """Return the contours of one channel.

    Parameters
    ----------
    samples
        One channel, int16 (also memory-mapped) or float32 in -1..1, shape (samples,).
    rate
        Samples a second, a multiple of 100.
    speech_probability
        Probability of speech, one value each 512 samples at 16 kHz (32 ms), shape (chunks,).
    """
    levels = level.level(samples, rate, hop=HOP)
    possible = voice.near(speech_probability, len(levels), hop=HOP)
    likely = voice.near(speech_probability, len(levels), hop=HOP, on=0.5, off=0.5, reach=0.0)
    f0, hnr = pitch.track(samples, rate, _worth_tracking(levels, possible), hop=HOP)
    active = voice.activity(bands.bands(samples, rate, hop=HOP), possible, ~np.isnan(f0), likely, hop=HOP)
    active = voice.without_notes(active, f0, speech_probability, hop=HOP)
    voiced = [run for run in voice.runs(active & ~np.isnan(f0)) if run[1] - run[0] >= _SHORTEST / HOP]
    some = voice.spread(voiced, round(_LISTENED / HOP))
    jitter, shimmer = perturbation.jitter_shimmer(samples, rate, f0, some, hop=HOP)
    return Contours(
        hop=HOP,
        f0=f0,
        level=levels,
        voice=active,
        hnr=hnr,
        nuclei=nuclei.nuclei(samples, rate, f0, active, hop=HOP),
        loudness=loudness.integrated(samples, rate, active, hop=HOP),
        cpp=cepstrum.prominence(samples, rate, some, hop=HOP),
        jitter=jitter,
        shimmer=shimmer,
        steady=steady.steady(samples, rate, f0, active, hop=HOP),
    )


def _worth_tracking(
    levels: Floats, possible: voice.Mask, *, below: float = 40.0, most: float = 0.2
) -> voice.Mask:
    """Return the frames whose F0 is looked for: those that may hold speech.

    Where these are less than a share ``most`` of the frames that sound (no more than ``below`` dB under the
    loudest), the channel is something else, such as an instrument or a test tone, and has its F0, too.
    """
    sounding = levels > max(float(levels.max(initial=level.QUIETEST)) - below, level.QUIETEST + below)
    speech = np.count_nonzero(possible & sounding) >= most * np.count_nonzero(sounding)
    return possible if speech else possible | sounding
