"""The report as Markdown (CommonMark): coaching, findings with times, scorecard, measures, transcript.

What people said is text in it, never markup: whatever could be is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from voicecoach import i18n
from voicecoach.i18n import _
from voicecoach.reports import text
from voicecoach.reports.html.about import about
from voicecoach.reports.page import at, clean
from voicecoach.reports.wording import speaker_name
from voicecoach.score import label
from voicecoach.types import AGENT, UNKNOWN, Analysis, Criterion, Finding, Measure, Note

SUFFIX = ".md"
_MARKUP = re.compile(
    r"""[\\`*_\[\]<>&|#~@$^={}]                 # whatever begins or ends something
    |(?<=www)\.|:(?=//)                         # addresses, which become links on their own
    |^[-+](?=\s|$)|^-(?=-)|(?<=^\d)[.)](?=\s|$)|(?<=^\d\d)[.)](?=\s|$)|(?<=^\d{3})[.)](?=\s|$)  # lists
    """,
    re.VERBOSE | re.IGNORECASE,
)


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """A report for each recording, one after the other; ends with a newline."""
    blocks: list[str] = []
    for analysis in analyses:
        with i18n.using(analysis.language):
            blocks += _report(analysis)
    return "\n\n".join(blocks) + "\n"


def escaped(words: str) -> str:
    """A text on one line that reads as it is."""
    return _MARKUP.sub(r"\\\g<0>", clean(words))


def _report(analysis: Analysis) -> Iterator[str]:
    """Blocks, to be set apart by empty lines."""
    yield f"# {escaped(analysis.source.path)}"
    facts = [("", ", ".join(text.made(analysis))), *text.speakers(analysis.source)]
    facts.append((_("Recording"), text.recording(analysis)))
    facts += [("", f"! {warning}") for warning in text.warnings(analysis)]
    yield _items(f"**{escaped(name)}:** {escaped(said)}" if name else escaped(said) for name, said in facts)
    yield from _coaching(analysis)
    yield from _findings(analysis.findings)
    scores = analysis.scores
    yield f"## {_('Scorecard')} {escaped(f'{scores.scorecard} {scores.version}')}"
    yield escaped(text.summed_up(scores))
    yield from _section("", map(_criterion, scores.criteria))
    own = [m for m in analysis.measures if m.speaker == AGENT and m.value is not None]
    yield from _section(f"## {_('Your measures')}", map(_measure, own))
    missing = text.missing(analysis).items()
    yield from _section(
        f"## {_('What was not measured, and why')}",
        (f"{escaped(_(', ').join(map(about().name, names)))}: {escaped(why)}" for why, names in missing),
    )
    yield from [f"## {_('Transcript')}"] if analysis.turns else []
    for turn in analysis.turns:
        name = "" if turn.speaker == UNKNOWN else speaker_name(turn.speaker)
        who = " ".join(filter(None, (at(turn.start), name)))
        yield f"**{escaped(who)}:** {escaped(turn.text)}" if who else f"> {escaped(turn.text)}"


def _coaching(analysis: Analysis) -> Iterator[str]:
    found = analysis.coaching
    for title, note in (
        (_("What worked"), found.strength),
        (_("Try next"), found.next_step),
        (_("60-second drill"), found.drill),
    ):
        if note is not None:
            yield f"## {title}"
            yield from _note(note)
    if found.reason:
        yield escaped(f"{found.reason[:1].upper()}{found.reason[1:]}.")


def _note(note: Note) -> Iterator[str]:
    yield escaped(note.text)
    if said := _moment(note.start, note.quote):
        yield f"> {said}"
    if note.suggestion:
        yield f"{_('You could say:')} *{escaped(note.suggestion)}*"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    titles = {
        "negative": _("Worth another try"),
        "positive": _("What worked"),
        "neutral": _("Also noticed"),
    }
    yield from [f"## {_('Findings')}"] if findings else []
    for polarity, title in titles.items():
        yield from _section(f"### {title}", (_finding(f) for f in findings if f.polarity == polarity))


def _finding(finding: Finding) -> str:
    advice = f"{_('Next time:')} {finding.advice}" if finding.advice else ""
    said = escaped(" ".join(filter(None, (finding.message, advice))))
    what = f"**{escaped(label(finding.rule))}**"
    return " ".join(filter(None, (_moment(finding.start, finding.quote), what, said)))


def _criterion(criterion: Criterion) -> str:
    how = f"{_(criterion.kind)}, {about().statuses[criterion.status][1]}"
    return f"{escaped(how)}: **{escaped(criterion.name)}** ({escaped(criterion.reason)})"


def _measure(measure: Measure) -> str:
    name, said = escaped(about().name(measure.id)), escaped(text.value(measure))
    return f"{name}: **{said}** ({measure.grade}) {escaped(text.band(measure))}".rstrip()


def _moment(start: float | None, quote: str) -> str:
    words = clean(quote)
    return escaped(" ".join(filter(None, (at(start), f'"{words}"' if words else ""))))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading with a list, nothing where the list is empty."""
    if items := _items(lines):
        yield from [title] if title else []
        yield items


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
