"""What the history gives back. Times of day are aware and in UTC, durations seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

UNANSWERED = "unanswered"  # how a practice ended in which nothing was said
KINDS = ("practice", "recording", "calibration", "added")


@dataclass(frozen=True, slots=True)
class Take:
    """One recording of one person, and what is known of it without reading its analysis."""

    number: int
    agent: str
    kind: str  # one of KINDS
    scenario: str  # its id, empty where there is none
    scenario_sha256: str
    language: str  # empty until it is known
    started: datetime
    duration: float | None
    recording: Path | None  # where the sound is, or will be while status is "recording"
    status: str  # recording, recorded, analysed
    ended: str  # how it ended: done, stopped, interrupted ...
    model: bool  # whether a trainer marked it as the take to learn from
    total: float | None = None  # points of the scorecard, 0..100
    musts: int | None = None  # of the scorecard, those that could be judged; None without an analysis
    musts_met: int | None = None
    rated: bool = False  # whether there is a self-rating


@dataclass(frozen=True, slots=True)
class Point:
    """A value of one take. ``low`` and ``high`` are those of the measure (see ``types.Measure``)."""

    take: int
    time: datetime
    value: float
    unit: str
    low: float | None
    high: float | None
    telephone: bool  # whether the agent was recorded in the band of a telephone
    scenario: str
    language: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something the agent says, to be compared with the same words in other takes.

    ``key`` is what makes it the same: its bare words, spellings that mean the same written alike.
    """

    key: str
    text: str
    start: float
    end: float
    rate: float | None  # syllables/s, or the language's own unit; pauses and filled pauses left out
    spread: float | None  # semitones from the lowest to the highest tenth of its pitch
    median_st: float | None  # semitones above (below zero: below) the speaker's median of the recording
    take: int = 0
    time: datetime | None = None  # of the take, aware, UTC


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with takes or own values in the history."""

    name: str
    takes: int
    seconds: float  # of sound
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Practised:
    """How often a scenario was practised, and when last."""

    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """What a trainer says of one thing in a recording; times are seconds in it."""

    trainer: str
    recording: str  # SHA-256 of the file
    kind: str  # finding or criterion
    about: str  # id of the rule or criterion
    start: float
    end: float
    answer: str
    version: str  # SHA-256 of the rules or the scorecard it was asked by
    made: datetime | None = None  # None: now


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went when a person was forgotten."""

    takes: int
    recordings: int
    seconds: float  # of sound
    analyses: int
    ratings: int
    baselines: int
    reviews: int  # by the person as a trainer, and of recordings of theirs by others


@dataclass(frozen=True, slots=True)
class Problem:
    """Something ``check`` found: what it is about, and what to do."""

    about: str
    text: str
