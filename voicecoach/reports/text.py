"""A page for the terminal: coaching first, then the moments, the scorecard, measures, what is not known.

Readable without colour, at 80 columns and where only ASCII can be shown; text from recordings, file names
and packs is stripped of anything that could steer a terminal. Times are m:ss.s in the original recording.
The transcript, all measures and the source of every threshold are in the JSON report.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from voicecoach.i18n import _, common, counted, fill, number, using
from voicecoach.reports import page
from voicecoach.reports.page import clean, clock
from voicecoach.reports.wording import (
    FEW_MEASURES,
    KINDS,
    LAYOUTS,
    NOTABLE_MEASURES,
    OPEN,
    channel_name,
    family,
    measure_name,
    speaker_name,
    told,
)
from voicecoach.score import label
from voicecoach.spacing import joined
from voicecoach.takes import StockPhrase, stock_phrases
from voicecoach.types import (
    AGENT,
    Analysis,
    ChannelQuality,
    Criterion,
    Finding,
    Measure,
    Phase,
    Scores,
    Source,
)

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["clean", "clock", "render"]

SUFFIX = ".txt"
MOST_MOMENTS = 6
ONE_MOMENT = 2.0  # seconds; findings this close in one turn are listened to together
MOST_NAMES = 5  # more are counted, or named by family


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """One page for each analysis and one for what they share, ``width`` columns wide; ends with a newline."""
    pages = []
    for analysis in analyses:
        with using(analysis.language):
            pages.append(_page(analysis, width, color))
    shared = stock_phrases(analyses) if len(analyses) > 1 else ()
    if shared:
        with using(common(analysis.language for analysis in analyses)):
            pages.append(_shared_page(shared, analyses, width, color))
    return "\n".join(pages)


def _shared_page(
    phrases: Sequence[StockPhrase], analyses: Sequence[Analysis], width: int, color: bool
) -> str:
    console, out = page.console(width, color)
    page.say(console, _("THE SAME WORDS IN MOST RECORDINGS"), indent=0, style="bold")
    for phrase in phrases:
        text = fill(
            "In {n} of {all} recordings: {quote}",
            n=len(phrase.places),
            all=phrase.recordings,
            quote=page.quoted(phrase.quote),
        )
        page.say(console, text)
        page.rows(
            console,
            [(page.at(start), analyses[index].source.path) for index, start in phrase.places],
            indent=4,
        )
    for advice in dict.fromkeys(phrase.advice for phrase in phrases):
        page.say(console, advice)
    return page.printed(out)


def _page(analysis: Analysis, width: int, color: bool) -> str:
    console, out = page.console(width, color)
    _header(console, analysis)
    _coaching(console, analysis)
    _moments(console, analysis)
    _heard(console, analysis)
    _phases(console, analysis.phases)
    _scorecard(console, analysis)
    _measures(console, analysis.measures)
    _not_measured(console, analysis)
    console.print()
    page.say(
        console, _("Transcript, all measures and the source of every threshold: the JSON report."), indent=0
    )
    return page.printed(out)


def _header(console: Console, analysis: Analysis) -> None:
    page.say(console, analysis.source.path, indent=0, style="bold")
    page.say(console, _(", ").join(made(analysis)))
    page.rows(console, [*speakers(analysis.source), (_("Recording"), recording(analysis))])
    for warning in warnings(analysis):
        page.say(console, f"! {warning}", style="yellow")


def made(analysis: Analysis) -> list[str]:
    """How long a recording is, its channels, its rate and its language, in words."""
    source = analysis.source
    parts = [clock(source.duration)] if source.duration else []
    parts.append(_(LAYOUTS.get(source.layout.kind, source.layout.kind)))
    if source.original_rate:
        parts.append(fill("{rate} kHz", rate=number(source.original_rate / 1000)))
    if not analysis.language:
        return parts
    others = _(", ").join(dict.fromkeys(turn.language for turn in analysis.turns if turn.language))
    if others:
        said = fill("language {language}, in parts {others}", language=analysis.language, others=others)
    else:
        said = fill("language {language}", language=analysis.language)
    return [*parts, said]


def speakers(source: Source) -> list[tuple[str, str]]:
    """Who speaks, each with the channel and how that is known; the agent first."""
    return [
        (speaker_name(s.name), told(channel_name(s.channel_name), s.reason))
        for s in sorted(source.speakers, key=lambda speaker: speaker.name != AGENT)
    ]


def recording(analysis: Analysis) -> str:
    """How good the recording is, in a line."""
    return _quality(analysis.source, analysis.quality) + _lost(analysis.measures)


def warnings(analysis: Analysis) -> list[str]:
    """Warnings of the recording and of the channels that count, each once."""
    layout = analysis.source.layout
    heard = (*layout.used, *layout.empty)
    channels = [analysis.quality[index] for index in sorted(heard) if index < len(analysis.quality)]
    found = [
        *analysis.warnings,
        *(told(channel_name(c.name), text) for c in channels for text in c.warnings),
    ]
    return list(dict.fromkeys(found))


def _lost(measures: Sequence[Measure]) -> str:
    """How much speech got no words, from a second on."""
    seconds = sum(m.value or 0.0 for m in measures if m.id == "quality.untranscribed_speech")
    return fill(", {seconds:.0f} s of speech without words", seconds=seconds) if round(seconds) else ""


def _quality(source: Source, quality: Sequence[ChannelQuality]) -> str:
    """The channel of the agent, or the first that was analysed, in a line."""
    own = [s.channel for s in source.speakers if s.name == AGENT and s.channel is not None]
    index = next(iter((*own, *source.layout.used)), 0)
    if source.layout.kind == "none":
        return _("there is none; this is its transcript ({format})").format(format=source.container)
    if index >= len(quality):
        return _("quality not measured")
    found = quality[index]
    if found.silent:
        return _("no sound on this channel")
    percent = round(100 * found.clipping, 2)
    parts = [
        _("noise not measurable")
        if found.snr is None
        else fill("{snr:.0f} dB above the noise", snr=found.snr),
        fill("{percent:.2f} % clipped", percent=percent) if percent else _("not clipped"),
        _("telephone band") if found.telephone_band else "",
    ]
    return _(", ").join(filter(None, parts))


def _coaching(console: Console, analysis: Analysis) -> None:
    coaching = analysis.coaching
    for title, note in ((_("WHAT WORKED"), coaching.strength), (_("TRY NEXT"), coaching.next_step)):
        if note is not None:
            page.heading(console, title)
            page.note(console, note)
    if coaching.drill is not None:
        page.heading(console, _("60-SECOND DRILL"))
        page.note(console, coaching.drill)
    if coaching.reason:
        console.print()
        page.say(console, page.sentence(coaching.reason), indent=0)


def _moments(console: Console, analysis: Analysis) -> None:
    """What to listen to again: negative findings in order of time, each piece of advice once."""
    moments: list[list[Finding]] = []
    negative = [f for f in analysis.findings if f.polarity == "negative"]
    for finding in sorted(negative, key=lambda f: math.inf if f.start is None else f.start):
        if moments and _one_moment(moments[-1][0], finding):
            moments[-1].append(finding)
        else:
            moments.append([finding])
    if not moments:
        return
    page.heading(console, _("MOMENTS TO LISTEN TO"))
    advised: set[str] = set()
    for found in moments[:MOST_MOMENTS]:
        quotes = [f.quote for f in found if not any(f.quote in g.quote != f.quote for g in found)]
        texts = [page.quoted(quote) for quote in quotes]
        for finding in found:
            texts += [finding.message, "" if finding.rule in advised else finding.advice]
            advised.add(finding.rule)
        page.rows(console, [(page.at(found[0].start), joined(dict.fromkeys(texts)))])
    if len(moments) > MOST_MOMENTS:
        page.say(console, fill("and {more} more in the JSON report", more=len(moments) - MOST_MOMENTS))


def _one_moment(first: Finding, other: Finding) -> bool:
    if first.turn is None or first.turn != other.turn:
        return False
    return first.start is None or other.start is None or other.start - first.start <= ONE_MOMENT


def _heard(console: Console, analysis: Analysis) -> None:
    """Markers that are not negative, each with how often, when first, and in which words."""
    groups: dict[str, list[Finding]] = {}
    for finding in analysis.findings:
        if finding.polarity != "negative":
            groups.setdefault(finding.rule, []).append(finding)
    if groups:
        page.heading(console, _("WHAT WAS HEARD"))
        page.rows(
            console,
            [
                (
                    page.at(found[0].start),
                    label(rule),
                    f"x{len(found)}" if len(found) > 1 else "",
                    page.quoted(found[0].quote),
                )
                for rule, found in groups.items()
            ],
        )
    if analysis.unbacked:
        words = _("; ").join(
            fill(
                "{tip} ({reason})",
                tip=f"{page.quoted(f.quote)} {page.at(f.start)}".strip(),
                reason=f.evidence.reason,
            )
            for f in analysis.unbacked
        )
        if "transcript" in analysis.provenance:
            said = fill("In the transcript, not backed by the sound, not counted: {words}", words=words)
        else:
            said = fill("Heard by the model, not backed by the sound, not counted: {words}", words=words)
        page.say(console, said)


def _phases(console: Console, phases: Sequence[Phase]) -> None:
    """The course of the call on one line, and what came before the first solution."""
    if not phases:
        return
    page.heading(console, _("COURSE OF THE CALL"))
    names = [label(phase.name) for phase in phases]
    spans = ("-".join(dict.fromkeys((_minute(phase.start), _minute(phase.end)))) for phase in phases)
    line = _(", ").join(f"{name} {span}" for name, span in zip(names, spans, strict=True))
    page.say(console, page.sentence(line))
    if first := first_solution(phases):
        page.say(console, first)


def first_solution(phases: Sequence[Phase]) -> str:
    """When the first step to a solution came and what came before it; empty where there was none."""
    solving = next((at for at, phase in enumerate(phases) if phase.name == "solving"), None)
    if solving is None:
        return ""
    before, after = (
        [phase for phase in part if phase.name == "finding_out"]
        for part in (phases[:solving], phases[solving + 1 :])
    )
    seconds = sum(phase.end - phase.start for phase in before)
    at = _minute(phases[solving].start)
    later_at = _minute(after[0].start) if after else ""
    if before and after:
        return fill(
            "The first step to a solution came at {at}, after {seconds:.0f} s of finding out; there was more "
            "to find out at {later_at}.",
            at=at,
            seconds=seconds,
            later_at=later_at,
        )
    if before:
        return fill(
            "The first step to a solution came at {at}, after {seconds:.0f} s of finding out.",
            at=at,
            seconds=seconds,
        )
    if after:
        return fill(
            "The first step to a solution came at {at}, before anything was found out; there was more to "
            "find out at {later_at}.",
            at=at,
            later_at=later_at,
        )
    return fill("The first step to a solution came at {at}, before anything was found out.", at=at)


def _minute(seconds: float) -> str:
    return clock(round(seconds))[:-2]


def _scorecard(console: Console, analysis: Analysis) -> None:
    scores = analysis.scores
    page.heading(console, fill("SCORECARD {name} {version}", name=scores.scorecard, version=scores.version))
    page.say(console, summed_up(scores))
    rows = [
        (_(KINDS[c.kind]), _(name), c.name, _because(c))
        for status, name in OPEN.items()
        for c in scores.criteria
        if c.status == status
    ]
    page.rows(console, rows)
    for kind in ("must", "plus"):
        met = [c.name for c in scores.criteria if c.status == "met" and c.kind == kind]
        if met:
            page.rows(console, [(_(KINDS[kind]), _("met"), _("; ").join(met))])
    others = [
        fill("{tip} ({reason})", tip=c.name, reason=c.reason)
        for c in scores.criteria
        if c.status == "not_applicable"
    ]
    if others:
        page.rows(console, [(_("does not apply"), _("; ").join(others))])


def summed_up(scores: Scores) -> str:
    """How the scorecard came out; while a must is open, points say nothing: they are in the JSON report."""
    if scores.total is None or scores.passed is False:
        return scores.reason
    return fill("{reason}; {total:.0f} of 100 points", reason=scores.reason, total=scores.total)


def _because(criterion: Criterion) -> str:
    times = [clock(time) for time in criterion.times[:3]] + ["..."] * (len(criterion.times) > 3)
    if not times:
        return criterion.reason
    return fill("{tip} ({reason})", tip=criterion.reason, reason=_(", ").join(times))


def _measures(console: Console, measures: Sequence[Measure]) -> None:
    found = {m.id: m for m in measures if m.speaker == AGENT and m.value is not None}
    rows = [
        (_(name), value(found[key]), found[key].grade, band(found[key]))
        for key, name in {**FEW_MEASURES, **NOTABLE_MEASURES}.items()
        if key in found and (key in FEW_MEASURES or outside(found[key]))
    ]
    if rows:
        page.heading(console, _("MEASURES"))
        page.rows(console, rows)
        page.say(console, _("A: as by stopwatch. B: usable, with an error. C: described only, never scored."))


def outside(measure: Measure) -> bool:
    """Whether a value is below or above its band."""
    assert measure.value is not None
    low = measure.low is not None and measure.value < measure.low
    return low or (measure.high is not None and measure.value > measure.high)


def value(measure: Measure) -> str:
    """A value with its unit."""
    assert measure.value is not None
    return f"{_figure(measure.value)} {_(measure.unit)}".strip()


def _figure(value: float) -> str:
    return number(value, 0 if abs(value) >= 100 or value == round(value) else 1)


def band(measure: Measure) -> str:
    """The bounds or the band of a measure, and what they are."""
    low = "" if measure.low is None else _figure(measure.low)
    high = "" if measure.high is None else _figure(measure.high)
    ends = ""
    if low and high:
        ends = fill("{first} to {last}", first=low, last=high)
    elif low or high:
        ends = fill("from {low}", low=low) if low else fill("up to {high}", high=high)
    return told(ends, measure.reason)


def _not_measured(console: Console, analysis: Analysis) -> None:
    """What is missing and why; what shares a reason stands on one line, by family where it is much.

    What this page would not show anyway, described only or seldom notable, is left to the JSON report.
    """
    unseen = {m.id for m in analysis.measures if m.grade == "C"} | set(NOTABLE_MEASURES)
    rows = [(_named(found), reason) for reason, found in missing(analysis, unseen).items()]
    criteria = not_judged(analysis.scores)
    if len(criteria) > 1 or analysis.scores.total is not None:  # else the scorecard has said it
        rows += [(_criteria(found), reason) for reason, found in criteria.items()]
    if rows:
        page.heading(console, _("NOT MEASURED"))
        page.rows(console, [("-", told(names, reason)) for names, reason in rows])


def missing(analysis: Analysis, unseen: Collection[str] = ()) -> Mapping[str, list[str]]:
    """What is not measured but for ``unseen``: ids of measures and markers by reason."""
    reasons = {entry.id: entry.reason for entry in analysis.not_measured}
    reasons |= {m.id: m.reason for m in analysis.measures if m.value is None and m.speaker == AGENT}
    groups: dict[str, list[str]] = {}
    for identifier, reason in reasons.items():
        if identifier not in unseen:
            groups.setdefault(reason, []).append(identifier)
    return groups


def not_judged(scores: Scores) -> Mapping[str, list[str]]:
    """Criteria that could not be judged: names by reason."""
    groups: dict[str, list[str]] = {}
    for criterion in scores.criteria:
        if criterion.status == "not_measured":
            groups.setdefault(criterion.reason, []).append(criterion.name)
    return groups


def _named(identifiers: Sequence[str]) -> str:
    """Measures and markers in words, by family where there are many."""
    if len(identifiers) > MOST_NAMES:
        return _(", ").join(dict.fromkeys(map(family, identifiers)))
    return _(", ").join(map(measure_name, identifiers))


def _criteria(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMES:
        return _(", ").join(names)
    return counted("{n} criterion of the scorecard", "{n} criteria of the scorecard", n=len(names))
