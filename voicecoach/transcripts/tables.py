"""Tables: whisper's TSV (milliseconds), others with the columns start, end, text, and Audacity's labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from voicecoach.transcripts.speakers import named
from voicecoach.transcripts.times import seconds
from voicecoach.transcripts.types import Found, Line

NAME = "TSV"
_START = ("start", "start_time", "begin", "begin_time", "from", "start_ms", "time", "timestamp")
_END = ("end", "end_time", "to", "stop", "end_ms")
_TEXT = ("text", "transcript", "content", "utterance", "message", "sentence")
_SPEAKER = ("speaker", "speaker_name", "speaker_label", "participant", "role", "name", "channel")
_LONGEST = 200_000  # characters of a header


def fits(text: str) -> bool:
    """Whether the first line names the columns, or the lines are two times and a text between tabs."""
    rows = text.lstrip("\n").split("\n", 3)
    header = _header(rows[0][:_LONGEST])
    if header is not None:
        return True
    cells = [row.split("\t", 3) for row in rows[:3] if row.strip() and not row.startswith("\\")]
    return bool(cells) and all(len(row) >= 3 and _times(row, 1.0)[1] is not None for row in cells)


def read(text: str) -> Found:
    """Read the rows; times are milliseconds where all are whole numbers, as whisper writes them."""
    text = text.lstrip("\n")
    header = _header(text.split("\n", 1)[0][:_LONGEST])
    rows = [row for row in _rows(text, header[0] if header else "\t") if any(cell.strip() for cell in row)]
    if header is None:
        return Found(named([Line(None, row[2].strip(), *_times(row, 1.0)) for row in rows if len(row) > 2]))
    columns = header[1]
    rows = rows[1:]
    first = columns["start"] or 0
    whole = all(row[first].strip().isdigit() for row in rows if len(row) > first)
    unit = 0.001 if header[2] or (whole and rows) else 1.0
    lines = []
    for row in rows:
        cells = {
            name: row[k].strip() if k is not None and k < len(row) else "" for name, k in columns.items()
        }
        start, end = _times((cells["start"], cells["end"]), unit)
        if cells["text"]:
            lines.append(Line(cells["speaker"] or None, " ".join(cells["text"].split()), start, end))
    return Found(named(lines))


def _header(row: str) -> tuple[str, dict[str, int | None], bool] | None:
    """Which sign parts the columns, where those we read are, and whether times are called milliseconds."""
    for sign in ("\t", ";", ","):
        cells = ["_".join(cell.strip().strip('"').casefold().split()) for cell in row.split(sign)]
        places = {
            name: next((k for k, cell in enumerate(cells) if cell in known), None)
            for name, known in (("start", _START), ("end", _END), ("text", _TEXT), ("speaker", _SPEAKER))
        }
        first = places["start"]
        if places["text"] is not None and (first is not None or places["speaker"] is not None):
            return sign, places, first is not None and cells[first].endswith("_ms")
    return None


def _rows(text: str, sign: str) -> list[list[str]]:
    if sign == "\t":  # whisper does not quote
        return [row.split("\t") for row in text.split("\n")]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
    except csv.Error:  # a cell beyond the limit of the module, or a quote that never ends
        return [row.split(sign) for row in text.split("\n")]


def _times(row: Sequence[str], unit: float) -> tuple[float | None, float | None]:
    return seconds(row[0].replace(",", "."), unit), seconds(row[1].replace(",", "."), unit)
