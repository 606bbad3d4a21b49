"""An engine on a dask cluster: one of this machine, or one that is there already.

Each worker process gets one recording at a time, and the next when that is done. So the scheduler never holds
more tasks than there are workers, a worker with many threads holds one model, and it is known which recording
a worker had that is lost. Recordings, results, own rules and weights are not sent: workers reach them as this
process does, and are asked whether they can before they get anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from voicecoach.batch import fitness
from voicecoach.batch.engine import Lost, Work
from voicecoach.batch.fitness import Fitness, Needs, absolute, check, outcome
from voicecoach.batch.limits import limits
from voicecoach.batch.types import Job, Record
from voicecoach.errors import UsageError, VoicecoachError
from voicecoach.i18n import _, fill


class Cluster:
    """Workers of a dask cluster.

    Parameters
    ----------
    address : of a scheduler, such as tcp://10.0.0.5:8786; empty for a cluster of this machine, which begins
        and ends with the run.
    workers : processes of a cluster of this machine; as many as fit when None.
    threads : of each worker; when None, one on a cluster of this machine, else those dask gave the worker.
    allowed : seconds a recording may take.

    The recording of a worker that is lost is given to another, the last time while nothing else is worked on;
    then it is lost. One that takes too long is lost at once, and its worker is begun anew. Workers may come
    and go; one that comes later and does not fit is left out.
    """

    def __init__(
        self,
        address: str = "",
        *,
        workers: int | None = None,
        threads: int | None = None,
        allowed: Callable[[Job], float] | None = None,
    ) -> None:
        self.address = address
        self.workers = workers
        self.threads = threads
        self._allowed = allowed or (lambda job: limits().time(job.length, job.size))

    def run(
        self, jobs: Iterable[Job], work: Work, *, began: Callable[[Job], None] | None = None
    ) -> Generator[Record | Lost, None, None]:
        """Yield what remains of each job, in the order they are done.

        Where ``work`` is a partial of ``perform``, workers are asked whether they can do with its settings
        and reach the place it writes to. On a cluster that goes on without this process, a worker finishes
        the recording it is at when the generator is closed.

        Raises
        ------
        UsageError
            The scheduler cannot be reached, it has no workers, or those cannot do this work.
        VoicecoachError
            The cluster is lost.
        """
        waiting = deque(_Try(job) for job in jobs)
        if not waiting:
            return
        if self.address:
            waiting = deque(replace(one, job=absolute(one.job)) for one in waiting)
        needs = Needs.of(work, waiting[0].job, absolutely=bool(self.address))
        with _quiet(), _client(self.address, self._count(len(waiting), needs)) as client, needs.laid():
            threads = self.threads or (None if self.address else 1)
            crew = _Crew(client, needs, work, threads)
            try:
                while waiting or crew.running:
                    crew.look()
                    yield from self._taken_back(crew, waiting)
                    for attempt in crew.give(waiting):
                        if began is not None:
                            began(attempt.job)
                    for one in crew.answers():
                        yield from self._result(one, crew, waiting)
            finally:
                crew.stop()

    def _count(self, jobs: int, needs: Needs) -> int:
        from voicecoach.batch.capacity import fitting

        weights = 0 if self.address else needs.weights()
        return fitting(jobs, weights, workers=self.workers)[0]

    def _taken_back(self, crew: _Crew, waiting: deque[_Try]) -> Iterator[Lost]:
        """Take back what lost workers had, and stop what takes too long."""
        for one in crew.gone():
            yield from _again(one, waiting)
        for one in list(crew.running.values()):
            allowed = self._allowed(one.attempt.job)
            if time.monotonic() - one.began > allowed:
                crew.stop_worker(one)
                yield Lost(
                    one.attempt.job, fill("took longer than {allowed:.0f} s and was stopped", allowed=allowed)
                )

    def _result(self, one: _Running, crew: _Crew, waiting: deque[_Try]) -> Iterator[Record | Lost]:
        answer, problem, worker_lost = outcome(one.future)
        if isinstance(answer, Record):
            yield answer
        elif worker_lost:
            crew.doubt(one.worker)
            yield from _again(one, waiting)
        else:
            yield Lost(
                one.attempt.job,
                fill("worker {worker}: {problem}", worker=one.worker, problem=problem or "it gave no record"),
            )


@dataclass(frozen=True, slots=True)
class _Try:
    """A job, and how many workers were lost over it."""

    job: Job
    lost: int = 0

    @property
    def last(self) -> bool:
        return self.lost + 1 >= limits().tries


@dataclass(frozen=True, slots=True)
class _Running:
    worker: str
    attempt: _Try
    future: Any
    began: float


def _again(one: _Running, waiting: deque[_Try]) -> Iterator[Lost]:
    if one.attempt.last:
        yield Lost(
            one.attempt.job, fill("its worker was lost, {lost} times in all", lost=one.attempt.lost + 1)
        )
    else:
        waiting.append(replace(one.attempt, lost=one.attempt.lost + 1))


@dataclass(slots=True)
class _Crew:
    """The workers of a cluster: who is there, who fits, who works on what."""

    client: Any
    needs: Needs
    work: Work
    threads: int | None
    running: dict[str, _Running] = field(default_factory=dict)  # by address of the worker
    _there: dict[str, int] = field(default_factory=dict)  # threads by address
    _fit: dict[str, Work] = field(default_factory=dict)  # what each does, by address
    _devices: dict[str, str] = field(default_factory=dict)
    _asked: dict[str, Any] = field(default_factory=dict)  # futures by address
    _unfit: set[str] = field(default_factory=set)
    _heard: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    _looked: float = -1e9
    _met: float = field(default_factory=time.monotonic)  # when there last was a worker that may do
    _began: bool = False

    def look(self) -> None:
        """See who is there, now and then, and who of them fits."""
        if time.monotonic() - self._looked >= limits().look:
            try:
                self._there = dict(self.client.nthreads())
            except (OSError, RuntimeError) as error:
                said = " ".join(str(error).split())
                raise VoicecoachError(
                    fill("the cluster is lost ({said}); begin again: what is done stays done", said=said)
                ) from None
            self._looked = time.monotonic()
            self._fit = {worker: work for worker, work in self._fit.items() if worker in self._there}
            self._unfit &= self._there.keys()
            self._asked = {worker: future for worker, future in self._asked.items() if worker in self._there}
            for worker in self._there.keys() - self._fit.keys() - self._unfit - self._asked.keys():
                self._asked[worker] = self._submit(worker, check, self.needs)
        for worker in [worker for worker, future in self._asked.items() if future.done()]:
            self._judge(worker, outcome(self._asked.pop(worker)))
        if self._fit or self._asked:
            self._met = time.monotonic()
        self._give_up()

    def _judge(self, worker: str, found: tuple[Any, str, bool]) -> None:
        answer, problem, worker_lost = found
        if worker_lost:
            return  # asked again, if it is still there
        said = answer if isinstance(answer, Fitness) else Fitness(problem)
        if not said.reason:
            self._began = True
            self._devices[worker] = self._device(worker, said.gpus)
            threads = self.threads or self._there.get(worker, 1)
            self._fit[worker] = self.needs.fitted(self.work, self._devices[worker], threads)
        elif self._began:
            self._unfit.add(worker)
        else:
            raise UsageError(fill("worker {worker}: {reason}", worker=worker, reason=said.reason))

    def _device(self, worker: str, gpus: int) -> str:
        """The GPU of a worker: of several of its host, the one that fewest of its other workers have."""
        if gpus < 2:
            return ""
        host = worker.rpartition(":")[0]
        used = [self._devices[other] for other in self._fit if other.rpartition(":")[0] == host]
        return min((f"cuda:{k}" for k in range(gpus)), key=used.count)

    def _give_up(self) -> None:
        waited = time.monotonic() - self._met
        if not self._began and waited > limits().connect:
            raise UsageError(
                fill(
                    "the scheduler has no workers; start some with: dask worker {address} --nthreads 1 "
                    "--nworkers N",
                    address=self.client.scheduler.address,
                )
            )
        if waited > limits().without_workers:
            raise VoicecoachError(_("no worker is left in the cluster; start some, then begin again"))

    def give(self, waiting: deque[_Try]) -> Iterator[_Try]:
        """Give each free worker a job; yields those given."""
        for worker, work in self._fit.items():
            if not waiting or any(one.attempt.last for one in self.running.values()):
                return
            if waiting[0].last and self.running:
                return  # it is tried when nothing else is worked on
            if worker in self.running:
                continue
            attempt = waiting.popleft()
            future = self._submit(worker, work, attempt.job)
            self.running[worker] = _Running(worker, attempt, future, time.monotonic())
            yield attempt

    def _submit(self, worker: str, function: Callable[..., Any], argument: Any) -> Any:
        future = self.client.submit(
            function,
            argument,
            key=f"voicecoach-{time.time_ns()}",
            workers=[worker],
            allow_other_workers=False,
            pure=False,
        )
        future.add_done_callback(lambda _: self._heard.put(worker))
        return future

    def answers(self) -> Iterator[_Running]:
        """What is done, after waiting a little for the first of it."""
        with contextlib.suppress(queue.Empty):
            worker = self._heard.get(timeout=limits().look)
            while True:
                if worker in self.running and self.running[worker].future.done():
                    yield self.running.pop(worker)
                worker = self._heard.get_nowait()

    def doubt(self, worker: str) -> None:
        """Give nothing to a worker before it has answered once more."""
        self._fit.pop(worker, None)
        self._looked = -1e9

    def gone(self) -> Iterator[_Running]:
        """What workers had that are not there any more."""
        for worker in self.running.keys() - self._there.keys():
            one = self.running.pop(worker)
            one.future.cancel()
            yield one

    def stop_worker(self, one: _Running) -> None:
        """End a worker that will not, for another to begin in its place where the cluster sees to that."""
        del self.running[one.worker]
        self._fit.pop(one.worker, None)
        one.future.cancel()
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            self.client.restart_workers([one.worker], timeout=limits().connect, raise_for_error=False)

    def stop(self) -> None:
        """Take everything back."""
        futures = [one.future for one in self.running.values()] + list(self._asked.values())
        with contextlib.suppress(OSError, RuntimeError):
            self.client.cancel(futures)
        self.running = {}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What dask has to say of workers that come and go is said in our words."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    """A client of a cluster, which ends with it where it is one of this machine."""
    try:
        import dask
        import distributed
    except ImportError:
        raise UsageError(
            _("--engine dask needs a package that is not installed; run: pip install 'voicecoach[cluster]'")
        ) from None
    make: Any = distributed
    with contextlib.ExitStack() as stack:
        try:
            if address:
                asyncio.run(_answers(address))
                cluster: Any = address
            else:
                # a worker's memory is ours to reckon with, and a lost worker's recording ours to give again
                stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": 0}))
                cluster = stack.enter_context(
                    make.LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        memory_limit=0,
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                        preload=[fitness.__name__],
                    )
                )
            client = stack.enter_context(make.Client(cluster, timeout=limits().connect, set_as_default=False))
        except (
            OSError,
            ValueError,
            RuntimeError,
            MemoryError,
        ) as error:  # the last from what is no scheduler
            said = " ".join(str(error).split()) or type(error).__name__
            if address:
                raise UsageError(
                    fill(
                        "scheduler {address} cannot be reached: {said}; check the address, such as "
                        "tcp://host:8786",
                        address=address,
                        said=said,
                    )
                ) from None
            raise VoicecoachError(
                fill(
                    "workers cannot be started: {said}; try fewer with --workers 1, or --engine processes",
                    said=said,
                )
            ) from None
        yield client


async def _answers(address: str) -> None:
    """See whether a scheduler answers; a client that finds none leaves threads behind."""
    from distributed.comm import core

    reach: Any = core
    (await reach.connect(address, timeout=limits().connect)).abort()
