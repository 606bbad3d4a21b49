"""Praat's TextGrid, long and short: tiers of intervals, one a speaker, or of words.

Read as Praat does (manual, "TextGrid file formats"): numbers, flags and texts in quotes count wherever they
stand, all else is comment. praatio looks for line ends and keys in fixed places: of ten odd files it
refused four that Praat opens (one line, a comment, 1e0, a file cut short).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from voicecoach.errors import TranscriptError
from voicecoach.i18n import _
from voicecoach.transcripts.data import data
from voicecoach.transcripts.types import Found, Line
from voicecoach.transcripts.words import Piece, fitted

NAME = "TextGrid"
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]+|"")*+)"|<(?P<flag>[a-z]+)>|(?<![^\s])(?P<number>[-+]?\d{1,12}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?)(?![^\s])|![^\n]*'
)


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    intervals: tuple[tuple[float, float, str], ...]


def fits(text: str) -> bool:
    """Whether a text begins as Praat's text files do."""
    head = text.lstrip()[:200]
    return "ooTextFile" in head and "TextGrid" in head


def read(text: str) -> Found:
    """Read the tiers of words and of lines; a tier whose name holds neither kind is a speaker's lines.

    Raises
    ------
    TranscriptError
        There is no tier with text.
    """
    known = data().tiers
    lines: dict[str | None, list[tuple[float, float, str]]] = {}
    words: dict[str | None, list[tuple[float, float, str]]] = {}
    for tier in _tiers(text):
        parts = [part for part in re.split(r"[\s\-_/:.,()\[\]]+", tier.name.casefold()) if part]
        if any(part in known["neither"] for part in parts):
            continue
        kind = words if any(part in known["words"] for part in parts) else lines
        rest = [
            part
            for part in re.split(r"[\s\-_/:.,()\[\]]+", tier.name)
            if part and part.casefold() not in known["words"] | known["lines"]
        ]
        kind.setdefault(" ".join(rest) or None, []).extend(tier.intervals)
    found: list[Line] = []
    for speaker in dict.fromkeys((*lines, *words)):
        own = sorted(words.get(speaker, []))
        if speaker in lines:
            found += [_line(speaker, interval, own) for interval in lines[speaker]]
        else:
            found += _grouped(speaker, own)
    if not found:
        raise TranscriptError(_("holds no interval tier with text; name one that has words or lines in it"))
    return Found(tuple(sorted(found, key=lambda line: line.start or 0.0)))


def _line(
    speaker: str | None, interval: tuple[float, float, str], words: list[tuple[float, float, str]]
) -> Line:
    start, end, text = interval
    first = bisect.bisect_left(words, (start - 0.005,))
    last = bisect.bisect_left(words, (end - 0.005,), lo=first)
    inside = [Piece(word, a, b) for a, b, word in words[first:last]]
    return Line(speaker, text, start, end, fitted(text, inside))


def _grouped(speaker: str | None, words: list[tuple[float, float, str]]) -> Iterator[Line]:
    """Words with no long pause between them as lines."""
    groups: list[list[tuple[float, float, str]]] = []
    for word in sorted(words):
        if groups and word[0] - groups[-1][-1][1] <= data().gap:
            groups[-1].append(word)
        else:
            groups.append([word])
    for group in groups:
        wide = any(ord(c) >= 0x2E80 for _, _, text in group for c in text)
        text = ("" if wide else " ").join(text for _, _, text in group)
        yield Line(
            speaker, text, group[0][0], group[-1][1], fitted(text, [Piece(w, a, b) for a, b, w in group])
        )


def _tiers(text: str) -> Iterator[_Tier]:
    """The interval tiers, as far as the file goes; intervals without text are left out."""
    tokens = _tokens(text)
    for kind in tokens:
        if kind in ("IntervalTier", "TextTier"):
            name = next(tokens, "")
            next(tokens, 0.0), next(tokens, 0.0)
            count = next(tokens, 0.0)
            if not isinstance(count, float):
                return
            intervals = []
            for _ in range(int(min(max(count, 0), 1e7))):
                first = next(tokens, None)
                second = next(tokens, None)
                label = next(tokens, None) if kind == "IntervalTier" else ""
                if not isinstance(first, float) or label is None:
                    break
                if isinstance(second, float) and isinstance(label, str):
                    bare = " ".join(label.split())
                    if bare.casefold() not in data().empty:
                        intervals.append((first, second, bare))
            if kind == "IntervalTier":
                yield _Tier(str(name), tuple(intervals))


def _tokens(text: str) -> Iterator[str | float]:
    for match in _TOKEN.finditer(text):
        if match["text"] is not None:
            yield match["text"].replace('""', '"')
        elif match["number"] is not None:
            yield float(match["number"])
