"""Measures and events of calls whose answers are arithmetic: made contours, words placed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voicecoach
from voicecoach import measures
from voicecoach.datafile import read_file, read_text
from voicecoach.errors import DataFileError
from voicecoach.measures.definitions import definitions
from voicecoach.measures.scene import scene
from voicecoach.measures.sound import Sound, check, sound
from voicecoach.types import (
    AGENT,
    CUSTOMER,
    UNKNOWN,
    Call,
    ChannelQuality,
    Contours,
    Event,
    Match,
    Measure,
    Speaker,
    Turn,
    Word,
)

PACKS = Path(voicecoach.__file__).parent / "packs"
FACTS: Mapping[str, Any] = {"sound": read_file(PACKS / "en" / "sound.yaml").plain()}
LENGTH = 60.0

IDS = {
    "pace.speech_rate", "pace.articulation_rate", "pace.words_per_minute", "pace.drift",
    "pauses.rate", "pauses.median", "pauses.within_clause_rate", "pauses.longest",
    "fillers.heard_rate", "fillers.transcribed_rate",
    "pitch.median", "pitch.spread", "pitch.flat_share", "pitch.final_slope", "pitch.reset",
    "loudness.level", "loudness.range", "loudness.fade",
    "voice.hnr", "voice.cpp", "voice.jitter", "voice.shimmer",
    "talk.share", "talk.longest_monologue", "talk.response_latency", "talk.interruptions",
    "talk.unannounced_silence",
    "quality.snr", "quality.clipping", "quality.untranscribed_speech",
}  # fmt: skip

Said = tuple[float, float, str]  # start, end, text


def contours(said: Iterable[Said], **changes: Any) -> Contours:
    """Voice at 200 Hz, -20 dBFS where something is said, a nucleus each 0.25 s."""
    count = round(LENGTH * 100) + 1
    voice, nuclei = np.zeros(count, bool), []
    for start, end, _ in said:
        voice[round(start * 100) : round(end * 100)] = True
        nuclei += list(np.arange(start + 0.1, end, 0.25))
    found = Contours(
        hop=0.01,
        f0=np.where(voice, 200, np.nan).astype(np.float32),
        level=np.where(voice, -20, -60).astype(np.float32),
        voice=voice,
        hnr=np.where(voice, 15, np.nan).astype(np.float32),
        nuclei=np.array(nuclei, np.float32),
        loudness=-23.0,
        cpp=13.0,
        jitter=0.02,
        shimmer=0.1,
    )
    return replace(found, **changes)


def words(said: Said) -> tuple[Word, ...]:
    start, end, text = said
    parts = text.split()
    edges = np.linspace(start, end, len(parts) + 1)
    return tuple(
        Word(f" {p}", float(a), float(b), 0.9, True) for p, a, b in zip(parts, edges, edges[1:], strict=False)
    )


def call(
    agent: Sequence[Said] | None = None,
    customer: Sequence[Said] | None = None,
    *,
    facts: Mapping[str, Any] = FACTS,
    **changes: Any,
) -> Call:
    sides = {name: said for name, said in ((AGENT, agent), (CUSTOMER, customer)) if said is not None}
    turns = [
        Turn(name, text, start, end, words((start, end, text)))
        for name, said in sides.items()
        for start, end, text in said
        if text
    ]
    made = Call(
        language="en",
        duration=LENGTH,
        speakers=tuple(Speaker(name, i, str(i), "") for i, name in enumerate(sides)),
        turns=tuple(sorted(turns, key=lambda turn: turn.start or 0)),
        contours={name: contours(said) for name, said in sides.items()},
        separate=True,
        facts=facts,
    )
    return replace(made, **changes)


def measured(made: Call, matches: Sequence[Match] = ()) -> dict[tuple[str, str], Measure]:
    return {(m.id, m.speaker): m for m in measures.measure(made, measures.events(made), matches)}


def of_kind(made: Call, kind: str) -> list[Event]:
    return [event for event in measures.events(made) if event.kind == kind]


def value(made: Call, id_: str, speaker: str = AGENT, matches: Sequence[Match] = ()) -> float:
    found = measured(made, matches)[id_, speaker].value
    assert found is not None
    return found


# --- pauses ---------------------------------------------------------------------------------------


def test_pauses_come_from_the_sound_and_their_place_from_the_words() -> None:
    made = call(
        [
            (1, 4, "I looked it up."),
            (4.5, 7, "It was sent to the"),
            (7.3, 10, "wrong place."),
            (10.2, 12, "Yes."),
        ]
    )
    pauses = of_kind(made, "pause")
    assert [(p.start, p.end) for p in pauses] == [
        pytest.approx((4, 4.5), abs=0.011),
        pytest.approx((7, 7.3), abs=0.011),
    ]
    assert [p.detail for p in pauses] == ["between clauses", "within a clause"]
    assert value(made, "pauses.rate") == pytest.approx(2 / 11 * 60, rel=0.01)
    assert value(made, "pauses.within_clause_rate") == pytest.approx(1 / 11 * 60, rel=0.01)
    assert value(made, "pauses.median") == pytest.approx(0.4, abs=0.011)
    assert value(made, "pauses.longest") == pytest.approx(0.5, abs=0.011)


def test_a_gap_in_which_the_customer_speaks_is_no_pause() -> None:
    made = call([(1, 5, "What is your number?"), (7, 12, "Thank you.")], [(5.3, 6.6, "Four two seven nine.")])
    assert of_kind(made, "pause") == []
    found = measured(made)["pauses.median", AGENT]
    assert found.value is None
    assert "0.25" in found.reason


def test_a_pause_over_which_a_word_is_stretched_is_still_a_pause() -> None:
    made = call([(1, 4, ""), (4.6, 8, "")])
    stretched = (
        Word(" so", 1, 1.5, 0.9, True),
        Word(" here,", 3.8, 4.0, 0.9, True),
        Word(" then", 4.0, 5.2, 0.9, True),
    )
    made = replace(made, turns=(Turn(AGENT, "so here, then", 1, 5.2, stretched),))
    assert [(round(p.duration, 1), p.detail) for p in of_kind(made, "pause")] == [(0.6, "between clauses")]


# --- pace -----------------------------------------------------------------------------------------


def test_rates_count_syllables_with_and_without_pauses() -> None:
    text = "Good morning and welcome to the garden centre."  # 12 syllables, 8 words
    made = call([(1, 4, text), (4.5, 7.5, text)])
    assert value(made, "pace.articulation_rate") == pytest.approx(24 / 6, rel=0.01)
    assert value(made, "pace.speech_rate") == pytest.approx(24 / 6.5, rel=0.01)
    assert value(made, "pace.words_per_minute") == pytest.approx(16 / 6.5 * 60, rel=0.01)
    rate = measured(made)["pace.articulation_rate", AGENT]
    assert rate.unit == "syllables/s"
    assert rate.low == pytest.approx(4 * 0.96, rel=0.01)
    assert rate.high == pytest.approx(4 * 1.04, rel=0.01)


def test_words_that_are_not_backed_do_not_count() -> None:
    made = call([(1, 7, "one two three four five six")])
    doubted = tuple(replace(word, backed=i > 2) for i, word in enumerate(made.turns[0].words))
    assert value(
        replace(made, turns=(replace(made.turns[0], words=doubted),)), "pace.words_per_minute"
    ) == pytest.approx(value(made, "pace.words_per_minute") / 2)


def test_bounds_widen_where_text_and_sound_disagree() -> None:
    made = call([(1, 7, "one two three four five six")])
    heard = contours([(1, 7, "")], nuclei=np.linspace(1.1, 6.9, 24).astype(np.float32))
    rate = measured(replace(made, contours={AGENT: heard}))["pace.articulation_rate", AGENT]
    assert rate.value == pytest.approx(1.0, rel=0.01)
    assert rate.high == pytest.approx(24 / 6, rel=0.01)
    assert "transcript" in rate.reason


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("strength", 1), ("really", 2), ("asked", 1), ("wanted", 2), ("boxes", 2), ("names", 1), ("table", 2),
        ("business", 2), ("sometimes", 2), ("didn't", 2),
        ("don't", 1), ("serious", 3), ("million", 2), ("nation", 2),
        ("playing", 2), ("centres", 2), ("player", 2), ("employee", 3), ("appreciate", 4), ("experience", 4),
        ("homework", 2),
        ("basically", 3), ("every", 2), ("45", 3), ("101", 4), ("1984", 5), ("2000", 3), ("0800", 7),
        ("3:30", 3), ("USB", 3),
        ("I see, Mr. Smith.", 5), ("", 0), ("...", 0),
    ],
)  # fmt: skip
def test_syllables_of_english(text: str, count: int) -> None:
    assert english().count(text) == count


@pytest.mark.parametrize("path", sorted(PACKS.glob("*/sound.yaml")), ids=lambda path: path.parent.name)
def test_the_sound_of_every_pack_is_well_formed(path: Path) -> None:
    check(read_file(path))


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        ("  low: 3.3", "  lov: 3.3", r"sound.yaml:\d+:3: unknown key 'lov'; did you mean 'low'"),
        ("  high: 5.9", "  high: 2.9", r"sound.yaml:\d+:9: 'high' should be at least 3.3"),
        ("    point: 1", "    point: one", r"sound.yaml:\d+:\d+: 'point' should be a number"),
        ("    tens: [2, ", "    tens: [", r"sound.yaml:\d+:11: 'tens' should have 8 entries, but has 7"),
        (
            '    - "(?<=ic)a(?=lly$)"',
            '    - "(?<=ic)a(?=lly$"',
            r"sound.yaml:\d+:7: .* is not a regular expression",
        ),
        ("    2: [being,", "    two: [being,", r"sound.yaml:\d+:5: 'two' should be a number of syllables"),
    ],
)
def test_a_mistake_in_sound_yaml_is_named_with_its_place(found: str, put: str, said: str) -> None:
    text = (PACKS / "en" / "sound.yaml").read_text(encoding="utf-8")
    assert found in text
    with pytest.raises(DataFileError, match=said):
        check(read_text(text.replace(found, put), "sound.yaml"))


def english() -> Sound:
    found = sound(FACTS)
    assert found is not None
    return found


# --- two speakers ---------------------------------------------------------------------------------


def test_shares_monologues_and_answers() -> None:
    made = call(
        [
            (1, 4, "How can I help?"),
            (10.5, 13, "I see what you mean."),
            (13.6, 16.5, "One moment."),
            (20, 21, "It is done."),
        ],
        [(4.4, 10, "My parcel has not come."), (17, 19, "It was due on Monday.")],
    )
    assert value(made, "talk.share") == pytest.approx(100 * 9.4 / 17, abs=0.2)
    assert value(made, "talk.share") + value(made, "talk.share", CUSTOMER) == pytest.approx(100)
    assert value(made, "talk.longest_monologue") == pytest.approx(6, abs=0.02)
    assert value(made, "talk.response_latency") == pytest.approx(0.75, abs=0.02)  # 0.5 and 1.0
    assert value(made, "talk.response_latency", CUSTOMER) == pytest.approx(0.45, abs=0.02)


def test_an_interruption_stops_the_customer() -> None:
    made = call(
        [(5, 8, "That is not our fault at all.")],
        [(1, 5.8, "And then I waited all day for"), (9, 11, "Well.")],
    )
    (found,) = of_kind(made, "interruption")
    assert (found.speaker, found.start, found.end) == (
        AGENT,
        pytest.approx(5, abs=0.01),
        pytest.approx(5.8, abs=0.01),
    )
    assert found.detail.startswith("4.0 s into")
    assert value(made, "talk.interruptions") == 1
    (overlap,) = of_kind(made, "overlap")
    assert (overlap.speaker, round(overlap.duration, 1)) == (AGENT, 0.8)


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ([(5, 8, "Let me look that up.")], [(1, 5.2, "So I called you.")]),  # a little early at the end
        (
            [(5, 7, "But that is not so.")],
            [(1, 9, "And then I waited all day for nothing.")],
        ),  # goes on regardless
        ([(5, 5.6, "I see.")], [(1, 5.5, "I waited all day"), (6, 9, "and nobody came.")]),  # a backchannel
        ([(1, 8, "What you should do is this.")], [(5, 5.9, "But I did that.")]),  # the customer came in
    ],
    ids=["early", "stays", "backchannel", "other way"],
)
def test_what_is_no_interruption(agent: list[Said], customer: list[Said]) -> None:
    made = call(agent, customer)
    assert [event for event in of_kind(made, "interruption") if event.speaker == AGENT] == []
    assert value(made, "talk.interruptions") == 0


def test_a_backchannel_does_not_take_the_floor() -> None:
    made = call(
        [(4, 4.4, "Mm-hmm."), (9.5, 12, "I see, so it never came.")],
        [(1, 3.9, "I ordered it"), (4.5, 9, "last week.")],
    )
    (found,) = of_kind(made, "backchannel")
    assert (found.speaker, found.detail) == (AGENT, "Mm-hmm.")
    assert value(made, "talk.longest_monologue", CUSTOMER) == pytest.approx(8, abs=0.02)
    assert len(scene(made).spells[AGENT]) == 1


def test_okay_at_the_start_of_a_turn_is_no_backchannel() -> None:
    made = call([(4.2, 4.6, "Okay."), (5.0, 8, "Let me look that up.")], [(1, 4, "I ordered it last week.")])
    assert of_kind(made, "backchannel") == []
    assert scene(made).spells[AGENT][0].start == pytest.approx(4.2, abs=0.01)


# --- silences -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "owner"),
    [
        ("I will look into it.", AGENT),
        ("Let me check that for you.", AGENT),
        ("What is your number?", CUSTOMER),
        ("Please read me the number on the box.", CUSTOMER),
        ("Could you hold for a moment, please?", AGENT),
    ],
)
def test_whose_silence_it_is_after_the_agent_spoke(last: str, owner: str) -> None:
    made = call([(1, 4, last)], [(10, 12, "Hello?")])
    (found,) = of_kind(made, "silence")
    assert (found.speaker, found.start, found.end) == (
        owner,
        pytest.approx(4, abs=0.01),
        pytest.approx(10, abs=0.01),
    )


def test_silence_after_the_customer_is_the_agents_unless_it_was_announced() -> None:
    made = call([(1, 3, "Hello."), (12, 15, "I have it.")], [(3.5, 6, "My number is five.")])
    (found,) = of_kind(made, "silence")
    assert (found.speaker, round(found.duration)) == (AGENT, 6)
    assert value(made, "talk.unannounced_silence") == pytest.approx(6, abs=0.02)
    near, far = Match("courtesy.hold", 0, start=1.0, end=3.0), Match("courtesy.thanks", 0, start=1.0, end=3.0)
    assert value(made, "talk.unannounced_silence", matches=[near]) == 0
    assert value(made, "talk.unannounced_silence", matches=[far]) == pytest.approx(6, abs=0.02)


def test_short_gaps_and_the_ends_of_the_recording_are_no_silence() -> None:
    made = call([(20, 23, "Hello."), (25.8, 27, "Yes.")], [(23.5, 25, "Hello.")])
    assert of_kind(made, "silence") == []
    assert value(made, "talk.unannounced_silence") == 0


def test_one_side_alone_has_no_silences_and_no_partner() -> None:
    made = call([(1, 8, "Hello, how can I help you?"), (14, 20, "I see, thank you.")])
    assert of_kind(made, "silence") == []
    found = measured(made)
    for id_ in ("talk.share", "talk.response_latency", "talk.interruptions", "talk.unannounced_silence"):
        assert found[id_, AGENT].value is None
        assert "one side" in found[id_, AGENT].reason
    assert found["talk.longest_monologue", AGENT].value == pytest.approx(7, abs=0.02)


def test_two_voices_on_one_channel_have_silences_but_no_agent() -> None:
    both = [(1.0, 8.0, ""), (14.0, 20.0, "")]
    made = call(separate=False, contours={UNKNOWN: contours(both)}, untranscribed={UNKNOWN: 2.5})
    (silence,) = of_kind(made, "silence")
    assert silence.speaker == UNKNOWN
    found = measured(made)
    assert {id_ for id_, speaker in found if speaker == AGENT} == IDS - {"quality.untranscribed_speech"}
    assert all(m.value is None and "two voices" in m.reason for m in found.values() if m.speaker == AGENT)
    assert found["quality.untranscribed_speech", UNKNOWN].value == 2.5


@given(
    st.lists(
        st.tuples(st.sampled_from([AGENT, CUSTOMER, "speaker3"]), st.floats(0, 58), st.floats(0.05, 9)),
        max_size=25,
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_said_when_events_and_measures_stay_in_bounds(
    drawn: list[tuple[str, float, float]],
) -> None:
    said: dict[str, list[Said]] = {AGENT: [], CUSTOMER: [], "speaker3": []}
    for speaker, start, length in drawn:
        said[speaker].append((start, min(start + length, LENGTH), "Yes, I see."))
    made = call(said[AGENT], said[CUSTOMER])
    made = replace(made, contours={**made.contours, "speaker3": contours(said["speaker3"])})
    for event in measures.events(made):
        assert 0 <= event.start < event.end <= LENGTH
    for m in measured(made).values():
        assert m.value is None or np.isfinite(m.value)
        assert m.value is None or m.unit != "%" or 0 <= m.value <= 100


# --- voice ----------------------------------------------------------------------------------------


def test_pitch_in_hertz_and_semitones() -> None:
    made = call([(1, 11, "la " * 20)])
    bent = contours([(1, 11, "")])
    time = (np.arange(1000) - 1000) / 100
    bent.f0[100:1100] = (200 * 2 ** (time / 10)).astype(np.float32)  # from 100 to 200 Hz, an octave in 10 s
    made = replace(made, contours={AGENT: bent})
    assert value(made, "pitch.median") == pytest.approx(100 * 2**0.5, rel=0.01)
    assert value(made, "pitch.spread") == pytest.approx(0.8 * 12, abs=0.05)


def test_final_slope_in_semitones_a_second() -> None:
    said = [(float(k), k + 1.5, "so it is.") for k in range(1, 21, 2)]
    fall = contours(said)
    for start, end, _ in said:
        frames = np.arange(round((end - 0.4) * 100), round(end * 100))
        fall.f0[frames] = 200 * 2 ** (-10 / 12 * (frames / 100 - end))  # ten semitones a second down
        assert start < end
    made = replace(call(said), contours={AGENT: fall})
    assert value(made, "pitch.final_slope") == pytest.approx(-10, abs=0.3)


def test_reset_is_the_step_from_the_end_of_a_clause_to_the_start_of_the_next() -> None:
    said = [(float(k), k + 1.5, "so it is.") for k in range(1, 21, 2)]
    low = contours(said)
    for _, end, _ in said:
        low.f0[round((end - 0.4) * 100) : round(end * 100)] = 200 * 2 ** (-4 / 12)
    made = replace(call(said), contours={AGENT: low})
    assert value(made, "pitch.reset") == pytest.approx(4, abs=0.01)
    open_ended = [(start, end, text.rstrip(".")) for start, end, text in said]
    within = replace(call(open_ended), contours={AGENT: low})
    assert (
        "ends of clauses" in measured(within)["pitch.reset", AGENT].reason
    )  # no clause ends at these pauses


def test_flat_stretches_are_named_with_their_times() -> None:
    said = [(1.0, 41.0, "la " * 40)]
    bent = contours(said)
    time = np.arange(2000) / 100
    bent.f0[2100:4100] = (200 * 2 ** (np.sin(2 * np.pi * time / 2) / 4)).astype(np.float32)  # +-3 semitones
    found = measured(replace(call(said), contours={AGENT: bent}))["pitch.flat_share", AGENT]
    assert found.value == pytest.approx(50, abs=8)  # a window may end with a little liveliness
    assert "0:01 to 0:2" in found.reason
    bent.f0[100:2100] = bent.f0[2100:4100]
    found = measured(replace(call(said), contours={AGENT: bent}))["pitch.flat_share", AGENT]
    assert found.value == 0


def test_fade_is_how_far_the_last_two_syllables_sink() -> None:
    said = [(float(k), k + 1.5, "so it is.") for k in range(1, 21, 2)]
    soft = contours(said)
    for _, end, _ in said:
        soft.level[round((end - 0.5) * 100) : round(end * 100)] = -27
    made = replace(call(said), contours={AGENT: soft})
    assert value(made, "loudness.fade") == pytest.approx(7, abs=0.01)


def test_voice_quality_is_not_given_for_a_telephone_line_or_a_noisy_room() -> None:
    made = call([(1, 11, "la " * 20)])
    values = {"voice.hnr": 15.0, "voice.cpp": 13.0, "voice.jitter": 2.0, "voice.shimmer": 10.0}
    room = ChannelQuality("left", -20, 0.5, -45, 25.0, 0.0, 0.0, 8000.0, False, False)
    for id_, expected in values.items():
        assert value(made, id_) == pytest.approx(expected)
        assert "25 dB" in measured(replace(made, quality={AGENT: room}))[id_, AGENT].reason
        line = replace(room, telephone_band=True, snr=50.0)
        assert "telephone" in measured(replace(made, quality={AGENT: line}))[id_, AGENT].reason
        quiet = replace(room, snr=45.0)
        assert value(replace(made, quality={AGENT: quiet}), id_) == pytest.approx(expected)


def test_hnr_is_not_given_for_a_telephone_line() -> None:
    made = call([(1, 11, "la " * 20)])
    line = ChannelQuality("left", -20, 0.5, -60, 40.0, 0.002, 0.0, 3400.0, True, False)
    assert value(made, "voice.hnr") == 15
    narrow = measured(replace(made, quality={AGENT: line}))
    assert narrow["voice.hnr", AGENT].value is None
    assert "telephone" in narrow["voice.hnr", AGENT].reason
    assert narrow["quality.snr", AGENT].value == 40
    assert narrow["quality.clipping", AGENT].value == pytest.approx(0.2)
    muted = measured(replace(made, quality={AGENT: replace(line, snr=None, noise_floor=None)}))
    assert "mutes" in muted["quality.snr", AGENT].reason


def test_loudness_range_is_that_of_the_syllables() -> None:
    said = [(1.0, 11.0, "la " * 20)]
    swell = contours(said)
    swell.level[100:1100] = np.linspace(-30, -20, 1000)
    made = replace(call(said), contours={AGENT: swell})
    assert value(made, "loudness.range") == pytest.approx(8, abs=0.3)
    assert value(made, "loudness.level") == -23


def test_fillers_that_were_written_down() -> None:
    made = call([(0, 30, "Um, so I, uh, like your umbrella, erm.")])
    assert value(made, "fillers.transcribed_rate") == pytest.approx(6, rel=0.01)
    found = measured(made)
    assert found["fillers.transcribed_rate", AGENT].grade == "C"


# --- what is missing ------------------------------------------------------------------------------


def test_little_speech_and_no_speech_give_reasons_not_numbers() -> None:
    for said in ([(1.0, 1.9, "Hello there.")], []):
        found = measured(call(said, []))
        for id_ in ("pace.speech_rate", "pauses.rate", "pitch.median", "loudness.level"):
            assert found[id_, AGENT].value is None
            assert found[id_, AGENT].reason


def test_one_sentence_has_a_level_and_a_middle_pitch_but_no_habits() -> None:
    found = measured(call([(1.0, 3.0, "Hello there.")], []))
    assert found["pitch.median", AGENT].value == pytest.approx(200)
    assert found["loudness.level", AGENT].value == -23
    for id_ in ("pitch.spread", "loudness.range", "pauses.rate"):
        assert "5 s" in found[id_, AGENT].reason


def test_a_language_without_facts_keeps_what_needs_no_words() -> None:
    made = call([(1, 5, "alpha beta"), (5.5, 9, "gamma")], [(9.5, 12, "delta")], facts={}, language="xx")
    found = measured(made)
    assert "xx" in found["pace.speech_rate", AGENT].reason
    assert found["pauses.rate", AGENT].value is not None
    assert found["talk.share", AGENT].value is not None


def test_every_measure_is_there_with_unit_grade_and_reason() -> None:
    full = call(
        [(1, 8, "Hello, how can I help you?"), (12, 20, "I see.")],
        [(9, 11, "Well.")],
        untranscribed={AGENT: 0.0},
    )
    for made in (
        full,
        call([(1, 8, "Hello.")], untranscribed={AGENT: 0.0}),
        call([], [], untranscribed={AGENT: 0.0}),
    ):
        found = measures.measure(made, measures.events(made), ())
        assert {m.id for m in found if m.speaker == AGENT} == IDS
        assert len({(m.id, m.speaker) for m in found}) == len(found)
        for m in found:
            assert m.grade in ("A", "B", "C")
            assert m.reason
            assert m.unit
            assert m.value is None or np.isfinite(m.value)
        assert all(m.id.startswith("talk.") for m in found if m.speaker == CUSTOMER)


def test_definitions_have_sources_and_every_event_stands_in_time_order() -> None:
    assert set(definitions().entries) == IDS
    assert all(definitions().sources.values())
    made = call([(1, 4, "So."), (4.4, 6, "Well."), (11, 12, "Yes.")], [(5.5, 8, "No, it is not.")])
    found = measures.events(made)
    assert [e.start for e in found] == sorted(e.start for e in found)
    assert {e.kind for e in found} >= {"pause", "overlap", "silence"}
