"""The bare transcript: a line a turn, who speaks in front of it where that is known."""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.reports import one
from voicecoach.reports.cues import voice
from voicecoach.reports.page import clean
from voicecoach.types import Analysis, Turn

SUFFIX = ".transcript.txt"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The transcript of one recording; ends with a newline.

    Raises
    ------
    FormatError
        There are several recordings.
    """
    return "\n".join(map(_line, one(analyses, several).turns)) + "\n"


def _line(turn: Turn) -> str:
    who = voice(turn.speaker)
    return f"{who}: {clean(turn.text)}" if who else clean(turn.text)
