"""Engines: how jobs are spread over processes. Here, processes of this machine.

An engine yields a record for each job it is given, in the order they are done, or ``Lost`` with the reason.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Any, Protocol

from voicecoach.batch.limits import limits
from voicecoach.batch.types import Job, Record
from voicecoach.batch.worker import NO_JOB, READY, serve
from voicecoach.errors import VoicecoachError
from voicecoach.i18n import fill

_LOOK = 0.5  # seconds between looks at the clock; on Windows Ctrl-C is noticed only then
_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

Work = Callable[[Job], Record]


@dataclass(frozen=True, slots=True)
class Lost:
    """A job whose worker ended before it was done, and why."""

    job: Job
    reason: str


class Engine(Protocol):
    """Does jobs somewhere. ``work`` can be pickled and raises nothing."""

    def run(
        self, jobs: Iterable[Job], work: Work, *, began: Callable[[Job], None] | None = None
    ) -> Generator[Record | Lost, None, None]:
        """Yield what remains of each job. Closing the generator stops all work at once.

        ``began`` is told of each job that is begun, as far as the engine knows.
        """
        ...


class Processes:
    """Worker processes of this machine, each with ``threads`` threads and a model of its own.

    The recording of a worker that dies is tried once more when all others are done, with no other worker
    beside it; if that one dies, too, the recording is lost. One that takes longer than ``allowed`` seconds
    is lost at once. Workers that are not needed any more end, and none outlives this process.
    """

    def __init__(
        self, workers: int, threads: int = 1, *, allowed: Callable[[Job], float] | None = None
    ) -> None:
        self.workers = workers
        self.threads = threads
        self._allowed = allowed or (lambda job: limits().time(job.length, job.size))
        self._running: list[_Worker] = []

    def run(
        self, jobs: Iterable[Job], work: Work, *, began: Callable[[Job], None] | None = None
    ) -> Generator[Record | Lost, None, None]:
        """Yield what remains of each job, in the order they are done.

        Raises
        ------
        VoicecoachError
            Workers cannot be started.
        """
        packed = pickle.dumps(work)
        waiting, again = deque(jobs), deque[Job]()
        failed = 0  # workers that ended before they were ready, one after the other
        try:
            while waiting or again or any(worker.job for worker in self._running):
                alone = not waiting and not any(w.job for w in self._running if not w.alone)
                queue = again if alone else waiting
                for job in self._fill(1 if alone else self.workers, queue, packed, alone=alone):
                    if began is not None:
                        began(job)
                for worker in self._answering():
                    ended = worker.ended()  # asked first: what it said before it ended still counts
                    for answer in worker.answers():
                        if answer == READY:
                            failed = 0
                        else:
                            worker.job = None
                            yield answer
                    if worker.late():
                        yield worker.stopped(
                            fill("took longer than {allowed:.0f} s and was stopped", allowed=worker.allowed)
                        )
                    elif ended:
                        failed += not worker.ready
                        if failed >= limits().tries_to_start:
                            raise VoicecoachError(
                                fill(
                                    "workers cannot be started: {how}; try fewer with --workers 1",
                                    how=worker.how(),
                                )
                            )
                        if worker.job is not None and not worker.alone:
                            again.append(worker.job)
                            worker.job = None
                        elif worker.job is not None:
                            yield Lost(worker.job, worker.how())
                            worker.job = None
                    if ended or worker.gone:
                        worker.kill()
                        self._running.remove(worker)
        finally:
            for worker in self._running:
                worker.kill()
            self._running = []

    def _fill(self, wanted: int, queue: deque[Job], packed: bytes, *, alone: bool) -> list[Job]:
        """Give each free worker a job; start workers that are missing and end those that are too many.

        Returns the jobs that were given.
        """
        given = []
        for worker in [w for w in self._running if w.job is None and w.ready]:
            if queue and worker.alone == alone:
                given.append(queue.popleft())
                worker.give(given[-1], self._allowed)
            else:
                worker.dismiss()
                self._running.remove(worker)
        starting = sum(worker.job is None for worker in self._running)
        for _ in range(min(wanted - len(self._running), len(queue) - starting)):
            self._running.append(_Worker.begin(packed, self.threads, alone=alone))
        return given

    def _answering(self) -> list[_Worker]:
        """Workers that said something, ended, or should have been done."""
        handles: dict[Any, _Worker] = {}
        for worker in self._running:
            handles[worker.pipe] = handles[worker.process.sentinel] = worker
        ready = connection.wait(list(handles), _LOOK)
        found = [handles[one] for one in ready] + [worker for worker in self._running if worker.late()]
        return list({id(worker): worker for worker in found}.values())


@dataclass(slots=True, eq=False)
class _Worker:
    process: Any  # of the spawn context, whose class differs by platform
    pipe: connection.Connection
    alone: bool
    ready: bool = False
    gone: bool = False
    job: Job | None = None
    allowed: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def begin(cls, packed: bytes, threads: int, *, alone: bool) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        environment = dict.fromkeys(_LIBRARIES, str(threads))
        process = context.Process(target=serve, args=(theirs, environment, packed), daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours, alone)

    def give(self, job: Job, allowed: Callable[[Job], float]) -> None:
        self.job, self.allowed, self.began = job, allowed(job), time.monotonic()
        with contextlib.suppress(OSError):  # it has ended, which is seen at its sentinel
            self.pipe.send(job)

    def answers(self) -> Iterator[Any]:
        """What it has said so far."""
        try:
            while self.pipe.poll():
                answer = self.pipe.recv()
                self.ready = True
                yield answer
        except (EOFError, OSError):
            return

    def late(self) -> bool:
        return self.job is not None and time.monotonic() - self.began > self.allowed

    def ended(self) -> bool:
        return not self.process.is_alive()

    def how(self) -> str:
        code = self.process.exitcode or 0
        if code == -getattr(signal, "SIGKILL", 9):
            return "the worker was killed (signal 9), most likely for memory; try fewer with --workers"
        if code < 0:
            return fill("the worker was ended by signal {code}", code=-code)
        return fill("the worker ended (code {code})", code=code)

    def stopped(self, reason: str) -> Lost:
        assert self.job is not None
        lost, self.job = Lost(self.job, reason), None
        self.kill()
        return lost

    def dismiss(self) -> None:
        """Let it end by itself, and wait for it."""
        with contextlib.suppress(OSError):
            self.pipe.send(NO_JOB)
        self.process.join(_LOOK)
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.process.kill()
            self.process.join()
        self.pipe.close()
        self.gone = True
