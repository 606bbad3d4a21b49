"""Contours of signals whose answer is arithmetic, and against librosa and pyloudnorm.

Frequencies are compared in octaves, levels in dB, times in seconds.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voicecoach.acoustics import bands, contours, frames, level, loudness, nuclei, pitch, voice

RATE = 16000
HOP = 0.01
Signal = NDArray[np.float32]


def at(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def sine(hertz: float, seconds: float, amplitude: float = 0.5) -> Signal:
    return (amplitude * np.sin(2 * np.pi * hertz * at(seconds))).astype(np.float32)


def harmonics(
    phase: NDArray[np.float64], numbers: range = range(1, 9), amplitude: float = 0.1
) -> NDArray[np.float64]:
    """Harmonics of falling strength; ``phase`` is that of the fundamental in periods."""
    return amplitude * sum(np.sin(2 * np.pi * k * phase) / k for k in numbers)


def vowel(hertz: float, seconds: float, numbers: range = range(1, 9)) -> Signal:
    return np.asarray(harmonics(hertz * at(seconds), numbers), np.float32)


def noise(seconds: float, rms: float, seed: int = 0) -> Signal:
    return (rms * np.random.default_rng(seed).standard_normal(round(seconds * RATE))).astype(np.float32)


def everywhere(samples: Signal) -> voice.Mask:
    return np.ones(frames.count(len(samples), 160), bool)


def probability(samples: Signal, value: float = 1.0) -> Signal:
    return np.full(-(-len(samples) // 512), value, np.float32)


# --- level ----------------------------------------------------------------------------------------


def test_level_of_a_sine_at_full_scale() -> None:
    found = level.level(sine(200, 1, 1.0), RATE)
    assert len(found) == 101
    assert found[5:-5] == pytest.approx(-3.01, abs=0.02)


def test_half_the_amplitude_is_six_decibels_less() -> None:
    loud, soft = (level.level(noise(1, rms), RATE) for rms in (0.1, 0.05))
    assert loud - soft == pytest.approx(20 * np.log10(2), abs=0.01)


def test_a_dc_offset_is_not_heard() -> None:
    tone = sine(250, 1, 0.1)
    assert level.level(tone + 0.3, RATE)[5:-5] == pytest.approx(level.level(tone, RATE)[5:-5], abs=0.1)


def test_digital_silence_has_the_lowest_level() -> None:
    assert level.level(np.zeros(RATE, np.float32), RATE) == pytest.approx(level.QUIETEST)


def test_level_agrees_with_librosa() -> None:
    import librosa

    samples = noise(3, 0.1) * np.repeat([1, 0.1, 0.5], RATE).astype(np.float32)
    theirs = 20 * np.log10(librosa.feature.rms(y=samples, frame_length=512, hop_length=160)[0])
    ours = level.level(samples, RATE)
    for first, end in ((5, 95), (105, 195), (205, 295)):
        assert np.median(ours[first:end]) == pytest.approx(np.median(theirs[first:end]), abs=0.3)


# --- pitch ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hertz", [70, 110, 160, 230, 310, 450])
def test_pitch_of_a_steady_vowel(hertz: float) -> None:
    f0, hnr = pitch.track(vowel(hertz, 1), RATE, everywhere(vowel(hertz, 1)))
    assert np.abs(np.log2(f0[5:-5] / hertz)).max() < 0.002
    assert np.nanmin(hnr[5:-5]) > 15


def test_pitch_of_a_chirp_is_its_instantaneous_frequency() -> None:
    time, low, octaves = at(4), 100.0, 1.5
    phase = low * 4 / (octaves * np.log(2)) * (2 ** (octaves * time / 4) - 1)
    samples = harmonics(phase).astype(np.float32)
    f0, _ = pitch.track(samples, RATE, everywhere(samples))
    truth = low * 2 ** (octaves * np.arange(len(f0)) * HOP / 4)
    assert np.abs(np.log2(f0[5:-5] / truth[5:-5])).max() < 0.01


def test_the_fundamental_may_be_missing_as_on_a_telephone_line() -> None:
    samples = vowel(110, 1, range(3, 30)) + noise(1, 0.003)
    f0, _ = pitch.track(samples, RATE, everywhere(samples))
    assert np.abs(np.log2(f0[5:-5] / 110)).max() < 0.01


def test_a_strong_second_harmonic_is_not_an_octave() -> None:
    time = at(1)
    samples = (0.02 * np.sin(2 * np.pi * 120 * time) + 0.2 * np.sin(2 * np.pi * 240 * time)).astype(
        np.float32
    )
    f0, _ = pitch.track(samples + vowel(120, 1, range(3, 6)), RATE, everywhere(samples))
    assert np.abs(np.log2(f0[5:-5] / 120)).max() < 0.01


def test_a_vowel_with_one_harmonic_left_keeps_the_pitch_of_the_voice() -> None:
    # as an "ee" on a telephone line: of the harmonics of 150 Hz that pass, the second is all there is
    gap = np.zeros(RATE // 5, np.float32)
    lone = vowel(150, 0.2, range(2, 3))
    said = [vowel(150, 1.5, range(2, 20)), gap, vowel(220, 0.5, range(2, 16)), gap, lone, gap]
    samples = np.concatenate(said * 3) + noise(8.4, 0.001)
    f0, _ = pitch.track(samples, RATE, everywhere(samples))
    for start in range(0, 840, 280):
        assert np.abs(np.log2(f0[start + 245 : start + 255] / 150)).max() < 0.02


def test_a_lower_voice_that_speaks_once_keeps_its_pitch() -> None:
    gap = np.zeros(RATE // 5, np.float32)
    samples = np.concatenate([vowel(220, 1), gap] * 8 + [vowel(90, 0.3), gap]) + noise(10.1, 0.001)
    f0, _ = pitch.track(samples, RATE, everywhere(samples))
    assert np.abs(np.log2(f0[970:980] / 90)).max() < 0.02
    assert np.abs(np.log2(f0[10:90] / 220)).max() < 0.01


def test_two_voices_on_a_channel_keep_their_pitch() -> None:
    samples = np.concatenate([vowel(110, 1), vowel(215, 1)] * 4) + noise(8, 0.002)
    f0, _ = pitch.track(samples, RATE, everywhere(samples))
    for start in range(0, 800, 200):
        assert np.abs(np.log2(f0[start + 10 : start + 90] / 110)).max() < 0.02
        assert np.abs(np.log2(f0[start + 110 : start + 190] / 215)).max() < 0.02


def test_noise_and_silence_are_unvoiced() -> None:
    hiss = noise(3, 0.1)
    f0, hnr = pitch.track(hiss, RATE, everywhere(hiss))
    assert np.mean(~np.isnan(f0)) < 0.02
    assert (np.isnan(f0) == np.isnan(hnr)).all()
    quiet = np.zeros(RATE, np.float32)
    assert np.isnan(pitch.track(quiet, RATE, everywhere(quiet))[0]).all()


def test_pitch_is_looked_for_only_near_speech() -> None:
    samples = vowel(150, 2)
    near = everywhere(samples)
    near[:100] = False
    f0, _ = pitch.track(samples, RATE, near)
    assert np.isnan(f0[:100]).all()
    assert not np.isnan(f0[105:195]).any()
    nothing = pitch.track(samples, RATE, np.zeros_like(near))[0]
    assert np.isnan(nothing).all()


@pytest.mark.parametrize("decibels", [3.0, 8.0, 15.0])
def test_hnr_is_the_ratio_of_tone_and_noise(decibels: float) -> None:
    tone, hiss = vowel(140, 4), noise(4, 0.05, seed=3)
    spectrum = np.fft.rfft(hiss)
    spectrum[np.fft.rfftfreq(len(hiss), 1 / RATE) > 4000] = 0  # HNR is that of the sound below 4 kHz
    hiss = np.fft.irfft(spectrum).astype(np.float32)
    hiss *= np.float32(np.sqrt(np.mean(tone**2) / np.mean(hiss**2) / 10 ** (decibels / 10)))
    _, hnr = pitch.track(tone + hiss, RATE, everywhere(tone))
    assert np.nanmedian(hnr) == pytest.approx(decibels, abs=0.7)


def test_pitch_agrees_with_librosa() -> None:
    import librosa

    time = at(2)
    phase = 150 * time + 30 / (2 * np.pi * 2) * np.sin(
        2 * np.pi * 2 * time
    )  # 150 Hz, moved by 30 Hz twice a second
    samples = (harmonics(phase) + noise(2, 0.002)).astype(np.float32)
    theirs = librosa.pyin(samples, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=160)[0]
    ours, _ = pitch.track(samples, RATE, everywhere(samples))
    both = ~np.isnan(ours[5:-5]) & ~np.isnan(theirs[5:-5])
    assert both.mean() > 0.9
    assert np.median(np.abs(np.log2(ours[5:-5][both] / theirs[5:-5][both]))) < 0.01


# --- voice activity -------------------------------------------------------------------------------


def spoken(gaps: list[float], background: float = 0.0005) -> tuple[Signal, list[tuple[float, float]]]:
    """Vowels of 0.6 s with gaps between, and where each gap is; half a second of background at both ends."""
    sound, place, truth = [np.zeros(RATE // 2, np.float32)], 0.5, []
    for gap in [*gaps, 0.5]:
        shape = np.minimum(1, np.minimum(at(0.6), 0.6 - at(0.6)) / 0.02) * (
            1 + 0.8 * np.sin(2 * np.pi * 5 * at(0.6))
        )
        sound += [vowel(140, 0.6) * shape.astype(np.float32), np.zeros(round(gap * RATE), np.float32)]
        truth.append((place + 0.6, place + 0.6 + gap))
        place += 0.6 + gap
    samples = np.concatenate(sound)
    return samples + noise(len(samples) / RATE, background), truth[:-1]


def test_pauses_show_although_the_detector_covers_them() -> None:
    samples, truth = spoken([0.3, 0.5, 0.26, 1.0])
    found = contours(samples, RATE, probability(samples)).voice
    assert len(voice.runs(found)) == 5
    ends = [(end - 1) * HOP for _, end in voice.runs(found)][:-1]
    starts = [first * HOP for first, _ in voice.runs(found)][1:]
    for (gap_start, gap_end), end, start in zip(truth, ends, starts, strict=True):
        assert end == pytest.approx(gap_start, abs=0.03)
        assert start == pytest.approx(gap_end, abs=0.03)


def test_the_closure_of_a_consonant_is_no_pause() -> None:
    samples, _ = spoken([0.06, 0.09])
    assert len(voice.runs(contours(samples, RATE, probability(samples)).voice)) == 1


@pytest.mark.parametrize(
    "samples",
    [sine(440, 5, 0.2) + sine(350, 5, 0.2), noise(5, 0.1), np.zeros(5 * RATE, np.float32), sine(50, 5, 0.3)],
    ids=["dial tone", "noise", "digital silence", "hum"],
)
def test_what_is_steady_is_no_voice_whatever_the_detector_says(samples: Signal) -> None:
    assert not contours(samples, RATE, probability(samples)).voice.any()


def test_without_the_detector_there_is_no_voice() -> None:
    samples, _ = spoken([0.3, 0.3])
    assert not contours(samples, RATE, probability(samples, 0.02)).voice.any()
    assert not contours(samples, RATE, np.zeros(0, np.float32)).voice.any()


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_growing_reaches_so_many_frames_and_no_more(bits: list[bool], by: int) -> None:
    mask = np.array(bits, bool)
    wanted = [any(mask[max(i - by, 0) : i + by + 1]) for i in range(len(mask))]
    assert voice.grow(mask, by).tolist() == wanted
    rebuilt = np.zeros(len(mask), bool)
    for first, end in voice.runs(mask):
        rebuilt[first:end] = True
    assert (rebuilt == mask).all()


# --- syllable nuclei ------------------------------------------------------------------------------


def test_each_swell_of_the_voice_is_a_nucleus() -> None:
    time = at(3)
    swell = 0.05 + 0.95 * np.sin(np.pi * 4 * time) ** 2  # four a second
    samples = (harmonics(130 * time) * swell).astype(np.float32) + noise(3, 0.0003)
    found = contours(samples, RATE, probability(samples))
    assert found.nuclei == pytest.approx(0.125 + 0.25 * np.arange(12), abs=0.02)


def test_swells_of_noise_are_no_nuclei() -> None:
    swell = 0.05 + 0.95 * np.sin(np.pi * 4 * at(3)) ** 2
    samples = noise(3, 0.1) * swell.astype(np.float32)
    f0, _ = pitch.track(samples, RATE, everywhere(samples))
    assert len(nuclei.nuclei(samples, RATE, f0, everywhere(samples))) <= 1
    assert len(nuclei.nuclei(samples, RATE, f0, ~everywhere(samples))) == 0


@pytest.mark.parametrize("rate", [2.5, 4, 5.5, 7])
def test_a_train_of_vowels_and_murmurs_has_a_nucleus_a_vowel(rate: float) -> None:
    # as in "nananana": the murmur of a nasal is nearly as strong as the vowel, but lies below its formants
    time = at(6)
    vowels = harmonics(120 * time, range(4, 11), 0.6) * np.sin(np.pi * rate * time) ** 4
    samples = (vowels + harmonics(120 * time, range(1, 3))).astype(np.float32) + noise(6, 0.0003)
    found = nuclei.nuclei(samples, RATE, *_f0_and_voice(samples))
    assert len(found) == 6 * rate
    assert np.diff(found) == pytest.approx(1 / rate, abs=0.021)


def test_hum_makes_no_nuclei_and_gain_changes_none() -> None:
    time = at(6)
    samples = (harmonics(150 * time) * np.sin(np.pi * 5 * time) ** 2).astype(np.float32) + noise(6, 0.0003)
    f0, active = _f0_and_voice(samples)
    found = nuclei.nuclei(samples, RATE, f0, active)
    assert len(found) == 30
    assert nuclei.nuclei(samples / 8, RATE, f0, active).tolist() == found.tolist()
    beating = (sine(100, 6, 0.2) + sine(104, 6, 0.1)).astype(np.float32)
    assert nuclei.nuclei(samples + beating, RATE, f0, active) == pytest.approx(found, abs=0.02)


def _f0_and_voice(samples: Signal) -> tuple[NDArray[np.float32], voice.Mask]:
    active = everywhere(samples)
    return np.full(len(active), 120, np.float32), active


# --- loudness -------------------------------------------------------------------------------------


def test_loudness_of_the_reference_tone() -> None:
    # ITU-R BS.1770-4: 997 Hz at full scale on one channel reads -3.01 LUFS
    tone = sine(997, 3, 1.0)
    assert loudness.integrated(tone, RATE, everywhere(tone)) == pytest.approx(-3.01, abs=0.1)
    assert loudness.integrated(tone / 2, RATE, everywhere(tone)) == pytest.approx(-9.03, abs=0.1)


def test_only_voice_counts_for_loudness() -> None:
    tone = np.concatenate([sine(500, 3), sine(500, 3, 0.4)])
    both = loudness.integrated(tone, RATE, everywhere(tone))
    mask = everywhere(tone)
    mask[300:] = False
    assert loudness.integrated(tone, RATE, mask) == pytest.approx(both + 0.86, abs=0.1)
    assert np.isnan(loudness.integrated(tone, RATE, np.zeros_like(mask)))
    assert np.isnan(loudness.integrated(sine(500, 0.3), RATE, everywhere(sine(500, 0.3))))


@pytest.mark.parametrize("rate", [16000, 48000])
def test_loudness_agrees_with_pyloudnorm(rate: int) -> None:
    import pyloudnorm

    drawn = np.random.default_rng(5).standard_normal(rate * 6)
    spectrum = np.fft.rfft(drawn) / (1 + np.fft.rfftfreq(rate * 6, 1 / rate) / 500)
    samples = 0.3 * np.fft.irfft(spectrum) * np.repeat([1, 0.5, 0.02, 0.7, 0.1, 1], rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pyloudnorm.Meter(rate).integrated_loudness(samples)
    ours = loudness.integrated(samples.astype(np.float32), rate, np.ones(601, bool))
    assert ours == pytest.approx(theirs, abs=0.1)


# --- all together ---------------------------------------------------------------------------------


def test_blocks_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    samples, _ = spoken([0.3, 0.5, 0.3, 0.4])
    whole = contours(samples, RATE, probability(samples))
    for module in (pitch, level, bands):
        monkeypatch.setattr(module, "_AT_ONCE", 7)
    pieces = contours(samples, RATE, probability(samples))
    np.testing.assert_allclose(pieces.level, whole.level, atol=1e-3)
    np.testing.assert_allclose(pieces.f0, whole.f0, rtol=1e-4)
    np.testing.assert_allclose(pieces.hnr, whole.hnr, atol=0.05)
    assert (pieces.voice == whole.voice).all()


def test_mapped_integers_give_what_floats_give(tmp_path: Path) -> None:
    samples, _ = spoken([0.3])
    mapped = np.memmap(tmp_path / "sound", np.int16, "w+", shape=samples.shape)
    mapped[:] = np.round(samples * 32768)
    ours, theirs = contours(mapped, RATE, probability(samples)), contours(samples, RATE, probability(samples))
    assert (ours.voice == theirs.voice).all()
    np.testing.assert_allclose(ours.f0, theirs.f0, rtol=0.01)
    assert ours.loudness == pytest.approx(theirs.loudness, abs=0.1)


@pytest.mark.parametrize("size", [0, 1, 159, 160, 700])
def test_the_shortest_recordings(size: int) -> None:
    samples = np.zeros(size, np.int16)
    found = contours(samples, RATE, np.ones(-(-size // 512), np.float32))
    assert len(found.level) == len(found.f0) == len(found.voice) == len(found.hnr) == 1 + size // 160
    assert not found.voice.any()
    assert np.isnan(found.loudness)
