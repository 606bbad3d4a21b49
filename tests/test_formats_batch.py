"""Further formats of a batch and of takes that are kept: made of what is stored, nothing analysed again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.test_batch_run import batch, folder, log
from voicecoach import reports
from voicecoach.reports.json import parse

__all__ = ["folder"]  # a fixture


def suffixes(out: Path) -> dict[str, int]:
    """How many reports there are of each kind."""
    found: dict[str, int] = {}
    for path in (out / "calls").iterdir():
        ends = [m.SUFFIX for m in reports.FORMATS.values() if path.name.endswith(m.SUFFIX)]
        suffix = max(ends, key=len)
        found[suffix] = found.get(suffix, 0) + 1
    return found


def test_formats_are_added_to_a_batch_that_is_done_without_analysing_again(folder: Path) -> None:
    batch(folder)
    log(folder)
    out = folder.parent / "out"
    assert suffixes(out) == {".json": 4}
    found = batch(folder, formats=("vtt", "json", "textgrid"))
    assert log(folder) == []
    assert suffixes(out) == {".json": 4, ".vtt": 4, ".TextGrid": 4}
    assert not any(": no " in note for note in found.notes)
    document = json.loads(next((out / "calls").glob("a-*.json")).read_text(encoding="utf-8"))
    text = next((out / "calls").glob("a-*.vtt")).read_text(encoding="utf-8")
    assert text == reports.render("vtt", [parse(document)])
    before = {path: path.stat().st_mtime_ns for path in (out / "calls").iterdir()}
    next((out / "calls").glob("z-*.vtt")).unlink()
    batch(folder, formats=("vtt",))
    after = {path: path.stat().st_mtime_ns for path in (out / "calls").iterdir()}
    assert before.keys() == after.keys()
    assert sum(before[path] != after[path] for path in before) == 1


def test_formats_of_a_changed_recording_are_new_and_the_old_ones_gone(folder: Path) -> None:
    batch(folder, formats=("srt",))
    (folder / "a.wav").write_text("good another")
    shutil.rmtree(folder / "anna" / "c d.wav", ignore_errors=True)
    (folder / "anna" / "copy of a.wav").unlink()
    batch(folder, formats=("srt",))
    names = {path.name for path in (folder.parent / "out" / "calls").iterdir()}
    assert len([name for name in names if name.startswith("a-")]) == 2  # JSON and SubRip of the new one
    assert {name.removesuffix(".json") for name in names if name.endswith(".json")} == {
        name.removesuffix(".srt") for name in names if name.endswith(".srt")
    }


def test_a_report_that_is_damaged_is_named_and_stops_nothing(folder: Path) -> None:
    batch(folder)
    path = next((folder.parent / "out" / "calls").glob("b-*.json"))
    path.write_bytes(b" " * path.stat().st_size)  # as long as it was, so the batch does not see it
    found = batch(folder, formats=("rttm", "txt"))
    assert [note.split(":")[1] for note in found.notes if ": no " in note] == [" no rttm, txt"]
    assert suffixes(folder.parent / "out") == {".json": 4, ".rttm": 3, ".transcript.txt": 3}


def test_formats_of_batch_and_history_are_options(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.test_cli import run

    assert run("batch", "nowhere", "-o", "out", "-f", "srd") == 2
    assert "did you mean srt?" in capsys.readouterr().err
    assert run("history", "show", "1", "-f", "html") == 2
    assert "html" in capsys.readouterr().err
