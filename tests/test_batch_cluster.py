"""The engine on a cluster, against a cluster that does as it is told."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from voicecoach import __version__
from voicecoach.batch import cluster, fitness
from voicecoach.batch.cluster import Cluster
from voicecoach.batch.engine import Lost
from voicecoach.batch.fitness import Fitness, Needs, check
from voicecoach.batch.limits import limits
from voicecoach.batch.store import Store
from voicecoach.batch.types import Job, Record
from voicecoach.errors import UsageError, VoicecoachError
from voicecoach.pipeline import Settings

A, B, C = "tcp://10.0.0.1:40001", "tcp://10.0.0.1:40002", "tcp://10.0.0.2:40001"


def jobs(count: int) -> list[Job]:
    return [Job(f"/calls/{k}.wav", f"{k}.wav", f"{k}", f"{k:064d}") for k in range(count)]


def record(job: Job) -> Record:
    return Record(job.relative, job.name, job.key)


class Future:
    """What ``distributed.Future`` is to the engine."""

    def __init__(self) -> None:
        self.status = "pending"
        self.value: Any = None
        self.error: BaseException | None = None
        self.called: list[Callable[[Any], None]] = []

    def done(self) -> bool:
        return self.status != "pending"

    def result(self, timeout: float) -> Any:
        return self.value

    def exception(self, timeout: float) -> BaseException | None:
        return self.error

    def add_done_callback(self, function: Callable[[Any], None]) -> None:
        self.called.append(function)
        if self.done():
            function(self)

    def end(self, status: str, value: Any = None, error: BaseException | None = None) -> None:
        if self.done():
            return
        self.status, self.value, self.error = status, value, error
        for function in self.called:
            function(self)

    def cancel(self) -> None:
        self.end("cancelled")


@dataclass
class Fake:
    """A cluster: ``act`` says what becomes of a job at a worker; "ok", "dies", "hangs" or an exception."""

    workers: dict[str, int] = field(default_factory=lambda: {A: 1, C: 1})
    act: Callable[[str, Job], Any] = lambda worker, job: "ok"
    answer: Callable[[str], Any] = lambda worker: Fitness()
    done_at_once: bool = True
    tried: list[tuple[str, str]] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)  # what was submitted, with its worker
    held: dict[str, list[tuple[Future, Job]]] = field(default_factory=dict)
    futures: list[Future] = field(default_factory=list)
    restarted: list[str] = field(default_factory=list)
    most: int = 0
    looks: int = 0
    at_look: dict[int, Callable[[], None]] = field(default_factory=dict)
    scheduler: Any = field(default_factory=lambda: type("Scheduler", (), {"address": "tcp://s:8786"}))

    def nthreads(self) -> dict[str, int]:
        self.looks += 1
        self.at_look.get(self.looks, lambda: None)()
        for worker, held in list(self.held.items()):  # what is under way ends between two looks
            self.held[worker] = []
            for future, job in held:
                self.end(worker, future, job)
        return dict(self.workers)

    def end(self, worker: str, future: Future, job: Job) -> None:
        what = self.act(worker, job)
        if what == "ok":
            future.end("finished", record(job))
        elif what == "dies":
            self.workers.pop(worker, None)
        elif isinstance(what, BaseException):
            future.end("error", error=what)

    def submit(self, function: Any, argument: Any, *, workers: list[str], **options: Any) -> Future:
        (worker,) = workers
        assert not options["allow_other_workers"]
        future = Future()
        if function is check:
            found = self.answer(worker)
            if isinstance(found, BaseException):
                future.end("error", error=found)
            else:
                future.end("finished", found)
            return future
        self.tried.append((worker, argument.relative))
        self.futures.append(future)
        self.given.append((worker, function))
        self.held.setdefault(worker, []).append((future, argument))
        self.most = max(self.most, *map(len, self.held.values()))
        return future

    def cancel(self, futures: list[Future]) -> None:
        for future in futures:
            future.cancel()

    def restart_workers(self, workers: list[str], **options: Any) -> None:
        self.restarted += workers

    @property
    def waiting(self) -> int:
        return sum(map(len, self.held.values()))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(limits(), look=0.002, connect=0.05, without_workers=0.1)
    monkeypatch.setattr(cluster, "limits", lambda: short)


def run(
    fake: Fake, count: int, monkeypatch: pytest.MonkeyPatch, *, work: Any = record, **options: Any
) -> list[Record | Lost]:
    @contextlib.contextmanager
    def client(address: str, workers: int) -> Iterator[Fake]:
        yield fake

    monkeypatch.setattr(cluster, "_client", client)
    return list(Cluster("tcp://s:8786", **options).run(jobs(count), work))


def names(answers: list[Record | Lost]) -> list[str]:
    return sorted(one.relative for one in answers if isinstance(one, Record))


def test_each_job_is_done_once_and_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 16, B: 1, C: 4})
    answers = run(fake, 100, monkeypatch)
    assert names(answers) == sorted(f"{k}.wav" for k in range(100))
    assert len(fake.tried) == 100
    assert {worker for worker, _ in fake.tried} == {A, B, C}
    assert fake.most == 1


def test_there_are_never_more_tasks_than_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    begun: list[int] = []

    def act(worker: str, job: Job) -> str:
        begun.append(len(fake.tried))
        return "ok"

    fake.act = act
    assert len(run(fake, 500, monkeypatch)) == 500
    assert all(submitted <= done + 2 for done, submitted in enumerate(begun))


def test_what_is_begun_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    monkeypatch.setattr(cluster, "_client", lambda *_: contextlib.nullcontext(fake))
    told: list[str] = []
    found = list(Cluster("tcp://s:8786").run(jobs(5), record, began=lambda job: told.append(job.relative)))
    assert told == [f"{k}.wav" for k in range(5)]  # in the order they were given: the longest first
    assert len(found) == 5


def test_the_recording_of_a_lost_worker_is_given_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1, B: 1})
    fake.act = lambda worker, job: "dies" if len(fake.tried) == 2 and worker == fake.tried[0][0] else "ok"
    answers = run(fake, 6, monkeypatch)
    assert names(answers) == [f"{k}.wav" for k in range(6)]
    again = [worker for worker, name in fake.tried if name == "0.wav"]
    assert len(again) == 2
    assert again[0] != again[1]


def test_one_that_kills_its_workers_is_lost_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1, B: 1, C: 1})
    alone = []

    def act(worker: str, job: Job) -> str:
        if job.relative != "1.wav":
            return "ok"
        alone.append(fake.waiting == 0 and len([n for _, n in fake.tried if n == "1.wav"]))
        fake.at_look[fake.looks + 2] = lambda: fake.workers.update({worker.replace(":4", ":5"): 1})
        return "dies"

    fake.act = act
    answers = run(fake, 9, monkeypatch)
    (lost,) = [one for one in answers if isinstance(one, Lost)]
    assert lost.job.relative == "1.wav"
    assert lost.reason == "its worker was lost, 3 times in all"
    assert names(answers) == [f"{k}.wav" for k in range(9) if k != 1]
    assert alone[-1] == 3  # the last time there was nothing else to lose


def test_a_killed_worker_told_by_dask_is_a_lost_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import KilledWorker

    fake = Fake({A: 1})
    asked: list[str] = []
    fake.answer = lambda worker: asked.append(worker) or Fitness()  # type: ignore[func-returns-value]
    fake.act = lambda worker, job: KilledWorker("k", None, 0) if len(fake.tried) == 1 else "ok"
    assert names(run(fake, 2, monkeypatch)) == ["0.wav", "1.wav"]
    assert [name for _, name in fake.tried] == ["0.wav", "1.wav", "0.wav"]
    assert asked == [A, A]  # it is given nothing more before it has answered


def test_an_error_of_dask_names_the_worker_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1})
    fake.act = lambda worker, job: TypeError("cannot\npickle") if job.relative == "0.wav" else "ok"
    lost, done = run(fake, 2, monkeypatch)
    assert isinstance(lost, Lost)
    assert lost.reason == f"worker {A}: TypeError: cannot pickle"
    assert isinstance(done, Record)


def test_one_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1, C: 1})
    fake.act = lambda worker, job: "hangs" if job.relative == "0.wav" else "ok"
    answers = run(fake, 4, monkeypatch, allowed=lambda job: 0.05)
    (lost,) = [one for one in answers if isinstance(one, Lost)]
    assert lost.job.relative == "0.wav"
    assert lost.reason == "took longer than 0 s and was stopped"
    assert fake.restarted == [worker for worker, name in fake.tried if name == "0.wav"]
    assert len(names(answers)) == 3


def test_a_worker_that_comes_later_gets_work(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1})
    fake.at_look[3] = lambda: fake.workers.update({C: 1})
    assert len(run(fake, 30, monkeypatch)) == 30
    assert C in {worker for worker, _ in fake.tried}


def test_a_worker_that_comes_later_and_does_not_fit_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1}, answer=lambda worker: Fitness("has no model" if worker == C else ""))
    fake.at_look[3] = lambda: fake.workers.update({C: 1})
    assert len(run(fake, 30, monkeypatch)) == 30
    assert {worker for worker, _ in fake.tried} == {A}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Fitness("model 'base' is not on this machine"), "model 'base' is not on this machine"),
        (ModuleNotFoundError("No module named 'voicecoach'"), f"has no voicecoach {__version__}"),
        (AttributeError("no check"), "install the same version"),
    ],
)
def test_a_worker_that_does_not_fit_is_told_before_any_work(
    answer: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake({A: 1}, answer=lambda worker: answer)
    with pytest.raises(UsageError, match=said) as caught:
        run(fake, 3, monkeypatch)
    assert str(caught.value).startswith(f"worker {A}: ")
    assert fake.tried == []


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="has no workers; start some with: dask worker tcp://s:8786"):
        run(Fake({}), 3, monkeypatch)


def test_a_cluster_whose_workers_are_all_gone_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1}, act=lambda worker, job: "dies")
    with pytest.raises(VoicecoachError, match="no worker is left"):
        run(fake, 3, monkeypatch)


def test_a_lost_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1})

    def gone() -> None:
        raise OSError("connection\nreset")

    fake.at_look[4] = gone
    with pytest.raises(VoicecoachError, match=r"the cluster is lost \(connection reset\); begin again"):
        run(fake, 100, monkeypatch)


def test_closing_takes_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake({A: 1, C: 1}, act=lambda worker, job: "ok" if job.relative == "0.wav" else "hangs")
    monkeypatch.setattr(cluster, "_client", lambda *_: contextlib.nullcontext(fake))
    answers = Cluster("tcp://s:8786").run(jobs(9), record)
    next(answers)
    answers.close()
    assert [future.status for future in fake.futures] == ["finished", "cancelled"]


def test_dask_that_is_not_installed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'voicecoach\[cluster\]'"):
        list(Cluster("tcp://127.0.0.1:1").run(jobs(1), record))


def test_a_scheduler_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UsageError, match=r"scheduler tcp://127.0.0.1:1 cannot be reached") as caught:
        list(Cluster("tcp://127.0.0.1:1").run(jobs(1), record))
    assert "\n" not in str(caught.value)


# --- whether a worker fits ----------------------------------------------------------------------------------


def test_versions_that_differ_are_both_named() -> None:
    found = check(Needs(version="0.0.1"))
    assert f"has voicecoach {__version__}, but this is 0.0.1" in found.reason


def test_a_worker_without_weights_says_so() -> None:
    found = check(Needs(settings=Settings(model="no-such-model")))
    assert "no model called 'no-such-model'" in found.reason


def test_a_worker_that_does_not_see_where_results_go_says_so(tmp_path: Path) -> None:
    out = Store(str(tmp_path))
    needs = Needs(out=out, witness=".voicecoach/cluster-1")
    assert f"does not see {tmp_path}" in check(needs).reason
    with needs.laid():
        assert check(needs) == Fitness()
    assert check(needs).reason
    assert list((tmp_path / ".voicecoach").iterdir()) == []


def test_a_worker_that_does_not_see_the_recordings_says_so(tmp_path: Path) -> None:
    assert "recordings must lie where" in check(Needs(recording=str(tmp_path / "a.wav"))).reason
    assert check(Needs(recording="s3://bucket/a.wav")) == Fitness()


def test_paths_mean_the_same_on_other_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "calm.json").write_text("{}")
    settings = Settings(rules=("own",), baseline=("calm.json",), scorecard="service-call", model="base")
    job = Job("in/a.wav", "a.wav", "a", "k")
    work = partial(record, settings=settings)
    needs = Needs.of(work, fitness.absolute(job), absolutely=True)
    assert needs.recording == str(tmp_path / "in" / "a.wav")
    assert needs.settings == replace(
        settings, rules=(str(tmp_path / "own"),), baseline=(str(tmp_path / "calm.json"),)
    )
    assert fitness.absolute(replace(job, path="s3://b/a.wav")).path == "s3://b/a.wav"


# --- GPUs ---------------------------------------------------------------------------------------------------


@pytest.fixture
def four_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 4)
    monkeypatch.setattr("voicecoach.pipeline.Coach.ready", lambda settings: None)


@pytest.mark.usefixtures("four_gpus")
def test_a_worker_tells_how_many_gpus_it_may_choose_from(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(Needs(settings=Settings(device="auto"))).gpus == 4
    assert check(Needs(settings=Settings(device="cuda"))).gpus == 4
    assert check(Needs(settings=Settings(device="cpu"))).gpus == 0
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3,0,1")  # as dask-cuda gives each worker its own order
    assert check(Needs(settings=Settings(device="auto"))).gpus == 1


def test_workers_of_a_host_share_its_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [f"tcp://10.0.0.1:4000{k}" for k in range(4)]
    there = ["tcp://10.0.0.3:40000", "tcp://10.0.0.3:40001"]
    fake = Fake(dict.fromkeys([*here, *there, C], 8))
    fake.answer = lambda worker: Fitness(gpus=0 if worker == C else 2)
    work = partial(record, settings=Settings(device="auto"))
    run(fake, 40, monkeypatch, work=work)
    devices = {worker: function.keywords["settings"].device for worker, function in fake.given}
    assert sorted(devices[worker] for worker in here) == ["cuda:0", "cuda:0", "cuda:1", "cuda:1"]
    assert sorted(devices[worker] for worker in there) == ["cuda:0", "cuda:1"]
    assert devices[C] == "auto"
    assert {function.keywords["settings"].threads for _, function in fake.given} == {8}  # as dask gave them


def test_a_gpu_among_several_is_named_to_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from voicecoach.transcribe import Recogniser

    asked: list[dict[str, Any]] = []

    class Whisper:
        def __init__(self, path: str, **options: Any) -> None:
            asked.append(options)

    monkeypatch.setattr("faster_whisper.WhisperModel", Whisper)
    model = type("Model", (), {"load_arguments": lambda self: ("base", None), "name": "base"})()
    for device in ("cuda:1", "cuda", "cpu"):
        recogniser = Recogniser(model, device=device)
        recogniser.load()
        assert recogniser.device == device.partition(":")[0]  # what a report says
    assert [(one["device"], one["device_index"]) for one in asked] == [("cuda", 1), ("cuda", 0), ("cpu", 0)]
