"""A transcript in cues: what subtitles show at one time, cut at sentence ends and at a readable length.

Times are seconds in the recording, those of the words. A turn without words of its own keeps its time whole:
nothing says when each part of it was said. Two speakers at once are two cues.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import read_file
from voicecoach.errors import FormatError
from voicecoach.measures.definitions import definitions
from voicecoach.reports.page import clean
from voicecoach.types import UNKNOWN, Analysis, Turn

_RUN = re.compile(r"\S+\s*")
_CLOCK = re.compile(r"(?<=\d):(?=\d\d?[.,]\d)")
_CLOSING = "\"'”’»」』)）"  # may stand between the end of a sentence and the end of its words


@dataclass(frozen=True, slots=True)
class Cue:
    """What one speaker says, from ``start`` to ``end``, in lines that are not empty."""

    speaker: str
    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words on one line; a break of lines becomes a space only where there was one."""
        return clean("".join(self.lines))

    @property
    def millis(self) -> tuple[int, int]:
        """Start and end in whole milliseconds, at least one apart."""
        return span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Limits:
    """The contents of cues.yaml."""

    columns: float
    wide: float
    lines: int
    seconds: float
    gap: float
    least: float
    not_first: str
    not_last: str


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str  # with the space that follows it
    start: float
    end: float


@cache
def limits() -> Limits:
    """Read cues.yaml of the package, once."""
    names = ("columns", "wide", "lines", "seconds", "gap", "least")
    file = read_file(Path(__file__).with_name("cues.yaml")).fields(
        ("version", *names, "not_first", "not_last")
    )
    found = {name: file[name].fields(("value", "source"))["value"].number(least=0) for name in names}
    return Limits(
        columns=found["columns"],
        wide=found["wide"],
        lines=int(found["lines"]),
        seconds=found["seconds"],
        gap=found["gap"],
        least=found["least"],
        not_first=file["not_first"].text(),
        not_last=file["not_last"].text(),
    )


def cues(analysis: Analysis) -> tuple[Cue, ...]:
    """Return the cues of a call in order of time; turns without times, if others have them, are not there.

    Raises
    ------
    FormatError
        The transcript has no times at all.
    """
    timed(analysis)
    found = (cue for turn in analysis.turns for cue in _of_turn(turn))
    return tuple(sorted(found, key=lambda cue: cue.millis))


def timed(analysis: Analysis) -> None:
    """Refuse a transcript without times, from which nothing that goes by time can be made.

    Raises
    ------
    FormatError
        Nothing that was said has a time.
    """
    if analysis.turns and all(turn.start is None or turn.end is None for turn in analysis.turns):
        raise FormatError(
            f"{analysis.source.path}: its transcript has no times, which this format is made of; "
            "use -f txt, md, csv or json"
        )


def voice(speaker: str) -> str:
    """The name of a speaker as transcripts show it; empty where it is not known who speaks."""
    return "" if speaker == UNKNOWN else clean(speaker.capitalize())


def untimed(text: str) -> str:
    """The text with another colon in what looks like the time of a cue: some readers begin one there."""
    return _CLOCK.sub("\N{RATIO}", text)


def span(start: float, end: float) -> tuple[int, int]:
    """Two times in whole milliseconds, not before 0 and at least one apart."""
    first = max(round(start * 1000), 0)
    return first, max(round(end * 1000), first + 1)


def wrap(text: str) -> tuple[str, ...]:
    """The text in lines no wider than ``limits`` say, about even where they are as few as a cue has.

    Each line but the last keeps the space it was broken at.
    """
    tokens = tuple(_tokens(clean(text)))
    lines = _filled(tokens, limits().columns)
    if 1 < len(lines) <= limits().lines:
        room = _width(text) / len(lines)
        while len(evener := _filled(tokens, room)) > len(lines):
            room += 1
        lines = evener
    return lines


def _filled(tokens: Sequence[str], columns: float) -> tuple[str, ...]:
    lines: list[str] = []
    room = 0.0
    for token in tokens:
        if lines and _width(token.rstrip()) <= room:
            lines[-1] += token
        else:
            lines.append(token)
            room = columns
        room -= _width(token)
    return tuple(lines)


def _tokens(text: str) -> Iterator[str]:
    """What must stay on one line: a word with the space after it, or a character as wide as it is high."""
    for run in _RUN.findall(text):
        token = ""
        for character in run:
            joined = not token or character in limits().not_first or token[-1] in limits().not_last
            if not joined and not character.isspace() and (_is_wide(character) or _is_wide(token[-1])):
                yield token
                token = ""
            token += character
        yield token


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _width(text: str) -> float:
    if text.isascii():
        return len(text)
    return sum(limits().wide if _is_wide(c) else 0 if unicodedata.combining(c) else 1 for c in text)


def _of_turn(turn: Turn) -> Iterator[Cue]:
    if turn.start is None or turn.end is None:
        return
    groups = _groups(_pieces(turn)) if turn.words else [[_Piece(turn.text, turn.start, turn.end)]]
    for group in groups:
        lines = wrap("".join(piece.text for piece in group))
        if lines:
            end = max(piece.end for piece in group)
            yield Cue(turn.speaker, group[0].start, end, lines)


def _pieces(turn: Turn) -> Sequence[_Piece]:
    """The text of a turn in pieces that begin with its words, so that nothing of it is lost."""
    begins = [0, *(start for start, _ in turn.word_spans()[1:]), len(turn.text)]
    return [
        _Piece(turn.text[first:end], word.start, word.end)
        for word, first, end in zip(turn.words, begins, begins[1:], strict=False)
    ]


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces that make a cue each; what is short at the end goes with what is before it."""
    before: list[_Piece] = []
    for group in _sentences(pieces):
        near = before and group[0].start - before[-1].end <= limits().gap
        if near and _width(_text(group)) < limits().least and _fits([*before, *group]):
            before += group
            continue
        if before:
            yield before
        before = group
    yield before


def _sentences(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces up to the end of a sentence, or as many as fit."""
    waiting: list[_Piece] = []
    for piece in pieces:
        if waiting and piece.start - waiting[-1].end > limits().gap:
            yield waiting
            waiting = []
        waiting.append(piece)
        while len(waiting) > 1 and not _fits(waiting):
            cut = _break(waiting)
            yield waiting[:cut]
            waiting = waiting[cut:]
        if _ends(piece, definitions().sentence_marks) and _width(_text(waiting)) >= limits().least:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _fits(pieces: Sequence[_Piece]) -> bool:
    last = max(piece.end for piece in pieces)
    return last - pieces[0].start <= limits().seconds and len(wrap(_text(pieces))) <= limits().lines


def _break(pieces: Sequence[_Piece]) -> int:
    """Where to cut what is too long: after the last clause of its second half, else before the last piece."""
    for at in range(len(pieces) - 1, len(pieces) // 2, -1):
        if _ends(pieces[at - 1], definitions().clause_marks):
            return at
    return len(pieces) - 1


def _ends(piece: _Piece, marks: str) -> bool:
    return piece.text.rstrip().rstrip(_CLOSING).endswith(tuple(marks))


def _text(pieces: Sequence[_Piece]) -> str:
    return "".join(piece.text for piece in pieces)
