"""Pitch and tone of the agent's voice, from F0 and HNR where there is voice.

Median in Hz; spread in semitones from the 10th to the 90th percentile; final slope in semitones a second:
the middle of the straight lines (Theil-Sen) through the F0 of the last stretch of voice before each pause
or end of a spell; HNR in dB. Described only: no pitch is right or wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics.voice import Mask
from voicecoach.measures.definitions import measured, not_measured, threshold
from voicecoach.measures.scene import Scene, Stretch
from voicecoach.types import AGENT, Contours, Event, Floats, Match, Measure

IDS = ("pitch.median", "pitch.spread", "pitch.final_slope", "voice.hnr")


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return pitch.median, pitch.spread, pitch.final_slope and voice.hnr of the agent."""
    contours = scene.agent
    if contours is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in IDS)
    voiced = contours.voice & ~np.isnan(contours.f0)
    seconds = float(voiced.sum()) * contours.hop
    if seconds < threshold("least_sound"):
        return tuple(_little(id_, seconds, "least_sound") for id_ in IDS)
    low, middle, high = np.percentile(contours.f0[voiced], (10, 50, 90))
    median = measured(IDS[0], AGENT, middle)
    if seconds < threshold("least_voice"):
        return median, *(_little(id_, seconds, "least_voice") for id_ in IDS[1:])
    return (
        median,
        measured(IDS[1], AGENT, 12 * np.log2(high / low)),
        _final_slope(scene, contours, voiced),
        _hnr(scene, contours.hnr[voiced]),
    )


def _little(id_: str, seconds: float, least: str) -> Measure:
    return not_measured(id_, AGENT, "little_voice", values={"seconds": seconds, "least": threshold(least)})


def rises(scene: Scene) -> Mapping[float, float]:
    """Return by how many semitones the agent's voice rises (below zero: falls) before each pause.

    The key is the time at which the last word before the pause ends.
    """
    contours = scene.agent
    if contours is None:
        return {}
    voiced = contours.voice & ~np.isnan(contours.f0)
    ends = {
        stretch.words[-1].end: slope
        for stretch, slope in _clause_ends(scene, contours, voiced)
        if stretch.words
    }
    return {end: slope * threshold("clause_end") for end, slope in ends.items()}


def _clause_ends(scene: Scene, contours: Contours, voiced: Mask) -> Iterator[tuple[Stretch, float]]:
    """Yield each stretch with the slope of its end in semitones a second, where enough of it is voiced."""
    length = round(threshold("clause_end") / contours.hop)
    for spell in scene.spells[AGENT]:
        for stretch in spell.stretches:
            end = min(round(stretch.end / contours.hop), len(voiced) - 1)
            at = np.flatnonzero(voiced[max(end - length, 0) : end + 1]) + max(end - length, 0)
            if len(at) >= length / 3:
                yield stretch, _slope(at * contours.hop, 12 * np.log2(contours.f0[at]))


def _final_slope(scene: Scene, contours: Contours, voiced: Mask) -> Measure:
    slopes = [slope for _, slope in _clause_ends(scene, contours, voiced)]
    if len(slopes) < threshold("least_clauses"):
        least = threshold("least_clauses")
        return not_measured(
            "pitch.final_slope", AGENT, "few_clauses", values={"count": len(slopes), "least": least}
        )
    low, middle, high = (float(v) for v in np.percentile(slopes, (25, 50, 75)))
    return measured("pitch.final_slope", AGENT, middle, bounds=(low, high), values={"count": len(slopes)})


def _slope(times: NDArray[np.floating[Any]], values: NDArray[np.floating[Any]]) -> float:
    """Return the middle of the slopes between all pairs of points, which an octave slip cannot bend."""
    first, second = np.triu_indices(len(times), 1)
    return float(np.median((values[second] - values[first]) / (times[second] - times[first])))


def _hnr(scene: Scene, hnr: Floats) -> Measure:
    quality = scene.call.quality.get(AGENT)
    if quality is not None and quality.telephone_band:
        return not_measured("voice.hnr", AGENT, "telephone")
    return measured("voice.hnr", AGENT, float(np.nanmedian(hnr)))
