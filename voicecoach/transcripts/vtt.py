"""WebVTT (W3C): voices, times inside the text, entities; what styles it and where it stands is not read.

HLS writes a file a few seconds long and says with X-TIMESTAMP-MAP where it lies; several of them one after
the other are put in one time, the first of them beginning at its LOCAL time.
"""

from __future__ import annotations

import re

from voicecoach.transcripts.cues import TIMES, Cue, blocks, lines_of, times_of
from voicecoach.transcripts.language import code
from voicecoach.transcripts.times import clock
from voicecoach.transcripts.types import Found

NAME = "WebVTT"
_LANGUAGE = re.compile(r"\s*(?:language|srclang|lang)\s*[:=]\s*([\w-]{2,20})", re.IGNORECASE)
_CLOCK_OF_MPEG = 90_000  # a second
_WRAP = 2**33 / _CLOCK_OF_MPEG  # s after which its 33 bits begin anew


def fits(text: str) -> bool:
    """Whether a text begins as WebVTT does."""
    return text.lstrip()[:6] == "WEBVTT"


def read(text: str) -> Found:
    """Read the cues; notes, styles and regions are left out."""
    cues: list[Cue] = []
    first: tuple[float, float] | None = None
    language = None
    for part in re.split(r"(?m)^(?=WEBVTT(?:[ \t]|$))", text.lstrip()):
        rows = part.split("\n")
        head = next((k for k, row in enumerate(rows) if "-" in row and TIMES.match(row[:700])), len(rows))
        found = (_LANGUAGE.match(row[:100]) for row in rows[:head])
        language = language or next((code(match[1]) for match in found if match), None)
        shift = 0.0
        mapped = next((at for row in rows[:head] if (at := _map(row)) is not None), None)
        if mapped is not None:
            first = first or mapped
            apart = mapped[0] - first[0]
            shift = (apart + _WRAP if apart < -_WRAP / 2 else apart) - mapped[1]
        for row, body in blocks(_without_notes(rows)):
            start, end = (None if time is None else time + shift for time in times_of(row))
            cues.append(Cue(start, end, "\n".join(body).strip()))
    return Found(lines_of(cues), language)


def _without_notes(rows: list[str]) -> list[str]:
    """The rows of a file without blocks of notes, styles and regions, each up to a blank line."""
    kept, inside = [], False
    for k, row in enumerate(rows):
        begins = re.match(r"(NOTE|STYLE|REGION)(?:[ \t]|$)", row) and (not k or not rows[k - 1].strip())
        inside = bool(begins) or (inside and bool(row.strip()))
        if not inside:
            kept.append(row)
    return kept


def _map(row: str) -> tuple[float, float] | None:
    """The two times, in the stream and in the file, of an X-TIMESTAMP-MAP."""
    if not row.startswith("X-TIMESTAMP-MAP"):
        return None
    stream = re.search(r"MPEGTS:\s*(\d{1,12})", row[:200])
    local = re.search(r"LOCAL:\s*([\d:.]{1,20})", row[:200])
    if not stream or not local or (at := clock(local[1])) is None:
        return None
    return int(stream[1]) / _CLOCK_OF_MPEG, at
