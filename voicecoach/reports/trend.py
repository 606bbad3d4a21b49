"""How a person's takes go: a page for the terminal, or JSON. Both made from ``Progress`` alone.

Plain text: no colour, and nothing beyond ASCII of ours but in drawings where the terminal can show them. Days
are in UTC. "Likely" is said of an interval that holds in 19 of 20 cases, "probably" of one in 4 of 5.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from voicecoach.i18n import _, counted, fill, month
from voicecoach.reports import columns, plots
from voicecoach.reports.page import clean
from voicecoach.trend import (
    FALLING,
    RISING,
    STEADY,
    UNKNOWN,
    Change,
    Progress,
    Trend,
    Worn,
    definitions,
    figure,
    groups,
    threshold,
)

NAME, NUMBERS = 26, 24  # columns
WIDE = NAME + NUMBERS + 26  # from here on names, numbers and drawings stand beside each other
HEIGHT = 11  # lines of the drawing
LONGEST = 60  # columns of a phrase


def render(progress: Progress, *, width: int = 80, unicode: bool = True, plot: bool = True) -> str:
    """The page; ends with a newline."""
    page = _Page(width, unicode)
    scenario = fill(", scenario {name}", name=progress.scenario) if progress.scenario else ""
    page.say(fill("TREND  {agent}{scenario}", agent=progress.agent, scenario=scenario), 0)
    many = counted("{n} analysed take", "{n} analysed takes", n=progress.takes)
    if progress.of > progress.takes:
        many = fill("{all} takes, {takes} of them looked at", all=progress.of, takes=progress.takes)
    page.say(f"{many}{_between(progress.first, progress.last)}")
    if progress.learning is not None:
        found = progress.learning
        page.heading(_("TAKE BY TAKE"))
        page.say(
            fill(
                "{name}: {figure} in the first take, {figure2} in the last.",
                name=found.trend.name,
                figure=figure(found.first),
                figure2=figure(found.last),
            )
        )
        spread = ""
        if found.spread is not None:
            spread = fill("; takes differ by about {spread}", spread=figure(found.spread))
        page.say(
            fill(
                "Best of {takes}: {figure}, take {best_take}{spread}.",
                takes=found.takes,
                figure=figure(found.best),
                best_take=found.best_take,
                spread=spread,
            )
        )
    shown = next((one for one in progress.trends if _worth_drawing(one)), None)
    if plot and shown is not None:
        page.heading(shown.name if shown.unit in shown.name else f"{shown.name}, {shown.unit}")
        page.draw(shown)
    for title, verdicts in (
        (_("WHAT CHANGED"), (RISING, FALLING)),
        (_("WHAT HAS NOT"), (STEADY,)),
        (_("NOT CLEAR YET"), (UNKNOWN,)),
    ):
        trends = [one for one in progress.trends if one.verdict in verdicts and one.points]
        if trends:
            page.heading(title)
        for one in trends:
            page.trend(one)
    empty = [one.name for one in progress.trends if not one.points]
    if empty:
        page.say(fill("Not measured in any take: {empty}.", empty=", ".join(empty)))
    _notes(page, progress)
    if progress.worn:
        page.heading(_("THE SAME WORDS, FASTER AND FLATTER"))
        for phrase in progress.worn:
            page.say(_worn(phrase))
    if progress.stock is not None:
        page.heading(_("STOCK PHRASES"))
        for same in progress.stock:
            page.say(
                fill(
                    '"{short}" in {places} of your last {recordings} takes',
                    short=_short(same.quote),
                    places=len(same.places),
                    recordings=same.recordings,
                )
            )
        if not progress.stock:
            page.say(_("none in your last takes"))
    page.heading(_("ONE THING TO TRY"))
    page.say(progress.suggestion.text)
    return page.text()


def render_json(progress: Progress) -> str:
    """All of it as one JSON document; ends with a newline."""
    return json.dumps(asdict(progress), default=_plain, ensure_ascii=False, indent=2) + "\n"


def _worth_drawing(found: Trend) -> bool:
    """Two points or a level line are read more quickly as numbers."""
    return len(found.points) > 2 and len({point.value for point in found.points}) > 1


class _Page:
    """Lines of a page, as they come."""

    def __init__(self, width: int, unicode: bool) -> None:
        self.width, self.unicode = width, unicode
        self.lines: list[str] = []

    def say(self, text: str, indent: int = 2) -> None:
        space = " " * indent
        self.lines += columns.wrap(clean(text), self.width, space, space)

    def heading(self, text: str) -> None:
        self.lines.append("")
        self.say(text, 0)

    def draw(self, found: Trend) -> None:
        times = [point.time.timestamp() for point in found.points]
        values = [point.value for point in found.points]
        most = self.width * 2  # more points than that are one blot
        middles, when = groups(values, most), groups(times, most)
        levels = [found.change.start] if found.change else []
        text = plots.plot(
            [plots.Series(when, middles)],
            width=self.width - 2,
            height=HEIGHT,
            unicode=self.unicode,
            lines=levels,
            label=plots.day,
        )
        self.lines += [f"  {line}" for line in text.splitlines()]
        if levels:
            self.say(fill("The line is where you started: {figure}.", figure=figure(levels[0])))

    def trend(self, found: Trend) -> None:
        """A measure in a line of numbers and one of words."""
        values = [point.value for point in found.points]
        if found.change is None:
            so_far = f" ({', '.join(map(figure, values))})" if values else ""
            self.columns(found.name, f"{found.reason}{so_far}")
            return
        about = definitions().about(found.id)
        middles = groups(values, int(threshold("spark")), counted=about.counted)
        numbers = f"{figure(found.change.start)} -> {figure(found.change.now)} {found.unit}".strip()
        drawn = plots.spark(middles, unicode=self.unicode)
        self.columns(
            found.name, f"{columns.pad(numbers, NUMBERS)}  {drawn}" if self.width >= WIDE else numbers
        )
        self.columns("", _words(found, found.change))

    def columns(self, name: str, text: str) -> None:
        """A name and what is said of it, beside it where there is room, else below it."""
        if self.width >= WIDE:
            first, space = f"  {columns.pad(name, NAME)}  ", " " * (NAME + 4)
        else:
            first = space = " " * 4
            self.lines += [f"  {name}"] if name else []
        if columns.width(first + text) <= self.width:
            self.lines.append(first + text)  # as it is: columns within it stay columns
        else:
            self.lines += columns.wrap(text, self.width, first, space)

    def text(self) -> str:
        return "".join(f"{line.rstrip()}\n" for line in self.lines)


def _words(found: Trend, change: Change) -> str:
    """What came of a measure, in words, with the bounds of the change."""
    way = ""
    if found.verdict in (RISING, FALLING):
        way = _("more, ") if found.verdict == RISING else _("less, ")
    if found.better is not None:
        way += _("as wanted; ") if found.better else _("not as wanted; ")
    if found.verdict == STEADY:
        return fill(
            "any change is probably less than {least}, the least worth naming", least=figure(change.smallest)
        )
    if found.verdict == UNKNOWN and len(found.points) < threshold("bounds_takes"):
        return fill(
            "first {ends} takes to last {ends}; takes vary by {spread}",
            ends=change.ends,
            spread=figure(change.spread),
        )
    bounds = {"low": _signed(change.low), "high": _signed(change.high)}
    likely = fill("likely {low} to {high}, first third to last", **bounds)
    return (
        fill("{likely}; more takes will tell", likely=likely)
        if found.verdict == UNKNOWN
        else f"{way}{likely}"
    )


def _notes(page: _Page, progress: Progress) -> None:
    notes = []
    for one in progress.trends:
        if one.plateau:
            weeks = threshold("plateau_days") / 7
            notes.append(
                fill(
                    "No change in {weeks:.0f} weeks in {name}, while you practised.",
                    weeks=weeks,
                    name=one.name,
                )
            )
        if one.decay is not None:
            back = ""
            if one.decay.since is not None:
                back = fill(", {since} since then", since=figure(one.decay.since))
            notes.append(
                fill(
                    "{days:.0f} days without practice, {name}: {before} before, {after} right after{back}. "
                    "A break does that to everybody.",
                    days=one.decay.days,
                    name=one.name,
                    before=figure(one.decay.before),
                    after=figure(one.decay.after),
                    back=back,
                )
            )
    mixed = [one.name for one in progress.trends if one.mixed and one.verdict in (RISING, FALLING)]
    if mixed and not progress.scenario:
        notes.append(
            fill(
                "The later takes are of other scenarios than the earlier ones; that may be part of the "
                "change in {names}.",
                names=_(", ").join(mixed),
            )
        )
    told = [one for one in progress.trends if one.change is not None]
    if len(told) > 1 and any(one.verdict in (RISING, FALLING) for one in told):
        notes.append(
            fill(
                "{measures} measures are looked at together; one in twenty of those that only vary seems to "
                "change by chance.",
                measures=len(told),
            )
        )
    left = max((one.left_out for one in progress.trends), default=0)
    if left:
        notes.append(fill("{left} takes in another language, unit or line are not compared.", left=left))
    if notes:
        page.heading(_("NOTES"))
    for note in notes:
        page.say(note)


def _worn(one: Worn) -> str:
    first, last = one.said[0], one.said[-1]
    return fill(
        '"{phrase}" has become {faster:.0f} % faster (probably {faster_low:.0f} to {faster_high:.0f}) and '
        "{flatter:.1f} semitones flatter (probably {flatter_low:.1f} to {flatter_high:.1f}){since}, "
        "in {takes} takes. Listen to take {first} at {first_at} and to take {last} at {last_at}.",
        phrase=_short(one.text),
        faster=100 * one.faster,
        faster_low=100 * one.faster_low,
        faster_high=100 * one.faster_high,
        flatter=one.flatter,
        flatter_low=one.flatter_low,
        flatter_high=one.flatter_high,
        since="" if first.time is None else fill(" since {month}", month=month(first.time)),
        takes=len(one.said),
        first=first.take,
        first_at=plots.minute(first.start),
        last=last.take,
        last_at=plots.minute(last.start),
    )


def _short(text: str) -> str:
    return columns.cut(text, LONGEST)


def _signed(value: float) -> str:
    text = figure(abs(value))
    return text if not text.strip("0.,") else f"{'+' if value > 0 else '-'}{text}"


def _between(first: datetime | None, last: datetime | None) -> str:
    days = [plots.day(when.timestamp()) for when in (first, last) if when is not None]
    if len(set(days)) > 1:
        return fill(", {first} to {last}", first=days[0], last=days[1])
    return f", {days[0]}" if days else ""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(type(value))
