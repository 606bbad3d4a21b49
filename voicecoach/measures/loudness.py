"""Loudness of the agent's speech.

Level in LUFS (ITU-R BS.1770-4, one channel, gated, only where there is voice); range in dB from the 10th
to the 90th percentile of the levels of syllable nuclei; fade in dB, the middle over clauses of how far the
last two syllables lie below the middle of those before them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voicecoach.measures.clauses import clauses
from voicecoach.measures.definitions import measured, not_measured, threshold
from voicecoach.measures.scene import Scene
from voicecoach.types import AGENT, Contours, Event, Floats, Match, Measure

LEVEL, RANGE, FADE = "loudness.level", "loudness.range", "loudness.fade"

_LAST, _BEFORE = 2, 3  # syllables of the end of a clause, and least before them


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return loudness.level, range and fade of the agent."""
    contours = scene.agent
    if contours is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in (LEVEL, RANGE, FADE))
    seconds = scene.voiced(AGENT)
    level = _little(LEVEL, seconds, threshold("least_sound"))
    if level is None and np.isnan(contours.loudness):
        level = not_measured(LEVEL, AGENT, "no_level")
    extent = _little(RANGE, seconds, threshold("least_voice"))
    fade = _little(FADE, seconds, threshold("least_voice"))
    if not len(contours.nuclei):
        extent = extent or not_measured(RANGE, AGENT, "no_voiced")
        fade = fade or not_measured(FADE, AGENT, "no_voiced")
    if extent is None:
        low, high = np.percentile(_levels(contours, contours.nuclei), (10, 90))
        extent = measured(RANGE, AGENT, high - low)
    return (
        level or measured(LEVEL, AGENT, contours.loudness),
        extent,
        fade or _fade(scene, contours),
    )


def _fade(scene: Scene, contours: Contours) -> Measure:
    found = []
    for said in clauses(scene, AGENT):
        for clause in said:
            first, end = np.searchsorted(contours.nuclei, (clause[0].start, clause[-1].end))
            levels = _levels(contours, contours.nuclei[first:end])
            if len(levels) >= _BEFORE + _LAST:
                found.append(float(np.median(levels[:-_LAST]) - levels[-_LAST:].mean()))
    count, least = len(found), threshold("least_clauses")
    if count < least:
        return not_measured(FADE, AGENT, "few_clauses", values={"count": count, "least": least})
    low, middle, high = (float(v) for v in np.percentile(found, (25, 50, 75)))
    return measured(FADE, AGENT, middle, bounds=(low, high), values={"count": count})


def _levels(contours: Contours, times: Floats) -> Floats:
    at = np.minimum(np.round(times / contours.hop).astype(int), len(contours.level) - 1)
    return np.asarray(contours.level[at], np.float32)


def _little(id_: str, seconds: float, least: float) -> Measure | None:
    """Return the measure without a value where there is too little speech for it."""
    if seconds >= least:
        return None
    return not_measured(id_, AGENT, "little_voice", values={"seconds": seconds, "least": least})
