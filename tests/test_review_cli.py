"""``voicecoach review`` as a trainer meets it: sheets, keys, sound, the page of who agrees with whom."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import make_analysis as made
from tests.test_history import record
from tests.test_review import reported, talk, write
from voicecoach.cli import main
from voicecoach.cli.hearing import Hearing
from voicecoach.errors import AudioError
from voicecoach.history import History
from voicecoach.review import findings, read

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    calls = [reported(talk(30, range(k, 30, 3)), f"call {k}") for k in range(3)]
    return write(tmp_path / "out", reported(made.good(), "good"), *calls)


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("VOICECOACH_HISTORY", str(folder))

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, err

    return command


def fill(path: Path, out: Path, wrong: Callable[[int], bool]) -> None:
    """Fill in a sheet as somebody who sees most as the machine does."""
    machine = {question.id: question.machine for question in findings(read([out]))}
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    place = rows[0].index("answer")
    for number, row in enumerate(rows[1:]):
        said = machine[row[0]]
        row[place] = {"yes": "no", "no": "yes"}[said] if wrong(number) else said
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def test_two_trainers_fill_in_sheets_and_are_compared(run: Run, out: Path, tmp_path: Path) -> None:
    for name, wrong in (("Ana", lambda k: k % 9 == 0), ("Bo", lambda k: k % 5 == 0)):
        path = tmp_path / f"{name}.csv"
        code, said, err = run("review", out, "--trainer", name, "--rule", "courtesy.thanks", "--export", path)
        assert (code, err) == (0, "")
        assert "64 questions" in said
        fill(path, out, wrong)
        code, said, err = run("review", out, "--trainer", name, "--import", path)
        assert (code, said, err) == (0, f"kept: 64 answers of {name}\n", "")
    code, page, err = run("review", out, "--agreement")
    assert (code, err) == (0, "")
    assert max(map(len, page.splitlines())) <= 80
    flowing = " ".join(page.split())
    assert "Ana and the machine: agree in 56 of 64 places; by chance 32 would be expected" in flowing
    assert "Ana and Bo: agree in" in flowing
    assert "Found 32 times" in flowing
    assert "WHO AGREES WITH WHOM" in page
    table = list(csv.DictReader(io.StringIO(run("review", out, "--agreement", "-f", "csv")[1])))
    over_all = next(row for row in table if row["first"] == "Ana" and not row["about"])
    assert (over_all["second"], over_all["answered"], over_all["enough"]) == ("the machine", "64", "yes")
    found = json.loads(run("review", out, "--agreement", "-f", "json")[1])
    assert found["trainers"] == ["Ana", "Bo"]
    assert found["answers"] == 128
    (view,) = found["rules"]
    assert view["judged"] + view["looked"] + view["split"] == 64
    alone = json.loads(run("review", out, "--agreement", "--trainer", "Bo", "-f", "json")[1])
    assert alone["trainers"] == ["Bo"]
    assert "No answers on these calls yet" in run("review", out, "--agreement", "--calls")[1]
    assert "No answers on these calls yet" in run("review", out, "--agreement", "--rule", "courtesy.hold")[1]


def test_a_sheet_holds_what_is_open_alone(run: Run, out: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    assert run("review", out, "--trainer", "Ana", "--export", path, "--most", "6")[0] == 0
    fill(path, out, lambda _: False)
    assert "kept: 6 answers" in run("review", out, "--trainer", "Ana", "--import", path)[1]
    assert run("review", out, "--trainer", "ana ", "--rule", "courtesy.thanks", "--export", path)[0] == 0
    again = path.read_text(encoding="utf-8-sig")
    with History.open(Path(os.environ["VOICECOACH_HISTORY"])) as store:
        done = {question.id for question in findings(read([out])) if question.key in _keys(store)}
    assert len(done) == 6
    assert not any(id_ in again for id_ in done)


def _keys(store: History) -> set[tuple[str, str, str, int, int]]:
    return {
        (one.recording, one.kind, one.about, round(one.start * 1000), round(one.end * 1000))
        for one in store.reviews()
    }


def test_calls_are_rated_in_a_sheet(run: Run, out: Path, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    code, said, _ = run("review", out, "--trainer", "Ana", "--calls", "--most", "1", "--export", path)
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert f"{len(rows)} questions" in said
    assert len({row["recording"] for row in rows}) == 1
    path.write_text("id,answer\n" + "".join(f"{row['id']},partly\n" for row in rows))
    assert f"kept: {len(rows)}" in run("review", out, "--trainer", "Ana", "--calls", "--import", path)[1]
    page = run("review", out, "--agreement")[1]
    assert "on criteria of the scorecard" in page
    assert "CRITERIA SEEN DIFFERENTLY" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say --trainer NAME"),
        (("--trainer", "A", "--rule", "courtesy.thank"), "did you mean 'courtesy.thanks'"),
        (("--trainer", "A", "--export", "a.csv", "--agreement"), "do not go together"),
        (("--trainer", "A"), "questions need a terminal"),
        (("--trainer", "A", "--import", "gone.csv"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, out: Path, arguments: Sequence[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, printed, err = run("review", out, *arguments)
    assert (code, printed) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


# --- with keys ----------------------------------------------------------------------------------------------


def sitting(folder: Path, arguments: Sequence[str | Path], keys: str) -> str:
    """Answer on a pseudo terminal, a key whenever one is asked for; gives all that was shown."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "voicecoach", "review", *map(str, arguments)],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "VOICECOACH_HISTORY": str(folder)},
    )
    assert process.stderr is not None
    shown = b""
    for key in keys:
        asked = shown.count(b"leave")
        while shown.count(b"leave") == asked and (piece := os.read(process.stderr.fileno(), 65536)):
            shown += piece
        os.write(ours, key.encode())
    shown += process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0, shown.decode()
    os.close(ours)
    os.close(theirs)
    return shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_answers_with_keys_are_kept_at_once_and_go_on_next_time(out: Path, folder: Path) -> None:
    asked = findings(read([out]))
    shown = sitting(folder, [out, "--trainer", "Ana"], "yn?usyq")
    with History.open(folder) as store:
        kept = {one.start: one.answer for one in store.reviews("Ana")}
    assert len(kept) == 3  # yes, no, (cannot tell undone), skipped, yes
    assert sorted(kept.values()) == ["no", "yes", "yes"]
    assert "Undone." in shown
    assert "Kept: 3 answers now, 3 of" in shown
    first = asked[0].call.said[asked[0].turn or 0]
    assert first is not None
    before, _, after = shown.partition("The machine ")
    assert first.text.split(" ")[-1] in before
    assert after.startswith("found")
    assert "made by hand" not in shown
    again = sitting(folder, [out, "--trainer", "Ana", "--blind"], "yq")
    assert f"4 of {len(asked)}" in again
    assert "The machine" not in again


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_a_call_is_rated_before_anything_of_the_machine_is_shown(out: Path, folder: Path) -> None:
    count = len(read([out])[0].criteria)
    shown = sitting(folder, [out, "--trainer", "Ana", "--calls", "--most", "1"], "2" * count)
    before, _, after = shown.partition("Kept:")
    assert "the machine" not in before
    assert "You and the machine differ in" in after
    assert "you partly, the machine" in after
    assert "the machine" not in sitting(folder, [out, "--trainer", "Bo", "--calls"], "22q")


# --- with sound ---------------------------------------------------------------------------------------------


class _Loudspeaker:
    played: list[Any] = []  # noqa: RUF012

    def __init__(self, device: object, *, rate: int) -> None:
        self.rate = rate

    def __enter__(self) -> _Loudspeaker:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def play(self, samples: Any) -> None:
        self.played.append(samples)

    def stop(self) -> None:
        self.played.append(None)


def test_a_place_is_played_from_wherever_the_recording_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import voicecoach.record as sound

    moved = tmp_path / "moved" / "deep"
    moved.mkdir(parents=True)
    recording = record(moved / "call.wav", 20.0)
    record(tmp_path / "moved" / "call.wav", 2.0)  # another of that name
    sha256 = hashlib.sha256(recording.read_bytes()).hexdigest()
    one = reported(made.good(), "call")
    one = replace(one, source=replace(one.source, sha256=sha256, path="gone/call.wav"))
    (question, *_) = (
        q
        for q in findings(read([write(tmp_path / "out", one)]))
        if q.start > 1 and q.end < 19 and q.turn == 2
    )
    monkeypatch.setattr(sound, "find_output", lambda name: name)
    monkeypatch.setattr(sound, "Loudspeaker", _Loudspeaker)
    with pytest.raises(AudioError, match=r"not there any more.*--recordings"):
        Hearing(None, None).play(question)
    hearing = Hearing(tmp_path / "moved", None)
    hearing.play(question)
    hearing.stop()
    played, silence = _Loudspeaker.played
    assert len(played) == pytest.approx((question.end - question.start + 2.0) * 16000, abs=2)
    assert played.dtype == np.int16
    assert silence is None
    recording.unlink()
    with pytest.raises(AudioError, match="is not the recording that was analysed"):
        Hearing(tmp_path / "moved", None).play(question)
