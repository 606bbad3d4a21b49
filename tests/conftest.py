from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from voicecoach import pipeline
from voicecoach.types import Analysis

os.environ["LC_ALL"] = "C.UTF-8"  # commands say everything in English, whoever runs the tests
SAMPLES = Path(__file__).parent.parent / "samples"

# whoever begins us in the background lets us ignore Ctrl-C, and so would the commands that tests begin
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands look for own values in a folder that is not there, not in the history of whoever runs this."""
    monkeypatch.setenv("VOICECOACH_HISTORY", str(tmp_path / "no history"))


@pytest.fixture(scope="session")
def coach() -> pipeline.Coach:
    """The default settings made ready, with one loaded model for all tests."""
    return pipeline.Coach.ready(pipeline.Settings(threads=2))


@pytest.fixture(scope="session")
def analyses(coach: pipeline.Coach) -> Mapping[str, Analysis]:
    """The analysis of every sample, by the name of its file without suffix."""
    files = [*SAMPLES.glob("*.flac"), *SAMPLES.glob("*.wav")]
    return {path.stem: pipeline.analyse(path, coach=coach) for path in sorted(files)}
