"""What measures and events are called, compared with and said of: the contents of definitions.yaml.

Every threshold, unit, grade and text is data; measures ask for them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, read_file
from voicecoach.types import Measure


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure as defined: unit, grade, what is said of a value, and the band it is compared with."""

    unit: str
    grade: str
    how: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Definitions:
    """The contents of definitions.yaml."""

    thresholds: Mapping[str, float]
    sources: Mapping[str, str]  # of thresholds
    clause_marks: str
    sentence_marks: str
    question_marks: str
    notes: Mapping[str, str]
    events: Mapping[str, Mapping[str, str]]
    entries: Mapping[str, Entry]
    missing: Mapping[str, str]


@cache
def definitions() -> Definitions:
    """Read definitions.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("definitions.yaml")).fields(
        (
            "version",
            "thresholds",
            "clause_marks",
            "sentence_marks",
            "question_marks",
            "events",
            "measures",
            "notes",
            "missing",
        )
    )
    thresholds = {
        key: value.fields(("value", "source")) for key, value in file["thresholds"].mapping().items()
    }
    return Definitions(
        thresholds={key: value["value"].number(least=0) for key, value in thresholds.items()},
        sources={key: value["source"].text() for key, value in thresholds.items()},
        clause_marks=file["clause_marks"].text(),
        sentence_marks=file["sentence_marks"].text(),
        question_marks=file["question_marks"].text(),
        notes={key: value.text() for key, value in file["notes"].mapping().items()},
        events={key: _texts(value) for key, value in file["events"].mapping().items()},
        entries={key: _entry(value) for key, value in file["measures"].mapping().items()},
        missing={key: value.text() for key, value in file["missing"].mapping().items()},
    )


def threshold(name: str) -> float:
    """Return a threshold in its unit."""
    return definitions().thresholds[name]


def said(kind: str, case: str = "", **values: object) -> str:
    """Return the detail of an event, with ``values`` filled in."""
    return definitions().events[kind][case].format(**values)


def clock(seconds: float) -> str:
    """Return a time as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def measured(
    id: str,  # noqa: A002 - the field's own name
    speaker: str,
    value: float,
    *,
    unit: str = "",
    bounds: tuple[float, float] | None = None,
    values: Mapping[str, object] | None = None,
) -> Measure:
    """Return a measure with its definition; ``bounds`` of the error, where given, take the place of the band.

    ``values`` are filled into what is said of the measure.
    """
    entry = definitions().entries[id]
    low, high = bounds or (entry.low, entry.high)
    reason = entry.how.format(**(values or {}))
    return Measure(id, speaker, float(value), unit or entry.unit, entry.grade, reason, low, high)


def not_measured(
    id: str,  # noqa: A002 - the field's own name
    speaker: str,
    why: str,
    *,
    unit: str = "",
    values: Mapping[str, object] | None = None,
) -> Measure:
    """Return a measure without a value and the reason ``why`` there is none, ``values`` filled in."""
    entry = definitions().entries[id]
    reason = definitions().missing[why].format(**(values or {}))
    return Measure(id, speaker, None, unit or entry.unit, entry.grade, reason)


def _texts(value: Value) -> Mapping[str, str]:
    if isinstance(value.content, str):
        return {"": value.text()}
    return {key: str(entry.content) for key, entry in value.mapping().items()}


def _entry(value: Value) -> Entry:
    value.fields(("grade",), ("unit", "how", "low", "high", "source"))
    return Entry(
        unit=value.optional("unit", Value.text, ""),
        grade=value.mapping()["grade"].one_of(("A", "B", "C")),
        how=value.optional("how", Value.text, ""),
        low=value.optional("low", lambda v: v.number(), None),
        high=value.optional("high", lambda v: v.number(), None),
    )
