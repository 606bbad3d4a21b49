"""Trends over takes whose answers are arithmetic: lines of known slope, steps, constants, too few."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import linear_regression
from typing import Any

import pytest

from voicecoach.errors import UsageError
from voicecoach.history import Point
from voicecoach.measures.definitions import definitions as measured
from voicecoach.score import load_scorecard
from voicecoach.trend import (
    FALLING,
    RISING,
    STEADY,
    UNKNOWN,
    Slope,
    definitions,
    groups,
    learning,
    slope,
    spread,
    student,
    trend,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINE = {"power": 1.0, "alike": 0.0}
JITTER = (0.4, -0.4, -0.1, 0.3, -0.2)  # no trend of its own


def points(
    values: Sequence[float], *, days: Sequence[float] | None = None, **other: Any
) -> tuple[Point, ...]:
    when = days or range(len(values))
    made = {"unit": "points", "low": None, "high": None, "telephone": False, "scenario": "", "language": "en"}
    return tuple(
        Point(take=k + 1, time=START + timedelta(days=day), value=value, **{**made, **other})
        for k, (value, day) in enumerate(zip(values, when, strict=True))
    )


def noisy(count: int, level: float = 60.0, rise: float = 0.0, by: float = 1.0) -> list[float]:
    return [level + rise * k / (count - 1) + by * JITTER[k % 5] for k in range(count)]


# --- the slope ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0.0, 0.7, 1.0])
def test_the_slope_of_a_line_is_its_slope(power: float) -> None:
    found = slope([3.0 + 0.5 * k for k in range(21)], power=power, alike=0.3)
    assert found.change == pytest.approx(10.0)
    low, high = found.bounds(0.95)
    assert low <= 10.0 <= high
    assert slope([5.0] * 9, power=power, alike=0.3) == Slope(0.0, 0.0, 7)


def test_with_the_power_of_one_it_is_the_line_of_least_squares() -> None:
    values = [0.0, 3.0, 1.0, 4.0, 2.0, 6.0, 5.0, 9.0, 7.0, 8.0]
    found = slope(values, **LINE)
    fitted = linear_regression(range(10), values)
    beside = sum((v - fitted.intercept - fitted.slope * k) ** 2 for k, v in enumerate(values))
    assert found.change == pytest.approx(9 * fitted.slope)
    assert found.error == pytest.approx(9 * math.sqrt(beside / 8 / 82.5))
    assert found.bounds(0.95)[1] == pytest.approx(found.change + 2.306 * found.error, rel=1e-3)


def test_with_the_power_of_nought_it_is_the_later_half_against_the_earlier() -> None:
    found = slope([1.0, 3.0, 2.0, 6.0, 8.0, 7.0], power=0.0, alike=0.0)
    assert found.change == pytest.approx(5.0 * 5 / 3)  # the middles of the halves are three places apart


@pytest.mark.parametrize(
    ("confidence", "freedom", "reach"),
    [(0.95, 3, 3.182), (0.95, 8, 2.306), (0.95, 60, 2.000), (0.9, 5, 2.015), (0.8, 3, 1.638)],
)
def test_the_reach_of_an_interval_is_that_of_students_table(
    confidence: float, freedom: int, reach: float
) -> None:
    assert student(confidence, freedom) == pytest.approx(reach, rel=0.01)


def test_takes_that_are_alike_say_less() -> None:
    values = [0.0, 3.0, 1.0, 4.0, 2.0, 6.0]
    plain, alike = slope(values, **LINE), slope(values, power=1.0, alike=0.6)
    assert (alike.change, alike.error) == (plain.change, pytest.approx(2 * plain.error))


# --- verdicts -----------------------------------------------------------------------------------------------


def test_a_line_rises_by_what_it_rises() -> None:
    found = trend("score.total", points(noisy(30, rise=29.0)))
    assert found.verdict == RISING
    assert found.better is True
    assert found.change is not None
    assert (found.change.start, found.change.ends) == (
        pytest.approx(60.6),
        3,
    )  # the middle of the first three
    assert found.change.now == pytest.approx(88.3)
    assert found.change.change == pytest.approx(29 * 2 / 3, abs=0.5)
    assert 17 < found.change.low < 19.3 < found.change.high < 22


def test_what_is_wanted_less_is_better_when_it_falls() -> None:
    assert trend("fillers.heard_rate", points(noisy(30, 12.0, -9.0))).better is True
    assert trend("fillers.heard_rate", points(noisy(30, 3.0, 9.0))).better is False
    faster = trend("pace.articulation_rate", points(noisy(30, 4.0, 3.0, 0.1)))
    assert (faster.verdict, faster.better) == (RISING, None)  # no pace is right or wrong


def test_a_lasting_step_is_a_change() -> None:
    found = trend("score.total", points(noisy(15, 60.0, by=5) + noisy(25, 80.0, by=5)))
    assert found.verdict == RISING
    assert found.change is not None
    assert found.change.now - found.change.start == pytest.approx(20, abs=1)
    assert found.change.change == pytest.approx(20, abs=1.5)
    assert found.change.low < 20 < found.change.high


def test_what_changes_less_than_is_worth_naming_is_steady() -> None:
    assert trend("score.total", points([70.0] * 12)).verdict == STEADY
    small = trend("score.total", points(noisy(40, rise=4.0)))
    assert small.change is not None
    assert small.change.low > 0  # sure, and yet not worth a word
    assert small.verdict == STEADY


@pytest.mark.parametrize("values", [[], [60.0], [60.0, 90.0], [60.0, 70.0, 80.0, 90.0]])
def test_few_takes_are_too_few_to_tell(values: list[float]) -> None:
    found = trend("score.total", points(values))
    assert (found.verdict, found.change, found.better) == (UNKNOWN, None, None)
    assert f"{len(values)} take" in found.reason


def test_takes_far_apart_are_too_few_to_tell() -> None:
    found = trend("score.total", points([40.0, 90.0, 55.0, 85.0, 60.0, 95.0]))
    assert found.verdict == UNKNOWN
    assert found.change is not None


def test_many_takes_are_drawn_together() -> None:
    middles = groups([float(k) for k in range(600)], 60)
    assert (len(middles), middles[0], middles[-1]) == (60, 4.5, 594.5)
    assert groups([0.0, 0.0, 3.0, 3.0, 3.0, 0.0], 2, counted=True) == [1.0, 2.0]
    assert groups([1.0, 2.0], 60) == [1.0, 2.0]


def test_a_trend_is_not_in_the_spread() -> None:
    assert spread([1.0, 2.0] * 50) == pytest.approx(math.sqrt(0.5))
    assert spread([float(k) for k in range(9)]) == pytest.approx(math.sqrt(0.5))
    assert spread([4.0]) == 0.0


# --- what is compared ---------------------------------------------------------------------------------------


def test_only_what_can_be_compared_is_compared() -> None:
    english = points(noisy(8, 4.4, by=0.1), unit="syllables/s")
    japanese = points([9.0, 9.1], unit="morae/s", language="ja")
    found = trend("pace.articulation_rate", (*english, *japanese))
    assert (found.points, found.left_out, found.unit) == (english, 2, "syllables/s")
    wide, narrow = points([-20.0] * 6), points([-30.0] * 5, telephone=True)
    assert trend("loudness.level", (*wide, *narrow)).left_out == 5  # a line changes the level
    assert trend("pace.articulation_rate", (*wide, *narrow)).left_out == 0  # but not the pace


def test_another_mix_of_scenarios_is_said() -> None:
    first, last = points(noisy(6), scenario="refund"), points(noisy(6), scenario="moving")
    assert trend("score.total", (*first, *last)).mixed
    assert not trend("score.total", (*first, *first)).mixed


# --- plateau, decay, learning -------------------------------------------------------------------------------


def test_six_weeks_without_change_are_a_plateau() -> None:
    weeks = [1.4 * k for k in range(31)]  # five a week, 42 days
    assert trend("score.total", points(noisy(31), days=weeks)).plateau
    assert not trend("score.total", points(noisy(31, rise=30.0), days=weeks)).plateau
    assert not trend("score.total", points(noisy(31, level=95.0), days=weeks)).plateau  # enough
    assert not trend("pitch.spread", points(noisy(31), days=weeks)).plateau  # nothing is wanted
    assert not trend("score.total", points(noisy(31), days=[0.5 * k for k in range(31)])).plateau  # two weeks
    rare = [0.0, 1.0, 2.0, 38.0, 39.0, 40.0, 41.0]
    assert not trend("score.total", points(noisy(7), days=rare)).plateau  # that was no practice


def test_a_plateau_may_follow_a_rise() -> None:
    days = [1.4 * k for k in range(61)]
    found = trend("score.total", points(noisy(30, 40.0, 30.0, 6.0) + noisy(31, 70.0, 0.0, 6.0), days=days))
    assert (found.verdict, found.plateau) == (RISING, True)


def test_a_step_back_after_a_break_is_seen_and_its_end() -> None:
    days = [*range(10), 40, 41, 42]
    found = trend("score.total", points([*noisy(10, 80.0), 60.0, 61.0, 62.0], days=days))
    assert found.decay is not None
    assert found.decay.days == 31
    assert (found.decay.before, found.decay.after) == (pytest.approx(80, abs=0.5), 61.0)
    assert found.decay.since is None
    back = trend("score.total", points([*noisy(10, 80.0), 60.0, 61.0, 62.0, 80.0], days=[*days, 43]))
    assert back.decay is not None
    assert back.decay.since == 80.0


@pytest.mark.parametrize(
    ("after", "gap"), [([79.0, 80.0, 81.0], 30), ([60.0, 61.0, 62.0], 10), ([60.0], 30), ([95.0, 96.0], 30)]
)
def test_no_step_back_where_there_is_none(after: list[float], gap: int) -> None:
    days = [*range(10), *(9 + gap + k for k in range(len(after)))]
    assert trend("score.total", points([*noisy(10, 80.0), *after], days=days)).decay is None


def test_takes_of_a_scenario_one_by_one() -> None:
    found = learning("score.total", points([60.0, 75.0, 70.0]))
    assert found is not None
    assert (found.takes, found.first, found.last, found.best, found.best_take) == (3, 60.0, 70.0, 75.0, 2)
    assert found.spread == pytest.approx(math.sqrt(175 / 3))
    less = learning("talk.interruptions", points([3.0, 1.0, 2.0]))
    assert less is not None
    assert (less.best, less.best_take) == (1.0, 2)
    assert learning("score.total", ()) is None


# --- chance -------------------------------------------------------------------------------------------------


def called(verdict: str, count: int, *, rise: float = 0.0, alike: float = 0.0, step: bool = False) -> int:
    """How many of 200 people are called so; their takes vary by 5: see benchmarks/trend.py."""
    random_, found = random.Random(7), 0  # noqa: S311
    for _ in range(200):
        beside, values = random_.gauss(0, 5), []
        for k in range(count):
            values.append(60 + beside + rise * (k / (count - 1) > 0.4 if step else k / (count - 1)))
            beside = alike * beside + math.sqrt(1 - alike * alike) * random_.gauss(0, 5)
        found += trend("score.total", points(values)).verdict == verdict
    return found


@pytest.mark.parametrize("count", [5, 10, 20])
@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_takes_that_only_vary_are_hardly_ever_called_a_change(count: int, alike: float) -> None:
    assert called(RISING, count, alike=alike) + called(FALLING, count, alike=alike) <= 14  # 10, and chance


@pytest.mark.parametrize(("count", "least"), [(10, 130), (15, 180), (20, 190)])
@pytest.mark.parametrize("step", [False, True])
def test_a_change_is_found(count: int, least: int, step: bool) -> None:
    assert called(RISING, count, rise=20.0, step=step) >= least


# --- the data -----------------------------------------------------------------------------------------------


def test_the_smallest_changes_are_the_own_bands_of_the_measures() -> None:
    compared = 0
    for id_, about in definitions().measures.items():
        entry = measured().entries.get(id_)
        assert entry is not None or id_ == "score.total"
        if entry is None or entry.own is None or entry.own.scale == "semitones":
            continue
        ends = [abs(end) for end in (entry.own.low, entry.own.high) if end is not None]
        if ends:
            assert (about.scale, about.smallest) == (entry.own.scale, ends[0]), id_
            assert ("language" in about.same) == ("language" in entry.own.same), id_
            compared += 1
    assert compared >= 8


def test_what_is_wanted_less_is_what_the_scorecard_wants_less() -> None:
    wants = [want for item in load_scorecard().items for want in item.want]
    less = {marker for want in wants if want.at_most is not None for marker in want.markers}
    more = {marker for want in wants if want.at_least is not None for marker in want.markers}
    assert less
    assert less <= definitions().wanted_less
    assert not more & definitions().wanted_less


def test_an_unknown_measure_is_named_with_its_neighbour() -> None:
    with pytest.raises(UsageError, match=r"did you mean 'pitch\.spread'"):
        trend("pitch.spred", ())
    assert trend("marker:listening.echo", points([1.0])).name == "echo"
