"""What the call page says, in words, made from an analysis; templates only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicecoach.reports.page import clock

if TYPE_CHECKING:
    from voicecoach.types import Analysis


@dataclass(frozen=True, slots=True)
class Call:
    """The call page."""

    analysis: Analysis
    title: str
    length: str


def call(analysis: Analysis) -> Call:
    """Return what the page of a recording says."""
    path = analysis.source.path.replace("\\", "/")
    return Call(analysis, path.rpartition("/")[2] or path, clock(analysis.source.duration))
