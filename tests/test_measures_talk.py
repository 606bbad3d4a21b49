"""Turn taking in calls whose answers are arithmetic: who interrupts, acknowledges, answers, is silent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_measures import LENGTH, Said, call, contours, measured, of_kind, value
from voicecoach import measures
from voicecoach.types import AGENT, CUSTOMER, Call, Contours, Match

# --- backchannels ---------------------------------------------------------------------------------


def test_yes_after_a_question_is_an_answer() -> None:
    asked = [(1.0, 4.0, "Is it the blue one?"), (5.2, 8.0, "Then I will send it.")]
    made = call(asked, [(4.3, 4.7, "Yes.")])
    assert of_kind(made, "backchannel") == []
    assert value(made, "talk.response_latency", CUSTOMER) == pytest.approx(0.3, abs=0.011)
    assert value(made, "talk.response_latency") == pytest.approx(0.5, abs=0.011)
    told = [(1.0, 4.0, "It is the blue one."), (5.2, 8.0, "So I will send it.")]
    (found,) = of_kind(call(told, [(4.3, 4.7, "Yes.")]), "backchannel")
    assert (found.speaker, found.detail) == (CUSTOMER, "Yes.")


@pytest.mark.parametrize(
    ("customer", "there"),
    [
        ([(1.0, 4.0, "I ordered it"), (5.0, 8.0, "last week.")], True),
        ([(1.0, 8.0, "I ordered it last week and")], True),
        ([(1.0, 4.0, "I ordered it last week."), (7.0, 9.0, "Hello?")], False),  # had left the floor
        ([(1.0, 3.0, "I ordered it last week."), (5.0, 8.0, "Hello?")], False),  # had been silent
        ([(5.0, 8.0, "Hello?")], False),  # had not spoken yet
    ],
    ids=["in a pause", "inside", "before a silence", "after a silence", "at the start"],
)
def test_an_acknowledgement_needs_another_who_keeps_the_floor(customer: list[Said], there: bool) -> None:
    made = call([(4.2, 4.6, "Okay.")], customer)
    assert bool(of_kind(made, "backchannel")) is there


def test_a_hum_without_words_acknowledges_and_breath_does_not() -> None:
    made = call([(3.0, 3.4, "")], [(1.0, 8.0, "I ordered it last week and it never came.")])
    (found,) = of_kind(made, "backchannel")
    assert (found.start, found.end, found.detail) == (
        pytest.approx(3, abs=0.01),
        pytest.approx(3.4, abs=0.01),
        "",
    )
    breath = replace(made.contours[AGENT], f0=np.full_like(made.contours[AGENT].f0, np.nan))
    assert of_kind(replace(made, contours={**made.contours, AGENT: breath}), "backchannel") == []
    own = [(3.0, 3.4, ""), (10.0, 20.0, "Let me look that up for you.")]
    made = call(own, [(1.0, 8.0, "I ordered it last week and it never came.")])
    assert len(of_kind(made, "backchannel")) == 1
    made.contours[AGENT].level[295:345] = -45  # the other side heard over the line
    assert of_kind(made, "backchannel") == []


# --- interruptions --------------------------------------------------------------------------------


def test_the_customer_interrupts_too() -> None:
    made = call(
        [(1.0, 5.8, "So what you should do first is"), (9.0, 11.0, "Well.")], [(5.0, 8.0, "But I did that.")]
    )
    (found,) = of_kind(made, "interruption")
    assert (found.speaker, found.start, found.end) == (
        CUSTOMER,
        pytest.approx(5, abs=0.01),
        pytest.approx(5.8, abs=0.01),
    )
    assert value(made, "talk.interruptions") == 0


def test_laughter_interrupts_nobody() -> None:
    customer = [(1.0, 5.8, "And then I waited all day for"), (9.0, 11.0, "Well.")]
    other = (20.0, 22.0, "I see what you mean.")
    assert of_kind(call([(5.0, 7.0, ""), other], customer), "interruption") == []
    assert len(of_kind(call([(5.0, 7.0, "But that"), other], customer), "interruption")) == 1


def test_who_ends_softly_and_low_was_not_stopped() -> None:
    def made(text: str, *, falls: bool) -> Call:
        heard = contours([(1.0, 5.8, "")])
        if falls:
            heard.level[565:580] = -27
            heard.f0[565:580] = 170
        found = call([(5.0, 8.0, "I can help with that.")], [(1.0, 5.8, text)])
        return replace(found, contours={**found.contours, CUSTOMER: heard})

    assert of_kind(made("And then I waited all day.", falls=True), "interruption") == []
    assert len(of_kind(made("And then I waited all day.", falls=False), "interruption")) == 1
    assert len(of_kind(made("And then I waited all", falls=True), "interruption")) == 1
    assert len(of_kind(made("And then I waited all day.", falls=True), "overlap")) == 1


# --- silences -------------------------------------------------------------------------------------


def test_a_silence_tells_who_announced_it_and_when() -> None:
    made = call([(1, 3, "Hello."), (12, 15, "I have it.")], [(3.5, 6, "My number is five.")])
    happened = measures.events(made)
    said = Match("announcement", 0, 0, 10, "one moment", start=1.5, end=2.5)
    (silence,) = (e for e in measures.announced(happened, [said]) if e.kind == "silence")
    assert silence.detail == 'the customer had spoken last; announced by "one moment" at 0:01'
    (silence,) = (e for e in measures.announced(happened, []) if e.kind == "silence")
    assert silence.detail == "the customer had spoken last; not announced"
    assert value(made, "talk.unannounced_silence", matches=[said]) == 0


@pytest.mark.parametrize(
    ("customer", "owner"),
    [
        ([(1.0, 4.0, "My number is five."), (10.0, 12.0, "Hello?")], AGENT),
        ([(1.0, 4.0, "Hang on, let me check."), (10.0, 12.0, "It is five.")], CUSTOMER),
        ([(1.0, 4.0, "The number on the box is"), (10.0, 12.0, "four five.")], CUSTOMER),
    ],
)
def test_whose_silence_it_is_after_the_customer_spoke(customer: list[Said], owner: str) -> None:
    (found,) = of_kind(call([(20.0, 22.0, "Thank you.")], customer), "silence")[:1]
    assert (found.speaker, round(found.duration)) == (owner, 6)


# --- latency --------------------------------------------------------------------------------------


def test_the_spread_of_answers_is_told_with_their_middle() -> None:
    gaps = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, -0.2]
    agent, customer = [], []
    at = 1.0
    for gap in gaps:
        customer.append((at, at + 1.5, "It was due on Monday."))
        agent.append((at + 1.5 + gap, at + 3.2 + gap, "I see what you mean."))
        at += 3.2 + gap + 0.5
    made = call(agent, customer)
    found = measured(made)["talk.response_latency", AGENT]
    assert found.value == pytest.approx(1.0, abs=0.011)
    assert (found.low, found.high) == (pytest.approx(0.2, abs=0.011), pytest.approx(1.8, abs=0.011))
    assert "of 11 answers" in found.reason
    assert "3 took more than 1.5 s, 1 began before" in found.reason


# --- what must not matter -------------------------------------------------------------------------

TURNS = st.lists(
    st.tuples(
        st.sampled_from([AGENT, CUSTOMER]),
        st.integers(1, 70),
        st.integers(2, 60),
        st.sampled_from(["Yes.", "I see", "Is it so?", "Let me check that.", "", "It is not so."]),
    ),
    min_size=2,
    max_size=14,
)


def drawn_call(drawn: list[tuple[str, int, int, str]], swap: bool = False, later: int = 0) -> Call:
    """A call of what is drawn; a speaker's turns do not overlap, and no time falls on a threshold."""
    sides: dict[str, list[Said]] = {AGENT: [], CUSTOMER: []}
    for speaker, gap, length, text in drawn:
        own = sides[speaker]
        start = (round(own[-1][1] * 100) if own else later + 100) + 7 * gap
        if start + 7 * length < LENGTH * 100:
            own.append((start / 100, start / 100 + 7 * length / 100, text))
    if swap:
        return call(sides[CUSTOMER], sides[AGENT])
    return call(sides[AGENT], sides[CUSTOMER])


@given(TURNS)
@settings(max_examples=60, deadline=None)
def test_swapping_channels_swaps_speakers(drawn: list[tuple[str, int, int, str]]) -> None:
    other = {AGENT: CUSTOMER, CUSTOMER: AGENT}
    kinds = ("pause", "interruption", "backchannel")  # whose a silence is depends on who serves whom

    def told(made: Call, names: dict[str, str]) -> set[tuple[str, str, float, float]]:
        found = (e for e in measures.events(made) if e.kind in kinds)
        return {(e.kind, names.get(e.speaker, e.speaker), round(e.start, 2), round(e.end, 2)) for e in found}

    first, swapped = drawn_call(drawn), drawn_call(drawn, swap=True)
    assert told(first, {}) == told(swapped, other)
    numbers, others = measured(first), measured(swapped)
    for id_ in ("talk.share", "talk.longest_monologue", "talk.response_latency"):
        assert numbers[id_, AGENT].value == pytest.approx(others[id_, CUSTOMER].value)


@given(TURNS, st.integers(0, 1500))
@settings(max_examples=60, deadline=None)
def test_shifting_a_call_shifts_its_events(drawn: list[tuple[str, int, int, str]], later: int) -> None:
    first, second = drawn_call(drawn[:6]), drawn_call(drawn[:6], later=later)
    found, shifted = measures.events(first), measures.events(second)
    # without the digits, of which the last may be rounded otherwise
    told, later_told = (
        [(e.kind, e.speaker, e.detail.strip("0123456789. ")) for e in es] for es in (found, shifted)
    )
    assert told == later_told
    for before, after in zip(found, shifted, strict=True):
        assert after.start - before.start == pytest.approx(later / 100, abs=0.02)
        assert after.end - before.end == pytest.approx(later / 100, abs=0.02)


@given(TURNS, st.floats(-25, 15), st.floats(-25, 15))
@settings(max_examples=30, deadline=None)
def test_gain_of_a_channel_changes_no_event(
    drawn: list[tuple[str, int, int, str]], agent: float, customer: float
) -> None:
    def louder(found: Contours, by: float) -> Contours:
        return replace(found, level=(found.level + by).astype(np.float32))

    made = drawn_call(drawn)
    gained = {AGENT: louder(made.contours[AGENT], agent), CUSTOMER: louder(made.contours[CUSTOMER], customer)}
    assert measures.events(made) == measures.events(replace(made, contours=gained))


def test_without_language_facts_the_sound_still_tells_who_comes_in() -> None:
    agent, customer = [(5.0, 8.0, "alpha"), (12.0, 12.4, "")], [(1.0, 5.8, "beta"), (10.0, 14.0, "gamma")]
    made = call(agent, customer, facts={}, language="xx")
    assert [e.speaker for e in of_kind(made, "interruption")] == [AGENT]
    assert [e.speaker for e in of_kind(made, "backchannel")] == [AGENT]
