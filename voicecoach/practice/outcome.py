"""What a practice take tells: line by line what the answer held, and what was still open.

Times are seconds in the recording. Only what the sound backs counts. What could not be judged is "not
measured", with the reason, and is nobody's fault. Weights and texts stand in ``outcome.yaml``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from voicecoach import rules
from voicecoach.errors import DataFileError
from voicecoach.i18n import _, fill
from voicecoach.known import Known
from voicecoach.practice.answers import MET, MISSED, NOT_MEASURED, Answer, Expected, Judge, Phrase, settings
from voicecoach.practice.recovery import Move, Recovery, Said, recoveries
from voicecoach.practice.wording import Drift
from voicecoach.scenarios import in_words
from voicecoach.types import AGENT, CUSTOMER, Analysis, Note

if TYPE_CHECKING:
    from voicecoach.practice import PlayedLine
    from voicecoach.scenarios import Scenario

VERSION = 1  # of the document
DONE, STOPPED, STOP_WORD = "done", "stopped", "stop word"  # how a call may end, see ``practice.Played``
KEPT = ("pace.articulation_rate", "talk.response_latency")  # measures to compare takes by


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The one answer most worth another try: what to do, and one way to say it."""

    line: int
    text: str
    say: str
    markers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a take of a scenario tells.

    With ``debrief_only`` the agent stopped a call that is only for those who choose it: nothing is judged.
    ``must_say`` and ``must_not_say`` are those of the whole call. ``measures`` are the values of ``KEPT``.
    """

    scenario: str
    title: str
    family: str
    caller: str
    ended: str
    debrief_only: bool
    debrief: tuple[str, ...]
    answers: tuple[Answer, ...]
    must_say: tuple[Phrase, ...]
    must_not_say: tuple[Phrase, ...]
    suggestion: Suggestion | None
    recoveries: tuple[Recovery, ...]
    measures: Mapping[str, float]

    @property
    def wanted(self) -> int:
        """How many things the answers should hold, of those that could be judged."""
        return sum(one.status != NOT_MEASURED for answer in self.answers for one in answer.expected)

    @property
    def met(self) -> int:
        """How many of those they held."""
        return sum(one.status == MET for answer in self.answers for one in answer.expected)


def caller_lines(scenario: Scenario, lines: Sequence[PlayedLine]) -> Mapping[str, tuple[Known, ...]]:
    """The caller's words as ``analyse(known=...)`` takes them, each time a line was said."""
    said = [
        Known(scenario.lines[one.line].say, start, end)
        for one in lines
        for start, end in ((one.start, one.end), *one.repeats)
    ]
    return {CUSTOMER: tuple(said)}


def evaluate(
    scenario: Scenario, lines: Sequence[PlayedLine], analysis: Analysis, *, ended: str = DONE
) -> Outcome:
    """Tell what the answers of a take held.

    Parameters
    ----------
    scenario : what was practised.
    lines : its lines as they were played or shown, in order of time.
    analysis : of the recording, made with ``caller_lines``; with its contours, or recovery is not measured.
    ended : how the call ended, as ``practice.Played`` says.
    """
    quiet = scenario.opt_in and ended in (STOPPED, STOP_WORD)
    judge = Judge(scenario, analysis, rules.load_pack(scenario.language))
    until = [*(one.start for one in lines[1:]), float("inf")][: len(lines)]
    answers = tuple(
        judge.answer(one, one.start if index else 0.0, end)
        for index, (one, end) in enumerate(zip(lines, until, strict=True))
    )
    if answers and ended != DONE and not answers[-1].quote:  # stopped before an answer was due
        answers = (*answers[:-1], replace(answers[-1], expected=(), must_say=(), must_not_say=()))
    if quiet:
        answers = tuple(
            replace(one, expected=(), must_say=(), must_not_say=(), example="") for one in answers
        )
    values = {m.id: m.value for m in analysis.measures if m.speaker == AGENT and m.id in KEPT}
    return Outcome(
        scenario=scenario.id,
        title=scenario.title,
        family=scenario.family,
        caller=scenario.caller.name,
        ended=ended,
        debrief_only=quiet,
        debrief=scenario.debrief,
        answers=answers,
        must_say=() if quiet else _due(judge.anywhere(scenario.must_say, answers), ended),
        must_not_say=() if quiet else judge.anywhere(scenario.must_not_say, answers, wanted=False),
        suggestion=None if quiet else _suggestion(answers),
        recoveries=recoveries(
            analysis,
            [Said(a.line, a.attack, a.end, a.answer_start, a.answer_end) for a in answers],
            least=settings().limits["attack_speech"],
        ),
        measures={id_: value for id_, value in values.items() if value is not None},
    )


def _due(phrases: tuple[Phrase, ...], ended: str) -> tuple[Phrase, ...]:
    """Wordings of the whole call; of one that ended early, those that were said."""
    return tuple(one for one in phrases if one.said or ended == DONE)


def _suggestion(answers: Sequence[Answer]) -> Suggestion | None:
    """The answer that left most open, the first of those that left as much; None where nothing was."""
    weights, texts = settings().weights, settings().texts
    best: tuple[float, Suggestion] | None = None
    for answer in answers:
        unsaid = [one for one in answer.must_say if one.said is False]
        said = [one for one in answer.must_not_say if one.said]
        missed = [one for one in answer.expected if one.status == MISSED]
        weight = (
            weights["must_not_say"] * len(said)
            + weights["must_say"] * len(unsaid)
            + weights["expect"] * len(missed)
        )
        if not weight or (best is not None and weight <= best[0]):
            continue
        if said:
            text = fill(texts["must_not_said"], quote=said[0].quote)
        elif missed:
            text = missed[0].tip
        else:
            text = fill(texts["must_missing"], phrase=in_words(unsaid[0].phrase))
        markers = missed[0].markers if missed and not said else ()
        best = weight, Suggestion(answer.line, text, answer.example, markers)
    return best[1] if best else None


def next_step(outcome: Outcome, analysis: Analysis) -> tuple[Note | None, Note | None]:
    """The one thing to try next, and its drill.

    A must of the scorecard that something heard in the call speaks against comes first, then the answer most
    worth another try (the note quotes the caller's line), then whatever else the scorecard has open.
    """
    coaching = analysis.coaching
    step = coaching.next_step
    musts = {one.id for one in analysis.scores.criteria if one.kind == "must"}
    best = outcome.suggestion
    if outcome.debrief_only:
        return None, None
    if best is None or (step is not None and step.about in musts and step.start is not None):
        return step, coaching.drill
    answer = next(one for one in outcome.answers if one.line == best.line)
    about = best.markers[0] if best.markers else outcome.scenario
    return (
        Note(about, best.text, answer.caller, answer.start, best.say),
        Note(about, _(settings().texts["drill"])),
    )


# --- as plain JSON ------------------------------------------------------------------------------------------


def document(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain dicts, lists, strings, numbers and None."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(outcome), allow_nan=False))
    return {"version": VERSION, **found, "wanted": outcome.wanted, "met": outcome.met}


def parse(found: Mapping[str, Any]) -> Outcome:
    """The outcome of a document made by ``document``; whatever else stands in it is not looked at.

    Raises
    ------
    DataFileError
        It is none, or of a later version.
    """
    try:
        if found["version"] != VERSION:
            raise DataFileError(
                f"an outcome of version {found['version']!r}, of which nothing is known; update voicecoach"
            )
        return Outcome(
            **{
                **{field.name: found[field.name] for field in fields(Outcome)},
                "debrief": tuple(found["debrief"]),
                "answers": tuple(_answer(one) for one in found["answers"]),
                "must_say": _parse_phrases(found["must_say"]),
                "must_not_say": _parse_phrases(found["must_not_say"]),
                "suggestion": found["suggestion"]
                and Suggestion(**{**found["suggestion"], "markers": tuple(found["suggestion"]["markers"])}),
                "recoveries": tuple(
                    Recovery(**{**one, "first": one["first"] and Move(**one["first"])})
                    for one in found["recoveries"]
                ),
            }
        )
    except (KeyError, TypeError) as error:
        raise DataFileError(f"the outcome of a take is damaged: {error}; practise it again") from error


def _answer(found: Mapping[str, Any]) -> Answer:
    return Answer(
        **{
            **found,
            "expected": tuple(
                Expected(**{**one, "markers": tuple(one["markers"])}) for one in found["expected"]
            ),
            "must_say": _parse_phrases(found["must_say"]),
            "must_not_say": _parse_phrases(found["must_not_say"]),
        }
    )


def _parse_phrases(found: Sequence[Mapping[str, Any]]) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(
            **{
                **one,
                "drift": one["drift"]
                and Drift(one["drift"]["said"], tuple((a, b) for a, b in one["drift"]["changes"])),
            }
        )
        for one in found
    )
