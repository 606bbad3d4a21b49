"""Findings as CSV, a line each, with the columns of a batch's findings.csv; what only a batch knows is empty.

For people: UTF-8 with a byte order mark, and no cell that a spreadsheet would run.
"""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.types import Analysis

SUFFIX = ".findings.csv"


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The findings of all recordings; ends with a newline."""
    from voicecoach.batch import tables

    return "".join(tables.findings(analyses))
