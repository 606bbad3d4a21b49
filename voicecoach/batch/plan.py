"""What a batch is going to do and about how long that takes, before it does it. Times are seconds."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from voicecoach.batch.types import Found, Record
from voicecoach.datafile import Value, read_file
from voicecoach.i18n import _, carried, counted


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that was found, and what a batch would do with it."""

    found: Found
    length: float | None  # s of sound as its header tells, None where it does not
    done: bool  # by an earlier run, or found by it to be unusable
    reason: str = ""  # why it will not be analysed, as far as its header or the earlier run tells
    same_as: str = ""  # relative path of the one it is a copy of, as far as that is known

    @property
    def to_do(self) -> bool:
        """Whether it is going to be analysed."""
        return not (self.done or self.reason or self.same_as)


@dataclass(frozen=True, slots=True)
class Speed:
    """How much sound a worker gets through, and how that is known."""

    times: float  # seconds of sound a second of one worker
    ground: str  # such as "as in 12 earlier recordings"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is still to be done."""

    files: int
    sound: float  # s, as far as lengths are known
    unknown: int  # files whose length is not known; each is taken to be of the middle length
    seconds: float | None  # of the clock; None where no length is known


def plan(found: Iterable[Found], done: Mapping[str, float | None]) -> tuple[Planned, ...]:
    """Look at the header of each file without decoding it.

    Recordings that are not on this disk are not fetched for it: their length is not known.

    Parameters
    ----------
    found : the files.
    done : those that are done already, by path, with their length in seconds where it is known; they are not
        opened again.
    """
    with ThreadPoolExecutor(_facts()["workers_reading"].whole(least=1)) as pool:
        return tuple(pool.map(carried(partial(_planned, done=done)), found))


def speed(records: Iterable[Record]) -> Speed:
    """How fast a worker was in earlier recordings, or where it was measured when there are too few."""
    facts = _facts()["speed"].mapping()
    times = [
        (record.analysis.source.duration, record.analysis.timings.get("total", 0.0))
        for record in records
        if record.analysis is not None and not record.same_as
    ]
    sound, work = (sum(part) for part in zip(*times, strict=True)) if times else (0.0, 0.0)
    if len(times) < facts["least_recordings"].whole(least=1) or work <= 0.0 or sound <= 0.0:
        return Speed(facts["times_real_time"].number(least=0.001), _(facts["ground"].text()))
    return Speed(
        sound / work, counted("as in {n} earlier recording", "as in {n} earlier recordings", n=len(times))
    )


def records_read() -> int:
    """How many earlier recordings are enough to tell the speed by."""
    return _facts()["speed"].mapping()["records_read"].whole(least=1)


def expected(planned: Sequence[Planned], speed: Speed, workers: int) -> Expected:
    """Sum up what is to be done, and how long so many workers are going to take."""
    to_do = [entry for entry in planned if entry.to_do]
    lengths = [entry.length for entry in to_do if entry.length is not None]
    unknown = len(to_do) - len(lengths)
    seconds: float | None = 0.0
    if lengths:
        whole = sum(lengths) + unknown * statistics.median(lengths)
        seconds = max(whole / max(1, workers), max(lengths)) / speed.times
    elif unknown:
        seconds = None
    return Expected(len(to_do), sum(lengths), unknown, seconds)


def _planned(file: Found, done: Mapping[str, float | None]) -> Planned:
    from voicecoach import audio

    if file.path in done:
        return Planned(file, done[file.path], True)
    if file.reason:
        return Planned(file, None, False, file.reason)
    if "://" in file.path:
        return Planned(file, None, False)
    found = audio.probe(Path(file.path))
    return Planned(file, found.length, False, found.reason)


@cache
def _facts() -> Mapping[str, Value]:
    facts = read_file(Path(__file__).with_name("plan.yaml")).fields(("version", "speed", "workers_reading"))
    facts["speed"].fields(("times_real_time", "ground", "source", "least_recordings", "records_read"))
    return facts
