"""The history when programs are killed, and when several write at once."""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.test_history import practise, record
from voicecoach.errors import HistoryError, OutputError, UsageError
from voicecoach.history import History, database, upkeep
from voicecoach.history.store import FILE

ROOT = Path(__file__).parent.parent


def test_nothing_is_lost_when_the_writer_is_killed() -> None:
    command = [sys.executable, str(ROOT / "benchmarks/crash.py"), "history", "--times", "5", "--seed", "3"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "killed 5 times: opens clean 5, whole 5\n" in found.stdout, found.stdout + found.stderr
    assert "lost 0, deleted but back 0\n" in found.stdout
    assert found.returncode == 0


def left(folder: Path, seconds: float) -> int:
    """A take whose process ended while it was recorded; its number."""
    script = (
        "import os, sys; from pathlib import Path; from voicecoach.history import History\n"
        "from tests.test_history import record\n"
        "history = History.open(Path(sys.argv[1])); take = history.new_take('me', 'practice')\n"
        "seconds = float(sys.argv[2])\n"
        "if seconds: record(take.recording, seconds)\n"
        "print(take.number, flush=True); os._exit(9)\n"
    )
    command = [sys.executable, "-c", script, str(folder), str(seconds)]
    return int(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False).stdout)


def test_a_take_that_was_cut_off_is_kept_and_an_empty_one_is_not(tmp_path: Path) -> None:
    cut, empty = left(tmp_path, 1.5), left(tmp_path, 0.0)
    with History.open(tmp_path) as history:
        (take,) = history.takes()
        assert (take.number, take.status, take.ended, take.duration) == (cut, "recorded", "interrupted", 1.5)
        assert history.check() == ()
        assert practise(history).number > empty
        history.add_analysis(cut, made.good())
        assert history.take(cut).status == "analysed"


def test_a_take_that_is_being_recorded_is_left_alone(tmp_path: Path) -> None:
    with History.open(tmp_path) as recording:
        take = recording.new_take("me", "practice")
        with History.open(tmp_path) as other:
            assert other.take(take.number).status == "recording"
            with pytest.raises(UsageError, match="is being recorded"):
                other.delete(take.number)
            with pytest.raises(UsageError, match="is being recorded"):
                other.forget("me")
            assert other.check() == ()
        assert take.recording is not None
        record(take.recording)
        assert recording.finish_take(take.number, duration=2.0, ended="done").status == "recorded"


def test_a_take_that_was_being_removed_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History.open(tmp_path) as history:
        kept, gone = practise(history), practise(history)

        def crash(take: object) -> bool:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(upkeep, "delete", crash)
            with pytest.raises(KeyboardInterrupt):
                history.delete(gone.number)
        assert gone.recording is not None
        assert gone.recording.exists()
    with History.open(tmp_path) as history:
        assert history.takes() == (kept,)
        assert not gone.recording.exists()
        assert history.check() == ()


def test_a_deleted_take_leaves_no_words_behind(tmp_path: Path) -> None:
    with History.open(tmp_path) as history:
        takes = [practise(history, days=day) for day in range(9)]
        history.add_outcome(takes[4].number, {"quote": "the xylophone arrives on Tuesday"})
        history.delete(takes[4].number)
        assert b"xylophone" not in b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        assert len(history.takes()) == 8


def work(folder: Path, name: str) -> None:
    with History.open(folder) as history:
        for day in range(6):
            practise(history, name, day)


def test_two_programs_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(tmp_path, name)) for name in ("Ana", "Bo")]
    for worker in workers:
        worker.start()  # both make the tables, too
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with History.open(tmp_path) as history:
        assert len(history.takes("Ana")) == len(history.takes("Bo")) == 6
        assert history.check() == ()


def test_a_file_that_stays_locked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    with History.open(tmp_path) as history:
        number = practise(history).number
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError, match="another voicecoach is writing"):
            history.add_rating(number, {"calm": 1})
        other.execute("ROLLBACK")
        other.close()
        history.add_rating(number, {"calm": 1})


def fill(history: History) -> None:
    for _ in range(200):
        practise(history)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with History.open(tmp_path) as history:
        practise(history)
        history._db.one("PRAGMA max_page_count = 1")  # no smaller than the file is
        with pytest.raises(OutputError, match="the disk is full"):
            fill(history)
        history._db.one("PRAGMA max_page_count = 1000000")
        assert history.check() == ()
        assert practise(history).status == "analysed"


def test_a_disk_that_fails_is_no_damage(tmp_path: Path) -> None:
    with History.open(tmp_path) as history:
        take = practise(history)
    code = (
        "import resource, sys; from pathlib import Path; from voicecoach.history import History\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        f"History.open(Path(sys.argv[1])).mark_model({take.number})"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert "cannot be read or written" in done.stderr
    assert "damaged" not in done.stderr


def test_damage_after_a_crash_is_found_when_it_is_opened(tmp_path: Path) -> None:
    with History.open(tmp_path / "whole") as history:
        for day in range(9):
            practise(history, days=day)
    path = tmp_path / "whole" / FILE
    spoilt = bytearray(path.read_bytes())
    size = 4096
    for page in range(4, len(spoilt) // size):
        spoilt[page * size : page * size + 12] = b"\xff" * 12
    (tmp_path / "spoilt").mkdir()
    (tmp_path / "spoilt" / FILE).write_bytes(spoilt)
    shutil.copy(path, tmp_path / "spoilt" / f"{FILE}-wal")  # no log of this file, but left by a crash
    with pytest.raises(HistoryError, match="the history is damaged"):
        History.open(tmp_path / "spoilt")
