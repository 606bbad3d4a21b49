"""What stands in for analysing in tests of a batch. What is done with a file stands in its first word."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from voicecoach.batch.store import Store
from voicecoach.batch.types import Job, Record
from voicecoach.errors import AudioError, OutputError
from voicecoach.types import Analysis


def fake(out: Path, log: Path, analysis: Analysis, **options: Any) -> partial[Record]:
    """Work that writes the reports of one analysis for every file, and a line into a log for each try."""
    return partial(_perform, out=Store(str(out)), log=log, analysis=analysis, **options)


def _perform(job: Job, *, out: Store, log: Path, analysis: Analysis, **options: Any) -> Record:
    with log.open("a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{job.relative!r}\n")
    pipeline = ModuleType("voicecoach.pipeline")
    pipeline.__dict__["analyse"] = partial(_analyse, log=log, analysis=analysis)
    pipeline.__dict__["Coach"] = _Coach
    sys.modules["voicecoach.pipeline"] = pipeline
    import voicecoach

    voicecoach.__dict__["pipeline"] = pipeline
    from voicecoach.batch.work import perform

    return perform(job, out=out, settings=None, pages=False, **options)  # type: ignore[arg-type]


class _Coach:
    @staticmethod
    def ready(_: object) -> object:
        return object()


def _analyse(path: Path, *, log: Path, analysis: Analysis, coach: object, heard: object) -> Analysis:
    import hashlib

    raw = path.read_bytes()
    said = raw.split()[0].decode() if raw.split() else ""
    first = log.read_text(encoding="utf-8", errors="surrogateescape").count(path.name) == 1
    if said == "broken":
        raise AudioError(f"{path.name}: not a sound file; export it again")
    if said == "grows":  # it is still being written
        path.write_bytes(raw + b" more")
        raw = path.read_bytes()
        said = "good"
    if said in ("vanishes", "swaps"):
        path.unlink()
        if said == "swaps":
            path.write_bytes(b"good at last")
        raise AudioError(f"{path.name}: cut off")
    if said == "mistake":
        raise ZeroDivisionError("by\nus")
    if said == "memory":
        raise MemoryError
    if said == "temporary":
        raise OutputError("the temporary folder: no room")
    if said == "dies" or (said == "dies-once" and first):
        os.kill(os.getpid(), signal.SIGKILL)
    if said == "leaves":
        os._exit(3)
    if said == "hangs":
        time.sleep(600)
    if said == "slow":
        time.sleep(0.05)
    assert said in ("good", "slow", "dies-once"), said
    source = replace(analysis.source, sha256=hashlib.sha256(raw).hexdigest(), path=os.fspath(path))
    return replace(analysis, source=source)
