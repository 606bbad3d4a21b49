"""Which steady stretches of voice are filled pauses: what is heard together with what the words leave over.

Times in seconds. The sound says where the mouth holds still (``acoustics/steady.py``), as it also does in
a long vowel. The words say what belongs to a word: a recogniser leaves most fillers out and gives their
time to the word beside them, which then lasts longer than its letters take. Each cue has its points in
fillers.yaml; no single one decides. Without words nothing is told apart, so nothing is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from voicecoach.acoustics import voice
from voicecoach.datafile import read_file
from voicecoach.types import Contours, Word

_ALONE = 0.1  # s; what is joined to less other voice than this is by itself
_MOST_PITCH = 6.0  # semitones; more is mostly an octave error
_MOST_GLIDE = 4.0  # semitones the middle half of it covers; the pitch of a filled pause is flat or falls
_LEAST_LEFT = -0.3  # s
_TOGETHER = 0.15  # s; what is nearer is the two halves of one "um"
_SHORTEST, _LONGEST = 0.15, 1.2  # s; what is shorter or longer is no filled pause


@dataclass(frozen=True, slots=True)
class Candidate:
    """A steady stretch of voice, its cues by name, and which words lie in it, by their place."""

    start: float
    end: float
    cues: Mapping[str, float]
    words: tuple[int, ...]


@cache
def _facts() -> tuple[Mapping[str, float], float]:
    file = read_file(Path(__file__).with_name("fillers.yaml")).fields(("version", "least", "points"))
    points = {
        key: value.fields(("value", "source"))["value"].number()
        for key, value in file["points"].mapping().items()
    }
    return points, file["least"].number()


def hesitations(contours: Contours, words: Sequence[Word]) -> list[tuple[float, float]]:
    """Return (start, end) of each filled pause of a speaker; ``words`` are the backed words, in order."""
    if not words:
        return []
    least = _facts()[1]
    taken: dict[int, list[Candidate]] = defaultdict(list)  # by word
    chosen: list[tuple[float, float]] = []
    # the surest first: the time that a word has too much of is that of one filler, not of two
    for one in sorted(candidates(contours, words), key=lambda one: points(one.cues), reverse=True):
        rest = one.cues["left_over"] - sum(_taken(one, other) for k in one.words for other in taken[k])
        if points({**one.cues, "left_over": max(rest, _LEAST_LEFT)}) < least:
            continue
        chosen.append((one.start, one.end))
        for k in one.words:
            taken[k].append(one)
    found: list[tuple[float, float]] = []
    for start, end in sorted(chosen):
        if found and start - found[-1][1] < _TOGETHER:
            start = found.pop()[0]
        found.append((start, end))
    return [(start, end) for start, end in found if _SHORTEST <= end - start <= _LONGEST]


def _taken(one: Candidate, other: Candidate) -> float:
    """The time another filler has taken of a word, unless it is the other half of the same one."""
    apart = max(one.start - other.end, other.start - one.end)
    return other.end - other.start if apart >= _TOGETHER else 0.0


def points(cues: Mapping[str, float]) -> float:
    """Return the sum of the points of the cues of a stretch."""
    weights = _facts()[0]
    return weights["start"] + sum(weights[name] * value for name, value in cues.items())


def candidates(contours: Contours, words: Sequence[Word]) -> list[Candidate]:
    """Return the steady stretches of a channel with the cues of each by name.

    A stretch whose pitch glides is left out.
    """
    hop = contours.hop
    edges = [((a - 0.5) * hop, (b - 0.5) * hop) for a, b in voice.runs(contours.voice)]
    starts = np.array([word.start for word in words])
    ends = np.maximum.accumulate([word.end for word in words]) if words else starts
    lengths = np.array([_letters(word) for word in words])
    pace = float(np.median([word.end - word.start for word in words] / lengths)) if words else 0.0
    found: list[Candidate] = []
    at = 0
    for start, end, change in contours.steady.astype(float).tolist():
        while at < len(edges) and edges[at][1] <= start:
            at += 1
        first, last = edges[at] if at < len(edges) and edges[at][0] < end else (start, end)
        inside = slice(max(round(start / hop + 0.5), 0), round(end / hop + 0.5))
        low, high = (float(v) for v in np.percentile(contours.level[inside], (5, 95)))
        f0 = contours.f0[inside]
        heard = f0[~np.isnan(f0)]
        pitches = np.percentile(12 * np.log2(heard), (5, 25, 75, 95)) if len(heard) else np.zeros(4)
        if pitches[2] - pitches[1] > _MOST_GLIDE:
            continue
        near = range(int(np.searchsorted(ends, start)), int(np.searchsorted(starts, end)))
        shared = {k: min(words[k].end, end) - max(words[k].start, start) for k in near}
        own = [k for k, much in shared.items() if much > min(0.05, 0.5 * (end - start))]
        left_over = sum(words[k].end - words[k].start - pace * lengths[k] for k in own)
        alone = max(start - first, last - end) < _ALONE
        said = sum(max(shared[k], 0.0) / max(words[k].end - words[k].start, hop) for k in near)
        cues = {
            "change": change,
            "length": min(float(np.log2((end - start) / 0.2)), 1.0),
            "dip": high - low,
            "pitch": min(float(pitches[3] - pitches[0]), _MOST_PITCH),
            "alone": float(alone),
            "left_over": min(max(left_over, _LEAST_LEFT), 0.6),
            "said": said if alone else 0.0,
            "sure": float(np.mean([words[k].probability for k in own])) if own else 0.0 if alone else 0.5,
        }
        found.append(Candidate(start, end, cues, tuple(own)))
    return found


def _letters(word: Word) -> int:
    """The letters of a word and one more, as the shortest words take more time a letter.

    A figure and a letter that is spelt take as long as a short word.
    """
    spelt = len(word.bare) > 1 and word.text.isupper()
    return 1 + sum(4 if spelt or c.isdigit() else 1 for c in word.bare)
