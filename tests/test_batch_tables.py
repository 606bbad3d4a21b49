"""Tables of a batch: what people open in a spreadsheet and programs read."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from make_records import record

from voicecoach.batch import tables
from voicecoach.batch.types import Record, Who
from voicecoach.errors import UsageError
from voicecoach.measures.definitions import definitions
from voicecoach.score import load_scorecard
from voicecoach.types import Measure


class Kept(dict[str, bytes]):
    """A store in memory."""

    def write_text(self, name: str, pieces: Iterable[str]) -> None:
        self[name] = "".join(pieces).encode()

    def write_bytes(self, name: str, pieces: Iterable[bytes]) -> None:
        self[name] = b"".join(pieces)


def written(records: Sequence[Record], **options: Any) -> Kept:
    kept = Kept()
    tables.write(records, kept, scorecard=load_scorecard(), **options)
    return kept


def rows(kept: Kept, name: str) -> list[dict[str, str]]:
    assert kept[name].startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(kept[name].decode("utf-8-sig"), newline="")))


def one(**changes: Any) -> Record:
    return replace(record("good_call"), **changes)


def test_a_row_a_call_and_a_row_a_finding() -> None:
    call = one(relative="kim/a.wav", name="a-1", who=Who("Kim", "2026-03-01T09:30", "refund", "name"))
    assert call.analysis is not None
    kept = written([call])
    (row,) = rows(kept, "calls.csv")
    assert (row["file"], row["report"], row["agent"]) == ("kim/a.wav", "calls/a-1.html", "Kim")
    assert (row["date"], row["time"], row["scenario"]) == ("2026-03-01", "09:30:00", "refund")
    assert (row["passed"], row["total"], row["musts_met"], row["musts_judged"]) == ("true", "100", "8", "8")
    assert (row["criterion.greeting"], row["pace_unit"]) == ("met", "syllables/s")
    values = {m.id: m.value for m in call.analysis.measures if m.speaker == "agent"}
    assert {name: row[name] for name in values} == {
        name: "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
        for name, value in values.items()
    }
    assert row["pace.drift"] == ""
    found = rows(kept, "findings.csv")
    assert (
        len(found)
        == len(call.analysis.findings)
        == sum(int(row[f"findings_{p}"]) for p in ("positive", "negative", "neutral"))
    )
    assert {entry["file"] for entry in found} == {"kim/a.wav"}
    assert float(found[0]["start_s"]) == pytest.approx(call.analysis.findings[0].start, abs=1e-3)
    assert rows(kept, "not_analysed.csv") == []


def test_columns_are_the_same_whatever_the_records_hold() -> None:
    none, some = written([]), written([one()])
    for name in ("calls.csv", "findings.csv", "not_analysed.csv"):
        assert none[name].splitlines()[0] == some[name].splitlines()[0]
    names = [column.name for column in tables.call_columns(load_scorecard())]
    assert len(names) == len(set(names))
    assert names[-len(definitions().entries) :] == list(definitions().entries)


def test_a_copy_is_listed_and_not_counted_again() -> None:
    call = one()
    kept = written([call, replace(call, relative="copy.wav", same_as=call.relative)])
    first, second = rows(kept, "calls.csv")
    assert (second["file"], second["same_as"], second["report"]) == (
        "copy.wav",
        call.relative,
        first["report"],
    )
    assert not any(second[name] for name in list(second)[7:])
    assert {row["file"] for row in rows(kept, "findings.csv")} == {call.relative}


def test_what_was_not_analysed_says_why() -> None:
    kept = written([one(relative="b.wav", analysis=None, reason="b.wav: holds no sound")])
    assert rows(kept, "calls.csv") == rows(kept, "findings.csv") == []
    (row,) = rows(kept, "not_analysed.csv")
    assert (row["file"], row["reason"]) == ("b.wav", "holds no sound")


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" +49 170", " '+49 170"),
        ("-", "'-"),
        ('"=1', "\"'=1"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("＝1", "'＝1"),
        ("a;=cmd|' /C calc'!A0", "a;'=cmd|' /C calc'!A0"),
        ("a; -5", "a; '-5"),
        ("two\nlines\u2028here", "two lines here"),
        ("bell\x07 esc\x1b[2J", "bell\ufffd esc\ufffd[2J"),
        ("plain - text, with = signs", "plain - text, with = signs"),
        ("\udce9t\u00e9", "?t\u00e9"),
        ('quote "and" comma, too', 'quote "and" comma, too'),
    ],
)
def test_no_cell_is_a_formula(said: str, cell: str) -> None:
    (row,) = rows(written([one(who=Who(agent=said))]), "calls.csv")
    assert row["agent"] == cell


def test_numbers_stay_numbers() -> None:
    call = one()
    assert call.analysis is not None
    values = {"loudness.level": -23.41234, "pitch.reset": -0.0004, "pace.drift": float("nan")}
    tiny = tuple(Measure(name, "agent", value, "", "B") for name, value in values.items())
    (row,) = rows(written([replace(call, analysis=replace(call.analysis, measures=tiny))]), "calls.csv")
    assert (row["loudness.level"], row["pitch.reset"], row["pace.drift"]) == ("-23.412", "0", "")


def test_parquet_has_real_types_and_texts_as_said() -> None:
    hostile = '=1+1\n"x"'
    calls = [one(who=Who(hostile, "2026-03-01T09:30", "", ""), relative=f"{k}.wav") for k in range(3)]
    copy = replace(calls[0], relative="copy.wav", same_as="0.wav")
    kept = written([*calls, copy, one(analysis=None, reason="no")], parquet=True)
    found = pyarrow.parquet.read_table(io.BytesIO(kept["calls.parquet"]))
    assert found.column_names == [column.name for column in tables.call_columns(load_scorecard())]
    listed = found.to_pylist()
    assert [row["file"] for row in listed] == ["0.wav", "1.wav", "2.wav", "copy.wav"]
    assert listed[0]["agent"] == hostile
    assert (listed[0]["date"].isoformat(), listed[0]["time"].isoformat()) == ("2026-03-01", "09:30:00")
    assert (listed[0]["passed"], listed[0]["musts_met"], listed[0]["scenario"]) == (True, 8, None)
    assert listed[0]["pace.drift"] is None
    assert listed[3]["total"] is None
    assert found.field("pauses.median").metadata[b"unit"] == b"s"
    findings = pyarrow.parquet.read_table(io.BytesIO(kept["findings.parquet"]))
    assert findings.num_rows == 3 * len(rows(written([calls[0]]), "findings.csv"))
    assert pyarrow.parquet.read_table(io.BytesIO(written([], parquet=True)["calls.parquet"])).num_rows == 0


def test_parquet_without_pyarrow_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match=r"pip install 'voicecoach\[parquet\]'"):
        written([], parquet=True)


def test_reports_without_pages_are_json() -> None:
    (row,) = rows(written([one(name="a")], pages=False), "calls.csv")
    assert row["report"] == "calls/a.json"


DOCS = Path(__file__).parents[1] / "docs" / "batch.md"


def described() -> str:
    """What docs/batch.md says of the columns; write it with: python tests/test_batch_tables.py."""
    found = ""
    for name, title in (
        ("calls", "calls.csv"),
        ("findings", "findings.csv"),
        ("not_analysed", "not_analysed.csv"),
    ):
        head = tables.call_columns(load_scorecard()) if name == "calls" else tables.columns(name)
        found += f"### {title}\n\n| column | kind | what |\n|---|---|---|\n"
        found += (
            "".join(f"| `{column.name}` | {column.kind} | {column.meaning} |\n" for column in head) + "\n"
        )
    return found


def test_every_column_is_described() -> None:
    assert described() in DOCS.read_text(encoding="utf-8")


def test_the_progress_of_the_docs_is_the_one_that_is_printed() -> None:
    from voicecoach.batch.progress import Progress
    from voicecoach.cli.progress import as_json

    printed = as_json(Progress(1, 1, 0, 1.0, 1.0, 1.0, 1.0, 1.0))
    text = DOCS.read_text(encoding="utf-8")
    (example,) = re.findall(r"\{\"event\".*?\}", text, re.DOTALL)
    assert list(json.loads(example)) == list(printed)
    assert all(f"`{key}`" in text for key in printed)


if __name__ == "__main__":
    text = DOCS.read_text(encoding="utf-8")
    head, _, rest = text.partition("### calls.csv")
    tail = "## Progress for programs" + (rest or head).partition("## Progress for programs")[2]
    DOCS.write_text(head.partition("## Progress for programs")[0] + described() + tail, encoding="utf-8")
