"""What trainers and the machine say side by side: who agrees with whom, what to do about each rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from voicecoach.history.types import Review
from voicecoach.review.agreement import Kappa, Stratum, cohen, stratified, wilson
from voicecoach.review.calls import Call
from voicecoach.review.facts import CANNOT_TELL, facts
from voicecoach.review.questions import (
    CRITERION,
    FINDING,
    NO,
    YES,
    Key,
    Pool,
    Question,
    Size,
    criteria,
    key,
)
from voicecoach.types import Criterion

MACHINE = "the machine"
NOT_MEASURED = "not_measured"
LONGEST_TYPED = 120  # characters
_RUN = str.maketrans(dict.fromkeys('"$`\\!%', " "))  # what shells act on between quotation marks


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two agree, on one rule or criterion or (``about`` empty) over all.

    ``shown`` is kappa on the places both answered, of which half are findings. ``everywhere`` estimates it
    for all turns of the calls, for a trainer and the machine and findings alone. ``enough`` tells whether
    there are enough answers to say something.
    """

    first: str
    second: str
    kind: str
    about: str
    shown: Kappa
    everywhere: Kappa | None
    cannot_tell: int
    enough: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where trainers and the machine differ."""

    kind: str  # FINDING or CRITERION
    about: str
    path: str
    start: float
    machine: str
    trainers: tuple[tuple[str, str], ...]  # name, answer
    quote: str  # what the machine found, or else the turn; of a criterion the machine's reason


@dataclass(frozen=True, slots=True)
class RuleView:
    """What trainers say of a rule. A place counts by what most of them say; evenly split ones do not."""

    rule: str
    found: int  # turns and moments in which the machine found it
    quiet: int  # turns of agents in which it did not
    accepted: int  # of those found and judged
    judged: int
    accepted_low: float
    accepted_high: float
    missed: int  # of those quiet and judged, those where trainers see it
    looked: int
    missed_all: float | None  # how many are missed in all calls, with bounds; None where none was looked at
    missed_low: float
    missed_high: float
    split: int
    cannot_tell: int
    verdict: str  # tighten, loosen, both, fine, open or few
    advice: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it. ``older`` answers were given under other rules; ``unknown`` ones fit no place here."""

    calls: int
    trainers: tuple[str, ...]
    answers: int
    older: int
    older_used: bool
    unknown: int
    rules: tuple[RuleView, ...]
    pairs: tuple[Pair, ...]
    criteria: tuple[Difference, ...]


def compare(calls: Sequence[Call], reviews: Iterable[Review], *, older: bool = False) -> Agreement:
    """Lay the reviews of calls beside each other and beside what the machine says of them.

    Answers given under other rules, or another scorecard, than the reports were made with are counted, and
    used only where ``older`` says so: rules that were changed because of them agree with them too well.
    """
    given = tuple(reviews)
    pool = Pool(calls)
    asked = _asked(calls, pool, given)
    answers: dict[str, dict[Key, str]] = defaultdict(dict)
    old = unknown = 0
    for one in given:
        at = pool.today(key(one.recording, one.kind, one.about, one.start, one.end))
        if at is None or at not in asked:
            unknown += 1
        elif asked[at].version != one.version and not older:
            old += 1
        else:
            old += asked[at].version != one.version
            answers[one.trainer][at] = one.answer
    names = tuple(sorted(answers, key=str.casefold))
    sizes = {rule: pool.size(rule) for rule in pool.rules}
    rules = [_rule(rule, size, answers, asked) for rule, size in sizes.items()]
    return Agreement(
        calls=len(calls),
        trainers=names,
        answers=sum(map(len, answers.values())),
        older=old,
        older_used=older,
        unknown=unknown,
        rules=tuple(view for view in rules if view.judged or view.looked or view.split or view.cannot_tell),
        pairs=(
            *(pair for kind in (FINDING, CRITERION) for pair in _with_machine(kind, answers, asked, sizes)),
            *(pair for kind in (FINDING, CRITERION) for pair in _among(kind, answers)),
        ),
        criteria=tuple(
            _difference(asked[at], answers)
            for at in sorted({at for said in answers.values() for at in said})
            if asked[at].kind == CRITERION and _differs(asked[at], answers)
        ),
    )


def _asked(calls: Sequence[Call], pool: Pool, given: Sequence[Review]) -> Mapping[Key, Question]:
    """The questions that were answered, as the reports pose them now."""
    wanted = dict.fromkeys(
        pool.today(key(one.recording, one.kind, one.about, one.start, one.end)) for one in given
    )
    whole = any(one.kind == CRITERION for one in given)
    rated = {question.key: question for question in criteria(calls)} if whole else {}
    found: dict[Key, Question] = {}
    for at in wanted:
        if at is not None and at[1] == FINDING:
            found[at] = pool.question(at)
        elif at in rated:
            found[at] = rated[at]
    return found


# --- a rule -------------------------------------------------------------------------------------------------


def _rule(
    rule: str, size: Size, answers: Mapping[str, Mapping[Key, str]], asked: Mapping[Key, Question]
) -> RuleView:
    limits = facts().thresholds
    level = limits["confidence"]
    here = {at: q for at, q in asked.items() if (q.kind, q.about) == (FINDING, rule)}
    said = {at: [given[at] for given in answers.values() if at in given] for at in here}
    verdicts = {at: _most(ones) for at, ones in said.items()}
    counts = Counter((here[at].machine, verdict) for at, verdict in verdicts.items() if verdict in (YES, NO))
    found = size.found + size.between
    accepted, judged = counts[YES, YES], counts[YES, YES] + counts[YES, NO]
    missed, looked = counts[NO, YES], counts[NO, YES] + counts[NO, NO]
    low, high = wilson(accepted, judged, confidence=level)
    missed_low, missed_high = wilson(missed, looked, confidence=level)
    differing = sorted(  # first where most say otherwise than the machine, then where trainers are split
        (here[at] for at in sorted(here) if _differs(here[at], answers)),
        key=lambda question: (verdicts[question.key], question.machine) not in ((YES, NO), (NO, YES)),
    )
    total = missed / looked * size.quiet if looked else None
    verdict = _verdict(found, size.quiet, judged, (low, high), looked, missed_low)
    against = {"tighten": YES, "loosen": NO}.get(verdict)
    quotes = [_quote(q) for q in differing if against in (None, q.machine)]
    advice = (
        facts()
        .advice[verdict]
        .format(
            accepted=accepted,
            judged=judged,
            missed="0" if total is None else f"{total:.0f}",
            rule=rule,
            quote=_typed((quotes or [""])[0]),
            fewest=round(limits["fewest_share"]),
        )
    )
    return RuleView(
        rule=rule,
        found=found,
        quiet=size.quiet,
        accepted=accepted,
        judged=judged,
        accepted_low=low,
        accepted_high=high,
        missed=missed,
        looked=looked,
        missed_all=total,
        missed_low=missed_low * size.quiet,
        missed_high=missed_high * size.quiet,
        split=sum(verdict == "split" for verdict in verdicts.values()),
        cannot_tell=sum(ones.count(CANNOT_TELL) for ones in said.values()),
        verdict=verdict,
        advice=advice,
        differences=tuple(_difference(question, answers) for question in differing),
    )


def _typed(quote: str) -> str:
    """Words as they can stand in quotation marks in a command: nothing of them is run, not too many."""
    return " ".join(quote.translate(_RUN).split())[:LONGEST_TYPED]


def _verdict(
    found: int, quiet: int, judged: int, accepted: tuple[float, float], looked: int, missed_low: float
) -> str:
    """What the bounds allow to say of a rule."""
    limits = facts().thresholds
    if judged < limits["fewest_share"]:
        return "few"
    seen = found * accepted[1]
    loose = looked >= limits["fewest_share"] and seen < limits["found"] * (seen + quiet * missed_low)
    tight = accepted[1] < limits["accepted"]
    if tight or loose:
        return "both" if tight and loose else "tighten" if tight else "loosen"
    return "fine" if accepted[0] >= limits["accepted"] else "open"


def _most(answers: Sequence[str]) -> str:
    """What most trainers say of a place: yes, no, split, or nothing where none could tell."""
    yes, no = answers.count(YES), answers.count(NO)
    return YES if yes > no else NO if no > yes else "split" if yes else ""


def _differs(question: Question, answers: Mapping[str, Mapping[Key, str]]) -> bool:
    said = {given[question.key] for given in answers.values() if question.key in given} - {CANNOT_TELL}
    machine = set() if question.machine == NOT_MEASURED else {question.machine}
    return bool(said) and len(said | machine) > 1


def _difference(question: Question, answers: Mapping[str, Mapping[Key, str]]) -> Difference:
    return Difference(
        kind=question.kind,
        about=question.about,
        path=question.call.path,
        start=question.start,
        machine=question.machine,
        trainers=tuple(
            (name, answers[name][question.key])
            for name in sorted(answers, key=str.casefold)
            if question.key in answers[name]
        ),
        quote=_quote(question) if question.kind == FINDING else _criterion(question).reason,
    )


def _quote(question: Question) -> str:
    counted = [one.quote for one in question.found if one.counted and one.quote]
    said = question.call.said[question.turn] if question.turn is not None else None
    return counted[0] if counted else said.text if said is not None else ""


def _criterion(question: Question) -> Criterion:
    return next(one for one in question.call.criteria if one.id == question.about)


# --- who with whom ------------------------------------------------------------------------------------------


def _with_machine(
    kind: str,
    answers: Mapping[str, Mapping[Key, str]],
    asked: Mapping[Key, Question],
    rules: Mapping[str, Size],
) -> Iterable[Pair]:
    """Each trainer and the machine: over all, and rule by rule. Moments between turns are not compared."""
    level = facts().thresholds["confidence"]
    for name in sorted(answers, key=str.casefold):
        given = {
            at: answer
            for at, answer in answers[name].items()
            if asked[at].kind == kind and (kind == CRITERION or asked[at].paired)
        }
        usable = {
            at: (answer, asked[at].machine)
            for at, answer in given.items()
            if answer != CANNOT_TELL and asked[at].machine != NOT_MEASURED
        }
        strata = {
            about: _strata(size, [pair for at, pair in usable.items() if at[2] == about])
            for about, size in rules.items()
            if kind == FINDING
        }
        for about in ("", *sorted({at[2] for at in given})):
            pairs = [pair for at, pair in usable.items() if about in ("", at[2])]
            unsure = sum(1 for at in given if about in ("", at[2])) - len(pairs)
            parts = strata.get(about, ())
            if not about:
                parts = tuple(
                    part
                    for both in strata.values()
                    if all(one.looked or not one.size for one in both)
                    for part in both
                )
            everywhere = stratified(parts, confidence=level) if kind == FINDING else None
            if given:
                yield _pair(name, MACHINE, kind, about, pairs, everywhere, unsure)


def _strata(size: Size, pairs: Sequence[tuple[str, str]]) -> tuple[Stratum, ...]:
    counts = Counter((machine, answer) for answer, machine in pairs)
    return tuple(
        Stratum(many, machine == YES, counts[machine, YES], counts[machine, NO])
        for machine, many in ((YES, size.found), (NO, size.quiet))
    )


def _among(kind: str, answers: Mapping[str, Mapping[Key, str]]) -> Iterable[Pair]:
    """Every two trainers: over all, and rule by rule."""
    for first, second in combinations(sorted(answers, key=str.casefold), 2):
        both = [at for at in answers[first] if at[1] == kind and at in answers[second]]
        usable = {
            at: (answers[first][at], answers[second][at])
            for at in both
            if CANNOT_TELL not in (answers[first][at], answers[second][at])
        }
        for about in ("", *sorted({at[2] for at in both})):
            pairs = [pair for at, pair in usable.items() if about in ("", at[2])]
            unsure = sum(1 for at in both if about in ("", at[2])) - len(pairs)
            if both:
                yield _pair(first, second, kind, about, pairs, None, unsure)


def _pair(
    first: str,
    second: str,
    kind: str,
    about: str,
    pairs: Sequence[tuple[str, str]],
    everywhere: Kappa | None,
    cannot_tell: int,
) -> Pair:
    limits = facts().thresholds
    shown = cohen(pairs, confidence=limits["confidence"])
    fewest = limits["fewest_places" if kind == FINDING else "fewest_criteria"]
    return Pair(first, second, kind, about, shown, everywhere, cannot_tell, shown.count >= fewest)
