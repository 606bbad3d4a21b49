"""What must hold for the acoustics as a whole, whatever the recording: made speech, changed in ways that no
listener would call another way of speaking.

Frames are 10 ms, times seconds, F0 Hz. Changes are bounded by what the change itself does: rounding to 16
bit, and the detector, which hears 32 ms at a time and remembers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_sound import RATE, pcm, voice, wav
from numpy.typing import NDArray

from voicecoach import audio, pipeline
from voicecoach.acoustics import contours
from voicecoach.acoustics.voice import runs
from voicecoach.score import load_scorecard
from voicecoach.transcribe import Transcript, speech_probability
from voicecoach.types import Contours, Segment, Word

SAMPLES = Path(__file__).parent.parent / "samples"
few = settings(max_examples=6, deadline=None, derandomize=True)


@cache
def speech() -> NDArray[np.float64]:
    """Fifteen seconds of a made voice, -1..1."""
    return audio.load(SAMPLES / "agent_alone.flac").channel(0, 0.0, 15.0).astype(np.float64)


def resampled(samples: NDArray[np.float64], rate: int, to: int) -> NDArray[np.float64]:
    """The same sound at another rate, by its spectrum."""
    size = round(len(samples) * to / rate)
    spectrum = np.fft.rfft(samples)
    changed = np.zeros(size // 2 + 1, np.complex128)
    kept = min(len(changed), len(spectrum))
    changed[:kept] = spectrum[:kept]
    return np.fft.irfft(changed, size) * (size / len(samples))


def listened(samples: NDArray[np.float64], rate: int = RATE) -> Contours:
    at_16_khz = samples if rate == RATE else resampled(samples, rate, RATE)
    return contours(pcm(samples), rate, speech_probability(pcm(at_16_khz)))


@cache
def plain() -> Contours:
    return listened(speech())


@dataclass(frozen=True)
class Numbers:
    """What measures are made from."""

    median: float  # Hz
    spread: float  # semitones
    pauses: int
    paused: float  # s
    speaking: float  # s, pauses left out
    nuclei: int
    loudness: float  # LUFS

    @classmethod
    def of(cls, found: Contours) -> Numbers:
        low, middle, high = np.percentile(found.f0[found.voice & ~np.isnan(found.f0)], (10, 50, 90))
        spells = runs(found.voice)
        gaps = [(b[0] - a[1]) * found.hop for a, b in pairwise(spells)]
        pauses = [gap for gap in gaps if gap >= 0.25]
        speaking = (spells[-1][1] - spells[0][0]) * found.hop - sum(pauses)
        spread = float(12 * np.log2(high / low))
        return cls(
            float(middle), spread, len(pauses), sum(pauses), speaking, len(found.nuclei), found.loudness
        )

    def assert_close(self, other: Numbers, share: float, *, louder: float = 0.0) -> None:
        assert self.pauses == other.pauses
        assert self.loudness == pytest.approx(other.loudness + louder, abs=0.2)
        for name in ("median", "spread", "paused", "speaking", "nuclei"):
            assert getattr(self, name) == pytest.approx(getattr(other, name), rel=share), name


def assert_same_frames(one: Contours, other: Contours, *, apart: float = 0.01) -> None:
    """Voice and voicing agree but for a share ``apart`` of the frames; F0 and nuclei agree where both are."""
    assert len(one.voice) == len(other.voice)
    assert (one.voice != other.voice).mean() <= apart
    voiced = ~np.isnan(one.f0), ~np.isnan(other.f0)
    assert (voiced[0] != voiced[1]).mean() <= apart
    both = voiced[0] & voiced[1]
    octaves = np.abs(np.log2(one.f0[both] / other.f0[both]))
    assert np.percentile(octaves, 95) < 0.005
    assert abs(len(one.nuclei) - len(other.nuclei)) <= 1


def test_the_made_speech_is_worth_testing_with() -> None:
    numbers = Numbers.of(plain())
    assert numbers.pauses >= 3
    assert numbers.nuclei >= 25
    assert numbers.speaking > 5
    assert 60 < numbers.median < 500


@few
@given(decibels=st.floats(-26, 0))
def test_gain_changes_the_level_alone(decibels: float) -> None:
    louder = listened(speech() * 10 ** (decibels / 20))
    assert_same_frames(louder, plain())
    Numbers.of(louder).assert_close(Numbers.of(plain()), 0.02, louder=decibels)
    voiced = plain().voice & (plain().level > -40)
    np.testing.assert_allclose(louder.level[voiced], plain().level[voiced] + decibels, atol=0.1)


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_the_rate_changes_no_number(rate: int) -> None:
    Numbers.of(listened(resampled(speech(), RATE, rate), rate)).assert_close(Numbers.of(plain()), 0.02)


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_the_rate_of_a_file_changes_no_number(rate: int, tmp_path: Path) -> None:
    path = wav(tmp_path / "speech.wav", pcm(resampled(speech(), RATE, rate)), rate=rate)
    (found,) = pipeline.listen(audio.load(path)).own
    Numbers.of(found).assert_close(Numbers.of(plain()), 0.02)


def test_whole_numbers_and_floating_point_are_one() -> None:
    samples = pcm(speech())
    probability = speech_probability(samples)
    whole = contours(samples, RATE, probability)
    floating = contours((samples / 32768).astype(np.float32), RATE, probability)
    np.testing.assert_array_equal(whole.voice, floating.voice)
    np.testing.assert_allclose(whole.f0, floating.f0, rtol=1e-5)
    np.testing.assert_allclose(whole.level, floating.level, atol=1e-4)
    np.testing.assert_array_equal(whole.nuclei, floating.nuclei)


@few
@given(offset=st.floats(-0.2, 0.2))
def test_a_dc_offset_is_not_heard(offset: float) -> None:
    moved = listened(speech() * 0.5 + offset)
    assert_same_frames(moved, plain(), apart=0.03)
    Numbers.of(moved).assert_close(Numbers.of(plain()), 0.02, louder=20 * np.log10(0.5))


@few
@given(hundredths=st.integers(1, 400))
def test_silence_before_shifts_times_alone(hundredths: int) -> None:
    later = listened(np.concatenate([np.zeros(hundredths * RATE // 100), speech()]))
    assert not later.voice[:hundredths].any()
    shifted = replace(
        later,
        f0=later.f0[hundredths:],
        level=later.level[hundredths:],
        voice=later.voice[hundredths:],
        hnr=later.hnr[hundredths:],
        nuclei=later.nuclei - hundredths / 100,
    )
    assert_same_frames(shifted, plain(), apart=0.02)
    Numbers.of(shifted).assert_close(Numbers.of(plain()), 0.02)


def test_backwards_the_voice_is_as_high_and_as_loud() -> None:
    """The autocorrelation of a frame and its level know no direction of time."""
    found = listened(speech()[::-1].copy())
    assert len(found.f0) == len(plain().f0)
    backwards, forwards = Numbers.of(found), Numbers.of(plain())
    assert backwards.median == pytest.approx(forwards.median, rel=0.02)
    assert backwards.loudness == pytest.approx(forwards.loudness, abs=0.3)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    size=st.integers(0, 40_000),
    rate=st.sampled_from([8000, 16000, 44100, 48000]),
    kind=st.sampled_from(["zeros", "noise", "voice", "square", "click"]),
    probability=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_any_signal_has_contours_of_one_length(size: int, rate: int, kind: str, probability: float) -> None:
    samples = {
        "zeros": np.zeros(size),
        "noise": 0.1 * np.random.default_rng(size).standard_normal(size),
        "voice": voice(size / rate, seed=size, rate=rate)[:size] if size > 4 else np.zeros(size),
        "square": np.where(np.arange(size) // 40 % 2, 1.0, -1.0),
        "click": (np.arange(size) == size // 2).astype(float),
    }[kind]
    chunks = -(-len(samples) * RATE // rate // 512)
    found = contours(pcm(samples), rate, np.full(chunks, probability, np.float32))
    frames = 1 + len(samples) // round(0.01 * rate)
    assert found.f0.shape == found.level.shape == found.voice.shape == found.hnr.shape == (frames,)
    assert np.isfinite(found.level).all()
    assert (found.level > -120.01).all()
    assert (found.level <= 1).all()
    assert np.array_equal(np.isnan(found.f0), np.isnan(found.hnr))
    assert ((found.f0[~np.isnan(found.f0)] >= 50) & (found.f0[~np.isnan(found.f0)] <= 700)).all()
    assert (np.diff(found.nuclei) > 0).all()
    assert ((found.nuclei >= 0) & (found.nuclei <= len(samples) / rate + 0.01)).all()


# --- two channels -------------------------------------------------------------------------------------------


class _Told:
    """A recogniser that has been told the words of each channel, known by its loudest sample."""

    device, compute_type = "none", "none"

    class model:  # noqa: N801
        name, sha256 = "told", "0" * 64

    def __init__(self, words: dict[int, tuple[Segment, ...]]) -> None:
        self.words = words

    def load(self) -> None:
        pass

    def transcribe(self, channels: Any, probabilities: Any, **options: Any) -> Transcript:
        return Transcript("en", 1.0, tuple(self.words[int(np.argmax(channel))] for channel in channels))


def test_swapping_the_channels_swaps_the_speakers(tmp_path: Path) -> None:
    samples = audio.load(SAMPLES / "good_call.flac").samples
    document = json.loads((SAMPLES / "good_call.expected.json").read_text(encoding="utf-8"))
    told = {}
    for speaker in document["source"]["speakers"]:
        segments = [
            Segment(
                turn["text"],
                turn["start"],
                turn["end"],
                tuple(
                    Word(" " + w["text"].strip(), w["start"], w["end"], w["probability"])
                    for w in turn["words"]
                ),
                no_speech_prob=0.0,
                avg_logprob=-0.1,
                compression_ratio=1.0,
            )
            for turn in document["turns"]
            if turn["speaker"] == speaker["name"]
        ]
        told[int(np.argmax(samples[speaker["channel"]]))] = tuple(segments)
    card = load_scorecard("service-call")
    recogniser: Any = _Told(told)
    coach = pipeline.Coach(pipeline.Settings(), card, {}, recogniser)
    one, other = (
        pipeline.analyse(wav(tmp_path / f"{name}.wav", np.ascontiguousarray(order)), coach=coach)
        for name, order in (("as_it_is", samples), ("swapped", samples[::-1]))
    )
    assert {s.name: s.channel for s in one.source.speakers} == {
        s.name: 1 - s.channel for s in other.source.speakers if s.channel is not None
    }
    assert len(one.turns) > 5
    assert one.turns == other.turns
    assert set(one.measures) == set(other.measures)
    assert one.events == other.events
    assert [f.rule for f in one.findings] == [f.rule for f in other.findings]
    for name, found in one.contours.items():
        np.testing.assert_array_equal(found.f0, other.contours[name].f0)
        np.testing.assert_array_equal(found.voice, other.contours[name].voice)
