from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from faster_whisper.vad import get_vad_model

from voicecoach import audio, models, transcribe
from voicecoach.errors import UsageError
from voicecoach.transcribe import FRAME, RATE, DecodeOptions, Recogniser
from voicecoach.types import Segment, Word

SAMPLES = Path(__file__).parent.parent / "samples"
OPTIONS = DecodeOptions()


def probability(*speech: tuple[float, float], total: float) -> np.ndarray:
    times = np.arange(int(total * RATE / FRAME)) * FRAME / RATE
    return sum(((times >= a) & (times < b)).astype(np.float32) for a, b in speech)


def cut(*speech: tuple[float, float], total: float) -> tuple[list[tuple[int, int]], np.ndarray]:
    p = probability(*speech, total=total)
    return transcribe.stretches(p, int(total * RATE), OPTIONS), p


def test_a_stretch_is_padded_and_short_silences_do_not_end_it() -> None:
    found, _ = cut((1, 2), (2.3, 3), (6, 7), total=10)
    assert len(found) == 2
    starts_and_ends = [edge / RATE for pair in found for edge in pair]
    assert starts_and_ends == pytest.approx([0.7, 3.3, 5.7, 7.3], abs=0.07)


def test_pads_of_neighbours_do_not_overlap() -> None:
    found, _ = cut((1, 2), (2.55, 3), total=4)
    assert len(found) == 2
    assert found[0][1] == found[1][0]


def test_stretches_stay_inside_the_recording() -> None:
    found, _ = cut((0, 3.9), total=4)
    assert found == [(0, 4 * RATE)]


def test_windows_hold_all_speech_once_and_no_more_than_thirty_seconds() -> None:
    found, p = cut((0, 50), (55, 58), (70, 95), (100, 101), total=110)
    packed = transcribe.windows(0, found, p, OPTIONS)
    assert all(w.length <= 30 * RATE for w in packed)
    pieces = [piece for w in packed for piece in w.pieces]
    assert pieces == sorted(pieces)
    covered = np.zeros(110 * RATE, int)
    for start, end in pieces:
        covered[start:end] += 1
    assert covered.max() == 1
    for start, end in found:
        assert covered[start:end].all()


def test_a_window_leaves_out_long_silences_and_keeps_short_ones() -> None:
    found, p = cut((1, 2), (3, 4), (9, 10), total=12)
    (window,) = transcribe.windows(0, found, p, OPTIONS)
    assert len(window.pieces) == 2
    assert window.length / RATE == pytest.approx(3.6 + 1.6, abs=0.1)


def test_words_of_a_window_go_back_to_their_place() -> None:
    window = transcribe._Window(0, ((10 * RATE, 12 * RATE), (50 * RATE, 53 * RATE)))
    placed = window.place(Word("a", 0.5, 1.0, 1.0))
    assert (placed.start, placed.end) == (10.5, 11.0)
    placed = window.place(Word("b", 2.5, 3.0, 1.0))
    assert (placed.start, placed.end) == (50.5, 51.0)


def test_a_word_over_a_joint_stays_on_the_side_of_its_middle() -> None:
    window = transcribe._Window(0, ((10 * RATE, 12 * RATE), (50 * RATE, 53 * RATE)))
    placed = window.place(Word("c", 1.2, 2.2, 1.0))
    assert (placed.start, placed.end) == (11.2, 12.0)
    placed = window.place(Word("d", 1.9, 2.9, 1.0))
    assert (placed.start, placed.end) == (50.0, 50.9)


def test_windows_are_shared_out_evenly() -> None:
    many = [transcribe._Window(0, ((k * RATE, (k + 20 + k % 3) * RATE),)) for k in range(9)]
    lots = transcribe._batches(many, 2)
    assert sorted(map(len, lots)) == [4, 5]
    assert sorted(w.pieces for lot in lots for w in lot) == sorted(w.pieces for w in many)
    assert max(map(len, transcribe._batches(many * 2, 2))) <= transcribe.BATCH
    assert max(map(len, transcribe._batches(many * 5, 2))) <= transcribe.BATCH_OF_MANY


def test_speech_without_words_is_found_and_speech_with_words_is_not() -> None:
    found, p = cut((1, 5), total=8)
    segment = Segment("x", 1, 2.5, (Word("x", 1.0, 2.5, 1.0),), 0, 0, 1)
    (missed,) = transcribe._without_words(found, [segment], p, OPTIONS)
    assert missed[0] / RATE == pytest.approx(2.2, abs=0.1)
    assert missed[1] / RATE == pytest.approx(5.3, abs=0.1)
    full = Segment("x", 1, 5, (Word("x", 1.0, 4.6, 1.0),), 0, 0, 1)
    assert transcribe._without_words(found, [full], p, OPTIONS) == []


def test_what_the_second_decoding_repeats_is_left_out() -> None:
    present = [Segment("a", 0, 1, (Word(" a", 0, 1, 1.0),), 0, 0, 1)]
    again = [Segment(" a b", 0, 2, (Word(" a", 0.1, 0.9, 1.0), Word(" b", 1.2, 2, 1.0)), 0, 0, 1)]
    (kept,) = transcribe._fitting(again, present)
    assert [w.text for w in kept.words] == [" b"]


def test_a_word_put_at_a_wrong_time_is_not_heard_twice() -> None:
    present = [Segment(" 2018 car", 3, 5, (Word(" 2018", 3.4, 4, 1.0), Word(" car", 4, 5, 1.0)), 0, 0, 1)]
    again = [Segment(" 2018.", 1, 3, (Word(" It's", 1, 1.5, 1.0), Word(" 2018.", 1.5, 3, 1.0)), 0, 0, 1)]
    (kept,) = transcribe._fitting(again, present)
    assert [w.text for w in kept.words] == [" It's"]


def test_speech_probability_does_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    speech = np.tile(audio.load(SAMPLES / "agent_alone.flac").samples[0], 4)  # two minutes: three blocks
    whole = transcribe.speech_probability(speech)
    heard = speech.astype(np.float32) / 32768 * transcribe._gain(speech, len(speech))
    padded = np.pad(heard, (0, -len(speech) % FRAME))
    assert np.abs(whole - get_vad_model()(padded).reshape(-1))[:-1].max() < 1e-4
    assert len(whole) == -(-len(speech) // FRAME)
    assert (whole > 0.5).mean() > 0.3
    silent = transcribe.speech_probability(np.zeros(5 * RATE, np.int16))
    assert silent.max() < 0.5
    assert transcribe.speech_probability(np.zeros(0, np.int16)).shape == (0,)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(models.find("base"), threads=2)


def test_an_unknown_language_is_refused_before_the_weights_are_loaded(recogniser: Recogniser) -> None:
    with pytest.raises(UsageError, match="does not know the language 'xx'"):
        recogniser.check_language("xx")


def test_words_of_a_sample_are_heard_where_they_are_said(recogniser: Recogniser) -> None:
    recording = audio.load(SAMPLES / "good_call.flac")
    truth = yaml.safe_load((SAMPLES / "good_call.yaml").read_text(encoding="utf-8"))
    signals = list(recording.samples)
    probabilities = [transcribe.speech_probability(s) for s in signals]
    heard = recogniser.transcribe(signals, probabilities)
    assert heard.language == "en"
    assert heard.language_probability > 0.8
    for name, segments in zip(truth["channels"], heard.channels, strict=True):
        said = [turn for turn in truth["turns"] if turn["speaker"] == name]
        words = [w for s in segments for w in s.words]
        expected = sum(len(turn["text"].split()) for turn in said)
        assert len(words) == pytest.approx(expected, rel=0.15)
        outside = [
            w
            for w in words
            if not any(t["start"] - 0.4 < (w.start + w.end) / 2 < t["end"] + 0.4 for t in said)
        ]
        assert outside == []
        assert all(a.start <= b.start + 0.5 for a, b in pairwise(words))


def test_nothing_is_decoded_where_there_is_no_speech(recogniser: Recogniser) -> None:
    noise = (np.random.default_rng(1).normal(0, 300, 20 * RATE)).astype(np.int16)
    heard = recogniser.transcribe([noise], [transcribe.speech_probability(noise)])
    assert heard.channels == ((),)


def test_speech_is_found_at_any_level() -> None:
    speech = audio.load(SAMPLES / "agent_alone.flac").samples[0].astype(np.float32) / 32768
    whole = transcribe.speech_probability(speech)
    np.testing.assert_allclose(transcribe.speech_probability(speech / 20), whole, atol=0.01)
