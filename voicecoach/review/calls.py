"""Calls to be reviewed, as their JSON reports tell of them. Times are seconds in the recording."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicecoach.errors import DataFileError, UsageError
from voicecoach.reports.json import parse
from voicecoach.types import Analysis, Criterion

# Read here without ``parse``, which looks at every word, and what no review needs at all.
_OWN = ("turns", "findings", "unbacked")
_UNUSED = ("quality", "measures", "events", "phases", "curves", "not_measured")


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
    duration: float
    said: tuple[Said | None, ...]  # by turn; None where a turn has no times
    found: tuple[Found, ...]
    criteria: tuple[Criterion, ...]
    pack: str  # SHA-256 of the rules; empty where there were none
    scorecard: str  # SHA-256


def read(paths: Sequence[Path], *, progress: Callable[[float], None] | None = None) -> tuple[Call, ...]:
    """Read reports: files of ``analyse -f json``, or folders with them (of a batch: OUT), by path.

    Of several reports of a recording the one written last counts. ``progress`` is told the share done, 0..1.

    Raises
    ------
    DataFileError
        A file is no report, is damaged, or is of a newer version.
    UsageError
        There is no report at all, or a path does not exist.
    """
    found: dict[str, Call] = {}
    files = sorted(set(_files(paths)), key=lambda path: (path.stat().st_mtime_ns, path))
    for number, path in enumerate(files):
        found.update((call.recording, call) for call in _calls(path))
        if progress is not None:
            progress((number + 1) / len(files))
    if not found:
        raise UsageError(
            f"{paths[0]}: holds no reports; name the folder a batch wrote, or what analyse -f json wrote"
        )
    return tuple(sorted(found.values(), key=lambda call: (call.path, call.recording)))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: does not exist; name the folder a batch wrote, or JSON reports")
        if path.is_dir():
            inner = path / "calls" if (path / "calls").is_dir() else path
            yield from (one for one in inner.glob("*.json") if not one.name.startswith("."))
        else:
            yield path


def _calls(path: Path) -> Iterator[Call]:
    try:
        found: Any = json.loads(path.read_bytes())
    except OSError as error:
        raise DataFileError(f"{path}:1:1: cannot be read: {error.strerror}; check the rights") from error
    except (ValueError, RecursionError):
        raise DataFileError(f"{path}:1:1: is no JSON; name what analyse -f json wrote") from None
    for document in found if isinstance(found, list) else [found]:
        short = document
        if isinstance(document, dict):
            empty = {key: type(document[key])() for key in (*_OWN, *_UNUSED) if key in document}
            short = {**document, **empty}
        analysis = parse(short, name=str(path))
        try:
            yield _call(analysis, document)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise DataFileError(
                f"{path}: is damaged: turns or findings are not as they should be; write it again with "
                "analyse -f json"
            ) from None


def _call(analysis: Analysis, document: Mapping[str, Any]) -> Call:
    made = analysis.provenance
    pack, card = made.get("pack") or {}, made.get("scorecard") or {}
    return Call(
        recording=analysis.source.sha256,
        path=analysis.source.path,
        duration=analysis.source.duration,
        said=tuple(
            Said(
                sys.intern(str(turn["speaker"])), str(turn["text"]), float(turn["start"]), float(turn["end"])
            )
            if turn["start"] is not None and turn["end"] is not None
            else None
            for turn in document["turns"]
        ),
        found=tuple(
            _found(one, counted=key == "findings")
            for key in ("findings", "unbacked")
            for one in document[key]
            if one["start"] is not None
        ),
        criteria=analysis.scores.criteria,
        pack=str(pack.get("sha256", "")),
        scorecard=str(card.get("sha256", "")),
    )


def _found(one: Mapping[str, Any], *, counted: bool) -> Found:
    start = float(one["start"])
    return Found(
        rule=sys.intern(str(one["rule"])),
        message=sys.intern(str(one["message"])),
        turn=None if one["turn"] is None else int(one["turn"]),
        start=start,
        end=start if one["end"] is None else float(one["end"]),
        quote=str(one["quote"]),
        reason=sys.intern(str(one["evidence"]["reason"])),
        counted=counted,
    )
