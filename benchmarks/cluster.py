"""What a call costs, for whoever plans many: the numbers docs/million-hours.md reckons with.

    python benchmarks/cluster.py cost [--minutes 6] [FILE...]   processor, memory and bytes by call and hour
    python benchmarks/cluster.py dispatch [--jobs 2000] [--workers 2]   recordings a second, one scheduler
    python benchmarks/cluster.py folder [--calls 2000]   listing, going on, tables, trainer's page, by call
    python benchmarks/cluster.py plan HOURS cpu=SECONDS [name=value ...]   machines, days, bytes

cost: recordings are analysed one after the other in this process, base at int8 on one thread, with the sound
in the page and without pages; without FILE it is one call of so many minutes, the two-channel calls of
samples/ one after the other as 8 kHz, 16 bit. Processor time is user and system time of the process: a busy
machine tells in it less than in wall time, but it does tell.

folder: records of one call are laid out as so many calls, each with a key of its own.

plan: a formula, nothing is measured; values not given are those of the page.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # to run without an installation

from voicecoach import audio  # noqa: E402
from voicecoach.batch import records, tables  # noqa: E402
from voicecoach.batch.cluster import Cluster  # noqa: E402
from voicecoach.batch.engine import Lost, Work  # noqa: E402
from voicecoach.batch.run import Options, run  # noqa: E402
from voicecoach.batch.store import Store  # noqa: E402
from voicecoach.batch.types import Job, Record, Who  # noqa: E402
from voicecoach.pipeline import Settings  # noqa: E402
from voicecoach.reports.html.trainer import trainer_page  # noqa: E402
from voicecoach.score import load_scorecard  # noqa: E402

HOUR = 3600.0
MB = 1e6
ONE = Settings(threads=1, compute_type="int8")
# for ``plan``: as docs/million-hours.md has them
SUPPOSED = {
    "minutes": 6.0,  # length of a call
    "cores": 16.0,  # workers a machine
    "memory": 1.2,  # GiB a worker
    "machines": 100.0,
    "read": 230.4,  # MB an hour of sound, twice: 8 kHz, 16 bit, two channels
    "written": 32.4,  # MB an hour of sound, with pages and sound in them
}


class Here:
    """An engine that is this process, so that its processor time can be read."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def run(  # noqa: D102
        self, jobs: Iterable[Job], work: Work, *, began: Callable[[Job], None] | None = None
    ) -> Generator[Record | Lost, None, None]:
        for job in jobs:
            before = processor()
            found = work(job)
            self.spent.append(processor() - before)
            yield found


def processor() -> float:
    """Seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def size(paths: Iterable[Path]) -> int:
    """Bytes of files."""
    return sum(path.stat().st_size for path in paths)


def long_call(path: Path, minutes: float) -> Path:
    """Write a call of so many minutes, one sample after the other, as telephone systems keep them."""
    parts = [audio.load(ROOT / "samples" / f"{name}.flac").samples for name in ("good_call", "complaint")]
    whole = np.concatenate(parts, axis=1)
    count = round(minutes * 60 * audio.RATE)
    whole = np.tile(whole, (1, -(-count // whole.shape[1])))[:, :count:2]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(audio.RATE // 2)
        file.writeframes(np.ascontiguousarray(whole.T).tobytes())
    return path


def cost(files: list[Path], minutes: float) -> None:
    """Print what an hour of sound costs."""
    with tempfile.TemporaryDirectory() as folder:
        costs(files or [long_call(Path(folder) / "call.wav", minutes)])


def costs(files: list[Path]) -> None:
    """Print what an hour of sound of these recordings costs."""
    lengths = [audio.load(path).duration for path in files]
    hours = sum(lengths) / HOUR
    print(f"{len(files)} recordings, {sum(lengths) / 60:.1f} minutes, base int8, one thread")
    print(f"recordings: {size(files) / hours / MB:.1f} MB an hour of sound")
    warm_up(files[0])
    for sound in ("embed", ""):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out"
            engine = Here()
            options = Options(sound=sound or "none", pages=bool(sound), parquet=True)
            before, begun = processor(), time.perf_counter()
            run([str(path) for path in files], out, ONE, engine=engine, options=options)
            rest = processor() - before - sum(engine.spent)
            wall = time.perf_counter() - begun
            print(f"\npages: {sound or 'none'}")
            print(f"  processor: {sum(engine.spent) / hours:.0f} s an hour of sound in perform,")
            print(f"             {rest / len(files):.2f} s a file for finding, hashing, tables and index")
            print(f"  wall:      {wall / hours:.0f} s an hour of sound (this machine, as busy as it was)")
            for name, pattern in (
                ("JSON", "calls/*.json"),
                ("HTML", "calls/*.html"),
                ("records", ".voicecoach/done/*.json"),
                ("calls.csv", "calls.csv"),
                ("findings.csv", "findings.csv"),
                ("calls.parquet", "calls.parquet"),
                ("findings.parquet", "findings.parquet"),
                ("index.html", "index.html"),
            ):
                found = size(out.glob(pattern))
                each = f"{found / len(files) / 1e3:.1f} kB a file"
                print(f"  {name + ':':17}{found / hours / MB:8.2f} MB an hour of sound, {each}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    print(f"\nmemory: {peak:.0f} MiB at most, of this process with tables and pages")


def warm_up(path: Path) -> None:
    """Load the model and say what that takes."""
    from voicecoach.batch.work import perform

    with tempfile.TemporaryDirectory() as folder:
        job = Job(str(path), path.name, "warm", "0" * 64)
        took = []
        for _ in range(2):
            before = processor()
            perform(job, out=Store(folder), settings=ONE, sound="none")
            took.append(processor() - before)
    print(f"the first recording of a worker: {took[0] - took[1]:.1f} s of processor more, for the model")


def trivial(job: Job) -> Record:
    """A recording that takes no time."""
    return Record(job.relative, job.name, job.key, facts={"x": "x" * 50_000})  # about what a record weighs


def dispatch(count: int, workers: int) -> None:
    """Print how many recordings a second go through one scheduler and this process."""
    jobs = [Job(f"/{k}", f"{k}", f"{k}", f"{k:064d}") for k in range(count)]
    begun, first = time.perf_counter(), 0.0
    for k, _ in enumerate(Cluster(workers=workers).run(jobs, trivial)):
        if k == 0:
            first = time.perf_counter()
    took = time.perf_counter() - first
    print(f"{workers} workers ready after {first - begun:.1f} s; {count / took:.0f} recordings a second")


def folder(calls: int) -> None:
    """Print what many calls cost in one OUT, with the record of one sample."""
    source = ROOT / "samples" / "good_call.flac"
    with tempfile.TemporaryDirectory() as place:
        out = Store(str(Path(place) / "out"))
        run([str(source)], out.url, ONE, engine=Here(), options=Options(pages=False))
        (name,) = out.names(records.DONE)
        one = records.read(out.read_bytes(f"{records.DONE}/{name}"), name.removesuffix(".json"))
        assert one is not None
        begun = time.perf_counter()
        many = []
        for k in range(calls):
            key = hashlib.sha256(str(k).encode()).hexdigest()
            who = Who(f"agent {k % 40}", f"2026-03-{k % 28 + 1:02d}", "refund")
            many.append(replace(one, key=key, relative=f"{k}.wav", name=f"{k}", who=who))
            records.write(many[-1], out)
        wrote = time.perf_counter() - begun
        begun = time.perf_counter()
        there = len(out.names(records.DONE))
        listed = time.perf_counter() - begun
        begun = time.perf_counter()
        for record in many:
            records.read(out.read_bytes(records.file_name(record.key)), record.key)
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        tables.write(many, out, scorecard=load_scorecard("service-call"), parquet=True)
        tabled = time.perf_counter() - begun
        begun = time.perf_counter()
        page = trainer_page(many)
        paged = time.perf_counter() - begun
        print(
            f"{calls} calls: records written in {wrote / calls * 1e3:.2f} ms a call, {there} names listed in"
        )
        print(
            f"{listed * 1e3:.1f} ms, read again in {read / calls * 1e3:.2f} ms a call; tables and Parquet in"
        )
        print(f"{tabled:.2f} s; the trainer's page in {paged:.2f} s, {len(page.encode()) / MB:.1f} MB")
        data = b"x" * 100_000_000
        begun = time.perf_counter()
        hashlib.sha256(data).hexdigest()
        print(f"SHA-256: {len(data) / (time.perf_counter() - begun) / MB:.0f} MB a second, from memory")


def plan(hours: float, given: dict[str, float]) -> None:
    """Print machines, days and bytes for so many hours of sound."""
    if "cpu" not in given:
        raise SystemExit("say what an hour of sound takes of a processor: cpu=SECONDS, as cost prints it")
    v = {**SUPPOSED, **given}
    core_hours = hours * v["cpu"] / HOUR
    workers = v["machines"] * v["cores"]
    days = core_hours / workers / 24
    calls = hours * 60 / v["minutes"]
    a_second = calls / (days * 86400)
    print(json.dumps(v))
    print(f"core hours: {core_hours:,.0f}")
    print(f"days: {days:.1f} with {v['machines']:.0f} machines of {v['cores']:.0f} workers")
    print(f"memory of a machine: {v['cores'] * v['memory']:.0f} GiB")
    print(f"calls: {calls:,.0f}, {a_second:.1f} a second, each {v['minutes'] * 60 * v['cpu'] / HOUR:.0f} s")
    print(f"read: {hours * v['read'] / 1e6:.1f} TB, {hours * v['read'] / (days * 86400):.0f} MB a second")
    print(f"written: {hours * v['written'] / 1e6:.1f} TB")


def main() -> None:
    """Print one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    costing = parts.add_parser("cost")
    costing.add_argument("files", nargs="*", type=Path)
    costing.add_argument("--minutes", type=float, default=6.0)
    sent = parts.add_parser("dispatch")
    sent.add_argument("--jobs", type=int, default=2000)
    sent.add_argument("--workers", type=int, default=2)
    parts.add_parser("folder").add_argument("--calls", type=int, default=2000)
    reckoned = parts.add_parser("plan")
    reckoned.add_argument("hours", type=float)
    reckoned.add_argument("values", nargs="*", metavar="name=value")
    asked = parser.parse_args()
    if asked.part == "cost":
        cost(asked.files, asked.minutes)
    elif asked.part == "dispatch":
        dispatch(asked.jobs, asked.workers)
    elif asked.part == "folder":
        folder(asked.calls)
    else:
        pairs = (value.partition("=") for value in asked.values)
        plan(asked.hours, {name: float(number) for name, _, number in pairs})


if __name__ == "__main__":
    main()
