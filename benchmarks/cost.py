"""What the acoustics of a channel cost: time by stage, as a ratio to decoding the same file, and memory.

A part of ``acoustics.py``. Time is processor time on one thread, the least of several runs in which decoding
and acoustics take turns, so that what else the machine does hits both. Memory is that of a process of its
own for each length: the highest resident memory, and the highest of it that is no page of the recording,
which lies in a file and can be given back at any time.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from voicecoach import acoustics, audio
from voicecoach.transcribe import speech_probability

BOUND, GOAL = 1.5, 0.5  # seconds for a minute of a channel
GROWTH = 128  # MiB that two hours may take more than one minute
LENGTHS = (1, 10, 60, 120)  # minutes
ROUNDS = 3
SAMPLES = Path(__file__).parent.parent / "samples"
FRAMES = Path(acoustics.__file__).parent


def decode(path: Path) -> float:
    """Processor time of decoding a file with PyAV and nothing else."""
    begun = time.process_time()
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            frame.to_ndarray()
    return time.process_time() - begun


def listen(samples: NDArray[np.int16]) -> dict[str, float]:
    """Processor time of each stage of the acoustics of a channel: of what ``contours`` calls."""
    begun = time.process_time()
    probability = speech_probability(samples)
    spent = {"speech detector": time.process_time() - begun}
    profile = cProfile.Profile(time.process_time)
    profile.runcall(acoustics.contours, samples, audio.RATE, probability)
    rest = 0.0
    for (file, _, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        callers: dict[Any, Any] = row[4]
        if name == "contours" and Path(file).parent == FRAMES:
            rest += row[3]
        for (caller, _, by), own in callers.items():
            if by == "contours" and Path(caller).parent == FRAMES and Path(file).parent == FRAMES:
                spent[f"{Path(file).stem}.{name}"] = own[3]
                rest -= own[3]
    return {**spent, "the rest": rest}


def time_files(files: list[Path]) -> None:
    """Print a line for each channel and one for each stage."""
    stages: dict[str, float] = defaultdict(float)
    minutes = total = 0.0
    print("| recording | channel | minutes | voice | decoding | acoustics | ratio |")
    print("|---|---|---|---|---|---|---|")
    for path in files:
        recording = audio.load(path)
        length = recording.duration / 60
        for k in recording.layout.used:
            samples = np.ascontiguousarray(recording.samples[k])
            listen(samples)  # the first run is not counted
            rounds = [(decode(path), listen(samples)) for _ in range(ROUNDS)]
            decoding = min(one for one, _ in rounds) / length
            best = min((spent for _, spent in rounds), key=lambda spent: sum(spent.values()))
            cost = sum(best.values()) / length
            voice = acoustics.contours(samples, audio.RATE, speech_probability(samples)).voice.mean()
            name = recording.layout.names[k]
            print(f"| {path.name} | {name} | {length:.1f} | {100 * voice:.0f} % ", end="")
            print(f"| {decoding:.3f} s | {cost:.3f} s | {cost / decoding:.0f} |", flush=True)
            for stage, seconds in best.items():
                stages[stage] += seconds
            minutes += length
            total += cost * length
    print("\n| stage | s a minute | share |\n|---|---|---|")
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"| {stage} | {seconds / minutes:.3f} | {100 * seconds / total:.0f} % |")
    cost = total / minutes
    for name, limit in (("bound", BOUND), ("goal", GOAL)):
        kept = "kept" if cost <= limit else "MISSED"
        print(f"{cost:.2f} s a minute of a channel  {name} {limit} s  {kept}")


def peaks(path: str, minutes: float) -> None:
    """Print the highest resident memory of listening to a channel, with and without the recording's pages."""
    highest = {"VmRSS": 0, "RssAnon": 0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
                name, _, value = line.partition(":")
                if name in highest:
                    highest[name] = max(highest[name], int(value.split()[0]))

    samples = np.memmap(path, np.int16, "r", shape=(round(minutes * 60 * audio.RATE),))
    watcher = threading.Thread(target=watch)
    watcher.start()
    acoustics.contours(samples, audio.RATE, speech_probability(samples))
    done.set()
    watcher.join()
    print(f"{highest['VmRSS']} {highest['RssAnon']}")


def measure_memory(call: Path) -> None:
    """Print the memory that a channel of growing length takes: a call again and again, and one long vowel."""
    recording = audio.load(call)
    speech = np.asarray(recording.samples[recording.layout.used[0]])
    at = np.arange(60 * audio.RATE) / audio.RATE
    tone = sum(np.sin(2 * np.pi * 150 * k * at) / k for k in range(1, 20))
    steady = (3000 * tone * (1.2 + np.sin(2 * np.pi * 4 * at))).astype(np.int16)
    print("\n| sound | minutes | highest memory | without the recording |\n|---|---|---|---|")
    for name, sound in (("speech", speech), ("never a pause", steady)):
        anonymous = {}
        for minutes in LENGTHS:
            with tempfile.NamedTemporaryFile() as file:
                left = round(minutes * 60 * audio.RATE)
                while left > 0:
                    file.write(sound[:left].tobytes())
                    left -= len(sound)
                file.flush()
                told = subprocess.run(
                    [sys.executable, __file__, file.name, str(minutes)],
                    check=True,
                    capture_output=True,
                    text=True,
                )
            resident, anonymous[minutes] = (int(value) / 1024 for value in told.stdout.split())
            print(f"| {name} | {minutes} | {resident:.0f} MiB | {anonymous[minutes]:.0f} MiB |", flush=True)
        more = anonymous[LENGTHS[-1]] - anonymous[LENGTHS[0]]
        kept = "kept" if more <= GROWTH else "MISSED"
        print(f"{name}: two hours take {more:.0f} MiB more than a minute  bound {GROWTH} MiB  {kept}")


def measure_cost(arguments: argparse.Namespace) -> None:
    """What the acoustics of a channel cost: time by stage, ratio to decoding, memory by length.

    The folder holds recordings of any kind; our own samples when none is given. ``--memory`` also runs up to
    two hours of sound through a process for each length, which takes some minutes.
    """
    folder = arguments.folder or SAMPLES
    files = sorted(p for p in folder.iterdir() if p.suffix in (".wav", ".flac", ".mp3", ".m4a", ".ogg"))
    if not files:
        sys.exit(f"{folder}: no recordings")
    time_files(files)
    if arguments.memory:
        measure_memory(files[0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Print the memory of listening to one sound; acoustics.py calls this."
    )
    parser.add_argument("sound")
    parser.add_argument("minutes", type=float)
    given = parser.parse_args()
    peaks(given.sound, given.minutes)
