"""Words that are known beforehand, in place of what a recogniser hears: lines that were played or shown.

Times are seconds in the recording. Words of a line that can be heard share its voice, each as much as it has
syllables; a line without a sound was shown to be read, and its words share the time for which it was shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.acoustics.voice import runs
from voicecoach.evidence import limit
from voicecoach.types import Contours, Segment, Word


@dataclass(frozen=True, slots=True)
class Known:
    """What was said, word for word, between two times."""

    text: str
    start: float
    end: float


def heard(lines: Sequence[Known], contours: Contours) -> bool:
    """Tell whether there is voice under every line; ``contours`` are those of its channel."""
    return all(len(_voice(line, contours)) * contours.hop >= limit("voiced") for line in lines)


def segments(
    lines: Sequence[Known],
    contours: Contours,
    *,
    others: Sequence[Contours] = (),
    syllables: Callable[[str], float] | None = None,
    spaces: bool = True,
) -> tuple[Segment, ...]:
    """The lines as a recogniser would give them, in order of time, each word with a probability of 1.

    Parameters
    ----------
    lines : what was said on a channel.
    contours : of the same channel.
    others : of the other channels; a line without a sound ends where somebody begins to answer it.
    syllables : counts those of a word; every word takes the same time when None.
    spaces : whether the language puts spaces between words; if not, each character is one.

    Returns
    -------
    A segment for each line that has words. Words under which there is voice are backed; for those that were
    shown there is nothing to check.
    """
    found = []
    for line in sorted(lines, key=lambda line: line.start):
        texts = _words(line.text, spaces)
        if not texts:
            continue
        voice = _voice(line, contours)
        audible = len(voice) * contours.hop >= limit("voiced")
        if not audible:
            last = min([line.end, *(_next_voice(other, line.start) for other in others)])
            voice = np.arange(line.start, max(last, line.start + contours.hop), contours.hop)
        shares = np.cumsum([0.0, *(max(1.0, syllables(text)) if syllables else 1.0 for text in texts)])
        at = np.round(shares / shares[-1] * len(voice)).astype(int)
        words = tuple(
            Word(
                text,
                float(voice[min(first, len(voice) - 1)]),
                float(voice[max(min(end, len(voice)) - 1, min(first, len(voice) - 1))] + contours.hop),
                1.0,
                True if audible else None,
            )
            for text, first, end in zip(texts, at, at[1:], strict=False)
        )
        found.append(Segment(line.text, words[0].start, words[-1].end, words, 0.0, 0.0, 1.0))
    return tuple(found)


def _voice(line: Known, contours: Contours) -> NDArray[np.floating[Any]]:
    """The times of the frames of a line that are voice."""
    first, end = (max(0, round(time / contours.hop)) for time in (line.start, line.end))
    return (first + np.flatnonzero(contours.voice[first:end])) * contours.hop


def _next_voice(contours: Contours, after: float) -> float:
    """When a voice first begins after a time; infinity where none does."""
    starts = (first * contours.hop for first, _ in runs(contours.voice))
    return next((start for start in starts if start > after), float("inf"))


def _words(text: str, spaces: bool) -> list[str]:
    """The words of a text, each with the space before it and the punctuation after it."""
    if spaces:
        return [f" {word}" for word in text.split()]
    return re.findall(r"\w\W*", text.strip())
