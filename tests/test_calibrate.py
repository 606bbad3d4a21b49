"""Own values from a passage read aloud and from practice calls."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import make_analysis as made
from tests.fake_sounddevice import Hardware, module
from tests.make_sound import pcm, voice, wav
from voicecoach import calibrate, cli
from voicecoach.baseline import READ, SPONTANEOUS, compare, parse, render
from voicecoach.calibrate import of_analysis, passage, settings
from voicecoach.cli.options import own_values
from voicecoach.errors import AudioError, UsageError
from voicecoach.history import History, Point, Take
from voicecoach.measures.sound import facts, sound
from voicecoach.record.meter import Live
from voicecoach.record.wav import WavWriter
from voicecoach.reports import calibration
from voicecoach.types import AGENT, Analysis, Contours, Turn, Word

LANGUAGES = ("en", "es", "ja", "ru", "zh")
HOP = 0.01


def reading(
    text: str, *, language: str = "en", seconds: float = 24.0, pace: float | None = None, pause: float = 0.0
) -> Analysis:
    """A text said in so many seconds of voice, with a pause in the middle, and the measures of it."""
    pieces = text.split() if language in ("en", "es", "ru") else list(text)
    step = seconds / len(pieces)
    words = tuple(Word(p, k * step, (k + 0.9) * step, 0.9, True) for k, p in enumerate(pieces))
    half = round(seconds / 2 / HOP)
    held = np.concatenate((np.ones(half, bool), np.zeros(round(pause / HOP), bool), np.ones(half, bool)))
    flat = np.full(len(held), -20.0, np.float32)
    contours = Contours(HOP, flat, flat, held, flat, np.empty(0, np.float32))
    known = sound(facts(language))
    assert known is not None
    heard = known.count(text) / seconds if pace is None else pace
    found = made.analysis((Turn(AGENT, text, 0.0, seconds, words),), (), separate=False)
    measures = (
        made.measure("pace.articulation_rate", heard, known.unit),
        made.measure("pace.speech_rate", heard * 0.8, known.unit),
        made.measure("pitch.median", 200.0, "Hz"),
        made.measure("pitch.spread", 8.0, "semitones"),
        made.measure("voice.hnr", None, "dB", "too noisy"),
    )
    return replace(found, language=language, measures=measures, contours={AGENT: contours})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_passage_takes_about_half_a_minute_and_asks_something(language: str) -> None:
    text, known = passage(language), sound(facts(language))
    assert known is not None
    usual = known.count(text) / ((known.low + known.high) / 2)
    assert 20 <= usual <= 40, f"{usual:.0f} s without pauses"
    assert re.search("[?？か]。?", text)
    assert len(re.findall("[,，、]", text)) >= 5
    assert not re.search(r"\d", text)  # how a number is said is not seen in it


def test_there_is_a_passage_for_each_language_with_a_known_sound_and_no_other() -> None:
    assert set(settings().passages) == set(LANGUAGES)
    with pytest.raises(UsageError, match="'fr'; there are: en, es, ja, ru, zh"):
        passage("fr")
    assert set(settings().sources) == set(settings().limits)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_reads_the_passage_gets_own_values_of_reading(language: str) -> None:
    found = of_analysis(reading(passage(language), language=language), language)
    assert found.errors == 0.0
    own = found.baseline
    assert own is not None
    assert (own.language, own.telephone, own.task) == (language, False, READ)
    assert list(own.values) == [
        "pitch.median",
        "pitch.spread",
        "pace.articulation_rate",
        "pace.speech_rate",
    ]
    assert parse(render(own), "x").values["pitch.median"] == own.values["pitch.median"]


def test_the_pace_is_that_of_the_known_text_where_both_counts_agree() -> None:
    text, known = passage("en"), sound(facts("en"))
    assert known is not None
    exact = known.count(text) / 24.0
    found = of_analysis(reading(text, pace=exact * 0.95, pause=1.0), "en")
    assert found.baseline is not None
    values = found.baseline.values
    assert values["pace.articulation_rate"].value == pytest.approx(exact)
    assert values["pace.speech_rate"].value == pytest.approx(exact * 0.8)
    assert "(-5 %)" in found.pace_note
    apart = of_analysis(reading(text, pace=exact * 0.8), "en")
    assert apart.baseline is not None
    assert apart.baseline.values["pace.articulation_rate"].value == pytest.approx(exact * 0.8)
    assert "(+25 %)" in apart.pace_note
    assert "not read" in apart.pace_note


def test_another_text_gives_no_own_values() -> None:
    found = of_analysis(reading("It is a fine day for a walk and I will take the dog with me today."), "en")
    assert found.baseline is None
    assert "differs from the passage" in found.why
    half = passage("en").split()
    found = of_analysis(reading(" ".join(half[: len(half) * 2 // 3])), "en")
    assert found.errors == pytest.approx(1 / 3, abs=0.03)
    assert found.baseline is not None
    page = calibration.render(of_analysis(reading("Hello, is anybody there?"), "en"))
    assert "nothing was kept" in page
    assert "YOUR VOICE" not in page


def test_an_empty_recording_is_no_reading() -> None:
    found = of_analysis(replace(made.silent(), measures=()), "en")
    assert found.baseline is None
    assert found.errors == 1.0


@pytest.mark.parametrize(
    ("level", "said"),
    [(-40.0, "closer"), (-26.0, "the level is good"), (-10.0, "down"), (None, "not be found")],
)
def test_the_level_of_the_microphone_is_told_in_words(level: float | None, said: str) -> None:
    analysis = reading(passage("en"))
    analysis = replace(analysis, quality=(made.quality("mono", level=level),))
    assert said in of_analysis(analysis, "en").advice[0]


def test_the_page_is_narrow_and_says_that_reading_is_not_talking() -> None:
    page = calibration.render(of_analysis(reading(passage("en")), "en"))
    assert max(map(len, page.splitlines())) <= 80
    assert "the room is at -61 dBFS, 38 dB below your speech" in page
    assert "People read quicker" in page
    assert page.isascii()


def test_a_reading_is_kept_without_being_judged(tmp_path: Path) -> None:
    recording = wav(tmp_path / "mine.wav", pcm(voice(3.0, seed=1)))
    found = of_analysis(reading(passage("en")), "en")
    with History.open(tmp_path / "history") as history:
        calibrate.keep(history, "me", recording, found)
        (take,) = history.takes("me", kind="calibration")
        assert history.baseline("me", language="en") == found.baseline
        assert (take.total, take.language) == (None, "en")
        kept = history.analysis(take.number)
        assert kept is not None
        assert kept.source.path == str(take.recording)
        assert history.series("me") == {}  # what is read is no point among calls
        with pytest.raises(UsageError, match="nothing was kept"):
            calibrate.keep(history, "me", recording, of_analysis(made.silent(), "en"))


# --- from calls ---------------------------------------------------------------------------------------------


def take(number: int, kind: str = "practice") -> Take:
    started = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=number)
    return Take(number, "me", kind, "s", "", "en", started, 60.0, None, "analysed", "done", False)


def point(number: int, value: float, *, language: str = "en", telephone: bool = False) -> Point:
    return Point(number, take(number).started, value, "syllables/s", None, None, telephone, "s", language)


def test_own_values_of_talk_are_the_middle_of_at_least_three_calls() -> None:
    takes = [take(1), take(2), take(3), take(4, "calibration")]
    points = {"pace.articulation_rate": [point(k, v) for k, v in ((1, 4.0), (2, 4.4), (3, 6.0), (4, 9.0))]}
    own = calibrate.from_takes("me", takes, points)
    usual = own.values["pace.articulation_rate"]
    assert (usual.value, usual.recordings) == (4.4, 3)
    assert usual.spread == pytest.approx(np.std([4.0, 4.4, 6.0], ddof=1))
    assert (own.task, own.language, own.telephone) == (SPONTANEOUS, "en", False)
    assert own.source == "3 practice calls, the last on 2026-11-04"
    (compared,) = compare(
        [made.measure("pace.articulation_rate", 4.6, "syllables/s")], own, language="en", telephone=False
    )
    assert compared.baseline == 4.4
    with pytest.raises(UsageError, match="2 analysed practice calls of me are too few"):
        calibrate.from_takes("me", takes[1:], points)


def test_calls_of_different_kinds_are_not_mixed() -> None:
    takes = [take(k) for k in range(1, 8)]
    mixed = [point(k, 4.0, telephone=True) for k in (1, 2)] + [point(k, 5.0) for k in (3, 4, 5)]
    mixed += [point(k, 6.0, language="es") for k in (6, 7)]
    own = calibrate.from_takes("me", takes, {"pace.articulation_rate": mixed})
    assert (own.language, own.telephone) == ("en", False)
    assert own.values["pace.articulation_rate"].value == 5.0
    with pytest.raises(UsageError, match="2 analysed"):
        calibrate.from_takes("me", takes, {"pace.articulation_rate": mixed}, language="es")


# --- recording ----------------------------------------------------------------------------------------------


class Silent:
    """A microphone that gives silence in blocks of 50 ms."""

    rate, channels, overflows, moved = 16000, 1, 0, 0

    def read(self, timeout: float = 1.0) -> np.ndarray:
        return np.zeros((800, 1), np.int16)


def spoken(monkeypatch: pytest.MonkeyPatch, until: float, step: float = 0.05) -> None:
    """A meter that hears a voice until then."""

    class Meter:
        def __init__(self, rate: int) -> None:
            self.seconds = 0.0

        def add(self, block: np.ndarray) -> Live:
            self.seconds += step
            talks = self.seconds <= until
            return Live(
                seconds=self.seconds,
                level=-20.0,
                peak=-10.0,
                clipped=False,
                voice=talks,
                spoken=min(self.seconds, until),
                silence=max(self.seconds - until, 0.0),
                pace=None,
            )

    monkeypatch.setattr("voicecoach.record.capture.Meter", Meter)


@pytest.mark.parametrize(("until", "ends"), [(25.0, 28.0), (10.0, 20.0), (500.0, 90.0), (0.0, 90.0)])
def test_recording_ends_by_a_silence_after_the_reading_or_by_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, until: float, ends: float
) -> None:
    spoken(monkeypatch, until)
    microphone: Any = Silent()
    with WavWriter(tmp_path / "reading.wav", 16000) as writer:
        found = calibrate.record(microphone, writer, stopped=lambda: False, show=lambda live: None)
    assert found.duration == pytest.approx(ends, abs=0.11)


def test_recording_ends_by_a_key_and_shows_each_block(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spoken(monkeypatch, 500.0)
    microphone: Any = Silent()
    shown: list[Live] = []
    with WavWriter(tmp_path / "reading.wav", 16000) as writer:
        found = calibrate.record(
            microphone, writer, stopped=lambda: writer.duration >= 5.0, show=shown.append
        )
    assert (found.duration, found.ended) == (5.0, "key")
    assert len(shown) == 100


# --- the command with a microphone --------------------------------------------------------------------------


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Runs calibrate; what is heard is taken for ``said``, no model is needed."""

    def run(said: Analysis | Exception, hardware: Hardware, *arguments: str) -> tuple[int, str, str]:
        def judged(path: Path, language: str, **_: object) -> calibrate.Calibration:
            if isinstance(said, Exception):
                raise said
            return of_analysis(said, language)

        monkeypatch.setitem(sys.modules, "sounddevice", module(hardware))
        monkeypatch.setattr("voicecoach.pipeline.Coach.ready", lambda settings: None)
        monkeypatch.setattr(calibrate, "calibrate", judged)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        (tmp_path / "temporary").mkdir(exist_ok=True)
        spoken(monkeypatch, 1.0)
        code = cli._run(["calibrate", "--history", str(tmp_path / "kept"), *arguments])
        return (code, *capfd.readouterr())

    return run


def kept(folder: Path) -> tuple[Take, ...]:
    with History.open(folder / "kept") as history:
        return history.takes()


def test_a_reading_is_a_take_from_its_first_block_on(ran: Any, tmp_path: Path) -> None:
    code, out, err = ran(reading(passage("en")), Hardware(seconds=25))
    assert (code, out.splitlines()[0]) == (0, "Your reading")
    assert passage("en").split()[-1] in err
    (take,) = kept(tmp_path)
    assert (take.kind, take.status, take.ended, take.language) == ("calibration", "analysed", "silence", "en")
    assert take.recording is not None
    assert take.recording.stat().st_size == 44 + 2 * 16000 * 20
    assert own_values("me", tmp_path / "kept")[0].task == READ


def test_an_unplugged_microphone_keeps_what_was_read(ran: Any, tmp_path: Path) -> None:
    code, out, err = ran(reading(passage("en")), Hardware(seconds=7, unplugged=True))
    assert (code, out) == (5, "")
    assert "7.0 s are kept in" in err.splitlines()[-1]
    (take,) = kept(tmp_path)
    assert (take.status, take.ended, take.duration) == ("recorded", "broken off", 7.0)


def test_what_cannot_be_analysed_is_kept_and_what_was_not_read_is_not(ran: Any, tmp_path: Path) -> None:
    code, _, err = ran(AudioError("no sound"), Hardware(seconds=25))
    (take,) = kept(tmp_path)
    assert code != 0
    assert err.endswith(f"no sound; the reading is kept: voicecoach calibrate --file {take.recording}\n")
    code, out, _ = ran(made.silent(), Hardware(seconds=25))
    assert code == 1
    assert "nothing was kept" in " ".join(out.split())
    assert kept(tmp_path) == (take,)


def test_own_values_in_a_file_leave_no_recording(ran: Any, tmp_path: Path) -> None:
    code, _, _ = ran(reading(passage("en")), Hardware(seconds=25), "-o", str(tmp_path / "me.yaml"))
    assert code == 0
    assert parse((tmp_path / "me.yaml").read_text(), "x").task == READ
    assert not (tmp_path / "kept").exists()
    assert not list((tmp_path / "temporary").iterdir())
