"""Frozen values of a batch: what is to be done, and what remains of a call when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicecoach.types import Analysis


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a recording, as it lies in its folder."""

    path: str  # or an fsspec URL
    relative: str  # to the folder it was found in, with forward slashes
    size: int  # bytes
    mtime_ns: int
    inode: int
    reason: str = ""  # why it, or a folder, cannot even be looked at


@dataclass(frozen=True, slots=True)
class Who:
    """Whose call it is, as far as a name, a table or a file beside it says; empty where nothing does."""

    agent: str = ""
    date: str = ""  # ISO 8601: 2026-03-01 or 2026-03-01T09:30
    scenario: str = ""
    source: str = ""  # what said so, for the reader: "calls.csv", "name", "good.json"


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to be analysed. Paths may be fsspec URLs."""

    path: str
    relative: str  # to the folder it was found in, with forward slashes
    name: str  # stem of its reports in OUT/calls
    key: str  # SHA-256 of the content, the settings, the rules and the version
    sha256: str = ""  # of the content
    size: int = 0  # bytes
    length: float | None = None  # seconds, as the file says, where it does


@dataclass(frozen=True, slots=True)
class Record:
    """What remains of one recording for tables and the trainer's page.

    ``analysis`` is without turns, events, curves and contours, and None for a recording that could not be
    analysed; ``reason`` then says why in one line.
    """

    relative: str
    name: str
    key: str
    who: Who = field(default_factory=Who)
    analysis: Analysis | None = None
    reason: str = ""
    same_as: str = ""  # relative path of the recording this one is a copy of; its reports are that one's
    facts: Mapping[str, Any] = field(default_factory=dict)  # size in bytes, path as found, seconds it took
