"""Tab-separated cues as whisper writes them, start and end in milliseconds and the text, and then who speaks.

There are no quotes around cells, as whisper has none: a quotation mark that begins a text is a curly one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from voicecoach.reports import one
from voicecoach.reports.cues import cues, voice
from voicecoach.types import Analysis

SUFFIX = ".tsv"
COLUMNS = ("start", "end", "text", "speaker")


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The transcript of one recording; ends with a newline.

    Raises
    ------
    FormatError
        There are several recordings, or the transcript has no times.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
    writer.writerow(COLUMNS)
    for cue in cues(one(analyses, several)):
        text = f"“{cue.text[1:]}" if cue.text.startswith('"') else cue.text
        writer.writerow((*cue.millis, text, voice(cue.speaker)))
    return out.getvalue()
