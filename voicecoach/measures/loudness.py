"""Loudness of the agent's speech.

Level in LUFS (ITU-R BS.1770-4, one channel, gated, only where there is voice); range in dB from the 10th
to the 90th percentile of the levels of syllable nuclei.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voicecoach.measures.definitions import measured, not_measured, threshold
from voicecoach.measures.scene import Scene
from voicecoach.types import AGENT, Event, Match, Measure

LEVEL, RANGE = "loudness.level", "loudness.range"


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return loudness.level and loudness.range of the agent."""
    contours = scene.agent
    if contours is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in (LEVEL, RANGE))
    seconds = scene.voiced(AGENT)
    level = _little(LEVEL, seconds, threshold("least_sound"))
    if level is None and np.isnan(contours.loudness):
        level = not_measured(LEVEL, AGENT, "no_level")
    extent = _little(RANGE, seconds, threshold("least_voice"))
    if extent is None and not len(contours.nuclei):
        extent = not_measured(RANGE, AGENT, "no_voiced")
    if extent is None:
        at = np.minimum(np.round(contours.nuclei / contours.hop).astype(int), len(contours.level) - 1)
        low, high = np.percentile(contours.level[at], (10, 90))
        extent = measured(RANGE, AGENT, high - low)
    return level or measured(LEVEL, AGENT, contours.loudness), extent


def _little(id_: str, seconds: float, least: float) -> Measure | None:
    """Return the measure without a value where there is too little speech for it."""
    if seconds >= least:
        return None
    return not_measured(id_, AGENT, "little_voice", values={"seconds": seconds, "least": least})
