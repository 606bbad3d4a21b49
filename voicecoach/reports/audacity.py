"""A label track of Audacity: start, end and text with tabs between, in seconds.

Findings, pauses, fillers and other events of both speakers in order of time, the kind in front of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicecoach.reports import one
from voicecoach.reports.cues import timed
from voicecoach.reports.page import clean
from voicecoach.types import Analysis

SUFFIX = ".labels.txt"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The labels of one recording; ends with a newline.

    Raises
    ------
    FormatError
        There are several recordings, or the transcript has no times.
    """
    analysis = one(analyses, several)
    timed(analysis)
    labels = sorted(_labels(analysis), key=lambda label: label[:2])
    return "".join(f"{start:.6f}\t{end:.6f}\t{clean(text)}\n" for start, end, text in labels) or "\n"


def _labels(analysis: Analysis) -> Iterator[tuple[float, float, str]]:
    for finding in analysis.findings:
        if finding.start is not None:
            end = finding.start if finding.end is None else max(finding.end, finding.start)
            quote = f' "{finding.quote}"' if finding.quote else ""
            yield (
                finding.start,
                end,
                f"finding: {finding.rule} ({finding.polarity}), {finding.speaker}{quote}",
            )
    for event in analysis.events:
        said = f": {event.detail}" if event.detail else ""
        yield event.start, max(event.end, event.start), f"{event.kind}: {event.speaker}{said}"
