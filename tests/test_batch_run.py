"""A batch as a whole, with work that takes no time: nothing twice, nothing lost, whatever happens between."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.batch_fakes import fake
from tests.make_analysis import good
from voicecoach.batch.run import Batch, Options, run
from voicecoach.batch.store import Store
from voicecoach.batch.types import Record
from voicecoach.errors import OutputError, UsageError
from voicecoach.pipeline import Settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six recordings in folders: four to analyse, one of them there twice, and one that is broken."""
    calls = tmp_path / "calls"
    (calls / "anna").mkdir(parents=True)
    for name in ("a", "anna/b", "anna/c d"):
        (calls / f"{name}.wav").write_text(f"good {name}")
    (calls / "anna" / "copy of a.wav").write_text("good a")
    (calls / "broken.mp3").write_text("broken")
    (calls / "z.ogg").write_text("slow")
    (calls / "notes.txt").write_text("no recording")
    for path in calls.rglob("*.*"):
        os.utime(path, (1e9, 1e9))  # left alone for long
    return calls


def batch(folder: Path, **options: Any) -> Batch:
    """One run, with one worker."""
    out = folder.parent / "out"
    chosen = {"workers": 1, "pages": False, **options}
    settings = Settings(beam_size=chosen.pop("beam_size", 5))
    work = fake(out, folder.parent / "log", good())
    return run([folder], out, settings, options=Options(**chosen), work=work)


def log(folder: Path) -> list[str]:
    """What was worked on since the last look, in order of name."""
    path = folder.parent / "log"
    found = sorted(path.read_text().splitlines()) if path.exists() else []
    path.unlink(missing_ok=True)
    return [line.strip("'") for line in found]


def reports(folder: Path) -> list[str]:
    return sorted(name.rsplit("-", 1)[0] for name in os.listdir(folder.parent / "out" / "calls"))  # noqa: PTH208


def test_everything_once_then_nothing(folder: Path) -> None:
    found = batch(folder)
    assert (found.files, len(found.records), found.copies, found.left) == (6, 5, 1, 0)
    assert found.failed == (("broken.mp3", "not a sound file; export it again"),)
    assert log(folder) == ["a.wav", "anna/b.wav", "anna/c d.wav", "broken.mp3", "z.ogg"]
    assert reports(folder) == ["a", "b", "c-d", "z"]
    rows = json.loads((folder.parent / "out/.voicecoach/batch.json").read_text())["rows"]
    assert [row["same_as"] for row in rows] == ["", "", "", "a.wav", "", ""]
    out = folder.parent / "out"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.is_file()}
    again = batch(folder)
    assert log(folder) == []
    assert again.failed == found.failed
    assert again.records == ()
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.is_file()}


def test_a_report_is_what_analyse_prints(folder: Path) -> None:
    batch(folder)
    (path,) = (folder.parent / "out" / "calls").glob("c-d-*.json")
    found = json.loads(path.read_text())
    assert found["source"]["path"] == str(folder / "anna" / "c d.wav")
    assert found["turns"]


def test_renamed_is_not_done_again_and_changed_is(folder: Path) -> None:
    batch(folder)
    log(folder)
    (folder / "a.wav").rename(folder / "anna" / "moved.flac")
    (folder / "anna" / "b.wav").write_text("good and changed")
    (folder / "new.wav").write_text("good and new")
    found = batch(folder)
    assert log(folder) == ["anna/b.wav", "new.wav"]
    assert found.files == 7
    names = reports(folder)
    assert names.count("b") == 1  # what the file held before it was changed is gone
    assert names == ["a", "b", "c-d", "new", "z"]
    assert "good and changed" not in (folder.parent / "out/calls.csv").read_text()


def test_what_is_not_found_any_more_stays_and_costs_nothing_when_it_is_back(folder: Path) -> None:
    batch(folder)
    log(folder)
    shutil.move(folder / "z.ogg", folder.parent / "z.ogg")
    assert batch(folder).files == 5
    assert "z.ogg" not in (folder.parent / "out/calls.csv").read_text()
    assert "z" in reports(folder)
    shutil.move(folder.parent / "z.ogg", folder / "z.ogg")
    batch(folder)
    assert log(folder) == []


def test_other_settings_are_other_results(folder: Path) -> None:
    batch(folder)
    log(folder)
    batch(folder, beam_size=1)
    assert len(log(folder)) == 5
    assert len(reports(folder)) == 4


def test_failures_of_the_file_are_remembered_and_retried_only_when_asked(folder: Path) -> None:
    (folder / "m.wav").write_text("mistake")
    found = batch(folder)
    assert [name for name, _ in found.failed] == ["broken.mp3", "m.wav"]
    log(folder)
    batch(folder)
    assert log(folder) == ["m.wav"]
    batch(folder, again=True)
    assert log(folder) == ["broken.mp3", "m.wav"]
    (folder / "broken.mp3").rename(folder / "renamed.mp3")
    shutil.copy(folder / "renamed.mp3", folder / "anna" / "copied.mp3")
    said = dict(batch(folder).failed)
    assert said["renamed.mp3"] == said["anna/copied.mp3"] == "not a sound file; export it again"


def test_a_lost_recording_is_tried_again_by_the_next_run(folder: Path) -> None:
    (folder / "dies.wav").write_text("dies")
    found = batch(folder)
    assert len(found.lost) == 1
    assert "signal 9" in dict(found.failed)["dies.wav"]
    log(folder)
    batch(folder)
    assert log(folder) == ["dies.wav", "dies.wav"]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"record": 1}', b"\xff\xfe\x00"])
def test_damaged_memory_costs_time_only(folder: Path, damage: bytes) -> None:
    batch(folder)
    log(folder)
    own = folder.parent / "out" / ".voicecoach"
    (own / "files.json").write_bytes(damage)
    (own / "batch.json").write_bytes(damage)
    assert batch(folder).failed
    assert log(folder) == []
    victim = next(path for path in own.glob("done/*.json") if b'"name": "b-' in path.read_bytes())
    victim.write_bytes(damage)
    (own / "batch.json").unlink()
    assert len(batch(folder).records) == 1
    assert log(folder) == ["anna/b.wav"]


def test_a_record_damaged_later_is_told_and_done_again(folder: Path) -> None:
    batch(folder)
    log(folder)
    for path in (folder.parent / "out/.voicecoach/done").glob("*.json"):
        if b'"name": "b-' in path.read_bytes():
            path.write_bytes(b"{}")
    (folder / "new.wav").write_text("good new")
    found = batch(folder)
    assert dict(found.failed)["anna/b.wav"] == "its record is damaged; run again"
    log(folder)
    assert [name for name, _ in batch(folder).failed] == ["broken.mp3"]
    assert log(folder) == ["anna/b.wav"]


def test_missing_reports_are_made_again(folder: Path) -> None:
    batch(folder)
    log(folder)
    next((folder.parent / "out/calls").glob("b-*.json")).unlink()
    batch(folder)
    assert log(folder) == ["anna/b.wav"]


@pytest.mark.parametrize("told", [True, False])
def test_reports_cut_by_a_power_failure_are_made_again(folder: Path, told: bool) -> None:
    batch(folder)
    log(folder)
    out = folder.parent / "out"
    path = next((out / "calls").glob("b-*.json"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    next((out / "calls").glob("a-*.json")).write_bytes(b"")
    if not told:
        (out / ".voicecoach/batch.json").unlink()
    batch(folder)
    assert log(folder) == ["a.wav", "anna/b.wav"]
    assert len(path.read_bytes()) == len(whole)


def test_what_cannot_be_read_for_a_while_keeps_its_reports(folder: Path) -> None:
    batch(folder)
    log(folder)
    kept = folder.parent / "b.wav"
    (folder / "anna/b.wav").rename(kept)
    (folder / "anna/b.wav").symlink_to("b.wav")  # leads nowhere, as when a drive is gone
    assert "cannot be looked at" in dict(batch(folder).failed)["anna/b.wav"]
    assert "b" in reports(folder)
    (folder / "anna/b.wav").unlink()
    kept.rename(folder / "anna/b.wav")
    assert "anna/b.wav" not in dict(batch(folder).failed)
    assert log(folder) == []


def test_results_and_recordings_may_move_together(folder: Path) -> None:
    batch(folder)
    log(folder)
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    shutil.move(folder, elsewhere / "calls")
    shutil.move(folder.parent / "out", elsewhere / "out")
    assert batch(elsewhere / "calls").records == ()
    assert log(elsewhere / "calls") == []
    assert len(reports(elsewhere / "calls")) == 4


@pytest.mark.parametrize("word", ["grows", "vanishes", "swaps"])
def test_a_file_that_changes_under_our_hands_is_tried_again(folder: Path, word: str) -> None:
    (folder / "m.wav").write_text(word)
    reason = dict(batch(folder).failed)["m.wav"]
    assert ("cannot be read any more" if word == "vanishes" else "was changed while it was read") in reason
    assert "m" not in reports(folder)
    log(folder)
    (folder / "m.wav").write_text("good at last")
    assert "m.wav" not in dict(batch(folder).failed)
    assert log(folder) == ["m.wav"]


def test_a_full_disk_stops_with_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder.parent / "out", ignore_errors=True)
    out = Store(str(folder.parent / "out"))
    out.write_text("calls", ["a file where a folder should be"])  # as unwritable as a full disk
    with pytest.raises(OutputError, match="calls"):
        batch(folder)
    (folder.parent / "out" / "calls").unlink()
    log(folder)
    assert len(batch(folder).records) == 5


def test_two_runs_at_once_are_refused(folder: Path) -> None:
    from voicecoach.batch.claim import claim

    with claim(Store(str(folder.parent / "out"))), pytest.raises(OutputError, match=f"process {os.getpid()}"):
        batch(folder)
    assert len(batch(folder).records) == 5


def test_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    with pytest.raises(UsageError, match="no recording found"):
        batch(tmp_path / "calls")
    with pytest.raises(UsageError, match="no such file or folder"):
        batch(tmp_path / "nowhere")
    assert not (tmp_path / "out").exists()


def test_a_changed_file_an_interrupted_run_did_not_reach_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch(folder)
    log(folder)
    old = set((folder.parent / "out/calls").iterdir())
    monkeypatch.setattr("voicecoach.batch.engine.Processes.run", _stopped)
    found = batch(folder, beam_size=1)  # as if everything had changed
    assert (found.interrupted, found.left) == (True, 6)
    monkeypatch.undo()
    batch(folder, beam_size=1)
    assert len(log(folder)) == 5
    assert reports(folder) == ["a", "b", "c-d", "z"]
    assert not old & set((folder.parent / "out/calls").iterdir())


def _stopped(*_: object, **__: object) -> Iterator[Record]:
    raise KeyboardInterrupt
    yield


def test_tables_that_were_deleted_are_made_again(folder: Path) -> None:
    batch(folder)
    log(folder)
    for name in ("calls.csv", "findings.csv", "not_analysed.csv", "index.html"):
        before = (folder.parent / "out" / name).read_bytes()
        (folder.parent / "out" / name).unlink()
        batch(folder)
        assert (folder.parent / "out" / name).read_bytes() == before
    assert log(folder) == []


def test_the_index_leads_only_to_what_is_there(folder: Path) -> None:
    batch(folder)
    text = (folder.parent / "out/index.html").read_text()
    assert '"suffix":".json"' in text
    assert ".html#t=" not in text
    assert "Hear the recording from" in text


def test_a_scorecard_that_is_not_there(folder: Path) -> None:
    with pytest.raises(UsageError, match="'none' is no file and no known name"):
        run([folder], folder.parent / "out", Settings(scorecard="none"))
