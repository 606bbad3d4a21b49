"""Words put where the voice is, beside pauses.

Times are seconds in the recording. A recogniser's word times are good within speech and poor at pauses:
what follows a pause begins too early, often within it, and what comes before it ends too early;
benchmarks/voice.py counts by how much. The voice activity knows where the pause is, so words take their
edges from it there.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace

from voicecoach.acoustics.voice import runs
from voicecoach.types import Contours, Word

Span = tuple[float, float]


def snap(
    words: Sequence[Word], contours: Contours, *, pause: float, reach: float, early: float
) -> tuple[Word, ...]:
    """Return the words with the edges of the voice where they stand beside a pause.

    No word reaches over a pause; a word without voice within ``reach`` stays where it is.

    Parameters
    ----------
    words
        Of one channel, in order.
    contours
        Of the same channel.
    pause
        Silence that parts stretches of voice, seconds.
    reach
        How far a word or its edge is moved at most, seconds.
    early
        How much of a word's time before a pause is taken for the end of the word before it, seconds.
    """
    spans = _stretches(contours, pause)
    homes = [_home(word, spans, reach, early) for word in words]
    placed: list[Word] = []
    for k, (word, home) in enumerate(zip(words, homes, strict=True)):
        if home is None:
            placed.append(word)
            continue
        low, high = spans[home]
        start, end = _inside(word, low, high)
        before = placed[-1] if placed and homes[k - 1] == home else None
        if before is None and start - low <= reach:
            start = low
        if (k + 1 == len(words) or homes[k + 1] != home) and high - end <= reach:
            end = high
        if before is not None and start < before.end:
            start = max(start, (before.start + before.end) / 2)
            placed[-1] = replace(before, end=round(start, 3))
        placed.append(replace(word, start=round(start, 3), end=round(max(start, end), 3)))
    return tuple(placed)


def _stretches(contours: Contours, pause: float) -> list[Span]:
    found: list[Span] = []
    for first, last in runs(contours.voice):
        low, high = max(0.0, (first - 0.5) * contours.hop), (last - 0.5) * contours.hop
        if found and low - found[-1][1] < pause:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found


def _home(word: Word, spans: Sequence[Span], reach: float, early: float) -> int | None:
    """Return the number of the stretch the word is said in: it overlaps it most, or is nearest to it."""
    best, most = None, -reach
    at = bisect.bisect_left(spans, word.start - reach, key=lambda span: span[1])
    while at < len(spans) and spans[at][0] <= word.end + reach:
        low, high = spans[at]
        shared = min(high, word.end) - max(low, word.start)  # negative: how far away
        if at + 1 < len(spans) and low <= word.start < high and word.end > spans[at + 1][0]:
            shared = max(shared - early, 0.0)  # it reaches over the pause
        if shared > most:
            best, most = at, shared
        at += 1
    return best


def _inside(word: Word, low: float, high: float) -> Span:
    length = word.end - word.start
    if word.end <= low:
        return low, min(high, low + length)
    if word.start >= high:
        return max(low, high - length), high
    return max(word.start, low), min(word.end, high)
