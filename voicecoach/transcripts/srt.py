"""SubRip (SRT): with or without numbers, a comma or a full stop, tags of any kind; names before a colon."""

from __future__ import annotations

from voicecoach.transcripts.cues import TIMES, Cue, blocks, lines_of, times_of
from voicecoach.transcripts.types import Found

NAME = "SRT"


def fits(text: str) -> bool:
    """Whether there is a line with two times among the first lines."""
    return any("-" in row and TIMES.match(row[:700]) for row in text.lstrip().split("\n", 200)[:200])


def read(text: str) -> Found:
    """Read the blocks; what stands above the first one nobody says."""
    return Found(
        lines_of([Cue(*times_of(row), "\n".join(body).strip()) for row, body in blocks(text.split("\n"))])
    )
