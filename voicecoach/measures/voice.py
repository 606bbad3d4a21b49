"""Voice quality of the agent: HNR, cepstral peak prominence, jitter and shimmer. Described only.

HNR is the median of the voiced frames, dB; the others are those of the contours. A telephone line and noise
change them more than voices differ, so neither is measured through them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voicecoach.measures.definitions import measured, not_measured, threshold
from voicecoach.measures.scene import Scene
from voicecoach.types import AGENT, Event, Match, Measure

IDS = ("voice.hnr", "voice.cpp", "voice.jitter", "voice.shimmer")


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return voice.hnr, voice.cpp, voice.jitter and voice.shimmer of the agent."""
    contours = scene.agent
    if contours is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in IDS)
    quality = scene.call.quality.get(AGENT)
    if quality is not None and quality.telephone_band:
        return tuple(not_measured(id_, AGENT, "telephone") for id_ in IDS)
    hnr = contours.hnr[contours.voice & ~np.isnan(contours.hnr)]
    seconds, least = len(hnr) * contours.hop, threshold("least_voice")
    if seconds < least:
        short = {"seconds": seconds, "least": least}
        return tuple(not_measured(id_, AGENT, "little_voice", values=short) for id_ in IDS)
    least = threshold("least_snr")
    if quality is not None and quality.snr is not None and quality.snr < least:
        noisy = {"snr": quality.snr, "least": least}
        return tuple(not_measured(id_, AGENT, "noisy", values=noisy) for id_ in IDS)
    values = (float(np.median(hnr)), contours.cpp, 100 * contours.jitter, 100 * contours.shimmer)
    return tuple(
        not_measured(id_, AGENT, "no_periods") if np.isnan(value) else measured(id_, AGENT, value)
        for id_, value in zip(IDS, values, strict=True)
    )
