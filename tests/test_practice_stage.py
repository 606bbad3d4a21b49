"""What an agent sees during a call."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from voicecoach import scenarios
from voicecoach.cli.stage import BAR, HINT, Stage, bar
from voicecoach.practice import Now
from voicecoach.record.meter import Live

LIVE = Live(1.0, -30.0, -20.0, False, True, 0.0, 0.5, None)


def stage(width: int, *, text: bool = True) -> tuple[Stage, io.StringIO]:
    out = io.StringIO()
    screen = Console(file=out, width=width, markup=False, highlight=False, emoji=False)
    return Stage(screen, scenarios.load("no-hot-water"), text=text), out


@pytest.mark.parametrize(
    ("level", "filled"), [(-90.0, 0), (-60.0, 0), (-30.0, BAR // 2), (0.0, BAR), (3.0, BAR)]
)
def test_the_meter_runs_from_60_db_below_full_scale_to_full_scale(level: float, filled: int) -> None:
    assert bar(level) == "=" * filled + " " * (BAR - filled)


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("doing", ["caller", "reading", "answer", "checking"])
def test_the_line_at_the_bottom_fits_with_its_keys(doing: str, width: int) -> None:
    shown, out = stage(width)
    shown.line(0, shown.scenario.lines[0], sounded=doing != "reading")
    shown.console.print(shown._bottom(Now(0, doing, 61.0, LIVE)))
    line = out.getvalue().splitlines()[-1]
    assert line.startswith("1:01 [")
    assert line.endswith("s: stop")
    assert len(line) < width
    assert line.isascii()


def test_the_line_says_whose_turn_it_is_and_what_to_do_when_nothing_comes() -> None:
    shown, out = stage(80)
    for now in (
        Now(0, "caller", 1.0, LIVE),
        Now(0, "answer", 2.0, LIVE),
        Now(0, "answer", 3.0, replace(LIVE, spoken=0.4)),
        Now(0, "answer", 12.0, LIVE, waiting=True),
        Now(0, "answer", 13.0, replace(LIVE, clipped=True)),
    ):
        shown.console.print(shown._bottom(now))
    said = out.getvalue().splitlines()
    for line, words in zip(
        said, ("Priya Nair speaks", "your turn", "listening", HINT, "too loud"), strict=True
    ):
        assert words in line
        assert line.endswith("s: stop")


def test_a_line_is_shown_with_its_place_and_manner_or_only_announced() -> None:
    line = scenarios.load("no-hot-water").lines[0]
    shown, out = stage(80)
    shown.line(0, line, sounded=True)
    assert "1/6  Priya Nair" in out.getvalue()
    assert line.say in out.getvalue()
    hidden, out = stage(80, text=False)
    hidden.line(0, line, sounded=True)
    assert line.say not in out.getvalue()
    hidden.line(0, line, sounded=False)  # what cannot be heard has to be read
    assert line.say in out.getvalue()
