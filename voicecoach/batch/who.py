"""Whose call it is, when it was and what it was about: from a table, a file beside it, or its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicecoach.batch.types import Found, Who


@dataclass(frozen=True, slots=True)
class Naming:
    """Where agent, date and scenario of a recording are told.

    A table goes before a file beside the recording, and that before its name.
    """

    pattern: str = ""  # such as "{agent}/{date}_{scenario}"
    table: Path | None = None  # CSV with the columns file, agent, date, scenario
    sidecars: bool = True  # call.json or call.wav.json beside call.wav


@dataclass(frozen=True, slots=True)
class Told:
    """Who is who, by the path of the recording, and what was found to be odd, a line each."""

    who: Mapping[str, Who]
    notes: tuple[str, ...] = ()


def tell(found: Sequence[Found], naming: Naming) -> Told:
    """Find out whose calls these are.

    Raises
    ------
    UsageError
        The pattern makes no sense or fits no file.
    DataFileError
        The table is wrong; the message starts with file:line.
    """
    raise NotImplementedError
