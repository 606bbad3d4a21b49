"""How a measure, a marker or the points of a scorecard go over a person's takes: functions of its values.

A change is only named where the interval of its slope (see slope) leaves out zero and where it is, from the
first take to the last, at least the smallest one worth naming; "steady" only where the interval lies within
that. Everything else is too few takes to tell, which is no fault of anybody's. A change is of the takes at
hand: values that wandered from one level to another have changed, whatever they do next. Whether more is
wanted, or less, is known of a few measures only. Thresholds, and what each measure is compared by, stand in
trend.yaml. Times are aware, in UTC.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING

from voicecoach.i18n import _, counted
from voicecoach.trend.about import About, definitions, threshold
from voicecoach.trend.slope import Slope, slope, spread

if TYPE_CHECKING:
    from voicecoach.history import Point

RISING, FALLING, STEADY, UNKNOWN = "rising", "falling", "steady", "too few to tell"
THIRDS = 2 / 3  # of a row lie between the middle of its first third and that of its last


@dataclass(frozen=True, slots=True)
class Change:
    """From where to where a value went, and by how much, with the likely bounds of that.

    ``change``, ``low`` and ``high`` are from the first third of the takes to the last: of an even change that
    is two thirds, of a step about all.
    """

    start: float  # the middle of the first takes
    now: float  # of the last
    ends: int  # how many first takes, and last
    change: float
    low: float
    high: float
    smallest: float  # worth naming
    spread: float  # from take to take, standard deviation


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
        reason = counted(
            "{n} take so far, it takes {least}", "{n} takes so far, it takes {least}", n=len(own), least=least
        )
        return Trend(id_, _(about.name), unit, own, left, UNKNOWN, reason)
    slope_ = _slope(values)
    change = _change(values, about, slope_)
    verdict = _verdict(change, slope_)
    wanted = {"more": RISING, "less": FALLING}.get(about.wanted)
    return Trend(
        id_,
        _(about.name),
        unit,
        own,
        left,
        verdict,
        _("a change may be there or not; more takes will tell") if verdict == UNKNOWN else "",
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


def _slope(values: Sequence[float]) -> Slope:
    return slope(values, power=threshold("power"), alike=threshold("alike"))


def _change(values: Sequence[float], about: About, found: Slope) -> Change:
    ends = min(int(threshold("ends")), len(values) // 2)
    middle = fmean if about.counted else median
    start, now = middle(values[:ends]), middle(values[-ends:])
    change, low, high = (THIRDS * value for value in (found.change, *found.bounds(threshold("confidence"))))
    return Change(start, now, ends, change, low, high, _smallest(values, start, about), spread(values))


def _smallest(values: Sequence[float], start: float, about: About) -> float:
    if about.smallest is None:
        return spread(values)
    return about.smallest * abs(start) if about.scale == "share" else about.smallest


def _verdict(change: Change, found: Slope) -> str:
    if change.low > 0 and found.change >= change.smallest and change.now > change.start:
        return RISING
    if change.high < 0 and found.change <= -change.smallest and change.now < change.start:
        return FALLING
    return STEADY if _steady(found, change.smallest) else UNKNOWN


def _steady(found: Slope, smallest: float) -> bool:
    low, high = found.bounds(threshold("steady_confidence"))
    return -smallest <= low and high <= smallest


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
    return _steady(_slope(values), _smallest(values, median(values[: int(threshold("ends"))]), about))


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
