"""``voicecoach share``: what is picked is in the bundle, and nothing else is."""

from __future__ import annotations

import io
import json
import stat
import wave
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.make_sound import RATE
from tests.test_history import START
from tests.test_history_cli import Run, folder, run
from voicecoach import share as sharing
from voicecoach.errors import OutputError, UsageError
from voicecoach.history import History
from voicecoach.reports.json import parse

__all__ = ["folder", "run"]  # fixtures

NAME = "Zo\u00eb Quillfeather"
Made = Callable[[Path], int]


@pytest.fixture
def number(folder: Path) -> int:
    """A take of 52 s in which each sample of a second has the value of that second, left and right alike."""
    with History.open(folder) as store:
        take = store.new_take(NAME, "practice", scenario="refund", started=START)
        assert take.recording is not None
        with wave.open(str(take.recording), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            for second in range(52):
                sides = (100 * second).to_bytes(2, "little") + (9000 - 100 * second).to_bytes(2, "little")
                file.writeframes(sides * RATE)
        store.finish_take(take.number, duration=52.0, ended="done")
        analysis = made.good()
        secret = {**analysis.provenance, "baseline": f"/srv/{NAME}/calm.json"}
        source = replace(analysis.source, path=f"/srv/{NAME}/secret.wav")
        store.add_analysis(take.number, replace(analysis, source=source, provenance=secret))
        store.add_rating(take.number, {"confidential_question": 4})
        return take.number


def inside(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def test_a_whole_take_is_shared_without_a_name(run: Run, number: int, tmp_path: Path) -> None:
    code, out, err = run("share", str(number), "-o", tmp_path / "take.zip")
    assert (code, err) == (0, "")
    files = inside(tmp_path / "take.zip")
    assert list(files) == ["recording.wav", "report.txt", "report.json", "about.txt"]
    for name in files:
        assert name in out
    everything = b"".join(files.values())
    for private in ("Quillfeather", "secret.wav", "calm.json", "confidential_question"):
        assert private.encode() not in everything
    assert b"shared on purpose" in files["about.txt"]
    assert b"the name of the person" in files["about.txt"]
    assert parse(json.loads(files["report.json"])).source.path == "recording.wav"
    assert b"May I put you on hold" in files["report.txt"]
    with wave.open(io.BytesIO(files["recording.wav"])) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, RATE, 52 * RATE)


def test_a_clip_holds_its_own_seconds_alone(run: Run, number: int, tmp_path: Path) -> None:
    path = tmp_path / "clip.zip"
    assert run("share", str(number), "-o", path, "--from", "0:20", "--to", "39.5", "--with-name")[0] == 0
    files = inside(path)
    with wave.open(io.BytesIO(files["recording.wav"])) as sound:
        assert sound.getnframes() == 19.5 * RATE
        first = sound.readframes(1)
        assert int.from_bytes(first[:2], "little") == 100 * 20
        assert int.from_bytes(first[2:], "little") == 9000 - 100 * 20
    document = json.loads(files["report.json"])
    assert [found["rule"] for found in document["findings"]] == [
        "courtesy.hold",
        "courtesy.hold_return",
        "courtesy.thanks",
        "structure.options",
    ]
    assert document["findings"][0]["start"] == pytest.approx(20.4 - 20.0)
    assert document["duration"] == 19.5
    assert [turn["speaker"] for turn in document["turns"]] == ["agent", "customer", "agent", "customer"]
    assert document["turns"][-1]["text"] == "Today,"  # cut where the clip ends
    assert "measures" not in document
    assert b"Good morning" not in b"".join(files.values())
    assert NAME.encode() in files["about.txt"]
    assert b"the rest of the take" in files["about.txt"]


def test_without_a_transcript_no_word_is_written_out(run: Run, number: int, tmp_path: Path) -> None:
    path = tmp_path / "quiet.zip"
    assert run("share", str(number), "-o", path, "--no-transcript")[0] == 0
    files = inside(path)
    written = b"".join(content for name, content in files.items() if name != "recording.wav").decode()
    for turn in made.GOOD_TURNS:
        for word in ("Northside", "Dana", "brake", "diary", "squeals"):
            assert word not in written, turn
    document = json.loads(files["report.json"])
    assert [found["rule"] for found in document["findings"]] == [f.rule for f in made.GOOD_FINDINGS]
    assert document["measures"][0]["id"] == "pace.articulation_rate"
    assert document["measures"][0]["value"] == 4.62
    assert "turns" not in document


def test_a_bundle_is_the_same_each_time_and_its_owners(run: Run, number: int, tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    for path in (one, two):
        assert run("share", str(number), "-o", path, "--to", "5")[0] == 0
    assert one.read_bytes() == two.read_bytes()
    assert stat.S_IMODE(one.stat().st_mode) & 0o077 == 0


def test_a_take_without_an_analysis_is_its_sound(folder: Path, number: int, tmp_path: Path) -> None:
    with History.open(folder) as store:
        bare = store.add_file("me", store.folder / "recordings" / f"{number:06d}.wav")
        bundle = sharing.share(store, bare.number, tmp_path / "bare.zip")
    assert [name for name, _ in bundle.files] == ["recording.wav", "about.txt"]
    assert "a report, because the take is not analysed" in bundle.outside


def test_what_cannot_be_shared_is_said(folder: Path, number: int, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with History.open(folder) as store:
        for start, end in ((40.0, 60.0), (5.0, 5.0), (20.0, 10.0), (-1.0, 2.0)):
            with pytest.raises(UsageError, match="is no part of take"):
                sharing.share(store, number, path, start=start, end=end)
        with pytest.raises(UsageError, match="there is no take 99"):
            sharing.share(store, 99, path)
        with pytest.raises(OutputError, match="not written"):
            sharing.share(store, number, tmp_path / "nowhere" / "bundle.zip")
        assert not path.exists()
        path.write_text("mine")
        with pytest.raises(UsageError, match="is there already"):
            sharing.share(store, number, path)
        assert path.read_text() == "mine"
        (store.folder / "recordings" / f"{number:06d}.wav").unlink()
        with pytest.raises(UsageError, match="no recording to share"):
            sharing.share(store, number, tmp_path / "other.zip")


@pytest.mark.parametrize("time", ["soon", "1:2:3:4", "-5", "1:", "1e9"])
def test_a_time_that_is_none_is_refused(run: Run, number: int, tmp_path: Path, time: str) -> None:
    code, _, err = run("share", str(number), "-o", tmp_path / "clip.zip", f"--from={time}")
    assert code == 2
    assert "is no time; write seconds or m:ss" in err
