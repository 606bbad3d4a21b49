"""Which moments to hear. Times are seconds in the recording.

A moment is a finding that is well backed, or a must that was missed at the place it would have been heard.
What it is worth stands in triage.yaml; where two are worth the same a number made from the recording's
content decides, so that no name comes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voicecoach.batch.types import Record
from voicecoach.i18n import _
from voicecoach.spacing import length
from voicecoach.triage.definitions import definitions, threshold
from voicecoach.triage.files import is_poor, said_of
from voicecoach.types import AGENT, Analysis, Finding


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch worth hearing; ``rule`` is the marker, or the criterion where a must was missed."""

    start: float
    end: float
    rule: str
    quote: str
    why: str
    weight: float
    kind: str
    good: bool  # worth imitating
    advice: str  # what to try instead, empty for what is worth imitating
    hear: float  # from where on to listen
    name: str  # of the call's reports
    agent: str
    poor: bool  # the recording is
    lot: int  # decides between moments of the same weight
    also: tuple[str, ...] = ()  # other markers found within the same seconds


def moments(record: Record) -> tuple[Moment, ...]:
    """The moments of a call most worth hearing, at most one of a kind, the heaviest first.

    At most ``a_call`` to work on and ``good_a_call`` worth imitating; what is found close to one of them is
    named with it. None of a copy, of a recording that could not be analysed, or where the evidence is weak.
    """
    if record.analysis is None or record.same_as:
        return ()
    found = sorted((*_found(record, record.analysis), *_missed(record, record.analysis)), key=order)
    left = {True: int(threshold("good_a_call")), False: int(threshold("a_call"))}
    kept: list[Moment] = []
    for one in found:
        close = [k for k, other in enumerate(kept) if abs(one.start - other.start) < threshold("near")]
        if close and one.good is kept[close[0]].good:
            beside = kept[close[0]]
            if one.rule not in (beside.rule, *beside.also) and one.quote:
                kept[close[0]] = replace(beside, also=(*beside.also, one.rule))
        elif left[one.good] and not close and one.kind not in {other.kind for other in kept}:
            left[one.good] -= 1
            kept.append(one)
    return tuple(kept)


def three(records: Sequence[Record]) -> tuple[Moment, ...]:
    """Three moments for an evening, the one worth imitating first.

    Good recordings before poor ones, then different calls, different people, different kinds, and weight;
    one of the three is worth imitating where there is such a moment.
    """
    return choose([moment for record in records for moment in moments(record)])


def choose(found: Sequence[Moment]) -> tuple[Moment, ...]:
    """Three of the moments, chosen as ``three`` says. trainer.js chooses the same way."""
    left = sorted(found, key=order)
    kept: list[Moment] = []
    count, to_work_on = int(threshold("moments")), int(threshold("to_work_on"))
    while left and len(kept) < count:
        pool = [one for one in left if not one.poor] or left
        pool = [one for one in pool if one.good is (len(kept) >= to_work_on)] or pool
        best = min(pool, key=lambda one: _alike(one, kept))  # of equal ones the first
        left.remove(best)
        kept.append(best)
    return tuple(sorted(kept, key=lambda one: not one.good))


def order(moment: Moment) -> tuple[float, int, float]:
    """The order of moments by weight, and by lot where two weigh the same."""
    return -moment.weight, moment.lot, moment.start


def _alike(moment: Moment, kept: Sequence[Moment]) -> tuple[bool, bool, bool]:
    """How much a moment repeats those that are chosen: the call, the person, the kind."""
    return (
        any(moment.name == one.name for one in kept),
        any(bool(moment.agent) and moment.agent == one.agent for one in kept),
        any(moment.kind == one.kind for one in kept),
    )


def _found(record: Record, analysis: Analysis) -> Iterator[Moment]:
    known = definitions()
    own = [
        finding
        for finding in analysis.findings
        if finding.speaker == AGENT
        and finding.grade in known.grades
        and finding.evidence.status in known.evidence
        and finding.start is not None
    ]
    bad = [finding for finding in own if finding.polarity == "negative"]
    for finding in own:
        worth = known.worth(finding.rule, finding.polarity)
        if worth is None or not worth.weight or finding.start is None:
            continue
        good = finding.polarity == "positive"
        if good and (
            length(finding.quote) < threshold("telling_words")
            or any(_beside(finding, other) for other in bad)
        ):
            continue
        end = finding.end if finding.end is not None else finding.start
        why = _(worth.why).format(message=finding.message, seconds=end - finding.start)
        advice = "" if good else finding.advice
        yield _moment(
            record,
            finding.rule,
            worth.kind,
            worth.weight,
            why,
            finding.start,
            end,
            finding.quote,
            good,
            advice,
        )


def _beside(finding: Finding, other: Finding) -> bool:
    """Whether two findings stand in one turn or close together."""
    if finding.turn is not None and finding.turn == other.turn:
        return True
    return (
        finding.start is not None
        and other.start is not None
        and abs(finding.start - other.start) < threshold("clear")
    )


def _missed(record: Record, analysis: Analysis) -> Iterator[Moment]:
    """Musts whose place in the call is known. A recording that is poor or cut may lack what was said."""
    if analysis.scores.total is None or any(said_of(analysis)):
        return
    known, length = definitions(), analysis.source.duration
    for criterion in analysis.scores.criteria:
        worth = known.missed.get(criterion.id)
        if worth is None or criterion.kind != "must" or criterion.status != "missed":
            continue
        window = min(threshold("window"), length)
        start = 0.0 if worth.at == "start" else length - window
        yield _moment(
            record,
            criterion.id,
            worth.kind,
            worth.weight,
            _(worth.why),
            start,
            start + window,
            "",
            False,
            criterion.tip,
        )


def _moment(
    record: Record,
    rule: str,
    kind: str,
    weight: float,
    why: str,
    start: float,
    end: float,
    quote: str,
    good: bool,
    advice: str,
) -> Moment:
    digest = hashlib.sha256(f"{record.key}:{rule}:{start:.3f}".encode()).digest()
    return Moment(
        start=start,
        end=end,
        rule=rule,
        quote=quote,
        why=why,
        weight=weight,
        kind=kind,
        good=good,
        advice=advice,
        hear=max(0.0, start - threshold("lead")),
        name=record.name,
        agent=record.who.agent,
        poor=is_poor(record),
        lot=int.from_bytes(digest[:6], "big"),
    )
