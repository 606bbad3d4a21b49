"""Two takes side by side: what was changed between them by arithmetic comes out as that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests import make_analysis as made
from voicecoach.compare import Comparison, compare
from voicecoach.compare.types import rules
from voicecoach.errors import UsageError
from voicecoach.types import AGENT, Analysis, Contours, Event, Turn, Word

GREETING = "Good morning, Northside Bikes, my name is Dana."
OFFER = "You can come today at four or tomorrow at nine."
HOP = 0.01


def words(
    text: str, start: float, *, step: float = 0.3, hold: dict[str, float] | None = None
) -> tuple[Word, ...]:
    """Words of 0.9 steps each; before a word in ``hold`` is a pause of so many seconds."""
    found, at = [], start
    for piece in text.split():
        at += (hold or {}).get(piece, 0.0)
        found.append(Word(piece, at, at + 0.9 * step, 0.9, True))
        at += step
    return tuple(found)


def take(
    *said: tuple[str, str, float],
    step: float = 0.3,
    hold: dict[str, float] | None = None,
    path: str = "take.wav",
) -> Analysis:
    """A take of (speaker, text, start); the agent's pauses of ``hold`` are its events."""
    turns, events = [], []
    for speaker, text, start in said:
        mine = words(text, start, step=step, hold=hold if speaker == AGENT else None)
        turns.append(Turn(speaker, text, mine[0].start, mine[-1].end, mine))
        if speaker == AGENT:
            for before, after in pairwise(mine):
                if after.start - before.end > 0.25:
                    events.append(Event("pause", AGENT, before.end, after.start, ""))
    return replace(made.analysis(turns, (), path=path), events=tuple(events))


def sung(analysis: Analysis, heights: dict[str, float], *, base: float = 200.0) -> Analysis:
    """The take with contours in which each word of the agent has its height in semitones above ``base``."""
    count = 5000
    f0 = np.full(count, np.nan, np.float32)
    level = np.full(count, -60.0, np.float32)
    for turn in analysis.turns:
        for word in turn.words if turn.speaker == AGENT else ():
            part = slice(round(word.start / HOP), round(word.end / HOP))
            f0[part] = base * 2 ** (heights.get(word.bare, 0.0) / 12)
            level[part] = -20.0 + heights.get(word.bare, 0.0)
    voice = ~np.isnan(f0)
    contours = Contours(HOP, f0, level, voice, np.zeros(count, np.float32), np.empty(0, np.float32))
    return replace(analysis, contours={AGENT: contours})


def kinds(found: Comparison) -> list[tuple[str, str]]:
    return [(pause.kind, pause.before) for pause in found.pauses]


def test_the_same_words_said_faster_are_so_much_faster() -> None:
    first = take((AGENT, GREETING, 1.0), (AGENT, OFFER, 10.0))
    second = take((AGENT, GREETING, 1.0), (AGENT, OFFER, 9.0), step=0.3 / 1.1)
    found = compare(first, second)
    assert found.change == pytest.approx(0.1)
    assert [phrase.change for phrase in found.phrases] == [pytest.approx(0.1)] * 2
    assert [phrase.a.text for phrase in found.phrases] == [GREETING, OFFER]
    assert (found.words_a, found.words_b, found.words_same) == (18, 18, 18)
    assert found.unit == "syllables/s"
    assert found.phrases[0].b.pace == pytest.approx((found.phrases[0].a.pace or 0) * 1.1)
    back = compare(second, first)
    assert back.change == pytest.approx(1 / 1.1 - 1)


def test_a_take_beside_itself_has_no_change() -> None:
    found = compare(made.good(), made.good())
    assert found.change == pytest.approx(0.0)
    assert found.pauses == found.wording == found.markers == found.criteria == ()
    assert {change.status for change in found.measures} <= {"within", "described"}
    assert found.words_same == found.words_a == found.words_b


def test_a_pause_is_named_by_the_word_after_it() -> None:
    plain = take((AGENT, GREETING, 1.0), (AGENT, OFFER, 10.0))
    held = take((AGENT, GREETING, 1.0), (AGENT, OFFER, 10.0), hold={"tomorrow": 0.6})
    found = compare(plain, held)
    assert kinds(found) == [("gained", "tomorrow")]
    (pause,) = found.pauses
    assert (pause.a, pause.b) == (0.0, pytest.approx(0.63))
    assert pause.within
    assert found.change == pytest.approx(0.0, abs=0.01)  # a pause is no slower pace
    assert kinds(compare(held, plain)) == [("lost", "tomorrow")]
    longer = take((AGENT, GREETING, 1.0), (AGENT, OFFER, 10.0), hold={"tomorrow": 1.2})
    assert kinds(compare(held, longer)) == [("longer", "tomorrow")]
    assert kinds(compare(longer, held)) == [("shorter", "tomorrow")]
    barely = take((AGENT, GREETING, 1.0), (AGENT, OFFER, 10.0), hold={"tomorrow": 0.7})
    assert kinds(compare(held, barely)) == []


def test_a_pause_after_a_clause_is_not_within() -> None:
    plain = take((AGENT, GREETING, 1.0))
    held = take((AGENT, GREETING, 1.0), hold={"Northside": 0.5})
    (pause,) = compare(plain, held).pauses
    assert not pause.within


def test_a_customer_between_two_words_makes_no_pause() -> None:
    first = take((AGENT, GREETING, 1.0), ("customer", "I want a bike.", 4.0), (AGENT, OFFER, 6.0))
    second = take((AGENT, GREETING, 1.0), ("customer", "I want a bike.", 6.0), (AGENT, OFFER, 12.0))
    assert compare(first, second).pauses == ()


def test_emphasis_is_in_semitones_so_a_higher_voice_is_no_change() -> None:
    spoken = take((AGENT, OFFER, 1.0))
    low = sung(spoken, {"today": 6.0}, base=110.0)
    high = sung(spoken, {"today": 6.0}, base=220.0)
    (phrase,) = compare(low, high).phrases
    assert (phrase.a.highest, phrase.b.highest) == ("today", "today")
    assert phrase.a.pitch == pytest.approx(6.0, abs=0.01)
    assert phrase.b.pitch == pytest.approx(6.0, abs=0.01)
    assert phrase.moved is False


def test_another_word_that_stands_out_is_named() -> None:
    spoken = take((AGENT, OFFER, 1.0))
    (phrase,) = compare(sung(spoken, {"today": 6.0}), sung(spoken, {"tomorrow": 5.0})).phrases
    assert (phrase.a.highest, phrase.b.highest, phrase.moved) == ("today", "tomorrow", True)
    assert (phrase.a.loudest, phrase.b.loudest) == ("today", "tomorrow")
    near = sung(spoken, {"today": 5.0, "tomorrow": 6.0})  # a semitone more is not heard as another emphasis
    assert compare(sung(spoken, {"today": 6.0}), near).phrases[0].moved is False


def test_without_the_sound_pitch_is_missing_with_a_reason() -> None:
    spoken = take((AGENT, OFFER, 1.0), path="gone.wav")
    found = compare(spoken, sung(spoken, {}))
    assert found.phrases[0].a.pitch is None
    assert found.phrases[0].moved is None
    assert "gone.wav is not there as a recording any more" in " ".join(found.notes)
    assert found.phrases[0].change == pytest.approx(0.0)


def test_different_lines_compare_no_pitch_and_level() -> None:
    spoken = sung(take((AGENT, OFFER, 1.0)), {"today": 5.0})
    level = made.measure("loudness.level", -20.0, "LUFS")
    spoken = replace(spoken, measures=(*spoken.measures, level))
    telephone = tuple(replace(q, telephone_band=True) for q in spoken.quality)
    found = compare(spoken, replace(spoken, quality=telephone))
    assert found.phrases[0].a.pitch is None
    assert "different kinds of line" in found.notes[0]
    assert "loudness.level" not in {change.id for change in found.measures}
    assert "loudness.level" in {change.id for change in compare(spoken, spoken).measures}


def test_other_words_are_shown_and_their_pace_is_that_of_each() -> None:
    first = take((AGENT, f"{GREETING} {OFFER}", 1.0))
    second = take((AGENT, f"{GREETING} We will ring you back on Friday morning.", 1.0))
    found = compare(first, second)
    assert [(one.a, one.b) for one in found.wording] == [(OFFER, "We will ring you back on Friday morning.")]
    other = [phrase for phrase in found.phrases if not phrase.same]
    assert len(other) == 1
    assert other[0].moved is None
    assert other[0].change is not None


def test_answers_are_kept_apart_by_what_the_caller_says() -> None:
    line = ("customer", "My brake squeals since Monday and I am worried about it.", 4.0)
    first = take((AGENT, GREETING, 1.0), line, (AGENT, "Thank you for telling me.", 9.0))
    second = take((AGENT, "Thank you for telling me.", 1.0), line, (AGENT, "I see.", 9.0))
    found = compare(first, second)
    assert found.words_same == 0
    assert [(one.a, one.b) for one in found.wording] == [
        (GREETING, "Thank you for telling me."),
        ("Thank you for telling me.", "I see."),
    ]
    assert "only 0 % of the words" in " ".join(found.notes)


def test_what_is_said_over_several_turns_is_no_phrase() -> None:
    first = take((AGENT, GREETING, 1.0), ("customer", "Hello.", 4.5), (AGENT, OFFER, 6.0))
    second = take((AGENT, "What is it about, please? I will look at once.", 1.0))
    found = compare(first, second)
    assert found.phrases == ()
    assert len(found.wording) >= 1


def test_characters_are_aligned_where_a_recogniser_cuts_words_anywhere() -> None:
    def spoken(*pieces: str) -> Analysis:
        mine, at = [], 1.0
        for piece in pieces:
            mine.append(Word(piece, at, at + 0.15 * len(piece), 0.9, True))
            at += 0.15 * len(piece)
        turn = Turn(AGENT, "".join(pieces), 1.0, at, tuple(mine))
        return replace(made.analysis((turn,), ()), language="ja")

    found = compare(
        spoken("お電話", "ありがとう", "ございます。"), spoken("お", "電話あり", "がとうござい", "ます。")
    )
    assert found.words_same == found.words_a == found.words_b == 13
    assert found.change == pytest.approx(0.0, abs=0.01)
    assert found.unit == "morae/s"


def test_takes_that_cannot_be_compared_say_why() -> None:
    spoken = take((AGENT, OFFER, 1.0))
    with pytest.raises(UsageError, match=r"'en' and .* in 'es'"):
        compare(spoken, replace(spoken, language="es"))
    with pytest.raises(UsageError, match="no words that are surely the agent's"):
        compare(spoken, made.two_voices())
    with pytest.raises(UsageError, match="one: no words"):
        compare(made.silent(), replace(spoken, language=""), names=("one", "two"))


def test_markers_and_criteria_gained_and_lost() -> None:
    found = compare(made.poor(), made.good())
    assert {m.rule for m in found.markers if m.kind == "lost" and m.polarity == "negative"} >= {
        "courtesy.dismissive",
        "listening.interruption",
    }
    assert "courtesy.greeting" in {m.rule for m in found.markers if m.kind == "gained"}
    assert all(change.a != change.b for change in found.criteria)
    assert found.better is not None
    worse = compare(made.good(), made.poor())
    assert {(m.rule, m.quote) for m in worse.markers if m.kind == "lost"} == {
        (m.rule, m.quote) for m in found.markers if m.kind == "gained"
    }
    assert worse.next_step is not None
    assert worse.next_step.about in {change.id for change in worse.criteria if change.kind == "must"}


def test_one_of_two_equal_markers_is_lost_where_it_is() -> None:
    turns = made.GOOD_TURNS
    both = [made.finding("courtesy.thanks", turns, 6, "Thank you", 31.0)]
    both.append(made.finding("courtesy.thanks", turns, 10, "Thank you", 47.8))
    first = made.analysis(turns, both)
    for kept in (0, 1):
        (change,) = compare(first, made.analysis(turns, [both[kept]])).markers
        assert (change.kind, change.start) == ("lost", both[1 - kept].start)


def measured(value: float, id_: str = "pauses.within_clause_rate") -> Analysis:
    return replace(take((AGENT, OFFER, 1.0)), measures=(made.measure(id_, value, "per min", grade="B"),))


def status(a: float, b: float, **spreads: float) -> Sequence[str]:
    named = {key.replace("_", ".", 1): value for key, value in spreads.items()}
    return [change.status for change in compare(measured(a), measured(b), spreads=named).measures]


def test_a_measure_changed_when_it_is_beyond_its_tolerance() -> None:
    assert status(5.0, 8.9) == ["within"]
    assert status(5.0, 9.1) == ["changed"]
    assert status(5.0, 9.1, pauses_within_clause_rate=3.0) == ["within"]  # it varies more with this speaker
    found = compare(measured(12.0), measured(3.0))
    assert [change.apart for change in found.measures] == ["-9.0 per min"]


def test_a_model_is_called_one_and_another_speaker_has_another_voice() -> None:
    voice = (made.measure("pitch.median", 120.0, "Hz"), made.measure("voice.hnr", 12.0, "dB", grade="C"))
    model = replace(take((AGENT, f"{GREETING} {OFFER}", 1.0)), measures=voice)
    own = replace(take((AGENT, OFFER, 1.0)), measures=voice)
    found = compare(model, own, model=True, same_speaker=False)
    assert found.measures == ()
    assert any("different speakers" in note for note in found.notes)
    assert len(compare(model, own).measures) == 2


def test_every_threshold_has_a_source() -> None:
    assert len(rules().thresholds) == len(rules().sources) > 5
    assert all(len(source) > 10 for source in rules().sources.values())
