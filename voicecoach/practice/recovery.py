"""How the agent's own voice moves after a hard line, and when it is back where it was.

Described only, of the agent's own voice against itself: level in dB, pace in % (syllables a second, pauses
left out), pitch in semitones. Nothing is concluded from it about what anybody feels. Compared with the
answers before the first hard line of the same take; where too little was said before it, with the agent's own
values. "Back" means that all three lie within the tolerances that ``definitions.yaml`` gives under ``own``.
Times are seconds in the recording.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicecoach.acoustics.voice import runs
from voicecoach.measures.definitions import Own, definitions, threshold
from voicecoach.measures.sound import Sound, facts, sound
from voicecoach.types import AGENT, Analysis, Contours, Word

LEVEL, PACE, PITCH = "loudness.level", "pace.articulation_rate", "pitch.median"  # whose tolerances are used


@dataclass(frozen=True, slots=True)
class Said:
    """A line and its answer, as recovery sees them; the times of the answer are None where there is none."""

    line: int
    attack: bool
    end: float  # of the caller's line
    answer_start: float | None
    answer_end: float | None


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice over some answers: dB, units of pace a second, Hz."""

    level: float
    pace: float
    pitch: float


@dataclass(frozen=True, slots=True)
class Move:
    """How far an answer lies from where the voice was before: dB, % and semitones."""

    line: int
    start: float
    level: float
    pace: float
    pitch: float
    within: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """What came after a hard line: ``first`` is the first answer after it that says enough.

    ``seconds`` run from the end of the line to the start of the first answer that is back; None, with the
    reason, where there is none. ``against`` is "before" or "own".
    """

    line: int
    at: float  # when the line ended
    first: Move | None
    seconds: float | None
    against: str
    reason: str = ""  # a key of the texts of outcome.yaml


def recoveries(analysis: Analysis, said: Sequence[Said], *, least: float) -> tuple[Recovery, ...]:
    """Describe what came after each hard line; ``least`` is how many seconds of voice an answer needs."""
    hard = [one for one in said if one.attack]
    if not hard:
        return ()
    contours, known = analysis.contours.get(AGENT), sound(facts(analysis.language))
    if contours is None or known is None:
        return tuple(Recovery(one.line, one.end, None, None, "", "no_contours") for one in hard)
    words = [word for turn in analysis.turns if turn.speaker == AGENT for word in turn.words]
    heard = _Heard(contours, known, words, least)
    before = heard.voice([one for one in said if one.end < hard[0].end])
    against = "before" if before else "own"
    usual = before or _own(analysis, heard.voice(said))
    if usual is None:
        return tuple(Recovery(one.line, one.end, None, None, "", "no_before") for one in hard)
    moves = {one.line: heard.move(one, usual) for one in said if one.end >= hard[0].end}
    return tuple(_recovery(one, said, moves, against) for one in hard)


def _recovery(hard: Said, said: Sequence[Said], moves: dict[int, Move | None], against: str) -> Recovery:
    after = [move for one in said if one.end >= hard.end and (move := moves[one.line]) is not None]
    if not after:
        return Recovery(hard.line, hard.end, None, None, against, "little_after")
    back = next((move for move in after if move.within), None)
    if back is None:
        return Recovery(hard.line, hard.end, after[0], None, against, "not_back")
    return Recovery(hard.line, hard.end, after[0], max(0.0, back.start - hard.end), against)


def hardest(found: Sequence[Recovery]) -> Recovery | None:
    """The hard line after which the voice moved most, in terms of the tolerances; the last where none did."""
    moved = [one for one in found if one.first is not None]
    return max(moved, key=lambda one: _far(one.first), default=found[-1] if found else None)


def _far(move: Move | None) -> float:
    if move is None:
        return 0.0
    entries = definitions().entries
    tolerances = [entries[id_].own for id_ in (LEVEL, PACE, PITCH)]
    shares = (move.level, move.pace / 100, move.pitch)
    return max(abs(by) / (own.high or math.inf) for by, own in zip(shares, tolerances, strict=True) if own)


@dataclass(frozen=True, slots=True)
class _Heard:
    """The agent's voice and words of a take."""

    contours: Contours
    sound: Sound
    words: Sequence[Word]
    least: float

    def voice(self, said: Sequence[Said]) -> Voice | None:
        """The voice over some answers together; None where that is too little."""
        hop = self.contours.hop
        own = np.zeros(len(self.contours.voice), bool)
        units = 0.0
        for one in said:
            if one.answer_start is None or one.answer_end is None:
                continue
            own[round(one.answer_start / hop) : round(one.answer_end / hop)] = True
            units += sum(
                self.sound.count(word.text)
                for word in self.words
                if word.backed and one.answer_start <= word.start < one.answer_end
            )
        own &= self.contours.voice
        seconds = float(own.sum()) * hop + sum(
            (end - start) * hop
            for start, end in runs(~own)
            if start > 0 and end < len(own) and (end - start) * hop < threshold("pause")
        )
        f0 = self.contours.f0[own]
        f0 = f0[~np.isnan(f0)]
        if seconds < self.least or not units or len(f0) * hop < threshold("least_sound"):
            return None
        power = np.mean(10.0 ** (self.contours.level[own].astype(np.float64) / 10))
        return Voice(10 * math.log10(power), units / seconds, float(np.median(f0)))

    def move(self, one: Said, usual: Voice) -> Move | None:
        """How far an answer lies from a voice; None where it says too little."""
        found = self.voice([one])
        if found is None or one.answer_start is None:
            return None
        entries = definitions().entries
        steps = (
            (LEVEL, found.level, usual.level),
            (PACE, found.pace, usual.pace),
            (PITCH, found.pitch, usual.pitch),
        )
        return Move(
            one.line,
            one.answer_start,
            level=found.level - usual.level,
            pace=100 * (found.pace / usual.pace - 1),
            pitch=12 * math.log2(found.pitch / usual.pitch),
            within=all(_within(entries[id_].own, value, middle) for id_, value, middle in steps),
        )


def _within(own: Own | None, value: float, usual: float) -> bool:
    low, high = own.band(usual, None) if own else (None, None)
    return (low is None or value >= low) and (high is None or value <= high)


def _own(analysis: Analysis, overall: Voice | None) -> Voice | None:
    """The agent's own values as a voice in this recording, where all three are known."""
    found = {m.id: m for m in analysis.measures if m.speaker == AGENT}
    level, pace, pitch = (found.get(id_) for id_ in (LEVEL, PACE, PITCH))
    if overall is None or not (level and pace and pitch) or level.value is None:
        return None
    if level.baseline is None or pace.baseline is None or pitch.baseline is None:
        return None
    return Voice(overall.level + level.baseline - level.value, pace.baseline, pitch.baseline)
