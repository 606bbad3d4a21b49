"""The transcript as pieces a template can lay out: turns by phase, words with their times, marks, silences.

A turn is cut where a finding begins or ends, so that findings may overlap; a piece knows all findings that
cover it. Pauses, silences, fillers and interruptions stand before the word they come before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voicecoach.reports.html.about import about
from voicecoach.reports.wording import speaker_name
from voicecoach.score import label
from voicecoach.types import Analysis, Event, Finding, Turn

STRONGEST = ("negative", "positive", "neutral")  # which of several findings colours a word


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or part of one (``start`` is its time), what stands between words, or an event."""

    text: str
    start: float | None = None
    backed: bool | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces covered by the same findings; ``ends`` are those whose last words these are."""

    pieces: tuple[Piece, ...]
    polarity: str  # of the strongest finding, empty where there is none
    ends: tuple[tuple[str, Finding], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A turn."""

    speaker: str
    name: str
    text: str
    number: int
    start: float | None
    end: float | None
    runs: tuple[Run, ...]
    others: tuple[tuple[str, Finding], ...]  # findings in it that no words of it stand for


@dataclass(frozen=True, slots=True)
class Part:
    """A phase of the call, or all of it (``title`` is then empty), in order of time."""

    title: str
    said: tuple[Said | Event, ...]


def transcript(analysis: Analysis, findings: Sequence[tuple[str, Finding]]) -> tuple[Part, ...]:
    """Return the transcript with its marks; ``findings`` are given with the ids they have on the page."""
    turns = analysis.turns
    inside, between = _placed(analysis)
    said = [
        _said(turn, number, [f for f in findings if f[1].turn == number], inside.get(number, ()))
        for number, turn in enumerate(turns)
    ]
    starts = {phase.first_turn: label(phase.name) for phase in analysis.phases}
    parts: list[tuple[str, list[Said | Event]]] = []
    waiting = list(between)
    for number, one in enumerate(said):
        before = [e for e in waiting if one.start is not None and e.start < one.start]
        waiting = waiting[len(before) :]
        if parts:
            parts[-1][1].extend(before)
            before = []
        if number in starts or not parts:
            parts.append((starts.get(number, ""), list(before)))
        parts[-1][1].append(one)
    if parts:
        parts[-1][1].extend(waiting)
    return tuple(Part(title, tuple(entries)) for title, entries in parts)


def _placed(analysis: Analysis) -> tuple[dict[int, list[Event]], list[Event]]:
    """Events that are shown, by the turn they fall into, and the silences between turns."""
    least = about().thresholds["shown_pause"]
    inside: dict[int, list[Event]] = {}
    between: list[Event] = []
    timed = [(k, t.speaker, t.start, t.end) for k, t in enumerate(analysis.turns) if t.start is not None]
    for event in sorted(analysis.events, key=lambda e: e.start):
        if event.kind == "pause" and event.duration < least:
            continue
        if event.kind not in ("pause", "silence", "filler", "interruption"):
            continue
        middle = _when(event)
        own = [(k, a, b) for k, who, a, b in timed if b is not None and who == event.speaker]
        if event.kind == "silence":
            around = [k for k, _, a, b in timed if b is not None and a < middle < b]
        else:
            near = min(own, key=lambda turn: max(turn[1] - middle, middle - turn[2], 0.0), default=None)
            around = [near[0]] if near else []
        if around:
            inside.setdefault(around[0], []).append(event)
        elif event.kind == "silence":
            between.append(event)
    return inside, between


def _said(turn: Turn, number: int, findings: Sequence[tuple[str, Finding]], events: Sequence[Event]) -> Said:
    places = turn.word_spans()
    marks = [(place, found) for found in findings if (place := _place(turn, places, found[1])) is not None]
    known = {found[0] for _, found in marks}
    cuts = sorted({0, len(turn.text), *(edge for place, _ in marks for edge in place)})
    pieces = list(_pieces(turn, places, events, cuts))
    runs = []
    for begin, end in pairwise(cuts):
        covering = [found for place, found in marks if place[0] <= begin and end <= place[1]]
        polarities = [found[1].polarity for found in covering]
        last = end == len(turn.text)
        runs.append(
            Run(
                tuple(piece for at, piece in pieces if begin <= at < end or (last and at >= end)),
                next((polarity for polarity in STRONGEST if polarity in polarities), ""),
                tuple(found for place, found in marks if place[1] == end),
            )
        )
    return Said(
        turn.speaker,
        speaker_name(turn.speaker),
        turn.text,
        number,
        turn.start,
        turn.end,
        tuple(runs),
        tuple(found for found in findings if found[0] not in known),
    )


def _place(turn: Turn, places: Sequence[tuple[int, int]], finding: Finding) -> tuple[int, int] | None:
    """Where a quote stands in its turn, in whole words; of several places that nearest in time."""
    found: list[tuple[float, int]] = []
    at = turn.text.find(finding.quote) if finding.quote else -1
    while at >= 0:
        time = next((w.start for w, p in zip(turn.words, places, strict=True) if p[1] > at), 0.0)
        found.append((abs(time - (finding.start or 0.0)), at))
        at = turn.text.find(finding.quote, at + 1)
    if not found:
        return None
    begin = min(found)[1]
    end = begin + len(finding.quote)
    inside = [place for place in places if place[0] < end and begin < place[1]]
    return min([begin, *(p[0] for p in inside)]), max([end, *(p[1] for p in inside)])


def _pieces(
    turn: Turn, places: Sequence[tuple[int, int]], events: Sequence[Event], cuts: Sequence[int]
) -> Iterator[tuple[int, Piece]]:
    """Pieces of a turn with the character each begins at; none reaches over a cut."""
    waiting = list(events)
    at = 0
    for word, (begin, end) in zip(turn.words, places, strict=True):
        yield from ((a, Piece(turn.text[a:b])) for a, b in _cut(at, begin, cuts))
        while waiting and _when(waiting[0]) <= (word.start + word.end) / 2:
            yield begin, Piece("", event=waiting.pop(0))
        for a, b in _cut(begin, end, cuts):
            yield a, Piece(turn.text[a:b], word.start, word.backed)
        at = end
    yield from ((a, Piece(turn.text[a:b])) for a, b in _cut(at, len(turn.text), cuts))
    yield from ((len(turn.text), Piece("", event=event)) for event in waiting)


def _when(event: Event) -> float:
    """Where an event stands among words: an interruption where it begins, others about their middle."""
    return event.start if event.kind == "interruption" else (event.start + event.end) / 2


def _cut(begin: int, end: int, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    edges = [begin, *(cut for cut in cuts if begin < cut < end), end]
    return ((a, b) for a, b in pairwise(edges) if a < b)
