"""The page after a practice take: own rating and recording, what worked, what to try, answer by answer.

One page, made from an outcome, its analysis and the rating alone; the shape of the other terminal pages (see
``page``). Times are m:ss.s in the recording. After a hard call that the agent stopped there is only what
helps to look back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from voicecoach.i18n import _, counted, fill, later, number
from voicecoach.measures.definitions import threshold
from voicecoach.practice import rating as ratings
from voicecoach.practice.answers import MET, MISSED, NOT_MEASURED, Answer, Phrase, settings
from voicecoach.practice.outcome import DONE, Outcome, document, next_step
from voicecoach.practice.recovery import Move, hardest
from voicecoach.reports.page import at, clean, clock, console, heading, note, printed, quoted, rows, say
from voicecoach.scenarios import in_words
from voicecoach.score import label
from voicecoach.types import Analysis, Note

if TYPE_CHECKING:
    from rich.console import Console

NAMES = {
    "pace.articulation_rate": (later("pace"), later("syllables/s")),
    "talk.response_latency": (later("time to answer"), later("s")),
}
CALLERS_WORDS = 48  # characters of the caller's line that are shown
MOST_DIFFERENCES = 3


def render(
    outcome: Outcome,
    analysis: Analysis,
    rating: Mapping[str, int] | None = None,
    *,
    before: Mapping[str, Outcome] | None = None,
    report: str = "",
    width: int = 80,
    color: bool = False,
) -> str:
    """The page of a take; ends with a newline.

    Parameters
    ----------
    outcome, analysis : of the take.
    rating : the agent's own answers, by id of the question.
    before : outcomes of other takes of the scenario to compare with, by what they are called ("last take").
    report : the command that shows the full report, named at the end.
    """
    screen, out = console(width, color)
    _header(screen, outcome, analysis)
    if outcome.debrief_only:
        _debrief(screen, outcome)
        _recovery(screen, outcome)
    else:
        _differences(screen, ratings.differences(rating or {}, analysis, outcome))
        _coaching(screen, outcome, analysis)
        _answers(screen, outcome)
        _recovery(screen, outcome)
        _compared(screen, outcome, before or {})
    if report:
        screen.print()
        say(screen, fill("The full report: {report}", report=report), indent=0)
    return printed(out)


def as_json(outcome: Outcome, analysis: Analysis, rating: Mapping[str, int] | None = None) -> str:
    """What the page is made of, as JSON: the outcome, the own rating and what it was laid beside."""
    found = {
        "outcome": document(outcome),
        "rating": dict(rating or {}),
        "differences": [asdict(one) for one in ratings.differences(rating or {}, analysis, outcome)],
    }
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _header(screen: Console, outcome: Outcome, analysis: Analysis) -> None:
    say(screen, outcome.title, indent=0, style="bold")
    lines = len(outcome.answers)
    parts = [
        fill("{caller} called", caller=outcome.caller),
        counted("{n} line", "{n} lines", n=lines),
    ]
    parts.append(clock(analysis.source.duration))
    if outcome.ended != DONE and not outcome.debrief_only:
        parts.append(_("ended early"))
    say(screen, _(", ").join(parts))
    own = [s.channel for s in analysis.source.speakers if s.name == "agent" and s.channel is not None]
    warnings = [w for index in own if index < len(analysis.quality) for w in analysis.quality[index].warnings]
    for warning in dict.fromkeys((*analysis.warnings, *warnings)):
        say(screen, f"! {warning}", style="yellow")


def _debrief(screen: Console, outcome: Outcome) -> None:
    last = outcome.answers[-1].end if outcome.answers else 0.0
    screen.print()
    say(screen, fill(settings().texts["stopped"], at=clock(last)), indent=0)
    screen.print()
    rows(screen, [("-", question) for question in outcome.debrief])


def _differences(screen: Console, found: Sequence[ratings.Difference]) -> None:
    if found:
        heading(screen, _("YOUR VIEW AND THE RECORDING"))
        rows(screen, [("-", one.text) for one in found[:MOST_DIFFERENCES]])


def _coaching(screen: Console, outcome: Outcome, analysis: Analysis) -> None:
    strength = analysis.coaching.strength or _whole(outcome)
    step, drill = next_step(outcome, analysis)
    if strength is not None:
        heading(screen, _("WHAT WORKED"))
        note(screen, strength)
    if step is not None:
        heading(screen, _("TRY NEXT"))
        say(screen, step.text)
        callers = any(step.quote == answer.caller for answer in outcome.answers)
        who = f"{outcome.caller}: " if callers else ""
        if step.start is not None or step.quote:
            rows(screen, [(at(step.start), who + quoted(step.quote, shorten=callers))], indent=4)
        if step.suggestion:
            rows(screen, [(_("One way to say it:"), quoted(step.suggestion, shorten=False))], indent=4)
    if drill is not None:
        heading(screen, _("60-SECOND DRILL"))
        say(screen, drill.text)
    if strength is None and step is None and analysis.coaching.reason:
        screen.print()
        say(screen, f"{analysis.coaching.reason[:1].upper()}{analysis.coaching.reason[1:]}.", indent=0)


def _whole(outcome: Outcome) -> Note | None:
    """The first answer that held everything it should."""
    for answer in outcome.answers:
        if answer.expected and all(one.status == MET for one in answer.expected):
            text = _("This answer had everything in it:")
            return Note(outcome.scenario, text, answer.quote, answer.answer_start)
    return None


def _answers(screen: Console, outcome: Outcome) -> None:
    if not outcome.answers:
        return
    heading(screen, _("YOUR ANSWERS"))
    lines: list[tuple[str, str]] = []
    for count, answer in enumerate(outcome.answers, 1):
        lines.append((str(count), f"{at(answer.start)} {_short(answer.caller)}"))
        lines += (("", text) for text in _answer(answer))
    rows(screen, lines)
    for text in _phrases((*outcome.must_say, *outcome.must_not_say), outcome.must_not_say):
        say(screen, fill("In the whole call: {text}", text=text))


def _short(text: str) -> str:
    found = clean(text)
    return f'"{found[:CALLERS_WORDS].rsplit(" ", 1)[0]} ..."' if len(found) > CALLERS_WORDS else f'"{found}"'


def _answer(answer: Answer) -> Iterator[str]:
    """What is said of an answer, line by line."""
    if answer.quote:
        yield fill("you{when}: {quote}", when=_when(answer), quote=quoted(answer.quote))
    else:
        yield f"({answer.reason})"
    met = [_name(one.rule) for one in answer.expected if one.status == MET]
    missed = [_(" or ").join(map(_name, one.markers[:2])) for one in answer.expected if one.status == MISSED]
    parts = [fill("heard: {names}", names=_(", ").join(dict.fromkeys(met)))] if met else []
    if missed and answer.quote:
        parts.append(fill("open: {names}", names=_(", ").join(dict.fromkeys(missed))))
    if parts:
        yield _("; ").join(parts)
    yield from _phrases((*answer.must_say, *answer.must_not_say), answer.must_not_say)
    for reason in dict.fromkeys(one.reason for one in answer.expected if one.status == NOT_MEASURED):
        if reason != answer.reason:
            yield fill("not measured: {reason}", reason=reason)


def _name(marker: str) -> str:
    return _(settings().names[marker]) if marker in settings().names else label(marker)


def _when(answer: Answer) -> str:
    """How long after the caller's words, where that says something."""
    parts = []
    if answer.repeats:
        again = answer.repeats == 1
        parts.append(_("after hearing it again") if again else _("after hearing it several times"))
    elif answer.latency is not None and answer.latency <= -threshold("interruption"):
        parts.append(fill("{seconds:.1f} s before the end", seconds=-answer.latency))
    elif answer.latency is not None and answer.latency > threshold("slow_answer"):
        parts.append(fill("after {seconds:.1f} s", seconds=answer.latency))
    return fill(" ({text})", text=_(", ").join(parts)) if parts else ""


def _phrases(phrases: Sequence[Phrase], unwanted: Sequence[Phrase]) -> Iterator[str]:
    """Wordings that were asked for and are open, and those that had better be left out."""
    for one in phrases:
        if one in unwanted:
            if one.said:
                yield fill("better without: {quote} at {at}", quote=quoted(one.quote), at=at(one.start))
        elif one.drift is not None:
            phrase, said = in_words(one.phrase), quoted(one.drift.said)
            yield fill('asked for: "{phrase}"; you said {said}', phrase=phrase, said=said)
        elif one.said is False:
            yield fill('asked for: "{phrase}"', phrase=in_words(one.phrase))
        if one.said is None:
            phrase = in_words(one.phrase)
            yield fill('"{phrase}" not measured: {reason}', phrase=phrase, reason=one.reason)


def _recovery(screen: Console, outcome: Outcome) -> None:
    """How the voice moved after the hardest line, and when it was back."""
    found = hardest(outcome.recoveries)
    if found is None:
        return
    texts = settings().texts
    reason = texts.get(found.reason, "")
    if found.first is None:
        text = fill(texts["unknown"], at=clock(found.at), reason=reason)
    else:
        case = "stayed" if found.first.within else "not_yet" if found.seconds is None else "back"
        text = fill(
            texts[case],
            at=clock(found.at),
            moved=_moved(found.first),
            against=texts[found.against],
            seconds=found.seconds,
            reason=reason,
        )
    heading(screen, _("YOUR VOICE AFTERWARDS"))
    say(screen, text)
    say(screen, _(texts["described"]))


def _moved(move: Move) -> str:
    limits = settings().limits
    level, pace, pitch = abs(move.level), abs(move.pace), abs(move.pitch)
    parts = []
    if level >= limits["moved_level"]:
        parts.append(fill("{by:.1f} dB louder" if move.level > 0 else "{by:.1f} dB softer", by=level))
    if pace >= limits["moved_pace"]:
        parts.append(fill("{by:.0f} % faster" if move.pace > 0 else "{by:.0f} % slower", by=pace))
    if pitch >= limits["moved_pitch"]:
        higher = move.pitch > 0
        parts.append(fill("{by:.1f} semitones higher" if higher else "{by:.1f} semitones lower", by=pitch))
    if not parts:
        return _("no louder, faster or higher")
    if len(parts) == 1:
        return parts[0]
    return fill("{parts} and {last}", parts=_(", ").join(parts[:-1]), last=parts[-1])


def _compared(screen: Console, outcome: Outcome, before: Mapping[str, Outcome]) -> None:
    """This take beside others, in two lines."""
    if not before or not outcome.wanted:
        return
    heading(screen, _("BESIDE OTHER TAKES"))
    others = [
        fill("{name}: {met} of {wanted}", name=_(name), met=one.met, wanted=one.wanted)
        for name, one in before.items()
        if one.wanted
    ]
    say(
        screen,
        fill(
            "Of what the answers should hold: {met} of {wanted}; {others}.",
            met=outcome.met,
            wanted=outcome.wanted,
            others=_("; ").join(others),
        ),
    )
    texts = []
    for id_, (name, unit) in NAMES.items():
        own = outcome.measures.get(id_)
        theirs = [
            f"{_(key)} {number(one.measures[id_], 1)}" for key, one in before.items() if id_ in one.measures
        ]
        if own is not None and theirs:
            texts.append(
                fill(
                    "{name} {own:.1f} {unit} ({others})",
                    name=_(name),
                    own=own,
                    unit=_(unit),
                    others=_(", ").join(theirs),
                )
            )
    if texts:
        text = _("; ").join(texts)
        say(screen, fill("{text}.", text=f"{text[:1].upper()}{text[1:]}"))
