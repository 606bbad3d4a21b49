"""What is left after kill -9 at random moments.

    python benchmarks/crash.py history [--times 50] [--seed 1]
    python benchmarks/crash.py record [--times 50] [--seed 1]
    python benchmarks/crash.py batch [--times 5] [--seed 1] [--files 200] [--calls FOLDER] [--made-up]

history: a process records takes, rates, analyses and deletes them, and says each thing it has done; it is
killed somewhere in between, one time in five while the history is being made. Then the history must open, be
whole, and hold everything that was said to be done. Exits with 1 where it does not.

record: a process records a take of numbered blocks, ten times as fast as they sound, and says each one it has
heard; it is killed somewhere in between. Then the file must be readable, announce no more than is there, and
hold all blocks but those of the last second. Exits with 1 where it does not.

batch: pieces of 5 to 20 s are cut out of samples/ and of the recordings in a folder, and twenty odd files put
among them; `voicecoach batch` is killed somewhere in between, alone, with all its workers, or one of these
alone, once more at its end, and begun again; a file is changed in between. Then every good file must be there
once, every bad one named with a reason, no file that was finished begun again, and all tables, pages and
reports those of a run nobody disturbed. With --made-up, words are made up, not heard, which saves most of the
time. Exits with 1 where it is not so. Needs Linux.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for tests.make_analysis, and to run without an installation
RATE = 16000


def write_history(folder: Path, out: TextIO) -> None:
    """Work on a history until killed; a line on ``out`` for each thing that is done."""
    from tests import make_analysis
    from voicecoach.history import History
    from voicecoach.record.wav import WavWriter

    def say(what: str, number: int) -> None:
        print(what, number, file=out, flush=True)

    block = np.full((RATE // 20, 1), 1000, np.int16)
    with History.open(folder) as history:
        say("open", 0)
        while True:
            take = history.new_take("me", "practice", scenario="refund")
            assert take.recording is not None
            with WavWriter(take.recording, RATE, 1) as sound:
                for _ in range(10):
                    sound.write(block)
                    say("block", take.number)
                    time.sleep(0.005)  # else there is hardly ever a recording to cut off
            history.finish_take(take.number, duration=0.5, ended="done")
            say("recorded", take.number)
            history.add_rating(take.number, {"calm": 4})
            say("rated", take.number)
            history.add_analysis(take.number, make_analysis.good())
            say("analysed", take.number)
            if take.number % 4 == 0 and any(take.number - 2 == one.number for one in history.takes()):
                history.delete(take.number - 2)
                say("deleted", take.number - 2)


def killed(folder: Path, chance: random.Random, *, early: bool) -> list[tuple[str, int]]:
    """What a writer said to have done before it was killed."""
    command = [sys.executable, __file__, "write-history", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [] if early else [writer.stdout.readline()]
        time.sleep(chance.uniform(0, 0.5))
        writer.kill()
        said += writer.stdout.readlines()
    whole = [line.split() for line in said if line.endswith("\n")]
    return [(what, int(number)) for what, number in whole]


def history(times: int, seed: int) -> int:
    """Kill writers and print what became of their histories."""
    from voicecoach.errors import VoicecoachError
    from voicecoach.history import History

    chance = random.Random(seed)  # noqa: S311 - the same each time
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        done: set[tuple[str, int]] = set()
        for k in range(times):
            early = k % 5 == 4
            folder = Path(temporary) / (f"new{k}" if early else "history")
            said = killed(folder, chance, early=early)
            known = set(said) if early else done
            known |= set(said)
            blocks = Counter(number for what, number in said if what == "block")
            try:
                with History.open(folder) as opened:
                    count["opens clean"] += 1
                    problems = opened.check()
                    count["whole"] += not problems
                    for problem in problems:
                        print(problem)
                    takes = {take.number: take for take in opened.takes()}
                    gone = {number for what, number in known if what == "deleted"}
                    there = {number for what, number in known if what in ("block", "recorded")} - gone
                    kept = gone & takes.keys()
                    # the delete that was going on when the writer was killed may have been done
                    going = {max(there) - 2} - takes.keys() if there else set()
                    known |= {("deleted", number) for number in going}
                    lost = there - takes.keys() - going
                    lost |= {n for what, n in known if what == "rated" and n in takes and not takes[n].rated}
                    lost |= {
                        n for what, n in known if what == "analysed" and n in takes and takes[n].total is None
                    }
                    lost |= {
                        n
                        for n, written in blocks.items()
                        if n in takes and (takes[n].duration or 0) < written / 20 - 1e-6
                    }
                    count["lost"] += len(lost)
                    count["back again"] += len(kept)
                    count["interrupted"] += sum(
                        take.ended == "interrupted" and number in blocks for number, take in takes.items()
                    )
            except VoicecoachError as error:
                print(error)
        takes_done = len({number for what, number in done if what == "recorded"})
    print(f"killed {times} times: opens clean {count['opens clean']}, whole {count['whole']}")
    print(
        f"takes recorded {takes_done}, cut off and kept {count['interrupted']}, lost {count['lost']}, "
        f"deleted but back {count['back again']}"
    )
    bad = count["lost"] or count["back again"] or not count["opens clean"] == count["whole"] == times
    return 1 if bad else 0


def numbered(number: int) -> np.ndarray:
    """Block of 50 ms that says which it is."""
    return np.full((RATE // 20, 1), number, np.int16)


def write_take(path: Path, out: TextIO) -> None:
    """Record a take until killed; a line on ``out`` for each block that was heard."""
    from voicecoach.record.capture import capture
    from voicecoach.record.wav import WavWriter

    class Numbers:
        overflows = moved = number = 0

        def read(self, _: float) -> np.ndarray:
            time.sleep(0.005)
            self.number += 1
            print(self.number - 1, file=out, flush=True)
            return numbered(self.number - 1)

    with WavWriter(path, RATE) as writer:
        capture(Numbers(), writer, checked=lambda _: None)  # type: ignore[arg-type]


def lost(path: Path, heard: int) -> float:
    """Seconds of ``heard`` blocks that are not in the file; what is there must be as it was heard."""
    size = path.stat().st_size
    with wave.open(str(path)) as file:
        frames = file.getnframes()
        samples = np.frombuffer(file.readframes(frames), "<i2")
    assert len(samples) == frames, f"announces {frames} samples and holds {len(samples)}"
    assert size >= 44 + 2 * frames
    assert (samples == np.arange(frames) // (RATE // 20)).all(), "not what was heard"
    return max(0.0, heard / 20 - frames / RATE)


def record(times: int, seed: int, say: Callable[[str], None] = print) -> list[float]:
    """Kill recorders; seconds each of them lost."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    losses: list[float] = []
    total = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for k in range(times):
            path = Path(folder) / f"{k}.wav"
            command = [sys.executable, __file__, "write-take", str(path)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
                assert writer.stdout is not None
                said = [writer.stdout.readline()]
                time.sleep(chance.uniform(0, 0.7))
                writer.kill()
                said += writer.stdout.readlines()
            heard = sum(line.endswith("\n") for line in said)
            total += heard / 20
            losses.append(lost(path, heard))
    say(f"killed {times} times: every file readable, {total:.0f} s of sound heard in all")
    say(f"lost at the end: at most {max(losses):.2f} s, {sum(losses) / times:.3f} s on average")
    return losses


def main() -> int:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    asked = commands.add_parser("history")
    asked.add_argument("--times", type=int, default=50)
    asked.add_argument("--seed", type=int, default=1)
    asked = commands.add_parser("record")
    asked.add_argument("--times", type=int, default=50)
    asked.add_argument("--seed", type=int, default=1)
    asked = commands.add_parser("batch")
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--files", type=int, default=200)
    asked.add_argument("--calls", type=Path)
    asked.add_argument("--made-up", action="store_true")
    commands.add_parser("write-take").add_argument("path", type=Path)
    commands.add_parser("write-history").add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.command == "record":
        return int(max(record(options.times, options.seed)) >= 1)
    if options.command == "batch":
        from crash_batch import batch

        return batch(options.times, options.seed, options.files, options.calls, options.made_up)
    if options.command == "write-take":
        write_take(options.path, sys.stdout)
        return 0
    if options.command == "write-history":
        write_history(options.folder, sys.stdout)
        return 0
    return history(options.times, options.seed)


if __name__ == "__main__":
    sys.exit(main())
