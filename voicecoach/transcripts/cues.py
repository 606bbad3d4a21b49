"""What WebVTT and SRT share: blocks of text under a line with two times.

Read here and not by webvtt-py and srt: tried on 37 odd files, webvtt-py leaves out cues with a comma or
without parts of seconds and refuses a file without its header; srt takes minutes for hours where these are
missing, refuses "->", and prints what it skips. All of these are met in the wild.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from voicecoach.transcripts.speakers import begins, named, who_is_named
from voicecoach.transcripts.times import clock
from voicecoach.transcripts.types import Line
from voicecoach.transcripts.words import Piece, fitted
from voicecoach.types import Word

_TIME = r"-?(?:\d{1,4}\s?:\s?)?\d{1,4}\s?:\s?\d{1,4}(?:\s?[.,:]\s?\d{1,9})?"
TIMES = re.compile(rf"[ \t]*({_TIME})[ \t]*-{{1,3}}>[ \t]*({_TIME})(?:[ \t]+\S[^\n]{{0,500}}|[ \t]*)\Z")
_TAG = re.compile(
    r"</?[a-zA-Z][^<>\n]{0,300}>|</[^<>\n]{0,20}>|\{\\[^{}\n]{0,200}\}|\{[biusBIUS/]{1,2}(?::[^{}\n]{0,40})?\}"
)
_PARTS = re.compile(
    r"<v(?:\.[^\s<>]{0,100})?(?:[ \t\n]+(?P<voice>[^<>]{0,200}))?>"
    r"|(?P<ends></v>)|<(?P<stamp>\d[\d:.,]{3,20})>"
)
_DASH = re.compile(r"[-–—‐‑][ \t]*(?=\S)|>>[ \t]*")
_CODED = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_UNSEEN = str.maketrans(
    dict.fromkeys("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A block: its times in seconds and the lines of its text as they stand, with tags."""

    start: float | None
    end: float | None
    text: str


def blocks(rows: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each line with two times and the lines after it, up to the number or name of the next block."""
    times = [k for k, row in enumerate(rows) if "-" in row and TIMES.match(row[:700])]
    for k, following in zip(times, [*times[1:], None], strict=False):
        body = list(rows[k + 1 : following])
        # above the next times stands the number or the name of their block, or text nothing parts from it
        if following is not None and (last := "".join(body[-1:]).strip() or "".join(body[-2:]).strip()):
            above = len(body) - (1 if body[-1].strip() else 2)
            if last.isdigit() or (body[-1].strip() and above and not body[above - 1].strip()):
                del body[above:]
        yield rows[k], body


def times_of(row: str) -> tuple[float | None, float | None]:
    """The two times of a line."""
    match = TIMES.match(row[:700])
    assert match is not None
    start, end = (clock(re.sub(r"\s", "", text)) for text in match.groups())
    return start, end


def lines_of(cues: Sequence[Cue]) -> tuple[Line, ...]:
    """The lines of some cues: tags read and taken out, a line for each voice, names taken from the texts."""
    rolling = sum(bool(re.search(r"<\d[\d:.]+>", cue.text)) for cue in cues) > 1
    names = who_is_named(plain(row) for cue in cues for row in cue.text.split("\n") if "<v" not in row)
    found: list[Line] = []
    above: list[str] = []
    for cue in cues:
        rows = cue.text.split("\n")
        if rolling:  # each cue repeats the last line of the one before it
            bare = [plain(row) for row in rows]
            while rows and (not bare[0] or bare[0] in above):
                rows.pop(0)
                bare.pop(0)
            above = bare or above
        found.extend(_voices(replace(cue, text="\n".join(rows)), names))
    return named(found, names)


def plain(text: str) -> str:
    """Text without tags, entities and characters that are not seen; what is not a tag stays: "a < b"."""
    text = _PARTS.sub("", text)
    text = _TAG.sub("", text)
    if "&" in text:
        text = _CODED.sub(lambda match: html.unescape(match[0]), text)
    return " ".join(text.translate(_UNSEEN).split())


def _voices(cue: Cue, names: Collection[str]) -> Iterator[Line]:
    """A line for each voice of a cue, for each dash that begins a line, and for each name."""
    if "<" not in cue.text and "\n" not in cue.text:
        text = plain(_DASH.sub("", cue.text, count=1) if _DASH.match(cue.text) else cue.text)
        if text:
            yield Line(None, text, cue.start, cue.end)
        return
    voice: str | None = None
    at = cue.start
    stamped = False
    groups: list[tuple[str | None, list[tuple[float | None, str]]]] = []
    last = 0
    for match in (*_PARTS.finditer(cue.text), None):
        for k, row in enumerate(cue.text[last : match.start() if match else None].split("\n")):
            dash = _DASH.match(row.lstrip()) if voice is None and (k or not groups) else None
            row = row.lstrip()[dash.end() :] if dash else row
            split = begins(plain(row[:300])) if voice is None and names else None
            if not groups or groups[-1][0] != voice or dash or (split and split[0] in names):
                groups.append((voice, []))
            groups[-1][1].append((at, f" {row}" if k else row))
        if match is None:
            break
        last = match.end()
        if match["stamp"]:
            at, stamped = clock(match["stamp"]), True
        else:
            voice = None if match["ends"] else plain(match["voice"] or "") or None
    said = [(name, plain("".join(piece for _, piece in pieces)), pieces) for name, pieces in groups]
    said = [group for group in said if group[1]]
    whole, before = sum(len(text) for _, text, _ in said), 0
    for name, text, pieces in said:
        line = Line(name, text, _part(cue, before / whole), _part(cue, (before + len(text)) / whole))
        before += len(text)
        yield replace(line, start=cue.start, end=cue.end, words=_stamped(line, pieces)) if stamped else line


def _part(cue: Cue, share: float) -> float | None:
    """When a share of the text of a cue is said; its time goes to its lines as they are long."""
    if cue.start is None or cue.end is None:
        return None if share < 1 else cue.end
    return cue.start + share * (cue.end - cue.start)


def _stamped(line: Line, pieces: Sequence[tuple[float | None, str]]) -> tuple[Word, ...]:
    """The words of a line in which times stand; those between two times share what lies between."""
    ends = [stamp for stamp, _ in pieces[1:]] + [line.end]
    words = []
    for (start, text), end in zip(pieces, ends, strict=True):
        said = plain(text).split()
        for k, word in enumerate(said):
            if start is None or end is None or not end - start >= 0:
                words.append(Piece(word, None, None))
            else:
                step = (end - start) / len(said)
                words.append(Piece(word, start + k * step, start + (k + 1) * step))
    return fitted(line.text, words)
