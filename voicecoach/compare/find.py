"""Which two takes are meant: numbers of the history, recordings, or analyses written as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import stdev

from voicecoach.baseline import LARGEST, REPEATED
from voicecoach.errors import DataFileError, UsageError
from voicecoach.history import History, Take
from voicecoach.reports.json import parse
from voicecoach.types import Analysis

READING = "calibration"  # the kind of a take that is read aloud

Analyse = Callable[[Path], Analysis]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two takes to compare, what they are called, and what ``compare`` wants to know of them."""

    a: Analysis
    b: Analysis
    names: tuple[str, str]
    model: bool = False
    same_speaker: bool = True
    spreads: Mapping[str, float] | None = None


def pair(a: str, b: str | None, *, folder: Path | None, analyse: Analyse) -> Pair:
    """Find two takes.

    Parameters
    ----------
    a, b
        A number of the history, a recording, or a file that ``analyse -f json`` wrote. Without ``b``, take
        ``a`` is compared with the model take of its scenario, else with the person's take of it before.
    folder
        Of the history; the usual one when None. It is not opened unless a number is given.
    analyse
        Makes the analysis of a recording.

    Raises
    ------
    UsageError
        There is no such take, or nothing to compare it with. DataFileError: a JSON file is no analysis.
    """
    if b is None and not a.isdecimal():
        raise UsageError(f"{a}: compare it with what? Name a second recording, analysis or take")
    if not a.isdecimal() and b is not None and not b.isdecimal():
        return Pair(_file(a, analyse), _file(b, analyse), (a, b))
    if not History.exists(folder):
        raise UsageError("there is no history here, so no take has a number; name recordings, or --history")
    with History.open(folder) as history:
        first = history.take(int(a)) if a.isdecimal() else None
        second = history.take(int(b)) if b is not None and b.isdecimal() else None
        if b is None and first is not None:
            first, second = _before(history, first), first
        if first and second and (first.kind == READING) != (second.kind == READING):
            raise UsageError(
                f"one of takes {first.number} and {second.number} is a passage read aloud; compare two calls"
            )
        analyses = [
            _of_take(history, take, analyse) if take else _file(text, analyse)
            for take, text in ((first, a), (second, b or ""))
        ]
        names = [_called(take) if take else text for take, text in ((first, a), (second, b or ""))]
        same = first is None or second is None or first.agent == second.agent
        return Pair(
            a=analyses[0],
            b=analyses[1],
            names=(names[0], names[1]),
            model=first is not None and first.model,
            same_speaker=same,
            spreads=_spreads(history, first, second) if same else None,
        )


def _before(history: History, take: Take) -> Take:
    """The take to compare one with: the model of its scenario, else the one before it."""
    if not take.scenario:
        raise UsageError(f"take {take.number} is of no scenario; name the take to compare it with")
    for language in (take.language or None, ""):  # "": a model that was not analysed yet
        model = history.model_take(take.scenario, language=language)
        if model is not None and model.number != take.number:
            return model
    own = history.takes(take.agent, scenario=take.scenario)
    earlier = [other for other in own if (other.started, other.number) < (take.started, take.number)]
    if not earlier:
        raise UsageError(
            f"take {take.number} is the first of {take.scenario} and there is no model take of it; "
            "practise it again, or name the take to compare it with"
        )
    return earlier[-1]


def _of_take(history: History, take: Take, analyse: Analyse) -> Analysis:
    found = history.analysis(take.number)
    if found is None:
        if take.recording is None or take.status == "recording":
            raise UsageError(f"take {take.number} has no recording to analyse; choose another take")
        return analyse(take.recording)
    if take.recording is None:
        return found
    return replace(found, source=replace(found.source, path=str(take.recording)))


def _called(take: Take) -> str:
    when = take.started.astimezone()
    what = f", {take.scenario}" if take.scenario else ""
    model = ", model" if take.model else ""
    return f"take {take.number}{what}, {take.agent}, {when:%Y-%m-%d %H:%M}{model}"


def _file(name: str, analyse: Analyse) -> Analysis:
    path = Path(name)
    if path.suffix.lower() != ".json":
        return analyse(path)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise DataFileError(f"{path}: larger than {LARGEST:,} bytes; name what analyse -f json wrote")
        document = json.loads(raw)
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataFileError(f"{path}: not valid JSON; name what analyse -f json wrote") from error
    return parse(document, name=str(path))


def _spreads(history: History, first: Take | None, second: Take | None) -> Mapping[str, float]:
    """How much each measure varies over the other takes of the person, in the same language."""
    known = second or first
    if known is None:
        return {}
    compared = {take.number for take in (first, second) if take}
    found = {}
    for id_, points in history.series(known.agent).items():
        values = [p.value for p in points if p.take not in compared and p.language == known.language]
        if len(values) >= REPEATED:
            found[id_] = stdev(values)
    return found
