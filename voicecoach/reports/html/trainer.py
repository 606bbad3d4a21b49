"""The trainer's page: what to hear of many calls, with filters. One self-contained HTML text.

Everything but the list of calls is written into the page; its script fills the list, and when calls are
filtered chooses moments, sample and what is common anew, by the same steps as ``triage``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, Generic, TypeVar

from voicecoach import i18n, rules, triage
from voicecoach.batch.types import Record
from voicecoach.i18n import _, ngettext, number
from voicecoach.reports.html import scripts
from voicecoach.reports.html.environment import clean, page
from voicecoach.reports.html.language import day, spoken, tag
from voicecoach.triage.definitions import definitions, threshold
from voicecoach.triage.group import JUDGED, MET, MISSED
from voicecoach.types import Criterion

T = TypeVar("T")
MANY = 12  # people, from which on their sample is folded
LIMITS = ("moments", "to_work_on", "people", "common_calls", "common_people", "common_share", "a_person")


@dataclass(frozen=True, slots=True)
class Heading:
    """What the head of the page says of the batch."""

    recordings: int
    analysed: int
    failed: int
    copies: int
    told: str  # how many were analysed, how much sound that is, and from when
    first: str  # day
    last: str


def trainer_page(
    records: Sequence[Record],
    *,
    seed: int = 0,
    interrupted: bool = False,
    pages: bool = True,
    own: Sequence[str] = (),
    builtin: bool = True,
    language: str = "",
) -> str:
    """The page OUT/index.html, which links to ``calls/NAME.html`` and the tables; ends with a newline.

    ``records`` are all recordings of the batch; one that could not be analysed, or was lost with its worker,
    has no analysis and a reason. ``seed`` draws the sample; ``interrupted`` says that the batch is not done.
    Without ``pages`` calls have none: their JSON is linked, and moments tell the time alone. ``own`` are
    folders with rules that were looked for beside those of voicecoach or, without ``builtin``, instead. The
    page is in the language that all calls share, else in ``language``, else in the current one.
    """
    calls = [record for record in records if record.analysis is not None and not record.same_as]
    spoken = {record.analysis.language for record in calls if record.analysis}
    shared = i18n.offered(spoken.pop()) if len(spoken) == 1 else ""
    with i18n.using(shared or language or i18n.current()):
        rules = _rules(calls, own, builtin=builtin)
        if not shared and calls:
            records = [_translated(record) for record in records]
            calls = [record for record in records if record.analysis is not None and not record.same_as]
        return _page(records, calls, rules, seed=seed, interrupted=interrupted, pages=pages)


def _page(
    records: Sequence[Record],
    calls: Sequence[Record],
    rules: Iterable[str],
    *,
    seed: int,
    interrupted: bool,
    pages: bool,
) -> str:
    n = int(threshold("a_person"))
    return page(
        "trainer.html.j2",
        styles=("base.css", "trainer.css"),
        scripts=("language.js", "trainer.js"),
        head=_heading(records, calls),
        interrupted=interrupted,
        pages=pages,
        moments=[_shown(moment, calls) for moment in triage.three(records)],
        kinds=_kinds(),
        common=triage.common(records),
        limit=threshold,
        sample=triage.sample(records, n, seed),
        many=MANY,
        seed=seed,
        everywhere=triage.everywhere(records, rules),
        unusable=triage.unusable(records),
        people=triage.people(records),
        clock=clock,
        percent=percent,
        choices=_choices(calls),
        texts=scripts.texts("trainer"),
        embedded={**embedded(calls, seed), "suffix": ".html" if pages else ".json"},
    )


def _translated(record: Record) -> Record:
    """A record with the criteria of our own scorecard in the language of the page, not in the call's."""
    from voicecoach.score import load_scorecard

    ours = load_scorecard()
    if record.analysis is None or record.analysis.scores.scorecard != ours.id:
        return record
    items = {item.id: item for item in ours.items}
    scores = record.analysis.scores
    criteria = tuple(
        replace(c, name=_(items[c.id].name), tip=_(items[c.id].tip)) if c.id in items else c
        for c in scores.criteria
    )
    return replace(record, analysis=replace(record.analysis, scores=replace(scores, criteria=criteria)))


def clock(seconds: float) -> str:
    """A time to listen from as m:ss, or h:mm:ss."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def percent(share: float) -> int:
    """A share of 0..1 in whole per cent, halves upwards, as the script rounds them."""
    return int(100 * share + 0.5)


def duration(seconds: float) -> str:
    """How much there is to hear, roughly."""
    if seconds < 5400:
        minutes = max(1, round(seconds / 60))
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    return _("{hours} hours").format(hours=number(seconds / 3600, 1, grouped=True))


def _told(analysed: int, recordings: int, seconds: float, first: str, last: str) -> str:
    """How many recordings were analysed, how much sound that is, and from when."""
    few, every = (number(count, 0, grouped=True) for count in (analysed, recordings))
    parts = [_("{count} of {all} recordings analysed").format(count=few, all=every)]
    if analysed:
        parts.append(duration(seconds))
    if first:
        days = (day(first), day(last))
        parts.append(days[0] if first == last else _("{first} to {last}").format(first=days[0], last=days[1]))
    return _(", ").join(parts)


def _kinds() -> dict[str, str]:
    """What kinds of moments are called."""
    return {kind: _(name) for kind, name in definitions().kinds.items()}


def _heading(records: Sequence[Record], calls: Sequence[Record]) -> Heading:
    days = sorted(record.who.date[:10] for record in calls if record.who.date)
    first, last = (days[0], days[-1]) if days else ("", "")
    seconds = sum(record.analysis.source.duration for record in calls if record.analysis)
    return Heading(
        recordings=len(records),
        analysed=len(calls),
        failed=sum(record.analysis is None and not record.same_as for record in records),
        copies=sum(bool(record.same_as) for record in records),
        told=_told(len(calls), len(records), seconds, first, last),
        first=first,
        last=last,
    )


def _shown(moment: triage.Moment, calls: Sequence[Record]) -> dict[str, Any]:
    """A moment with its call, for the template."""
    return {"moment": moment, "call": next(record for record in calls if record.name == moment.name)}


def _rules(calls: Sequence[Record], own: Sequence[str], *, builtin: bool) -> set[str]:
    """The ids of all rules of the packs that the calls were looked at with."""
    languages = {record.analysis.language for record in calls if record.analysis}
    known = languages & set(rules.languages())
    packs = [rules.load_pack(language, extra=own, builtin=builtin) for language in known]
    return {rule.id for pack in packs for rule in pack.rules}


def _choices(calls: Sequence[Record]) -> dict[str, list[Any]]:
    """What the filters offer, in the order of names; "" stands for calls without one."""
    markers = {finding.rule for r in calls if r.analysis for finding in r.analysis.findings}
    return {
        "agent": _names(record.who.agent for record in calls),
        "scenario": _names(record.who.scenario for record in calls),
        "language": _names(record.analysis.language for record in calls if record.analysis),
        "marker": sorted(((rule, definitions().name(rule)) for rule in markers), key=lambda one: one[1]),
    }


def _names(found: Iterable[str]) -> list[str]:
    return sorted(set(map(clean, found)), key=lambda name: (not name, name.casefold(), name))


class _Numbered(Generic[T]):
    """Values by the number they get when they are first met."""

    def __init__(self, shown: Callable[[T], Any] = lambda value: value) -> None:
        self.numbers: dict[Any, int] = {}
        self.values: list[Any] = []
        self.shown = shown

    def __call__(self, value: T, key: Any = None) -> int:
        key = value if key is None else key
        if key not in self.numbers:
            self.numbers[key] = len(self.values)
            self.values.append(self.shown(value))
        return self.numbers[key]


def embedded(calls: Sequence[Record], seed: int) -> dict[str, Any]:
    """What the script of the page works on: calls as rows of numbers that point into lists of texts.

    A row holds name, relative path, agent, date, scenario, language, length in s, markers, criteria (a letter
    each), moments, what went well, what to try, place in the lot; a moment is start, where to hear, place in
    the order of weights, kind, 1 where it is worth imitating, why, quote, advice, marker, 1 where the
    recording is poor, other markers there. trainer.js reads them in this order.
    """
    texts: _Numbered[str] = _Numbered(clean)
    markers: _Numbered[str] = _Numbered()
    criteria: _Numbered[Criterion] = _Numbered(lambda c: (c.id, clean(c.name), clean(c.tip)))
    found = {record.name: triage.moments(record) for record in calls}
    every = sorted((one for moments in found.values() for one in moments), key=triage.order)
    places = {(one.name, one.rule, one.start): number for number, one in enumerate(every)}
    lots = sorted(calls, key=lambda record: (triage.place(record, seed), record.relative))
    drawn = {record.name: number for number, record in enumerate(lots)}
    rows = []
    for record in calls:
        if record.analysis is None:
            continue
        moments = [
            (
                round(one.start, 1),
                round(one.hear, 1),
                places[one.name, one.rule, one.start],
                texts(one.kind),
                int(one.good),
                texts(one.why),
                clean(one.quote),
                texts(one.advice),
                texts(definitions().name(one.rule)),
                int(one.poor),
                [texts(definitions().name(rule)) for rule in one.also],
            )
            for one in found[record.name]
        ]
        coaching = record.analysis.coaching
        names = {criterion.id: criterion.name for criterion in record.analysis.scores.criteria}
        well, again = (
            texts(names.get(note.about) or definitions().name(note.about)) if note else -1
            for note in (coaching.strength, coaching.next_step)
        )
        rows.append(
            (
                record.name,
                clean(record.relative),
                texts(record.who.agent),
                clean(record.who.date).replace("T", " "),
                texts(record.who.scenario),
                texts(record.analysis.language),
                int(record.analysis.source.duration),
                sorted({markers(finding.rule) for finding in record.analysis.findings}),
                _letters(record.analysis.scores.criteria, criteria),
                moments,
                well,
                again,
                drawn[record.name],
            )
        )
    return {
        "texts": texts.values,
        "markers": markers.values,
        "criteria": criteria.values,
        "kinds": _kinds(),
        "spoken": {name: tag(name) for name in texts.numbers if isinstance(name, str) and spoken(name)},
        "limits": {
            **{name: threshold(name) for name in LIMITS},
            "z": NormalDist().inv_cdf((1 + threshold("confidence")) / 2),
        },
        "calls": rows,
    }


def _letters(found: Sequence[Criterion], numbered: _Numbered[Criterion]) -> str:
    """A letter for each criterion: + met and heard, = met, ~ in part, - missed, . not judged."""
    letters: dict[int, str] = {}
    for c in found:
        met = "+" if c.times else "="
        letter = {MET: met, MISSED: "-"}.get(c.status, "~") if c.status in JUDGED else "."
        letters[numbered(c, c.id)] = letter
    return "".join(letters.get(number, ".") for number in range(max(letters, default=-1) + 1))
