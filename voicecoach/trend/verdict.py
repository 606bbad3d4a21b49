"""How a measure, a marker or the points of a scorecard go over a person's takes: functions of its values.

A change is only named where the interval of its slope (see slope) leaves out zero and where it is at least
the smallest one worth naming; "steady" only where the whole interval lies within that. Everything else is too
few takes to tell, which is no fault of anybody's. Whether more is wanted, or less, is known of a few measures
only. Thresholds, and what each measure is compared by, stand in trend.yaml. Times are aware, in UTC.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING

from voicecoach.trend.about import About, definitions, threshold
from voicecoach.trend.slope import Slope, groups, slope, spread

if TYPE_CHECKING:
    from voicecoach.history import Point

RISING, FALLING, STEADY, UNKNOWN = "rising", "falling", "steady", "too few to tell"


@dataclass(frozen=True, slots=True)
class Change:
    """From where to where a value went, by how much, and the likely bounds of that (None: not known)."""

    start: float
    now: float
    change: float
    low: float | None
    high: float | None
    smallest: float  # worth naming


@dataclass(frozen=True, slots=True)
class Decay:
    """What the first takes after a break were like, beside those before it."""

    days: float
    before: float
    after: float
    since: float | None  # the middle of the takes that followed these; None where there are none


@dataclass(frozen=True, slots=True)
class Trend:
    """How one value goes. ``better`` is None where no direction is wanted or nothing has changed."""

    id: str
    name: str
    unit: str
    points: tuple[Point, ...]  # those that can be compared, oldest first
    left_out: int  # others, in another language, on another line or in another unit
    verdict: str  # rising, falling, steady or too few to tell
    reason: str
    better: bool | None = None
    change: Change | None = None  # None below the fewest takes
    plateau: bool = False  # no change in the last weeks, though there was practice and more is wanted
    decay: Decay | None = None
    mixed: bool = False  # the scenarios of the later half are others than those of the earlier


@dataclass(frozen=True, slots=True)
class Learning:
    """A scenario take by take: the best of so many, and how far takes lie apart."""

    takes: int
    first: float
    last: float
    best: float
    best_take: int
    spread: float | None  # standard deviation; None for a single take
    trend: Trend


def trend(id_: str, points: Sequence[Point]) -> Trend:
    """Return how a value goes over takes; ``points`` are in order of time, of one person.

    Raises
    ------
    UsageError
        There is no such measure.
    """
    about = definitions().about(id_)
    own = _comparable(points, about)
    values = [point.value for point in own]
    unit = own[-1].unit if own else ""
    least = int(threshold("least_takes"))
    left = len(points) - len(own)
    if len(own) < least:
        reason = f"{len(own)} take{'s' * (len(own) != 1)} so far, it takes {least}"
        return Trend(id_, about.name, unit, own, left, UNKNOWN, reason)
    change = _change(values, about)
    verdict = _verdict(change)
    wanted = {"more": RISING, "less": FALLING}.get(about.wanted)
    return Trend(
        id_,
        about.name,
        unit,
        own,
        left,
        verdict,
        _reason(change, verdict),
        better=None if wanted is None or verdict not in (RISING, FALLING) else verdict == wanted,
        change=change,
        plateau=_plateau(own, about),
        decay=_decay(own, about),
        mixed=_mixed(own),
    )


def learning(id_: str, points: Sequence[Point]) -> Learning | None:
    """Return the takes of one scenario one after the other; None where there are none.

    The best is the highest value, or the lowest where less is wanted.
    """
    found = trend(id_, points)
    if not found.points:
        return None
    values = [point.value for point in found.points]
    less = definitions().about(id_).wanted == "less"
    best = min(found.points, key=lambda point: point.value if less else -point.value)
    spread = stdev(values) if len(values) > 1 else None
    return Learning(len(values), values[0], values[-1], best.value, best.take, spread, found)


def _slope(values: Sequence[float], counted: bool) -> Slope:
    middles, places = groups(values, int(threshold("bins")), counted=counted)
    return slope(
        middles,
        places,
        confidence=threshold("confidence"),
        bias=threshold("wander_bias"),
        doubt=threshold("wander_doubt"),
        most=threshold("wander_most"),
    )


def _change(values: Sequence[float], about: About) -> Change:
    count = len(values)
    ends = min(int(threshold("ends")), count // 2)
    middle = fmean if about.counted else median
    start, now = middle(values[:ends]), middle(values[-ends:])
    found = _slope(values, about.counted)
    steps = count - ends  # from the middle of the first takes to that of the last
    low, high, smallest = found.low * steps, found.high * steps, _smallest(values, start, about)
    wide = max(values) - min(values)
    if wide <= smallest:  # no change can be larger than all the takes lie apart
        low, high = max(low, -wide), min(high, wide)
    if not (math.isfinite(low) and math.isfinite(high)):
        return Change(start, now, found.value * steps, None, None, smallest)
    return Change(start, now, found.value * steps, low, high, smallest)


def _smallest(values: Sequence[float], start: float, about: About) -> float:
    if about.smallest is None:
        return spread(values)
    return about.smallest * abs(start) if about.scale == "share" else about.smallest


def _verdict(change: Change) -> str:
    if change.low is None or change.high is None:
        return UNKNOWN
    if change.low > 0 and min(change.change, change.now - change.start) >= change.smallest:
        return RISING
    if change.high < 0 and max(change.change, change.now - change.start) <= -change.smallest:
        return FALLING
    return STEADY if -change.smallest <= change.low and change.high <= change.smallest else UNKNOWN


def _reason(change: Change, verdict: str) -> str:
    if verdict == STEADY:
        return "any change is smaller than is worth naming"
    if verdict != UNKNOWN:
        return ""
    if change.low is None:
        return "takes differ too much from each other for so few of them"
    return "a change may be there or not; more takes will tell"


def _comparable(points: Sequence[Point], about: About) -> tuple[Point, ...]:
    """Return the largest group of points that can be compared, of equal ones the latest."""
    kinds: dict[tuple[object, ...], list[Point]] = {}
    for point in points:
        language = point.language if "language" in about.same else ""
        kinds.setdefault((point.unit, language, "line" in about.same and point.telephone), []).append(point)
    alike = sorted(kinds.values(), key=lambda found: (len(found), found[-1].time))
    return tuple(alike[-1]) if alike else ()


def _plateau(points: Sequence[Point], about: About) -> bool:
    """Tell whether nothing changed in the last weeks in spite of practice, where a change is wanted."""
    last = points[-1].time
    recent = [p for p in points if last - p.time <= timedelta(days=threshold("plateau_days"))]
    weeks = {int((last - point.time) / timedelta(days=7)) for point in recent}
    if len(recent) < threshold("plateau_takes") or len(weeks) < threshold("plateau_weeks"):
        return False
    if last - recent[0].time < timedelta(days=threshold("plateau_days") - 7):  # began only later
        return False
    values = [point.value for point in recent]
    if not about.wanted or _enough(fmean(values), about):
        return False
    return _verdict(_change(values, about)) == STEADY


def _enough(value: float, about: About) -> bool:
    if about.enough is None:
        return False
    return value >= about.enough if about.wanted == "more" else value <= about.enough


def _decay(points: Sequence[Point], about: About) -> Decay | None:
    """Return what the first takes after the last break were like, where that is worse beyond the spread."""
    gap = timedelta(days=threshold("gap_days"))
    starts = [k for k in range(1, len(points)) if points[k].time - points[k - 1].time >= gap]
    if not starts or not about.wanted:
        return None
    first = starts[-1]
    values = [point.value for point in points]
    before = values[max(first - int(threshold("gap_before")), 0) : first]
    after = values[first : first + int(threshold("gap_after"))]
    if len(before) < threshold("gap_before_least") or len(after) < threshold("gap_after_least"):
        return None
    worse = (fmean(before) - fmean(after)) * (1 if about.wanted == "more" else -1)
    error = stdev(before) * math.sqrt(1 / len(before) + 1 / len(after))
    if worse < max(_smallest(before, fmean(before), about), threshold("gap_spreads") * error):
        return None
    since = values[first + len(after) :]
    days = (points[first].time - points[first - 1].time) / timedelta(days=1)
    return Decay(days, fmean(before), fmean(after), fmean(since) if since else None)


def _mixed(points: Sequence[Point]) -> bool:
    """Tell whether the later half of the takes is of other scenarios than the earlier."""
    half = len(points) // 2
    early, late = (Counter(p.scenario for p in part) for part in (points[:half], points[-half:]))
    return sum((early & late).values()) < threshold("mixed") * half
