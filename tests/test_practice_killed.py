"""A practice call whose program is killed: what was said is kept, with the times of its lines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_practice import RATE, SETTINGS, Agent, Loud, Player, Screen

from voicecoach import audio, scenarios
from voicecoach.history import History
from voicecoach.practice import PlayedLine, rehearsal

SPEECH = tuple((float(start), start + 2.0) for start in range(3, 60, 7))


class Doomed(Agent):
    """A microphone whose process is killed after so many seconds."""

    last = 1e9

    def read(self, timeout: float = 1.0) -> NDArray[np.int16] | None:
        if self.now >= self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(timeout)


def call(folder: Path, last: float) -> tuple[PlayedLine, ...]:
    """The lines of a call in simulated time."""
    agent = Doomed(*SPEECH)
    agent.last = last
    scenario = scenarios.load("no-hot-water")
    with History.open(folder) as store:
        _, played = rehearsal.record(
            store, "me", scenario, agent, Player(agent), Screen(agent), settings=SETTINGS
        )
    return played.lines


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("last", [1.0, 5.5, 14.0, 26.0])
def test_a_killed_call_is_one_that_ended_early(
    last: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicecoach.record.meter.Meter", Loud)
    whole = call(tmp_path / "whole", 1e9)
    died = subprocess.run([sys.executable, __file__, str(tmp_path / "killed"), str(last)], check=False)
    assert died.returncode == -signal.SIGKILL
    with History.open(tmp_path / "killed") as store:
        (take,) = store.takes()
        played = rehearsal.remembered(store, take)
    assert (take.status, take.ended, played.ended) == ("recorded", "interrupted", "interrupted")
    assert last - 1.0 <= played.duration <= last
    assert audio.load(played.recording).samples.shape == (2, round(played.duration * RATE))
    assert len(played.lines) == sum(line.start < played.duration for line in whole)
    for line, then in zip(played.lines, whole, strict=False):
        assert (line.line, line.start) == (then.line, then.start)
        assert line.end == min(then.end, played.duration)
        answered = then.answer_start is not None and then.answer_start + SETTINGS.least < played.duration
        assert line.answer_start == (then.answer_start if answered else None)


if __name__ == "__main__":
    import voicecoach.record.meter

    voicecoach.record.meter.Meter = Loud  # type: ignore[assignment,misc]
    call(Path(sys.argv[1]), float(sys.argv[2]))
