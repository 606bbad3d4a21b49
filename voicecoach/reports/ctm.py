"""Time-marked conversation (NIST SCTK): a line a word, for programs that compare words and their times.

Fields: file, channel from 1 on, start and duration in seconds, word, confidence 0..1 (NA where not known).
Lines are in order of file, channel and time. Who speaks is not in it: RTTM has that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from voicecoach.errors import FormatError
from voicecoach.reports import nist
from voicecoach.reports.cues import span
from voicecoach.types import Analysis

SUFFIX = ".ctm"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The words of all recordings, one after the other; ends with a newline.

    Raises
    ------
    FormatError
        The words of a transcript have no times.
    """
    named = zip(nist.files(analyses), analyses, strict=True)
    return "".join(line for file, analysis in named for line in _lines(file, analysis)) or "\n"


def _lines(file: str, analysis: Analysis) -> Iterator[str]:
    words = [
        (nist.channel(analysis, turn.speaker), *span(word.start, word.end), word)
        for turn in analysis.turns
        for word in turn.words
    ]
    if analysis.turns and not words:
        raise FormatError(
            f"{analysis.source.path}: its transcript has no times of words, which ctm is made of; "
            "use -f rttm, txt or json"
        )
    for channel, first, last, word in sorted(words, key=lambda entry: entry[:3]):
        sure = f"{word.probability:.3f}" if math.isfinite(word.probability) else "NA"
        time = f"{first / 1000:.3f} {(last - first) / 1000:.3f}"
        yield f"{file} {channel} {time} {nist.field(word.text)} {sure}\n"
