"""Layout and quality of recordings whose answers are arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests import make_sound as made
from voicecoach import audio, quality
from voicecoach.types import Audio

Signal = NDArray[np.float64]


def load(folder: Path, *channels: Signal, rate: int = made.RATE) -> Audio:
    return audio.load(made.wav(folder / "a.wav", made.pcm(np.stack(channels)), rate=rate))


def late(signal: Signal, samples: int) -> Signal:
    return np.concatenate([np.zeros(samples), signal[: signal.size - samples]])


def decibels(value: float) -> float:
    return float(10.0 ** (value / 20.0))


# --- level, noise, clipping ---------------------------------------------------------------------------------


def test_every_threshold_has_its_source_and_every_warning_a_remedy() -> None:
    facts = quality.facts()
    for name in ("silent", "flat_top", "level", "bandwidth", "layout"):
        assert facts[name]["source"]
    for warning in facts["warnings"]:
        assert ";" in warning["text"]
        assert warning.get("source") or warning["id"] == "silent"


@pytest.mark.parametrize("amplitude", [1.0, 0.5, 0.25, 0.01])
def test_level_and_peak_of_a_sine(tmp_path: Path, amplitude: float) -> None:
    found = load(tmp_path, made.sine(400.0, 3.0, amplitude=amplitude * 32767 / 32768)).quality[0]
    assert found.peak == pytest.approx(20 * np.log10(amplitude), abs=0.01)
    assert found.level == pytest.approx(20 * np.log10(amplitude / np.sqrt(2)), abs=0.02)


def test_silence_around_speech_does_not_change_its_level(tmp_path: Path) -> None:
    tone = made.sine(400.0, 2.0)
    alone = load(tmp_path, tone).quality[0].level
    amid = load(tmp_path, np.concatenate([np.zeros(160000), tone, np.zeros(160000)])).quality[0].level
    assert alone is not None
    assert amid == pytest.approx(alone, abs=0.5)  # P.56 counts 0.2 s of silence behind speech as speech


@pytest.mark.parametrize("ratio", [6.0, 15.0, 30.0, 50.0])
def test_a_known_ratio_of_speech_to_noise(tmp_path: Path, ratio: float) -> None:
    on = np.arange(10 * 16000) // 8000 % 2
    sound = 0.1 * np.sqrt(2) * made.sine(400.0, 10.0, amplitude=1.0) * on
    found = load(tmp_path, sound + made.noise(10.0, seed=1, rms=0.1 * decibels(-ratio))).quality[0]
    assert found.noise_floor == pytest.approx(-20.0 - ratio, abs=1.0)
    assert found.snr == pytest.approx(ratio, abs=2.0)
    assert any(text.startswith("noisy: ") for text in found.warnings) == (
        found.snr is not None and found.snr < 15
    )


@pytest.mark.parametrize(
    "sound", [made.sine(440.0, 5.0), made.noise(5.0, seed=1)], ids=["dial tone", "noise"]
)
def test_what_never_pauses_has_no_noise_floor(tmp_path: Path, sound: Signal) -> None:
    found = load(tmp_path, sound).quality[0]
    assert (found.noise_floor, found.snr, found.silent) == (None, None, False)


def test_pauses_a_device_muted_say_nothing_of_noise(tmp_path: Path) -> None:
    on = np.arange(10 * 16000) // 8000 % 2
    found = load(tmp_path, made.sine(400.0, 10.0) * on).quality[0]
    assert (found.noise_floor, found.snr) == (None, None)


@pytest.mark.parametrize("share", [0.0, 0.0005, 0.012, 0.2])
def test_share_of_clipped_samples(tmp_path: Path, share: float) -> None:
    sound = np.clip(made.noise(5.0, seed=1, rms=0.05), -0.9, 0.9)
    hit = np.random.default_rng(2).permutation(sound.size)[: round(share * sound.size)]
    sound[hit] = np.where(hit % 2, 1.0, -1.0)
    found = load(tmp_path, sound).quality[0]
    assert found.clipping == pytest.approx(share, abs=1e-6)
    assert any(text.startswith("clipped: ") for text in found.warnings) == (share > 0.001)
    if share == 0.012:
        assert (
            found.warnings[0] == "clipped: 1.2 % of samples at full scale; turn the microphone down a little"
        )


def test_clipped_first_and_turned_down_later(tmp_path: Path) -> None:
    loud = np.clip(made.sine(300.0, 3.0, amplitude=1.5), -1.0, 1.0)
    at_top = np.mean(np.abs(loud) == 1.0)
    assert load(tmp_path, 0.5 * loud).quality[0].clipping == pytest.approx(at_top, abs=0.01)
    assert load(tmp_path, made.sine(300.0, 3.0, amplitude=0.5)).quality[0].clipping == 0.0


def test_clipping_in_telephone_codes(tmp_path: Path) -> None:
    loud = np.clip(made.sine(300.0, 3.0, rate=8000, amplitude=2.0), -1.0, 1.0)
    for codec in ("pcm_mulaw", "pcm_alaw"):
        hot = audio.load(made.encoded(tmp_path / f"{codec}.wav", loud[None], codec, rate=8000)).quality[0]
        cool = audio.load(made.encoded(tmp_path / f"{codec}.wav", loud[None] / 4, codec, rate=8000)).quality[
            0
        ]
        assert hot.clipping > 0.5
        assert cool.clipping == 0.0


@pytest.mark.parametrize("offset", [0.0, 0.01, 0.1, -0.1])
def test_constant_offset(tmp_path: Path, offset: float) -> None:
    sound = made.sine(400.0, 3.0, amplitude=0.25) + offset
    found = load(tmp_path, sound, rate=16000).quality[0]
    assert found.dc_offset == pytest.approx(offset, abs=1e-4)
    assert found.level == pytest.approx(20 * np.log10(0.25 / np.sqrt(2)), abs=0.05)
    assert any("constant offset" in text for text in found.warnings) == (abs(offset) > 0.02)


def test_an_offset_alone_is_silence(tmp_path: Path) -> None:
    assert load(tmp_path, np.full(32000, 0.3)).quality[0].silent


@pytest.mark.parametrize(
    ("rate", "bound", "telephone"), [(8000, 3900, True), (44100, 3400, True), (44100, 7000, False)]
)
def test_bandwidth(tmp_path: Path, rate: int, bound: float, telephone: bool) -> None:
    spectrum = np.fft.rfft(made.noise(6.0, seed=1, rate=rate))
    spectrum[round(6.0 * bound) :] = 0.0
    on = np.arange(6 * rate) // (rate // 2) % 2
    sound = np.fft.irfft(spectrum, 6 * rate) * on + made.noise(6.0, seed=2, rms=1e-4, rate=rate)
    found = load(tmp_path, sound, rate=rate).quality[0]
    assert found.bandwidth is not None
    assert bound - 100 <= found.bandwidth <= min(bound + 300, rate / 2)  # the edge is smeared by the window
    assert found.telephone_band == telephone


# --- layout -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two() -> tuple[Signal, Signal]:
    """Two voices taking turns, with a little noise of their own."""
    turn = made.turns(30.0)
    first = made.voice(30.0, seed=1) * (turn == 1)
    second = made.voice(30.0, seed=2) * (turn == 0)
    return first, second


def room(seed: int) -> Signal:
    return made.noise(30.0, seed=seed, rms=0.0005)


def test_one_channel(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    layout = load(tmp_path, two[0]).layout
    assert (layout.kind, layout.names, layout.used, layout.empty) == ("mono", ("mono",), (0,), ())


def test_a_speaker_a_channel(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    layout = load(tmp_path, two[0] + room(8), two[1] + room(9)).layout
    assert (layout.kind, layout.names, layout.used, dict(layout.bleed)) == (
        "split",
        ("left", "right"),
        (0, 1),
        {},
    )


@pytest.mark.parametrize("gain", [1.0, 0.3, -1.0])
@pytest.mark.parametrize("lag", [0, 5, 80])
def test_the_same_signal_twice(tmp_path: Path, two: tuple[Signal, Signal], gain: float, lag: int) -> None:
    both = two[0] + two[1] + room(8)
    layout = load(tmp_path, both, gain * late(both, lag) + room(9)).layout
    assert layout.kind == "dual_mono"
    assert len(layout.used) == 1


def test_the_same_signal_twice_after_a_lossy_codec(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    both = two[0] + two[1] + room(8)
    path = made.encoded(tmp_path / "a.mp3", np.stack([both, 0.8 * both]), "libmp3lame")
    assert audio.load(path).layout.kind == "dual_mono"


def test_one_scene_through_two_microphones(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    both = two[0] + two[1]
    near = both + 0.4 * late(both, 48) + room(8)
    far = 0.7 * late(both, 12) - 0.3 * late(both, 90) + room(9)
    assert load(tmp_path, near, far).layout.kind == "dual_mono"


def test_the_clean_copy_of_two_is_used(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    both = two[0] + two[1]
    clipped = np.clip(4 * both, -0.99997, 0.99997)
    layout = load(tmp_path, clipped, both).layout
    assert (layout.kind, layout.used) == ("dual_mono", (1,))


@pytest.mark.parametrize("weaker", [3.0, 6.0, 12.0, 20.0, 30.0, 40.0])
@pytest.mark.parametrize("lag", [0, 560, 4000])
def test_bleed_of_known_size_and_delay(
    tmp_path: Path, two: tuple[Signal, Signal], weaker: float, lag: int
) -> None:
    right = two[1] + decibels(-weaker) * late(two[0], lag) + room(9)
    layout = load(tmp_path, two[0] + room(8), right).layout
    assert layout.kind == "bleed"
    assert layout.used == (0, 1)
    assert set(layout.bleed) == {(0, 1)}
    assert layout.bleed[0, 1] == pytest.approx(weaker, abs=0.5)


@pytest.mark.parametrize("weaker", [20.0, 30.0])
def test_bleed_under_a_voice_that_hardly_pauses(tmp_path: Path, weaker: float) -> None:
    left, right = made.voice(30.0, seed=1), made.voice(30.0, seed=2)
    right *= np.arange(right.size) / made.RATE % 1.5 > 0.4
    layout = load(tmp_path, left + room(8), right + decibels(-weaker) * left + room(9)).layout
    assert set(layout.bleed) == {(0, 1)}
    assert layout.bleed[0, 1] == pytest.approx(weaker, abs=1.0)


def test_bleed_both_ways(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    left = two[0] + decibels(-20.0) * late(two[1], 100) + room(8)
    right = two[1] + decibels(-10.0) * late(two[0], 300) + room(9)
    bleed = load(tmp_path, left, right).layout.bleed
    assert bleed[0, 1] == pytest.approx(10.0, abs=0.5)
    assert bleed[1, 0] == pytest.approx(20.0, abs=0.5)


def test_hum_on_both_channels_is_no_bleed(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    hum = made.sine(50.0, 30.0, amplitude=0.003)
    assert load(tmp_path, two[0] + hum + room(8), two[1] + hum + room(9)).layout.kind == "split"


def test_two_people_at_once_are_no_bleed(tmp_path: Path) -> None:
    found = load(tmp_path, made.voice(20.0, seed=1), made.voice(20.0, seed=2)).layout
    assert (found.kind, dict(found.bleed)) == ("split", {})


def test_an_empty_channel(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    found = load(tmp_path, two[0], 0.00002 * two[1])
    assert (found.layout.kind, found.layout.used, found.layout.empty) == ("mono", (0,), (1,))
    assert [channel.silent for channel in found.quality] == [False, True]
    assert found.quality[1].level is None
    assert "no sound on this channel" in found.quality[1].warnings[0]


def test_six_channels_two_of_them_voices(tmp_path: Path, two: tuple[Signal, Signal]) -> None:
    nothing = np.zeros_like(two[0])
    layout = load(tmp_path, two[0] + room(8), two[1] + room(9), two[0], nothing, nothing, two[1]).layout
    assert layout.kind == "split"
    assert layout.empty == (3, 4)
    assert len(layout.used) == 2


@pytest.mark.parametrize("seconds", [0.5, 0.7, 1.0, 2.0])
def test_short_recordings_are_judged_too(tmp_path: Path, seconds: float) -> None:
    layout = load(tmp_path, made.voice(seconds, seed=1), made.voice(seconds, seed=2)).layout
    assert (layout.kind, layout.used) == ("split", (0, 1))
    same = made.voice(seconds, seed=1)
    assert load(tmp_path, same, same).layout.kind == "dual_mono"
