"""``voicecoach history`` and ``forget`` as a person meets them."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.test_history import practise, record
from voicecoach import pipeline
from voicecoach.baseline import Baseline, Usual
from voicecoach.cli import main
from voicecoach.errors import AudioError
from voicecoach.history import History
from voicecoach.reports import text
from voicecoach.types import Analysis

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the history of a test; gives exit code, stdout, stderr."""
    monkeypatch.setenv("VOICECOACH_HISTORY", str(folder))
    monkeypatch.setenv("TZ", "UTC")

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, err

    return command


def test_takes_are_listed_newest_last(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        late, early = practise(store, days=1), practise(store, days=0, analysed=False)
        store.mark_model(late.number)
        store.add_rating(late.number, {"calm": 4})
        practise(store, "Bo", scenario="moving")
    code, out, err = run("history")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].split() == ["take", "when", "what", "length", "result"]
    assert lines[1].split()[0] == str(early.number)
    assert lines[1].endswith("0:02  not analysed")
    assert lines[2].endswith(f"{late.musts_met} of {late.musts} musts, {late.total:.0f} points")
    assert lines[3].strip() == "model take, self-rating kept"
    assert len(lines) == 4
    assert all(len(line) <= 80 for line in lines)
    assert "Bo: moving" in run("history", "--all")[1]
    assert "earlier ones" in run("history", "--limit", "1")[1]
    assert len(run("history", "--limit", "1")[1].splitlines()) == 4
    assert "no takes of 'Cy' yet" in run("history", "--agent", "Cy")[1]


def test_the_list_of_a_scenario_knows_whether_there_are_earlier_ones(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        for scenario in ("a", "b", "b"):
            practise(store, "me", scenario=scenario)
    assert "earlier ones" in run("history", "--limit", "2")[1]
    assert "earlier ones" in run("history", "--scenario", "b", "--limit", "1")[1]
    assert "earlier ones" not in run("history", "--scenario", "b", "--limit", "2")[1]
    assert "no takes of 'me' in 'c' yet" in run("history", "--scenario", "c")[1]


def test_takes_are_listed_for_programs(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        take = practise(store)
    found = json.loads(run("history", "-f", "json")[1])
    assert [(t["number"], t["scenario"], t["total"]) for t in found] == [(take.number, "refund", take.total)]
    assert found[0]["started"] == take.started.isoformat()
    rows = list(csv.DictReader(io.StringIO(run("history", "-f", "csv")[1])))
    assert [(r["number"], r["musts_met"]) for r in rows] == [(str(take.number), str(take.musts_met))]
    assert json.loads(run("history", "--agent", "Cy", "-f", "json")[1]) == []


def test_the_report_of_a_take_is_shown_as_it_was(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        take, bare = practise(store), practise(store, analysed=False)
        store.add_rating(take.number, {"calm": 4})
    code, out, _ = run("history", "show", str(take.number))
    assert code == 0
    assert out.startswith(f"Take {take.number} of me, ")
    assert "Your own rating: calm 4\n" in out
    assert out.endswith(text.render([made.good()]))
    assert json.loads(run("history", "show", "1", "-f", "json")[1])["language"] == "en"
    assert run("history", "show", str(bare.number))[0] == 2
    assert "history analyse 2" in run("history", "show", str(bare.number))[2]
    assert run("history", "show", "99")[0] == 2


def test_recordings_are_added_marked_and_deleted(run: Run, folder: Path, tmp_path: Path) -> None:
    call = record(tmp_path / "a call.wav")
    assert run("history", "add", call, "--scenario", "refund")[0] == 0
    assert run("history", "--history", folder, "mark", "1")[1] == "take 1 is a model take of refund\n"
    assert run("history", "mark", "1", "--no-model", "--history", folder)[1].startswith("take 1 is no model")
    assert (folder / "recordings" / "000001.wav").read_bytes() == call.read_bytes()
    assert run("history", "delete", "1", "7")[0] == 2  # none goes where one is not there
    code, out, _ = run("history", "delete", "1")
    assert (code, out) == (0, "deleted: take 1 (0:02)\n")
    assert list((folder / "recordings").iterdir()) == []
    assert call.exists()
    assert run("history", "add", Path(__file__))[0] == 1
    assert run("history", "add", call)[0] == 0
    assert "of no scenario" in run("history", "mark", "2")[2]  # no number comes twice


def test_check_tells_what_is_wrong(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        practise(store)
        practise(store)
    assert run("history", "check")[:2] == (0, f"{folder}: 2 takes, no damage, no recording missing\n")
    (folder / "recordings" / "000001.wav").unlink()
    record(folder / "recordings" / "000009.wav")
    code, out, _ = run("history", "check")
    assert code == 1
    assert out.splitlines() == [
        "000001.wav: the recording is gone; run: voicecoach history delete 1",
        "000009.wav: belongs to no take; add it with voicecoach history add, or delete it",
    ]


def test_names_do_not_steer_the_terminal(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        practise(store, "\x1b[2Jevil\u202e", scenario="\x1b]0;title\x07")
    assert "\x1b" not in run("history", "--all")[1]
    assert "\u202e" not in run("history", "--all")[1]
    assert "\x1b" not in run("history", "show", "1")[1]


def test_the_scenario_of_a_recording_is_one_line(run: Run, tmp_path: Path) -> None:
    assert run("history", "add", record(tmp_path / "call.wav"), "--scenario", "two\n lines")[0] == 0
    assert run("history")[1].count("\n") == 2
    assert "two lines" in run("history")[1]


def test_takes_are_analysed_one_after_the_other(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def analyse(path: Path, **_: object) -> Analysis:
        if path.name == "000002.wav":
            raise AudioError("000002.wav: holds no sound")
        return made.good()

    monkeypatch.setattr(pipeline.Coach, "ready", lambda settings: None)
    monkeypatch.setattr(pipeline, "analyse", analyse)
    with History.open(folder) as store:
        for _ in range(4):
            practise(store, analysed=False)
        practise(store, "Bo", analysed=False)
        store.add_outcome(4, {"played": {"lines": [], "ended": "done", "problem": ""}})
    code, _, err = run("history", "analyse")
    assert code == 1
    first, second = err.splitlines()
    assert first == "voicecoach: take 2: 000002.wav: holds no sound"
    assert second.startswith("voicecoach: take 4: no scenario 'refund'; known are: ")
    with History.open(folder) as store:
        assert [take.status for take in store.takes()] == [
            "analysed",
            "recorded",
            "analysed",
            *["recorded"] * 2,
        ]
    assert run("history", "analyse", "2")[0] == 1
    assert run("history", "analyse", "1", "5")[0] == 2
    assert run("history", "analyse", "5")[0] == 0
    assert run("history", "analyse", "4")[0] == 2
    assert run("history", "analyse", "--agent", "Bo")[1] == "every take is analysed\n"


# --- forget -------------------------------------------------------------------------------------------------

NAME = "Zo\u00eb Quillfeather"


def fill(folder: Path) -> None:
    with History.open(folder) as store:
        for day in range(12):
            for name in (NAME, "Bo"):
                take = practise(store, name, day)
                store.add_rating(take.number, {"calm": 4})
                store.add_outcome(take.number, {"quote": f"{name} said xylophone"})
        store.set_baseline(
            NAME, Baseline("en", False, {"pitch.median": Usual(180.0, "Hz")}, f"{NAME} at home.wav")
        )


def test_forgetting_leaves_no_trace_in_any_byte(run: Run, folder: Path) -> None:
    fill(folder)
    with History.open(folder) as store:
        kept = store.takes("Bo")
        gone = [take.recording for take in store.takes(NAME)]
    code, out, err = run("forget", NAME.upper(), "--yes")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "removed: 12 takes, 12 recordings with 0.4 minutes of sound, 12 analyses, 12 self-ratings, "
        "1 set of own values"
    )
    assert "not touched: what was shared" in out
    assert not any(path is None or path.exists() for path in gone)
    for path in folder.rglob("*"):
        if path.is_file():
            for trace in ("Quillfeather", "quillfeather", "at home.wav"):
                assert trace.encode() not in path.read_bytes(), path
    with History.open(folder) as store:
        assert store.takes() == kept
        assert all(take.recording is not None and take.recording.exists() for take in kept)
        assert store.analysis(kept[0].number) is not None
        assert store.outcome(kept[0].number) == {"quote": "Bo said xylophone"}
        assert store.check() == ()
    assert run("forget", NAME, "--yes")[0] == 2


def test_forgetting_leaves_no_quote_behind(run: Run, folder: Path) -> None:
    with History.open(folder) as store:
        take = practise(store, NAME)
        store.add_outcome(take.number, {"quote": "the xylophone arrives on Tuesday"})
        assert b"xylophone" in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert run("forget", NAME, "--yes")[0] == 0
    for path in folder.rglob("*"):
        assert path.is_dir() or b"xylophone" not in path.read_bytes(), path
        assert path.is_dir() or b"put you on hold" not in path.read_bytes(), path


def test_forgetting_needs_a_yes(run: Run, folder: Path) -> None:
    fill(folder)
    command = [sys.executable, "-m", "voicecoach", "forget", NAME]
    unasked = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert unasked.returncode == 2
    assert "say --yes" in unasked.stderr
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    asked = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == 1
    assert "12 takes, 0.4 minutes of sound" in asked.stderr
    with History.open(folder) as store:
        assert len(store.takes(NAME)) == 12


def test_without_a_stdout_the_command_ends_well(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        with pytest.raises(SystemExit) as stop:
            main(["history"])
    assert stop.value.code == 0
