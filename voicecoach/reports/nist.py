"""What RTTM and CTM share: fields without spaces, the name of a recording, its channels from 1 on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from voicecoach.reports import names
from voicecoach.reports.page import clean
from voicecoach.types import Analysis


def field(text: str) -> str:
    """A text as one field; a dash where nothing of it can be shown. Semicolons begin comments."""
    return "_".join(clean(text).split()).replace(";", ",") or "-"


def files(analyses: Sequence[Analysis]) -> tuple[str, ...]:
    """A name for each recording, all different: its stem, or its whole name where stems are the same."""
    return names([PurePosixPath(field(analysis.source.path.replace("\\", "/"))) for analysis in analyses])


def channel(analysis: Analysis, speaker: str) -> int:
    """The channel a speaker is on, from 1 on; 1 where there is none, as in a transcript."""
    known = {who.name: who.channel for who in analysis.source.speakers}
    return (known.get(speaker) or 0) + 1
