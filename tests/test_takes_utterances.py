"""Utterances of the agent, measured so that the same words can be compared from take to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests import make_analysis
from tests.test_measures import Said, call
from voicecoach.history import Utterance
from voicecoach.takes import utterances
from voicecoach.types import AGENT, Analysis, Event


def analysis(said: Sequence[Said], customer: Sequence[Said] | None = None, **contours: Any) -> Analysis:
    made = call(said, customer)
    empty = make_analysis.analysis(made.turns, ())
    sounds = {
        name: replace(found, **contours) if name == AGENT else found for name, found in made.contours.items()
    }
    source = replace(empty.source, duration=made.duration, speakers=made.speakers)
    return replace(empty, source=source, contours=sounds)


def only(made: Analysis) -> Utterance:
    (found,) = utterances(made)
    return found


def test_a_sentence_has_its_bare_words_its_times_and_its_pace() -> None:
    found = only(analysis([(1, 3, "Thank you for waiting, Mister Smith.")]))
    assert found.key == "thank you for waiting mister smith"
    assert found.text == "Thank you for waiting, Mister Smith."
    assert (found.start, found.end) == (pytest.approx(1, abs=0.02), pytest.approx(3, abs=0.02))
    assert found.rate == pytest.approx(8 / 2, rel=0.02)  # thank you for wait-ing Mis-ter Smith


def test_pauses_and_filled_pauses_are_no_time_of_the_sentence() -> None:
    whole = [(1.0, 2.0, "I will look that up"), (3.0, 4.0, "for you right now.")]
    found = only(analysis(whole))
    assert found.rate == pytest.approx(9 / 2, rel=0.02)
    filled = replace(analysis(whole), events=(Event("filler", AGENT, 1.5, 2.0),))
    assert only(filled).rate == pytest.approx(9 / 1.5, rel=0.02)


def test_a_mark_cuts_and_the_words_between_get_their_own_time() -> None:
    found = utterances(analysis([(1, 5, "I will look that up now. You will have it by tomorrow.")]))
    assert [one.key for one in found] == ["i will look that up now", "you will have it by tomorrow"]
    assert found[0].end == pytest.approx(3, abs=0.02)  # six of twelve words, evenly
    assert found[1].start == pytest.approx(3, abs=0.02)


def test_an_abbreviation_ends_no_sentence() -> None:
    assert only(analysis([(1, 4, "I am sorry but Dr. Reed is ill.")])).key == "i am sorry but dr reed is ill"


def test_spellings_that_mean_the_same_are_the_same_words() -> None:
    one = only(analysis([(1, 3, "OK, I'll look that up.")]))
    other = only(analysis([(1, 3, "Okay I will look that up!")]))
    assert one.key == other.key


@pytest.mark.parametrize("text", ["Thank you very.", "Of course."])
def test_few_words_are_left_out(text: str) -> None:
    assert utterances(analysis([(1, 3, text)])) == ()


def test_a_short_sound_and_a_doubted_word_are_left_out() -> None:
    assert utterances(analysis([(1, 1.6, "I will do that.")])) == ()
    made = analysis([(1, 3, "I will do that today.")])
    (turn,) = made.turns
    words = (replace(turn.words[0], backed=False), *turn.words[1:])
    assert utterances(replace(made, turns=(replace(turn, words=words),))) == ()


def test_pitch_is_in_semitones_against_the_speaker() -> None:
    times = np.arange(6001) * 0.01
    said = [(1.0, 3.0, "This one is said quite high."), (5.0, 9.0, "And this is said a good deal lower.")]
    f0 = np.full(len(times), np.nan, np.float32)
    rising = (times >= 1) & (times < 3)
    f0[rising] = 200 * 2 ** (np.linspace(0, 10, int(rising.sum())) / 12)  # ten semitones up
    f0[(times >= 5) & (times < 9)] = 100
    first, second = utterances(analysis(said, f0=f0))
    assert first.spread == pytest.approx(8, abs=0.1)  # the middle eight tenths
    assert second.spread == pytest.approx(0, abs=1e-4)
    assert first.median_st == pytest.approx(17, abs=0.1)  # an octave and five, the lower sentence is longer
    assert second.median_st == pytest.approx(0, abs=1e-4)


def test_without_voiced_sound_pitch_is_not_known() -> None:
    found = only(analysis([(1, 3, "I will do that today.")], f0=np.full(6001, np.nan, np.float32)))
    assert found.spread is None
    assert found.median_st is None
    assert found.rate is not None


def test_only_the_agent_is_measured_and_contours_are_needed() -> None:
    made = analysis([(1, 3, "I will do that today.")], [(5, 8, "And I will wait for it here.")])
    assert [one.key for one in utterances(made)] == ["i will do that today"]
    assert utterances(replace(made, contours={})) == ()
