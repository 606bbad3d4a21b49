"""The command as people run it, with the model: reports are those of analyse, and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import SAMPLES
from voicecoach import audio, pipeline
from voicecoach.reports.json import document

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four short recordings in folders, a copy, an empty file and one that is no sound."""
    calls = tmp_path / "calls"
    names = {"anna/2026-03-01_refund.wav": 0, "anna/with space.wav": 9, "bo/-rf.wav": 18, "電話.wav": 27}
    samples = audio.load(SAMPLES / "good_call.flac").samples
    for name, start in names.items():
        path = calls / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((2, 2, 16000, 0, "NONE", ""))
            file.writeframes(
                np.ascontiguousarray(samples[:, start * 16000 : (start + 8) * 16000].T).tobytes()
            )
    (calls / "copy.wav").write_bytes((calls / "電話.wav").read_bytes())
    (calls / "empty.mp3").touch()
    (calls / "text.wav").write_text("no sound at all")
    hour_ago = time.time() - 3600  # what was just written may still change, and is hashed again
    for path in calls.rglob("*.*"):
        os.utime(path, (hour_ago, hour_ago))
    return calls


def command(folder: Path, *options: str) -> list[str]:
    out = str(folder.parent / "out")
    return [sys.executable, "-m", "voicecoach", "batch", str(folder), "-o", out, *options]


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command(folder, *options), capture_output=True, text=True, env=environment)


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "timings"}


def test_reports_are_those_of_analyse_and_a_second_run_does_nothing(folder: Path) -> None:
    done = run(folder, "--workers", "2", "--threads", "1", "--names", "{agent}/*")
    out = folder.parent / "out"
    assert done.returncode == 1, done.stderr
    assert done.stdout == f"{out / 'index.html'}\n"
    assert "empty.mp3: is empty (0 bytes)" in done.stderr
    assert "7 files: 4 analysed, 1 the same as another, 2 not analysed" in done.stderr
    coach = pipeline.Coach.ready(pipeline.Settings(threads=1))
    reports = sorted((out / "calls").glob("*.json"))
    assert len(reports) == 4
    for path in reports:
        found = json.loads(path.read_text(encoding="utf-8"))
        same = document(pipeline.analyse(found["source"]["path"], coach=coach))
        assert without_times(found) == without_times(same)
        assert path.with_suffix(".html").read_text(encoding="utf-8").startswith("<!doctype html>")
    state = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    again = run(folder, "--names", "{agent}/*")
    assert again.returncode == 1
    assert "7 files: 0 analysed, 4 done before, 1 the same as another, 2 not analysed" in again.stderr
    assert state == {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_and_begun_again(folder: Path, stop: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command(folder, "--no-pages", "--json-progress", "--workers", "1"),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("{") and json.loads(line)["files_done"] >= 2:
                break
        running.send_signal(stop)
        rest = running.stderr.read()
        printed = running.stdout.read() if running.stdout else ""
    records = folder.parent / "out" / ".voicecoach" / "done"
    state = {path: path.stat().st_mtime_ns for path in records.iterdir() if path.suffix == ".json"}
    assert 2 <= len(state) < 6
    if stop == signal.SIGKILL:
        assert running.returncode == -signal.SIGKILL
    else:
        assert running.returncode == 130
        assert "still to do: run the same again" in rest
        assert "Traceback" not in rest
        assert printed.endswith("index.html\n")
    done = run(folder, "--no-pages", "-q")
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert {path: path.stat().st_mtime_ns for path in state} == state
    assert len(list((folder.parent / "out" / "calls").glob("*.json"))) == 4
