"""Voice activity of signals whose edges are known, in noise, hum and behind other voices.

Times in seconds. The detector's part is played by ``heard``: what a speech detector says of a sound.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.test_acoustics import HOP, RATE, Signal, at, noise, probability, sine, spoken, vowel
from voicecoach.acoustics import contours, level, voice


def edges_of(found: voice.Mask) -> NDArray[np.float64]:
    """Start and end of each run of voice in seconds; a frame stands for half a hop to both sides."""
    return (np.array(voice.runs(found)).reshape(-1, 2) - 0.5) * HOP


def gaps_of(found: NDArray[np.float64]) -> NDArray[np.float64]:
    return found.ravel()[1:-1].reshape(-1, 2)


HUM = np.asarray(sum(np.sin(2 * np.pi * 60 * k * at(8)) / k for k in range(1, 8)), np.float32)


@pytest.mark.parametrize(
    ("background", "within"),
    [
        (noise(8, 0.01, seed=4), 0.15),  # 20 dB below the loud parts
        (noise(8, 0.03, seed=4), 0.15),
        (0.02 * HUM, 0.03),
        (np.full(8 * RATE, 0.05, np.float32), 0.03),
    ],
    ids=["noise", "loud noise", "hum", "offset"],
)
def test_edges_hold_in_a_background(background: Signal, within: float) -> None:
    samples, truth = spoken([0.3, 0.5, 0.26, 1.0], background=0.0)
    samples = np.pad(samples, (0, len(background) - len(samples)))
    found = edges_of(contours(samples + background, RATE, heard(samples)).voice)
    assert len(found) == 5
    apart = np.abs(gaps_of(found) - np.array(truth))
    assert np.median(apart) <= 0.03
    assert apart.max() <= within


def heard(samples: Signal) -> Signal:
    """What a detector says that hears the sound and covers gaps of less than a third of a second."""
    loud = level.level(samples, RATE) > -50
    near = voice.grow(loud, 15)
    return near[np.minimum(np.arange(-(-len(samples) // 512)) * 512 // 160, len(near) - 1)].astype(np.float32)


@pytest.mark.parametrize("length", [0.3, 0.4, 0.6])
def test_a_steady_vowel_among_words_is_voice(length: float) -> None:
    before, after = vowel(140, 0.5) * np.hanning(8000), vowel(150, 0.5) * np.hanning(8000)
    gap = np.zeros(round(0.3 * RATE))
    um = vowel(120, length)
    samples = np.concatenate([gap, before, gap, um, gap, after, gap, gap]).astype(np.float32)
    samples = samples + noise(len(samples) / RATE, 0.0003)
    found = edges_of(contours(samples, RATE, heard(samples)).voice)
    assert len(found) == 3
    assert found[1] == pytest.approx((1.1, 1.1 + length), abs=0.03)


def test_a_steady_tone_after_speech_is_no_voice() -> None:
    samples, _ = spoken([0.3])
    tone = sine(350, 5, 0.1) + sine(440, 5, 0.1)
    whole = np.concatenate([samples, tone, np.zeros(RATE, np.float32)])
    found = contours(whole, RATE, heard(whole)).voice
    assert len(voice.runs(found)) == 2
    assert not found[round((len(samples) / RATE + 0.05) / HOP) :].any()


@given(st.floats(-30, 10))
@settings(max_examples=8, deadline=None)
def test_gain_moves_no_edge(decibels: float) -> None:
    samples, _ = spoken([0.3, 0.5])
    gain = np.float32(10 ** (decibels / 20))
    plain = edges_of(contours(samples, RATE, heard(samples)).voice)
    assert edges_of(contours(samples * gain, RATE, heard(samples)).voice) == pytest.approx(plain, abs=0.011)


def test_a_softer_voice_behind_is_not_the_speaker() -> None:
    samples, truth = spoken([0.6, 0.8, 0.7])
    behind, _ = spoken([0.2] * 6, background=0.0)
    behind = np.resize(behind[RATE // 2 : -RATE // 2], len(samples)) * np.float32(10 ** (-30 / 20))
    found = edges_of(contours(samples + behind, RATE, probability(samples)).voice)
    assert len(found) == 4
    assert np.abs(gaps_of(found) - np.array(truth)).max() <= 0.06


@pytest.mark.parametrize(
    ("hertz", "likely", "is_voice"),
    [
        (lambda t: np.where(t % 1 < 0.5, 220.0, 262.0), 0.3, False),  # notes, half a second each
        (lambda t: np.where(t % 1 < 0.5, 220.0, 262.0), 0.9, True),  # the detector hears someone sing
        (lambda t: 220 * 2 ** (3 / 12 * np.sin(2 * np.pi * 1.5 * t)), 0.3, True),  # 3 semitones up and down
        (lambda t: np.full(len(t), np.nan), 0.3, True),  # whispered
    ],
    ids=["notes", "sung", "gliding", "whispered"],
)
def test_what_plays_notes_is_no_voice(
    hertz: Callable[[Signal], Signal], likely: float, is_voice: bool
) -> None:
    times = np.arange(400) * HOP
    active = (times > 1) & (times < 3)
    sure = np.full(round(4 * RATE / 512), likely, np.float32)
    found = voice.without_notes(active, np.asarray(hertz(times), np.float32), sure)
    assert np.array_equal(found, active if is_voice else np.zeros(400, bool))


def test_notes_beside_speech_leave_the_speech_alone() -> None:
    times = np.arange(600) * HOP
    gliding = 150 * 2 ** (3 / 12 * np.sin(2 * np.pi * 1.5 * times))
    f0 = np.where(times < 3, gliding, 262).astype(np.float32)
    sure = np.where(np.arange(round(6 * RATE / 512)) * 512 / RATE < 3, 0.9, 0.2).astype(np.float32)
    active = (times < 2.8) | (times > 3.2)
    found = voice.without_notes(active, f0, sure)
    assert np.array_equal(found, times < 2.8)
