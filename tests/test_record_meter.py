"""The live meter: level and pace with known answers, and the end of an answer on the sample calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from voicecoach import audio
from voicecoach.record.meter import Live, Meter

SAMPLES = Path(__file__).parent.parent / "samples"
RATE = 16000
BLOCK = 800


def fed(samples: np.ndarray, meter: Meter | None = None, rate: int = RATE) -> list[Live]:
    meter = meter or Meter(rate)
    return [meter.add(samples[k : k + BLOCK]) for k in range(0, len(samples) - BLOCK + 1, BLOCK)]


def noise(samples: int, level: float) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 32768 * 10 ** (level / 20), samples)


def call(name: str, channel: int) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """One channel of a sample call, and where its speaker speaks; gaps below a second belong to it."""
    path = next(path for path in SAMPLES.glob(f"{name}.*") if path.suffix in (".flac", ".wav"))
    truth: dict[str, Any] = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text())
    spans: list[tuple[float, float]] = []
    for turn in truth["turns"]:
        for one in turn["utterances"] if turn["speaker"] == truth["channels"][channel] else ():
            if spans and one["start"] - spans[-1][1] < 1:
                spans[-1] = (spans[-1][0], one["end"])
            else:
                spans.append((one["start"], one["end"]))
    return np.asarray(audio.load(path).samples[channel]), spans


def test_the_level_of_a_sine() -> None:
    sine = 0.5 * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)
    last = fed(np.rint(sine * 32768).astype(np.int16))[-1]
    assert last.level == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.01)
    assert last.peak == pytest.approx(20 * np.log10(0.5), abs=0.01)
    assert last.seconds == 1.0
    assert not last.clipped
    assert fed(np.full(BLOCK, 32767, np.int16))[0].clipped
    assert fed(np.zeros((RATE, 2), np.int16))[-1].level == -90.0


@pytest.mark.parametrize("name", ["agent_alone", "good_call"])
@pytest.mark.parametrize("snr", [None, 15])
def test_no_answer_is_cut_and_every_end_is_found(name: str, snr: int | None) -> None:
    samples, spans = call(name, 0)
    loud = samples[round(spans[0][0] * RATE) : round(spans[0][1] * RATE)].astype(float)
    if snr is not None:
        hiss = noise(len(samples), 20 * np.log10(np.sqrt((loud**2).mean()) / 32768) - snr)
        samples = np.clip(np.rint(samples + hiss), -32768, 32767).astype(np.int16)
    lives = fed(samples)
    ends = [
        end for end in range(len(spans)) if end + 1 == len(spans) or spans[end + 1][0] - spans[end][1] > 3
    ]
    for start, end in spans:
        inside = [live.silence for live in lives if start + 0.5 < live.seconds < end]
        assert max(inside, default=0) < 1.5, (start, end)
    last = len(samples) / RATE
    for k in ends:
        following = spans[k + 1][0] if k + 1 < len(spans) else last
        if following - spans[k][1] < 2:
            continue
        over = next(live.seconds for live in lives if live.seconds > spans[k][1] and live.silence >= 1.5)
        assert over - spans[k][1] == pytest.approx(1.5, abs=0.3)


def test_a_voice_far_away_does_not_hold_an_answer_open() -> None:
    samples, spans = call("good_call", 0)
    other, _ = call("agent_alone", 0)
    mixed = samples + np.resize(other, len(samples)) * 10 ** (-25 / 20)
    lives = fed(np.clip(np.rint(mixed), -32768, 32767).astype(np.int16))
    hold = next(k for k in range(len(spans) - 1) if spans[k + 1][0] - spans[k][1] > 4)
    over = [
        live for live in lives if spans[hold][1] < live.seconds < spans[hold + 1][0] and live.silence >= 1.5
    ]
    assert over
    assert over[0].seconds - spans[hold][1] == pytest.approx(1.5, abs=0.4)


def test_noise_and_knocks_are_no_voice() -> None:
    hiss = noise(10 * RATE, -40)
    for at in range(RATE, 10 * RATE, RATE):
        hiss[at : at + 320] += 20000 * np.exp(-np.arange(320) / 60)
    last = fed(np.clip(np.rint(hiss), -32768, 32767).astype(np.int16))[-1]
    assert last.spoken == 0
    assert last.silence == pytest.approx(10, abs=0.1)
    assert last.pace is None


def test_spoken_time_and_pace_agree_with_the_text() -> None:
    samples, spans = call("agent_alone", 0)
    lives = fed(samples)
    said = sum(end - start for start, end in spans)
    assert 0.75 * said < lives[-1].spoken < said
    paces = [live.pace for live in lives if live.pace is not None]
    assert 3.5 < float(np.median(paces)) < 6.5


def test_restart_begins_a_new_answer_and_keeps_the_room() -> None:
    samples, _ = call("agent_alone", 0)
    meter = Meter(RATE)
    assert fed(samples[: 8 * RATE], meter)[-1].spoken > 2
    meter.restart()
    live = fed(np.zeros(RATE, np.int16), meter)[-1]
    assert (live.spoken, live.seconds) == (0, 9.0)
    assert live.silence == pytest.approx(1.0, abs=0.04)


def test_other_rates_say_the_same() -> None:
    samples, _ = call("agent_alone", 0)
    half = fed(samples[: 10 * RATE])[-1]
    twice = np.repeat(samples[: 10 * RATE], 3)  # 48 kHz, crude but the same below 8 kHz
    other = fed(twice, rate=3 * RATE)[-1]
    assert other.seconds == half.seconds
    assert other.spoken == pytest.approx(half.spoken, rel=0.1)
