"""Which words the sound backs, which a channel merely overheard, and which speech got no words.

Times are seconds in the recording, levels dBFS. Limits and texts stand in ``evidence.yaml``, each limit with
its source. No phrase is ever suspect in itself: a real "thank you" has sound under it, an invented one has
not (Koenecke et al. 2024, Careless Whisper).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from voicecoach.acoustics.voice import grow, highest, runs, tidy
from voicecoach.datafile import read_file
from voicecoach.i18n import _
from voicecoach.snap import snap
from voicecoach.transcribe import FRAME, RATE
from voicecoach.types import Contours, Evidence, Floats, Segment, Turn, Word

Syllables = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Backing:
    """The words of a channel, each with ``backed`` set, and for those not backed why, by (start, end)."""

    words: tuple[Word, ...]
    doubts: Mapping[tuple[float, float], str]


@cache
def _facts() -> tuple[Mapping[str, float], Mapping[str, str]]:
    file = read_file(Path(__file__).with_name("evidence.yaml")).fields(("version", "limits", "reasons"))
    limits = {
        key: value.fields(("value", "source"))["value"].number(least=0)
        for key, value in file["limits"].mapping().items()
    }
    return limits, {key: value.text() for key, value in file["reasons"].mapping().items()}


def limit(name: str) -> float:
    """A limit of evidence.yaml, in its unit."""
    return _facts()[0][name]


def reason(name: str) -> str:
    """A text of evidence.yaml."""
    return _(_facts()[1][name])


def back(
    segments: Sequence[Segment],
    contours: Contours,
    *,
    syllables: Syllables | None = None,
    elsewhere: Mapping[str, Syllables] | None = None,
) -> Backing:
    """Put words where the sound is and tell whether it bears them out.

    Parameters
    ----------
    segments : what the recogniser heard on the channel.
    contours : of the same channel.
    syllables : counts the syllables of a word; one a word where the language is not known.
    elsewhere : the same by language, for words that are in another language than the call.

    Returns
    -------
    Backing
        A word is backed when it has voiced sound of its own (see ``_voiced``), when the sound around it lasts
        long enough for its syllables, and when the recogniser was sure enough of the stretch and of the word.
    """
    heard = [(word, _doubt_segment(segment)) for segment in segments for word in segment.words]
    voiced = _voiced([word for word, _ in heard], contours)
    placed = snap(
        [word for word, _ in heard],
        contours,
        pause=limit("pause"),
        reach=limit("snap"),
        early=limit("early"),
    )
    words: list[Word] = []
    doubts: dict[tuple[float, float], str] = {}
    for (word, general), own, seconds in zip(heard, placed, voiced, strict=True):
        count = (elsewhere or {}).get(word.language) if word.language else syllables
        doubt = general or _doubt_word(word, seconds, contours, count(word.text) if count else 1)
        words.append(replace(own, backed=not doubt))
        if doubt:
            doubts[own.start, own.end] = doubt
    return Backing(tuple(words), doubts)


def _doubt_segment(segment: Segment) -> str:
    if segment.compression_ratio > limit("compression_ratio"):
        return "repeating"
    if segment.no_speech_prob > limit("no_speech_prob") and segment.avg_logprob < -limit("avg_logprob"):
        return "unsure"
    return ""


def _doubt_word(word: Word, voiced: float, contours: Contours, syllables: float) -> str:
    if voiced < limit("voiced"):
        return "unvoiced"
    near = _frames(contours, word.start - limit("reach"), word.end + limit("reach"))
    if np.count_nonzero(contours.voice[near]) * contours.hop < limit("syllable") * max(1, syllables):
        return "too_fast"
    return "improbable" if word.probability < limit("probability") else ""


def _voiced(words: Sequence[Word], contours: Contours) -> list[float]:
    """Seconds of voiced sound that may be each word's.

    The recogniser puts a word that follows a pause too early, so a voice that begins soon after the word
    counts. What it invents in a silence stands after the voice: one that ended before the word began counts
    only where no other word is nearer to it.
    """
    times = np.flatnonzero(~np.isnan(contours.f0) & contours.voice) * contours.hop
    start, end = (np.array([getattr(w, edge) for w in words], float) for edge in ("start", "end"))
    first = np.searchsorted(times, start - limit("reach"))
    here = np.searchsorted(times, start - contours.hop / 2)
    last = np.searchsorted(times, end + limit("reach"))
    nearest = np.full(len(times), np.inf)
    for k in range(len(words)):
        at = times[first[k] : last[k]]
        away = np.maximum(0, np.maximum(start[k] - at, at - end[k]))
        np.minimum(nearest[first[k] : last[k]], away, out=nearest[first[k] : last[k]])
    before = [
        np.count_nonzero(start[k] - times[first[k] : here[k]] <= nearest[first[k] : here[k]])
        for k in range(len(words))
    ]
    return [float(n) for n in (last - here + before) * contours.hop]


def _frames(contours: Contours, start: float, end: float) -> slice:
    return slice(max(0, round(start / contours.hop)), max(0, round(end / contours.hop)) + 1)


# --- two channels -------------------------------------------------------------------------------------------


def own_voice(contours: Sequence[Contours], bleed: Mapping[tuple[int, int], float]) -> tuple[Contours, ...]:
    """Contours without the voice that leaks over from other channels.

    ``bleed`` holds for (from, to) how many dB weaker `from` is on `to`, by position in ``contours``.
    """
    cleaned = list(contours)
    for (origin, target), weaker in bleed.items():
        here, there = contours[target], contours[origin]
        length = min(len(here.level), len(there.level))
        leaked = np.zeros(len(here.voice), bool)
        edge = round(limit("bleed_edge") / here.hop)
        source = highest(there.level[:length], edge)
        leaked[:length] = grow(there.voice[:length], edge) & (
            here.level[:length] <= source - weaker + limit("bleed_margin")
        )
        own = cleaned[target]
        voice = own.voice & tidy(own.voice & ~leaked, hop=own.hop)
        leaked = (leaked | own.voice) & ~voice
        times = np.minimum(np.round(own.nuclei / own.hop).astype(int), len(leaked) - 1)
        middles = np.round(own.steady[:, :2].mean(axis=1) / own.hop).astype(int)
        cleaned[target] = replace(
            own,
            voice=voice,
            f0=np.where(leaked, np.float32(np.nan), own.f0).astype(np.float32),
            nuclei=own.nuclei[~leaked[times]] if len(leaked) else own.nuclei,
            steady=own.steady[~leaked[np.minimum(middles, len(leaked) - 1)]] if len(leaked) else own.steady,
        )
    return tuple(cleaned)


def near_voice(speech_probability: Floats, own: Contours) -> Floats:
    """Speech probability, set to zero away from the channel's own voice: what leaks over is not decoded."""
    near = grow(own.voice, round(limit("near_voice") / own.hop))
    if not len(near):
        return speech_probability
    frames = (np.arange(len(speech_probability)) * FRAME / RATE / own.hop).astype(int)
    here = near[np.minimum(frames, len(near) - 1)]
    return np.where(here, speech_probability, 0).astype(np.float32)


def without_overheard(
    segments: Sequence[Sequence[Segment]],
    contours: Sequence[Contours],
    bleed: Mapping[tuple[int, int], float],
) -> tuple[tuple[Segment, ...], ...]:
    """Segments of each channel without words that belong to another channel.

    A word is overheard where the channel is no louder than what leaks over, or where the same word stands at
    the same time on a channel on which it is clearly louder.
    """
    kept: list[tuple[Segment, ...]] = []
    for here, own in enumerate(segments):
        remaining = []
        for segment in own:
            words = tuple(w for w in segment.words if not _overheard(w, here, segments, contours, bleed))
            if words:
                remaining.append(replace(segment, words=words, text="".join(w.text for w in words)))
        kept.append(tuple(remaining))
    return tuple(kept)


def _overheard(
    word: Word,
    here: int,
    segments: Sequence[Sequence[Segment]],
    contours: Sequence[Contours],
    bleed: Mapping[tuple[int, int], float],
) -> bool:
    level = _loudest(contours[here], word.start, word.end)
    for there, others in enumerate(segments):
        if there == here:
            continue
        other = _loudest(contours[there], word.start, word.end)
        weaker = bleed.get((there, here))
        if weaker is not None and level <= other - weaker + limit("bleed_margin"):
            return True
        if level <= other - limit("doubled_margin") and any(
            _same(word, w)
            for s in others
            if s.start - 1 < word.end and s.end + 1 > word.start
            for w in s.words
        ):
            return True
    return False


def _loudest(contours: Contours, start: float, end: float) -> float:
    levels = contours.level[_frames(contours, start, end)]
    return float(np.percentile(levels, 90)) if len(levels) else -np.inf


def _same(word: Word, other: Word) -> bool:
    close = abs(word.start - other.start) <= limit("doubled_within")
    return close and word.bare == other.bare


# --- what got no words, and findings ------------------------------------------------------------------------


def untranscribed(words: Sequence[Word], contours: Contours) -> tuple[tuple[float, float], ...]:
    """Stretches of voice, (start, end) in seconds, that no word covers or comes near."""
    uncovered = contours.voice.copy()
    for word in words:
        uncovered[_frames(contours, word.start - limit("reach"), word.end + limit("reach"))] = False
    found = ((a * contours.hop, b * contours.hop) for a, b in runs(uncovered))
    return tuple((start, end) for start, end in found if end - start >= limit("untranscribed"))


def of_span(
    turn: Turn, start_char: int, end_char: int, doubts: Mapping[tuple[float, float], str]
) -> Evidence:
    """Whether the sound bears out the words of a turn from one character to another."""
    words = turn.words_within(start_char, end_char)
    checked = [word for word in words if word.backed is not None]
    if not checked:
        return Evidence("not_checked", reason("text"))
    backed = sum(word.backed is True for word in checked)
    if backed >= limit("share") * len(checked):
        return Evidence("backed", reason("backed"))
    doubted = [doubts[w.start, w.end] for w in checked if (w.start, w.end) in doubts]
    return Evidence("not_backed", reason(max(doubted, key=doubted.count) if doubted else "unvoiced"))
