"""Pitch of the agent's voice, from F0 where there is voice, in semitones against the agent's own voice.

Median in Hz. Spread: from the 10th to the 90th percentile. Final slope, semitones a second: the straight line
(Theil-Sen) through the end of each clause. Reset: from the middle of the end of a clause up to that of the
start of the next. Flat share: per cent of the speech in windows whose spread is small. Described only: no
pitch is right or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics import voice
from voicecoach.i18n import _, clock, fill
from voicecoach.measures.clauses import clauses
from voicecoach.measures.definitions import measured, not_measured, threshold
from voicecoach.measures.scene import Scene, Stretch
from voicecoach.types import AGENT, Event, Match, Measure

MEDIAN, SPREAD, FLAT = "pitch.median", "pitch.spread", "pitch.flat_share"
SLOPE, RESET = "pitch.final_slope", "pitch.reset"
IDS = (MEDIAN, SPREAD, FLAT, SLOPE, RESET)

_MOST_TIMES = 3  # flat stretches named

Line = tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]  # times in s, semitones


def measure(scene: Scene, events: Sequence[Event], matches: Sequence[Match]) -> tuple[Measure, ...]:
    """Return pitch.median, spread, flat_share, final_slope and reset of the agent."""
    contours = scene.agent
    if contours is None:
        return tuple(not_measured(id_, AGENT, scene.no_agent) for id_ in IDS)
    semitones = _semitones(scene)
    heard = semitones[~np.isnan(semitones)]
    seconds = len(heard) * contours.hop
    if seconds < threshold("least_sound"):
        return tuple(_little(id_, seconds, "least_sound") for id_ in IDS)
    low, middle, high = np.percentile(heard, (10, 50, 90))
    median = measured(MEDIAN, AGENT, 2 ** (middle / 12))
    if seconds < threshold("least_voice"):
        return median, *(_little(id_, seconds, "least_voice") for id_ in IDS[1:])
    return median, measured(SPREAD, AGENT, high - low), _flat(scene, semitones), *_ends(scene, semitones)


def rises(scene: Scene) -> Mapping[float, float]:
    """Return by how many semitones the agent's voice rises (below zero: falls) before each pause.

    The key is the time at which the last word before the pause ends.
    """
    if scene.agent is None:
        return {}
    semitones = _semitones(scene)
    found = {}
    for spell in scene.spells[AGENT]:
        for stretch in spell.stretches:
            line = _part(scene, semitones, stretch, last=True)
            if stretch.words and line is not None:
                found[stretch.words[-1].end] = _slope(*line) * threshold("clause_end")
    return found


def _semitones(scene: Scene) -> NDArray[np.float64]:
    """Return F0 in semitones above 1 Hz where there is voice, NaN elsewhere, shape (frames,)."""
    assert scene.agent is not None
    return 12 * np.log2(np.where(scene.agent.voice, scene.agent.f0, np.nan).astype(np.float64))


def _little(id_: str, seconds: float, least: str) -> Measure:
    return not_measured(id_, AGENT, "little_voice", values={"seconds": seconds, "least": threshold(least)})


def _flat(scene: Scene, semitones: NDArray[np.float64]) -> Measure:
    """Return the share of speech in windows of little spread, and when."""
    assert scene.agent is not None
    hop = scene.agent.hop
    speech = np.flatnonzero(scene.agent.voice)
    window = round(threshold("flat_window") / hop)
    if len(speech) < window:
        return _little(FLAT, len(speech) * hop, "flat_window")
    flat = np.zeros(len(speech), bool)
    for first in range(0, len(speech) - window + 1, window // 10):
        heard = semitones[speech[first : first + window]]
        heard = heard[~np.isnan(heard)]
        if len(heard) >= window / 3:
            low, high = np.percentile(heard, (10, 90))
            flat[first : first + window] |= high - low < threshold("flat_spread")
    longest = sorted(voice.runs(flat), key=lambda run: run[0] - run[1])[:_MOST_TIMES]
    when = _(", ").join(
        fill("{first} to {last}", first=clock(speech[first] * hop), last=clock(speech[end - 1] * hop))
        for first, end in sorted(longest)
    )
    told = {
        "window": threshold("flat_window"),
        "spread": threshold("flat_spread"),
        "when": fill(": {when}", when=when) if when else "",
    }
    return measured(FLAT, AGENT, 100 * flat.mean(), values=told)


def _ends(scene: Scene, semitones: NDArray[np.float64]) -> tuple[Measure, Measure]:
    """Return final slope and reset."""
    slopes: list[float] = []
    resets: list[float] = []
    for said in clauses(scene, AGENT):
        ends = [_part(scene, semitones, clause[-1], last=True) for clause in said]
        starts = [_part(scene, semitones, clause[0], last=False) for clause in said]
        slopes += [_slope(*end) for end in ends if end is not None]
        resets += [
            float(np.median(start[1]) - np.median(end[1]))
            for end, start in zip(ends, starts[1:], strict=False)
            if end is not None and start is not None
        ]
    return _typical(SLOPE, slopes), _typical(RESET, resets)


def _typical(id_: str, values: Sequence[float]) -> Measure:
    """Return the middle of the values with their quartiles."""
    count, least = len(values), threshold("least_clauses")
    if count < least:
        return not_measured(id_, AGENT, "few_clauses", values={"count": count, "least": least})
    low, middle, high = (float(v) for v in np.percentile(values, (25, 50, 75)))
    return measured(id_, AGENT, middle, bounds=(low, high), values={"count": count})


def _part(scene: Scene, semitones: NDArray[np.float64], stretch: Stretch, *, last: bool) -> Line | None:
    """Return times and pitch of the last or first voice of a stretch, None where too little is voiced."""
    assert scene.agent is not None
    hop, length = scene.agent.hop, round(threshold("clause_end") / scene.agent.hop)
    first = max(round(stretch.start / hop), 0)
    at = np.flatnonzero(~np.isnan(semitones[first : round(stretch.end / hop) + 1])) + first
    at = at[at > at[-1] - length] if last and len(at) else at[at < at[0] + length] if len(at) else at
    return (at * hop, semitones[at]) if len(at) >= length / 3 else None


def _slope(times: NDArray[np.floating[Any]], values: NDArray[np.floating[Any]]) -> float:
    """Return the middle of the slopes between all pairs of points, which an octave slip cannot bend."""
    first, second = np.triu_indices(len(times), 1)
    return float(np.median((values[second] - values[first]) / (times[second] - times[first])))
