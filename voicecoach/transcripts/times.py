"""Times as transcripts write them, in seconds, and lines put in order of time."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from voicecoach.transcripts.types import Line, Note
from voicecoach.types import Word

LONGEST = 48 * 3600.0  # seconds; no recording that can be analysed is as long, see audio.py
CLOCK = r"(?:\d{1,4}:)?\d{1,4}:\d{1,4}(?:[.,:]\d{1,9})?"
_CLOCK = re.compile(r"\s*(-?)(?:(\d{1,4}):)?(\d{1,4}):(\d{1,4})(?:[.,:](\d{1,9}))?\s*\Z")


def clock(text: str) -> float | None:
    """Read [hours:]minutes:seconds[.part]; 00:60:75 is an hour, a minute and fifteen seconds."""
    match = _CLOCK.match(text)
    if match is None:
        return None
    sign, hours, minutes, seconds, part = match.groups()
    found = (
        int(hours or 0) * 3600
        + int(minutes) * 60
        + int(seconds)
        + float(f"0.{int(part or 0):0{len(part or '0')}d}")
    )
    return -found if sign else found


def seconds(found: Any, unit: float = 1.0) -> float | None:
    """Read a number, or a text that is one, of so many seconds each; None where it is no finite one."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        number = round(float(found) * unit, 6)
    except (ValueError, OverflowError):
        return clock(found) if isinstance(found, str) else None
    return number if math.isfinite(number) else None


def in_order(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Put lines in order of time and tell what was wrong with their times.

    A time before the start, after ``LONGEST``, or an end before its start counts as missing; in a file with
    times, a missing start is the end of the line before, a missing end the start of the next line.
    """
    kept, wrong = [], 0
    for line in lines:
        start, end = (_possible(time) for time in (line.start, line.end))
        if start is not None and end is not None and end < start:
            end = None
        wrong += (start, end) != (line.start, line.end)
        kept.append(replace(line, start=start, end=end, words=_words(line.words, start, end)))
    notes = [Note("impossible", {"count": wrong, "all": len(kept)})] if wrong else []
    if all(line.start is None for line in kept):
        return tuple(replace(line, end=None, words=()) for line in kept), tuple(notes)
    starts: list[float] = []
    for line in kept:
        before = starts[-1] if starts else 0.0
        starts.append(before if line.start is None else line.start)
    order = sorted(range(len(kept)), key=lambda k: starts[k])
    if order != list(range(len(kept))):
        moved = sum(a > b for a, b in itertools.pairwise(starts))
        notes.append(Note("order", {"count": moved}))
    if any(line.start is None for line in kept):
        notes.append(Note("untimed", {"count": sum(line.start is None for line in kept), "all": len(kept)}))
    found: list[Line] = []
    for at, k in enumerate(order):
        line = kept[k]
        if line.start is None:
            last = found[-1].end if found else None
            line = replace(line, start=max(starts[k], starts[k] if last is None else last))
        if line.end is None and at + 1 < len(order):
            assert line.start is not None
            line = replace(line, end=max(line.start, starts[order[at + 1]]))
        found.append(line)
    return tuple(sorted(found, key=lambda line: line.start or 0.0)), tuple(notes)


def _possible(time: float | None) -> float | None:
    return time if time is not None and math.isfinite(time) and 0 <= time <= LONGEST else None


def _words(words: tuple[Word, ...], start: float | None, end: float | None) -> tuple[Word, ...]:
    """Words whose times go forward; none where they do not, or the line has no times itself."""
    if start is None or end is None:
        return ()
    before = -math.inf
    for word in words:
        if not (0 <= word.start <= word.end <= LONGEST) or word.start < before - 1:
            return ()
        before = word.start
    return words
