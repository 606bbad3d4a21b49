"""``voicecoach contours``: what is printed is what was put in, and what an analysis measures."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from make_sound import RATE, noise, pcm, sine, wav

from voicecoach import audio, cli, pipeline
from voicecoach.reports import contours as report
from voicecoach.types import Contours

SAMPLES = Path(__file__).parent.parent / "samples"


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stop:
        cli.main(["contours", *(str(a) for a in arguments)])
    return int(stop.value.code or 0)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_two_tones_in_two_channels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = wav(tmp_path / "two.wav", pcm(np.stack([sine(200, 2.0), sine(320, 2.0, amplitude=0.05)])))
    assert run(path) == 0
    out = capsys.readouterr().out
    assert out.startswith("channel,time,f0_hz,level_db,voice\nleft,0.00,")
    found = rows(out)
    assert [row["channel"] for row in found] == ["left"] * 201 + ["right"] * 201
    assert [row["time"] for row in found] == [f"{k / 100:.2f}" for k in range(201)] * 2
    for channel, hertz, level in (("left", 200, -9.03), ("right", 320, -29.03)):
        inner = [row for row in found if row["channel"] == channel and 0.1 < float(row["time"]) < 1.9]
        assert len(inner) > 100
        assert all(math.isclose(float(row["f0_hz"]), hertz, rel_tol=0.002) for row in inner), channel
        assert all(math.isclose(float(row["level_db"]), level, abs_tol=0.1) for row in inner), channel


def test_a_chirp_has_its_instantaneous_frequency(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hertz = 120 * 2 ** (np.arange(4 * RATE) / (4 * RATE))  # an octave in four seconds
    path = wav(tmp_path / "chirp.wav", pcm(0.5 * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)))
    assert run(path) == 0
    found = [row for row in rows(capsys.readouterr().out) if 0.1 < float(row["time"]) < 3.9]
    assert len(found) > 300
    for row in found:
        cents = 1200 * math.log2(float(row["f0_hz"]) / (120 * 2 ** (float(row["time"]) / 4)))
        assert abs(cents) < 10, row


def test_silence_and_noise_have_no_f0_and_no_voice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(wav(tmp_path / "silence.wav", pcm(np.zeros(RATE)))) == 0
    found = rows(capsys.readouterr().out)
    assert len(found) == 101
    assert {(row["channel"], row["f0_hz"], row["level_db"], row["voice"]) for row in found} == {
        ("mono", "", "-120.00", "0")
    }
    assert run(wav(tmp_path / "noise.wav", pcm(noise(2.0, seed=3)))) == 0
    found = rows(capsys.readouterr().out)
    assert sum(row["f0_hz"] != "" for row in found) < 0.05 * len(found)
    assert all(row["voice"] == "0" for row in found)


@pytest.mark.parametrize("name", ["telephone.wav", "agent_alone.flac"])
def test_contours_are_those_of_an_analysis(
    name: str, capsys: pytest.CaptureFixture[str], coach: pipeline.Coach
) -> None:
    analysis = pipeline.analyse(SAMPLES / name, coach=coach)
    assert run(SAMPLES / name) == 0
    found = rows(capsys.readouterr().out)
    for speaker in analysis.source.speakers:
        own = [row for row in found if row["channel"] == speaker.channel_name]
        expected = analysis.contours[speaker.name]
        assert [row["voice"] for row in own] == [f"{voice:d}" for voice in expected.voice]
        assert [row["f0_hz"] == "" for row in own] == np.isnan(expected.f0).tolist()
        np.testing.assert_allclose([float(row["level_db"]) for row in own], expected.level, atol=0.006)


def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "telephone.wav"
    assert run(path, "-f", "json") == 0
    document = json.loads(capsys.readouterr().out)
    recording = audio.load(path)
    expected = pipeline.listen(recording).by_name(recording.layout)
    assert [channel["channel"] for channel in document["channels"]] == list(expected)
    for channel in document["channels"]:
        own = expected[channel["channel"]]
        assert channel["hop"] == 0.01
        assert channel["voice"] == own.voice.astype(int).tolist()
        assert [f0 is None for f0 in channel["f0_hz"]] == np.isnan(own.f0).tolist()
        np.testing.assert_allclose(channel["level_db"], own.level, atol=0.006)
        np.testing.assert_allclose(channel["nuclei"], own.nuclei, atol=0.006)
        assert channel["loudness_lufs"] == pytest.approx(own.loudness, abs=0.006)


def test_times_stay_exact_over_hours() -> None:
    count = 2 * 360_000 + 1
    long = Contours(
        hop=0.01,
        f0=np.full(count, np.nan, np.float32),
        level=np.zeros(count, np.float32),
        voice=np.zeros(count, bool),
        hnr=np.full(count, np.nan, np.float32),
        nuclei=np.empty(0, np.float32),
    )
    pieces = list(report.csv({"mono": long}))
    assert len(pieces) > 80
    assert pieces[-1].splitlines()[-1] == "mono,7200.00,,0.00,0"


def test_each_of_several_gets_a_file_whole_or_not_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = wav(tmp_path / "a.wav", pcm(sine(200, 1.0)))
    bad = tmp_path / "b.wav"
    bad.write_text("this is text\n" * 20, encoding="utf-8")
    assert run(good, bad, "-o", tmp_path / "out") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 2
    assert "b.wav" in captured.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.contours.csv"]
    assert (tmp_path / "out" / "a.contours.csv").read_text(encoding="utf-8").count("\n") == 102
    assert run(good, "-f", "json", "-o", tmp_path / "out", "-q") == 0
    assert capsys.readouterr().err == ""
    assert json.loads((tmp_path / "out" / "a.contours.json").read_text(encoding="utf-8"))["channels"]


def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "none.wav") == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert run(SAMPLES / "telephone.wav", SAMPLES / "agent_alone.flac") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "--output-dir" in err
