"""What a practice take tells, on analyses made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_analysis import BACKED, NOT_BACKED, TEXTS, analysis, finding, measure, turn

from voicecoach import rules, score
from voicecoach.errors import DataFileError
from voicecoach.measures.sound import facts, sound
from voicecoach.practice import PlayedLine, outcome, rating, recovery
from voicecoach.practice.answers import MET, MISSED, NOT_MEASURED
from voicecoach.practice.wording import Drift, drift, find
from voicecoach.rules.text import Spelling
from voicecoach.scenarios import Caller, Expect, Line, Scenario
from voicecoach.types import AGENT, CUSTOMER, Analysis, Contours, Event, Finding, Turn

TEXTS.setdefault("listening.reflection", ("You said back what you had heard.", ""))


def line(say: str, *expect: tuple[str, ...], **other: object) -> Line:
    fields: dict[str, object] = {
        "how": "",
        "audio": None,
        "attack": False,
        "must_say": (),
        "must_not_say": (),
        "example": f"An answer to: {say}",
    }
    wanted = tuple(Expect(markers, f"Try {markers[0]}.") for markers in expect)
    return Line(say=say, expect=wanted, **{**fields, **other})  # type: ignore[arg-type]


def scenario(*lines: Line, **other: object) -> Scenario:
    fields: dict[str, object] = {
        "id": "squealing-brake",
        "title": "A squealing brake",
        "family": "everyday",
        "language": "en",
        "difficulty": 1,
        "role": "You mend bicycles.",
        "caller": Caller("Robin Hale", "Cycles to work."),
        "place": "The workshop.",
        "goal": "Find a time.",
        "opt_in": False,
        "warning": "",
        "stop_word": "",
        "must_say": (),
        "must_not_say": (),
        "debrief": ("What went well?",),
        "source": "made by hand",
        "sha256": "0" * 64,
        "path": Path("squealing-brake.yaml"),
    }
    return Scenario(lines=lines, **{**fields, **other})  # type: ignore[arg-type]


TURNS = (
    turn(CUSTOMER, 1.0, 4.0, "Hello, my brake squeals."),
    turn(AGENT, 4.5, 8.5, "I see, a squealing brake. How long has it done that?"),
    turn(CUSTOMER, 10.0, 12.0, "Since Monday. What now?"),
    turn(AGENT, 11.5, 14.5, "We will look at it tomorrow at nine."),
)
FOUND = (
    finding("listening.echo", TURNS, 1, "squealing brake"),
    finding("listening.open_question", TURNS, 1, "How long has it done that?", 6.5),
)
PLAYED = (PlayedLine(0, 0.9, 4.2, 4.5, 8.5), PlayedLine(1, 9.9, 12.2, 12.5, 14.5))
SCENARIO = scenario(
    line("Hello, my brake squeals.", ("listening.echo", "listening.empathy"), ("listening.open_question",)),
    line("Since Monday. What now?", ("structure.options",), must_say=("look at it today at nine",)),
    must_say=("how long",),
    must_not_say=("calm down",),
)


def made(
    turns: tuple[Turn, ...] = TURNS, findings: tuple[Finding, ...] = FOUND, events: tuple[Event, ...] = ()
) -> Analysis:
    return replace(analysis(turns, findings), events=events)


def test_an_answer_lasts_until_the_next_line() -> None:
    first, second = outcome.evaluate(SCENARIO, PLAYED, made()).answers
    assert first.quote == TURNS[1].text
    assert second.quote == TURNS[3].text
    assert (first.start, second.start) == (0.9, 9.9)
    assert first.end == pytest.approx(4.0 - 0.1 * 3 / 4)  # the last word of the caller
    assert first.latency == pytest.approx(4.5 - first.end)
    assert second.latency is not None
    assert second.latency < 0  # began while the caller spoke
    assert first.seconds == pytest.approx(4.0 - 0.1 * 4 / 11)


def test_expectations_are_met_by_what_was_found_in_the_answer() -> None:
    found = outcome.evaluate(SCENARIO, PLAYED, made())
    echo, question = found.answers[0].expected
    assert (echo.status, echo.rule, echo.quote) == (MET, "listening.echo", "squealing brake")
    assert (question.status, question.start) == (MET, 6.5)
    assert [e.status for e in found.answers[1].expected] == [MISSED]
    assert (found.met, found.wanted) == (2, 3)


def test_what_the_sound_does_not_back_is_not_measured() -> None:
    doubted = replace(FOUND[0], evidence=NOT_BACKED)
    take = replace(made(findings=(FOUND[1],)), unbacked=(doubted,))
    echo = outcome.evaluate(SCENARIO, PLAYED, take).answers[0].expected[0]
    assert echo.status == NOT_MEASURED
    assert "squealing brake" in echo.reason


def test_wordings_are_looked_for_as_rules_do() -> None:
    found = outcome.evaluate(SCENARIO, PLAYED, made())
    assert [(p.phrase, p.said, p.quote) for p in found.must_say] == [("how long", True, "How long")]
    assert [(p.phrase, p.said) for p in found.must_not_say] == [("calm down", False)]
    (asked,) = found.answers[1].must_say
    assert asked.said is False
    assert asked.drift == Drift("look at it tomorrow at nine", (("today", "tomorrow"),))


def test_words_that_are_not_backed_are_neither_said_nor_missing() -> None:
    unsure = replace(TURNS[1], words=tuple(replace(w, backed=False) for w in TURNS[1].words))
    found = outcome.evaluate(SCENARIO, PLAYED, made((TURNS[0], unsure, *TURNS[2:])))
    assert found.must_say[0].said is None
    assert found.must_say[0].reason


def test_the_answer_that_left_most_open_is_the_one_to_try_again() -> None:
    suggestion = outcome.evaluate(SCENARIO, PLAYED, made()).suggestion
    assert suggestion is not None
    assert (suggestion.line, suggestion.text) == (1, "Try structure.options.")
    assert suggestion.say == "An answer to: Since Monday. What now?"
    complete = scenario(line("Hello.", ("listening.echo",)))
    assert outcome.evaluate(complete, PLAYED[:1], made()).suggestion is None


def test_words_to_avoid_weigh_most() -> None:
    open_ = line("Hello.", ("courtesy.offer_help",), ("listening.empathy",))
    rough = scenario(open_, line("And?", must_not_say=("tomorrow",)))
    found = outcome.evaluate(rough, PLAYED, made())
    assert found.suggestion is not None
    assert found.suggestion.line == 1
    assert '"tomorrow"' in found.suggestion.text


def test_shown_lines_have_no_time_to_answer() -> None:
    shown = tuple(replace(one, sounded=False) for one in PLAYED)
    found = outcome.evaluate(SCENARIO, shown, made())
    assert [a.latency for a in found.answers] == [None, None]
    assert {a.reason for a in found.answers} == {"the caller's lines were shown, not played"}
    assert found.met == 2


def test_a_line_without_an_answer_says_so_and_a_voice_without_words_is_not_blamed() -> None:
    silent = replace(PLAYED[1], answer_start=None, answer_end=None)
    found = outcome.evaluate(SCENARIO, (PLAYED[0], silent), made(TURNS[:3])).answers[1]
    assert (found.quote, found.reason) == ("", "no answer was heard")
    assert found.expected[0].status == MISSED
    mumbled = outcome.evaluate(SCENARIO, PLAYED, made(TURNS[:3])).answers[1]
    assert mumbled.expected[0].status == NOT_MEASURED
    assert mumbled.must_say[0].said is None


def test_a_line_after_which_the_agent_stopped_is_not_held_against_anybody() -> None:
    silent = replace(PLAYED[1], answer_start=None, answer_end=None)
    found = outcome.evaluate(SCENARIO, (PLAYED[0], silent), made(TURNS[:3]), ended="stopped")
    assert found.answers[1].expected == ()
    assert (found.met, found.wanted) == (2, 2)


def test_what_a_call_that_ended_early_had_not_come_to_is_not_missing() -> None:
    late = replace(SCENARIO, must_say=("how long", "thank you for calling"))
    said = [
        [p.said for p in outcome.evaluate(late, PLAYED, made(), ended=e).must_say]
        for e in ("done", "stopped")
    ]
    assert said == [[True, False], [True]]


def test_a_call_without_a_line_has_nothing_to_tell() -> None:
    found = outcome.evaluate(SCENARIO, (), made((), ()), ended="stopped")
    assert (found.answers, found.must_say, found.suggestion, found.wanted) == ((), (), None, 0)


def test_a_repeated_line_is_answered_after_it_was_said_again() -> None:
    again = replace(PLAYED[0], repeats=((6.4, 6.4),))
    found = outcome.evaluate(SCENARIO, (again, PLAYED[1]), made()).answers[0]
    assert found.repeats == 1
    assert found.answer_start is not None
    assert found.answer_start >= 6.4
    assert outcome.caller_lines(SCENARIO, (again,))[CUSTOMER] == (
        outcome.Known("Hello, my brake squeals.", 0.9, 4.2),
        outcome.Known("Hello, my brake squeals.", 6.4, 6.4),
    )


def test_another_language_is_not_judged() -> None:
    found = outcome.evaluate(SCENARIO, PLAYED, replace(made(), language="es"))
    assert {e.status for a in found.answers for e in a.expected} == {NOT_MEASURED}
    assert found.wanted == 0
    assert found.must_say[0].said is None


@pytest.mark.parametrize("ended", ["stop word", "stopped"])
def test_a_stopped_hard_call_is_not_judged(ended: str) -> None:
    hard = replace(SCENARIO, family="abusive", opt_in=True)
    found = outcome.evaluate(hard, PLAYED, made(), ended=ended)
    assert found.debrief_only
    assert found.suggestion is None
    assert found.must_say == found.must_not_say == ()
    assert all(not a.expected and not a.must_say and not a.example for a in found.answers)
    assert found.debrief == ("What went well?",)


def test_an_outcome_comes_back_from_its_document() -> None:
    found = outcome.evaluate(SCENARIO, PLAYED, made())
    stored = json.loads(json.dumps(outcome.document(found)))
    assert outcome.parse(stored) == found
    assert (stored["met"], stored["wanted"]) == (2, 3)
    with pytest.raises(DataFileError, match="version 99"):
        outcome.parse({**stored, "version": 99})
    with pytest.raises(DataFileError, match="damaged"):
        outcome.parse({"version": 1})


# --- wording ------------------------------------------------------------------------------------------------


WORDING = "Thank you for calling Northside today"


@pytest.mark.parametrize(
    ("said", "version", "changes"),
    [
        ("well, thank you for calling today", "thank you for calling today", (("northside", ""),)),
        ("Thank you for ringing Northside today", None, (("calling", "ringing"),)),
        ("Thank you so much for calling Northside today", None, (("", "so much"),)),
        ("You for calling in today", None, (("thank", ""), ("northside", "in"))),
    ],
)
def test_a_version_of_a_wording_is_told_word_by_word(
    said: str, version: str | None, changes: tuple[tuple[str, str], ...]
) -> None:
    found = drift(WORDING, said, Spelling(), least=3, most=0.5)
    assert found == Drift(version or said.lower(), changes)


@pytest.mark.parametrize("said", [f"Yes. {WORDING}!", "what is your number please", ""])
def test_the_wording_itself_and_something_else_are_no_versions(said: str) -> None:
    assert drift(WORDING, said, Spelling(), least=3, most=0.5) is None


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("(four|4) (one|1)", "So it is E41, thank you.", "41"),
        ("between nine and eleven", "Between 9 and 11 today.", "Between 9 and 11"),
        ("between nine and eleven", "Between nine and eleven.", "Between nine and eleven"),
        ("four one", "It is E42.", None),
    ],
)
def test_numbers_are_found_however_they_are_written(phrase: str, text: str, quote: str | None) -> None:
    (span,) = find(rules.load_pack("en"), [phrase], text)
    assert (span and text[span[0] : span[1]]) == quote


def test_a_short_wording_has_no_versions() -> None:
    assert drift("thank you", "thank them", Spelling(), least=3, most=0.5) is None


# --- recovery -----------------------------------------------------------------------------------------------

SENTENCE = "We have a new pump here and can send it to you on the day you like best"  # 18 syllables
SPANS = [(0.0, 4.0, 0.0, 100.0), (10.0, 12.5, 9.0, 150.0), (20.0, 24.2, 1.0, 102.0)]  # s, s, dB, Hz


def hard_call(spans: list[tuple[float, float, float, float]]) -> tuple[Analysis, list[recovery.Said]]:
    """Answers of the same words, each with its own level and pitch; the second follows a hard line."""
    hop = 0.01
    voice = np.zeros(3000, bool)
    level = np.full(3000, -90.0, np.float32)
    f0 = np.full(3000, np.nan, np.float32)
    turns = []
    for start, end, louder, hertz in spans:
        part = slice(round(start / hop), round(end / hop))
        voice[part], level[part], f0[part] = True, -30.0 + louder, hertz
        turns.append(turn(AGENT, start, end, SENTENCE))
    contours = Contours(hop, f0, level, voice, f0, np.empty(0, np.float32))
    said = [recovery.Said(k, k == 1, start - 0.5, start, end) for k, (start, end, *_) in enumerate(spans)]
    return replace(analysis(turns, ()), contours={AGENT: contours}), said


def test_recovery_is_the_time_until_level_pace_and_pitch_are_back() -> None:
    take, said = hard_call(SPANS)
    (found,) = recovery.recoveries(take, said, least=2.0)
    assert found.first is not None
    assert found.first.level == pytest.approx(9.0, abs=0.01)
    assert found.first.pace == pytest.approx(100 * (4.0 / 2.5 - 1), abs=0.5)
    assert found.first.pitch == pytest.approx(12 * np.log2(1.5), abs=0.01)
    assert not found.first.within
    assert found.seconds == pytest.approx(20.0 - 9.5)
    assert found.against == "before"


def test_a_voice_that_stays_is_back_with_the_first_answer() -> None:
    take, said = hard_call([SPANS[0], (10.0, 14.1, 2.0, 105.0), SPANS[2]])
    (found,) = recovery.recoveries(take, said, least=2.0)
    assert found.first is not None
    assert found.first.within
    assert found.seconds == pytest.approx(0.5)


def test_recovery_says_why_it_is_not_measured() -> None:
    take, said = hard_call(SPANS)
    found = {
        "little_after": recovery.recoveries(take, said, least=3.0),
        "not_back": recovery.recoveries(take, said[:2], least=2.0),
        "no_before": recovery.recoveries(take, said[1:], least=2.0),
        "no_contours": recovery.recoveries(replace(take, contours={}), said, least=2.0),
    }
    found["little_after"] = recovery.recoveries(take, said[:2], least=3.0)
    assert {reason: (one[0].seconds, one[0].reason) for reason, one in found.items()} == {
        reason: (None, reason) for reason in found
    }
    assert set(found) <= set(outcome.settings().texts)
    assert recovery.recoveries(take, [replace(one, attack=False) for one in said], least=2.0) == ()


def test_without_answers_before_it_the_own_values_are_taken() -> None:
    take, said = hard_call(SPANS[1:])
    said = [replace(one, attack=k == 0, line=k) for k, one in enumerate(said)]
    own = (
        measure("loudness.level", -25.0, "LUFS", baseline=-34.0),
        measure("pace.articulation_rate", 5.0, "syllables/s", baseline=18 / 4.0),
        measure("pitch.median", 120.0, "Hz", baseline=100.0),
    )
    (found,) = recovery.recoveries(replace(take, measures=own), said, least=2.0)
    assert found.against == "own"
    assert found.first is not None
    assert found.first.pitch == pytest.approx(12 * np.log2(1.5), abs=0.01)
    # both answers together: 9 dB for 2.5 s, 1 dB for 4.2 s; as a whole 9 dB over the own
    mean = 10 * np.log10((2.5 * 10**0.9 + 4.2 * 10**0.1) / 6.7)
    assert found.first.level == pytest.approx(9.0 - (mean - 9.0), abs=0.01)


def test_the_hardest_line_is_the_one_after_which_the_voice_moved_most() -> None:
    def after(number: int, level: float) -> recovery.Recovery:
        return recovery.Recovery(
            number, 0.0, recovery.Move(number, 1.0, level, 0.0, 0.0, True), 1.0, "before"
        )

    assert recovery.hardest([after(0, 1.0), after(1, -5.0), after(2, 3.0)]) == after(1, -5.0)
    assert recovery.hardest([]) is None


# --- self-rating --------------------------------------------------------------------------------------------


def rated(own: int, *early: int) -> rating.Difference:
    """A rating of how far the caller could finish, in four lines; ``early`` are those that could not."""
    lines = tuple(line(f"Line {k}.") for k in range(4))
    played = tuple(PlayedLine(k, 10.0 * k, 10.0 * k + 5) for k in range(4))
    answers = tuple(
        turn(AGENT, 10.0 * k + (4.6 if k in early else 4.8), 10.0 * k + 8, "I see.") for k in range(4)
    )
    take = made(answers, ())
    (found,) = rating.differences({"let_finish": own}, take, outcome.evaluate(scenario(*lines), played, take))
    return found


def test_a_share_becomes_a_number_from_one_to_five() -> None:
    assert (rated(5).measured, rated(5).kind) == (5, "agree")
    assert rated(5, 1).measured == 4  # three of four lines
    assert rated(3, 1, 2).measured == 3
    assert rated(3, 0, 1, 2).measured == 2
    assert rated(3, 0, 1, 2, 3).measured == 1


def test_a_difference_names_the_moment_to_listen_to() -> None:
    found = rated(5, 1, 2)
    assert (found.kind, found.at) == ("higher", 14.6)
    assert "listen at 0:14" in found.text
    assert "2 of 4" in found.text
    kinder = rated(2)
    assert (kinder.kind, kinder.at) == ("lower", None)
    assert "kinder" in kinder.text


def test_what_is_not_measured_is_not_compared() -> None:
    take = made()
    shown = outcome.evaluate(SCENARIO, tuple(replace(one, sounded=False) for one in PLAYED), take)
    found = rating.differences({"let_finish": 4, "took_seriously": 2}, take, shown)
    assert [one.measured for one in found] == [None, None]
    assert "shown, not played" in found[0].text
    assert "too few" in found[1].text


def test_where_lines_are_shown_nothing_is_asked_that_needs_their_sound() -> None:
    for family in rating.settings().families:
        asked = rating.questions(family, shown=True)
        assert len({question.id for question in asked}) == 3
        assert not any(question.waited for question in asked)


def test_expectations_of_all_answers_are_laid_beside_how_they_fitted() -> None:
    take = made()
    (found,) = rating.differences({"fitted": 3}, take, outcome.evaluate(SCENARIO, PLAYED, take))
    assert (found.measured, found.kind) == (3, "agree")  # two of three
    assert "2 of 3" in found.text


def test_recovery_is_laid_beside_its_question() -> None:
    hard = (
        recovery.Recovery(0, 5.0, recovery.Move(0, 6.0, 8.0, 0.0, 0.0, False), 10.0, "before"),
        recovery.Recovery(1, 5.0, None, None, "before", "little_after"),
    )
    take = made()
    found = replace(outcome.evaluate(SCENARIO, PLAYED, take), recoveries=hard)
    (one,) = rating.differences({"steady_voice": 5}, take, found)
    assert (one.measured, one.kind, one.at) == (1, "higher", 6.0)


def test_every_family_asks_three_questions_of_its_own_rules_and_criteria() -> None:
    known = {rule.id for rule in rules.load_pack("en").rules}
    criteria = {item.id for item in score.load_scorecard().items}
    families = rating.settings().families
    assert {"default", "older_caller", "disputed_bill", "abusive"} == set(families)
    for family in families:
        assert len(rating.questions(family)) == 3
    for question in rating.settings().questions.values():
        assert set(question.markers) | set(question.negative) <= known
        assert set(question.criteria) <= criteria
        assert any(
            (question.markers, question.waited, question.answers, question.criteria, question.recovery)
        )
    assert rating.questions("unheard of") == rating.questions("default")
    assert len(rating.settings().scale) == rating.HIGHEST - rating.LOWEST


def test_nothing_is_rated_that_was_not_answered() -> None:
    take = made()
    assert rating.differences({}, take, outcome.evaluate(SCENARIO, PLAYED, take)) == ()
    assert BACKED.status == "backed"


def test_the_syllables_of_the_sentence_are_as_counted_here() -> None:
    known = sound(facts("en"))
    assert known is not None
    assert sum(known.count(word) for word in SENTENCE.split()) == 18
