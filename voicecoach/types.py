"""Frozen values that cross the borders between stages.

Times are seconds in the original recording. Levels are dB relative to full scale (dBFS) unless LUFS is said.
Frequencies are Hz, intervals semitones. A speaker is "agent", "customer", "speaker3" ... or, where one
channel holds more than one voice, "unknown".
"""

from __future__ import annotations

import mmap
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

AGENT = "agent"
CUSTOMER = "customer"
UNKNOWN = "unknown"

PHASES = ("opening", "finding_out", "solving", "deciding", "closing")  # of a call, in order

Floats = NDArray[np.float32]


# --- recording ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChannelQuality:
    """What is known of a channel before anything is understood. Levels in dBFS, None where not measurable."""

    name: str
    level: float | None  # RMS of the frames that hold speech
    peak: float | None  # highest sample
    noise_floor: float | None
    snr: float | None  # dB, speech level over noise floor
    clipping: float  # share of samples at or beyond full scale, 0..1
    dc_offset: float  # mean sample value, -1..1
    bandwidth: float | None  # Hz, highest frequency with energy above the floor
    telephone_band: bool
    silent: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How the channels of a recording relate to each other.

    kind is "mono", "dual_mono" (the same signal twice), "split" (a speaker a channel) or "bleed" (split, but
    one side is heard on the other). ``bleed`` holds, for a pair (from, to), the dB by which `from` is weaker
    on `to`.
    """

    kind: str
    names: tuple[str, ...]  # every channel of the file: "mono", "left", "right", "channel3" ...
    used: tuple[int, ...]  # indices of the channels that are analysed, each a different signal
    empty: tuple[int, ...] = ()
    bleed: Mapping[tuple[int, int], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audio:
    """A decoded recording: int16 samples at ``rate``, shape (channels, samples), possibly memory-mapped."""

    path: str
    samples: NDArray[np.int16]
    rate: int
    original_rate: int
    container: str
    codec: str
    layout: Layout
    quality: tuple[ChannelQuality, ...]  # one for each channel of the file
    sha256: str
    # what is wrong with the file and by how much, such as {"cut": {"read": 12.3, "stated": 60.0}}; in words
    # it is what ``quality.flaws`` makes of it
    flaws: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1] / self.rate)

    def channel(self, index: int, start: float = 0.0, end: float | None = None) -> Floats:
        """Samples of a channel from ``start`` to ``end`` seconds as float32 in -1..1, shape (samples,)."""
        stop = self.samples.shape[1] if end is None else round(end * self.rate)
        piece = self.samples[index, round(start * self.rate) : stop]
        return piece.astype(np.float32) / np.float32(32768.0)

    def release(self) -> bool:
        """Give back the memory of samples that lie in a file, and tell whether they do.

        They are read again when they are needed.
        """
        base: object = self.samples
        while isinstance(base, np.ndarray):
            base = base.base
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
            base.madvise(mmap.MADV_DONTNEED)
        return isinstance(base, mmap.mmap)


@dataclass(frozen=True, slots=True)
class Contours:
    """What a channel sounds like every ``hop`` seconds; frame k is centred on k * hop."""

    hop: float
    f0: Floats  # Hz, NaN where unvoiced, shape (frames,)
    level: Floats  # dBFS, shape (frames,)
    voice: NDArray[np.bool_]  # our own voice activity, shape (frames,)
    hnr: Floats  # harmonics-to-noise ratio in dB, NaN where unvoiced, shape (frames,)
    nuclei: Floats  # times of acoustic syllable nuclei, shape (nuclei,)
    loudness: float = float("nan")  # LUFS (ITU-R BS.1770-4) of what is voice, NaN where there is none
    cpp: float = float("nan")  # smoothed cepstral peak prominence in dB; this and the next two from a part
    jitter: float = float("nan")  # of the voiced speech; share of the mean period, 0..1
    shimmer: float = float("nan")  # share of the mean strength of a period, 0..1
    # where the spectrum holds still: start s, end s, change dB, shape (stretches, 3)
    steady: Floats = field(default_factory=lambda: np.empty((0, 3), np.float32))


# --- words --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word as heard; ``backed`` tells whether the sound bears it out (None: nothing to check against).

    ``language`` is the code of the language it is in; empty where nothing tells that it is not the call's.
    """

    text: str
    start: float
    end: float
    probability: float
    backed: bool | None = None
    language: str = ""

    @property
    def bare(self) -> str:
        """The letters and digits of the word alone, case folded, to tell whether two words are the same."""
        return "".join(c for c in self.text.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of words as decoded, with the decoder's own measures of certainty."""

    text: str
    start: float
    end: float
    words: tuple[Word, ...]
    no_speech_prob: float
    avg_logprob: float
    compression_ratio: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until another does. Times are None and words empty for text without times.

    ``language`` is empty where nothing tells that it is another than the call's.
    """

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()
    language: str = ""

    def word_spans(self) -> tuple[tuple[int, int], ...]:
        """Where each word stands in ``text`` as (start, end) character offsets, in the order of ``words``."""
        spans: list[tuple[int, int]] = []
        at = 0
        for word in self.words:
            found = self.text.find(word.text, at)
            start = at if found < 0 else found
            at = start + len(word.text)
            spans.append((start, at))
        return tuple(spans)

    def words_within(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that share a character with ``text[start:end]``."""
        starts, ends = _edges(_Same(self))
        return self.words[bisect_right(ends, start) : bisect_left(starts, end)]


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A turn, equal to itself alone."""

    turn: Turn

    def __hash__(self) -> int:
        return id(self.turn)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.turn is other.turn


@lru_cache(maxsize=16)
def _edges(same: _Same) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the words of a turn begin and end; kept, as many findings may lie in one long turn."""
    spans = same.turn.word_spans()
    return tuple(start for start, _ in spans), tuple(end for _, end in spans)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is on which channel, and how we know."""

    name: str
    channel: int | None
    channel_name: str
    reason: str


# --- findings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a time: pause, silence, filler, overlap, interruption, backchannel."""

    kind: str
    speaker: str
    start: float
    end: float
    detail: str = ""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit and grade, or None with the reason why there is none.

    ``low`` and ``high`` are the band it was compared with, the bounds of its error or its spread (10th to
    90th percentile); ``reason`` says which. Where ``baseline``, the speaker's own value, is known, they are
    the band around it.
    """

    id: str
    speaker: str
    value: float | None
    unit: str
    grade: str
    reason: str = ""
    low: float | None = None
    high: float | None = None
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """A measure over the call: value k is that of the ``window`` seconds centred on k * hop, NaN if none."""

    unit: str
    hop: float
    window: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that fired: a character span in a turn, or a time alone where ``turn`` is None."""

    rule: str
    turn: int | None
    start_char: int = 0
    end_char: int = 0
    quote: str = ""
    start: float | None = None
    end: float | None = None
    reason: str = ""  # why it fired, in words, such as "0.6 s into the customer's sentence"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether the sound bears a finding out: status is "backed", "not_backed" or "not_checked"."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A marker found in a recording, with time, quote, reason and source."""

    rule: str
    category: str
    polarity: str  # positive, neutral, negative
    speaker: str
    turn: int | None
    start: float | None
    end: float | None
    quote: str
    message: str
    advice: str
    grade: str
    source: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a call: its name is one of ``PHASES``, its turns are given by index."""

    name: str
    start: float
    end: float
    first_turn: int
    last_turn: int
    reason: str  # what is said there that speaks for it, empty where only its place does


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """Something a reader would expect, and why it is missing."""

    id: str
    reason: str


# --- judgement ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """A line of a scorecard as applied to a call: met, partly, missed, not_applicable, not_measured."""

    id: str
    name: str
    kind: str  # must or plus
    status: str
    points: float
    weight: float
    reason: str
    source: str
    tip: str
    times: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """A scorecard as applied to a call. ``total`` is the share of reachable points, 0..100, or None."""

    scorecard: str
    version: str
    total: float | None
    passed: bool | None  # False when a must is missed; None when no must could be judged
    reason: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One piece of coaching: what it is about, in a sentence, with the moment it is about."""

    about: str  # rule, measure or criterion id
    text: str
    quote: str = ""
    start: float | None = None
    suggestion: str = ""  # what to say instead, or how to do the drill


@dataclass(frozen=True, slots=True)
class Coaching:
    """One strength, one next step, one short drill; each None where the recording gives no ground for it."""

    strength: Note | None
    next_step: Note | None
    drill: Note | None
    reason: str = ""  # why something is missing


# --- the result ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """What measures and rules see of a recording.

    ``separate`` tells whether every speaker has a channel of their own. ``facts`` are the language facts of
    the pack; of a language without rules those of its sound alone, and nothing of one that is not known.
    """

    language: str
    duration: float
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    contours: Mapping[str, Contours]  # by speaker
    separate: bool
    facts: Mapping[str, Any]
    quality: Mapping[str, ChannelQuality] = field(default_factory=dict)  # by speaker
    untranscribed: Mapping[str, float] = field(default_factory=dict)  # s of voice without words, by speaker
    shown: bool = False  # whether the other's words were shown to the agent, not heard
    serial: bool = False  # whether a transcript that tells voices on one channel apart has no two at once
    timing: str = ""  # of a transcript without a recording, what has times: words, lines, starts or none


@dataclass(frozen=True, slots=True)
class Source:
    """The recording as found."""

    path: str
    sha256: str
    duration: float
    original_rate: int
    container: str
    codec: str
    layout: Layout
    speakers: tuple[Speaker, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything known of one recording. Reports, history and the web are made from this alone."""

    source: Source
    quality: tuple[ChannelQuality, ...]
    warnings: tuple[str, ...]
    language: str
    turns: tuple[Turn, ...]
    measures: tuple[Measure, ...]
    events: tuple[Event, ...]
    phases: tuple[Phase, ...]
    findings: tuple[Finding, ...]
    unbacked: tuple[Finding, ...]  # heard by the model, not backed by the sound; never counted
    scores: Scores
    coaching: Coaching
    not_measured: tuple[NotMeasured, ...]
    contours: Mapping[str, Contours]
    curves: Mapping[str, Mapping[str, Curve]]  # by name, such as "pace", and speaker
    timings: Mapping[str, float]
    provenance: Mapping[str, Any]
