"""Tables of a batch: calls.csv, findings.csv, not_analysed.csv, and Parquet of the first two.

The columns stand in tables.yaml; those of criteria and measures come from the scorecard and the definitions,
so they are the same whatever the records hold. What is not measured is an empty cell, never 0.

CSV is for people: UTF-8 with a byte order mark, so that spreadsheets know it is (pandas:
``encoding="utf-8-sig"``), a line a row, and no cell a spreadsheet would run. Parquet is for programs: real
types, texts as they were said.
"""

from __future__ import annotations

import csv
import importlib
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from voicecoach.batch.types import Record
from voicecoach.datafile import Value, read_file
from voicecoach.errors import UsageError
from voicecoach.i18n import _
from voicecoach.measures.definitions import definitions
from voicecoach.score import Scorecard
from voicecoach.types import AGENT, Analysis, Finding

KINDS = ("text", "texts", "integer", "number", "flag", "day", "time")
DECIMALS = 3
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BETWEEN = " | "  # the entries of a list in CSV


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and what it holds in words."""

    name: str
    kind: str
    meaning: str
    unit: str = ""


class Target(Protocol):
    """Where tables are written, whole or not at all; ``Store`` is one."""

    def write_text(self, name: str, pieces: Iterable[str]) -> object:
        """Write a text."""

    def write_bytes(self, name: str, pieces: Iterable[bytes]) -> object:
        """Write bytes."""


def write(
    records: Sequence[Record],
    store: Target,
    *,
    scorecard: Scorecard,
    pages: bool = True,
    parquet: bool = False,
) -> None:
    """Write the tables.

    Parameters
    ----------
    records : one for each file, those that could not be analysed among them.
    scorecard : the one the calls were judged by; its criteria are columns.
    pages : whether each call has a page, else ``report`` names its JSON.
    parquet : also calls.parquet and findings.parquet.

    Raises
    ------
    UsageError
        Parquet is asked for and pyarrow is not there.
    OutputError
        A table cannot be written.
    """
    if parquet:
        check_parquet()
    suffix = ".html" if pages else ".json"
    tables: dict[str, tuple[tuple[Column, ...], Callable[[], Iterator[tuple[Any, ...]]]]] = {
        "calls": (call_columns(scorecard), lambda: _calls(records, scorecard, suffix)),
        "findings": (columns("findings"), lambda: _findings(records, suffix)),
        "not_analysed": (columns("not_analysed"), lambda: _not_analysed(records)),
    }
    for name, (head, rows) in tables.items():
        store.write_text(f"{name}.csv", _csv(head, rows()))
    for name in ("calls", "findings") if parquet else ():
        head, rows = tables[name]
        store.write_bytes(f"{name}.parquet", [_parquet(head, rows())])


def names(*, parquet: bool) -> tuple[str, ...]:
    """Return the names of the files ``write`` makes."""
    binary = ("calls.parquet", "findings.parquet") if parquet else ()
    return "calls.csv", "findings.csv", "not_analysed.csv", *binary


def check_parquet() -> None:
    """Refuse to go on where Parquet cannot be written.

    Raises
    ------
    UsageError
        pyarrow is not there.
    """
    try:
        importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError(
            _("Parquet needs pyarrow; install it with: pip install 'voicecoach[parquet]'")
        ) from None


def findings(analyses: Iterable[Analysis]) -> Iterator[str]:
    """Yield the pieces of findings.csv for recordings outside of a batch, of which only the path is known."""
    head = columns("findings")
    unknown = ("", "", None, None, "")  # report, agent, date, time, scenario
    rows = ((a.source.path, *unknown, *_finding(found)) for a in analyses for found in a.findings)
    yield from _csv(head, rows)


def call_columns(scorecard: Scorecard) -> tuple[Column, ...]:
    """Return the columns of calls: the fixed ones, then criteria, then measures."""
    facts = _facts()
    criteria = tuple(
        Column(f"criterion.{item.id}", "text", facts["criterion"].text().format(name=item.name))
        for item in scorecard.items
    )
    measures = []
    for name, entry in definitions().entries.items():
        unit = entry.unit or "the unit of pace_unit"
        meaning = facts["measure"].text().format(id=name, unit=unit)
        measures.append(Column(name, "number", meaning, entry.unit))
    return (*columns("calls"), *criteria, *measures)


def columns(table: str) -> tuple[Column, ...]:
    """Return the fixed columns of a table: calls, findings or not_analysed."""
    return tuple(
        Column(name, fields["kind"].one_of(KINDS), fields["meaning"].text())
        for name, value in _facts()[table].mapping().items()
        if (fields := value.fields(("kind", "meaning")))
    )


# --- rows ---------------------------------------------------------------------------------------------------


def _calls(records: Iterable[Record], scorecard: Scorecard, suffix: str) -> Iterator[tuple[Any, ...]]:
    criteria = [item.id for item in scorecard.items]
    measures = list(definitions().entries)
    blank = (None,) * (len(columns("calls")) - 7 + len(criteria) + len(measures))
    for record in records:
        analysis = record.analysis
        if analysis is None:
            continue
        first = (*_whose(record, suffix), record.same_as)
        yield (*first, *(blank if record.same_as else _call(analysis, criteria, measures)))


def _call(analysis: Analysis, criteria: Sequence[str], measures: Sequence[str]) -> Iterator[Any]:
    scores = analysis.scores
    status = {entry.id: entry.status for entry in scores.criteria}
    musts = Counter(entry.status for entry in scores.criteria if entry.kind == "must")
    polarity = Counter(finding.polarity for finding in analysis.findings)
    values = {measure.id: measure for measure in analysis.measures if measure.speaker == AGENT}
    rate = values.get("pace.articulation_rate")
    yield analysis.language
    yield analysis.source.duration
    yield analysis.source.layout.kind
    yield f"{scores.scorecard} {scores.version}".strip()
    yield scores.total
    yield scores.passed
    yield musts["met"]
    yield musts["met"] + musts["partly"] + musts["missed"]
    yield from (polarity[which] for which in ("positive", "negative", "neutral"))
    yield len(analysis.unbacked)
    yield analysis.warnings
    yield tuple(entry.id for entry in analysis.not_measured)
    yield rate.unit if rate else ""
    yield from (status.get(entry, "") for entry in criteria)
    yield from (values[entry].value if entry in values else None for entry in measures)


def _findings(records: Iterable[Record], suffix: str) -> Iterator[tuple[Any, ...]]:
    for record in records:
        if record.analysis is None or record.same_as:
            continue
        whose = _whose(record, suffix)
        for found in record.analysis.findings:
            yield *whose, *_finding(found)


def _finding(found: Finding) -> tuple[Any, ...]:
    return (
        found.rule,
        found.category,
        found.polarity,
        found.speaker,
        found.start,
        found.end,
        found.quote,
        found.message,
        found.advice,
        found.grade,
        found.evidence.status,
        found.source,
    )


def _not_analysed(records: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
    for record in records:
        if record.analysis is None:
            name = record.relative.rsplit("/", 1)[-1]
            yield record.relative, record.reason.removeprefix(f"{name}: "), record.who.agent, record.same_as


def _whose(record: Record, suffix: str) -> tuple[Any, ...]:
    who = record.who
    day, _, clock = who.date.partition("T")
    return (
        record.relative,
        f"calls/{record.name}{suffix}",
        who.agent,
        date.fromisoformat(day) if day else None,
        time.fromisoformat(clock) if clock else None,
        who.scenario,
    )


# --- CSV ----------------------------------------------------------------------------------------------------


def _csv(head: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")
    yield "\ufeff"
    writer.writerow([column.name for column in head])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if line.tell() > 1 << 16:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _cell(value: Any) -> str | int:
    """A value as it stands in CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return harmless(value if isinstance(value, str) else _BETWEEN.join(value))


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")  # + 0.0: no "-0"


def harmless(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula, wherever it ends a cell."""
    line = _text(text)
    if not line.isprintable():
        line = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(line.split()))
    return _formula().sub(r"\1'", line)


@cache
def _formula() -> re.Pattern[str]:
    """What comes before a formula: the start of a cell, or a semicolon, which ends one in many countries."""
    begins = "".join(re.escape(begin) for begin in _facts()["formula_begins"].texts())
    return re.compile(rf"((?:^|;)[\s\"']*)(?=[{begins}])")


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # a file name may hold bytes that are no text


# --- Parquet ------------------------------------------------------------------------------------------------


def _parquet(head: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    kinds = {
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "flag": pyarrow.bool_(),
        "day": pyarrow.date32(),
        "time": pyarrow.time32("s"),
    }
    schema = pyarrow.schema(
        [
            pyarrow.field(
                column.name, kinds[column.kind], metadata={"meaning": column.meaning, "unit": column.unit}
            )
            for column in head
        ]
    )
    waiting, at_once = iter(rows), _facts()["rows_at_once"].whole(least=1)
    written = io.BytesIO()
    with pyarrow.parquet.ParquetWriter(written, schema, compression="zstd") as writer:
        while some := list(islice(waiting, at_once)):
            values = [[_typed(value) for value in column] for column in zip(*some, strict=True)]
            arrays = [pyarrow.array(v, kind) for v, kind in zip(values, schema.types, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
    return written.getvalue()


def _typed(value: Any) -> Any:
    """A value as it stands in Parquet; a text that is empty is missing."""
    if isinstance(value, str):
        return _text(value) or None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return [_text(entry) for entry in value] if isinstance(value, tuple | list) else value


@cache
def _facts() -> Mapping[str, Value]:
    return read_file(Path(__file__).with_name("tables.yaml")).fields(
        (
            "version",
            "calls",
            "findings",
            "not_analysed",
            "criterion",
            "measure",
            "formula_begins",
            "rows_at_once",
        )
    )
