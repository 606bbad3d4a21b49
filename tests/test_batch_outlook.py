"""A plan of a batch: what is done by earlier runs, what is not, and that nothing is written."""

from __future__ import annotations

import hashlib
import os
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from make_records import record

from voicecoach.batch import records
from voicecoach.batch.find import find
from voicecoach.batch.key import fingerprint, key
from voicecoach.batch.outlook import Outlook, outlook
from voicecoach.batch.run import Options
from voicecoach.batch.state import Made, Row, Sums
from voicecoach.batch.store import Store
from voicecoach.batch.who import Naming
from voicecoach.errors import ModelError, UsageError
from voicecoach.pipeline import Settings
from voicecoach.reports.plan import lines

SETTINGS = Settings(language="en")


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    for k, name in enumerate(("kim/a.wav", "kim/b.wav", "dana/c.wav")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes([k, 0]) * 8000 * (k + 1))
        os.utime(path, (1_700_000_000 + k, 1_700_000_000 + k))
    (folder / "dana" / "d.mp3").write_bytes(b"")
    return folder


def ended(folder: Path, out: Path, reasons: dict[str, str]) -> None:
    """Leave behind what a run does that ended these files."""
    store, sums, rows = Store(str(out)), Sums(), []
    prints = fingerprint(SETTINGS, Options().sound)
    for one in find([folder], out):
        if one.relative not in reasons:
            continue
        sha256 = hashlib.sha256(Path(one.path).read_bytes()).hexdigest()
        sums.add(one, sha256)
        k, reason = key(sha256, prints), reasons[one.relative]
        made = record(one.relative.replace("/", "-"), reason=reason, seconds=42.0)
        records.write(replace(made, key=k), store)
        for suffix in () if reason else (".json", ".html"):
            store.write_text(f"calls/{made.name}{suffix}", ["..."])
        rows.append(
            Row(one.relative, k, "" if reason else made.name, reason=reason, length=None if reason else 42.0)
        )
    sums.write(store)
    Made(tuple(rows), "").write(store)


def lines_of(found: Outlook) -> Iterator[str]:
    return lines(found.planned, found.who, expected=found.expected, speed=found.speed, workers=found.workers)


def test_everything_is_to_do_at_first_and_nothing_is_written(calls: Path, tmp_path: Path) -> None:
    found = outlook(
        [calls], tmp_path / "out", SETTINGS, options=Options(workers=2), naming=Naming("{agent}/*")
    )
    assert [(p.found.relative, p.length, p.done, bool(p.reason)) for p in found.planned] == [
        ("dana/c.wav", 3.0, False, False),
        ("dana/d.mp3", None, False, True),
        ("kim/a.wav", 1.0, False, False),
        ("kim/b.wav", 2.0, False, False),
    ]
    assert {Path(path).name: who.agent for path, who in found.who.items()}["a.wav"] == "kim"
    assert (found.expected.files, found.expected.sound, found.workers) == (3, 6.0, 2)
    assert found.expected.seconds == pytest.approx(3.0 / found.speed.times)
    assert not (tmp_path / "out").exists()


def test_what_earlier_runs_ended_is_not_to_do(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended(calls, out, {"kim/a.wav": "", "dana/c.wav": "c.wav: holds no sound"})
    found = outlook([calls], out, SETTINGS, options=Options())
    state = {p.found.relative: (p.length, p.done, p.reason) for p in found.planned}
    assert state["kim/a.wav"] == (42.0, True, "")
    assert state["dana/c.wav"] == (None, True, "c.wav: holds no sound")
    assert state["kim/b.wav"] == (2.0, False, "")
    assert found.expected.files == 1
    again = outlook([calls], out, SETTINGS, options=Options(again=True))
    assert again.expected.files == 2
    assert outlook([calls], out, Settings(language="es"), options=Options()).expected.files == 3
    (calls / "kim" / "a.wav").write_bytes((calls / "dana" / "c.wav").read_bytes() + b"\0\0")
    changed = outlook([calls], out, SETTINGS, options=Options())
    assert changed.expected.files == 2
    assert out.joinpath("calls").is_dir()


def test_copies_need_no_work_and_say_of_what(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended(calls, out, {"kim/a.wav": "", "dana/c.wav": "c.wav: holds no sound"})
    for name in ("a.wav", "b.wav"):
        (calls / f"copy of {name}").write_bytes((calls / "kim" / name).read_bytes())
    found = outlook([calls], out, SETTINGS, options=Options())
    state = {p.found.relative: (p.to_do, p.done, p.same_as) for p in found.planned}
    assert state["copy of a.wav"] == (False, True, "kim/a.wav")
    assert state["kim/a.wav"] == (False, True, "")
    assert sorted(state[name][2] for name in ("kim/b.wav", "copy of b.wav")) == ["", "copy of b.wav"]
    assert found.expected.files == 1
    lines = list(lines_of(found))
    assert "copy       0:42.0  copy of a.wav" in lines
    assert "                   the same as kim/a.wav" in lines
    assert "6 files: 1 to do, 1 done, 2 the same as another, 2 cannot be analysed" in lines


def test_mistakes_are_told_before_the_night(calls: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        outlook([calls], tmp_path / "out", Settings(model="nonsense"), options=Options())
    with pytest.raises(UsageError, match="did you mean 'agent'"):
        outlook([calls], tmp_path / "out", SETTINGS, options=Options(), naming=Naming("{agnt}/*"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no recording found"):
        outlook([tmp_path / "empty"], tmp_path / "out", SETTINGS, options=Options())
