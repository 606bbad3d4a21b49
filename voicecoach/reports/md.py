"""The report as Markdown (CommonMark with tables): coaching, findings with times, scorecard, transcript.

What people said is text in it, never markup: whatever could be is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from voicecoach.reports import text
from voicecoach.reports.cues import voice
from voicecoach.reports.page import at, clean
from voicecoach.score import label
from voicecoach.types import AGENT, Analysis, Note

SUFFIX = ".md"
_MARKUP = re.compile(
    r"""[\\`*_\[\]<>&|#~!@$^={}]     # whatever begins or ends something
    |(?<=www)\.|:(?=//)              # addresses, which become links on their own
    |^[-+](?=\s|$|[-+])|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=^\d\d\d)[.)]  # lists
    """,
    re.VERBOSE | re.IGNORECASE,
)


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """A report for each recording, one after the other; ends with a newline."""
    return "\n".join(f"{line}\n" for analysis in analyses for line in _report(analysis))


def escaped(words: str) -> str:
    """A text on one line that reads as it is."""
    return _MARKUP.sub(r"\\\g<0>", clean(words))


def _report(analysis: Analysis) -> Iterator[str]:
    """Blocks, to be set apart by empty lines."""
    yield f"# {escaped(analysis.source.path)}"
    facts = [("", ", ".join(text.made(analysis))), *text.speakers(analysis.source)]
    facts.append(("Recording", text.recording(analysis)))
    facts += [("", warning) for warning in text.warnings(analysis)]
    yield _items(f"**{escaped(name)}:** {escaped(said)}" if name else escaped(said) for name, said in facts)
    yield from _coaching(analysis)
    yield from _table(
        "Findings",
        ("Time", "Marker", "Words", "What it is", "What to try"),
        (
            (at(f.start), f"{label(f.rule)} ({f.polarity})", f.quote, f.message, f.advice)
            for f in analysis.findings
        ),
    )
    scores = analysis.scores
    yield f"## Scorecard {escaped(scores.scorecard)} {escaped(scores.version)}"
    yield escaped(text.summed_up(scores))
    rows = ((c.kind, label(c.status), c.name, c.reason) for c in scores.criteria)
    yield from _table("", ("Kind", "Status", "Criterion", "Why"), rows)
    measured = [m for m in analysis.measures if m.speaker == AGENT and m.value is not None]
    values = ((label(m.id), text.value(m), m.grade, text.band(m)) for m in measured)
    yield from _table("Measures", ("Measure", "Value", "Grade", "Compared with"), values)
    if missing := text.missing(analysis):
        yield "## Not measured"
        yield _items(
            f"{escaped(', '.join(map(label, names)))}: {escaped(why)}" for why, names in missing.items()
        )
    if analysis.turns:
        yield "## Transcript"
    for turn in analysis.turns:
        who = " ".join(filter(None, (at(turn.start), voice(turn.speaker))))
        yield f"**{escaped(who)}:** {escaped(turn.text)}" if who else f"> {escaped(turn.text)}"


def _coaching(analysis: Analysis) -> Iterator[str]:
    found = analysis.coaching
    for title, note in (
        ("What worked", found.strength),
        ("Try next", found.next_step),
        ("60-second drill", found.drill),
    ):
        if note is not None:
            yield f"## {title}"
            yield from _note(note)
    if found.reason:
        yield escaped(f"{found.reason[:1].upper()}{found.reason[1:]}.")


def _note(note: Note) -> Iterator[str]:
    yield escaped(note.text)
    quote = f'"{note.quote}"' if note.quote else ""
    if said := " ".join(filter(None, (at(note.start), quote))):
        yield f"> {escaped(said)}"
    if note.suggestion:
        yield f"You could say: *{escaped(note.suggestion)}*"


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [" | ".join(map(escaped, row)) for row in rows]
    if not lines:
        return
    if title:
        yield f"## {title}"
    heads = [" | ".join(head), " | ".join("---" for _ in head)]
    yield "\n".join(f"| {line} |" for line in (*heads, *lines))
