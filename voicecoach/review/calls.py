"""Calls to be reviewed, as their JSON reports tell of them. Times are seconds in the recording."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicecoach.errors import DataFileError, UsageError
from voicecoach.reports.json import parse
from voicecoach.types import Analysis, Criterion, Finding


@dataclass(frozen=True, slots=True)
class Said:
    """A turn."""

    speaker: str
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Found:
    """Something the machine found; not ``counted`` where the sound does not back the words."""

    rule: str
    message: str
    turn: int | None
    start: float
    end: float
    quote: str
    reason: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """What a review needs of the report of a recording."""

    recording: str  # SHA-256 of the file
    path: str
    report: str  # file name
    duration: float
    said: tuple[Said | None, ...]  # by turn; None where a turn has no times
    found: tuple[Found, ...]
    criteria: tuple[Criterion, ...]
    pack: str  # SHA-256 of the rules; empty where there were none
    scorecard: str  # SHA-256


def read(paths: Sequence[Path]) -> tuple[Call, ...]:
    """Read reports: files of ``analyse -f json``, or folders with them (of a batch: OUT), no recording twice.

    Raises
    ------
    DataFileError
        A file is no report, is damaged, or is of a newer version.
    UsageError
        There is no report at all, or a path does not exist.
    """
    found: dict[str, Call] = {}
    for path in _files(paths):
        for analysis in _analyses(path):
            call = _call(analysis, path)
            found.setdefault(call.recording, call)
    if not found:
        raise UsageError(
            f"{paths[0]}: holds no reports; name the folder a batch wrote, or what analyse -f json wrote"
        )
    return tuple(found.values())


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: does not exist; name the folder a batch wrote, or JSON reports")
        if path.is_dir():
            inner = path / "calls" if (path / "calls").is_dir() else path
            yield from sorted(one for one in inner.glob("*.json") if not one.name.startswith("."))
        else:
            yield path


def _analyses(path: Path) -> Iterator[Analysis]:
    try:
        found: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise DataFileError(f"{path}:1:1: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError):
        raise DataFileError(f"{path}:1:1: is no JSON; name what analyse -f json wrote") from None
    for document in found if isinstance(found, list) else [found]:
        yield parse(document, name=str(path))


def _call(analysis: Analysis, path: Path) -> Call:
    made = analysis.provenance
    pack, card = made.get("pack") or {}, made.get("scorecard") or {}
    return Call(
        recording=analysis.source.sha256,
        path=analysis.source.path,
        report=path.name,
        duration=analysis.source.duration,
        said=tuple(
            None
            if turn.start is None or turn.end is None
            else Said(turn.speaker, turn.text, turn.start, turn.end)
            for turn in analysis.turns
        ),
        found=(
            *(_found(one, counted=True) for one in analysis.findings if one.start is not None),
            *(_found(one, counted=False) for one in analysis.unbacked if one.start is not None),
        ),
        criteria=analysis.scores.criteria,
        pack=str(pack.get("sha256", "")),
        scorecard=str(card.get("sha256", "")),
    )


def _found(one: Finding, *, counted: bool) -> Found:
    start = one.start or 0.0
    end = start if one.end is None else one.end
    return Found(one.rule, one.message, one.turn, start, end, one.quote, one.evidence.reason, counted)
