"""Drawings for the terminal, never without the numbers beside them.

Plain text without colours. ``unicode`` says whether more than ASCII can be shown; drawings are then finer.
A time on an axis is a number like any other; ``day`` and ``minute`` write one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from voicecoach.i18n import clock, date, number

if TYPE_CHECKING:
    from voicecoach.types import Curve

LEVELS = "▁▂▃▄▅▆▇█"
ASCII_LEVELS = "_.:-=+*#"
LEAST_WIDTH, LEAST_HEIGHT = 30, 6
TICK_WIDTH = 14  # columns for a label on the axis, and space beside it
_ASCII_FRAME = str.maketrans("─│┌┐└┘├┤┬┴┼", "-|+++++++++")


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn: places and values (NaN: none there), each a dot, or joined by a line.

    ``mark`` is one character for all of it, or nothing for the finest the terminal has.
    """

    x: Sequence[float]
    y: Sequence[float]
    joined: bool = False
    mark: str = ""


def plot(
    series: Sequence[Series],
    *,
    width: int = 80,
    height: int = 12,
    unicode: bool = True,
    lines: Sequence[float] = (),
    label: Callable[[float], str] = "{:g}".format,
) -> str:
    """Draw series over a common axis, and ``lines`` as levels across it; nothing where there are no values.

    ``label`` writes a place on the axis below. Ends with a newline.
    """
    import plotext

    drawn = [(s, [(x, y) for x, y in zip(s.x, s.y, strict=True) if math.isfinite(y)]) for s in series]
    places = [x for _, points in drawn for x, _ in points]
    if not places:
        return ""
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limitsize(False, False)
    plotext.plotsize(max(width, LEAST_WIDTH), max(height, LEAST_HEIGHT))
    first, last = min(places), max(places)
    if first == last:
        first, last = first - 0.5, last + 0.5
    for level in lines:
        plotext.plot([first, last], [level, level], marker="─" if unicode else "-")
    for one, points in drawn:
        for run in _runs(one) if one.joined else [points]:
            draw = plotext.plot if one.joined and len(run) > 1 else plotext.scatter
            marker = one.mark or (("braille" if one.joined else "●") if unicode else "*")
            draw([x for x, _ in run], [y for _, y in run], marker=marker)
    ends = [y for _, points in drawn for _, y in points] + list(lines)
    low, high = min(ends), max(ends)
    room = (high - low) * 0.05 or max(abs(high), 1.0) * 0.1
    plotext.ylim(low - room, high + room)
    plotext.xlim(first, last)
    count = max(2, min(width // TICK_WIDTH, 7))
    named = {label(place): place for place in reversed(_spread(first, last, count))}  # no label stands twice
    if len(named) == 1:
        named = dict.fromkeys(named, (first + last) / 2)
    plotext.xticks(list(named.values()), list(named))
    decimals = max(0, 1 - math.floor(math.log10(high - low))) if high > low else 2
    levels = _spread(low, high, max(3, min(5, height // 3)))
    plotext.yticks(levels, [number(level, decimals) for level in levels])
    text = plotext.uncolorize(plotext.build())
    plotext.clear_figure()
    if not unicode:
        text = text.translate(_ASCII_FRAME)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def curve(found: Sequence[Curve], *, width: int = 80, height: int = 12, unicode: bool = True) -> str:
    """Draw a curve over the minutes of its recording, or several over each other, the second with crosses."""
    series = [
        Series(
            [k * one.hop for k in range(len(one.values))], one.values, joined=True, mark="" if k == 0 else "x"
        )
        for k, one in enumerate(found)
    ]
    return plot(series, width=width, height=height, unicode=unicode, label=minute)


def spark(values: Sequence[float], *, unicode: bool = True) -> str:
    """Draw values as a row of characters, the lowest and the highest at either end of what there is."""
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return ""
    levels = LEVELS if unicode else ASCII_LEVELS
    low, wide = min(known), max(known) - min(known)
    top = len(levels) - 1
    return "".join(
        " " if not math.isfinite(value) else levels[round((value - low) / wide * top) if wide else top // 2]
        for value in values
    )


def day(seconds: float) -> str:
    """Write seconds since 1970, UTC, as a day where the reader is."""
    return date(datetime.fromtimestamp(seconds, UTC))


def minute(seconds: float) -> str:
    """Write seconds of a recording as m:ss."""
    return clock(round(seconds))


def _spread(low: float, high: float, count: int) -> list[float]:
    """Places from ``low`` to ``high``, as far from each other; one where both are the same."""
    if low == high:
        return [low]
    return [low + (high - low) * k / (count - 1) for k in range(count)]


def _runs(series: Series) -> list[list[tuple[float, float]]]:
    """Return the stretches without a gap, so that nothing is drawn where nothing was measured."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(series.x, series.y, strict=True):
        if math.isfinite(y):
            found[-1].append((x, y))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]
