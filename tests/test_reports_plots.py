"""Drawings for the terminal: where the values stand, and what a terminal without Unicode gets."""

from __future__ import annotations

import math

import pytest

from voicecoach.reports import plots
from voicecoach.types import Curve


def rows(text: str) -> list[str]:
    return text.splitlines()


def test_a_rising_line_is_drawn_from_the_left_below_to_the_right_above() -> None:
    text = plots.plot([plots.Series(range(10), range(10))], width=60, height=14)
    dots = [(y, line.index("●")) for y, line in enumerate(rows(text)) if "●" in line]
    assert len(dots) >= 8
    assert [x for _, x in dots] == sorted(
        (x for _, x in dots), reverse=True
    )  # upper rows stand further right


def test_it_keeps_to_the_width_and_height_and_has_no_colours() -> None:
    text = plots.plot([plots.Series([0, 1, 2], [3, 1, 2])], width=50, height=9)
    assert len(rows(text)) == 9
    assert max(map(len, rows(text))) <= 50
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in rows(text))


def test_without_unicode_everything_is_ascii() -> None:
    series = [plots.Series(range(9), range(9)), plots.Series(range(9), [4] * 9, joined=True)]
    text = plots.plot(series, lines=[2.0], unicode=False)
    assert text.isascii()
    assert text.count("*") >= 9
    assert "-----" in text


def test_a_level_crosses_the_whole_drawing() -> None:
    text = plots.plot([plots.Series([0, 10], [1, 9])], lines=[5.0], width=60)
    assert any("─" * 40 in line for line in rows(text)[1:-2])


def test_nothing_is_drawn_over_a_gap() -> None:
    values = [5.0] * 20 + [math.nan] * 20 + [5.0] * 20
    text = plots.curve([Curve("syllables/s", 1.0, 10.0, tuple(values))], width=70, unicode=False)
    (line,) = [row for row in rows(text) if "*" in row]
    inside = line[line.index("*") : line.rindex("*") + 1]
    assert inside.count(" ") == pytest.approx(len(inside) / 3, abs=4)
    assert "0:00" in text
    assert "0:59" in text


def test_two_curves_have_marks_of_their_own() -> None:
    first, second = (Curve("syllables/s", 1.0, 10.0, (level,) * 30) for level in (4.0, 6.0))
    text = plots.curve([first, second], unicode=False)
    high, low = (next(k for k, row in enumerate(rows(text)) if mark * 5 in row) for mark in "x*")
    assert high < low


def test_without_values_there_is_no_drawing() -> None:
    assert plots.plot([]) == ""
    assert plots.plot([plots.Series([0, 1], [math.nan, math.nan])]) == ""
    assert plots.spark([math.nan]) == ""


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0])
def test_a_single_value_can_be_drawn(value: float) -> None:
    assert "●" in plots.plot([plots.Series([7.0], [value])])


def test_a_spark_has_a_character_a_value() -> None:
    assert plots.spark([0, 1, 2, 3, 4, 5, 6, 7]) == plots.LEVELS
    assert plots.spark([7, 0], unicode=False) == "#_"
    assert plots.spark([2, 2, 2]) == plots.LEVELS[3] * 3
    assert plots.spark([0, math.nan, 1]) == f"{plots.LEVELS[0]} {plots.LEVELS[-1]}"


def test_times_are_written_as_people_do() -> None:
    assert plots.day(43200.0) == "1 Jan 1970"
    assert plots.minute(125.4) == "2:05"


def test_labels_are_of_what_is_drawn_and_stand_once() -> None:
    hours = plots.Series([3600.0 * k for k in range(3)], [0.0, 58.0, 100.0])
    text = plots.plot([hours], width=80, height=12, label=plots.day)
    assert text.count("1 Jan 1970") == 1
    assert [line.split("┤")[0].strip() for line in text.splitlines() if "┤" in line] == [
        "100",
        "67",
        "33",
        "0",
    ]
