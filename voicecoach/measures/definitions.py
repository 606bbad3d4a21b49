"""What measures and events are called, compared with and said of: the contents of definitions.yaml.

Every threshold, unit, grade and text is data; measures ask for them here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, read_file
from voicecoach.i18n import _, fill, number
from voicecoach.types import Measure

SCALES = ("share", "difference", "semitones")


@dataclass(frozen=True, slots=True)
class Own:
    """How a measure is compared with the speaker's own value.

    ``low`` and ``high`` are how far from the own value it may be: as a share of it, as a difference in the
    unit of the measure, or in semitones. ``same`` names what both recordings must share: language, line.
    """

    scale: str
    low: float | None
    high: float | None
    same: tuple[str, ...]

    def band(self, usual: float, spread: float | None) -> tuple[float | None, float | None]:
        """Return the band around an own value; it is never narrower than twice a known ``spread``."""
        ends: list[float | None] = []
        for by, sign in ((self.low, -1), (self.high, 1)):
            end = None if by is None else self._at(usual, by)
            wide = None if spread is None or (by is None and self._one_sided) else usual + sign * 2 * spread
            known = [v for v in (end, wide) if v is not None]
            ends.append(None if not known else min(known) if sign < 0 else max(known))
        return ends[0], ends[1]

    def apart(self, value: float, usual: float, unit: str) -> str:
        """Return in words how far a value is from the own one, such as "+13 %"."""
        if self.scale == "semitones" and value > 0 and usual > 0:
            return fill("{apart:+.1f} semitones", apart=12 * math.log2(value / usual))
        if self.scale == "share" and usual > 0:
            return fill("{share:+.0f} %", share=100 * (value / usual - 1))
        unit = "LU" if unit == "LUFS" else unit  # ITU-R BS.1770-4: levels in LUFS are LU apart
        return f"{number(round(value - usual, 1) + 0.0, 1, sign=True)} {_(unit)}"  # + 0.0: no "-0.0"

    @property
    def _one_sided(self) -> bool:
        return (self.low is None) != (self.high is None)

    def _at(self, usual: float, by: float) -> float:
        if self.scale == "semitones":
            return float(usual * 2 ** (by / 12))
        return usual * (1 + by) if self.scale == "share" else usual + by


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure as defined: unit, grade, what is said of a value, and what it is compared with."""

    unit: str
    grade: str
    how: str
    likely: bool  # whether low and high are the bounds of its error, and that is said before ``how``
    low: float | None
    high: float | None
    own: Own | None


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
    return fill(definitions().events[kind][case], **values)


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
    reason = fill(entry.how, **(values or {}))
    if entry.likely:
        reason = _(definitions().notes["bounds"]) + reason
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
    reason = fill(definitions().missing[why], **(values or {}))
    return Measure(id, speaker, None, unit or entry.unit, entry.grade, reason)


def _texts(value: Value) -> Mapping[str, str]:
    if isinstance(value.content, str):
        return {"": value.text()}
    return {key: str(entry.content) for key, entry in value.mapping().items()}


def _entry(value: Value) -> Entry:
    value.fields(("grade",), ("unit", "how", "likely", "low", "high", "source", "own"))
    return Entry(
        unit=value.optional("unit", Value.text, ""),
        grade=value.mapping()["grade"].one_of(("A", "B", "C")),
        how=value.optional("how", Value.text, ""),
        likely=value.optional("likely", Value.flag, False),
        low=value.optional("low", lambda v: v.number(), None),
        high=value.optional("high", lambda v: v.number(), None),
        own=value.optional("own", _own, None),
    )


def _own(value: Value) -> Own:
    fields = value.fields(("scale",), ("low", "high", "same", "source"))
    if ("low" in fields or "high" in fields) and "source" not in fields:
        value.fail("a limit needs its 'source'")
    return Own(
        scale=fields["scale"].one_of(SCALES),
        low=value.optional("low", lambda v: v.number(most=0), None),
        high=value.optional("high", lambda v: v.number(least=0), None),
        same=value.optional("same", Value.texts, ()),
    )
