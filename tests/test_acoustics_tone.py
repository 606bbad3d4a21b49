"""Voice quality of signals whose answer is arithmetic: jitter, shimmer, cepstral peak prominence."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from voicecoach.acoustics import cepstrum, perturbation

RATE = 16000
SECONDS = 2
WHOLE = [(20, 100 * SECONDS - 20)]

Signal = NDArray[np.float32]


def train(
    hertz: float, *, jitter: float = 0.0, shimmer: float = 0.0, noise: float = 0.0
) -> tuple[Signal, float, float]:
    """Pulses through a formant, with the jitter and shimmer they have.

    Pulses are placed between samples by a band-limited impulse and ring at 700 Hz.
    """
    random = np.random.default_rng(7)
    count = int(hertz * SECONDS)
    periods = (1 + jitter * random.uniform(-1, 1, count)) / hertz
    heights = 1 + shimmer * random.uniform(-1, 1, count)
    spectrum = np.zeros(RATE * SECONDS // 2 + 1, complex)
    frequency = np.fft.rfftfreq(RATE * SECONDS, 1 / RATE)
    for at, height in zip(np.cumsum(periods), heights, strict=True):
        spectrum += height * np.exp(-2j * np.pi * frequency * at)
    pole = 2 * np.pi * (-200 + 700j)
    s = 2j * np.pi * frequency
    spectrum *= abs(pole) ** 2 / ((s - pole) * (s - pole.conjugate())) * (frequency < 7000)
    samples = np.fft.irfft(spectrum)
    samples = 0.3 * samples / np.abs(samples).max() + noise * random.standard_normal(len(samples))
    return (
        samples.astype(np.float32),
        float(np.abs(np.diff(periods)).mean() / periods.mean()),
        float(np.abs(np.diff(heights)).mean() / heights.mean()),
    )


def pitch(hertz: float) -> Signal:
    return np.full(100 * SECONDS + 1, hertz, np.float32)


@pytest.mark.parametrize("hertz", [80, 120, 210, 330])
@pytest.mark.parametrize("spread", [0.0, 0.01, 0.03])
def test_jitter_of_pulses(hertz: float, spread: float) -> None:
    samples, truth, _ = train(hertz, jitter=spread)
    found, _ = perturbation.jitter_shimmer(samples, RATE, pitch(hertz), WHOLE)
    assert found == pytest.approx(truth, rel=0.1, abs=0.001)


@pytest.mark.parametrize("hertz", [80, 120, 210, 330])
@pytest.mark.parametrize("spread", [0.0, 0.05, 0.15])
def test_shimmer_of_pulses(hertz: float, spread: float) -> None:
    samples, _, truth = train(hertz, shimmer=spread)
    _, found = perturbation.jitter_shimmer(samples, RATE, pitch(hertz), WHOLE)
    assert found == pytest.approx(truth, rel=0.15, abs=0.005)


def test_gain_changes_neither_jitter_nor_shimmer_nor_prominence() -> None:
    samples, _, _ = train(150, jitter=0.02, shimmer=0.1)
    loud, soft = (
        (*perturbation.jitter_shimmer(x, RATE, pitch(150), WHOLE), cepstrum.prominence(x, RATE, WHOLE))
        for x in (samples, samples / 8)
    )
    assert loud == pytest.approx(soft, rel=0.001)


def test_noise_has_no_periods() -> None:
    hiss = np.random.default_rng(1).standard_normal(RATE * SECONDS).astype(np.float32)
    assert np.isnan(perturbation.jitter_shimmer(hiss, RATE, pitch(150), WHOLE)).all()
    assert np.isnan(perturbation.jitter_shimmer(hiss, RATE, pitch(150), [])).all()
    assert np.isnan(cepstrum.prominence(hiss, RATE, []))


@pytest.mark.parametrize("hertz", [80, 120, 210, 400])
def test_breath_and_irregular_periods_lower_the_prominence(hertz: float) -> None:
    def of(**how: float) -> float:
        return cepstrum.prominence(train(hertz, **how)[0], RATE, WHOLE)

    clear, breathy, hoarse = of(), of(noise=0.02), of(noise=0.1)
    assert clear > breathy + 3 > hoarse + 6
    assert of(jitter=0.05) < clear - 3
    hiss = np.random.default_rng(1).standard_normal(RATE * SECONDS).astype(np.float32)
    assert cepstrum.prominence(hiss, RATE, WHOLE) < hoarse


def test_frames_in_blocks_give_what_frames_together_give(monkeypatch: pytest.MonkeyPatch) -> None:
    samples, _, _ = train(120, jitter=0.01, noise=0.01)
    whole = cepstrum.prominence(samples, RATE, WHOLE)
    monkeypatch.setattr(cepstrum, "_AT_ONCE", 50)
    assert cepstrum.prominence(samples, RATE, WHOLE) == pytest.approx(whole, abs=0.1)
