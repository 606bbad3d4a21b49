"""What ``batch.yaml`` says: which files are no recordings, and how much a worker may take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import read_file


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes, times seconds; see ``batch.yaml`` for what each is for."""

    suffixes: frozenset[str]
    names: frozenset[str]
    memory: float
    times_weights: float
    keep_free: float
    seconds: float
    times_length: float
    least_bytes: float
    longest: float
    tries_to_start: int
    settle: float
    save_every: int
    tries: int
    look: float
    connect: float
    answer: float
    without_workers: float

    def time(self, length: float | None, size: int) -> float:
        """Seconds a recording may take, from its length in seconds or, if that is None, its size in bytes."""
        longest = size / self.least_bytes if length is None else length
        return self.seconds + self.times_length * min(longest, self.longest)


@cache
def limits() -> Limits:
    """Contents of ``batch.yaml``."""
    fields = read_file(Path(__file__).with_name("batch.yaml")).fields(
        (
            "version",
            "no_recording",
            "worker",
            "time_limit",
            "tries_to_start",
            "settle",
            "save_every",
            "cluster",
        )
    )
    left_out = fields["no_recording"].fields(("suffixes", "names"))
    worker = fields["worker"].fields(("memory", "times_weights", "keep_free"))
    time = fields["time_limit"].fields(("seconds", "times_length", "least_bytes_a_second", "longest"))
    cluster = fields["cluster"].fields(("tries", "look", "connect", "answer", "without_workers"))
    return Limits(
        suffixes=frozenset(left_out["suffixes"].texts()),
        names=frozenset(left_out["names"].texts()),
        memory=worker["memory"].number(least=0),
        times_weights=worker["times_weights"].number(least=0),
        keep_free=worker["keep_free"].number(least=0),
        seconds=time["seconds"].number(least=1),
        times_length=time["times_length"].number(least=0),
        least_bytes=time["least_bytes_a_second"].number(least=1),
        longest=time["longest"].number(least=1),
        tries_to_start=fields["tries_to_start"].whole(least=1),
        settle=fields["settle"].number(least=0),
        save_every=fields["save_every"].whole(least=1),
        tries=cluster["tries"].whole(least=1),
        look=cluster["look"].number(least=0.1),
        connect=cluster["connect"].number(least=1),
        answer=cluster["answer"].number(least=1),
        without_workers=cluster["without_workers"].number(least=1),
    )
