"""JSON, as ``analysis.schema.json`` in this folder describes it.

Times are seconds in the original recording, rounded to milliseconds. A number that does not exist is
null, never NaN. Contours are not in it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from voicecoach.errors import DataFileError
from voicecoach.types import Analysis, Layout

SUFFIX = ".json"
SCHEMA_VERSION = "1.3"
DECIMALS = 3
ONLY_WHERE_KNOWN = ("language",)  # of a turn, of a word: only where it is another than the call's
FINE_DECIMALS = {"clipping": 6, "dc_offset": 6}  # shares of full scale, where a thousandth is a lot


def render(
    analyses: Sequence[Analysis], *, several: bool = False, width: int = 80, color: bool = False
) -> str:
    """One analysis as a JSON document, or an array where several were asked for; ends with a newline."""
    documents = [document(analysis) for analysis in analyses]
    found = documents[0] if len(documents) == 1 and not several else documents
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def document(analysis: Analysis) -> dict[str, Any]:
    """An analysis as plain dicts, lists, strings, numbers and None."""
    return {
        "schema_version": SCHEMA_VERSION,
        "source": plain(analysis.source),
        "quality": plain(analysis.quality),
        "warnings": plain(analysis.warnings),
        "language": analysis.language,
        "turns": plain(analysis.turns),
        "measures": plain(analysis.measures),
        "events": plain(analysis.events),
        "phases": plain(analysis.phases),
        "findings": plain(analysis.findings),
        "unbacked": plain(analysis.unbacked),
        "scores": plain(analysis.scores),
        "coaching": plain(analysis.coaching),
        "not_measured": plain(analysis.not_measured),
        "curves": plain(analysis.curves),
        "timings": plain(analysis.timings),
        "provenance": plain(analysis.provenance),
    }


def _layout(layout: Layout) -> dict[str, Any]:
    pairs = [
        {"from": layout.names[a], "to": layout.names[b], "db": _number(level, DECIMALS)}
        for (a, b), level in sorted(layout.bleed.items())
    ]
    return {
        "kind": layout.kind,
        "channels": list(layout.names),
        "used": [int(index) for index in layout.used],
        "empty": [int(index) for index in layout.empty],
        "bleed": pairs,
    }


def plain(value: Any, decimals: int = DECIMALS) -> Any:
    """Any value of ours as plain dicts, lists, strings, numbers and None."""
    if type(value) is float:  # nearly all values of curves
        return _number(value, decimals)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # a file name may hold bytes that are no text
    if isinstance(value, Layout):
        return _layout(value)
    if is_dataclass(value):
        return {
            f.name: plain(getattr(value, f.name), FINE_DECIMALS.get(f.name, DECIMALS))
            for f in fields(value)
            if f.name not in ONLY_WHERE_KNOWN or getattr(value, f.name)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [plain(entry, decimals) for entry in value]
    return _number(value, decimals)


def _number(value: Any, decimals: int) -> float | int | bool | None:
    number = value.item() if hasattr(value, "item") else value  # a numpy scalar
    if isinstance(number, bool | int):
        return number
    found = round(float(number), decimals)
    return found if math.isfinite(found) else None


# --- and back -----------------------------------------------------------------------------------------------


def parse(found: Any, *, name: str = "analysis") -> Analysis:
    """Return the analysis a document was made from; contours, which are not in it, are empty.

    Documents of older minor versions are read, too: what they lack is empty. ``name`` is what error messages
    call the document. ``document(parse(document(analysis))) == document(analysis)``.

    Raises
    ------
    DataFileError
        It is no such document, or one of a newer version.
    """
    if not isinstance(found, Mapping) or not isinstance(found.get("schema_version"), str):
        raise DataFileError(f"{name}: is not an analysis; name what analyse -f json wrote")
    try:
        version, known = (
            tuple(int(part) for part in text.split(".")) for text in (found["schema_version"], SCHEMA_VERSION)
        )
    except ValueError:
        raise DataFileError(f"{name}: schema_version {found['schema_version']!r} is none") from None
    if version[0] != known[0] or version > known:
        raise DataFileError(
            f"{name}: has schema version {found['schema_version']}, read here is {SCHEMA_VERSION}; "
            "use the voicecoach that wrote it or analyse again"
        )
    entries = {key: entry for key, entry in found.items() if key != "schema_version"}
    older: dict[str, Any] = {"phases": (), "curves": {}} if version < known else {}
    try:
        analysis: Analysis = _made(Analysis, {**older, "contours": {}, **entries}, "")
    except _Wrong as error:
        raise DataFileError(f"{name}: is damaged: {error}; write it again with analyse -f json") from None
    return analysis


class _Wrong(Exception):  # noqa: N818 - never leaves this file
    pass


def _wrong(where: str, wanted: str, found: Any) -> NoReturn:
    raise _Wrong(f"{where.lstrip('.') or 'it'} should be {wanted}, but is {str(found)[:40]!r}")


def _read(kind: Any, found: Any, where: str) -> Any:
    """Return a value of a type hint."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return found
    if origin in (Union, UnionType):
        return (
            None if found is None else _read(_only(a for a in arguments if a is not NoneType), found, where)
        )
    if kind is float:
        if found is None:
            return math.nan  # a number that does not exist is written as null
        if isinstance(found, bool) or not isinstance(found, int | float):
            _wrong(where, "a number", found)
        return float(found)
    if kind in (str, int, bool):
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            _wrong(where, {str: "text", int: "a whole number", bool: "true or false"}[kind], found)
        return found
    if origin is tuple:
        if not isinstance(found, Sequence) or isinstance(found, str):
            _wrong(where, "a list", found)
        return tuple(_read(arguments[0], entry, f"{where}[{k}]") for k, entry in enumerate(found))
    if not isinstance(found, Mapping):
        _wrong(where, "keys and values", found)
    if kind is Layout:
        return _layout_of(found, where)
    if is_dataclass(kind):
        return _made(kind, found, where)
    return {str(key): _read(arguments[1], entry, f"{where}.{key}") for key, entry in found.items()}


def _made(kind: Any, found: Mapping[str, Any], where: str) -> Any:
    """Return a dataclass made of keys and values."""
    hints = _hints(kind)
    for key in found:
        if key not in hints:
            raise _Wrong(f"{f'{where}.{key}'.lstrip('.')} is unknown")
    values = {}
    for field in fields(kind):
        if field.name in found:
            values[field.name] = _read(hints[field.name], found[field.name], f"{where}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise _Wrong(f"{f'{where}.{field.name}'.lstrip('.')} is missing")
    return kind(**values)


def _layout_of(found: Mapping[str, Any], where: str) -> Layout:
    names: tuple[str, ...] = _read(tuple[str, ...], found.get("channels"), f"{where}.channels")
    bleed = {}
    for k, pair in enumerate(_read(tuple[Mapping[str, Any], ...], found.get("bleed", []), f"{where}.bleed")):
        at = f"{where}.bleed[{k}]"
        if pair.get("from") not in names or pair.get("to") not in names:
            _wrong(at, "a pair of channels", pair)
        bleed[names.index(pair["from"]), names.index(pair["to"])] = _read(float, pair.get("db"), f"{at}.db")
    return Layout(
        kind=_read(str, found.get("kind"), f"{where}.kind"),
        names=names,
        used=_read(tuple[int, ...], found.get("used"), f"{where}.used"),
        empty=_read(tuple[int, ...], found.get("empty", []), f"{where}.empty"),
        bleed=bleed,
    )


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _only(kinds: Any) -> Any:
    (kind,) = kinds
    return kind
