"""A page for the terminal: coaching first, then the moments, the scorecard, measures, what is not known.

Readable without colour, at 80 columns and where only ASCII can be shown; text from recordings, file names
and packs is stripped of anything that could steer a terminal. Times are m:ss.s in the original recording.
The transcript, all measures and the source of every threshold are in the JSON report.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from voicecoach.score import label
from voicecoach.takes import StockPhrase, stock_phrases
from voicecoach.types import AGENT, Analysis, ChannelQuality, Criterion, Finding, Measure, Note, Phase, Source

if TYPE_CHECKING:
    from rich.console import Console

SUFFIX = ".txt"
MOST_MOMENTS = 6
ONE_MOMENT = 2.0  # seconds; findings this close in one turn are listened to together
MOST_NAMES = 5  # more are counted, or named by family
LONGEST_QUOTE = 60  # characters
FEW_MEASURES = {
    "pace.articulation_rate": "pace",
    "pauses.within_clause_rate": "pauses mid-sentence",
    "fillers.heard_rate": "fillers heard",
    "talk.share": "share of the talking",
    "talk.longest_monologue": "longest stretch",
    "talk.response_latency": "time to answer",
    "talk.interruptions": "interruptions",
    "talk.unannounced_silence": "unannounced silence",
    "pitch.spread": "pitch range",
}
NOTABLE_MEASURES = {"pace.drift": "change of pace"}  # told where they are outside their band
OTHER_MEASURES = {  # names of measures that are only mentioned where they are missing
    "loudness.range": "range of loudness",
    "quality.snr": "signal-to-noise ratio",
    "structure.phases": "course of the call",
}
LAYOUTS = {
    "mono": "one channel",
    "dual_mono": "two channels with the same sound, read as one",
    "split": "a channel for each speaker",
    "bleed": "a channel for each speaker, each faintly heard on the other",
}
UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode categories of characters without a shape
OPEN = {"missed": "open", "partly": "partly"}  # status of a criterion, as shown


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """One page for each analysis and one for what they share, ``width`` columns wide; ends with a newline."""
    pages = [_page(analysis, width, color) for analysis in analyses]
    shared = stock_phrases(analyses) if len(analyses) > 1 else ()
    if shared:
        pages.append(_shared_page(shared, analyses, width, color))
    return "\n".join(pages)


def clock(seconds: float) -> str:
    """A time as m:ss.s, from an hour on as h:mm:ss.s."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    if minutes < 60:
        return f"{minutes}:{rest / 10:04.1f}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest / 10:04.1f}"


def clean(text: str) -> str:
    """The text on one line, without control, reordering and other characters a terminal could act on."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in UNSAFE)
    return " ".join("".join(kept).split())


def _console(width: int, color: bool) -> tuple[Console, io.StringIO]:
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    return console, out


def _printed(out: io.StringIO) -> str:
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _shared_page(
    phrases: Sequence[StockPhrase], analyses: Sequence[Analysis], width: int, color: bool
) -> str:
    console, out = _console(width, color)
    _say(console, "THE SAME WORDS IN MOST RECORDINGS", indent=0, style="bold")
    for phrase in phrases:
        text = f"In {len(phrase.places)} of {phrase.recordings} recordings: {_quoted(phrase.quote)}"
        _say(console, text)
        _rows(
            console, [(_at(start), analyses[index].source.path) for index, start in phrase.places], indent=4
        )
    for advice in dict.fromkeys(phrase.advice for phrase in phrases):
        _say(console, advice)
    return _printed(out)


def _page(analysis: Analysis, width: int, color: bool) -> str:
    console, out = _console(width, color)
    _header(console, analysis)
    _coaching(console, analysis)
    _moments(console, analysis)
    _heard(console, analysis)
    _phases(console, analysis.phases)
    _scorecard(console, analysis)
    _measures(console, analysis.measures)
    _not_measured(console, analysis)
    console.print()
    _say(console, "Transcript, all measures and the source of every threshold: the JSON report.", indent=0)
    return _printed(out)


def _say(console: Console, text: str, *, indent: int = 2, style: str = "") -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(clean(text), style=style), (0, 0, 0, indent)))


def _heading(console: Console, text: str) -> None:
    console.print()
    _say(console, text, indent=0, style="bold")


def _rows(console: Console, rows: Iterable[Sequence[str]], indent: int = 2) -> None:
    """Columns as wide as what stands in them; the last wraps, and any that would take half the page."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    cells = [[clean(cell) for cell in row] for row in rows]
    if not cells:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    last = len(cells[0]) - 1
    for column in range(last + 1):
        widest = max(len(row[column]) for row in cells)
        table.add_column(no_wrap=column < last and widest <= console.width // 2, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console.print(Padding(table, (0, 0, 0, indent)))


def _header(console: Console, analysis: Analysis) -> None:
    source = analysis.source
    _say(console, source.path, indent=0, style="bold")
    parts = [clock(source.duration), LAYOUTS.get(source.layout.kind, source.layout.kind)]
    parts.append(f"{source.original_rate / 1000:g} kHz")
    if analysis.language:
        parts.append(f"language {analysis.language}")
    _say(console, ", ".join(parts))
    rows = [
        (
            "You" if s.name == AGENT else s.name.capitalize(),
            ": ".join(filter(None, (s.channel_name, s.reason))),
        )
        for s in sorted(source.speakers, key=lambda speaker: speaker.name != AGENT)
    ]
    _rows(console, [*rows, ("Recording", _quality(source, analysis.quality) + _lost(analysis.measures))])
    heard = (*source.layout.used, *source.layout.empty)
    channels = [analysis.quality[index] for index in sorted(heard) if index < len(analysis.quality)]
    warnings = [*analysis.warnings, *(f"{c.name}: {warning}" for c in channels for warning in c.warnings)]
    for warning in dict.fromkeys(warnings):
        _say(console, f"! {warning}", style="yellow")


def _lost(measures: Sequence[Measure]) -> str:
    """How much speech got no words, from a second on."""
    seconds = sum(m.value or 0.0 for m in measures if m.id == "quality.untranscribed_speech")
    return f", {seconds:.0f} s of speech without words" if round(seconds) else ""


def _quality(source: Source, quality: Sequence[ChannelQuality]) -> str:
    """The channel of the agent, or the first that was analysed, in a line."""
    own = [s.channel for s in source.speakers if s.name == AGENT and s.channel is not None]
    index = next(iter((*own, *source.layout.used)), 0)
    if index >= len(quality):
        return "quality not measured"
    found = quality[index]
    if found.silent:
        return "no sound on this channel"
    parts = [
        f"{found.snr:.0f} dB above the noise" if found.snr is not None else "noise not measurable",
        f"{100 * found.clipping:.2f} % clipped".replace("0.00 % clipped", "not clipped"),
        "telephone band" if found.telephone_band else "",
    ]
    return ", ".join(filter(None, parts))


def _coaching(console: Console, analysis: Analysis) -> None:
    coaching = analysis.coaching
    for title, note in (("WHAT WORKED", coaching.strength), ("TRY NEXT", coaching.next_step)):
        if note is not None:
            _heading(console, title)
            _note(console, note)
    if coaching.drill is not None:
        _heading(console, "60-SECOND DRILL")
        _note(console, coaching.drill)
    if coaching.reason:
        console.print()
        _say(console, f"{coaching.reason[:1].upper()}{coaching.reason[1:]}.", indent=0)


def _note(console: Console, note: Note) -> None:
    _say(console, note.text)
    if note.start is not None or note.quote:
        _rows(console, [(_at(note.start), _quoted(note.quote, shorten=False))], indent=4)
    if note.suggestion:
        _rows(console, [("You could say:", _quoted(note.suggestion, shorten=False))], indent=4)


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
    _heading(console, "MOMENTS TO LISTEN TO")
    advised: set[str] = set()
    for found in moments[:MOST_MOMENTS]:
        quotes = [f.quote for f in found if not any(f.quote in g.quote != f.quote for g in found)]
        texts = [_quoted(quote) for quote in quotes]
        for finding in found:
            texts += [finding.message, "" if finding.rule in advised else finding.advice]
            advised.add(finding.rule)
        _rows(console, [(_at(found[0].start), " ".join(dict.fromkeys(filter(None, texts))))])
    if len(moments) > MOST_MOMENTS:
        _say(console, f"and {len(moments) - MOST_MOMENTS} more in the JSON report")


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
        _heading(console, "WHAT WAS HEARD")
        _rows(
            console,
            [
                (
                    _at(found[0].start),
                    label(rule),
                    f"x{len(found)}" if len(found) > 1 else "",
                    _quoted(found[0].quote),
                )
                for rule, found in groups.items()
            ],
        )
    if analysis.unbacked:
        words = "; ".join(
            f"{_quoted(f.quote)} {_at(f.start)}".strip() + f" ({f.evidence.reason})"
            for f in analysis.unbacked
        )
        _say(console, f"Heard by the model, not backed by the sound, not counted: {words}")


def _phases(console: Console, phases: Sequence[Phase]) -> None:
    """The course of the call on one line, and what came before the first solution."""
    if not phases:
        return
    _heading(console, "COURSE OF THE CALL")
    names = [phase.name.replace("_", " ") for phase in phases]
    spans = ("-".join(dict.fromkeys((_minute(phase.start), _minute(phase.end)))) for phase in phases)
    line = ", ".join(f"{name} {span}" for name, span in zip(names, spans, strict=True))
    _say(console, f"{line[:1].upper()}{line[1:]}.")
    solving = next((at for at, phase in enumerate(phases) if phase.name == "solving"), None)
    if solving is None:
        return
    before, after = (
        [phase for phase in part if phase.name == "finding_out"]
        for part in (phases[:solving], phases[solving + 1 :])
    )
    seconds = sum(phase.end - phase.start for phase in before)
    text = f"after {seconds:.0f} s of finding out" if before else "before anything was found out"
    more = f"; there was more to find out at {_minute(after[0].start)}" if after else ""
    _say(console, f"The first step to a solution came at {_minute(phases[solving].start)}, {text}{more}.")


def _minute(seconds: float) -> str:
    return clock(round(seconds))[:-2]


def _scorecard(console: Console, analysis: Analysis) -> None:
    scores = analysis.scores
    # while a must is open, points say nothing: they are in the JSON report
    total = "" if scores.total is None or scores.passed is False else f"; {scores.total:.0f} of 100 points"
    _heading(console, f"SCORECARD {scores.scorecard} {scores.version}")
    _say(console, f"{scores.reason}{total}")
    rows = [
        (c.kind, name, c.name, _because(c))
        for status, name in OPEN.items()
        for c in scores.criteria
        if c.status == status
    ]
    _rows(console, rows)
    for kind in ("must", "plus"):
        met = [c.name for c in scores.criteria if c.status == "met" and c.kind == kind]
        if met:
            _rows(console, [(kind, "met", "; ".join(met))])
    others = [f"{c.name} ({c.reason})" for c in scores.criteria if c.status == "not_applicable"]
    if others:
        _rows(console, [("does not apply", "; ".join(others))])


def _because(criterion: Criterion) -> str:
    times = ", ".join(clock(time) for time in criterion.times[:3])
    more = ", ..." if len(criterion.times) > 3 else ""
    return f"{criterion.reason} ({times}{more})" if times else criterion.reason


def _measures(console: Console, measures: Sequence[Measure]) -> None:
    found = {m.id: m for m in measures if m.speaker == AGENT and m.value is not None}
    rows = [
        (name, _value(found[key]), found[key].grade, _band(found[key]))
        for key, name in {**FEW_MEASURES, **NOTABLE_MEASURES}.items()
        if key in found and (key in FEW_MEASURES or _outside(found[key]))
    ]
    if rows:
        _heading(console, "MEASURES")
        _rows(console, rows)
        _say(console, "A: as by stopwatch. B: usable, with an error. C: described only, never scored.")


def _outside(measure: Measure) -> bool:
    assert measure.value is not None
    low = measure.low is not None and measure.value < measure.low
    return low or (measure.high is not None and measure.value > measure.high)


def _value(measure: Measure) -> str:
    assert measure.value is not None
    return f"{_figure(measure.value)} {measure.unit}".strip()


def _figure(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.1f}"


def _band(measure: Measure) -> str:
    low = "" if measure.low is None else _figure(measure.low)
    high = "" if measure.high is None else _figure(measure.high)
    ends = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else ""
    return ": ".join(filter(None, (ends, measure.reason)))


def _not_measured(console: Console, analysis: Analysis) -> None:
    """What is missing and why; what shares a reason stands on one line, by family where it is much.

    What this page would not show anyway, described only or seldom notable, is left to the JSON report.
    """
    reasons = {entry.id: entry.reason for entry in analysis.not_measured}
    reasons |= {m.id: m.reason for m in analysis.measures if m.value is None and m.speaker == AGENT}
    unseen = {m.id for m in analysis.measures if m.grade == "C"} | set(NOTABLE_MEASURES)
    groups: dict[str, list[str]] = {}
    for identifier, reason in reasons.items():
        if identifier not in unseen:
            groups.setdefault(reason, []).append(identifier)
    rows = [(_named(found), reason) for reason, found in groups.items()]
    criteria: dict[str, list[str]] = {}
    for criterion in analysis.scores.criteria:
        if criterion.status == "not_measured":
            criteria.setdefault(criterion.reason, []).append(criterion.name)
    if len(criteria) > 1 or analysis.scores.total is not None:  # else the scorecard has said it
        rows += [(_listed(found, "criteria of the scorecard"), reason) for reason, found in criteria.items()]
    if rows:
        _heading(console, "NOT MEASURED")
        _rows(console, [("-", f"{names}: {reason}") for names, reason in rows])


def _named(identifiers: Sequence[str]) -> str:
    """Measures and markers in words, by family where there are many."""
    if len(identifiers) > MOST_NAMES:
        return ", ".join(dict.fromkeys(identifier.split(".")[0] for identifier in identifiers))
    known = FEW_MEASURES | OTHER_MEASURES
    return ", ".join(known.get(i) or i.replace(".", " ").replace("_", " ") for i in identifiers)


def _listed(names: Sequence[str], kind: str) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} {kind}"


def _at(start: float | None) -> str:
    return "" if start is None else clock(start)


def _quoted(quote: str, *, shorten: bool = True) -> str:
    text = clean(quote)
    if not text:
        return ""
    if shorten and len(text) > LONGEST_QUOTE:
        text = f"{text[:LONGEST_QUOTE].rsplit(' ', 1)[0]} ..."
    return f'"{text}"'
