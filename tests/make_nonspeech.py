"""Sounds in which nobody speaks: no word, no finding and no praise may come of any of them.

Every maker takes seconds and gives one channel at 16 kHz, shape (samples,), float64 in -1..1. Tones are
those of the North American telephone network (ITU-T E.180 supplement 2, EIA/TIA-464), in Hz.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from make_sound import RATE, noise, sine
from numpy.typing import NDArray

Sound = NDArray[np.float64]


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE))


def white_noise(seconds: float) -> Sound:
    return noise(seconds, seed=1, rms=0.05)


def faint_noise(seconds: float) -> Sound:
    return noise(seconds, seed=2, rms=0.0003)


def pink_noise(seconds: float) -> Sound:
    """Power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(noise(seconds, seed=3))
    found = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), round(seconds * RATE))
    return 0.05 * found / found.std()


def dial_tone(seconds: float) -> Sound:
    return sine(350, seconds, amplitude=0.1) + sine(440, seconds, amplitude=0.1)


def ringing(seconds: float) -> Sound:
    """Two seconds on, four off."""
    tone = sine(440, seconds, amplitude=0.1) + sine(480, seconds, amplitude=0.1)
    return tone * (_at(seconds) % 6 < 2)


def busy_tone(seconds: float) -> Sound:
    """Half a second on, half a second off."""
    tone = sine(480, seconds, amplitude=0.1) + sine(620, seconds, amplitude=0.1)
    return tone * (_at(seconds) % 1 < 0.5)


def dialled_digits(seconds: float) -> Sound:
    """DTMF (ITU-T Q.23), a digit each 0.3 s."""
    rows, columns = np.array([697, 770, 852, 941]), np.array([1209, 1336, 1477])
    number = (_at(seconds) / 0.3).astype(int)
    low, high = rows[number * 7 % 4], columns[number * 5 % 3]
    tone = 0.1 * np.sin(2 * np.pi * low * _at(seconds)) + 0.1 * np.sin(2 * np.pi * high * _at(seconds))
    return tone * (_at(seconds) % 0.3 < 0.15)


def mains_hum(seconds: float) -> Sound:
    return sum((sine(50 * k, seconds, amplitude=0.1 / k) for k in (1, 2, 3, 5, 7)), silence(seconds))


def typing(seconds: float) -> Sound:
    """Short bursts of noise, about seven a second."""
    generator = np.random.default_rng(4)
    found = noise(seconds, seed=5, rms=0.0005)
    burst = np.exp(-np.arange(round(0.02 * RATE)) / (0.004 * RATE))
    for start in np.flatnonzero(generator.random(len(found) - len(burst)) < 7 / RATE):
        found[start : start + len(burst)] += 0.2 * burst * generator.standard_normal(len(burst))
    return np.clip(found, -1, 1)


def hold_music(seconds: float) -> Sound:
    """A melody over chords, plucked and with harmonics, 100 beats a minute."""
    found = silence(seconds)
    scale = 261.63 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    tune = np.random.default_rng(6).integers(0, len(scale), round(seconds / 0.3) + 1)
    for beat, degree in enumerate(tune):
        chord = scale[[0, 2, 4]] / 2 if beat % 8 < 4 else scale[[0, 3, 5]] / 2
        for pitch, loudness in [(scale[degree], 0.12), *((tone, 0.03) for tone in chord)]:
            start = round(beat * 0.3 * RATE)
            at = np.arange(min(round(0.9 * RATE), len(found) - start)) / RATE
            for k in range(1, 6):
                found[start : start + len(at)] += (
                    loudness / k**1.5 * np.sin(2 * np.pi * k * pitch * at) * np.exp(-3 * k**0.5 * at)
                )
    return found


def _at(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


NONSPEECH: Mapping[str, Callable[[float], Sound]] = {
    maker.__name__: maker
    for maker in (
        silence,
        white_noise,
        faint_noise,
        pink_noise,
        dial_tone,
        ringing,
        busy_tone,
        dialled_digits,
        mains_hum,
        typing,
        hold_music,
    )
}
