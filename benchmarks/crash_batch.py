"""The part of ``crash.py`` that kills batches; run it as ``python benchmarks/crash.py batch``."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from voicecoach import audio
from voicecoach.batch.find import find
from voicecoach.transcribe import Recogniser, Transcript
from voicecoach.types import Segment, Word

ROOT = Path(__file__).resolve().parent.parent
RATE = audio.RATE
ODD = (
    "with space",
    "new\nline",
    "-rf",
    "naïve",
    "電話",
    "a'b\"c",
    "x" * 200,
    "=1+1",
    "ÜBER",
    "über",
    "a.b.c",
    "password=hunter2&token=x",
    "CON",
    "trailing. ",
    os.fsdecode(b"no utf-8 \xff"),
)
WORDS = ("thank", "you", "please", "sorry", "calling", "um", "order", "number", "I", "understand", "password")
SOUND = re.compile(r"data:audio/[^\"]*")  # its container has a number drawn by chance
TIMES = re.compile(r"[A-Za-z_ ]+ \d+\.\d s(, [A-Za-z_ ]+ \d+\.\d s)+")


@dataclass(slots=True)
class Calls:
    """What lies in the folder: good ones, copies of those, and what is none."""

    folder: Path
    good: dict[str, Path] = field(default_factory=dict)
    copies: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)


def piece(path: Path, samples: np.ndarray, chance: random.Random, channels: int = 0) -> None:
    """Write 5 to 20 s of a recording as WAV."""
    length = round(chance.uniform(5, 20) * RATE)
    start = chance.randrange(max(1, samples.shape[1] - length))
    with wave.open(str(path), "wb") as file:
        file.setparams((channels or len(samples), 2, RATE, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(samples[:, start : start + length].T).tobytes())


def make(folder: Path, sources: list[Path], files: int, chance: random.Random) -> Calls:
    """Write good recordings with odd names and, among them, twenty odd ones: 16 bad, 2 copies, 2 misnamed."""
    calls = Calls(folder)
    loaded = [audio.load(path).samples for path in sources]
    for number in range(files - 18):
        suffix = {30: ".mp3", 31: ".dat"}.get(number, ".wav")  # WAV all the same
        name = f"agent {number % 7}/{ODD[number] if number < len(ODD) else 'call'} {number}{suffix}"
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        piece(path, chance.choice(loaded), chance)
        calls.good[name] = path
    for k in (20, 21):
        source = calls.good[f"agent {k % 7}/call {k}.wav"]
        name = f"copies/copy {k}.wav"  # after the one it is a copy of
        (folder / "copies").mkdir(exist_ok=True)
        shutil.copyfile(source, folder / name)
        calls.copies.add(name)
    whole = (ROOT / "samples" / "telephone.wav").read_bytes()
    bad: dict[str, bytes] = {
        **{f"noise {k}.{s}": chance.randbytes(5000) for k, s in enumerate(("mp3", "m4a", "ogg", "amr"))},
        "text.wav": b"no sound",
        "empty.wav": b"",
        "no sound in it.wav": whole[:44],
        "too short.wav": whole[:3000],
        "half a header.wav": whole[:20],
        "picture.mp3": b"\xff\xd8\xff\xe0" + bytes(4000),
        "index lost.m4a": b"\0\0\0\x20ftypM4A " + bytes(4000),
        "\x1b[31mred.wav": b"RIFF",
    }
    for name, raw in bad.items():
        (folder / name).write_bytes(raw)
    silent_film(folder / "film.mp4")
    (folder / "round.wav").symlink_to("round.wav")
    (folder / "disk error.wav").symlink_to("/proc/self/mem")  # can be opened, and nothing read
    shutil.copyfile(ROOT / "samples" / "telephone.wav", folder / "not yours.wav")
    (folder / "not yours.wav").chmod(0)
    (folder / "agent 1" / "loop").symlink_to("..")
    os.mkfifo(folder / "pipe.wav")  # not to be waited for
    calls.bad = {*bad, "film.mp4", "round.wav", "disk error.wav", "not yours.wav"}
    return calls


def silent_film(path: Path) -> None:
    """Write a video without sound."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(20):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def counted(log: str, made_up: str, job: Any, **options: Any) -> Any:
    """Analyse a recording; a line in a log when that begins."""
    from voicecoach.batch.work import perform

    if made_up:
        Recogniser.transcribe = words  # type: ignore[method-assign]
    with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{job.key}\n")
    return perform(job, **options)


def words(_: Recogniser, channels: Sequence[Any], *__: Any, **___: Any) -> Transcript:
    """Words that are the same for the same sound."""
    heard = []
    for channel in channels:
        chance = random.Random(np.ascontiguousarray(channel).tobytes())  # noqa: S311
        said = [chance.choice(WORDS) for _ in range(int(len(channel) / RATE * 2) - 1)]
        timed = tuple(Word(f" {word}", k / 2, k / 2 + 0.4, 0.9) for k, word in enumerate(said))
        heard.append((Segment(" ".join(said), 0.0, len(said) / 2, timed, 0.0, -0.1, 1.0),) if said else ())
    return Transcript("en", 1.0, tuple(heard))


def command(log: Path, made_up: bool, calls: Path, out: Path) -> list[str]:
    """The command, run as somebody who may not read everything."""
    own = [
        sys.executable,
        __file__,
        str(log),
        "yes" * made_up,
        "batch",
        str(calls),
        "-o",
        str(out),
        "--json-progress",
        "--language",
        "en",
    ]
    caps = "-dac_override,-dac_read_search"
    return own if os.getuid() else ["setpriv", "--bounding-set", caps, *own]


def workers_of(pid: int) -> list[psutil.Process]:
    """The worker processes of a run."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found


def reached(errors: Iterator[str], wanted: int) -> bool:
    """Read progress until so many files of this run are done; False where it ended before."""
    for line in errors:
        if line.startswith("{"):
            said = json.loads(line)
            if said["files_done"] - said["earlier"] >= min(wanted, said["files"] - said["earlier"]):
                return True
    return False


def state(out: Path) -> dict[str, str]:
    """All files of a folder of results but for times, by name."""
    found = {}
    for path in sorted(out.rglob("*")):
        if ".voicecoach" in path.parts or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            document = json.loads(text)
            document["timings"] = dict.fromkeys(document["timings"])
            text = json.dumps(document)
        if path.suffix == ".html":
            text = SOUND.sub("", TIMES.sub("", text))
        found[path.relative_to(out).as_posix()] = text
    return found


def column(path: Path, key: str, value: str) -> dict[str, list[str]]:
    """One column of a table by another."""
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row[key], []).append(row[value])
    return found


def batch(times: int, seed: int, files: int, given: Path | None, made_up: bool = False) -> int:
    """Kill batches and print what became of the files."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    with tempfile.TemporaryDirectory() as temporary:
        folder, out, log = (Path(temporary) / name for name in ("calls", "out", "log"))
        folder.mkdir()
        sources = sorted((ROOT / "samples").glob("*.flac"))
        sources += [Path(one.path) for one in find([given], out)] if given else []
        calls = make(folder, sources, files, random.Random(0))  # noqa: S311
        tried: Counter[str] = Counter()
        done: dict[str, int] = {}
        kills: Counter[str] = Counter()
        again = 0
        plan = ["run", "all", "worker"] * times
        plan = [*chance.sample(plan[:times], times), "at the end"]
        changed = ""
        while True:
            begun = log.stat().st_size if log.exists() else 0
            with subprocess.Popen(
                command(log, made_up, folder, out),
                stderr=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                start_new_session=True,
            ) as running:
                assert running.stderr is not None
                while plan:
                    kind = plan.pop(0)
                    enough = (
                        files if kind == "at the end" else chance.randint(1, max(2, files // (times + 1)))
                    )
                    if not reached(running.stderr, enough):
                        break
                    time.sleep(chance.uniform(0, 0.3 if kind == "at the end" else 1.5))
                    if kind == "worker":
                        if there := workers_of(running.pid):
                            chance.choice(there).kill()
                            kills[kind] += 1
                        continue
                    kills[kind] += 1
                    if kind == "all":
                        os.killpg(running.pid, signal.SIGKILL)
                    else:
                        running.kill()
                    break
                rest = running.stderr.read()
                code = running.wait()
            with log.open(encoding="utf-8") as file:
                file.seek(begun)
                began = file.read().split()
            tried.update(began)
            again += sum(key in done for key in began)
            records = out / ".voicecoach/done"
            there = {path.stem: path.stat().st_mtime_ns for path in records.glob("*.json")}
            again += sum(there.get(key, at) != at for key, at in done.items())
            done = there
            print(f"  ended with {code}: {len(began)} begun, {len(done)} done in all", flush=True)
            if code >= 0:
                break
            if not changed:
                changed = next(name for name, path in calls.good.items() if "call" in name)
                piece(calls.good[changed], audio.load(sources[0]).samples, chance)
        quiet = Path(temporary) / "undisturbed"
        subprocess.run(
            [*command(log.with_name("other"), made_up, folder, quiet), "-q"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        ours, theirs = state(out), state(quiet)
        differ = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        rows = column(out / "calls.csv", "file", "report")
        named = column(out / "not_analysed.csv", "file", "reason")
        twice = sum(len(found) > 1 for found in rows.values())
        expected = {shown(name) for name in {*calls.good, *calls.copies}}
        reports = list((out / "calls").glob("*.json"))
        drafts = list(out.rglob(".voicecoach-*"))
        unexplained = sum(not "".join(found) for found in named.values())
        in_work = sum(tried.values()) - len(tried)
        how = ", ".join(f"{what} {count}" for what, count in sorted(kills.items()))
        print(f"killed {kills.total()} times ({how}), a file changed in between")
        print(
            f"{len(calls.good)} good files and {len(calls.copies)} copies: {len(rows)} in calls.csv, "
            f"{twice} twice, {len(reports)} reports; {again} finished ones begun again, "
            f"{in_work} that were in work at a kill"
        )
        print(
            f"{len(calls.bad)} bad files: {len(named)} named, {unexplained} without a reason; "
            f"{len(drafts)} drafts left"
        )
        print(f"{len(ours)} tables, pages and reports, {len(differ)} differ from those of an undisturbed run")
        for name in differ[:10]:
            print(
                f"  {name!r}: {'not there' if name not in ours else 'too many' if name not in theirs else ''}"
            )
        for name, reasons in sorted(named.items()):
            print(f"  {name!r}: {reasons[0]}")
        right = (
            code == 1
            and set(rows) == expected
            and len(reports) == len(calls.good)
            and set(named) == {shown(name) for name in calls.bad}
            and not twice + unexplained + again + len(drafts) + len(differ)
            and not rest.count("Traceback")
        )
        print("kept" if right else "MISSED", f"(seed {seed})")
        return 0 if right else 1


def shown(name: str) -> str:
    """A name as it stands in a table."""
    from voicecoach.batch.tables import harmless

    return harmless(name)


def main() -> None:
    """The command, with what is begun written down; ``LOG MADE_UP ARGUMENT...`` are given."""
    import voicecoach.batch.run
    from voicecoach import cli

    voicecoach.batch.run.perform = partial(counted, *sys.argv[1:3])  # type: ignore[assignment]
    cli.main(sys.argv[3:])


if __name__ == "__main__":
    if sys.argv[1:] == ["--help"]:
        print(__doc__)
    else:
        main()
