"""A TextGrid of Praat: for each speaker words, turns, pauses, fillers and findings, a tier each.

A tier holds one thing at a time. Findings and turns that overlap go on in a second tier of that name; a word
ends where the next begins. Times are whole milliseconds; tiers that would be empty are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from voicecoach.reports import one
from voicecoach.reports.cues import span, timed, voice
from voicecoach.reports.page import clean
from voicecoach.types import AGENT, Analysis

SUFFIX = ".TextGrid"

_HEADING = re.compile(r"(?<=item)\[|(?<=item )\[|(?<=intervals)\[|(?<=intervals )\[")

_Entry = tuple[int, int, str]  # start and end in milliseconds, label


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """The tiers of one recording in the long text format; ends with a newline.

    Raises
    ------
    FormatError
        There are several recordings, or the transcript has no times.
    """
    from praatio.utilities.textgrid_io import getTextgridAsStr

    analysis = one(analyses, several)
    timed(analysis)
    tiers = dict(_tiers(analysis)) or {"words": []}
    ends = [round(analysis.source.duration * 1000), *(e[1] for tier in tiers.values() for e in tier), 1]
    whole = {"xmin": 0.0, "xmax": max(ends) / 1000}
    grid: dict[str, Any] = {
        **whole,
        "tiers": [
            {
                **whole,
                "class": "IntervalTier",
                "name": name,
                "entries": [(first / 1000, last / 1000, _label(text)) for first, last, text in entries],
            }
            for name, entries in tiers.items()
        ],
    }
    text: str = getTextgridAsStr(grid, "long_textgrid", includeBlankSpaces=True)
    return text.rstrip("\n") + "\n"


def _label(text: str) -> str:
    """The text without what some readers take for the beginning of a tier or an interval."""
    return _HEADING.sub("［", clean(text))


def _tiers(analysis: Analysis) -> Iterator[tuple[str, list[_Entry]]]:
    turns, events, findings = analysis.turns, analysis.events, analysis.findings
    speakers = dict.fromkeys(part.speaker for group in (turns, events, findings) for part in group)
    for who in sorted(speakers, key=lambda name: name != AGENT):
        own = [turn for turn in turns if turn.speaker == who]
        yield from _tier(who, "words", _cut((*span(w.start, w.end), w.text) for t in own for w in t.words))
        yield from _lanes(
            who,
            "turns",
            ((*span(t.start, t.end), t.text) for t in own if t.start is not None and t.end is not None),
        )
        for kind in ("pause", "filler"):
            found = [e for e in events if e.kind == kind and e.speaker == who]
            yield from _tier(who, f"{kind}s", _cut((*span(e.start, e.end), e.detail or kind) for e in found))
        yield from _lanes(
            who,
            "findings",
            (
                (*span(f.start, f.start if f.end is None else f.end), f"{f.rule}: {f.quote}".rstrip(": "))
                for f in findings
                if f.speaker == who and f.start is not None
            ),
        )


def _tier(who: str, what: str, entries: list[_Entry]) -> Iterator[tuple[str, list[_Entry]]]:
    if entries:
        yield f"{voice(who)} {what}".strip(), entries


def _cut(entries: Iterable[_Entry]) -> list[_Entry]:
    """Entries one after the other: each ends where the next begins at the latest, and none is lost."""
    found: list[_Entry] = []
    for first, last, label in sorted(entries):
        if found and found[-1][1] > first:
            before, _, text = found[-1]
            found[-1] = (before, max(first, before + 1), text)
            first = max(first, before + 1)
        found.append((first, max(last, first + 1), label))
    return found


def _lanes(who: str, what: str, entries: Iterable[_Entry]) -> Iterator[tuple[str, list[_Entry]]]:
    """Entries in as few tiers as hold them whole."""
    lanes: list[list[_Entry]] = []
    for entry in sorted(entries):
        free = next((lane for lane in lanes if lane[-1][1] <= entry[0]), None)
        if free is None:
            lanes.append([entry])
        else:
            free.append(entry)
    for number, lane in enumerate(lanes, 1):
        yield from _tier(who, what if number == 1 else f"{what} {number}", lane)
