from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_sound import pcm, sine, wav
from numpy.typing import NDArray

from voicecoach import audio, practice
from voicecoach.errors import MicrophoneError
from voicecoach.practice import Now, PlayedLine, PracticeSettings
from voicecoach.record.meter import Live
from voicecoach.scenarios import Caller, Line, Scenario

RATE = 16000
BLOCK = 800  # 50 ms
SETTINGS = PracticeSettings(
    least=0.3,
    end_silence=1.5,
    short=1.0,
    end_silence_short=2.5,
    hint=8.0,
    give_up=20.0,
    character=0.1,
    least_reading=1.0,
    in_a_row=3,
)


class Loud:
    """A meter for which everything above -40 dBFS is voice."""

    def __init__(self, rate: int) -> None:
        self.rate, self.seconds = rate, 0.0
        self.restart()

    def restart(self) -> None:
        self.spoken = self.silence = 0.0

    def add(self, block: NDArray[np.int16]) -> Live:
        length = len(block) / self.rate
        voice = bool(np.abs(block.astype(int)).max(initial=0) > 327)
        self.seconds += length
        self.spoken += length if voice else 0.0
        self.silence = 0.0 if voice else self.silence + length
        return Live(
            self.seconds, -20.0 if voice else -90.0, -20.0, False, voice, self.spoken, self.silence, None
        )


class Agent:
    """A microphone in simulated time, in front of which somebody speaks from ... to ... seconds."""

    rate = RATE

    def __init__(self, *speech: tuple[float, float], unplugged: float = 120.0) -> None:
        self.speech, self.unplugged, self.frames = speech, unplugged, 0
        self.waiting = 0  # blocks that came in while nobody read

    @property
    def now(self) -> float:
        return self.frames / RATE

    def read(self, timeout: float = 1.0) -> NDArray[np.int16] | None:
        if timeout == 0.0:
            if not self.waiting:
                return None
            self.waiting -= 1
        if self.now >= self.unplugged:
            raise MicrophoneError("the microphone was unplugged; plug it in and begin again")
        times = (self.frames + np.arange(BLOCK)) / RATE
        own = sum(((times >= start) & (times < end)).astype(int) for start, end in self.speech)
        self.frames += BLOCK
        return (3000 * np.broadcast_to(own, (BLOCK,))).astype(np.int16)[:, None]


class Player:
    """A loudspeaker that only notes down what it is given, and when."""

    def __init__(self, agent: Agent, latency: float = 0.0) -> None:
        self.agent, self.latency = agent, latency
        self.played: list[tuple[float, int]] = []
        self.stopped = 0

    def play(self, samples: NDArray[np.int16]) -> None:
        self.played.append((self.agent.now, len(samples)))

    def stop(self) -> None:
        self.stopped += 1


class Screen:
    """Presses keys at given seconds of the recording and keeps what it was shown."""

    def __init__(self, agent: Agent, keys: Mapping[float, str] | None = None) -> None:
        self.agent, self.keys = agent, dict(keys or {})
        self.lines: list[tuple[int, bool]] = []
        self.shown: list[Now] = []

    def line(self, number: int, line: Line, *, sounded: bool) -> None:
        self.lines.append((number, sounded))

    def show(self, now: Now) -> None:
        self.shown.append(now)

    def key(self) -> str:
        due = [time for time in self.keys if time <= self.agent.now + 1e-9]
        return self.keys.pop(min(due)) if due else ""


@pytest.fixture(autouse=True)
def _meter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicecoach.record.meter.Meter", Loud)


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    """Two lines of one second each."""
    lines = []
    for number, hertz in enumerate((440.0, 660.0)):
        file = wav(tmp_path / f"{number}.wav", pcm(sine(hertz, 1.0)))
        lines.append(Line("Hello there", "calm", file, False, (), (), (), ""))
    return Scenario(
        id="two-lines",
        title="Two lines",
        family="everyday",
        language="en",
        difficulty=1,
        role="clerk",
        caller=Caller("Mo", "a caller"),
        place="a shop",
        goal="help",
        opt_in=False,
        warning="",
        stop_word="",
        lines=tuple(lines),
        must_say=(),
        must_not_say=(),
        debrief=("How was it?",),
        source="made for a test",
        sha256="0",
        path=tmp_path / "two-lines.yaml",
    )


def go(
    scenario: Scenario,
    agent: Agent,
    path: Path,
    keys: Mapping[float, str] | None = None,
    *,
    stop_heard: Callable[[NDArray[np.int16], int], bool] | None = None,
    latency: float = 0.0,
) -> tuple[practice.Played, Player, Screen]:
    player, screen = Player(agent, latency), Screen(agent, keys)
    played = practice.run(
        scenario, agent, player, path / "take.wav", screen, settings=SETTINGS, stop_heard=stop_heard
    )
    return played, player, screen


def about(line: PlayedLine) -> tuple[float | None, ...]:
    values = (line.start, line.end, line.answer_start, line.answer_end)
    return tuple(None if value is None else round(value, 2) for value in values)


def test_an_answer_is_over_after_a_silence_and_the_next_line_follows(
    scenario: Scenario, tmp_path: Path
) -> None:
    played, player, screen = go(scenario, Agent((1.5, 3.5), (6.5, 8.5)), tmp_path)
    # line 0.0-1.0, answer 1.5-3.5, silence until 5.0; line 5.0-6.0, answer 6.5-8.5, silence until 10.0
    assert [about(line) for line in played.lines] == [(0.0, 1.0, 1.5, 3.5), (5.0, 6.0, 6.5, 8.5)]
    assert player.played == [(0.0, RATE), (5.0, RATE)]
    assert (played.ended, played.problem, played.duration) == ("done", "", 10.0)
    assert screen.lines == [(0, True), (1, True)]
    assert {now.doing for now in screen.shown if now.elapsed <= 1.0} == {"caller"}


def test_left_is_the_agent_and_right_the_caller_where_it_was_played(
    scenario: Scenario, tmp_path: Path
) -> None:
    played, _, _ = go(scenario, Agent((1.5, 3.5), (6.6, 8.6)), tmp_path, latency=0.1)
    found = audio.load(played.recording)
    assert found.samples.shape == (2, round(played.duration * RATE))
    starts = [line.start for line in played.lines]
    assert starts == [0.1, 5.1]
    heard = np.flatnonzero(np.abs(found.samples[1].astype(int)) > 100) / RATE
    assert heard.min() == pytest.approx(0.1, abs=0.001)
    assert heard.max() == pytest.approx(6.1, abs=0.001)
    assert not np.any((heard > 1.101) & (heard < 5.099))
    original = audio.load(scenario.lines[1].audio or "").samples[0]
    assert np.array_equal(found.samples[1, round(5.1 * RATE) :][: len(original)], original)
    said = np.flatnonzero(found.samples[0]) / RATE
    assert (said.min(), said.max()) == (1.5, pytest.approx(8.6, abs=0.001))


def test_a_pause_in_an_answer_does_not_end_it_and_a_short_beginning_gets_more_time(
    scenario: Scenario, tmp_path: Path
) -> None:
    # 0.5 s of speech, then 2.0 s of thought: less than the 2.5 s that end so short an answer
    played, _, _ = go(scenario, Agent((1.5, 2.0), (4.0, 6.0), (7.0, 8.0), (11.0, 13.0)), tmp_path)
    assert about(played.lines[0]) == (0.0, 1.0, 1.5, 8.0)
    assert played.lines[1].start == 9.5


def test_what_is_said_while_the_caller_speaks_is_recorded_and_no_answer(
    scenario: Scenario, tmp_path: Path
) -> None:
    played, _, _ = go(scenario, Agent((0.2, 0.9), (2.0, 4.0), (7.0, 9.0)), tmp_path)
    assert about(played.lines[0]) == (0.0, 1.0, 2.0, 4.0)
    left = audio.load(played.recording).samples[0]
    assert np.all(left[round(0.3 * RATE) : round(0.8 * RATE)] == 3000)


def test_nothing_said_brings_a_hint_and_later_the_next_line(scenario: Scenario, tmp_path: Path) -> None:
    played, player, screen = go(scenario, Agent(), tmp_path)
    assert [about(line) for line in played.lines] == [(0.0, 1.0, None, None), (21.0, 22.0, None, None)]
    hinted = [now.elapsed for now in screen.shown if now.waiting and now.line == 0]
    assert min(hinted) == pytest.approx(1.0 + 8.0, abs=0.06)
    assert [at for at, _ in player.played] == [0.0, 21.0]


def test_enter_ends_an_answer_at_once(scenario: Scenario, tmp_path: Path) -> None:
    played, _, _ = go(scenario, Agent((1.5, 3.0), (4.5, 6.0)), tmp_path, {3.2: practice.DONE})
    assert about(played.lines[0]) == (0.0, 1.0, 1.5, 3.0)
    assert played.lines[1].start == pytest.approx(3.2)


def test_a_line_said_again_is_noted_and_the_answer_is_what_follows(
    scenario: Scenario, tmp_path: Path
) -> None:
    agent = Agent((1.5, 2.0), (4.0, 6.0), (9.0, 11.0))
    played, player, _ = go(scenario, agent, tmp_path, {2.5: practice.AGAIN})
    first = played.lines[0]
    assert first.repeats == ((pytest.approx(2.5), pytest.approx(3.5)),)
    assert about(first) == (0.0, 1.0, 4.0, 6.0)
    assert [round(at, 2) for at, _ in player.played] == [0.0, 2.5, 7.5]


@pytest.mark.parametrize("pressed", [0.5, 3.0])
def test_stop_ends_the_call_at_once_and_keeps_what_was_said(
    pressed: float, scenario: Scenario, tmp_path: Path
) -> None:
    played, player, _ = go(scenario, Agent((1.5, 4.0)), tmp_path, {pressed: practice.STOP})
    assert played.ended == "stopped"
    assert played.duration == pytest.approx(pressed)
    assert player.stopped == 1
    (line,) = played.lines
    assert line.end == min(1.0, pressed)
    assert audio.load(played.recording).duration == pytest.approx(pressed)


def test_the_stop_word_ends_the_call_after_the_answer_that_holds_it(
    scenario: Scenario, tmp_path: Path
) -> None:
    heard: list[float] = []

    def stop_heard(samples: NDArray[np.int16], rate: int) -> bool:
        heard.append(round(len(samples) / rate, 2))
        return len(heard) == 2

    played, _, screen = go(
        replace(scenario, lines=scenario.lines * 2),
        Agent((1.5, 3.5), (6.5, 8.5)),
        tmp_path,
        stop_heard=stop_heard,
    )
    assert heard == [5.0, 5.0]  # each from the caller's first word to the end of the silence
    assert (played.ended, len(played.lines), played.duration) == ("stop word", 2, 10.0)
    assert screen.shown[-1].doing == "checking"


def test_a_stop_word_over_the_caller_is_looked_for_without_an_answer(
    scenario: Scenario, tmp_path: Path
) -> None:
    played, _, _ = go(scenario, Agent((0.2, 0.9)), tmp_path, stop_heard=lambda samples, rate: True)
    assert (played.ended, played.duration) == ("stop word", 2.5)


def test_a_line_without_sound_is_shown_and_reading_it_is_the_callers_turn(
    scenario: Scenario, tmp_path: Path
) -> None:
    lines = tuple(replace(line, audio=None) for line in scenario.lines)  # 11 characters, 1.1 s to read
    agent = Agent((2.0, 4.0), (6.0, 8.0))
    screen = Screen(agent)
    played = practice.run(
        replace(scenario, lines=lines), agent, None, tmp_path / "take.wav", screen, settings=SETTINGS
    )
    # read 0.0-1.1, answer 2.0-4.0; shown at 5.5, spoken to from 6.0 on: read until then
    assert [about(line) for line in played.lines] == [(0.0, 1.1, 2.0, 4.0), (5.5, 6.0, 6.0, 8.0)]
    assert screen.lines == [(0, False), (1, False)]
    assert not any(line.sounded for line in played.lines)
    assert not audio.load(played.recording).samples[1].any()


def test_enter_while_reading_means_read(scenario: Scenario, tmp_path: Path) -> None:
    agent = Agent((3.0, 5.0), (9.0, 11.0))
    played = practice.run(
        scenario,
        agent,
        None,
        tmp_path / "take.wav",
        Screen(agent, {0.5: practice.DONE}),
        settings=SETTINGS,
    )
    assert about(played.lines[0]) == (0.0, 0.5, 3.0, 5.0)


def test_an_unplugged_microphone_ends_the_call_and_says_so(scenario: Scenario, tmp_path: Path) -> None:
    played, player, _ = go(scenario, Agent((1.5, 3.5), unplugged=3.0), tmp_path)
    assert played.ended == "broken off"
    assert "unplugged" in played.problem
    assert player.stopped == 1
    assert audio.load(played.recording).duration == 3.0


def test_ctrl_c_ends_the_call_and_keeps_what_was_said(scenario: Scenario, tmp_path: Path) -> None:
    class Impatient(Screen):
        def key(self) -> str:
            if self.agent.now >= 2.0:
                raise KeyboardInterrupt
            return ""

    agent = Agent((1.5, 3.5))
    played = practice.run(
        scenario, agent, Player(agent), tmp_path / "take.wav", Impatient(agent), settings=SETTINGS
    )
    assert (played.ended, played.duration, len(played.lines)) == ("interrupted", 2.0, 1)


def test_what_came_in_meanwhile_is_recorded_before_the_next_line(scenario: Scenario, tmp_path: Path) -> None:
    agent = Agent((1.5, 3.5), (7.5, 9.5))

    def stop_heard(samples: NDArray[np.int16], rate: int) -> bool:
        agent.waiting = 20  # a second went by
        return False

    played, _, _ = go(scenario, agent, tmp_path, stop_heard=stop_heard)
    assert played.lines[1].start == 6.0
    assert audio.load(played.recording).duration == played.duration == 11.0


def test_a_call_survives_being_written_down(scenario: Scenario, tmp_path: Path) -> None:
    agent = Agent((1.5, 2.0), (4.0, 6.0), (9.0, 11.0))
    played, _, _ = go(scenario, agent, tmp_path, {2.5: practice.AGAIN})
    assert practice.parse(practice.document(played), played.recording, played.duration) == played


def test_every_threshold_is_read_from_the_data() -> None:
    found = practice.settings()
    assert 0 < found.least < found.short
    assert found.end_silence < found.end_silence_short < found.hint < found.give_up
    assert found.reading("x" * 200) == pytest.approx(10.0)
    assert found.reading("x") == found.least_reading
