"""Worker processes: none is lost unnoticed, and none outlives the run."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import psutil
import pytest

from tests.batch_fakes import fake
from tests.make_analysis import good
from voicecoach.batch.engine import Lost, Processes
from voicecoach.batch.types import Job, Record
from voicecoach.errors import VoicecoachError


def jobs(folder: Path, *words: str) -> list[Job]:
    """A job for each word; the word decides what happens to it."""
    made = []
    for number, word in enumerate(words):
        path = folder / f"{number}-{word}.wav"
        path.write_text(f"{word} {number}")
        made.append(Job(str(path), path.name, f"r{number}", f"{number:064x}"))
    return made


def done(folder: Path, *words: str, workers: int = 2, seconds: float = 60) -> dict[str, Record | Lost]:
    engine = Processes(workers, allowed=lambda _: seconds)
    work = fake(folder / "out", folder / "log", good())
    found: dict[str, Record | Lost] = {}
    for answer in engine.run(jobs(folder, *words), work):
        name = answer.job.relative if isinstance(answer, Lost) else answer.relative
        assert name not in found
        found[name.removesuffix(".wav")] = answer
    return found


def tries(folder: Path, name: str) -> int:
    return (folder / "log").read_text().count(name)


def test_each_job_is_done_once_and_no_worker_is_left(tmp_path: Path) -> None:
    found = done(tmp_path, *["good"] * 6)
    assert sorted(found) == [f"{k}-good" for k in range(6)]
    assert all(isinstance(one, Record) and not one.reason for one in found.values())
    assert len((tmp_path / "log").read_text().splitlines()) == 6
    assert not multiprocessing.active_children()


def test_what_goes_wrong_with_a_file_is_its_reason(tmp_path: Path) -> None:
    found = done(tmp_path, "broken", "mistake", "memory", "temporary", "good", workers=1)
    reasons = {name: one.reason for name, one in found.items() if isinstance(one, Record)}
    assert reasons["0-broken"].endswith("not a sound file; export it again")
    assert reasons["1-mistake"] == "unexpected ZeroDivisionError: by us; please report it"
    assert "not enough memory" in reasons["2-memory"]
    assert reasons["3-temporary"] == "the temporary folder: no room"
    assert reasons["4-good"] == ""
    kinds = [found[name].facts.get("failure") for name in sorted(found)]  # type: ignore[union-attr]
    assert kinds == ["file", "outside", "outside", "outside", None]


def test_a_killed_worker_has_its_file_tried_once_more_alone(tmp_path: Path) -> None:
    found = done(tmp_path, "dies-once", "good", "dies", "good", "leaves")
    assert isinstance(found["0-dies-once"], Record)
    lost = found["2-dies"]
    assert isinstance(lost, Lost)
    assert lost.reason.startswith("the worker was killed (signal 9), most likely for memory")
    assert isinstance(found["4-leaves"], Lost)
    assert found["4-leaves"].reason == "the worker ended (code 3)"
    assert [tries(tmp_path, f"{name}.wav") for name in sorted(found)] == [2, 1, 2, 1, 2]
    assert isinstance(found["1-good"], Record)
    assert isinstance(found["3-good"], Record)


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    found = done(tmp_path, "hangs", "good", seconds=2)
    lost = found["0-hangs"]
    assert isinstance(lost, Lost)
    assert lost.reason == "took longer than 2 s and was stopped"
    assert tries(tmp_path, "0-hangs") == 1


def test_closing_the_run_stops_all_work(tmp_path: Path) -> None:
    engine = Processes(2)
    running = engine.run(
        jobs(tmp_path, "good", "hangs", "hangs"), fake(tmp_path / "o", tmp_path / "l", good())
    )
    next(running)
    before = psutil.Process().children(recursive=True)
    assert [child for child in before if "spawn_main" in " ".join(child.cmdline())]
    running.close()
    left = [child for child in psutil.Process().children(recursive=True) if child.status() == "zombie"]
    assert not left
    assert not multiprocessing.active_children()


def test_workers_that_cannot_start_are_said_once(tmp_path: Path) -> None:
    with pytest.raises(VoicecoachError, match="workers cannot be started"):
        list(Processes(2).run(jobs(tmp_path, "good", "good"), _Unreadable()))  # type: ignore[arg-type]
    assert not multiprocessing.active_children()


class _Unreadable:
    """Work that no other process can unpack."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _refuse, ()


def _refuse() -> None:
    import os

    os._exit(7)
