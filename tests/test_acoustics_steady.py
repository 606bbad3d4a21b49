"""Steady stretches of voice: vowels made of pulses and resonances, so that every answer is arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.make_sound import noise, pcm, sine
from voicecoach.acoustics import level, pitch, steady
from voicecoach.types import Floats

RATE = 16000
SCHWA, EE, AH, OH = (500, 1500, 2500), (280, 2250, 2900), (700, 1150, 2450), (450, 850, 2400)
Formants = tuple[int, int, int]


def vowel(
    seconds: float,
    first: Formants = SCHWA,
    last: Formants | None = None,
    *,
    f0: float = 120,
    rate: int = RATE,
) -> NDArray[np.float64]:
    """A voice on ``f0`` whose formants go from ``first`` to ``last`` in a straight line."""
    time = np.arange(round(seconds * rate)) / rate
    share = time / seconds
    edge = np.minimum(1, np.minimum(time, seconds - time) / 0.02)
    sound = np.zeros(len(time))
    for k in range(1, int(min(3800, rate / 2 - 200) / f0) + 1):
        gain = np.ones(len(time)) / k
        for a, b in zip(first, last or first, strict=True):
            centre = a + (b - a) * share
            gain *= centre**2 / np.hypot(centre**2 - (k * f0) ** 2, 100 * k * f0)
        sound += gain * np.sin(2 * np.pi * k * f0 * time + k * k)
    return 0.3 * edge * sound / np.abs(sound).max()


def found(sound: NDArray[np.float64], *, rate: int = RATE, gain: float = 1.0) -> Floats:
    """Steady stretches of a sound after half a second of silence, times from its start."""
    quiet = np.zeros(rate // 2)
    samples = pcm(gain * np.concatenate([quiet, sound, quiet]))
    levels = level.level(samples, rate)
    f0, _ = pitch.track(samples, rate, np.ones(len(levels), bool))
    rows = steady.steady(samples, rate, f0, levels > levels.max() - 30)
    return rows - np.array([0.5, 0.5, 0], np.float32)


def words(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Parts after and before three syllables that move, without gaps; each side lasts 0.36 s."""
    moving = [vowel(0.12, first, last) for first, last in ((EE, AH), (OH, EE), (EE, AH))]
    return np.concatenate([*moving, *parts, *moving])


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("f0", [100, 150, 220])
def test_a_steady_vowel_between_pauses_is_found_where_it_is(rate: int, f0: float) -> None:
    rows = found(vowel(0.4, f0=f0, rate=rate), rate=rate)
    assert len(rows) == 1
    assert rows[0, :2] == pytest.approx([0.0, 0.4], abs=0.05)
    assert rows[0, 2] < 1.0


@pytest.mark.parametrize("f0", [100, 150, 220])
def test_a_steady_vowel_inside_speech_is_found_where_it_is(f0: float) -> None:
    rows = found(words(vowel(0.4, f0=f0)))
    longest = rows[np.argmax(rows[:, 1] - rows[:, 0])]
    assert longest[:2] == pytest.approx([0.36, 0.76], abs=0.05)


@pytest.mark.parametrize(("first", "last"), [(EE, AH), (AH, EE), (OH, EE), (AH, OH)])
def test_a_diphthong_changes_more_than_a_steady_vowel(first: Formants, last: Formants) -> None:
    held, glide = found(vowel(0.3)), found(vowel(0.3, first, last))
    assert held[0, 2] < 1.0
    assert all(row[2] > held[0, 2] + 2.0 for row in glide)


def test_gain_changes_nothing() -> None:
    sound = words(vowel(0.4))
    loud, soft = found(sound), found(sound, gain=0.05)
    assert soft[:, :2] == pytest.approx(loud[:, :2], abs=0.011)
    assert soft[:, 2] == pytest.approx(loud[:, 2], abs=0.2)


def test_noise_and_silence_hold_no_steady_voice() -> None:
    assert found(np.zeros(RATE)).shape == (0, 3)
    assert found(noise(1.0, seed=3)).shape == (0, 3)


def test_the_two_halves_of_an_um_are_two_steady_stretches_or_one_whole() -> None:
    um = np.concatenate([vowel(0.25, AH), 0.4 * vowel(0.2, (250, 1100, 2200))])
    rows = found(um)
    assert rows[0, 0] == pytest.approx(0.0, abs=0.05)
    assert rows[-1, 1] == pytest.approx(0.45, abs=0.05)


@pytest.mark.parametrize("tones", [(250,), (440,), (1000,), (350, 440), (400, 450), (262, 330, 392)])
def test_beeps_dial_tones_and_chords_hold_no_steady_voice(tones: tuple[int, ...]) -> None:
    sound = sum((sine(f, 0.5, amplitude=0.2) for f in tones), np.zeros(RATE // 2))
    edge = np.minimum(1, np.minimum(np.arange(RATE // 2), np.arange(RATE // 2)[::-1]) / (0.03 * RATE))
    assert found(edge * sound).shape == (0, 3)


@pytest.mark.parametrize("mains", [50, 60])
def test_hum_of_the_mains_without_an_f0_holds_no_steady_voice(mains: int) -> None:
    hum = sum((sine(k * mains, 1.0, amplitude=0.2 / k) for k in range(1, 40)), np.zeros(RATE))
    levels = level.level(pcm(hum), RATE)
    rows = steady.steady(pcm(hum), RATE, np.full(len(levels), np.nan, np.float32), np.ones(len(levels), bool))
    assert rows.shape == (0, 3)
