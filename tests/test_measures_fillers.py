"""Filled pauses of calls whose answers are arithmetic: steady stretches and words placed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import voicecoach
from tests.test_measures import Said, call, contours, measured, of_kind
from voicecoach.measures.definitions import definitions
from voicecoach.types import AGENT, CUSTOMER, Call, ChannelQuality

UM = "heard, not in the transcript"
STILL = 0.8  # change of the spectrum, dB
VOWEL = 2.2  # the same; of steady stretches within words of read speech 99 in 100 change by more
BEFORE: Said = (1.0, 4.0, "so what I found out about your order today")
AFTER: Said = (5.5, 8.5, "is that the parcel went out on Tuesday morning")
REST: Said = (9.5, 21.5, "and it should be there by the end of this week " * 4)


def held(said: Sequence[Said], *sounds: tuple[float, float], customer: Sequence[Said] = ()) -> Call:
    """What the agent says, and between it sounds without words, with a steady spectrum."""
    made = call(list(said), list(customer) or None)
    voice = contours([*said, *((a, b, "") for a, b in sounds)])
    rows = np.array([(*sound, STILL) for sound in sounds], np.float32).reshape(-1, 3)
    return replace(made, contours={**made.contours, AGENT: replace(voice, steady=rows)})


def fillers(made: Call) -> list[tuple[float, float, str]]:
    return [(round(e.start, 2), round(e.end, 2), e.detail) for e in of_kind(made, "filler")]


def test_a_steady_sound_between_pauses_that_no_word_covers_is_a_filler() -> None:
    assert fillers(held([BEFORE, AFTER, REST], (4.5, 4.9))) == [(4.5, 4.9, UM)]


def test_two_halves_are_one_and_what_lasts_too_long_or_too_short_is_none() -> None:
    assert fillers(held([BEFORE, AFTER, REST], (4.4, 4.65), (4.7, 4.9))) == [(4.4, 4.9, UM)]
    assert not fillers(held([BEFORE, AFTER, REST], (4.5, 4.6)))
    assert not fillers(held([BEFORE, AFTER, REST], (4.05, 5.45)))


def test_a_steady_sound_inside_a_word_of_usual_length_is_none() -> None:
    made = held([BEFORE, AFTER, REST])
    rows = np.array([(2.0, 2.2, VOWEL)], np.float32)
    assert not fillers(replace(made, contours={AGENT: replace(made.contours[AGENT], steady=rows)}))


def test_a_filler_under_a_word_that_lasts_too_long_is_found() -> None:
    long: Said = (4.3, 5.2, "to")
    made = held([BEFORE, long, AFTER, REST])
    rows = np.array([(4.7, 5.1, STILL)], np.float32)
    assert fillers(replace(made, contours={AGENT: replace(made.contours[AGENT], steady=rows)}))


def test_the_time_a_word_has_too_much_of_is_that_of_one_filler() -> None:
    made = held([BEFORE, (4.3, 4.9, "to"), AFTER, REST])
    rows = np.array([(4.32, 4.6, STILL), (4.76, 4.88, STILL)], np.float32)
    heard = replace(made, contours={AGENT: replace(made.contours[AGENT], steady=rows)})
    assert fillers(heard) == [(4.32, 4.6, UM)]


def test_a_sound_whose_pitch_sweeps_is_none_and_one_that_falls_is_one() -> None:
    made = held([BEFORE, AFTER, REST], (4.5, 4.9))
    heard, inside = made.contours[AGENT], slice(450, 490)
    for last, count in ((170.0, 1), (500.0, 0)):
        f0 = heard.f0.copy()
        f0[inside] = np.geomspace(200.0, last, 40)
        assert len(fillers(replace(made, contours={AGENT: replace(heard, f0=f0)}))) == count


def test_a_written_filler_counts_only_where_the_sound_backs_it() -> None:
    made = held([BEFORE, (4.5, 4.9, "um"), AFTER, REST])
    assert fillers(made) == [(4.5, 4.9, 'heard, written as "um"')]
    turns = tuple(
        replace(turn, words=tuple(replace(w, backed=w.text != " um") for w in turn.words))
        for turn in made.turns
    )
    silent = replace(made, turns=turns, contours={AGENT: contours([BEFORE, AFTER, REST])})
    assert not fillers(silent)


def test_a_written_filler_that_is_heard_is_counted_once_with_the_edges_of_the_sound() -> None:
    made = held([BEFORE, (4.5, 4.9, "um"), AFTER, REST])
    rows = np.array([(4.45, 4.95, STILL)], np.float32)
    heard = replace(made, contours={AGENT: replace(made.contours[AGENT], steady=rows)})
    assert fillers(heard) == [(4.45, 4.95, 'heard, written as "um"')]


def test_a_sound_while_the_customer_has_the_floor_is_an_acknowledgement() -> None:
    made = held([(1.0, 4.0, BEFORE[2]), REST], (6.0, 6.4), customer=[(4.5, 9.0, AFTER[2])])
    assert not [e for e in of_kind(made, "filler") if e.speaker == AGENT]


def test_without_words_there_is_nothing_to_tell_a_filler_by() -> None:
    made = held([(1.0, 8.0, "")], (8.5, 8.9))
    assert not fillers(made)
    assert measured(made)["fillers.heard_rate", AGENT].value is None


def test_the_rate_is_that_of_the_spells_with_the_bounds_of_its_error() -> None:
    made = held([BEFORE, AFTER, REST], (4.5, 4.9), (8.8, 9.2))
    found = measured(made)["fillers.heard_rate", AGENT]
    per_minute = 2 / 20.5 * 60
    assert found.value == pytest.approx(per_minute, rel=0.01)
    assert found.grade == "B"
    assert found.low == pytest.approx(per_minute - 0.5, rel=0.01)
    assert found.high == pytest.approx(per_minute * 1.5 / 0.7, rel=0.01)


def test_no_filler_heard_is_not_said_to_be_none() -> None:
    found = measured(held([BEFORE, AFTER, REST]))["fillers.heard_rate", AGENT]
    assert found.value == 0
    assert found.high is not None
    assert found.high > 1
    assert "about 70 %" in found.reason


def test_in_noise_they_are_not_measured() -> None:
    noisy = ChannelQuality("left", -20.0, -3.0, -26.0, 6.0, 0.0, 0.0, 4000.0, True, False)
    found = measured(replace(held([BEFORE, AFTER, REST]), quality={AGENT: noisy}))
    assert found["fillers.heard_rate", AGENT].value is None
    assert "6 dB" in found["fillers.heard_rate", AGENT].reason


def test_a_filler_is_neither_a_pause_nor_an_acknowledgement() -> None:
    made = held([BEFORE, AFTER, REST], (4.5, 4.9), customer=[(30.0, 33.0, "all right then")])
    spans = [(round(e.start, 1), round(e.end, 1)) for e in of_kind(made, "pause")]
    assert (4.0, 5.5) not in spans
    assert not of_kind(made, "backchannel")


def test_few_fillers_in_a_transcript_are_praised_nowhere() -> None:
    assert definitions().entries["fillers.transcribed_rate"].grade == "C"
    folder = Path(voicecoach.__file__).parent
    data = [*folder.glob("scorecards/*.yaml"), *folder.glob("packs/*/*.yaml")]
    assert data
    assert not [path for path in data if "fillers.transcribed" in path.read_text(encoding="utf-8")]


def test_the_customers_fillers_are_events_of_the_customer() -> None:
    made = held([(30.0, 33.0, "all right then")], customer=[BEFORE, (4.5, 4.9, "um"), AFTER])
    assert {e.speaker for e in of_kind(made, "filler")} == {CUSTOMER}
