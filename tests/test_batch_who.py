"""Whose call it is: names of files, tables, files beside recordings, and which of them goes first."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from voicecoach.batch import dates, pattern, roster
from voicecoach.batch.types import Found, Who
from voicecoach.batch.who import Naming, tell
from voicecoach.errors import DataFileError, UsageError


def found(*names: str, folder: Path = Path("/calls")) -> list[Found]:
    return [Found(str(folder / name), name, 1, 1, k) for k, name in enumerate(names)]


@pytest.mark.parametrize(
    ("text", "path", "fields"),
    [
        (
            "{agent}/{date}_{scenario}",
            "Dana K/2026-03-01_refund.wav",
            {"agent": "Dana K", "date": "2026-03-01", "scenario": "refund"},
        ),
        (
            "{agent}/{date}_{scenario}",
            "north/dana/2026-03-01_0930_late_parcel.wav",
            {"agent": "dana", "date": "2026-03-01T09:30", "scenario": "late_parcel"},
        ),
        ("{date:%Y%m%d}-{agent}-*", "20260301-kim-x-y.mp3", {"agent": "kim", "date": "2026-03-01"}),
        ("{date:%d%m%y}*", "010326.wav", {"date": "2026-03-01"}),
        ("{agent}_{date}", "kim_1_20260301.wav", {"agent": "kim_1", "date": "2026-03-01"}),
        ("*{date}*", "call to 15551212 on 1.3.2026.wav", {"date": "2026-03-01"}),
        ("{{{agent}}}", "{kim}.wav", {"agent": "kim"}),
        ("{agent}", "Zoe\u0308.wav", {"agent": "Zo\u00eb"}),
        ("{agent}/*", "kim.wav", None),
        ("{date}", "2026-02-30.wav", None),
        ("{date}", "202603011.wav", None),
        ("{agent}-{scenario}", "-refund.wav", None),
    ],
)
def test_pattern(text: str, path: str, fields: dict[str, str] | None) -> None:
    assert pattern.parse(text).fit(path) == fields


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{agnt}/*", "did you mean 'agent'"),
        ("{agent}/{agent}", "twice"),
        ("calls/*", "no field"),
        ("{agent", "other half"),
        ("{agent}{scenario}", "apart"),
        ("{agent:x}", "only {date:...}"),
        ("{date:%Q}", "%Q is not read"),
        ("{date:%Y}", "does not tell the day"),
        ("{date:%d%d%Y%m}", "twice"),
    ],
)
def test_pattern_that_is_none(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("{", r"\{").replace("(", r"\(")):
        pattern.parse(text)


def test_a_name_made_to_be_slow_is_tried_once_a_place() -> None:
    assert pattern.parse("*-{agent}-*-{scenario}-*-*-x").fit("-" * 250 + ".wav") is None


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-03-01", "2026-03-01"),
        ("1.3.2026", "2026-03-01"),
        ("2026-03-01T09:30:15.25+02:00", "2026-03-01T09:30:15"),
        ("2026-03-01 09:30", "2026-03-01T09:30"),
        ("03/04/2026", ""),
        ("2026-13-01", ""),
        ("1555-12-12", ""),
        ("2026-03-01 and more", ""),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert dates.read(text) == date


def test_every_form_of_dates_is_read_back() -> None:
    from datetime import datetime

    forms = dates.facts()["dates"].texts()
    assert forms
    for form in forms:
        dates.check_format(form)
        moment = datetime(2026, 11, 23, 19, 45, 31)
        written = moment.strftime(form)
        assert moment.isoformat().startswith(dates.read(written)), form
        assert dates.read(written), form


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_table(tmp_path: Path, between: str, encoding: str) -> None:
    lines = [
        ["Date", "FILE", "note", "agent"],
        ["2026-03-01", "a.wav", "x", "Zo\u00eb"],
        ["", "", "", ""],
        ["", "b", "", "Kim"],
    ]
    table = tmp_path / "who.csv"
    table.write_bytes("\r\n".join(between.join(line) for line in lines).encode(encoding))
    told = tell(found("x/a.wav", "x/b.wav"), Naming(table=table))
    assert told.who["/calls/x/a.wav"] == Who("Zo\u00eb", "2026-03-01", "", "who.csv")
    assert told.who["/calls/x/b.wav"] == Who("Kim", "", "", "who.csv")
    assert not told.notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: is empty"),
        ("file\na.wav\n", "alone"),
        ("agent,date\nkim,2026-03-01\n", "no column 'file'"),
        ("file,agnet\na.wav,kim\n", "did you mean 'agent'"),
        ("file,agent,agent\na.wav,kim,kim\n", "twice"),
        ("file,agent\na.wav,kim,more\n", ":2: has 3 cells"),
        ("file,agent\n\n,kim\n", ":3: the cell for 'file' is empty"),
        ("file,date\na.wav,3/4/26\n", ":2: the date '3/4/26'"),
        ("file,agent\na.wav,kim\nx/a.wav,dana\n", ":3: 'x/a.wav' is told otherwise on line 2"),
        ("file,agent\nb,kim\n", ":2: 'b' fits 2 files (x/b.mp3, x/b.wav)"),
        ('file,agent\na.wav,"kim\n', "not a table"),
        ("file,agent\na\0.wav,kim\n", ":2: not text"),
    ],
)
def test_table_that_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    table = tmp_path / "who.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        tell(found("x/a.wav", "x/b.wav", "x/b.mp3"), Naming(table=table))
    assert said in str(error.value)
    assert str(error.value).startswith(f"{table}:")


def test_a_table_in_an_old_encoding_is_told(tmp_path: Path) -> None:
    table = tmp_path / "who.csv"
    table.write_bytes("file,agent\na.wav,kim\nb.wav,Zo\u00eb\n".encode("cp1252"))
    with pytest.raises(DataFileError, match=r":3: not UTF-8 text; save it"):
        roster.read(table)
    table.write_bytes(codecs.BOM_UTF16_LE + b"\x00\xd8\x00")
    with pytest.raises(DataFileError, match=r":1: not UTF-8 text; save it"):
        roster.read(table)


def test_rows_and_files_that_do_not_meet_are_named(tmp_path: Path) -> None:
    table = tmp_path / "who.csv"
    table.write_text("file,agent\r\n.\\x\\a.wav,kim\r\nelse.wav,dana\r\n", encoding="utf-8")
    told = tell(found("x/a.wav", "x/b.wav"), Naming(table=table))
    assert told.who["/calls/x/a.wav"].agent == "kim"
    assert told.notes == (
        "who.csv: 1 row fits no file: 'else.wav' (line 3)",
        "who.csv: 1 file is not in it: x/b.wav",
    )


def test_table_before_sidecar_before_name(tmp_path: Path) -> None:
    table = tmp_path / "who.csv"
    table.write_text("file,agent\na.wav,Kim\n", encoding="utf-8")
    (tmp_path / "a.wav.json").write_text('{"agent": "Dana", "date": "2026-03-02", "other": [1]}')
    (tmp_path / "a.json").write_text('{"agent": "nobody"}')
    files = found("a.wav", "b.wav", folder=tmp_path)
    told = tell(files, Naming("{scenario}", table))
    assert told.who[files[0].path] == Who("Kim", "2026-03-02", "a", "who.csv, a.wav.json, name")
    assert told.who[files[1].path] == Who("", "", "b", "name")
    assert tell(files, Naming(sidecars=False)).who[files[0].path] == Who()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n "agent": 5,\n "scenario": "refund"}', "a.json:2: 'agent' should be text, but is 5"),
        ('{"date": "soon", "scenario": "refund"}', "a.json:1: the date 'soon' is not read"),
        ("{agent: kim}", "a.json:1:2: is not JSON"),
        ("[" * 100_000, "cannot be read"),
        ("[]", ""),
        ('{"agent": null}', ""),
    ],
)
def test_a_file_beside_a_recording_may_be_anything(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.json").write_text(text)
    (file,) = found("a.wav", folder=tmp_path)
    told = tell([file], Naming())
    assert len(told.notes) == bool(said)
    assert said in "".join(told.notes)
    assert told.who[file.path].scenario == ("refund" if "refund" in text else "")
    assert not told.who[file.path].agent


def test_one_person_whatever_the_spelling() -> None:
    files = found("Zo\u00eb/1.wav", "ZOE\u0308/2.wav", " zo\u00eb /3.wav")
    told = tell(files, Naming("{agent}/*"))
    assert {who.agent for who in told.who.values()} == {"Zo\u00eb"}


def test_names_that_fit_nothing_or_not_all() -> None:
    files = found("kim/a.wav", "b.wav", "c.wav")
    told = tell(files, Naming("{agent}/*"))
    assert told.notes == ("names '{agent}/*' does not fit 2 files: b.wav, c.wav",)
    with pytest.raises(UsageError, match=r"fits none of 3 files; the first is 'kim/a.wav'"):
        tell(files, Naming("{date}"))
    assert not tell([], Naming("{date}")).who


def test_places_elsewhere_are_not_looked_beside() -> None:
    files = [Found("s3://bucket/kim/a.wav", "kim/a.wav", 1, 1, 0)]
    assert tell(files, Naming("{agent}/*")).who["s3://bucket/kim/a.wav"].agent == "kim"


def test_json_that_is_large_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"agent": "kim", "pad": "x" * 1_000_001}))
    (file,) = found("a.wav", folder=tmp_path)
    assert tell([file], Naming()).who[file.path] == Who()
