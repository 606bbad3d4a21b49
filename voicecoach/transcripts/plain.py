"""Plain text: lines that begin with a name, with or without times, as people and programs write them.

"Anna: Hello", "[00:12] Anna: Hello", "Anna (00:12): Hello", "00:12 Anna Hello" of a known name, a name and a
time on a line of their own above what is said, "[00:00.000 --> 00:04.000] Hello" of whisper's terminal; also
in Markdown's bold and with a full-width colon. A line without a name goes on with the one above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from voicecoach.transcripts.spam import is_spam, shortly
from voicecoach.transcripts.speakers import begins, role, who_is_named
from voicecoach.transcripts.times import CLOCK, clock
from voicecoach.transcripts.types import Found, Line, Note

NAME = "plain text"
_MARKUP = r"[*_#>\s]{0,8}"
_RANGE = re.compile(
    rf"{_MARKUP}[\[(]?[ \t]*({CLOCK})[ \t]*(?:-{{1,3}}>|-|–|—|to)"
    rf"[ \t]*({CLOCK})[ \t]*[\])]?{_MARKUP}[:,-]?[ \t]*"
)
_BEFORE = re.compile(rf"{_MARKUP}[\[(（【][ \t]*({CLOCK})[ \t]*[\])）】][ \t]*[-–—|]?{_MARKUP}")
_BARE = re.compile(rf"{_MARKUP}({CLOCK})(?=\s)[ \t]*[-–—|]?{_MARKUP}")
_AFTER = re.compile(rf"[ \t]*[\[(（【][ \t]*({CLOCK})[ \t]*[\])）】](?=\s*{_MARKUP}(?:[:：]|$))")
_ALONE = re.compile(
    rf"(?P<name>[^\d:：\[\](),.!?]{{1,40}}(?:[ \t]\d{{1,2}})?)"
    rf"(?:[ \t]+[-–—|@]|[ \t])[ \t]*[\[(]?(?P<time>{CLOCK})[\])]?\s*\Z"
)
_DATED = re.compile(  # a chat: when a line was typed tells nothing of speech
    r"\s*\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:,|T)?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?Z?(?:\s?[AaPp]\.?\s?[Mm]\b\.?)?"
    r"(?:\]|\s*[-–—|]|(?=\s))\s*"
)
_BRACKET = re.compile(r"[\[【](?P<name>[^\[\]【】]{1,40})[\]】][ \t]*[:：]?[ \t]*")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the file with its times taken out."""

    text: str
    start: float | None = None
    end: float | None = None
    name: str | None = None


def read(text: str) -> Found:
    """Read the lines; what stands above the first one with a name is left out where names are used."""
    every = [row.strip() for row in text.split("\n") if row.strip()]
    bare = 3 * sum(_BARE.match(row) is not None for row in every) >= len(
        every
    )  # else "9:30 is fine" is speech
    rows = [_row(row, bare) for row in every]
    known = who_is_named(
        row.text for row in rows if row.name is None and not is_spam(row.text[:400], heading=True)
    )
    named = bool(known) or any(row.name for row in rows)
    lines: list[Line] = []
    heading: list[str] = []
    spam: list[str] = []
    for row in rows:
        split = begins(row.text) if row.name is None and known else None
        if row.name is not None:
            lines.append(Line(row.name, row.text, row.start, row.end))
        elif split and split[0] in known:
            lines.append(Line(split[0], split[1], row.start, row.end))
        elif named and not lines:
            heading.append(row.text)
        elif lines and row.start is None and named and is_spam(row.text):
            spam.append(row.text)
        elif lines and row.start is None and named:
            lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {row.text}".strip())
        else:
            before = lines[-1].speaker if lines and named else None
            lines.append(Line(before, row.text, row.start, row.end))
    told = (("heading", heading), ("left_out", spam))
    notes = tuple(Note(text, {"lines": shortly(some)}) for text, some in told if some)
    return Found(tuple(line for line in lines if line.text), None, notes)


def _row(text: str, bare: bool) -> _Row:
    """Take the times out of a line; ``bare`` tells that times without brackets begin lines in this file."""
    if match := _DATED.match(text.lstrip("\u200e\ufeff")[:80]):
        return _named(text.lstrip("\u200e\ufeff")[match.end() :])
    if match := _RANGE.match(text):
        return replace(_named(text[match.end() :]), start=clock(match[1]), end=clock(match[2]))
    if match := _BEFORE.match(text) or (_BARE.match(text) if bare else None):
        return replace(_named(text[match.end() :]), start=clock(match[1]))
    head = text[:200]
    if match := _AFTER.search(head):
        return _Row(text[: match.start()] + text[match.end() :], clock(match[1]))
    if len(text) < 80 and (match := _ALONE.match(text)):
        return _Row("", clock(match["time"]), None, match["name"].strip(" *_#>-"))
    return _named(text)


def _named(text: str) -> _Row:
    """A row whose name stands in brackets, as WhisperX writes it, or is one of a role alone on its line."""
    match = _BRACKET.match(text[:80])
    if match and role(match["name"]) is not None:
        return _Row(text[match.end() :], name=match["name"])
    return _Row(text)
