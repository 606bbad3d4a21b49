"""What a batch is going to do and about how long that takes, before it does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voicecoach.batch.types import Found, Record


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that was found, and what a batch would do with it."""

    found: Found
    length: float | None  # s of sound as its header tells, None where it does not
    done: bool  # by an earlier run
    reason: str = ""  # why it will not be analysed, as far as its header tells


@dataclass(frozen=True, slots=True)
class Speed:
    """How much sound a batch gets through, and how that is known."""

    times: float  # seconds of sound a second of one worker
    ground: str  # such as "as in 12 earlier recordings"


def plan(found: Iterable[Found], done: Mapping[str, float | None]) -> tuple[Planned, ...]:
    """Look at the header of each file without decoding it.

    Parameters
    ----------
    found : the files.
    done : those that are done already, by path, with their length in seconds where it is known; they are not
        opened again.
    """
    raise NotImplementedError


def speed(records: Iterable[Record]) -> Speed:
    """How fast a worker was in earlier recordings, or where it was measured when there are none."""
    raise NotImplementedError


def expected(planned: Iterable[Planned], speed: Speed, workers: int) -> float:
    """Seconds the files that are to be done will take with so many workers."""
    raise NotImplementedError
