"""Words beside pauses take the edges of the voice; times in seconds, all placed by us."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicecoach.snap import snap
from voicecoach.types import Contours, Word

HOP = 0.01
VOICE = ((1.0, 2.0), (2.5, 3.5), (3.6, 4.0))  # a pause, and a closure that is none


def channel(*spans: tuple[float, float], seconds: float = 6.0) -> Contours:
    at = np.arange(round(seconds / HOP) + 1) * HOP
    voice = np.zeros(len(at), bool)
    for start, end in spans:
        voice |= (at >= start) & (at < end)
    empty = np.full(len(at), np.nan, np.float32)
    level = np.where(voice, -20, -70).astype(np.float32)
    return Contours(HOP, empty, level, voice, empty, np.empty(0, np.float32), -23.0)


def placed(*words: tuple[float, float], spans: tuple[tuple[float, float], ...] = VOICE) -> list[Word]:
    heard = [Word(f" w{k}", start, end, 0.9) for k, (start, end) in enumerate(words)]
    return list(snap(heard, channel(*spans), pause=0.25, reach=0.35, early=0.2))


def times(words: list[Word]) -> list[float]:
    return [time for word in words for time in (word.start, word.end)]


def test_words_beside_a_pause_end_and_begin_with_the_voice() -> None:
    found = placed((1.0, 1.4), (1.4, 1.75), (2.3, 2.9), (2.9, 3.9))
    assert times(found) == pytest.approx([1.0, 1.4, 1.4, 2.0, 2.5, 2.9, 2.9, 4.0], abs=0.011)


def test_a_word_that_reaches_over_a_pause_is_put_behind_it() -> None:
    # the first word ends too early, the second begins within it: 0.15 s before the pause, 0.1 s behind it
    found = placed((1.2, 1.85), (1.85, 2.6), (2.6, 3.9))
    assert times(found) == pytest.approx([1.0, 2.0, 2.5, 2.6, 2.6, 4.0], abs=0.011)


def test_a_word_drawn_out_over_a_pause_stays_before_it() -> None:
    found = placed((1.0, 1.3), (1.3, 2.6), (2.6, 3.9))
    assert times(found) == pytest.approx([1.0, 1.3, 1.3, 2.0, 2.5, 3.9 + 0.1], abs=0.12)
    assert found[1].end == pytest.approx(2.0, abs=0.011)


def test_a_word_within_a_pause_goes_to_the_nearer_voice() -> None:
    assert times(placed((2.05, 2.2))) == pytest.approx([1.85, 2.0], abs=0.011)
    assert times(placed((2.3, 2.45))) == pytest.approx([2.5, 2.65], abs=0.011)


def test_a_closure_parts_no_word() -> None:
    assert times(placed((2.5, 4.0))) == pytest.approx([2.5, 4.0], abs=0.011)


def test_a_word_far_from_any_voice_stays() -> None:
    assert times(placed((5.0, 5.4))) == [5.0, 5.4]
    assert times(placed((1.0, 1.5), spans=())) == [1.0, 1.5]


def test_speech_far_from_a_word_is_not_given_to_it() -> None:
    # half a second of voice that no word covers, such as a hesitation, stays uncovered
    assert placed((1.0, 1.5))[0].end == 1.5


@given(st.lists(st.floats(0.05, 0.8), min_size=2, max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_word_covers_a_pause_and_order_stays(lengths: list[float]) -> None:
    edges = 0.8 + np.cumsum([0.0, *lengths])
    words = placed(*zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    assert [word.text for word in words] == [f" w{k}" for k in range(len(lengths))]
    for word in words:
        assert word.end >= word.start
        assert min(word.end, 2.5) - max(word.start, 2.0) < 0.02 or word.start > 4.0
    starts = [word.start for word in words]
    assert starts == sorted(starts)
