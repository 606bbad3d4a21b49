"""What comes of laying two takes side by side, and the contents of compare.yaml. Times are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.compare.side import Spoken
from voicecoach.datafile import Value, read_file
from voicecoach.i18n import fill
from voicecoach.types import Curve, Note


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is said in both takes: the same words, or (``same`` is False) what stands in their place.

    ``change`` is that of the pace as a share, such as 0.1 for 10 % faster; less than ``unsure`` may come from
    the edges of the words, or is not heard. ``moved`` tells whether another word carries the
    highest pitch, None where that is not known.
    """

    same: bool
    a: Spoken
    b: Spoken
    change: float | None
    unsure: float
    moved: bool | None


@dataclass(frozen=True, slots=True)
class PauseChange:
    """A pause that is gained, lost, longer or shorter, before a word; seconds, 0 for none."""

    kind: str
    before: str
    a: float
    b: float
    a_time: float
    b_time: float
    within: bool  # no clause ends there


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in the place of others; one side may be empty, and then has no time."""

    a: str
    b: str
    a_start: float | None
    b_start: float | None


@dataclass(frozen=True, slots=True)
class MarkerChange:
    """A marker that only one of the takes has; ``start`` is the time in that take."""

    kind: str  # gained, lost
    rule: str
    polarity: str
    quote: str
    start: float | None
    advice: str


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """A measure in both takes; ``status`` is changed, within (its tolerance) or described (it has none).

    ``apart`` says in words how far b is from a; ``low`` and ``high`` are the tolerance around a.
    """

    id: str
    unit: str
    grade: str
    a: float
    b: float
    apart: str
    status: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion of the scorecard that is met in one take and not, or not quite, in the other."""

    id: str
    name: str
    kind: str
    a: str
    b: str
    tip: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two takes side by side; ``notes`` say what could not be compared, and why.

    ``better`` is the one thing that changed for the good, ``next_step`` the one to try next, None where there
    is no ground for one. ``curves`` are those of the pace, by name of the take.
    """

    a: str
    b: str
    model: bool  # whether ``a`` is a model take
    language: str
    unit: str
    words_a: int
    words_b: int
    words_same: int
    seconds_a: float  # speaking time of the same words, pauses left out
    seconds_b: float
    change: float | None  # of the pace of the same words, as a share
    phrases: tuple[Phrase, ...]
    pauses: tuple[PauseChange, ...]
    wording: tuple[Wording, ...]
    markers: tuple[MarkerChange, ...]
    measures: tuple[MeasureChange, ...]
    criteria: tuple[CriterionChange, ...]
    curves: Mapping[str, Curve]
    notes: tuple[str, ...]
    better: Note | None = None
    next_step: Note | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The contents of compare.yaml."""

    thresholds: Mapping[str, float]
    sources: Mapping[str, str]  # of thresholds
    less_is_better: Mapping[str, str]  # names of measures by id
    statuses: tuple[str, ...]
    names: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]


@cache
def rules() -> Rules:
    """Read compare.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("compare.yaml")).fields(
        ("version", "thresholds", "less_is_better", "statuses", "names", "better", "next", "reasons")
    )
    thresholds = {
        key: value.fields(("value", "source")) for key, value in file["thresholds"].mapping().items()
    }

    def texts(value: Value) -> Mapping[str, str]:
        return {key: entry.text() for key, entry in value.mapping().items()}

    return Rules(
        thresholds={key: value["value"].number(least=0) for key, value in thresholds.items()},
        sources={key: value["source"].text() for key, value in thresholds.items()},
        less_is_better=texts(file["less_is_better"]),
        statuses=file["statuses"].texts(),
        names=texts(file["names"]),
        texts={key: texts(file[key]) for key in ("better", "next", "reasons")},
    )


def limit(name: str) -> float:
    """Return a threshold of compare.yaml in its unit."""
    return rules().thresholds[name]


def reason(name: str, **values: object) -> str:
    """Return why something is not compared, with ``values`` filled in."""
    return fill(rules().texts["reasons"][name], **values)
