"""The agent's own rating of a take, and where it differs from what was measured.

Questions, what they are laid beside, and the texts stand in ``rating.yaml``. A rating is a number from 1
to 5. What is measured becomes one through the shares under ``scale``. Times are seconds in the recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach.datafile import Value, read_file
from voicecoach.i18n import _, clock, fill
from voicecoach.measures.definitions import threshold
from voicecoach.practice.answers import MET, NOT_MEASURED
from voicecoach.types import AGENT, Analysis

if TYPE_CHECKING:
    from voicecoach.practice.outcome import Outcome

LOWEST, HIGHEST = 1, 5
AGREE, LOWER, HIGHER, UNKNOWN = "agree", "lower", "higher", "not_measured"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with words for both ends of its scale, and what the answer is laid beside."""

    id: str
    ask: str
    low: str
    high: str
    about: str
    least: int
    waited: bool
    answers: bool
    markers: tuple[str, ...]
    negative: tuple[str, ...]
    criteria: tuple[str, ...]
    measures: Mapping[str, str]  # id and name
    recovery: bool
    instead: tuple[str, ...]  # of these, one is asked where the caller's lines are shown
    good: str
    open: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A rating beside what was measured. ``kind``: the agent's is about the same ("agree"), "lower" or
    "higher", or nothing was measured ("not_measured"); ``at`` is the first moment to listen to.
    """

    question: str
    own: int
    measured: int | None
    kind: str
    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of rating.yaml."""

    questions: Mapping[str, Question]
    families: Mapping[str, tuple[str, ...]]
    scale: tuple[float, ...]
    agree: float
    texts: Mapping[str, str]


@cache
def settings() -> Settings:
    """Read rating.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("rating.yaml")).fields(
        ("version", "scale", "agree", "families", "questions", "texts")
    )
    known = {key: _question(key, value) for key, value in file["questions"].mapping().items()}
    families = {
        key: tuple(one.one_of(known) for one in value.items())
        for key, value in file["families"].mapping().items()
    }
    return Settings(
        known,
        families,
        tuple(v.number() for v in file["scale"].fields(("value", "source"))["value"].items()),
        file["agree"].fields(("value", "source"))["value"].number(least=0),
        {key: value.text() for key, value in file["texts"].mapping().items()},
    )


def _question(key: str, value: Value) -> Question:
    fields = value.fields(("ask", "about", "low", "high", "least", "compare", "good", "open"), ("instead",))
    compare = fields["compare"]
    compare.fields((), ("waited", "answers", "markers", "negative", "criteria", "measures", "recovery"))
    return Question(
        id=key,
        ask=fields["ask"].text(),
        low=fields["low"].text(),
        high=fields["high"].text(),
        about=fields["about"].text(),
        least=fields["least"].whole(least=1),
        waited=compare.optional("waited", Value.flag, False),
        answers=compare.optional("answers", Value.flag, False),
        markers=compare.optional("markers", Value.texts, ()),
        negative=compare.optional("negative", Value.texts, ()),
        criteria=compare.optional("criteria", Value.texts, ()),
        measures=compare.optional("measures", _names, {}),
        recovery=compare.optional("recovery", Value.flag, False),
        instead=value.optional("instead", Value.texts, ()),
        good=fields["good"].text(),
        open=fields["open"].text(),
    )


def _names(value: Value) -> Mapping[str, str]:
    return {key: name.text() for key, name in value.mapping().items()}


def questions(family: str, *, shown: bool = False) -> tuple[Question, ...]:
    """The three questions after a take of a scenario of this family.

    ``shown`` tells that the caller's lines were shown, not played.
    """
    known, families = settings().questions, settings().families
    asked = list(families.get(family, families["default"]))
    for place, key in enumerate(asked):
        others = [other for other in known[key].instead if other not in asked]
        if shown and others:
            asked[place] = others[0]
    return tuple(known[key] for key in asked)


@dataclass(frozen=True, slots=True)
class _Sign:
    """One thing that went well or not, and when."""

    well: bool
    at: float | None = None
    name: str = ""


def differences(rating: Mapping[str, int], analysis: Analysis, outcome: Outcome) -> tuple[Difference, ...]:
    """One sentence for each question that was answered, those where self and measure differ first."""
    found = [
        _difference(settings().questions[key], own, analysis, outcome)
        for key, own in rating.items()
        if key in settings().questions
    ]
    order = (HIGHER, LOWER, AGREE, UNKNOWN)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def _difference(question: Question, own: int, analysis: Analysis, outcome: Outcome) -> Difference:
    texts = settings().texts
    said = {"own": own, "about": question.about}
    signs = list(_signs(question, analysis, outcome))
    if len(signs) < question.least:
        silent = question.waited and any(one.quote and one.latency is None for one in outcome.answers)
        reason = _(texts["shown" if silent else "few"])
        return Difference(question.id, own, None, UNKNOWN, fill(texts[UNKNOWN], reason=reason, **said))
    well = sum(sign.well for sign in signs)
    measured = LOWEST + sum(well / len(signs) >= share for share in settings().scale)
    kind = AGREE if abs(own - measured) <= settings().agree else HIGHER if own > measured else LOWER
    open_ = [sign for sign in signs if not sign.well]
    at = min((sign.at for sign in open_ if sign.at is not None), default=None)
    text = fill(
        texts[kind],
        good=fill(question.good, good=well, all=len(signs)),
        open=fill(question.open, names=", ".join(dict.fromkeys(s.name for s in open_ if s.name))),
        where="" if at is None else fill(texts["where"], at=clock(at)),
        **said,
    )
    return Difference(question.id, own, measured, kind, text, at)


def _signs(question: Question, analysis: Analysis, outcome: Outcome) -> Iterator[_Sign]:
    """All that went well or not, of what a question is laid beside."""
    for answer in outcome.answers:
        if question.waited and answer.latency is not None:
            yield _Sign(answer.latency > -threshold("interruption"), answer.answer_start)
        for one in answer.expected:
            asked = question.answers or set(one.markers) & set(question.markers)
            if asked and one.status != NOT_MEASURED:
                yield _Sign(one.status == MET, answer.answer_start or answer.end)
    for finding in analysis.findings:
        if finding.rule in question.negative:
            yield _Sign(False, finding.start)
    for criterion in analysis.scores.criteria:
        if criterion.id in question.criteria and criterion.status in ("met", "partly", "missed"):
            times = criterion.times or (None,)
            yield _Sign(criterion.status == "met", times[0], criterion.name)
    for measure in analysis.measures:
        if measure.id in question.measures and measure.speaker == AGENT and measure.value is not None:
            low = measure.low is None or measure.value >= measure.low
            yield _Sign(
                low and (measure.high is None or measure.value <= measure.high),
                None,
                question.measures[measure.id],
            )
    if question.recovery:
        for hard in outcome.recoveries:
            if hard.first is not None:
                yield _Sign(hard.first.within, hard.first.start)
