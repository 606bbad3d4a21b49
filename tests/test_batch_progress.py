"""How far a batch is: what is said of the time left, and how it is shown."""

from __future__ import annotations

import io
import json
import sys

import pytest

from voicecoach.batch.progress import Meter, Progress
from voicecoach.cli import progress as shown


class Clock:
    """A clock that is moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_time_left_is_by_length_and_not_by_count() -> None:
    clock = Clock()
    meter = Meter({"long": 900.0, "short": 100.0, "other": 100.0, "last": 500.0}, clock=clock)
    assert meter.start("long", "long.wav").left is None
    clock.now += 90.0
    found = meter.end("long")
    assert (found.files_done, found.audio_done, found.audio) == (1, 900.0, 1600.0)
    assert found.rate == pytest.approx(10.0)
    assert found.left == pytest.approx(70.0)
    meter.start("last", "last.wav")
    clock.now += 20.0
    assert meter.progress().left == pytest.approx(50.0)
    clock.now += 100.0  # slower than it was: nothing below zero
    assert meter.progress().left == pytest.approx(20.0)


def test_two_at_once_share_the_work_and_the_last_long_one_does_not() -> None:
    clock = Clock()
    lengths = {"a": 100.0, "b": 100.0, "c": 100.0, "d": 100.0, "e": 1000.0}
    meter = Meter(lengths, clock=clock)
    meter.start("a", "a")
    meter.start("b", "b")
    clock.now += 10.0
    assert meter.end("a").left is None  # two were worked on at once, one is known
    assert meter.end("b").left == pytest.approx((100 + 100 + 1000) / 10 / 2)
    meter.start("e", "e")
    meter.start("c", "c")
    assert meter.progress().left == pytest.approx(100.0)  # the long one alone, not 1200 / 10 / 2
    assert meter.progress().now == ("e", "c")


def test_nothing_is_said_before_anything_is_known() -> None:
    clock = Clock()
    meter = Meter({"a": None, "b": None}, clock=clock)
    meter.start("a", "a")
    clock.now += 5.0
    found = meter.end("a", failed=True)
    assert (found.failed, found.left, found.rate) == (1, None, None)
    meter.start("b", "b")
    assert meter.end("b").left == 0.0


def test_what_is_not_known_is_taken_to_be_of_the_middle_length() -> None:
    clock = Clock()
    meter = Meter({"a": 100.0, "b": 200.0, "c": 900.0, "d": None}, clock=clock)
    meter.start("a", "a")
    clock.now += 10.0
    assert meter.end("a").left == pytest.approx((200 + 900 + 200) / 10)
    assert meter.progress().audio == 1200.0


def test_earlier_runs_count_as_done_but_not_for_the_speed() -> None:
    clock = Clock()
    meter = Meter({"a": 100.0, "b": 200.0, "c": 50.0}, frozenset({"a", "c"}), 1, clock=clock)
    clock.now += 10.0
    found = meter.progress()
    assert (found.files_done, found.earlier, found.failed, found.audio_done) == (2, 2, 1, 150.0)
    assert found.rate is None
    assert meter.end("a").files_done == 2
    assert meter.end("b").left == 0.0


def test_a_file_tried_again_counts_once() -> None:
    meter = Meter({"a": 10.0, "b": 10.0}, clock=Clock())
    meter.start("a", "a")
    meter.start("a", "a")
    meter.end("a")
    assert meter.end("a").files_done == 1


SOME = Progress(3, 10, 1, 3600.0, 36000.0, 60.0, 60.0, 540.0, ("a\x1b[2J.wav",), 0)


def test_words() -> None:
    assert (
        shown.line(SOME)
        == "3 of 10 files, 1.0 of 10.0 h of sound, 60.0 times real time, about 9 min left, 1 not analysed"
    )
    short = Progress(1, 2, 0, 30.0, 90.0, 3.0, None, None)
    assert shown.line(short) == "1 of 2 files, 0.5 of 1.5 min of sound"
    nothing = Progress(0, 10, 0, 0.0, 0.0, 0.0, None, None)
    assert shown.line(nothing) == "0 of 10 files"


def test_json_lines_hold_what_the_page_says_and_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    with shown.watched(as_json=True) as show:
        for k in range(4):
            show(Progress(k, 3, 0, k * 10.0, 30.0, 1.0, None, None, ("a\nb\udce9.wav",)))
            show(Progress(k, 3, 0, k * 10.0, 30.0, 1.0, None, None, ()))
    out, err = capsys.readouterr()
    found = [json.loads(entry) for entry in err.splitlines()]
    assert [entry["files_done"] for entry in found] == [0, 1, 2, 3]
    assert set(found[0]) == set(shown.as_json(SOME))
    assert found[0]["left_s"] is None
    assert found[0]["now"] == ["a\nb?.wav"]
    assert err.isascii()
    assert not out


def test_a_log_gets_the_last_line_and_not_every_one(capsys: pytest.CaptureFixture[str]) -> None:
    with shown.watched() as show:
        for k in range(100):
            show(Progress(k, 99, 0, 0.0, 0.0, 1.0, None, None))
    assert capsys.readouterr().err == "voicecoach: 99 of 99 files\n"


def test_quiet_says_nothing_and_a_reader_that_left_stops_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with shown.watched(quiet=True) as show:
        show(SOME)
    assert capsys.readouterr() == ("", "")
    broken = io.StringIO()
    broken.close()
    monkeypatch.setattr(sys, "stderr", broken)
    with shown.watched(as_json=True) as show:
        show(SOME)


def test_the_bar_shows_odd_names_safely(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with shown.watched() as show:
        show(SOME)
    drawn = terminal.getvalue()
    assert "3 of 10 files" in drawn
    assert "a<U+001B>[2J.wav" in drawn
    assert "\x1b[2J" not in drawn
