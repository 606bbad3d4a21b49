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


def ringing_elsewhere(seconds: float) -> Sound:
    """The ringing tone of most of Europe: 425 Hz, one second on, four off."""
    return sine(425, seconds, amplitude=0.2) * (_at(seconds) % 5 < 1)


def fax(seconds: float) -> Sound:
    """A calling fax machine (ITU-T T.30), 1100 Hz, half a second on, three off; then an answer of 2100 Hz."""
    calling = sine(1100, seconds, amplitude=0.2) * (_at(seconds) % 3.5 < 0.5)
    return calling + sine(2100, seconds, amplitude=0.1) * (_at(seconds) > seconds / 2)


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


def band(seconds: float) -> Sound:
    """Bass, chords with tremolo, a gliding lead and drums, 120 beats a minute."""
    at = _at(seconds)
    beat = at % 0.5
    root = 110 * 2 ** (np.array([0, 5, 7, 3])[(at / 2).astype(int) % 4] / 12)
    lead = 4 * root * 2 ** (np.array([0, 4, 7, 12, 7, 4])[(at / 0.5).astype(int) % 6] / 12)

    def voice(hertz: Sound) -> Sound:
        phase = 2 * np.pi * np.cumsum(hertz) / RATE
        return np.asarray(sum(np.sin(k * phase) / k for k in range(1, 7)))

    chord = sum(voice(root * 2 ** (step / 12)) for step in (12, 16, 19)) * (1 + 0.3 * np.sin(30 * at))
    vibrato = lead * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * at))
    drums = noise(seconds, seed=7, rms=0.15) * np.exp(-40 * beat)
    tune = 0.06 * voice(vibrato) * np.exp(-3 * beat)
    return np.asarray(0.08 * voice(root) * np.exp(-4 * beat) + 0.02 * chord + tune + drums)


def chatter(seconds: float) -> Sound:
    """Twelve far voices at once that only hum vowels: glottal pulses through two formants, syllable by
    syllable."""
    generator = np.random.default_rng(8)
    found = silence(seconds)
    hertz = np.fft.rfftfreq(len(found), 1 / RATE)
    for _ in range(12):
        steps = generator.uniform(-2, 2, round(seconds * 5) + 2)
        moved = np.interp(_at(seconds), np.arange(len(steps)) / 5, steps)
        f0 = generator.uniform(90, 230) * 2 ** (moved / 12)
        pulses = (np.diff(np.floor(np.cumsum(f0) / RATE), prepend=0) > 0).astype(float)
        syllable = 0.5 - 0.5 * np.cos(2 * np.pi * generator.uniform(3, 5) * _at(seconds))
        first, second = generator.uniform(300, 800), generator.uniform(900, 2200)
        shape = sum(1 / (1 + ((hertz - f) / 60) ** 2) for f in (first, second)) / (1 + (hertz / 500) ** 2)
        found += np.fft.irfft(np.fft.rfft(pulses * syllable) * shape, len(found))
    return 0.03 * found / found.std()


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
        ringing_elsewhere,
        fax,
        busy_tone,
        dialled_digits,
        mains_hum,
        typing,
        hold_music,
        band,
        chatter,
    )
}
