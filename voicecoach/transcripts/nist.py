"""NIST's RTTM (who speaks when) and CTM (which word when): two files that belong together.

A line of either is fields between spaces; no library reads both. ``RTTM`` and ``CTM`` are the formats'
names; a CTM alone is read, too, its channels being its speakers where there are several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicecoach.errors import TranscriptError
from voicecoach.i18n import _, fill
from voicecoach.transcripts.data import data
from voicecoach.transcripts.times import seconds
from voicecoach.transcripts.types import Found, Line
from voicecoach.transcripts.words import Piece, confidence, fitted

NAME = "CTM"
RTTM = "RTTM"
_RTTM = re.compile(
    r"(?:SPEAKER|SPKR-INFO|LEXEME|NON-SPEECH|SEGMENT|NOSCORE|NO_RT_METADATA|SU|IP|A/P|FILLER|CB|EDIT|NON-LEX)"
    r"[ \t]+\S+[ \t]+\S+[ \t]"
)
_CTM = re.compile(r"\S+[ \t]+\S{1,20}[ \t]+\d+(?:\.\d*)?[ \t]+\d+(?:\.\d*)?[ \t]+\S")


@dataclass(frozen=True, slots=True)
class _Word:
    file: str
    channel: str
    start: float
    end: float
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one speaker."""

    file: str
    start: float
    end: float
    speaker: str
    channel: str = ""


def _rows(text: str) -> list[str]:
    return [row for row in text.split("\n") if row.strip() and not row.lstrip().startswith((";;", "#"))]


def is_rttm(text: str) -> bool:
    """Whether the first lines are those of RTTM."""
    rows = _rows(text[:5000])[:3]
    return bool(rows) and all(_RTTM.match(row[:300]) for row in rows)


def fits(text: str) -> bool:
    """Whether the first lines are those of CTM."""
    rows = _rows(text[:5000])[:3]
    return bool(rows) and all(_CTM.match(row[:300]) for row in rows)


def stretches(text: str) -> tuple[Stretch, ...]:
    """Read an RTTM."""
    found = []
    for row in _rows(text):
        cells = row.split()
        if cells[0] == "SPEAKER" and len(cells) >= 8:
            start, length = seconds(cells[3]), seconds(cells[4])
            if start is not None and length is not None:
                found.append(Stretch(cells[1], start, start + max(0.0, length), cells[7], cells[2]))
    return tuple(sorted(found, key=lambda one: one.start))


def read(text: str, speakers: Sequence[Stretch] = ()) -> Found:
    """Read a CTM, each word being said by whoever speaks most of its time.

    Raises
    ------
    TranscriptError
        It holds the words of several recordings, or the RTTM is of another one.
    """
    words = [word for row in _rows(text) if (word := _word(row.split())) is not None]
    files = list(dict.fromkeys(word.file for word in words))
    if len(files) > 1:
        raise TranscriptError(
            fill(
                "holds the words of {count} recordings ({names} ...); cut out those of one",
                count=len(files),
                names=_(", ").join(files[:3]),
            )
        )
    others = {one.file for one in speakers}
    if len(others) > 1 and not others & set(files):
        raise TranscriptError(
            fill(
                "the CTM is of {name!r}, which the RTTM does not have; name those of one",
                name=files[0] if files else "",
            )
        )
    own = [one for one in speakers if one.file in files] or list(speakers)
    channels = list(dict.fromkeys(word.channel for word in words))
    groups: list[tuple[str | None, list[_Word]]] = []
    apart = len(channels) > 1 and set(channels) <= {one.channel for one in own}
    at = 0
    for word in sorted(words, key=lambda word: word.start):
        if own:
            while at < len(own) - 1 and own[at].end < word.start - 60:
                at += 1
            who: str | None = _speaker(word, own, at, apart=apart)
        else:
            who = word.channel if len(channels) > 1 else None
        last = next((group for group in reversed(groups[-4:]) if group[0] == who), None)
        if last is not None and word.start - last[1][-1].end <= data().gap:
            last[1].append(word)
        else:
            groups.append((who, [word]))
    return Found(tuple(_lines(groups)))


def _speaker(word: _Word, stretches: Sequence[Stretch], at: int, *, apart: bool) -> str:
    """Who speaks most of a word's time, or next to it; on its own channel where both files tell ``apart``."""
    near: list[tuple[bool, float, str]] = []
    for one in stretches[at:]:
        there = not apart or one.channel == word.channel
        near.append((there, min(one.end, word.end) - max(one.start, word.start), one.speaker))
        if one.start > word.end and sum(own for own, *_ in near) > 1:
            break
    return max(near, key=lambda one: one[:2])[2]


def _lines(groups: Sequence[tuple[str | None, list[_Word]]]) -> Iterator[Line]:
    for who, words in groups:
        wide = any(ord(c) >= 0x2E80 for word in words for c in word.text)
        text = ("" if wide else " ").join(word.text for word in words)
        pieces = [Piece(word.text, word.start, word.end, word.confidence) for word in words]
        yield Line(who, text, words[0].start, words[-1].end, fitted(text, pieces))


def _word(cells: Sequence[str]) -> _Word | None:
    if len(cells) < 5:
        return None
    start, length = seconds(cells[2]), seconds(cells[3])
    if start is None or length is None or cells[4].casefold() in data().empty or cells[4].startswith("<"):
        return None
    sure = confidence(cells[5]) if len(cells) > 5 else 1.0
    return _Word(cells[0], cells[1], start, start + max(0.0, length), cells[4], sure)
