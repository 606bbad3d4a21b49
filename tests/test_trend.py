"""Trends over takes whose answers are arithmetic: lines of known slope, steps, constants, too few."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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
    trend,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SURE = {"confidence": 0.95, "bias": 0.0, "doubt": 0.0, "most": 0.95}
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


def test_the_slope_of_a_line_is_its_slope_whatever_a_few_odd_values_are() -> None:
    line = [3.0 + 0.5 * k for k in range(20)]
    assert slope(line, **SURE) == Slope(0.5, 0.5, 0.5)
    odd = [*line[:7], 99.0, *line[8:15], -99.0, *line[16:]]
    assert slope(odd, **SURE).value == pytest.approx(0.5)
    assert slope([5.0] * 9, **SURE) == Slope(0.0, 0.0, 0.0)


def test_places_need_not_be_even() -> None:
    places = [0.0, 1.0, 5.0, 6.0, 20.0]
    assert slope([2 * place for place in places], places, **SURE).value == pytest.approx(2.0)


def test_the_interval_is_that_of_kendalls_table() -> None:
    # of five, only all ten pairs in one order are rarer than one in twenty; of ten, 34 of 45 (S = 23)
    five = slope([0.0, 1.0, 2.5, 2.6, 9.0], **SURE)
    slopes = sorted((b - a) / (j - i) for (i, a), (j, b) in _pairs([0.0, 1.0, 2.5, 2.6, 9.0]))
    assert (five.low, five.high) == (slopes[0], slopes[-1])
    values = [0.0, 3.0, 1.0, 4.0, 2.0, 6.0, 5.0, 9.0, 7.0, 8.0]
    ten = slope(values, confidence=0.95, bias=-99.0, doubt=0.0, most=0.95)  # neighbours taken as unlike
    slopes = sorted((b - a) / (j - i) for (i, a), (j, b) in _pairs(values))
    assert (ten.low, ten.high) == (slopes[11], slopes[-12])
    four = slope([0.0, 1.0, 2.0, 3.5], **SURE)
    assert (four.low, four.high) == (-math.inf, math.inf)


def _pairs(values: Sequence[float]) -> list[tuple[tuple[int, float], tuple[int, float]]]:
    row = list(enumerate(values))
    return [(a, b) for k, a in enumerate(row) for b in row[k + 1 :]]


def test_values_that_follow_their_neighbours_make_the_interval_wider() -> None:
    alike = [math.sin(k / 4) for k in range(30)]
    mixed = [alike[(k * 7) % 30] for k in range(30)]
    wide, narrow = (slope(values, **SURE) for values in (alike, mixed))
    assert wide.high - wide.low > narrow.high - narrow.low


# --- verdicts -----------------------------------------------------------------------------------------------


def test_a_line_rises_by_what_it_rises() -> None:
    found = trend("score.total", points(noisy(30, rise=29.0)))
    assert found.verdict == RISING
    assert found.better is True
    assert found.change is not None
    assert found.change.start == pytest.approx(62, abs=0.5)  # the middle of the first five
    assert found.change.now == pytest.approx(87, abs=0.5)
    assert found.change.change == pytest.approx(
        25, abs=0.5
    )  # from the middle of the first to that of the last
    assert found.change.low is not None
    assert found.change.high is not None
    assert 20 < found.change.low < 25 < found.change.high < 30


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


def test_what_changes_less_than_is_worth_naming_is_steady() -> None:
    assert trend("score.total", points([70.0] * 12)).verdict == STEADY
    small = trend("score.total", points(noisy(40, rise=4.0)))
    assert small.change is not None
    assert small.change.low is not None
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
    middles, places = groups([float(k) for k in range(600)], 60)
    assert (len(middles), middles[0], middles[-1]) == (60, 4.5, 594.5)
    assert places == middles
    assert groups([1.0, 2.0], 60) == ([1.0, 2.0], [0.0, 1.0])
    found = trend("score.total", points(noisy(5000, rise=30.0)))
    assert found.verdict == RISING
    assert found.change is not None
    assert found.change.change == pytest.approx(30, abs=0.5)


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


def test_chance_is_hardly_ever_called_a_trend() -> None:
    """A hundred people whose takes only vary, and a hundred whose takes wander: see benchmarks/trend.py."""
    random_ = random.Random(7)  # noqa: S311
    changed = (RISING, FALLING)
    noise = [[60 + random_.gauss(0, 10) for _ in range(20)] for _ in range(100)]
    assert sum(trend("score.total", points(values)).verdict in changed for values in noise) <= 5
    walks = []
    for _ in range(100):
        values = [60.0]
        while len(values) < 20:
            values.append(values[-1] + random_.gauss(0, 5))
        walks.append(values)
    assert sum(trend("score.total", points(values)).verdict in changed for values in walks) <= 10
    real = [[60 + 20 * k / 29 + random_.gauss(0, 5) for k in range(30)] for _ in range(50)]
    assert sum(trend("score.total", points(values)).verdict == RISING for values in real) >= 40


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
