"""Two takes side by side: a page for the terminal and a JSON document, both made from ``Comparison`` alone.

The page has what changed for the good and what to try next first, then the phrases, pauses, words, markers
and measures. Times are m:ss.s in each recording; the JSON document has all numbers in seconds.
"""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicecoach.compare.types import Comparison, MarkerChange, Phrase, reason, rules
from voicecoach.i18n import _, fill, later, number
from voicecoach.reports import page, plots
from voicecoach.reports.json import plain
from voicecoach.reports.wording import FEW_MEASURES
from voicecoach.score import label

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA_VERSION = "1.0"
LEAST_DRAWN = 4  # phrases
MOST = 8  # rows of wording, markers and pauses on the page
KINDS = (  # what changes, markers and measures are, by their ids; shown as words
    *(later("gained"), later("lost"), later("longer"), later("shorter")),
    *(later("positive"), later("negative"), later("neutral")),
    *(later("changed"), later("within"), later("described")),
)


def as_json(comparison: Comparison) -> str:
    """The comparison as a JSON document; ends with a newline."""
    document = {"schema_version": SCHEMA_VERSION, **plain(comparison)}
    return encoder.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def render(comparison: Comparison, *, width: int = 80, color: bool = False, unicode: bool = False) -> str:
    """The comparison as a page, ``width`` columns wide; ends with a newline.

    ``unicode`` says whether the drawing of the pace may use more than ASCII.
    """
    console, out = page.console(width, color)
    _header(console, comparison)
    for title, found, why in (
        (
            _("WHAT WORKED") if comparison.model else _("WHAT CHANGED FOR THE GOOD"),
            comparison.better,
            "nothing_better",
        ),
        (_("TRY NEXT"), comparison.next_step, "nothing_next"),
    ):
        page.heading(console, title)
        if found is None:
            text = reason(why)
            page.say(console, f"{text[:1].upper()}{text[1:]}.")
        else:
            page.note(console, found)
    _phrases(console, comparison, unicode)
    _pauses(console, comparison)
    _wording(console, comparison)
    _markers(console, comparison.markers)
    _criteria(console, comparison)
    _measures(console, comparison)
    if comparison.notes:
        page.heading(console, _("NOT COMPARED"))
        page.rows(console, [("-", note) for note in comparison.notes])
    console.print()
    page.say(console, _("All numbers of both takes: -f json."), indent=0)
    return page.printed(out)


def _header(console: Console, found: Comparison) -> None:
    page.rows(console, list(zip(_names(found), (found.a, found.b), strict=True)), indent=0)
    same = fill(
        "{same} words are the same, of {a} and {b}", same=found.words_same, a=found.words_a, b=found.words_b
    )
    page.say(
        console, fill("{same}; language {language}", same=same, language=found.language or _("not known"))
    )


def _names(found: Comparison) -> tuple[str, str]:
    """What the two are called: a model and one's own, or the first and the second."""
    first, second = ("model", "own") if found.model else ("first", "second")
    return _(rules().names[first]), _(rules().names[second])


def _phrases(console: Console, found: Comparison, unicode: bool) -> None:
    if not found.phrases:
        return
    page.heading(console, fill("PACE, PHRASE BY PHRASE ({unit})", unit=_(found.unit) or _("units/s")))
    lines = [(_("at"), _("and at"), _("first"), _("second"), _("change"), _("words"))]
    for phrase in found.phrases:
        words = page.quoted(phrase.a.text)
        if not phrase.same:
            words = f"{words} / {page.quoted(phrase.b.text)}"
        lines.append(
            (
                page.at(phrase.a.start),
                page.at(phrase.b.start),
                _number(phrase.a.pace),
                _number(phrase.b.pace),
                _change(phrase),
                "; ".join(filter(None, (words, _emphasis(phrase)))),
            )
        )
    _curve(console, found, unicode)
    page.rows(console, lines)
    if found.change is not None:
        seconds = fill("{a:.1f} s and {b:.1f} s without pauses", a=found.seconds_a, b=found.seconds_b)
        page.say(
            console,
            fill(
                "The same words together: {change:+.1f} % ({seconds}).",
                change=100 * found.change,
                seconds=seconds,
            ),
        )
    page.say(
        console,
        _(
            "= is no change that the edges of words and the ear allow to tell. st: semitones "
            "above your own middle of the take. Pace is grade B, emphasis grade C: described "
            "only."
        ),
    )


def _curve(console: Console, found: Comparison, unicode: bool) -> None:
    """The pace of the same phrases in both takes, one above the other, at the times of the first."""
    same = [p for p in found.phrases if p.same and p.a.pace is not None and p.b.pace is not None]
    if len(same) < LEAST_DRAWN:
        return
    when = [p.a.start for p in same]
    drawing = plots.plot(
        [
            plots.Series(when, [p.a.pace or 0.0 for p in same], joined=True),
            plots.Series(when, [p.b.pace or 0.0 for p in same], mark="x"),
        ],
        width=min(console.width, 80) - 2,
        height=9,
        unicode=unicode,
        label=plots.minute,
    )
    for line in drawing.splitlines():
        console.print(f"  {line}", no_wrap=True, overflow="crop")
    first, second = _names(found)
    page.say(console, fill("line: {first}; x: {second}", first=first, second=second))


def _change(phrase: Phrase) -> str:
    if phrase.change is None:
        return "-"
    return f"{100 * phrase.change:+.0f} %" if abs(phrase.change) >= phrase.unsure else "="


def _emphasis(phrase: Phrase) -> str:
    """Which word is highest, where that is another one in the second take."""
    if not phrase.moved or phrase.a.pitch is None or phrase.b.pitch is None:
        return ""
    first, second = (
        f"{page.quoted(said.highest.strip('.,;:?!'))} ({said.pitch:+.1f} st)" for said in (phrase.a, phrase.b)
    )
    return fill("highest on {first}, now on {second}", first=first, second=second)


def _number(value: float | None) -> str:
    return "-" if value is None else number(value, 1)


def _pauses(console: Console, found: Comparison) -> None:
    if not found.pauses:
        return
    page.heading(console, _("PAUSES, BETWEEN THE SAME WORDS"))
    most = sorted(found.pauses, key=lambda pause: -abs(pause.b - pause.a))[:MOST]
    page.rows(
        console,
        [
            (
                page.at(pause.b_time),
                _(pause.kind),
                fill("{a:.1f} -> {b:.1f} s", a=pause.a, b=pause.b),
                fill(
                    "before {word}, mid-sentence" if pause.within else "before {word}",
                    word=page.quoted(pause.before),
                ),
            )
            for pause in sorted(most, key=lambda pause: pause.b_time)
        ],
    )
    _more(console, len(found.pauses))


def _wording(console: Console, found: Comparison) -> None:
    if not found.wording:
        return
    page.heading(console, _("OTHER WORDS"))
    page.rows(
        console,
        [
            (page.at(one.a_start if one.b_start is None else one.b_start), _quotes(one.a, one.b))
            for one in found.wording[:MOST]
        ],
    )
    _more(console, len(found.wording))


def _quotes(first: str, second: str) -> str:
    if not second:
        return fill("only before: {words}", words=page.quoted(first))
    if not first:
        return fill("only now: {words}", words=page.quoted(second))
    return f"{page.quoted(first)} -> {page.quoted(second)}"


def _markers(console: Console, markers: Sequence[MarkerChange]) -> None:
    if not markers:
        return
    page.heading(console, _("MARKERS GAINED AND LOST"))
    groups: dict[tuple[str, str], list[MarkerChange]] = {}
    for marker in sorted(markers, key=lambda m: (m.kind, m.polarity != "negative", m.start or 0.0)):
        groups.setdefault((marker.kind, marker.rule), []).append(marker)
    lines = [
        (
            _(kind),
            page.at(same[0].start),
            f"{label(rule)} x{len(same)}" if len(same) > 1 else label(rule),
            _(same[0].polarity),
            page.quoted(same[0].quote),
        )
        for (kind, rule), same in groups.items()
    ]
    page.rows(console, lines[: 2 * MOST])
    _more(console, len(lines), 2 * MOST)


def _criteria(console: Console, found: Comparison) -> None:
    if not found.criteria:
        return
    page.heading(console, _("SCORECARD"))
    groups: dict[tuple[str, str], list[str]] = {}
    for criterion in found.criteria:
        groups.setdefault((_(criterion.kind), f"{_(criterion.a)} -> {_(criterion.b)}"), []).append(
            criterion.name
        )
    page.rows(console, [(kind, change, _("; ").join(names)) for (kind, change), names in groups.items()])


def _measures(console: Console, found: Comparison) -> None:
    names = {
        **FEW_MEASURES,
        "loudness.range": later("range of loudness"),
        "pauses.median": later("middle pause"),
    }
    lines = [
        (
            _(names[m.id]),
            number(m.a, figures=3),
            f"{number(m.b, figures=3)} {_(m.unit)}",
            m.apart,
            _(m.status),
            m.grade,
        )
        for m in found.measures
        if m.id in names and (m.status != "described" or m.id.startswith("talk."))
    ]
    if lines:
        page.heading(console, _("MEASURES"))
        page.rows(console, lines)
        page.say(
            console,
            _(
                "within: no more than the measure varies from take to take; described: there is no "
                "tolerance to judge the change by."
            ),
        )


def _more(console: Console, count: int, most: int = MOST) -> None:
    if count > most:
        page.say(console, fill("and {count} more in the JSON report", count=count - most))
