"""Two streams with clocks of their own become two channels that lie beside each other."""

from __future__ import annotations

import numpy as np
import pytest

from voicecoach.record.align import Pairing

RATE = 16000
BLOCK = 800


def sound(at: np.ndarray) -> np.ndarray:
    """What is heard everywhere at a time in seconds: noise that never repeats, so a shift always shows."""
    return (
        np.random.default_rng(5)
        .integers(-9000, 9000, RATE * 40)
        .astype(np.int16)[np.rint(at * RATE).astype(int)]
    )


def paired(
    seconds: float, *, late: float = 0.0, drift: float = 0.0, gap: tuple[float, float] = (99, 99)
) -> tuple[np.ndarray, int]:
    """Both streams hear the same; the second begins later, and its clock runs faster by ``drift``."""
    pairing, out = Pairing(RATE), []
    first = second = 0
    for now in np.arange(0.05, seconds, 0.05):
        while 2 + (first + BLOCK) / RATE <= 2 + now:
            begin = 2 + first / RATE
            pairing.first(sound(begin + np.arange(BLOCK) / RATE), begin)
            first += BLOCK
        while late + (second + BLOCK) / RATE / (1 + drift) <= now:
            begin = 2 + late + second / RATE / (1 + drift)
            second += BLOCK
            if not gap[0] <= begin - 2 < gap[1]:
                pairing.second(sound(begin + np.arange(BLOCK) / RATE / (1 + drift)), begin)
        out.append(pairing.ready())
    return np.concatenate(out), pairing.moved


@pytest.mark.parametrize("late", [0.0, 0.013, 0.4])
def test_the_same_moment_is_the_same_sample(late: float) -> None:
    samples, moved = paired(4.0, late=late)
    after = samples[round((late + 0.1) * RATE) :]
    assert len(samples) > 3 * RATE
    assert moved == 0
    assert np.abs(np.corrcoef(after.T)[0, 1]) > 0.99


def test_a_clock_that_drifts_is_brought_back() -> None:
    """1 % for 30 s is 300 ms; without correction the end would be that far off."""
    samples, moved = paired(30.0, drift=0.01)
    assert moved >= 4
    for at in range(20 * RATE, 28 * RATE, RATE):
        agent = samples[at : at + 80, 0].astype(float)
        near = samples[at - 2400 : at + 2480, 1].astype(float)
        apart = int(np.correlate(near, agent, "valid").argmax()) - 2400
        assert abs(apart) <= 0.12 * RATE


def test_a_second_stream_that_pauses_is_silent_and_comes_back_in_its_place() -> None:
    samples, _ = paired(12.0, gap=(2.0, 6.0))
    assert not samples[round(2.6 * RATE) : round(5.6 * RATE), 1].any()
    before, after = samples[RATE // 2 : RATE], samples[8 * RATE : 11 * RATE]
    assert np.corrcoef(before.T)[0, 1] > 0.99
    assert np.corrcoef(after.T)[0, 1] > 0.99
    assert len(samples) > 11 * RATE


def test_without_the_second_stream_the_first_goes_on() -> None:
    samples, moved = paired(5.0, gap=(0.0, 99.0))
    assert len(samples) > 4.5 * RATE
    assert not samples[:, 1].any()
    assert moved == 0
