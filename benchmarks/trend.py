"""How often a trend is told where there is none, and how many takes it takes to tell one that is there.

    python benchmarks/trend.py [--repeats 1000]

Made takes, none of a person. Points of a scorecard: 10 are worth naming; takes vary by 5 or by 10 (standard
deviation). "noise" varies around a level; "alike 3" and "alike 6" too, each take like the one before it by
three or six tenths; of "odd" one take in ten is 25 points lower; "walk" wanders. "noise" and "alike 3" bound
the error; the others are for information: a level that has wandered is another level. "line" rises evenly by
so much, "step" at once after two fifths of the takes, "bend" over the first half. Then the same of plateaus,
setbacks after a break, and worn sentences.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from voicecoach.history import Point, Utterance
from voicecoach.trend import FALLING, RISING, STEADY, Trend, trend, worn

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SHAPES: dict[str, Callable[[float], float]] = {
    "line": lambda share: share,
    "step": lambda share: float(share > 0.4),
    "bend": lambda share: min(2 * share, 1.0),
}
BOUNDED = ("noise", "alike 3")
CHANCE = random.Random(11)  # noqa: S311 - the same each time


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=1000)
    repeats = parser.parse_args().repeats
    false(repeats)
    power(repeats)
    plateaus(repeats)
    setbacks(repeats)
    sentences(repeats)


def false(repeats: int) -> None:
    """Takes without a trend: how many are called rising or falling, and how many steady."""
    print("no trend, per cent called rising or falling")
    kinds = [(kind, by) for kind in (*BOUNDED, "odd", "alike 6", "walk") for by in (5, 10)]
    print(row("takes", (*(f"{kind}/{by}" for kind, by in kinds), "(steady:) 5")))
    worst = 0.0
    for count in (5, 6, 8, 10, 15, 20, 30, 60, 200):
        found = [verdicts(repeats, count, kind, by) for kind, by in kinds]
        shares = [percent(v in (RISING, FALLING) for v in one) for one in found]
        worst = max(worst, *shares[: 2 * len(BOUNDED)])
        steady = percent(v == STEADY for v in found[0])
        print(row(count, map("{:.1f}".format, (*shares, steady))))
    error = 100 * math.sqrt(0.05 * 0.95 / repeats)
    print(f"worst of {' and '.join(BOUNDED)}: {worst:.1f} (standard error of 5 %: {error:.1f})")


def power(repeats: int) -> None:
    """A change that is there: how often it is called rising."""
    kinds = [(shape, change) for shape in SHAPES for change in (10, 15, 20)]
    for by in (5, 10):
        print(f"\na change is there, takes vary by {by}, per cent called rising")
        print(row("takes", (f"{shape} {change}" for shape, change in kinds)))
        for count in (5, 6, 8, 10, 12, 15, 20, 30, 60):
            found = [verdicts(repeats, count, "noise", by, change, SHAPES[shape]) for shape, change in kinds]
            print(row(count, (f"{percent(v == RISING for v in one):.0f}" for one in found)))


def plateaus(repeats: int) -> None:
    """Six weeks of practice: how often no change is told, where there is none and where there is one."""
    print("\nsix weeks, per cent told as a plateau, by change of the points / by how much takes vary")
    kinds = [(change, by) for by in (2.5, 5) for change in (0, 10, 15)]
    print(row("takes", (f"{change}/{by}" for change, by in kinds)))
    for count in (8, 12, 20, 30, 60):
        shares = []
        for change, by in kinds:
            rows = (values(count, "noise", by, change) for _ in range(repeats))
            shares.append(percent(told(one, days=42 / (count - 1)).plateau for one in rows))
        print(row(count, map("{:.0f}".format, shares)))


def setbacks(repeats: int) -> None:
    """A break of a month after ten takes: how often a setback is told, of 0, 10, 15 and 20 points."""
    print("\na break after ten takes, three after it: per cent told as a step back, by how much lower")
    print(row("vary", ("0", "10", "15", "20")))
    for by in (2.5, 5, 10):
        shares = []
        for less in (0, 10, 15, 20):
            found = 0
            for _ in range(repeats):
                row_ = [70 + CHANCE.gauss(0, by) - less * (k >= 10) for k in range(13)]
                days = [k + 30 * (k >= 10) for k in range(13)]
                found += trend("score.total", points(row_, days)).decay is not None
            shares.append(100 * found / repeats)
        print(row(by, map("{:.1f}".format, shares)))


def sentences(repeats: int) -> None:
    """One sentence in so many takes; its pace varies by 5 % and its spread by 1 semitone."""
    print("\none sentence, per cent told as worn, by how much faster / by how many semitones flatter")
    kinds = (
        ("noise", 0, 0),
        ("alike 3", 0, 0),
        ("noise", 18, 0),
        ("noise", 0, 3),
        ("noise", 18, 1.1),
        ("noise", 25, 2),
        ("noise", 25, 3),
    )
    print(row("takes", (f"{kind} {fast}/{flat}" for kind, fast, flat in kinds)))
    for count in (5, 6, 8, 10, 15, 20, 40):
        shares = []
        for kind, fast, flat in kinds:
            found = 0
            for _ in range(repeats):
                rates = values(count, kind, 0.05, math.log1p(fast / 100), level=math.log(5))
                spreads = values(count, kind, 1.0, -float(flat), level=7.0)
                said = [
                    Utterance("a", "A", 0, 1, math.exp(rate), max(spread, 0.1), 0.0, k, START + timedelta(k))
                    for k, (rate, spread) in enumerate(zip(rates, spreads, strict=True))
                ]
                found += bool(worn({"a": said}))
            shares.append(100 * found / repeats)
        print(row(count, map("{:.1f}".format, shares)))


def values(
    count: int,
    kind: str,
    by: float,
    change: float = 0.0,
    shape: Callable[[float], float] = SHAPES["line"],
    level: float = 60.0,
) -> list[float]:
    """Values of takes in their order."""
    keep = {"alike 3": 0.3, "alike 6": 0.6, "walk": 1.0}.get(kind, 0.0)
    new_part = 1.0 if keep == 1 else math.sqrt(1 - keep * keep)
    found, last = [], CHANCE.gauss(0, by)
    for k in range(count):
        odd = 25.0 if kind == "odd" and CHANCE.random() < 0.1 else 0.0
        found.append(level + last - odd + change * shape(k / (count - 1)))
        last = keep * last + new_part * CHANCE.gauss(0, by)
    return found


def points(row_: Sequence[float], days: Sequence[float]) -> tuple[Point, ...]:
    """Points of a scorecard on these days."""
    return tuple(
        Point(k, START + timedelta(days=day), value, "points", None, None, False, "refund", "en")
        for k, (value, day) in enumerate(zip(row_, days, strict=True))
    )


def told(row_: Sequence[float], days: float = 1.0) -> Trend:
    """The trend of points, so many days apart."""
    return trend("score.total", points(row_, [days * k for k in range(len(row_))]))


def verdicts(
    repeats: int,
    count: int,
    kind: str,
    by: float,
    change: float = 0.0,
    shape: Callable[[float], float] = SHAPES["line"],
) -> list[str]:
    """What is said of so many rows of takes."""
    return [told(values(count, kind, by, change, shape)).verdict for _ in range(repeats)]


def percent(found: Iterable[bool]) -> float:
    """The share of what is true."""
    all_ = list(found)
    return 100 * sum(all_) / len(all_)


def row(first: object, cells: Iterable[str]) -> str:
    """A line of a table."""
    return f"{first!s:>5}" + "".join(f"{cell:>13}" for cell in cells)


if __name__ == "__main__":
    main()
