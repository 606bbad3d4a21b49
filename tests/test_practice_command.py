"""The command with a microphone and a loudspeaker in simulated time, and no terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_practice import BLOCK, RATE, Loud

from voicecoach import audio, cli
from voicecoach.errors import AudioError, LoudspeakerError, MicrophoneError, ModelError
from voicecoach.history import History, Take
from voicecoach.practice import Played, rehearsal
from voicecoach.record import Device, Preflight
from voicecoach.record.wav import WavWriter
from voicecoach.scenarios import Scenario

DEVICE = Device(0, "made up", "none", 1, 1, RATE, True, True)
LINES = 6  # of no-hot-water
Run = Callable[..., tuple[int, str, str]]


class Call:
    """Somebody who answers each line of the caller for 1.2 s, half a second after it has been said."""

    def __init__(self) -> None:
        self.frames = 0
        self.begin = self.end = -1.0
        self.unplugged = 600.0
        self.silent = False

    def say(self, seconds: float) -> None:
        self.begin = self.frames / RATE + seconds + 0.5
        self.end = self.begin + 1.2


class Microphone:
    rate = RATE

    def __init__(self, call: Call) -> None:
        self.call = call

    def __enter__(self) -> Microphone:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, timeout: float = 1.0) -> NDArray[np.int16] | None:
        if timeout == 0.0:
            return None
        now = self.call.frames / RATE
        if now >= self.call.unplugged:
            raise MicrophoneError("made up: was unplugged; plug it in again")
        self.call.frames += BLOCK
        loud = self.call.begin <= now < self.call.end and not self.call.silent
        return np.full((BLOCK, 1), 3000 if loud else 0, np.int16)


class Loudspeaker:
    latency = 0.0

    def __init__(self, call: Call) -> None:
        self.call = call

    def __enter__(self) -> Loudspeaker:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def play(self, samples: NDArray[np.int16]) -> None:
        self.call.say(len(samples) / RATE)

    def stop(self) -> None:
        pass


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    made = Call()
    quiet = Preflight(-20.0, -10.0, -70.0, 0.0, ())
    monkeypatch.setattr("voicecoach.record.meter.Meter", Loud)
    monkeypatch.setattr("voicecoach.record.find_input", lambda name=None: DEVICE)
    monkeypatch.setattr("voicecoach.record.find_output", lambda name=None: DEVICE)
    monkeypatch.setattr("voicecoach.record.Microphone", lambda device: Microphone(made))
    monkeypatch.setattr("voicecoach.record.Loudspeaker", lambda device: Loudspeaker(made))
    monkeypatch.setattr("voicecoach.record.preflight", lambda microphone: quiet)
    return made


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def _run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            cli.main(["practice", "--history", str(tmp_path / "history"), *arguments])
        said = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, said.out, said.err

    return _run


def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history")


def test_without_a_scenario_there_is_a_list_and_how_to_begin(run: Run) -> None:
    code, out, _ = run()
    assert code == 0
    assert "no-hot-water" in out
    assert "voicecoach practice --draw" in out
    code, out, _ = run("--list", "--family", "everyday")
    assert (code, "--draw" in out) == (0, False)
    assert "older" not in out.lower()


def test_a_call_is_kept_with_its_lines_and_its_report_can_wait(call: Call, run: Run, tmp_path: Path) -> None:
    code, out, err = run("no-hot-water", "--no-analysis")
    assert (code, out) == (0, "")
    for part in ("Priya Nair", f"{LINES}/{LINES}", "Your turn.", "practice --report 1", "TO TAKE ALONG"):
        assert part in err
    with history(tmp_path) as store:
        (take,) = store.takes()
        assert (take.kind, take.scenario, take.status, take.ended) == (
            "practice",
            "no-hot-water",
            "recorded",
            "done",
        )
        played = rehearsal.remembered(store, take)
    assert [line.line for line in played.lines] == list(range(LINES))
    assert all(
        line.answer_start == pytest.approx(line.end + 0.5, abs=0.06)
        and line.answer_end == pytest.approx(line.end + 1.7, abs=0.06)
        for line in played.lines
        if line.answer_start is not None and line.answer_end is not None
    )
    assert take.recording is not None
    found = audio.load(take.recording)
    assert found.samples.shape[0] == 2
    assert found.duration == pytest.approx(played.duration, abs=0.001)
    _, out, _ = run("--list")
    assert "1x" in next(line for line in out.splitlines() if "no-hot-water" in line)


def test_the_callers_words_can_be_kept_off_the_screen(call: Call, run: Run) -> None:
    _, _, err = run("no-hot-water", "--no-analysis", "--no-text")
    assert "is that Larkfield Heating?" not in err
    assert "(listen)" in err


def test_without_a_loudspeaker_the_lines_are_shown(
    call: Call, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(name: str | None = None) -> Device:
        raise LoudspeakerError("no loudspeaker found; plug one in")

    monkeypatch.setattr("voicecoach.record.find_output", none)
    call.silent = True
    code, _, err = run("no-hot-water", "--no-analysis")
    assert code == 0
    assert "shown, not played" in err
    assert "nothing to report on" in err
    with history(tmp_path) as store:
        played = rehearsal.remembered(store, store.take(1))
    assert len(played.lines) == LINES
    assert not any(line.sounded for line in played.lines)


def test_a_microphone_that_is_unplugged_leaves_what_was_said(call: Call, run: Run, tmp_path: Path) -> None:
    call.unplugged = 6.0
    code, _, err = run("no-hot-water", "--no-analysis")
    assert code == 5
    assert "unplugged" in err
    with history(tmp_path) as store:
        take = store.take(1)
    assert (take.ended, take.duration) == ("broken off", pytest.approx(6.0, abs=0.06))


def test_no_microphone_is_one_line_and_no_take(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(name: str | None = None) -> Device:
        raise MicrophoneError("no microphone found; plug one in or allow access to it")

    monkeypatch.setattr("voicecoach.record.find_input", none)
    code, _, err = run("no-hot-water")
    assert code == 5
    assert err.strip() == "voicecoach: no microphone found; plug one in or allow access to it"
    with history(tmp_path) as store:
        assert store.takes() == ()


def test_without_a_model_the_call_is_still_practised(
    call: Call, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(settings: object) -> object:
        raise ModelError("model base is not here; run: voicecoach models get base")

    monkeypatch.setattr("voicecoach.pipeline.Coach.ready", none)
    code, _, err = run("no-hot-water")
    assert code == 0
    assert "No report after the call: model base is not here" in err
    assert "practice --report 1" in err


def test_an_analysis_that_fails_leaves_the_take_and_says_how_to_go_on(
    call: Call, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> object:
        raise AudioError("000001.wav: is broken")

    monkeypatch.setattr("voicecoach.pipeline.Coach.ready", lambda settings: None)
    monkeypatch.setattr("voicecoach.practice.rehearsal.judge", fails)
    run("no-hot-water", "--no-analysis")
    code, _, err = run("--report", "1")
    assert code == 1
    assert err.strip() == (
        "voicecoach: 000001.wav: is broken; the take is kept: voicecoach practice --report 1"
    )
    with history(tmp_path) as store:
        assert store.take(1).status == "recorded"


def test_the_history_judges_a_call_as_its_report_does(
    call: Call, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = []

    def judge(
        store: History, take: Take, scenario: Scenario, played: Played, *_: object, **__: object
    ) -> None:
        judged.append((take.number, scenario, played))
        raise AudioError("enough")

    monkeypatch.setattr("voicecoach.pipeline.Coach.ready", lambda settings: None)
    monkeypatch.setattr("voicecoach.practice.rehearsal.judge", judge)
    run("no-hot-water", "--no-analysis")
    assert run("--report", "1")[0] == 1
    with pytest.raises(SystemExit):
        cli.main(["history", "--history", str(tmp_path / "history"), "analyse", "1"])
    assert "enough" in capsys.readouterr().err
    assert judged[0] == judged[1]
    assert len(judged[0][2].lines) == LINES


def test_takes_go_one_after_the_other(call: Call, run: Run, tmp_path: Path) -> None:
    _, _, err = run("no-hot-water", "--no-analysis", "--takes", "3")
    assert "in a row" not in err  # they were asked for
    assert err.count("The caller    ") == 1  # the card, once
    assert err.count("TO TAKE ALONG") == 1
    with history(tmp_path) as store:
        assert [take.number for take in store.takes()] == [1, 2, 3]


def test_the_third_call_in_a_row_is_noticed_and_one_without_an_answer_is_none(
    call: Call, run: Run, tmp_path: Path
) -> None:
    arguments = ("no-hot-water", "--no-analysis")
    call.silent = True
    assert "no answer was heard" in run(*arguments)[2].lower()
    assert "new" in next(line for line in run("--list")[1].splitlines() if "no-hot-water" in line)
    call.silent = False
    assert ["in a row" in run(*arguments)[2] for _ in range(3)] == [False, False, True]
    assert "3x" in next(line for line in run("--list")[1].splitlines() if "no-hot-water" in line)
    with history(tmp_path) as store:
        assert [take.ended for take in store.takes()] == ["unanswered", "done", "done", "done"]


def test_a_draw_takes_what_was_not_practised(call: Call, run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        assert run("--draw", "--family", "everyday", "--no-analysis")[0] == 0
    with history(tmp_path) as store:
        first, second = (take.scenario for take in store.takes())
    assert first != second


def test_a_model_take_is_marked(call: Call, run: Run, tmp_path: Path) -> None:
    run("no-hot-water", "--no-analysis", "--model-take")
    with history(tmp_path) as store:
        found = store.model_take("no-hot-water")
        assert found is not None
        assert found.number == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing-like-it",), "nothing-like-it"),
        (("--draw", "--family", "everday"), "everday"),
        (("--draw", "no-hot-water"), "SCENARIO and --draw do not go together"),
        (("no-hot-water", "--text", "--no-text"), "--text and --no-text do not go together"),
        (("--report", "7"), "no take 7"),
    ],
)
def test_mistakes_are_one_line(arguments: tuple[str, ...], said: str, run: Run) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_hard_call_needs_a_yes(call: Call, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    source = Path(audio.__file__).parent / "scenarios" / "en" / "no-hot-water.yaml"
    lines = source.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "audio:" not in line]
    at = kept.index("language: en")
    kept[at:at] = ["opt_in: yes", "warning: This caller is rude.", "stop_word: red light"]
    text = "\n".join(kept).replace("id: no-hot-water", "id: rude-call").replace("everyday", "abusive")
    (folder / "rude-call.yaml").write_text(text, encoding="utf-8")
    arguments = ("rude-call", "--scenarios", str(folder), "--no-analysis")
    code, _, err = run(*arguments)
    assert code == 2
    assert "This caller is rude." in err
    assert "--opt-in" in err
    call.silent = True
    code, _, err = run(*arguments, "--opt-in")
    assert code == 0
    assert "red light" in err


def test_a_call_whose_program_was_killed_is_found_again_with_its_sound(run: Run, tmp_path: Path) -> None:
    with history(tmp_path) as store:
        take = store.new_take("me", "practice", scenario="no-hot-water", language="en")
        assert take.recording is not None
        with WavWriter(take.recording, RATE, 2) as recording:
            recording.write(np.full((RATE, 2), 1000, np.int16))
    with history(tmp_path) as store:
        found = store.take(take.number)
        assert (found.status, found.ended, found.duration) == ("recorded", "interrupted", 1.0)
    code, _, err = run("--report", "1")
    assert code == 2
    assert "voicecoach history analyse 1" in err
