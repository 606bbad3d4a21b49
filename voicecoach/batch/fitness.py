"""Whether a worker of a cluster can do the work: what it needs, asked where the worker is."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicecoach import __version__
from voicecoach.batch.engine import Work
from voicecoach.batch.store import Store, local_path
from voicecoach.batch.types import Job
from voicecoach.errors import OutputError, VoicecoachError
from voicecoach.i18n import fill

if TYPE_CHECKING:
    from voicecoach.pipeline import Settings


@dataclass(frozen=True, slots=True)
class Fitness:
    """What a worker says of itself: why it cannot do the work, if so, and of how many GPUs it may choose."""

    reason: str = ""
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """What a worker must have: this version, the settings' files and model, the recordings, and OUT.

    ``witness`` names a file in ``out`` that is there while the run goes on.
    """

    version: str = __version__
    settings: Settings | None = None
    out: Store | None = None
    recording: str = ""  # path of one of them, where that may be elsewhere
    witness: str = ""

    @classmethod
    def of(cls, work: Work, job: Job, *, absolutely: bool) -> Needs:
        """Tell what a partial of ``perform`` needs; with ``absolutely``, paths mean the same everywhere."""
        settings = keyword(work, "settings")
        if settings is not None and absolutely:
            settings = _absolute_settings(settings)
        witness = f".voicecoach/cluster-{os.getpid()}-{time.time_ns()}"
        recording = job.path if absolutely else ""
        return cls(settings=settings, out=keyword(work, "out"), recording=recording, witness=witness)

    @contextlib.contextmanager
    def laid(self) -> Iterator[None]:
        """Lay the witness where results go, for as long as this goes on."""
        if self.out is None:
            yield
            return
        self.out.write_text(self.witness, [self.version])
        try:
            yield
        finally:
            with contextlib.suppress(OutputError):
                self.out.remove(self.witness)

    def weights(self) -> int:
        """Bytes of the model's weights; 0 where there are no settings.

        Raises
        ------
        ModelError
            The model is not there.
        """
        if self.settings is None:
            return 0
        from voicecoach import models

        return sum(path.stat().st_size for path in models.find(self.settings.model).files["model.bin"])

    def fitted(self, work: Work, device: str, threads: int) -> Work:
        """The work as a worker does it that has so many threads and, unless empty, this device."""
        if self.settings is None:
            return work
        settings = replace(self.settings, device=device or self.settings.device, threads=threads)
        return partial(work, **{"settings": settings})


def check(needs: Needs) -> Fitness:
    """Tell whether this process can do the work. Runs in a worker."""
    if needs.version != __version__:
        return Fitness(
            fill(
                "has voicecoach {version}, but this is {version2}; install the same version on both",
                version=__version__,
                version2=needs.version,
            )
        )
    try:
        if needs.settings is not None:
            from voicecoach.pipeline import Coach

            Coach.ready(needs.settings)
        if needs.out is not None and not needs.out.exists(needs.witness):
            return Fitness(fill("does not see {url}; write where all machines can write", url=needs.out.url))
    except (VoicecoachError, OSError) as error:
        return Fitness(" ".join(str(error).split()))
    recording = local_path(needs.recording)
    if needs.recording and recording is not None and not os.path.lexists(recording):
        return Fitness(
            fill(
                "does not see {recording}; recordings must lie where all machines can read them",
                recording=recording,
            )
        )
    return Fitness(gpus=_gpus(needs.settings))


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to the one that began the workers.

    dask calls this by its name in each worker process it begins for us.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _gpus(settings: Settings | None) -> int:
    """How many GPUs a worker of these settings may choose from; one that was assigned some uses the first."""
    if settings is None or settings.device not in ("auto", "cuda"):
        return 0
    from ctranslate2 import get_cuda_device_count

    found = int(get_cuda_device_count())
    return min(found, 1) if os.environ.get("CUDA_VISIBLE_DEVICES") else found


def outcome(future: Any) -> tuple[Any, str, bool]:
    """What came of a task that is done: its result, or else the problem in words, and whether the worker,
    not the task, is to blame.
    """
    from distributed import KilledWorker

    from voicecoach.batch.limits import limits

    if future.status == "cancelled" or future.status == "lost":
        return None, "", True
    try:
        error = future.exception(timeout=limits().answer) if future.status == "error" else None
        if error is None:
            return future.result(timeout=limits().answer), "", False
    except (OSError, RuntimeError):  # gone before it could say what it had
        return None, "", True
    if isinstance(error, KilledWorker):
        return None, "", True
    said = " ".join(str(error).split())[:300]
    if isinstance(error, ImportError | AttributeError):
        return (
            None,
            fill(
                "has no voicecoach {version} that can be used ({said}); install the same version",
                version=__version__,
                said=said,
            ),
            False,
        )
    return None, f"{type(error).__name__}: {said}", False


def keyword(work: Work, name: str) -> Any:
    """What a partial gives for a keyword, else None."""
    return getattr(work, "keywords", {}).get(name)


def absolute(job: Job) -> Job:
    """The job with a path that means the same in every folder."""
    path = local_path(job.path)
    return job if path is None else replace(job, path=os.path.abspath(path))  # noqa: PTH100 - links stay


def _absolute_settings(settings: Settings) -> Settings:
    def whole(path: str) -> str:
        return os.path.abspath(path) if Path(path).exists() else path  # noqa: PTH100

    return replace(
        settings,
        rules=tuple(map(whole, settings.rules)),
        baseline=tuple(map(whole, settings.baseline)),
        scorecard=whole(settings.scorecard),
        model=whole(settings.model) if os.sep in settings.model else settings.model,
    )
