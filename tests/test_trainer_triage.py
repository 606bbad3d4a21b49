"""Which moments, samples and shared things are named: records whose answer is arithmetic."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import make_analysis
import make_records
import pytest
from make_analysis import NOT_BACKED
from make_records import record, records, slim

from voicecoach import quality, rules, triage
from voicecoach.batch.types import Record
from voicecoach.datafile import read_file
from voicecoach.score import load_scorecard
from voicecoach.triage.definitions import definitions
from voicecoach.types import Analysis, Evidence, Finding, NotMeasured, Turn


def found(rule: str, start: float | None, quote: str = "so many words as that", **changes: object) -> Finding:
    """A finding of the agent at a time; its polarity is that of the rule."""
    made = make_analysis.finding(rule, make_analysis.GOOD_TURNS, None, quote, start)
    return replace(made, **changes)  # type: ignore[arg-type]


def call(*findings: Finding, **changes: object) -> Analysis:
    """A call in which every criterion is met, with these findings."""
    good = slim(make_analysis.good())
    met = tuple(replace(c, status="met") for c in good.scores.criteria)
    return replace(good, findings=findings, scores=replace(good.scores, criteria=met), **changes)


def judged(analysis: Analysis, **statuses: str) -> Analysis:
    """The call with these criteria judged so; others are not judged."""
    criteria = tuple(
        replace(c, status=statuses.get(c.id, "not_measured"), times=(1.0,)) for c in analysis.scores.criteria
    )
    return replace(analysis, scores=replace(analysis.scores, criteria=criteria))


# --- moments ------------------------------------------------------------------------------------------------


def test_three_moments_of_different_calls_and_people_with_one_to_imitate() -> None:
    calls = records(60, people=7)
    chosen = triage.three(calls)
    assert [moment.good for moment in chosen] == [True, False, False]
    assert len({moment.name for moment in chosen}) == len({moment.agent for moment in chosen}) == 3
    assert len({moment.kind for moment in chosen}) == 3
    assert chosen == triage.three(list(reversed(calls)))


def test_a_moment_tells_where_to_hear_what_and_why() -> None:
    (moment,) = triage.moments(record("a", "Dana", call(found("courtesy.dismissive", 40.0, "Calm down"))))
    assert (moment.start, moment.end, moment.hear) == (40.0, 41.0, 37.0)
    assert (moment.rule, moment.quote, moment.good) == ("courtesy.dismissive", "Calm down", False)
    assert moment.why == definitions().markers["courtesy.dismissive"].why
    assert moment.advice == "Name what you heard instead."
    (early,) = triage.moments(record("b", "", call(found("courtesy.dismissive", 1.0))))
    assert early.hear == 0.0


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": NOT_BACKED},
        {"evidence": Evidence("unheard of", "")},
        {"grade": "C"},
        {"speaker": "customer"},
        {"start": None},
    ],
)
def test_weak_evidence_is_no_moment(changes: dict[str, object]) -> None:
    weak = replace(found("courtesy.dismissive", 40.0), **changes)  # type: ignore[arg-type]
    assert triage.moments(record("a", analysis=call(weak))) == ()


def test_few_words_are_nothing_to_imitate_nor_is_a_sentence_beside_a_slip() -> None:
    empathy = found("listening.empathy", 20.0, "A squealing brake is worrying")
    assert [one.good for one in triage.moments(record("a", analysis=call(empathy)))] == [True]
    few = replace(empathy, quote="I understand")
    assert triage.moments(record("a", analysis=call(few))) == ()
    (slip,) = triage.moments(record("a", analysis=call(empathy, found("courtesy.dismissive", 30.0))))
    assert slip.rule == "courtesy.dismissive"


def test_what_is_found_within_the_same_seconds_is_one_moment() -> None:
    findings = (
        found("courtesy.dismissive", 40.0),
        found("listening.interruption", 41.0),
        found("delivery.unannounced_silence", 80.0, end=88.0),
        found("listening.interruption", 120.0),
    )
    first, second = triage.moments(record("a", analysis=call(*findings)))
    assert (first.rule, first.also) == ("courtesy.dismissive", ("listening.interruption",))
    assert second.rule == "delivery.unannounced_silence"
    assert "8 s" in second.why


def test_a_must_that_was_missed_is_heard_where_it_would_have_been() -> None:
    missed = judged(call(), greeting="missed", closing="missed", anything_else="missed")
    (start,) = triage.moments(record("a", analysis=missed, seconds=300.0))
    assert (start.rule, start.start, start.end) == ("greeting", 0.0, 15.0)
    (end,) = triage.moments(record("a", analysis=judged(call(), closing="missed"), seconds=300.0))
    assert (end.rule, end.start, end.end) == ("closing", 285.0, 300.0)
    cut = replace(missed, warnings=("the file ends early: 3.0 of 60.0 s could be read",))
    assert triage.moments(record("a", analysis=cut)) == ()


def test_poor_recordings_are_heard_last() -> None:
    noisy = make_analysis.quality("left", warnings=("noisy: speech stands 9 dB above the background",))
    poor = call(found("courtesy.dismissive", 40.0), quality=(noisy, noisy))
    fine = call(found("listening.interruption", 40.0))
    calls = [record("a", "Ann", poor), record("b", "Bob", fine), record("c", "Cem", fine)]
    assert [one.name[0] for one in triage.three(calls)][-1] == "a"
    assert [one.poor for one in triage.three(calls)] == [False, False, True]


def test_one_call_gives_what_it_has() -> None:
    findings = (found("courtesy.dismissive", 40.0), found("structure.options", 100.0))
    assert [one.rule for one in triage.three([record("a", "Ann", call(*findings))])] == [
        "structure.options",
        "courtesy.dismissive",
    ]
    assert triage.three([]) == ()
    assert triage.three([record("bad", reason="bad.wav: is empty")]) == ()
    copy = record("b", "Ann", call(*findings), same_as="a.wav")
    assert triage.moments(copy) == ()


def test_equal_moments_are_not_in_order_of_names() -> None:
    slip = call(found("courtesy.dismissive", 40.0))
    first = []
    for day in range(20):
        calls = [record(f"{agent} {day}", agent, slip) for agent in make_records.NAMES]
        first.append(triage.three(calls)[0].agent)
    assert len(set(first)) > 4


# --- a sample -----------------------------------------------------------------------------------------------


def test_a_sample_is_drawn_again_the_same_and_another_seed_draws_another() -> None:
    calls = records(200, people=3, failed=3)
    first = triage.sample(calls, 4, seed=1)
    assert {agent: len(lot) for agent, lot in first.items()} == {"Amal": 4, "Bogdan": 4, "Chiara": 4}
    assert first == triage.sample(list(reversed(calls)), 4, seed=1)
    assert first != triage.sample(calls, 4, seed=2)


def test_what_was_found_has_no_part_in_the_sample() -> None:
    calls = records(40, people=3)
    silent = [replace(one, analysis=slim(make_analysis.silent())) for one in calls]
    drawn = triage.sample(calls, 2, seed=5)
    assert [[one.relative for one in lot] for lot in drawn.values()] == [
        [one.relative for one in lot] for lot in triage.sample(silent, 2, seed=5).values()
    ]


def test_every_call_is_drawn_about_as_often() -> None:
    calls = records(10, people=1)
    drawn = [triage.sample(calls, 1, seed)["Amal"][0].relative for seed in range(1000)]
    assert min(drawn.count(one.relative) for one in calls) > 60  # 100 expected, four deviations below


# --- the group ----------------------------------------------------------------------------------------------


def group(people: int, calls: int, missed: int) -> list[Record]:
    """Calls of so many people; in the first of them the introduction is missed, in all there is a goodbye."""
    made = []
    for index in range(calls):
        status = "missed" if index < missed else "met"
        analysis = judged(call(), introduction=status, closing="met")
        made.append(record(f"call {index}", make_records.NAMES[index % people], analysis))
    return made


def test_what_five_people_have_in_common() -> None:
    found = triage.common(group(people=5, calls=40, missed=30))
    assert (found.reason, found.people, found.calls) == ("", 5, 40)
    assert found.train is not None
    assert (found.train.criterion, found.train.calls, found.train.of_calls) == ("introduction", 30, 40)
    assert (found.train.low, found.train.high) == pytest.approx((0.5981, 0.8581), abs=1e-4)
    assert (found.train.people, found.train.of_people) == (5, 5)
    assert found.well is not None
    assert (found.well.criterion, found.well.calls) == ("closing", 40)


def test_nothing_is_said_of_four_people_or_few_calls() -> None:
    four = triage.common(group(people=4, calls=40, missed=30))
    assert (four.well, four.train, four.reason) == (None, None, "fewer than 5 people")
    few = triage.common(group(people=5, calls=19, missed=15))
    assert (few.train, few.reason) == (None, "19 calls are too few to tell; it takes 20")
    nobody = triage.common([replace(one, who=replace(one.who, agent="")) for one in group(5, 40, 30)])
    assert nobody.reason == "whose calls these are is not known"


def test_what_one_person_misses_is_not_common() -> None:
    calls = group(people=6, calls=60, missed=0)
    alone = judged(call(), introduction="missed", closing="met")
    calls += [record(f"more {index}", "Amal", alone) for index in range(60)]
    assert triage.common(calls).train is None


def test_rules_that_fire_everywhere_or_nowhere() -> None:
    slip, thanks = found("courtesy.dismissive", 40.0), found("courtesy.thanks", 50.0)
    made = []
    for index in range(100):
        findings = (slip, thanks) if index < 80 else (thanks,)
        analysis = judged(call(*findings), introduction="missed", closing="met")
        made.append(record(f"call {index}", make_records.NAMES[index % 5], analysis))
    told = triage.everywhere(made, ("courtesy.thanks", "courtesy.name_use"))
    assert [(one.id, one.calls, one.of_calls) for one in told.always] == [("courtesy.dismissive", 80, 100)]
    assert [(one.id, one.calls) for one in told.never] == []  # all calls say that the name is not known
    assert [(one.id, one.calls, one.of_calls) for one in told.unmet] == [("introduction", 0, 100)]
    free = [replace(one, analysis=replace(one.analysis, not_measured=())) for one in made]  # type: ignore[type-var]
    assert [one.id for one in triage.everywhere(free, ("courtesy.name_use",)).never] == ["courtesy.name_use"]
    fewer = [*made[:79], *made[80:]]  # 79 of 99
    assert triage.everywhere(fewer).always == ()
    assert triage.everywhere(made[:49]).reason == "49 calls are too few to tell; it takes 50"


def test_a_rule_counts_only_the_calls_it_could_be_applied_to() -> None:
    slip = found("courtesy.dismissive", 40.0)
    with_it = call(slip, not_measured=())
    without = call(not_measured=(NotMeasured("courtesy.dismissive", "one side only"),))
    made = [record(f"a{n}", make_records.NAMES[n % 5], with_it) for n in range(60)]
    made += [record(f"b{n}", make_records.NAMES[n % 5], without) for n in range(60)]
    assert [(one.calls, one.of_calls) for one in triage.everywhere(made).always] == [(60, 60)]


def test_people_stand_by_name_with_the_days_since_their_last_call() -> None:
    calls = [
        record("a", "Zoe", day="2026-03-20"),
        record("b", "ann", day="2026-03-05T09:30"),
        record("c", "Zoe", day="2026-03-01"),
        record("d", "Max"),
        record("e", ""),
    ]
    assert [(one.agent, one.calls, one.last, one.since, one.long) for one in triage.people(calls)] == [
        ("ann", 1, "2026-03-05T09:30", 15, True),
        ("Max", 1, "", None, False),
        ("Zoe", 2, "2026-03-20", 0, False),
    ]


# --- files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", make_records.REASONS)
def test_what_was_not_analysed_is_listed_with_what_to_do(reason: str) -> None:
    (files,) = triage.unusable([record("bad", reason=reason), record("fine")])
    assert files.id != "unknown"
    assert files.do
    assert [(one.relative, said) for one, said in files.files] == [("bad.wav", reason)]
    assert files.analysed == 0


def test_an_unknown_reason_is_still_named() -> None:
    (files,) = triage.unusable([record("bad", reason="bad.wav: the moon was full")])
    assert (files.id, files.files[0][1]) == ("unknown", "bad.wav: the moon was full")


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("bad.wav: is 0.21 s long; at least 0.5 s of sound is needed", "short"),
        ("took longer than 300 s and was stopped", "stopped"),
        ("the worker was ended by signal 9", "stopped"),
        ("its worker was lost, 2 times in all", "stopped"),
        ("its record is damaged; run again", "stopped"),
        ("OUT/calls/bad.json: not written: No space left on device; free some space", "output"),
        ("bad.wav: its index is cut off or damaged; copy or export it again", "damaged"),
        ("bad.wav: holds pictures but no sound; record or export it with its sound", "form"),
        ("bad.wav: is copy-protected and cannot be decoded; export it without protection", "form"),
        ("bad.wav: you have no permission to read it; change that or copy the file", "access"),
        ("bad.wav: is longer than the limit of 4:00:00; cut it into parts", "long"),
    ],
)
def test_reasons_stand_where_they_belong(reason: str, group: str) -> None:
    assert [files.id for files in triage.unusable([record("bad", reason=reason)])] == [group]


def test_the_name_of_a_file_is_no_reason() -> None:
    name = "the worker, quiet: clipped: no sound"
    (files,) = triage.unusable([record("bad", relative=f"a/{name}", reason=f"{name}: is empty (0 bytes)")])
    assert files.id == "empty"


def test_recordings_that_told_little_are_listed_too() -> None:
    two = record("two", analysis=slim(make_analysis.two_voices()))
    foreign = slim(make_analysis.good(), language="ja", provenance={"pack": None})
    listed = triage.unusable([two, record("ja", analysis=foreign)])
    assert [(one.id, one.analysed, len(one.files)) for one in listed] == [
        ("voices", 1, 1),
        ("language", 1, 1),
    ]
    assert triage.is_poor(two)


def test_every_warning_of_a_recording_has_its_place() -> None:
    told = read_file(Path(quality.__file__).with_name("quality.yaml"))
    fields = told.mapping()
    texts = [entry.mapping()["text"].text() for entry in fields["warnings"].items()]
    texts += [entry.text() for entry in fields["file_warnings"].mapping().values()]
    assert len(texts) > 10
    for text in texts:
        warned = slim(make_analysis.good(), warnings=(text,))
        assert len(triage.unusable([record("a", analysis=warned)])) == 1, text


# --- triage.yaml --------------------------------------------------------------------------------------------


def test_every_marker_and_criterion_of_the_file_is_there() -> None:
    known = definitions()
    pack = {rule.id: rule for rule in rules.load_pack("en").rules}
    assert set(known.markers) <= set(pack)
    assert set(known.names) <= set(pack)
    slips = {rule.id for rule in pack.values() if rule.polarity == "negative" and rule.grade in known.grades}
    assert slips <= set(known.markers)
    musts = {item.id for item in load_scorecard().items if item.kind == "must"}
    assert set(known.missed) <= musts
    assert all(worth.at for worth in known.missed.values())


def test_what_the_page_says_obeys_our_own_rules() -> None:
    known = definitions()
    texts = [worth.why for part in (known.markers, known.other, known.missed) for worth in part.values()]
    texts += [trouble.do for trouble in (*known.troubles, known.unknown)]
    assert len(texts) > 40
    pack = rules.load_pack("en")
    slips = {rule.id for rule in pack.rules if rule.polarity == "negative"}
    for text in texts:
        said = text.format(message="You did so.", seconds=9.0)
        found = rules.find(pack, [Turn("agent", said)])
        assert not [match for match in found if match.rule in slips], text
        assert text[0].isupper() or text.startswith("{message}")
        assert text.endswith(".")
        assert not re.search(r"\b(empath|emotion|confiden|bad|wrong|fail|poor|worst|must)\w*", said, re.I), (
            text
        )
