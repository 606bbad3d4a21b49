"""One take as it is compared: the agent's words, pauses, pace and emphasis.

Times are seconds in the recording; pitch is in semitones against the speaker's own middle in this take, level
in dB against the middle of the voice. Pace is in the language's own unit a second, pauses left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voicecoach.compare.words import Token
from voicecoach.measures.definitions import threshold
from voicecoach.measures.sound import Sound
from voicecoach.types import AGENT, Analysis, Contours, Event, Word

Line = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase as said in one take. What is not measured is None; words are "" where there is no peak."""

    text: str
    start: float
    end: float
    seconds: float  # pauses left out
    pace: float | None
    highest: str = ""  # the word that carries the highest pitch
    highest_at: int | None = None  # its place in the phrase
    pitch: float | None = None  # semitones against the own middle
    loudest: str = ""
    level: float | None = None  # dB against the middle of the voice


@dataclass(frozen=True, slots=True)
class Side:
    """A take with what is looked up in it again and again. ``pitch`` and ``level`` are None without sound."""

    name: str
    analysis: Analysis
    tokens: tuple[Token, ...]
    sound: Sound | None
    pauses: tuple[tuple[float, float], ...]  # of the agent
    pitch: Line | None  # semitones, NaN where unvoiced
    level: Line | None  # dB
    hop: float

    def gap(self, before: Token, after: Token) -> float | None:
        """Return the pause between two neighbouring words in seconds, 0 for none, None where others speak.

        A pause belongs to the words whose middles are around its middle.
        """
        first, last = (before.start + before.end) / 2, (after.start + after.end) / 2
        if any(before.end <= t.start < after.start for t in self.tokens if t.speaker != AGENT):
            return None
        found = [end - start for start, end in self.pauses if first < (start + end) / 2 < last]
        long = after.start - before.end
        return max((*found, long if long >= threshold("one_sided_gap") else 0.0))

    def spoken(self, said: Sequence[Token], least_voiced: float) -> Spoken:
        """Measure words of the agent that follow each other."""
        start, end = said[0].start, max(said[-1].end, said[-1].start)
        seconds = (
            end - start - sum(min(e, end) - max(s, start) for s, e in self.pauses if s < end and e > start)
        )
        seconds -= sum(
            gap
            for before, after in pairwise(said)
            if (gap := after.start - before.end) >= threshold("one_sided_gap")
            and not any(s < after.start and e > before.end for s, e in self.pauses)
        )
        words = tuple(dict.fromkeys(token.word for token in said))
        text = (" " if self.sound is None or self.sound.spaces else "").join(w.text.strip() for w in words)
        units = self.sound.count(text) if self.sound else 0.0
        pace = units / seconds if units and seconds > 0.1 else None
        high = _peak(words, self.pitch, self.hop, least_voiced)
        loud = _peak(words, self.level, self.hop, least_voiced)
        return Spoken(
            text=text,
            start=start,
            end=end,
            seconds=seconds,
            pace=pace,
            highest=words[high[0]].text.strip() if high else "",
            highest_at=high[0] if high else None,
            pitch=high[1] if high else None,
            loudest=words[loud[0]].text.strip() if loud else "",
            level=loud[1] if loud else None,
        )

    def pitch_of(self, said: Sequence[Token], at: int, least_voiced: float) -> float | None:
        """Return the highest pitch of word number ``at`` of a phrase in semitones."""
        words = tuple(dict.fromkeys(token.word for token in said))
        found = _peak(words[at : at + 1], self.pitch, self.hop, least_voiced)
        return found[1] if found else None

    def beside_pause(self, time: float) -> bool:
        """Tell whether a time is an edge of the agent's voice, which is surer than one within speech."""
        near = threshold("pause") / 2
        return any(abs(time - edge) < near for pause in self.pauses for edge in pause)


def side(
    name: str, analysis: Analysis, said: tuple[Token, ...], known: Sound | None, contours: Contours | None
) -> Side:
    """Make a take ready to be compared; without ``contours`` it has no pitch and level."""
    pauses = tuple(_span(e) for e in analysis.events if e.kind == "pause" and e.speaker == AGENT)
    pitch = level = None
    hop = 0.01
    if contours is not None:
        hop = contours.hop
        voiced = np.where(contours.voice, contours.f0, np.nan).astype(np.float64)
        if np.isfinite(voiced).any():
            pitch = 12 * np.log2(voiced / np.nanmedian(voiced))
            level = np.where(contours.voice, contours.level, np.nan).astype(np.float64)
            level -= np.nanmedian(level)
    return Side(name, analysis, said, known, pauses, pitch, level, hop)


def _span(event: Event) -> tuple[float, float]:
    return event.start, event.end


def _peak(words: Sequence[Word], line: Line | None, hop: float, least: float) -> tuple[int, float] | None:
    """Return which word reaches highest, and how high: its upper tenth, so that a slip of F0 is no peak."""
    best: tuple[int, float] | None = None
    for at, word in enumerate(words):
        if line is None:
            return None
        held = line[round(word.start / hop) : round(word.end / hop) + 1]
        held = held[np.isfinite(held)]
        if len(held) * hop >= least:
            top = float(np.percentile(held, 90))
            if best is None or top > best[1]:
                best = (at, top)
    return best
