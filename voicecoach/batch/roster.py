"""A table people keep of their calls: CSV with the columns file, agent, date, scenario.

The first line names the columns, in any order; others are left alone. Comma, semicolon and tab are told apart
by it. ``file`` is a path below the folder, with or without suffix, or a name, or its stem.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from voicecoach.batch import dates
from voicecoach.batch.types import Found
from voicecoach.datafile import meant
from voicecoach.errors import DataFileError
from voicecoach.i18n import _, fill

COLUMNS = ("file", "agent", "date", "scenario")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is told of a file."""

    line: int
    file: str
    values: Mapping[str, str]  # agent, date (ISO 8601) and scenario, as far as they are filled in


def read(path: Path) -> tuple[Row, ...]:
    """Read a table.

    Raises
    ------
    DataFileError
        It cannot be read, is no such table, or a row of it is wrong; the message starts with file:line.
    """
    text = _text(path)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    between = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    rows: list[Row] = []
    header: tuple[str, ...] = ()
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _header(cells, path, lines.line_num)
            else:
                rows.append(_row(cells, header, path, lines.line_num))
    except csv.Error as error:
        _fail(
            path,
            lines.line_num,
            fill("not a table: {error}; write it again from the spreadsheet as CSV", error=error),
        )
    if not header:
        _fail(
            path,
            1,
            fill("is empty; its first line should name the columns {COLUMNS}", COLUMNS=", ".join(COLUMNS)),
        )
    return tuple(rows)


def fit(rows: Sequence[Row], found: Sequence[Found], path: Path) -> tuple[dict[str, Row], tuple[Row, ...]]:
    """Return the row of each file by the path of the file, and the rows that fit no file.

    Raises
    ------
    DataFileError
        A row fits several files, or two rows that differ fit the same.
    """
    known: dict[str, dict[str, Found]] = {}
    for file in found:
        for rank, name in enumerate(_names(file)):
            known.setdefault(f"{rank}:{_folded(name)}", {})[file.path] = file
    rows_of: dict[str, Row] = {}
    lost: list[Row] = []
    for row in rows:
        fitting = next(_fitting(row.file, known), {})
        if len(fitting) > 1:
            which = ", ".join(sorted(file.relative for file in fitting.values())[:3])
            advice = _("write the path below the folder, with its suffix")
            _fail(
                path,
                row.line,
                fill(
                    "{file!r} fits {fitting} files ({which}); {advice}",
                    file=row.file,
                    fitting=len(fitting),
                    which=which,
                    advice=advice,
                ),
            )
        if not fitting:
            lost.append(row)
        for place in fitting:
            before = rows_of.setdefault(place, row)
            if before.values != row.values:
                _fail(
                    path,
                    row.line,
                    fill(
                        "{file!r} is told otherwise on line {line}; keep one of them",
                        file=row.file,
                        line=before.line,
                    ),
                )
    return rows_of, tuple(lost)


def _fitting(name: str, known: Mapping[str, Mapping[str, Found]]) -> Iterator[Mapping[str, Found]]:
    """Files a name fits, best way first; of those that differ by case the ones that are written alike."""
    written = name.replace("\\", "/").removeprefix("./")
    for rank in range(5):
        files = known.get(f"{rank}:{_folded(written)}")
        if files:
            alike = {
                p: f for p, f in files.items() if unicodedata.normalize("NFC", _names(f)[rank]) == written
            }
            yield alike or files


def _names(file: Found) -> tuple[str, ...]:
    relative = PurePosixPath(file.relative)
    return (
        file.path.replace("\\", "/"),
        file.relative,
        str(relative.with_suffix("")),
        relative.name,
        relative.stem,
    )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataFileError(
            fill("{path}:1: cannot be read: {error}; check the name", path=path, error=error.strerror)
        ) from None
    wide = raw.startswith(_MARKS)
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 if wide else raw.count(b"\n", 0, error.start) + 1
        _fail(path, line, "not UTF-8 text; save it from the spreadsheet as 'CSV UTF-8'")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        _fail(path, line, "not text; save the table from the spreadsheet as 'CSV UTF-8'")
    return unicodedata.normalize("NFC", text)


def _header(cells: Sequence[str], path: Path, line: int) -> tuple[str, ...]:
    names = tuple(cell.strip().casefold() for cell in cells)
    missing = [column for column in COLUMNS if column not in names]
    for name in names:
        if name in COLUMNS and names.count(name) > 1:
            _fail(path, line, fill("the column {name!r} stands here twice; keep one of them", name=name))
        near = meant(name, missing) if name and name not in COLUMNS and missing else ""
        if "did you mean" in near:
            _fail(path, line, fill("unknown column {name!r}{near}", name=name, near=near))
    if "file" not in names:
        _fail(
            path,
            line,
            fill(
                "there is no column 'file'; the first line should name {COLUMNS}", COLUMNS=", ".join(COLUMNS)
            ),
        )
    if len(missing) == len(COLUMNS) - 1:
        _fail(path, line, "there is a column 'file' alone; add agent, date or scenario")
    return names


def _row(cells: Sequence[str], header: Sequence[str], path: Path, line: int) -> Row:
    if len(cells) != len(header):
        _fail(
            path,
            line,
            fill(
                "has {cells} cells where the first line has {header}; mend the row",
                cells=len(cells),
                header=len(header),
            ),
        )
    values = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name in COLUMNS}
    file = values.pop("file")
    if not file:
        _fail(path, line, "the cell for 'file' is empty; name the recording or delete the row")
    if values.get("date"):
        date = dates.read(values["date"])
        if not date:
            _fail(
                path,
                line,
                fill("the date {values!r} is not read; write it as 2026-03-01", values=values["date"][:40]),
            )
        values["date"] = date
    return Row(line, file, {name: value for name, value in values.items() if value})


def _fail(path: Path, line: int, message: str) -> NoReturn:
    raise DataFileError(f"{path}:{line}: {message}")
