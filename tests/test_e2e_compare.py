"""A recording beside itself after one change whose size is known, through the real model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_sound import wav
from numpy.typing import NDArray

from voicecoach import audio, calibrate, cli, pipeline
from voicecoach.baseline import READ
from voicecoach.compare import compare
from voicecoach.history import History
from voicecoach.reports import write
from voicecoach.types import AGENT, Analysis, Word

SAMPLE = Path(__file__).parent.parent / "samples" / "agent_alone.flac"
RATE = 16000


@pytest.fixture(scope="module")
def base(coach: pipeline.Coach) -> Analysis:
    return pipeline.analyse(SAMPLE, coach=coach)


def samples() -> NDArray[np.int16]:
    return np.asarray(audio.load(SAMPLE).samples[0])


def changed(tmp_path: Path, sound: NDArray[np.int16], coach: pipeline.Coach) -> Analysis:
    return pipeline.analyse(wav(tmp_path / "changed.wav", sound), coach=coach)


def word(analysis: Analysis, bare: str) -> Word:
    return next(w for turn in analysis.turns for w in turn.words if w.bare == bare)


def test_ten_per_cent_faster_and_so_much_higher_is_ten_per_cent_faster_and_nothing_else(
    base: Analysis, coach: pipeline.Coach, tmp_path: Path
) -> None:
    sound = samples().astype(np.float64)
    at = np.arange(0, len(sound) - 1, 1.1)  # 1.65 semitones higher, too
    quick = np.interp(at, np.arange(len(sound)), sound).astype(np.int16)
    found = compare(base, changed(tmp_path, quick, coach))
    assert found.words_same > 0.9 * found.words_a
    assert found.change == pytest.approx(0.1, abs=0.02)
    same = [phrase for phrase in found.phrases if phrase.same]
    assert len(same) >= 6
    for phrase in same:
        assert phrase.change == pytest.approx(0.1, abs=max(phrase.unsure, 0.05)), phrase.a.text
    assert sum(bool(phrase.moved) for phrase in same) <= 1
    assert not [pause for pause in found.pauses if pause.kind in ("gained", "lost")]
    (higher,) = [change for change in found.measures if change.id == "pitch.median"]
    assert higher.apart in ("+1.6 semitones", "+1.7 semitones")


def test_a_pause_put_in_is_named_by_its_word(base: Analysis, coach: pipeline.Coach, tmp_path: Path) -> None:
    before = word(base, "need")
    sound, at = samples(), round(before.start * RATE)
    noise = np.random.default_rng(1).normal(0, 8, round(0.6 * RATE)).astype(np.int16)
    found = compare(base, changed(tmp_path, np.concatenate((sound[:at], noise, sound[at:])), coach))
    gained = [pause for pause in found.pauses if pause.kind == "gained"]
    assert [(pause.before, pause.within) for pause in gained] == [("need", True)]
    assert gained[0].b == pytest.approx(0.6, abs=0.1)
    assert found.change == pytest.approx(0.0, abs=0.02)


def test_a_sentence_left_out_is_named_with_the_marker_it_held(
    base: Analysis, coach: pipeline.Coach, tmp_path: Path
) -> None:
    sound = samples()
    cut = np.concatenate((sound[: round(7.7 * RATE)], sound[round(11.6 * RATE) :]))
    found = compare(base, changed(tmp_path, cut, coach))
    assert ("lost", "courtesy.apology") in {(change.kind, change.rule) for change in found.markers}
    assert any("sorry" in one.a and not one.b for one in found.wording)
    assert found.change == pytest.approx(0.0, abs=0.02)


def test_an_analysis_read_from_its_file_gets_its_sound_again(base: Analysis, tmp_path: Path) -> None:
    kept = write(tmp_path / "base", "json", [base])
    with pytest.raises(SystemExit) as stop:
        cli.main(["compare", str(kept), str(kept), "-f", "json", "-q"])
    assert stop.value.code == 0
    again = compare(replace(base, contours={}), base)
    assert again.notes == ()
    assert [phrase.a.pitch for phrase in again.phrases] == [phrase.b.pitch for phrase in again.phrases]
    moved = replace(base, contours={}, source=replace(base.source, path=str(tmp_path / "gone.flac")))
    assert "not there as a recording" in compare(moved, base).notes[0]
    other = replace(base, contours={}, source=replace(base.source, sha256="0" * 64))
    assert "was changed since" in compare(other, base).notes[0]


def test_a_reading_is_counted_two_ways_and_kept(
    monkeypatch: pytest.MonkeyPatch, coach: pipeline.Coach, tmp_path: Path
) -> None:
    known = calibrate.settings()
    said = " ".join(turn["text"] for turn in truth())
    monkeypatch.setattr(calibrate, "settings", lambda: replace(known, passages={"en": said}))
    found = calibrate.calibrate(SAMPLE, "en", coach=coach)
    assert found.errors < 0.1
    assert found.baseline is not None
    assert found.baseline.task == READ
    assert "counted from the passage" in found.pace_note
    heard = next(m for m in found.analysis.measures if m.id == "pace.articulation_rate")
    assert heard.value == pytest.approx(found.baseline.values["pace.articulation_rate"].value, rel=0.1)
    with History.open(tmp_path / "history") as history:
        calibrate.keep(history, "me", SAMPLE, found)
        stored = history.baselines("me")
    own = replace(coach, settings=replace(coach.settings, stored=stored))
    again = pipeline.analyse(SAMPLE, coach=own)
    spread = next(m for m in again.measures if m.id == "pitch.spread" and m.speaker == AGENT)
    assert spread.baseline == pytest.approx(found.baseline.values["pitch.spread"].value)
    monkeypatch.setattr(calibrate, "settings", lambda: known)
    assert calibrate.calibrate(SAMPLE, "en", coach=coach).baseline is None


def truth() -> list[dict[str, str]]:
    import yaml

    found = yaml.safe_load(SAMPLE.with_suffix(".yaml").read_text(encoding="utf-8"))
    return list(found["turns"])
