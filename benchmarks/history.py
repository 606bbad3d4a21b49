"""Whether a long history stays quick: whole processes on 10,000 takes, against 0.5 s.

    python benchmarks/history.py [--takes 10000] [--repeats 5] [--keep FOLDER]

Two histories are made: all takes of one person, and of 20 people in turn, over five years. A take has the
document of a sample call, 40 measures and criteria, 15 markers and 20 utterances, six of which come again in
other takes. The commands take turns; the median is compared with the bound. Exits with 1 where one misses it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from voicecoach.history import History, Utterance
from voicecoach.history.store import FILE
from voicecoach.reports.json import SCHEMA_VERSION, parse

BOUND = 0.5  # s
SAMPLE = Path(__file__).parent.parent / "samples" / "good_call.expected.json"
BEGAN = 1_600_000_000_000  # ms since 1970
STEP = 4 * 3600 * 1000  # ms between takes
SCENARIOS = ("refund", "moving-house", "older-caller", "disputed-bill")
AGAIN = ("may i put you on hold for a moment", "thank you for calling", "how can i help you today")
AGAIN += ("is there anything else i can do", "i am sorry to hear that", "let me look that up for you")


def make(folder: Path, takes: int, people: int) -> None:
    """Make a history: the first take as the program writes it, the others like it with other numbers."""
    chance = random.Random(7)  # noqa: S311 - the same each time
    found = json.loads(SAMPLE.read_text(encoding="utf-8"))
    whole = {"timings": {}, "provenance": {}, **found, "schema_version": SCHEMA_VERSION}
    with History.open(folder) as history:
        take = history.new_take(name(0), "practice", scenario=SCENARIOS[0])
        assert take.recording is not None
        take.recording.write_bytes(b"RIFF")
        history.finish_take(take.number, duration=60.0, ended="done")
        said = [Utterance(key, key.capitalize(), k, k + 2.0, 4.5, 3.0, 0.1) for k, key in enumerate(AGAIN)]
        history.add_analysis(take.number, parse(whole), utterances=said)
        history.add_rating(take.number, {"calm": 4, "clear": 3, "kind": 4})
        for k in range(1, people):
            other = history.new_take(name(k), "practice")
            history.finish_take(other.number, duration=1.0, ended="done")
            history.delete(other.number)
    db = sqlite3.connect(folder / FILE)
    db.execute("PRAGMA synchronous = OFF")
    row = db.execute("SELECT * FROM analyses").fetchone()
    (document,) = db.execute("SELECT document FROM documents").fetchone()
    values = db.execute("SELECT id, value, unit, low, high FROM points WHERE value IS NOT NULL").fetchall()
    markers = [v for v in values if v[0].startswith("marker:")][:15]
    others = [v for v in values if not v[0].startswith("marker:")]
    others += [(f"made.up_{k}", 1.0 + k, "s", None, None) for k in range(40 - len(others))]
    owners = [owner for (owner,) in db.execute("SELECT id FROM people ORDER BY id")]
    for number in range(people + 1, takes + people):
        owner, when = owners[number % people], BEGAN + number * STEP
        scenario = SCENARIOS[number % len(SCENARIOS)]
        file = f"{number:06d}.wav"
        db.execute(
            "INSERT INTO takes VALUES (?, ?, 'practice', ?, '', 'en', ?, 60.0, ?, 'analysed', 'done', 0)",
            (number, owner, scenario, when, file),
        )
        db.execute(f"INSERT INTO analyses VALUES (?{', ?' * (len(row) - 1)})", (number, *row[1:]))  # noqa: S608
        db.execute("INSERT INTO documents VALUES (?, ?)", (number, document))
        db.executemany(
            "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(owner, i, number, v * chance.gauss(1, 0.1), u, lo, hi) for i, v, u, lo, hi in others]
            + [(owner, i, number, float(chance.randint(1, 3)), *rest) for i, _, *rest in markers],
        )
        db.executemany(
            "INSERT INTO utterances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (owner, key, number, k, k + 2.0, key, chance.gauss(4.5, 0.3), chance.gauss(3, 0.5), 0.1)
                for k, key in enumerate((*AGAIN, *(f"words of their own {number} {k}" for k in range(14))))
            ],
        )
        db.executemany(
            "INSERT INTO ratings VALUES (?, ?, ?)", [(number, question, 4) for question in ("calm", "clear")]
        )
    db.commit()
    db.close()


def name(number: int) -> str:
    """The name of a person."""
    return "me" if number == 0 else f"agent {number}"


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of a whole process, and those of its work alone (other programs may be busy, too)."""
    environment = {**os.environ, "VOICECOACH_HISTORY": str(folder)}
    worked, began = work(), time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began, work() - worked


def work() -> float:
    """Processor seconds of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def known(base: list[str], word: str) -> bool:
    """Whether there is such a command."""
    return subprocess.run([*base, word, "--help"], capture_output=True, check=False).returncode == 0


def main() -> int:
    """Print a table and tell whether every command kept the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--takes", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="make the histories here and leave them")
    options = parser.parse_args()
    base = [sys.executable, "-m", "voicecoach"]
    wanted = (["--help"], ["history"], ["history", "--limit", "0"], ["history", "-f", "json"], ["trend"])
    kept = True
    with tempfile.TemporaryDirectory() as temporary:
        for people in (1, 20):
            folder = (options.keep or Path(temporary)) / f"{people}"
            if not (folder / FILE).exists():
                make(folder, options.takes, people)
            size = (folder / FILE).stat().st_size / 1e6
            print(
                f"## {options.takes} takes, {people} {'person' if people == 1 else 'people'}, {size:.0f} MB"
            )
            commands = [words for words in wanted if known(base, words[0])]
            times: dict[str, list[tuple[float, float]]] = {}
            for _ in range(options.repeats):
                for words in commands:
                    times.setdefault(" ".join(words), []).append(timed([*base, *words], folder))
            print(f"{'voicecoach':22} {'seconds':>9} {'work':>7} {'to --help':>10}")
            for words, seconds in times.items():
                middle, worked = (statistics.median(pair[k] for pair in seconds) for k in (0, 1))
                ratio = worked / statistics.median(pair[1] for pair in times["--help"])
                said = "" if words == "--help" else "kept" if middle < BOUND else "MISSED"
                kept &= said != "MISSED"
                print(f"{words:22} {middle:7.3f} s {worked:5.3f} s {ratio:10.1f}   {said}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
