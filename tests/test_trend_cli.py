"""The trend page from a history: what is said, what is drawn, and what there is to try."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import make_analysis as made
from voicecoach.cli import cli
from voicecoach.history import History, Utterance
from voicecoach.reports.trend import render
from voicecoach.trend import definitions, progress

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
JITTER = (4.0, -4.0, -1.0, 3.0, -2.0)
PHRASE = "Thank you for calling Northside Bikes."
SCENARIOS = ("refund", "moving")


def take(
    history: History,
    days: float,
    total: float,
    *,
    agent: str = "me",
    scenario: str = "refund",
    pace: float = 4.5,
    said: Sequence[Utterance] = (),
) -> None:
    """An analysed take with so many points."""
    new = history.new_take(agent, "practice", scenario=scenario, started=START + timedelta(days=days))
    assert new.recording is not None
    new.recording.write_bytes(b"RIFF")
    history.finish_take(new.number, duration=50.0, ended="done")
    good = made.good()
    measures = [made.measure("pace.articulation_rate", pace, "syllables/s")]
    scores = replace(good.scores, total=total)
    history.add_analysis(new.number, replace(good, scores=scores, measures=tuple(measures)), utterances=said)


def utterance(k: int, count: int) -> Utterance:
    """A sentence that becomes 20 % faster and 2 semitones flatter over so many takes."""
    done = k / (count - 1)
    key = PHRASE.lower().rstrip(".")
    return Utterance(key, PHRASE, 1.0, 3.0, 5.0 * 1.2**done + 0.03 * JITTER[k % 5], 6.0 - 2.2 * done, 0.0)


def practised(
    count: int, *, days: float = 1.4, rise: float = 0.0, worn: bool = False
) -> Callable[[History], None]:
    def fill(history: History) -> None:
        for k in range(count):
            said = (utterance(k, count),) if worn else ()
            total = 60 + rise * k / max(count - 1, 1) + JITTER[k % 5]
            take(history, days * k, total, scenario=SCENARIOS[k % 3 == 2], said=said)

    return fill


@pytest.fixture
def trend(tmp_path: Path) -> Callable[..., Result]:
    folder = tmp_path / "history"

    def run(fill: Callable[[History], None] | None, *arguments: str) -> Result:
        if fill is not None:
            with History.open(folder) as history:
                fill(history)
        return CliRunner().invoke(cli, ["trend", "--history", str(folder), *arguments])

    return run


def section(page: str, title: str) -> str:
    """The lines below a heading, on one line."""
    after = page[page.index(f"\n{title}\n") + len(title) + 2 :]
    return " ".join(after.split("\n\n")[0].split())


Trend = Callable[..., Result]


def test_a_rise_is_told_with_its_bounds_and_drawn(trend: Trend) -> None:
    page = trend(practised(30, rise=25.0)).output
    assert "30 analysed takes, 2 Mar 2026 to 11 Apr 2026" in page
    changed = section(page, "WHAT CHANGED")
    assert changed.startswith("points of the scorecard 61 -> 8")
    assert "as wanted; likely +" in changed
    assert ", first third to last" in changed
    assert page.count("●") >= 20
    assert "The line is where you started: 61." in page
    assert section(page, "WHAT HAS NOT").startswith("pace 4.5 -> 4.5 syllables/s")
    assert "Keep what you do there" in section(page, "ONE THING TO TRY")
    assert max(map(len, page.splitlines())) <= 80


def test_six_weeks_without_change_suggest_the_scenario_practised_least(trend: Trend) -> None:
    page = trend(practised(31)).output
    assert "No change in 6 weeks in points of the scorecard" in section(page, "NOTES")
    assert "moving, which you have practised 10 times" in section(page, "ONE THING TO TRY")


def test_a_worn_sentence_is_told_with_where_to_listen(trend: Trend) -> None:
    page = trend(practised(20, rise=25.0, worn=True)).output
    words = section(page, "THE SAME WORDS, FASTER AND FLATTER")
    assert words.startswith(f'"{PHRASE}" has become 2')
    assert "% faster" in words
    assert "2.2 semitones flatter" in words
    assert "since March 2026, in 20 takes. Listen to take 1 at 0:01 and to take 20 at 0:01." in words
    assert "picture the person it is for" in section(page, "ONE THING TO TRY")
    assert "sincere" not in page


def test_stock_phrases_are_looked_for_when_asked(trend: Trend) -> None:
    page = trend(practised(12), "--phrases").output
    assert section(page, "STOCK PHRASES") == "none in your last takes"

    def fill(history: History) -> None:
        formula = made.turn("agent", 30.0, 33.0, "I do understand your frustration with this.")
        for k in range(4):
            new = history.new_take("Ana", "practice", scenario=SCENARIOS[k % 2], started=START)
            history.finish_take(new.number, duration=50.0, ended="done")
            other = made.turn("agent", 40.0, 43.0, f"Number {k} is another matter.")
            history.add_analysis(new.number, made.analysis([formula, other], ()))

    page = trend(fill, "--phrases", "--agent", "Ana", "pace").output
    assert "I do understand your frustration with this" in section(page, "STOCK PHRASES")
    assert "in 4 of your last 4 takes" in section(page, "STOCK PHRASES")
    assert "STOCK PHRASES" not in trend(None, "--agent", "Ana").output


def test_of_a_thousand_takes_and_more_a_part_is_looked_at(
    trend: Trend, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = definitions()
    few = replace(whole, thresholds={**whole.thresholds, "takes_most": 20.0})
    monkeypatch.setattr("voicecoach.trend.about.definitions", lambda: few)
    page = trend(practised(45)).output
    assert "45 takes, 20 of them looked at, 2 Mar 2026 to 2 May 2026" in page


def test_few_takes_say_so(trend: Trend) -> None:
    page = trend(practised(2)).output
    assert "2 takes so far, it takes 5" in section(page, "NOT CLEAR YET")
    assert section(page, "ONE THING TO TRY").startswith("Record 3 more takes")
    assert "WHAT CHANGED" not in page


def test_from_few_takes_that_do_not_tell_come_the_plain_numbers(trend: Trend) -> None:
    def fill(history: History) -> None:
        for k, total in enumerate([60.0, 71.0, 74.0, 66.0, 82.0, 88.0, 69.0]):
            take(history, k, total)

    unclear = section(trend(fill, "--no-plot").output, "NOT CLEAR YET")
    assert unclear.startswith("points of the scorecard 71 -> 82")
    assert "first 3 takes to last 3; takes vary by 8.4" in unclear
    assert "likely" not in unclear


def test_many_measures_at_once_are_said_to_be_many(trend: Trend) -> None:
    note = (
        "2 measures are looked at together; one in twenty of those that only vary seems to change by chance."
    )
    assert note in section(trend(practised(30, rise=25.0)).output, "NOTES")
    assert "looked at together" not in trend(None, "score.total").output
    assert "looked at together" not in trend(practised(30), "--agent", "me", "pace").output


@pytest.mark.parametrize(
    ("totals", "drawn"), [((50, 60), False), ((50, 50, 50), False), ((50, 60, 55), True)]
)
def test_only_what_is_seen_in_a_drawing_is_drawn(trend: Trend, totals: Sequence[int], drawn: bool) -> None:
    def fill(history: History) -> None:
        for day, total in enumerate(totals):
            take(history, day, total)

    first = trend(fill).output.partition("NOT CLEAR YET")[0]
    assert ("points of the scorecard" in first) == drawn


def test_a_break_is_told_kindly(trend: Trend) -> None:
    def fill(history: History) -> None:
        practised(10, days=1.0)(history)
        for k in range(3):
            take(history, 40.0 + k, 40.0 + k)

    page = trend(fill).output
    assert "31 days without practice, points of the scorecard: " in section(page, "NOTES")
    assert ", 41 right after" in section(page, "NOTES")
    assert "A break does that to everybody." in section(page, "NOTES")
    assert section(page, "ONE THING TO TRY").startswith("After 31 days without practice a step back is usual")


def test_a_scenario_is_told_take_by_take(trend: Trend) -> None:
    def fill(history: History) -> None:
        for k, total in enumerate([60.0, 75.0, 70.0]):
            take(history, k, total)
        take(history, 4, 99.0, scenario="moving")

    page = trend(fill, "--scenario", "refund").output
    assert page.startswith("TREND me, scenario refund\n  3 analysed takes")
    told = section(page, "TAKE BY TAKE")
    assert "60 in the first take, 70 in the last" in told
    assert "Best of 3: 75, take 2; takes differ by about 7.6" in told


def test_measures_are_asked_for_by_id_name_or_marker(trend: Trend) -> None:
    found = json.loads(trend(practised(6), "pace", "courtesy.thanks", "-f", "json").output)
    assert [one["id"] for one in found["trends"]] == ["pace.articulation_rate", "marker:courtesy.thanks"]
    assert [point["value"] for point in found["trends"][1]["points"]] == [2.0] * 6
    assert found["takes"] == 6
    assert found["first"].startswith("2026-03-02T09:00:00")
    assert "did you mean 'pace'?" in str(trend(None, "paces").exception)


def test_without_plot_there_are_numbers(trend: Trend) -> None:
    page = trend(practised(12), "--no-plot").output
    assert "●" not in page
    assert "points of the scorecard" in page


def test_a_console_of_ascii_gets_a_drawing_in_ascii(trend: Trend, tmp_path: Path) -> None:
    trend(practised(12))
    command = [sys.executable, "-m", "voicecoach", "trend", "--history", str(tmp_path / "history")]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    page = done.stdout.decode("cp1252")
    assert page.isascii()
    assert page.count("*") >= 10
    assert done.stderr == b""


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_the_page_keeps_to_the_width(tmp_path: Path, width: int) -> None:
    with History.open(tmp_path / "history") as history:
        practised(20, rise=25.0, worn=True)(history)
        found = progress(history, "me")
    for unicode in (True, False):
        page = render(found, width=width, unicode=unicode)
        assert max(map(len, page.splitlines())) <= width
        assert "points of the scorecard" in page
        assert unicode or page.isascii()


def test_takes_that_are_not_analysed_say_what_to_do(trend: Trend) -> None:
    def fill(history: History) -> None:
        history.finish_take(history.new_take("me", "recording").number, duration=9.0, ended="done")

    page = trend(fill).output
    assert "0 analysed takes" in page
    assert "voicecoach history analyse" in section(page, "ONE THING TO TRY")


def test_nobody_and_nothing_are_told_in_a_line(trend: Trend) -> None:
    nothing = trend(None)
    assert "there is no history yet" in str(nothing.exception)
    other = trend(practised(1), "--agent", "Ana")
    assert str(other.exception) == "no takes of 'Ana'; voicecoach history --all lists the takes there are"
    missing = trend(None, "--scenario", "refnd")
    assert "practised so far: refund" in str(missing.exception)
