"""A run that is killed or interrupted at any moment goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.test_batch_run import ROOT, batch, folder, log, reports

__all__ = ["folder"]  # a fixture


def start(folder: Path, workers: int = 2) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from tests.test_batch_run import batch\n"
        "if __name__ == '__main__':\n"
        f"    found = batch(Path({str(folder)!r}), workers={workers})\n"
        "    sys.exit(130 if found.interrupted else 0)\n"
    )
    script = folder.parent / "start.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(script)], env=environment, stderr=subprocess.PIPE)


def many(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"n{number}.wav").write_text(f"slow {number}")


def waited(folder: Path, lines: int) -> None:
    """Return once so much work has been begun."""
    path = folder.parent / "log"
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if path.exists() and path.read_text().count("\n") >= lines:
            return
        time.sleep(0.01)
    raise AssertionError("no work was begun")


def workers_left(folder: Path) -> list[int]:
    """Processes that still work on this folder."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if str(folder.parent / "start.py") in process.cmdline() and process.status() != "zombie":
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_killed_at_any_moment_it_goes_on(folder: Path) -> None:
    many(folder, 30)
    for lines in (1, 12, 25):
        with start(folder) as running:
            waited(folder, lines)
            running.kill()
    end = time.monotonic() + 10
    while workers_left(folder) and time.monotonic() < end:
        time.sleep(0.05)
    assert workers_left(folder) == []
    found = batch(folder, workers=2)
    assert found.files == 36
    assert [name for name, _ in found.failed] == ["broken.mp3"]
    tried = log(folder)
    assert len(set(tried)) == 35
    assert (
        len(tried) <= 35 + 3 * 2 + 1
    )  # what was in work when it was killed, and nothing else, was done twice
    assert len(reports(folder)) == 34
    assert not list((folder.parent / "out").rglob(".voicecoach-*"))
    assert (folder.parent / "out/calls.csv").read_text().count("\n") == 36


def test_ctrl_c_sums_up_what_is_done(folder: Path) -> None:
    many(folder, 60)
    with start(folder) as running:
        waited(folder, 10)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == b""
    done = (folder.parent / "out/calls.csv").read_text().count("\n") - 1
    assert 5 <= done < 60
    assert (folder.parent / "out/index.html").exists()
    assert workers_left(folder) == []
    assert batch(folder, workers=2).left == 0
    assert (folder.parent / "out/calls.csv").read_text().count("\n") == 66
