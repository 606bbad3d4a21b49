"""What the call page says, in words, made from an analysis; templates only lay it out.

Whoever reads is the agent, as on the page of the terminal, and the same words are used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicecoach.evidence import reason
from voicecoach.i18n import _
from voicecoach.measures.definitions import definitions
from voicecoach.reports import text
from voicecoach.reports.html.about import about
from voicecoach.reports.html.transcript import Part, transcript
from voicecoach.score import label
from voicecoach.types import AGENT, UNKNOWN, Coaching, Criterion, Finding, Measure

if TYPE_CHECKING:
    from voicecoach.types import Analysis

BAR = 100.0  # width of a drawn measure, in its own units


@dataclass(frozen=True, slots=True)
class Moment:
    """A finding as shown: ``about`` is why it was found, where that is more than its words."""

    id: str
    finding: Finding
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule, in order of time."""

    title: str
    first: Finding
    moments: tuple[Moment, ...]
    sureness: tuple[str, ...]  # what the sound says of them, each once


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion as shown."""

    criterion: Criterion
    sign: str
    status: str


@dataclass(frozen=True, slots=True)
class Row:
    """A measure as shown; ``bar`` is its band and its value between 0 and ``BAR``, where there is a band."""

    name: str
    measure: Measure
    value: str  # empty where it is not measured
    band: str
    bar: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Step:
    """A phase of the call as shown; ``left`` and ``width`` are shares of the call in percent."""

    name: str
    start: float
    end: float
    seconds: float
    reason: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Call:
    """The call page."""

    analysis: Analysis
    title: str
    facts: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    recording: str
    warnings: tuple[str, ...]
    coaching: Coaching
    groups: Mapping[str, tuple[Group, ...]]  # by polarity
    unbacked: tuple[Finding, ...]
    blind: str  # why findings could not be looked for at all, empty where they could
    summed_up: str
    criteria: tuple[Judged, ...]
    judged: bool  # whether any criterion could be
    steps: tuple[Step, ...]
    first_solution: str
    measures: Mapping[str, tuple[Row, ...]]  # by heading
    described: Mapping[str, tuple[Row, ...]]  # those of grade C
    transcript: tuple[Part, ...]
    doubtful: bool  # whether a word is not backed
    checked: bool  # whether words were checked against the sound
    missing: tuple[tuple[str, str], ...]  # what, and why
    made: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]  # what made it, by our own names, which are in English

    def language_of(self, turn: int | None) -> str:
        """The language a turn is in, or the call where there is none."""
        turns = self.analysis.turns
        own = turns[turn].language if turn is not None and turn < len(turns) else ""
        return own or self.analysis.language


def call(analysis: Analysis) -> Call:
    """Return what the page of a recording says."""
    path = analysis.source.path.replace("\\", "/")
    moments = [Moment(f"f{at}", finding, _about(finding)) for at, finding in enumerate(analysis.findings, 1)]
    words = [word.backed for turn in analysis.turns for word in turn.words]
    return Call(
        analysis=analysis,
        title=path.rpartition("/")[2] or path,
        facts=tuple(text.made(analysis)),
        people=tuple(text.speakers(analysis.source)),
        recording=text.recording(analysis),
        warnings=tuple(text.warnings(analysis)),
        coaching=analysis.coaching,
        groups={
            polarity: tuple(_groups(moments, polarity)) for polarity in ("positive", "negative", "neutral")
        },
        unbacked=analysis.unbacked,
        blind=_blind(analysis),
        summed_up=text.summed_up(analysis.scores),
        criteria=tuple(_criteria(analysis)),
        judged=any(c.status != "not_measured" for c in analysis.scores.criteria),
        steps=tuple(_steps(analysis)),
        first_solution=text.first_solution(analysis.phases),
        measures=_measures(analysis.measures, ("A", "B")),
        described=_measures(analysis.measures, ("C",)),
        transcript=transcript(analysis, [(moment.id, moment.finding) for moment in moments]),
        doubtful=False in words,
        checked=any(backed is not None for backed in words),
        missing=tuple(_missing(analysis)),
        made=tuple(_made(analysis)),
        settings=tuple(_settings(analysis)),
    )


def _blind(analysis: Analysis) -> str:
    """Why there is nothing to find: categories of markers are not measured, or nothing was said."""
    found = [m.reason for m in analysis.not_measured if "." not in m.id]
    return "" if analysis.findings else found[0] if found else "" if analysis.turns else _("nothing was said")


def _about(finding: Finding) -> str:
    """Why a finding was found, where that is not just that the sound is there."""
    plain = finding.evidence.status == "backed" and finding.evidence.reason == reason("backed")
    return "" if plain else finding.evidence.reason


def _groups(moments: Sequence[Moment], polarity: str) -> Iterator[Group]:
    """Findings by rule, in the order in which the rules come up first."""
    found: dict[tuple[str, str], list[Moment]] = {}
    for moment in moments:
        if moment.finding.polarity == polarity:
            found.setdefault((moment.finding.rule, moment.finding.message), []).append(moment)
    for (rule, _said), same in found.items():
        sure = (
            _("{what}: {why}").format(
                what=about().evidence[m.finding.evidence.status], why=m.finding.evidence.reason
            )
            for m in same
        )
        yield Group(label(rule), same[0].finding, tuple(same), tuple(dict.fromkeys(sure)))


def _criteria(analysis: Analysis) -> Iterator[Judged]:
    """The criteria by how they stand, in the order of page.yaml; those alike as the scorecard has them."""
    for status, (sign, name) in about().statuses.items():
        yield from (Judged(c, sign, name) for c in analysis.scores.criteria if c.status == status)


def _steps(analysis: Analysis) -> Iterator[Step]:
    whole = analysis.source.duration or 1.0
    for phase in analysis.phases:
        seconds = phase.end - phase.start
        yield Step(
            label(phase.name),
            phase.start,
            phase.end,
            seconds,
            phase.reason,
            round(100 * phase.start / whole, 2),
            round(100 * seconds / whole, 2),
        )


def _measures(measures: Sequence[Measure], grades: Collection[str]) -> Mapping[str, tuple[Row, ...]]:
    """The agent's measures, or those of who is not known; every one has its place in page.yaml."""
    own = {m.id: m for m in measures if m.speaker in (AGENT, UNKNOWN) and m.grade in grades}
    found = {
        heading: tuple(_row(name, own[id_]) for id_, name in names.items() if id_ in own)
        for heading, names in about().measures.items()
    }
    return {heading: rows for heading, rows in found.items() if rows}


def _row(name: str, measure: Measure) -> Row:
    if measure.value is None:
        return Row(name, measure, "", measure.reason, None)
    return Row(name, measure, text.value(measure), text.band(measure), _bar(measure))


def _bar(measure: Measure) -> tuple[float, float, float] | None:
    """Where a band begins and ends and the value is, with room to both sides; None without a band.

    Bounds of an error say nothing beside their own value.
    """
    bounds = measure.baseline is None and definitions().entries[measure.id].likely
    if bounds or measure.value is None or (measure.low is None and measure.high is None):
        return None
    value = measure.value
    low = min(0.0, value) if measure.low is None else measure.low
    high = max(2 * value, low + 1) if measure.high is None else measure.high
    first, last = min(low, value), max(high, value)
    room = 0.25 * (last - first) or 1.0
    first, last = first - room, last + room
    begin, end, at = (round(BAR * (x - first) / (last - first), 1) for x in (low, high, value))
    return (
        0.0 if measure.low is None else begin,
        BAR if measure.high is None else end,
        at,
    )


def _missing(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Everything that is not measured: names, and the reason they share."""
    for why, ids in text.missing(analysis).items():
        yield _(", ").join(about().name(identifier) for identifier in ids), why
    for why, names in text.not_judged(analysis.scores).items():
        yield _("on the scorecard: {names}").format(names=_(", ").join(names)), why


def _made(analysis: Analysis) -> Iterator[tuple[str, str]]:
    source = analysis.source
    yield _("recording"), source.path
    yield _("content (SHA-256)"), source.sha256
    yield _("format"), f"{source.container}, {source.codec}"


def _settings(analysis: Analysis) -> Iterator[tuple[str, str]]:
    yield from _told(analysis.provenance, "")
    seconds = ", ".join(f"{stage.replace('_', ' ')} {took:.1f} s" for stage, took in analysis.timings.items())
    if seconds:
        yield "time taken", seconds


def _told(found: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """What made an analysis, a line each; what was not given is left out."""
    for key, value in found.items():
        name = f"{path} {key}".strip().replace("_", " ").replace("sha256", "(SHA-256)")
        if isinstance(value, Mapping):
            yield from _told(value, name)
        elif value is not None:
            yield name, str(value)
