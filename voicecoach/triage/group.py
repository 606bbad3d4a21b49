"""What calls have in common, which rules tell little, and how many calls there are of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from voicecoach.batch.types import Record
from voicecoach.i18n import _, number
from voicecoach.review.agreement import wilson
from voicecoach.triage.definitions import definitions, threshold
from voicecoach.types import AGENT, Analysis

MET, PARTLY, MISSED = "met", "partly", "missed"
JUDGED = (MET, PARTLY, MISSED)


@dataclass(frozen=True, slots=True)
class Shared:
    """A criterion over a group: in how many of its judged calls it was met, or was missed."""

    criterion: str
    name: str
    tip: str
    calls: int
    of_calls: int
    low: float  # of the share of calls, bounds that hold in 19 of 20 cases where calls are independent
    high: float
    people: int  # with at least one such call
    of_people: int


@dataclass(frozen=True, slots=True)
class Common:
    """What a group has in common: one thing that goes well, one to train together; None with the reason."""

    well: Shared | None
    train: Shared | None
    reason: str
    people: int
    calls: int


@dataclass(frozen=True, slots=True)
class Fires:
    """A rule or criterion that tells calls apart too little: in how many calls of how many it was found."""

    id: str
    name: str
    calls: int
    of_calls: int


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Rules found in nearly every call or in none, and criteria that nearly nobody or everybody meets."""

    always: tuple[Fires, ...]
    never: tuple[Fires, ...]
    unmet: tuple[Fires, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Person:
    """How many calls there are of somebody, and when the last was; ``since`` is in days before the latest."""

    agent: str
    calls: int
    last: str
    since: int | None
    long: bool  # whether that is long ago


def common(records: Sequence[Record]) -> Common:
    """What the group of people in these calls has in common, for groups of five and more.

    What goes well was heard and met in most calls, what is to be trained was missed or met in part in many;
    both by the lower bound of their share, in the calls in which they could be judged.
    """
    named = [(record.who.agent, a) for record, a in _analysed(records) if record.who.agent]
    group, calls = {agent for agent, _ in named}, len(named)
    if not group:
        return Common(None, None, _("whose calls these are is not known"), 0, calls)
    if len(group) < threshold("people"):
        return Common(
            None,
            None,
            _small(),
            len(group),
            calls,
        )
    if calls < threshold("common_calls"):
        few = _few(calls, "common_calls")
        return Common(None, None, few, len(group), calls)
    well = _most(named, (MET,), heard=True)
    train = _most(named, (MISSED, PARTLY), heard=False)
    return Common(well, train, "", len(group), calls)


def _small() -> str:
    """That a group is too small for anything to be said of it."""
    return _("fewer than {people} people").format(people=number(threshold("people")))


def _few(calls: int, limit: str) -> str:
    """That so many calls are too few."""
    few = _("{calls} calls are too few to tell; it takes {least}")
    return few.format(calls=number(calls, 0), least=number(threshold(limit)))


def _most(named: Sequence[tuple[str, Analysis]], statuses: Sequence[str], *, heard: bool) -> Shared | None:
    found: list[Shared] = []
    for id_ in dict.fromkeys(c.id for _agent, analysis in named for c in analysis.scores.criteria):
        judged = [
            (agent, criterion)
            for agent, analysis in named
            for criterion in analysis.scores.criteria
            if criterion.id == id_ and criterion.status in JUDGED
        ]
        hit = [(agent, c) for agent, c in judged if c.status in statuses and (c.times or not heard)]
        of_people, with_it = {agent for agent, _ in judged}, {agent for agent, _ in hit}
        low, high = wilson(len(hit), len(judged), confidence=threshold("confidence"))
        if (
            len(judged) >= threshold("common_calls")
            and len(of_people) >= threshold("people")
            and len(with_it) >= threshold("common_people") * len(of_people)
            and low >= threshold("common_share")
        ):
            c = hit[0][1]
            found.append(
                Shared(id_, c.name, c.tip, len(hit), len(judged), low, high, len(with_it), len(of_people))
            )
    return max(found, key=lambda shared: shared.low, default=None)


def everywhere(records: Sequence[Record], rules: Iterable[str] = ()) -> Everywhere:
    """Which rules say little, as they are found in nearly every call or in none.

    ``rules`` are the ids of all rules that were looked for; without them those that were never found are not
    known. A call counts for a rule unless it says that the rule could not be applied.
    """
    analysed = _analysed(records)
    group = {record.who.agent for record, _analysis in analysed if record.who.agent}
    if group and len(group) < threshold("people"):
        return Everywhere((), (), (), _small())
    if len(analysed) < threshold("rule_calls"):
        few = _few(len(analysed), "rule_calls")
        return Everywhere((), (), (), few)
    wanted_less = {f.rule for _, a in analysed for f in a.findings if f.polarity == "negative"}
    calls: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for _record, analysis in analysed:
        for rule in {finding.rule for finding in analysis.findings if finding.speaker == AGENT}:
            calls[rule] = calls.get(rule, 0) + 1
        for missing in {missing.id for missing in analysis.not_measured}:
            left_out[missing] = left_out.get(missing, 0) + 1
    always, never = [], []
    for rule in sorted({*calls, *rules}):
        of, count = len(analysed) - left_out.get(rule, 0), calls.get(rule, 0)
        fires = Fires(rule, definitions().name(rule), count, of)
        if of < threshold("rule_calls"):
            continue
        if rule in wanted_less and count >= threshold("always") * of:
            always.append(fires)
        if not count:
            never.append(fires)
    return Everywhere(tuple(always), tuple(never), _unmet([a for _, a in analysed]), "")


def _unmet(analyses: Sequence[Analysis]) -> tuple[Fires, ...]:
    """Criteria that nearly nobody meets, in full or in part."""
    names: dict[str, str] = {}
    judged: dict[str, list[bool]] = {}
    for criterion in (c for analysis in analyses for c in analysis.scores.criteria):
        if criterion.status in JUDGED:
            names[criterion.id] = criterion.name
            judged.setdefault(criterion.id, []).append(criterion.status != MISSED)
    return tuple(
        Fires(id_, names[id_], sum(met), len(met))
        for id_, met in judged.items()
        if len(met) >= threshold("rule_calls") and sum(met) <= threshold("unmet") * len(met)
    )


def people(records: Sequence[Record]) -> tuple[Person, ...]:
    """Whose calls there are, in name order; "long" is counted from the latest call of all, not from today."""
    analysed = _analysed(records)
    calls: dict[str, list[str]] = {}
    for record, _analysis in analysed:
        if record.who.agent:
            calls.setdefault(record.who.agent, []).append(record.who.date)
    latest = max((day for days in calls.values() for day in days if day), default="")
    found = []
    for agent in sorted(calls, key=lambda name: (name.casefold(), name)):
        last = max(calls[agent])
        since = _days(last, latest)
        long = since is not None and since >= threshold("long_days")
        found.append(Person(agent, len(calls[agent]), last, since, long))
    return tuple(found)


def _days(earlier: str, later: str) -> int | None:
    try:
        return (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days
    except ValueError:
        return None


def _analysed(records: Sequence[Record]) -> list[tuple[Record, Analysis]]:
    """The calls that were analysed, each once."""
    return [(r, r.analysis) for r in records if r.analysis is not None and not r.same_as]
