"""The sounds without speech are what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from make_nonspeech import NONSPEECH, Sound, dial_tone, hold_music, pink_noise, ringing, silence, white_noise
from make_sound import RATE


def power(sound: Sound) -> tuple[Sound, Sound]:
    """Frequencies in Hz and the power at each."""
    return np.fft.rfftfreq(len(sound), 1 / RATE), np.abs(np.fft.rfft(sound)) ** 2


def octave(sound: Sound, low: float) -> float:
    """Level in dB of the octave that starts at ``low`` Hz."""
    frequency, found = power(sound)
    return float(10 * np.log10(found[(frequency >= low) & (frequency < 2 * low)].sum()))


@pytest.mark.parametrize("name", sorted(NONSPEECH))
def test_each_is_as_long_as_asked_the_same_each_time_and_does_not_clip(name: str) -> None:
    sound = NONSPEECH[name](4.0)
    assert sound.shape == (4 * RATE,)
    assert np.abs(sound).max() <= 1
    assert np.array_equal(sound, NONSPEECH[name](4.0))
    assert (name == "silence") == (not sound.any())


def test_white_noise_gains_3_db_an_octave_and_pink_none() -> None:
    for low in (250.0, 500.0, 1000.0, 2000.0):
        gain = octave(white_noise(20.0), 2 * low) - octave(white_noise(20.0), low)
        assert gain == pytest.approx(3.01, abs=0.3)
        assert octave(pink_noise(20.0), 2 * low) == pytest.approx(octave(pink_noise(20.0), low), abs=0.3)


def test_dial_tone_is_350_and_440_hz() -> None:
    frequency, found = power(dial_tone(2.0))
    assert sorted(frequency[np.argsort(found)[-2:]]) == [350.0, 440.0]


def test_ringing_is_on_for_two_seconds_of_six() -> None:
    sound = ringing(12.0)
    assert np.abs(sound[2 * RATE : 6 * RATE]).max() == 0
    assert np.abs(sound[6 * RATE : 8 * RATE]).max() > 0.15


def test_hold_music_sounds_from_start_to_end() -> None:
    seconds = hold_music(10.0).reshape(10, -1)
    assert (np.sqrt((seconds**2).mean(axis=1)) > 0.01).all()
    assert not silence(1.0).any()
