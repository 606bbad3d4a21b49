"""Rich Transcription Time Marked (NIST RT-09): a SPEAKER line a turn, to compare who spoke when.

Fields: SPEAKER, file, channel from 1 on, start and duration in seconds, <NA>, <NA>, speaker, <NA>, <NA>.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicecoach.reports import nist
from voicecoach.reports.cues import span, timed
from voicecoach.types import Analysis

SUFFIX = ".rttm"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The turns of all recordings, one after the other; ends with a newline.

    Raises
    ------
    FormatError
        A transcript has no times.
    """
    named = zip(nist.files(analyses), analyses, strict=True)
    return "".join(line for file, analysis in named for line in _lines(file, analysis)) or "\n"


def _lines(file: str, analysis: Analysis) -> Iterator[str]:
    timed(analysis)
    for turn in analysis.turns:
        if turn.start is not None and turn.end is not None:
            first, last = span(turn.start, turn.end)
            where = f"{file} {nist.channel(analysis, turn.speaker)}"
            time = f"{first / 1000:.3f} {(last - first) / 1000:.3f}"
            yield f"SPEAKER {where} {time} <NA> <NA> {nist.field(turn.speaker)} <NA> <NA>\n"
