from __future__ import annotations

import numpy as np
import pytest

from voicecoach import turns
from voicecoach.turns import Candidate
from voicecoach.types import AGENT, CUSTOMER, UNKNOWN, Contours, Word


def said(text: str, start: float, each: float = 0.3, gap: float = 0.05) -> list[Word]:
    found = []
    for k, word in enumerate(text.split()):
        at = start + k * (each + gap)
        found.append(Word(f" {word}", at, at + each, 0.9, True))
    return found


def test_speakers_take_turns() -> None:
    words = {AGENT: said("How can I help?", 0) + said("I see.", 5), CUSTOMER: said("My phone is dead.", 2)}
    found = turns.build(words)
    assert [(t.speaker, t.text) for t in found] == [
        (AGENT, "How can I help?"),
        (CUSTOMER, "My phone is dead."),
        (AGENT, "I see."),
    ]
    assert found[0].start == 0
    assert found[0].end == pytest.approx(1.35)


def test_a_short_word_inside_a_sentence_does_not_cut_it() -> None:
    words = {CUSTOMER: said("so I was waiting for the man to come", 0), AGENT: said("Mhm.", 1.5)}
    found = turns.build(words)
    assert [(t.speaker, len(t.words)) for t in found] == [(CUSTOMER, 9), (AGENT, 1)]


def test_what_is_said_after_it_is_another_turn() -> None:
    mhm = said("Mhm.", 1.5)
    words = {
        CUSTOMER: said("so I was waiting for the man to come", 0),
        AGENT: mhm + said("I see. And then?", 4),
    }
    found = turns.build(words)
    assert [t.text for t in found[1:]] == ["Mhm.", "I see. And then?"]
    # the customer only finishes a word while the agent goes on
    words = {CUSTOMER: said("so I was waiting", 0.6), AGENT: mhm + said("I see. And then?", 2.3)}
    assert [t.text for t in turns.build(words)] == ["so I was waiting", "Mhm. I see. And then?"]


def test_a_pause_does_not_end_a_turn_and_a_long_silence_does() -> None:
    found = turns.build({AGENT: said("One moment.", 0) + said("Here it is.", 3) + said("Hello?", 30)})
    assert [t.text for t in found] == ["One moment. Here it is.", "Hello?"]


def test_words_keep_their_place_in_the_text() -> None:
    (turn,) = turns.build({AGENT: [Word(" don't", 0, 1, 1), Word("-you", 1, 2, 1), Word(" say", 2, 3, 1)]})
    assert turn.text == "don't-you say"
    assert [turn.text[a:b] for a, b in turn.word_spans()] == ["don't", "-you", "say"]


def test_a_script_without_spaces_gets_none() -> None:
    (turn,) = turns.build({AGENT: [Word("您", 0, 1, 1), Word("好", 1, 2, 1)]})
    assert turn.text == "您好"


def test_nobody_speaks() -> None:
    assert turns.build({AGENT: [], CUSTOMER: []}) == ()


def test_the_agent_is_who_offers_help() -> None:
    left = Candidate("left", (("courtesy.self_introduction", "my name is Jo", 1.0),), 0.5)
    right = Candidate("right", (("courtesy.offer_help", "how can I help", 64.0),), 3.0)
    (first, _), (second, why) = turns.find_roles([left, right])
    assert (first, second) == (CUSTOMER, AGENT)
    assert "how can I help" in why
    assert "1:04" in why


def test_without_telling_words_it_is_who_speaks_first_and_the_reason_says_so() -> None:
    found = turns.find_roles([Candidate("left", (), 4.0), Candidate("right", (), 1.0)])
    assert [role for role, _ in found] == [CUSTOMER, AGENT]
    assert "first" in found[1][1]
    assert "--channels" in found[1][1]


def test_three_channels_have_one_agent() -> None:
    said_there = (("courtesy.offer_help", "how can I help", 1.0),)
    found = turns.find_roles([Candidate("a", (), 1), Candidate("b", said_there, 2), Candidate("c", (), 3)])
    assert [role for role, _ in found] == [CUSTOMER, AGENT, "speaker3"]


def voices(*pitches: float) -> Contours:
    """Stretches of one second, each at a pitch in Hz, with pauses of half a second."""
    f0: list[float] = []
    for pitch in pitches:
        f0 += [pitch] * 100 + [float("nan")] * 50
    found = np.array(f0, np.float32)
    on = ~np.isnan(found)
    return Contours(
        0.01, found, np.where(on, -20, -70).astype(np.float32), on, found, np.zeros(0, np.float32)
    )


def test_a_lively_voice_is_one_voice() -> None:
    assert turns.one_channel_role(voices(110, 120, 135, 115, 150, 125, 118))[0] == AGENT


def test_a_man_and_a_woman_on_one_channel_are_two_and_nobody_is_guessed() -> None:
    role, why = turns.one_channel_role(voices(110, 205, 115, 212, 108, 208))
    assert role == UNKNOWN
    assert "11 semitones" in why


def test_one_outcry_is_not_a_second_voice() -> None:
    assert turns.one_channel_role(voices(*[110, 115, 112, 108] * 4, 230))[0] == AGENT
