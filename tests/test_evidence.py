from __future__ import annotations

import numpy as np
import pytest

from voicecoach import evidence
from voicecoach.types import Contours, Segment, Turn, Word

HOP = 0.01


def contours(
    *voice: tuple[float, float], total: float = 20.0, level: float = -20.0, floor: float = -70.0
) -> Contours:
    """Voiced sound at ``level`` from one time to another, silence at ``floor`` elsewhere."""
    times = np.arange(round(total / HOP)) * HOP
    on = np.zeros(len(times), bool)
    for start, end in voice:
        on |= (times >= start - 1e-9) & (times < end - 1e-9)
    return Contours(
        hop=HOP,
        f0=np.where(on, 150.0, np.nan).astype(np.float32),
        level=np.where(on, level, floor).astype(np.float32),
        voice=on,
        hnr=np.where(on, 15.0, np.nan).astype(np.float32),
        nuclei=np.array([(a + b) / 2 for a, b in voice], np.float32),
    )


def segment(*words: Word, **changes: float) -> Segment:
    sure = {"no_speech_prob": 0.02, "avg_logprob": -0.2, "compression_ratio": 1.4, **changes}
    text = "".join(w.text for w in words)
    return Segment(text, words[0].start, words[-1].end, words, **sure)


def backed(*segments: Segment, sound: Contours, syllables: int = 1) -> list[bool | None]:
    return [w.backed for w in evidence.back(segments, sound, syllables=lambda _: syllables).words]


THANK = Word(" Thank", 5.0, 5.3, 0.9)
YOU = Word(" you.", 5.3, 5.5, 0.9)


def test_words_with_voice_under_them_are_backed() -> None:
    assert backed(segment(THANK, YOU), sound=contours((5.0, 5.6))) == [True, True]


def test_the_same_words_on_silence_are_not() -> None:
    found = evidence.back([segment(THANK, YOU)], contours((9.0, 12.0)))
    assert [w.backed for w in found.words] == [False, False]
    assert set(found.doubts.values()) == {"unvoiced"}


def test_noise_without_pitch_backs_no_word() -> None:
    hiss = contours((5.0, 5.6))
    unvoiced = Contours(HOP, np.full_like(hiss.f0, np.nan), hiss.level, hiss.voice, hiss.hnr, hiss.nuclei)
    assert backed(segment(THANK, YOU), sound=unvoiced) == [False, False]


def test_a_click_is_too_short_for_a_long_word() -> None:
    click = contours((5.0, 5.08))
    assert backed(segment(Word(" unfortunately", 5.0, 5.4, 0.9)), sound=click, syllables=5) == [False]
    assert backed(segment(Word(" yes", 5.0, 5.4, 0.9)), sound=click, syllables=1) == [True]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"compression_ratio": 3.0}, "repeating"),
        ({"no_speech_prob": 0.9, "avg_logprob": -1.5}, "unsure"),
    ],
)
def test_what_the_decoder_was_not_sure_of_is_not_backed(changes: dict[str, float], why: str) -> None:
    found = evidence.back([segment(THANK, YOU, **changes)], contours((5.0, 5.6)))
    assert set(found.doubts.values()) == {why}


def test_one_doubt_of_the_decoder_alone_is_not_enough() -> None:
    assert backed(segment(THANK, YOU, no_speech_prob=0.9), sound=contours((5.0, 5.6))) == [True, True]


def test_a_word_invented_in_the_silence_after_speech_does_not_borrow_its_voice() -> None:
    said = segment(Word(" your", 4.6, 4.9, 0.9), Word(" order.", 4.9, 5.4, 0.9))
    invented = segment(Word(" Thanks.", 5.4, 5.8, 0.9))
    assert backed(said, invented, sound=contours((4.6, 5.5))) == [True, True, True]  # 0.1 s of it is left
    assert backed(said, invented, sound=contours((4.6, 5.4))) == [True, True, False]


def test_a_word_put_too_early_in_a_pause_has_the_voice_that_follows() -> None:
    words = segment(Word(" Please", 4.7, 4.85, 0.9), Word(" hold", 4.9, 5.4, 0.9))
    assert backed(words, sound=contours((5.0, 5.6))) == [True, True]


def test_a_word_put_too_late_has_the_voice_before_it_where_no_other_word_is_nearer() -> None:
    assert backed(segment(Word(" bye.", 5.7, 5.9, 0.9)), sound=contours((5.2, 5.6))) == [True]


def test_words_that_share_one_moment_within_a_voice_are_backed() -> None:
    words = segment(Word(" it", 5.2, 5.2, 0.9), Word(" is", 5.2, 5.5, 0.9))
    assert backed(words, sound=contours((5.0, 5.6))) == [True, True]


def test_an_improbable_word_is_not_backed_and_its_neighbour_is() -> None:
    words = segment(THANK, Word(" ewe.", 5.3, 5.5, 0.01))
    assert backed(words, sound=contours((5.0, 5.6))) == [True, False]


def test_a_word_next_to_voice_moves_there_and_one_stretched_over_a_pause_shrinks() -> None:
    early = evidence.back([segment(Word(" well", 4.7, 4.9, 0.9))], contours((5.0, 5.6)))
    assert early.words[0].start == pytest.approx(5.0, abs=0.011)
    long = evidence.back([segment(Word(" well", 3.0, 5.3, 0.9))], contours((5.0, 5.6)))
    assert long.words[0].start == pytest.approx(5.0, abs=0.011)
    assert long.words[0].end == pytest.approx(5.6, abs=0.011)


def test_leaking_voice_is_not_the_channels_own() -> None:
    customer = contours((2.0, 4.0), level=-20.0)
    agent = contours((2.0, 4.0), (6.0, 8.0), level=-20.0)
    agent.level[200:400] = -50.0
    own, other = evidence.own_voice([agent, customer], {(1, 0): 30.0})
    assert not own.voice[200:400].any()
    assert own.voice[600:800].all()
    assert np.isnan(own.f0[200:400]).all()
    assert own.nuclei.tolist() == [7.0]
    assert other is customer


def test_both_at_once_stays_both() -> None:
    loud = contours((2.0, 4.0), level=-25.0)
    own, other = evidence.own_voice([loud, contours((2.0, 4.0))], {(1, 0): 30.0})
    assert own.voice[200:400].all()
    assert other.voice[200:400].all()


def test_overheard_words_are_removed_with_and_without_a_known_bleed() -> None:
    here = contours((5.0, 5.6), level=-45.0)
    there = contours((5.0, 5.6), level=-18.0)
    said = [[segment(THANK, YOU)], [segment(THANK, YOU)]]
    kept = evidence.without_overheard(said, [here, there], {(1, 0): 27.0})
    assert [len(k) for k in kept] == [0, 1]
    kept = evidence.without_overheard(said, [here, there], {})
    assert [len(k) for k in kept] == [0, 1]


def test_other_words_at_the_same_time_are_not_overheard() -> None:
    here = contours((5.0, 5.6), level=-30.0)
    there = contours((5.0, 5.6), level=-18.0)
    said = [[segment(Word(" okay", 5.0, 5.5, 0.9))], [segment(THANK, YOU)]]
    kept = evidence.without_overheard(said, [here, there], {})
    assert [len(k) for k in kept] == [1, 1]


def test_voice_without_words_is_counted_in_seconds() -> None:
    words = evidence.back([segment(THANK, YOU)], contours((5.0, 5.5), (9.0, 12.0))).words
    ((start, end),) = evidence.untranscribed(words, contours((5.0, 5.5), (9.0, 12.0)))
    assert (start, end) == (pytest.approx(9.0), pytest.approx(12.0))


def test_a_finding_is_backed_by_the_words_it_quotes() -> None:
    turn = Turn(
        "agent",
        "Thank you. Hello there.",
        5.0,
        8.0,
        (
            Word("Thank", 5.0, 5.3, 0.9, False),
            Word("you.", 5.3, 5.5, 0.9, False),
            Word("Hello", 7.0, 7.5, 0.9, True),
            Word("there.", 7.5, 8.0, 0.9, True),
        ),
    )
    doubts = {(5.0, 5.3): "too_fast", (5.3, 5.5): "too_fast"}
    assert evidence.of_span(turn, 0, 9, doubts).status == "not_backed"
    assert evidence.of_span(turn, 0, 9, doubts).reason == evidence.reason("too_fast")
    assert evidence.of_span(turn, 11, 16, doubts).status == "backed"
    assert evidence.of_span(Turn("agent", "Thank you."), 0, 9, {}).status == "not_checked"


def test_only_what_is_near_the_channels_own_voice_is_decoded() -> None:
    probability = np.full(625, 0.9, np.float32)  # 20 s of it
    kept = evidence.near_voice(probability, contours((5.0, 6.0)))
    times = np.flatnonzero(kept) * 0.032
    assert times[0] == pytest.approx(4.5, abs=0.04)
    assert times[-1] == pytest.approx(6.5, abs=0.04)
