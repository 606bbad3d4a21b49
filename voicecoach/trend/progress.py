"""What a person's takes say together: where they began, what changed, what has not, and one thing to try.

Read from the history, without a recording or an analysis. Few remarks help more than many: see coach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from voicecoach.errors import UsageError
from voicecoach.i18n import _, counted, fill, number
from voicecoach.trend.about import MARKER, definitions, threshold
from voicecoach.trend.verdict import UNKNOWN, Learning, Trend, learning, trend
from voicecoach.trend.worn import Worn, worn

if TYPE_CHECKING:
    from voicecoach.history import History, Point, Practised
    from voicecoach.takes import StockPhrase


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to try: why (a key under advice in trend.yaml), and what."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is told of a person's takes, of one scenario or of all."""

    agent: str
    scenario: str  # empty: all
    takes: int  # with an analysis, looked at
    of: int  # all takes, where only a part is looked at
    first: datetime | None
    last: datetime | None
    trends: tuple[Trend, ...]
    learning: Learning | None  # of one scenario
    worn: tuple[Worn, ...]
    stock: tuple[StockPhrase, ...] | None  # None: not looked for
    suggestion: Suggestion


def wanted(names: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of what is asked for: ids, names such as "pace", or markers; all that is shown for none.

    Raises
    ------
    UsageError
        A name is not known.
    """
    known = definitions()
    named = {about.name: id_ for id_, about in known.measures.items()}
    found = []
    for name in names:
        id_ = named.get(name, name)
        marker = id_ not in known.measures and id_.partition(".")[0] in known.categories
        id_ = f"{MARKER}{id_}" if marker else id_
        known.about(id_)
        found.append(id_)
    return tuple(found) or tuple(id_ for id_, about in known.measures.items() if about.shown)


def progress(
    history: History, agent: str, *, scenario: str = "", names: Sequence[str] = (), phrases: bool = False
) -> Progress:
    """Return what the takes of ``agent`` say, of one scenario where it is given.

    ``phrases``: also look for stock phrases in the analyses of the last takes, which takes a second.

    Raises
    ------
    UsageError
        Nobody of that name, no take of that scenario, or no such measure is known.
    """
    ids = wanted(names)
    every = history.series(agent, ids=ids, scenario=scenario or None, most=int(threshold("takes_most")))
    if not any(every.values()) and not history.count(agent):
        raise UsageError(f"no takes of {agent!r}; voicecoach history --all lists the takes there are")
    trends = tuple(trend(id_, every.get(id_, ())) for id_ in ids)
    if not any(every.values()) and scenario:
        tried = ", ".join(sorted(history.practised(agent))) or "none"
        raise UsageError(f"no analysed take of the scenario {scenario!r}; practised so far: {tried}")
    points = sorted({(point.time, point.take) for found in every.values() for point in found})
    least, latest = int(threshold("phrase_takes")), int(threshold("phrase_latest"))
    said = {} if scenario else history.utterances(agent, least=least, latest=latest)
    spoken = worn(said)[: int(threshold("phrase_most"))]
    stock = _stock(history, every) if phrases else None
    return Progress(
        agent=agent,
        scenario=scenario,
        takes=len(points),
        of=_all(history, agent, scenario) if len(points) >= threshold("takes_most") else len(points),
        first=points[0][0] if points else None,
        last=points[-1][0] if points else None,
        trends=trends,
        learning=learning(ids[0], every.get(ids[0], ())) if scenario else None,
        worn=spoken,
        stock=stock,
        suggestion=_suggest(trends, spoken, stock, history.practised(agent), len(points)),
    )


def _all(history: History, agent: str, scenario: str) -> int:
    return len(history.takes(agent, scenario=scenario)) if scenario else history.count(agent)


def _stock(history: History, every: Mapping[str, Sequence[Point]]) -> tuple[StockPhrase, ...]:
    """Return the stock phrases of the last takes; ``places`` count from the first of these."""
    from voicecoach.takes import stock_phrases

    scenarios = {p.take: p.scenario for found in every.values() for p in found}
    last = sorted(scenarios)[-int(threshold("stock_takes")) :]
    if len({scenarios[take] for take in last}) < threshold("stock_scenarios"):
        return ()
    return stock_phrases([found for take in last if (found := history.analysis(take)) is not None])


def _suggest(
    trends: Sequence[Trend],
    spoken: Sequence[Worn],
    stock: Sequence[StockPhrase] | None,
    practised: Mapping[str, Practised],
    takes: int,
) -> Suggestion:
    """Choose one thing to try: what was lost first, then what stands still, then what went well."""
    advice = definitions().advice

    def told(about: str, **values: object) -> Suggestion:
        text = fill(advice[about], **values)
        return Suggestion(about, text[:1].upper() + text[1:])

    least = threshold("least_takes")
    if not takes:
        return told("none_analysed")
    if takes < least:
        more = int(least) - takes
        return told("few", more=counted("{n} more take", "{n} more takes", n=more), least=least)
    for found in trends:
        if found.decay is not None and found.decay.since is None:
            return told("decay", days=found.decay.days)
    for found in trends:
        if found.better is False and found.change is not None:
            return told(
                "worse", name=found.name, start=figure(found.change.start), now=figure(found.change.now)
            )
    if spoken:
        row = spoken[0].said
        return told("worn", phrase=spoken[0].text, first=row[0].take)
    for found in trends:
        if found.plateau:
            rarest = min(practised, key=lambda id_: (practised[id_].count, practised[id_].last), default="")
            count = practised[rarest].count if rarest else 0
            times = _("once") if count == 1 else counted("{n} time", "{n} times", n=count)
            other = fill(advice["plateau_scenario"], scenario=rarest, count=times)
            return told(
                "plateau", name=found.name, scenario=other if len(practised) > 1 else _(advice["plateau_any"])
            )
    if stock:
        return told("stock", phrase=stock[0].quote, advice=stock[0].advice)
    for found in trends:
        if found.better and found.change is not None:
            return told(
                "better", name=found.name, start=figure(found.change.start), now=figure(found.change.now)
            )
    return told("none" if all(found.verdict == UNKNOWN for found in trends) else "steady")


def figure(value: float) -> str:
    """Write a value with as many places as it can carry."""
    return number(value, 0 if abs(value) >= 10 or value == round(value) else 1)
