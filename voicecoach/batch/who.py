"""Whose call it is, when it was and what it was about: from a table, a file beside it, or its name.

Nobody is guessed, and the date of the file is not taken for that of the call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicecoach.batch import dates, pattern, roster
from voicecoach.batch.types import Found, Who
from voicecoach.datafile import LARGEST
from voicecoach.errors import UsageError
from voicecoach.history import people
from voicecoach.i18n import _, counted, fill

FIELDS = pattern.FIELDS


@dataclass(frozen=True, slots=True)
class Naming:
    """Where agent, date and scenario of a recording are told.

    A table goes before a file beside the recording, and that before its name; each may tell a part.
    """

    pattern: str = ""  # such as "{agent}/{date}_{scenario}"
    table: Path | None = None  # CSV with the columns file, agent, date, scenario
    sidecars: bool = True  # call.wav.json or call.json beside call.wav


@dataclass(frozen=True, slots=True)
class Told:
    """Who is who, by the path of the recording, and what was found to be odd, a line each."""

    who: Mapping[str, Who]
    notes: tuple[str, ...] = ()


def tell(found: Sequence[Found], naming: Naming) -> Told:
    """Find out whose calls these are.

    The same person in other spelling (case, form in Unicode, spaces) is one person, written as first found.
    Files beside recordings that are not on this disk are not read.

    Raises
    ------
    UsageError
        The pattern makes no sense or fits no file.
    DataFileError
        The table is wrong; the message starts with file:line.
    """
    notes: list[str] = []
    by_table = _by_table(found, naming.table, notes)
    by_name = _by_name(found, naming.pattern, notes)
    spelt: dict[str, str] = {}
    who = {}
    for file in found:
        beside, name = _beside(file, notes) if naming.sidecars else ({}, "")
        told = (
            (by_table.get(file.path, {}), naming.table.name if naming.table else ""),
            (beside, name),
            (by_name.get(file.path, {}), "name"),
        )
        who[file.path] = _who(told, spelt)
    return Told(who, tuple(notes))


def _who(told: Sequence[tuple[Mapping[str, str], str]], spelt: dict[str, str]) -> Who:
    values = dict.fromkeys(FIELDS, "")
    sources: list[str] = []
    for field in FIELDS:
        value, source = next(((v[field], s) for v, s in told if people.shape(v.get(field, ""))), ("", ""))
        values[field] = people.shape(value)
        if source and source not in sources:
            sources.append(source)
    if values["agent"]:
        values["agent"] = spelt.setdefault(people.key(values["agent"]), values["agent"])
    return Who(**values, source=", ".join(sources))


def _by_table(found: Sequence[Found], path: Path | None, notes: list[str]) -> Mapping[str, Mapping[str, str]]:
    if path is None:
        return {}
    rows, lost = roster.fit(roster.read(path), found, path)
    if lost:
        names = _some(f"{row.file!r} (line {row.line})" for row in lost)
        notes.append(
            counted(
                "{name}: {n} row fits no file: {names}",
                "{name}: {n} rows fit no file: {names}",
                n=len(lost),
                name=path.name,
                names=names,
            )
        )
    missing = [file.relative for file in found if file.path not in rows]
    if missing:
        notes.append(
            counted(
                "{name}: {n} file is not in it: {names}",
                "{name}: {n} files are not in it: {names}",
                n=len(missing),
                name=path.name,
                names=_some(missing),
            )
        )
    return {place: row.values for place, row in rows.items()}


def _by_name(found: Sequence[Found], text: str, notes: list[str]) -> Mapping[str, Mapping[str, str]]:
    if not text:
        return {}
    wanted = pattern.parse(text)
    fields = {file.path: values for file in found if (values := wanted.fit(file.relative)) is not None}
    if found and not fields:
        raise UsageError(
            fill(
                "names {text!r} fits none of {count}; the first is {relative!r}: write its parts as "
                "{{agent}}, {{date}}, {{scenario}} or *",
                text=text,
                count=counted("{n} file", "{n} files", n=len(found)),
                relative=found[0].relative,
            )
        )
    missing = [file.relative for file in found if file.path not in fields]
    if missing:
        notes.append(
            fill(
                "names {text!r} does not fit {count}: {some}",
                text=text,
                count=counted("{n} file", "{n} files", n=len(missing)),
                some=_some(missing),
            )
        )
    return fields


def _beside(file: Found, notes: list[str]) -> tuple[dict[str, str], str]:
    """What a file beside a recording tells, and its name; other keys in it are somebody else's."""
    if "://" in file.path:
        return {}, ""
    path = Path(file.path)
    for place in (path.with_name(path.name + ".json"), path.with_name(path.stem + ".json")):
        if not place.is_file():
            continue
        try:
            with place.open("rb") as opened:
                raw = opened.read(LARGEST + 1)
            content: Any = json.loads(raw) if len(raw) <= LARGEST else None
        except json.JSONDecodeError as error:
            notes.append(
                fill(
                    "{place}:{lineno}:{colno}: is not JSON: {msg}; it is left alone",
                    place=place,
                    lineno=error.lineno,
                    colno=error.colno,
                    msg=error.msg,
                )
            )
            continue
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            notes.append(
                fill(
                    "{place}: cannot be read: {getattr}",
                    place=place,
                    getattr=getattr(error, "strerror", None) or "not JSON",
                )
            )
            continue
        if isinstance(content, dict):
            values = _values(content, place, raw, notes)
            if values:
                return values, place.name
    return {}, ""


def _values(content: Mapping[str, Any], place: Path, raw: bytes, notes: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for field in FIELDS:
        value = content.get(field)
        line = raw.count(b"\n", 0, max(0, raw.find(f'"{field}"'.encode()))) + 1
        where = f"{place}:{line}"
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            notes.append(
                fill(
                    "{where}: {field!r} should be text, but is {dumps}; not taken",
                    where=where,
                    field=field,
                    dumps=json.dumps(value)[:40],
                )
            )
        elif field != "date":
            values[field] = value
        elif date := dates.read(value):
            values[field] = date
        else:
            notes.append(
                fill(
                    "{where}: the date {value!r} is not read; write it as 2026-03-01",
                    where=where,
                    value=value[:40],
                )
            )
    return values


def _some(names: Iterable[str]) -> str:
    every = list(names)
    listed = dates.facts()["notes_listed"].whole(least=1)
    names = _(", ").join(every[:listed])
    return fill("{names} and {more} more", names=names, more=len(every) - listed) if every[listed:] else names
