"""Scorecards: read strictly, applied with simple arithmetic, silent about what was not measured."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import make_analysis as made
from voicecoach.errors import DataFileError, UsageError
from voicecoach.rules import languages, load_pack
from voicecoach.score import Scorecard, load_scorecard, score, scorecards
from voicecoach.types import Criterion, Finding, Measure, Scores, Turn

CARD = """\
id: tiny
name: Tiny
version: "7"
least_speech: {seconds: 1, source: made up}
criteria:
  - id: greets
    name: Greets
    kind: must
    weight: 1
    want: [{markers: [courtesy.greeting], at_least: 1, first_seconds: 10}]
    tip: Greet.
    drill: Greet for 60 seconds.
    source: made up
  - id: calm
    name: Calm
    kind: must
    weight: 3
    want: [{markers: [courtesy.dismissive], at_most: 0}]
    tip: Listen.
    drill: Listen for 60 seconds.
    source: made up
  - id: thanks
    name: Thanks
    kind: plus
    weight: 4
    want:
      - {markers: [courtesy.thanks], at_least: 2}
      - {measure: pace.articulation_rate, low: 3, high: 5}
    tip: Thank.
    drill: Thank for 60 seconds.
    source: made up
"""
TURNS = (made.turn("agent", 100.0, 104.0, "Good morning. Thanks, thanks. Calm down."),)
GREETING = made.finding("courtesy.greeting", TURNS, 0, "Good morning")
THANKS = made.finding("courtesy.thanks", TURNS, 0, "Thanks", 101.0)
DISMISSIVE = made.finding("courtesy.dismissive", TURNS, 0, "Calm down", 103.0)
PACE = made.measure("pace.articulation_rate", 4.0, "syllables/s")


def written(folder: Path, text: str = CARD) -> Path:
    path = folder / "card.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> Scorecard:
    return load_scorecard(written(tmp_path))


def apply(
    card: Scorecard,
    findings: tuple[Finding, ...],
    measures: tuple[Measure, ...] = (PACE,),
    turns: tuple[Turn, ...] = TURNS,
    **other: object,
) -> Scores:
    settings = {"grades": made.GRADES, "separate": True, "language": "en", **other}
    return score(card, findings, measures, turns=turns, **settings)  # type: ignore[arg-type]


def criterion(scores: Scores, identifier: str) -> Criterion:
    found = {c.id: c for c in scores.criteria}
    return found[identifier]


# --- arithmetic -------------------------------------------------------------------------------------------


def test_everything_met_is_100(tiny: Scorecard) -> None:
    scores = apply(tiny, (GREETING, THANKS, THANKS))
    assert (scores.scorecard, scores.version, scores.total, scores.passed) == ("tiny", "7", 100.0, True)
    assert [c.status for c in scores.criteria] == ["met", "met", "met"]
    assert criterion(scores, "greets").times == (100.0,)


def test_half_a_criterion_is_half_its_points(tiny: Scorecard) -> None:
    scores = apply(tiny, (GREETING, THANKS))
    assert criterion(scores, "thanks").status == "partly"
    assert criterion(scores, "thanks").points == 2.0
    assert scores.total == pytest.approx(100 * (1 + 3 + 2) / 8)


def test_plus_never_makes_up_for_a_missed_must(tiny: Scorecard) -> None:
    scores = apply(tiny, (GREETING, THANKS, THANKS, DISMISSIVE))
    assert scores.passed is False
    assert scores.total == pytest.approx(100 * 1 / 4)  # the musts alone; all points together would be 5 of 8
    assert criterion(scores, "calm").times == (103.0,)


def test_plus_can_lower_a_total_whose_musts_are_met(tiny: Scorecard) -> None:
    scores = apply(tiny, (GREETING,), (replace(PACE, value=9.0),))
    assert scores.passed is True
    assert scores.total == pytest.approx(100 * 4 / 8)


def test_not_measured_leaves_the_total(tiny: Scorecard) -> None:
    scores = apply(tiny, (GREETING, THANKS, THANKS), (replace(PACE, value=None, reason="too short"),))
    assert criterion(scores, "thanks").status == "met"
    assert scores.total == 100.0
    grades = {marker: grade for marker, grade in made.GRADES.items() if marker != "courtesy.thanks"}
    scores = apply(tiny, (GREETING,), (), grades=grades)
    assert criterion(scores, "thanks").status == "not_measured"
    assert "no rule of language 'en' looks for courtesy.thanks" in criterion(scores, "thanks").reason
    assert apply(tiny, (GREETING,), (), grades={}).reason == "no total: no criterion could be judged"
    assert scores.total == 100.0


@pytest.mark.parametrize(("value", "met"), [(2.99, False), (3.0, True), (5.0, True), (5.01, False)])
def test_a_range_includes_its_ends(tiny: Scorecard, value: float, met: bool) -> None:
    scores = apply(tiny, (GREETING, THANKS, THANKS), (replace(PACE, value=value),))
    assert (criterion(scores, "thanks").status == "met") is met


def test_grade_c_never_counts(tiny: Scorecard) -> None:
    grades = {**made.GRADES, "courtesy.dismissive": "C"}
    scores = apply(tiny, (GREETING, replace(DISMISSIVE, grade="C")), grades=grades)
    assert criterion(scores, "calm").status == "not_measured"
    scores = apply(tiny, (GREETING, THANKS), (replace(PACE, value=9.0, grade="C"),))
    assert criterion(scores, "thanks").reason == "thanks: heard once, 2 wanted"
    scores = apply(tiny, (GREETING, THANKS, THANKS), (replace(PACE, value=9.0, grade="C"),))
    assert criterion(scores, "thanks").status == "met"


def test_a_customers_words_never_count(tiny: Scorecard) -> None:
    scores = apply(tiny, (replace(GREETING, speaker="customer"), replace(DISMISSIVE, speaker="customer")))
    assert criterion(scores, "greets").status == "missed"
    assert criterion(scores, "calm").status == "met"


# --- where and when ---------------------------------------------------------------------------------------


def test_seconds_count_from_the_first_word(tiny: Scorecard) -> None:
    assert criterion(apply(tiny, (replace(GREETING, start=110.0),)), "greets").status == "met"
    late = criterion(apply(tiny, (replace(GREETING, start=110.1),)), "greets")
    assert (late.status, late.reason) == ("missed", "heard, but not in the first 10 s")


def test_turns_stand_in_for_times_that_are_missing() -> None:
    turns = tuple(Turn(t.speaker, t.text) for t in made.GOOD_TURNS)
    findings = tuple(replace(f, start=None, end=None) for f in made.GOOD_FINDINGS)
    scores = apply(load_scorecard(), findings, (), turns, separate=False)
    assert criterion(scores, "greeting").status == "met"
    assert criterion(scores, "closing").status == "met"
    late = tuple(replace(f, turn=6) if f.rule == "courtesy.greeting" else f for f in findings)
    assert criterion(apply(load_scorecard(), late, (), turns, separate=False), "greeting").status == "missed"


def test_words_the_sound_does_not_back_decide_nothing(tiny: Scorecard) -> None:
    scores = apply(tiny, (), unbacked=(replace(GREETING, evidence=made.NOT_BACKED),))
    found = criterion(scores, "greets")
    assert (found.status, found.reason) == ("not_measured", "heard by the model but not backed by the sound")


# --- what cannot be judged --------------------------------------------------------------------------------


def test_silence_has_no_total_and_meets_nothing() -> None:
    scores = made.silent().scores
    assert (scores.total, scores.passed) == (None, None)
    assert {c.status for c in scores.criteria} == {"not_measured"}
    assert "no speech of yours" in scores.reason


def test_two_voices_on_one_channel_are_not_judged() -> None:
    scores = made.two_voices().scores
    assert scores.total is None
    assert "more than one voice" in scores.reason


def test_words_that_are_not_backed_are_no_speech(tiny: Scorecard) -> None:
    words = tuple(replace(word, backed=False) for word in TURNS[0].words)
    scores = apply(tiny, (), turns=(replace(TURNS[0], words=words),))
    assert scores.total is None
    assert "no speech of yours" in scores.reason
    assert {c.status for c in scores.criteria} == {"not_measured"}


def test_a_short_recording_has_no_total() -> None:
    turns = (made.turn("agent", 0.0, 5.0, "Good morning, how can I help you?"),)
    scores = apply(load_scorecard(), (made.finding("courtesy.greeting", turns, 0),), (), turns)
    assert scores.total is None
    assert "at least 10 s" in scores.reason


def test_criteria_that_need_the_customer_are_named_when_the_agent_is_alone() -> None:
    alone = made.alone().scores
    missing = {c.id for c in alone.criteria if c.status == "not_measured"}
    assert missing == {"acknowledges_difficulty", "lets_finish", "announced_silence", "shares_the_floor"}
    assert all(c.reason for c in alone.criteria)


def test_customer_on_the_same_channel_leaves_timing_out() -> None:
    scores = apply(load_scorecard(), made.GOOD_FINDINGS, made.MEASURES, made.GOOD_TURNS, separate=False)
    assert criterion(scores, "lets_finish").reason == "needs a channel for each speaker"
    assert criterion(scores, "acknowledges_difficulty").status == "met"


def test_what_never_came_up_does_not_apply() -> None:
    turns = made.GOOD_TURNS
    findings = tuple(f for f in made.GOOD_FINDINGS if f.rule in ("courtesy.greeting", "courtesy.closing"))
    scores = apply(load_scorecard(), findings, made.MEASURES, turns)
    never = {c.id for c in scores.criteria if c.status == "not_applicable"}
    assert never == {"acknowledges_difficulty", "refusal_with_option", "hold_return", "apologises_sparingly"}
    assert criterion(
        apply(load_scorecard(), findings, made.MEASURES, turns, language="fr"), "pace"
    ).status == ("not_applicable")


@given(st.sets(st.sampled_from(range(len(made.GOOD_FINDINGS)))), st.sets(st.sampled_from(range(7))))
def test_total_is_never_more_than_the_musts_allow(good: set[int], poor: set[int]) -> None:
    findings = tuple(made.GOOD_FINDINGS[i] for i in good) + tuple(made.POOR_FINDINGS[i] for i in poor)
    scores = apply(load_scorecard(), findings, made.MEASURES, made.GOOD_TURNS)
    musts = [c for c in scores.criteria if c.kind == "must" and c.status in ("met", "partly", "missed")]
    assert scores.total is not None
    assert 0 <= scores.total <= 100 * sum(c.points for c in musts) / sum(c.weight for c in musts) + 0.05
    assert scores.passed is not any(c.status == "missed" for c in musts)


# --- the file ---------------------------------------------------------------------------------------------


def test_scorecards_of_the_package_name_known_ids_and_sources() -> None:
    schema = json.loads((resources.files("voicecoach") / "reports/analysis.schema.json").read_text("utf-8"))
    markers = set(schema["$defs"]["marker"]["anyOf"][0]["enum"])
    measures = set(schema["$defs"]["measure"]["properties"]["id"]["enum"])
    names = scorecards()
    assert "service-call" in names
    for name in names:
        card = load_scorecard(name)
        assert card.id == name
        assert {s.marker for s in card.strengths} <= markers
        for item in card.items:
            wants = (*item.want, *((item.only_if,) if item.only_if else ()))
            assert {marker for want in wants for marker in want.markers} <= markers, item.id
            assert {want.measure for want in wants if want.measure} <= measures, item.id
            assert re.search(r"starting value|(19|20)\d\d", item.source, re.IGNORECASE), item.id


MISTAKES = {
    "unknown key": (
        "    weight: 1\n",
        "    wieght: 1\n",
        "9:5: unknown key 'wieght'; did you mean 'weight'?",
    ),
    "repeated key": (
        "    kind: must\n",
        "    kind: must\n    kind: plus\n",
        "9:5: the key 'kind' stands here",
    ),
    "missing key": ("    tip: Greet.\n", "", "6:5: an entry of 'criteria' needs the key 'tip'"),
    "kind": ("kind: plus", "kind: bonus", "24:11: 'kind' cannot be 'bonus'"),
    "number": ("weight: 4", "weight: lots", "25:13: 'weight' should be a number"),
    "zero": ("weight: 4", "weight: 0", "25:13: 'weight' should be more than 0"),
    "both": ("at_most: 0}", "at_most: 0, at_least: 1}", "18:12: markers need either 'at_least' or 'at_most'"),
    "neither": ("at_most: 0}", "last_turns: 1}", "18:12: markers need either 'at_least' or 'at_most'"),
    "window": ("first_seconds: 10", "first_seconds: 10, last_turns: 1", "10:12: a window is either"),
    "range": ("low: 3, high: 5", "low: 6, high: 5", "28:48: 'low' (6) is more than 'high' (5)"),
    "no range": (", low: 3, high: 5", "", "28:9: a measure needs 'low', 'high' or both"),
    "id": ("[courtesy.thanks]", "[Courtesy Thanks]", "27:20: 'Courtesy Thanks' is no id"),
    "measure": (
        "pace.articulation_rate",
        "pace.articulation",
        "28:19: 'measure' cannot be 'pace.articulation'; did you mean 'pace.articulation_rate'",
    ),
    "twice": ("id: calm", "id: greets", "14:5: 'greets' stands here a second time"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    old, new, message = MISTAKES[name]
    assert CARD.count(old) >= 1
    path = written(tmp_path, CARD.replace(old, new, 1))
    with pytest.raises(DataFileError) as caught:
        load_scorecard(path)
    assert str(caught.value).startswith(f"{path}:{message}")
    assert "\n" not in str(caught.value)


def test_an_unknown_scorecard_is_one_line_with_the_known_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'service-call'"):
        load_scorecard("service-cal")
    with pytest.raises(UsageError, match="is no file"):
        load_scorecard(tmp_path / "none.yaml")


def test_pace_is_judged_by_the_range_the_pack_names() -> None:
    (item,) = (item for item in load_scorecard().items if item.id == "pace")
    for language in languages():
        (want,) = item.wanted(language)
        pace = load_pack(language).facts["sound"]["pace"]
        assert want.measure == "pace.articulation_rate"
        assert (want.low, want.high) == (float(pace["low"]), float(pace["high"]))
    assert item.wanted("fr") == ()


def test_a_range_of_one_language_is_not_asked_of_another() -> None:
    turns, findings = made.GOOD_TURNS, made.GOOD_FINDINGS
    easy, quick = (
        criterion(apply(load_scorecard(), findings, made.MEASURES, turns, language=language), "pace")
        for language in ("en", "es")
    )
    assert (easy.status, quick.status) == ("met", "missed")
    assert "5 to 8.5" in quick.reason
