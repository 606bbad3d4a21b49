"""What trainers are asked, the sheets they fill in, what is kept of it, and what is made of it."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.test_history import practise
from voicecoach.errors import DataFileError, UsageError
from voicecoach.history import History, Review
from voicecoach.history.store import FILE
from voicecoach.reports import review as pages
from voicecoach.reports.json import document
from voicecoach.review import (
    CRITERION,
    MACHINE,
    Call,
    Question,
    compare,
    criteria,
    findings,
    read,
    read_sheet,
    sheet,
)
from voicecoach.types import Analysis, Finding, Turn

PACK, CARD = "a" * 64, "b" * 64


def reported(analysis: Analysis, name: str, *, pack: str = PACK) -> Analysis:
    """An analysis as of a recording of its own, with the versions a report tells."""
    provenance = {**analysis.provenance, "pack": {"sha256": pack}, "scorecard": {"sha256": CARD}}
    source = replace(analysis.source, path=f"{name}.wav", sha256=name.encode().hex().ljust(64, "0"))
    return replace(analysis, source=source, provenance=provenance)


def write(folder: Path, *analyses: Analysis) -> Path:
    (folder / "calls").mkdir(parents=True, exist_ok=True)
    for one in analyses:
        path = folder / "calls" / f"{Path(one.source.path).stem}.json"
        path.write_text(json.dumps(document(one)), encoding="utf-8")
    return folder


def talk(turns: int, thanks: Sequence[int]) -> Analysis:
    """A call of so many turns of the agent, with thanks found in some."""
    said: list[Turn] = []
    for k in range(turns):
        said.append(made.turn("agent", 10.0 * k, 10.0 * k + 4, f"I will look at part {k} now."))
        said.append(made.turn("customer", 10.0 * k + 5, 10.0 * k + 9, "All right then."))
    hits: list[Finding] = [made.finding("courtesy.thanks", said, 2 * k, "part") for k in thanks]
    return made.analysis(said, hits)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write(tmp_path / "out", reported(made.good(), "good"), reported(made.poor(), "poor"))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "history") as opened:
        yield opened


def answers(
    calls: Sequence[Call], trainer: str, say: Callable[[Question], str], *, rules: Sequence[str] = ()
) -> list[Review]:
    return [question.answered(trainer, say(question)) for question in findings(calls, rules)]


# --- reports ------------------------------------------------------------------------------------------------


def test_reports_are_read_from_a_batch_a_folder_and_files(out: Path) -> None:
    calls = read([out])
    assert [call.path for call in calls] == ["good.wav", "poor.wav"]
    assert read([out / "calls"]) == calls
    assert read([out / "calls" / "poor.json", out / "calls" / "poor.json"]) == calls[1:]
    both = out / "both.json"
    both.write_text(json.dumps([document(reported(made.good(), "x")), document(reported(made.poor(), "y"))]))
    assert len(read([both])) == 2


def test_of_several_reports_of_a_recording_the_last_one_counts(out: Path) -> None:
    newer = reported(made.good(), "good", pack="c" * 64)
    path = out / "calls" / "a.json"
    path.write_text(json.dumps(document(newer)))
    assert [call.pack[0] for call in read([out])] == ["c", "a"]
    os.utime(path, (1, 1))
    assert [call.pack[0] for call in read([out])] == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is no JSON"), ('{"a": 1}', "is not an analysis"), ("[" * 9999, "is no JSON")]
)
def test_a_file_that_is_no_report_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(DataFileError, match=f"other.json.*{said}"):
        read([path])


def test_no_reports_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no reports"):
        read([tmp_path])
    with pytest.raises(UsageError, match="does not exist"):
        read([tmp_path / "gone"])


# --- questions ----------------------------------------------------------------------------------------------


def test_half_of_the_turns_asked_of_each_rule_hold_a_finding(tmp_path: Path) -> None:
    calls = read([write(tmp_path, reported(talk(40, range(0, 40, 4)), "long"))])
    asked = findings(calls)
    assert Counter(question.machine for question in asked) == {"yes": 10, "no": 10}
    turns = [question.turn for question in asked]
    assert len(set(turns)) == 20
    for many in range(2, 21, 2):  # whoever stops after a round has seen as many of either
        assert Counter(question.machine for question in asked[:many]) == {"yes": many // 2, "no": many // 2}


def test_where_most_turns_hold_it_each_finding_is_asked_all_the_same(tmp_path: Path) -> None:
    calls = read([write(tmp_path, reported(talk(12, range(9)), "busy"))])
    assert Counter(question.machine for question in findings(calls)) == {"yes": 9, "no": 3}


def test_questions_look_alike_whether_something_was_found_or_not(out: Path) -> None:
    asked = findings(read([out]), ["courtesy.thanks"])
    assert {question.machine for question in asked} == {"yes", "no"}
    assert len({question.text for question in asked}) == 1
    rows = list(csv.DictReader(io.StringIO("".join(sheet(asked)).removeprefix("\ufeff"))))
    assert len(rows) == len(asked) > 1
    for row, question in zip(rows, asked, strict=True):
        said = question.call.said[question.turn or 0]
        assert said is not None
        assert row["turn"] == f"agent: {said.text}"
        assert row["answer"] == ""
    assert "made by hand" not in "".join(sheet(asked))


def test_everybody_is_asked_in_the_same_order_also_with_other_calls_added(tmp_path: Path) -> None:
    first = reported(talk(30, (1, 5, 9)), "one")
    alone = findings(read([write(tmp_path / "a", first)]))
    assert list(findings(read([write(tmp_path / "b", first)]))) == list(alone)
    more = findings(read([write(tmp_path / "c", first, reported(talk(30, (2, 3)), "two"))]))
    kept = [question.id for question in more if question.machine == "yes"]
    expected = [question.id for question in alone if question.machine == "yes"]
    assert [id_ for id_ in kept if id_ in expected] == expected
    assert [question.id for question in alone] != sorted(question.id for question in alone)


def test_turns_are_drawn_evenly(tmp_path: Path) -> None:
    """Over many calls every place in a call is drawn about as often."""
    calls = [reported(talk(20, (0, 5)), f"call {k}") for k in range(200)]
    asked = findings(read([write(tmp_path, *calls)]))
    early = sum(1 for q in asked if q.machine == "no" and (q.turn or 0) < 20)
    quiet = sum(1 for q in asked if q.machine == "no")
    assert quiet == 400
    assert abs(early / quiet - 8 / 18) < 0.08


def test_what_lies_between_turns_is_asked_as_it_is(out: Path) -> None:
    (silence,) = findings(read([out]), ["delivery.unannounced_silence"])
    assert (silence.turn, silence.machine, silence.paired) == (None, "yes", False)


def test_calls_are_rated_by_every_criterion_without_the_verdict(out: Path) -> None:
    calls = read([out])
    asked = criteria(calls)
    assert len(asked) == sum(len(call.criteria) for call in calls)
    assert len({question.call.recording for question in asked[: len(calls[0].criteria)]}) == 1
    text = "".join(sheet(asked))
    assert text.count("How can I help you?") == 1
    assert not any(one.reason and f",{one.reason}," in text for one in calls[0].criteria)


def test_answered_questions_are_not_asked_again(out: Path) -> None:
    asked = findings(read([out]))
    left = asked.still_open([question.answered("Ana", "yes") for question in asked[:5]])
    assert list(left) == list(asked[5:])


# --- sheets -------------------------------------------------------------------------------------------------


def filled(path: Path, rows: Sequence[tuple[str, str]], mark: str = ",") -> Path:
    path.write_text("\n".join([f"id{mark}answer", *(f"{a}{mark}{b}" for a, b in rows)]), encoding="utf-8")
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_answers_come_back_from_a_sheet_however_it_was_saved(out: Path, tmp_path: Path, mark: str) -> None:
    asked = findings(read([out]))
    words = [("Yes", "yes"), ("n", "no"), ("?", "cannot_tell"), ("cannot tell", "cannot_tell"), ("", None)]
    path = filled(tmp_path / "s.csv", [(q.id, w) for q, (w, _) in zip(asked, words, strict=False)], mark)
    found = read_sheet(path, asked, "Ana")
    assert [one.answer for one in found] == ["yes", "no", "cannot_tell", "cannot_tell"]
    assert [one.about for one in found] == [question.about for question in asked[:4]]
    assert {(one.trainer, one.version) for one in found} == {("Ana", PACK)}


def test_a_mistake_in_a_sheet_is_named_with_its_line(out: Path, tmp_path: Path) -> None:
    asked = findings(read([out]))
    path = tmp_path / "s.csv"
    for rows, said in (
        ([(asked[0].id, "yes"), (asked[1].id, "ja")], r"s\.csv:3:1: the answer 'ja' is not known.*yes"),
        ([(asked[0].id, "yes"), ("q0", "no")], r"s\.csv:3:1: 'q0' is no question"),
        ([(asked[0].id, "yes"), (asked[0].id, "no")], r"s\.csv:3:1: .* a second time"),
        ([(asked[0].id, "")], "holds no answers yet"),
    ):
        with pytest.raises(UsageError, match=said):
            read_sheet(filled(path, rows), asked, "Ana")
    path.write_text("name;answer\n")
    with pytest.raises(DataFileError, match="no column 'id'"):
        read_sheet(path, asked, "Ana")
    path.write_bytes(b"id,answer\n\xff")
    with pytest.raises(DataFileError, match="not UTF-8"):
        read_sheet(path, asked, "Ana")


def test_no_cell_of_a_sheet_runs_as_a_formula(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x")\t\x1b[31m\u202e'
    said = (made.turn("customer", 0.0, 1.0, evil), made.turn("agent", 2.0, 3.0, evil))
    analysis = made.analysis(said, [made.finding("courtesy.thanks", said, 1, "x")])
    one = reported(analysis, "evil")
    one = replace(one, source=replace(one.source, path="=1+1.wav"))
    call = write(tmp_path, one)
    text = "".join(sheet(findings(read([call]))))
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        for cell in row:
            assert cell[:1] not in tuple("=+-@\t\r")
            assert "; =" not in cell
            assert "\x1b" not in cell
            assert "\u202e" not in cell
    assert "'=1+1.wav" in text


# --- what is kept -------------------------------------------------------------------------------------------


def test_the_latest_answer_counts_and_undo_takes_it_away(out: Path, history: History) -> None:
    (first, *_) = findings(read([out]))
    history.add_reviews([first.answered("Ana", "yes")])
    history.add_reviews([first.answered("ANA ", "no")])
    (kept,) = history.reviews("ana")
    assert (kept.trainer, kept.answer, kept.about, kept.version) == ("Ana", "no", first.about, PACK)
    assert kept.made is not None
    assert (round(kept.start, 3), round(kept.end, 3)) == (first.start, first.end)
    history.add_reviews([first.answered("Bo", "yes")])
    assert len(history.reviews()) == 2
    history.withdraw_review(kept)
    assert [one.trainer for one in history.reviews()] == ["Bo"]
    assert history.reviews("nobody") == ()
    assert stat.S_IMODE((history.folder / FILE).stat().st_mode) == 0o600


def test_answers_are_kept_all_or_none(out: Path, history: History) -> None:
    one, two, *_ = findings(read([out]))
    with pytest.raises(UsageError, match="a name is empty"):
        history.add_reviews([one.answered("Ana", "yes"), two.answered(" ", "yes")])
    assert history.reviews() == ()


def test_a_review_holds_no_words_and_no_name_of_an_agent(out: Path, history: History) -> None:
    history.add_reviews(answers(read([out]), "Ana", lambda question: "yes"))
    history.close()
    bytes_ = b"".join(path.read_bytes() for path in history.folder.rglob("*") if path.is_file())
    assert b"courtesy.thanks" in bytes_
    for word in (b"Goodbye", b"brake", b"good.wav"):
        assert word not in bytes_


def test_a_trainer_who_is_forgotten_leaves_no_trace(out: Path, history: History) -> None:
    calls = read([out])
    for name in ("Zo\u00eb Quillfeather", "Bo"):
        history.add_reviews(answers(calls, name, lambda question: "yes"))
    gone = history.forget("zo\u00eb quillfeather")
    assert (gone.takes, gone.reviews) == (0, len(findings(calls)))
    assert {one.trainer for one in history.reviews()} == {"Bo"}
    for path in history.folder.rglob("*"):
        assert path.is_dir() or b"uillfeather" not in path.read_bytes(), path


def test_an_agent_who_is_forgotten_takes_the_reviews_of_their_calls_along(
    tmp_path: Path, history: History
) -> None:
    import hashlib

    take = practise(history, "Zo\u00eb")
    assert take.recording is not None
    sha256 = hashlib.sha256(take.recording.read_bytes()).hexdigest()
    theirs = replace(reported(made.good(), "x"), source=replace(made.good().source, sha256=sha256))
    calls = read([write(tmp_path / "out", theirs, reported(made.poor(), "poor"))])
    history.add_reviews(answers(calls, "Ana", lambda question: "no"))
    count = sum(one.recording == sha256 for one in history.reviews())
    assert history.forget("zo\u00eb").reviews == count > 0
    left = history.reviews()
    assert left
    assert sha256 not in {one.recording for one in left}
    for path in history.folder.rglob("*"):
        assert path.is_dir() or sha256.encode() not in path.read_bytes(), path


# --- side by side -------------------------------------------------------------------------------------------


def thanks(tmp_path: Path, *, pack: str = PACK) -> tuple[Call, ...]:
    return read([write(tmp_path, reported(talk(200, range(0, 200, 5)), "long", pack=pack))])


def test_a_trainer_who_always_agrees_leaves_nothing_to_change(tmp_path: Path) -> None:
    calls = thanks(tmp_path)
    found = compare(calls, answers(calls, "Ana", lambda question: question.machine))
    (view,) = found.rules
    assert (view.found, view.quiet, view.accepted, view.judged, view.looked, view.missed) == (
        40,
        160,
        40,
        40,
        40,
        0,
    )
    assert (view.verdict, view.differences) == ("fine", ())
    over_all = next(pair for pair in found.pairs if not pair.about)
    assert (over_all.first, over_all.second, over_all.enough) == ("Ana", MACHINE, True)
    assert over_all.shown.value == pytest.approx(1.0)
    assert over_all.everywhere is not None
    assert over_all.everywhere.low is not None
    assert over_all.everywhere.low < 1.0  # 120 turns were not looked at


@pytest.mark.parametrize(
    ("wrong", "verdict"), [(("yes",), "tighten"), (("no",), "loosen"), (("yes", "no"), "both")]
)
def test_a_rule_seen_differently_says_what_to_do(tmp_path: Path, wrong: Sequence[str], verdict: str) -> None:
    calls = thanks(tmp_path)

    def say(question: Question) -> str:
        other = question.machine in wrong and (question.turn or 0) % 20 < 10
        return {"yes": "no", "no": "yes"}[question.machine] if other else question.machine

    (view,) = compare(calls, answers(calls, "Ana", say)).rules
    assert view.verdict == verdict
    assert "voicecoach rules explain courtesy.thanks" in view.advice
    assert view.differences
    assert {one.machine for one in view.differences} == set(wrong)
    text = pages.as_text(compare(calls, answers(calls, "Ana", say)))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "long.wav" in text
    assert f"Ana: {'no' if 'yes' in wrong else 'yes'}, the machine:" in text


def test_a_command_that_is_suggested_runs_nothing_of_what_was_said(tmp_path: Path) -> None:
    said = tuple(
        made.turn("agent", 9.0 * k, 9.0 * k + 4, f'Say "$(reboot) `x` \\! now {k}') for k in range(40)
    )
    hits = [made.finding("courtesy.thanks", said, k, said[k].text) for k in range(20)]
    calls = read([write(tmp_path, reported(made.analysis(said, hits), "evil"))])
    (view,) = compare(calls, answers(calls, "Ana", lambda question: "no")).rules
    typed = view.advice.partition("rules explain courtesy.thanks ")[2]
    assert typed.startswith('"Say (reboot) x now ')
    assert typed.count('"') == 2


def test_missed_ones_are_counted_over_all_turns(tmp_path: Path) -> None:
    """Eight of forty turns looked at hold it, 160 turns in all: 32 are missed, not eight."""
    calls = thanks(tmp_path)
    asked = [question for question in findings(calls) if question.machine == "no"]
    given = [question.answered("Ana", "yes" if k < 8 else "no") for k, question in enumerate(asked)]
    (view,) = compare(calls, given).rules
    assert (view.missed, view.looked) == (8, 40)
    assert view.missed_all == pytest.approx(32.0)
    assert view.missed_low < 32.0 < view.missed_high


def test_two_trainers_are_compared_where_both_answered(tmp_path: Path) -> None:
    calls = thanks(tmp_path)
    given = answers(calls, "Ana", lambda question: question.machine)
    given += [
        question.answered("Bo", "cannot_tell" if k == 0 else "no" if k == 1 else question.machine)
        for k, question in enumerate(
            question for question in findings(calls)[:30] if question.machine == "yes"
        )
    ]
    found = compare(calls, given)
    pair = next(one for one in found.pairs if {one.first, one.second} == {"Ana", "Bo"} and not one.about)
    assert (pair.shown.count, pair.cannot_tell, pair.enough, pair.everywhere) == (14, 1, False, None)
    (view,) = found.rules
    assert (view.split, view.judged, view.cannot_tell) == (1, 39, 1)
    assert "too few to tell" in pages.as_text(found)


def test_answers_under_other_rules_are_told_apart(tmp_path: Path) -> None:
    given = answers(thanks(tmp_path / "a"), "Ana", lambda question: question.machine)
    calls = thanks(tmp_path / "b", pack="c" * 64)
    found = compare(calls, given)
    assert (found.answers, found.older, found.rules) == (0, len(given), ())
    assert "under other rules" in " ".join(pages.as_text(found).split())
    used = compare(calls, given, older=True)
    assert (used.answers, used.older, len(used.rules)) == (len(given), len(given), 1)


def test_an_answer_stays_with_its_turn_when_edges_move_a_little(tmp_path: Path) -> None:
    calls = thanks(tmp_path)
    given = [
        replace(one, start=one.start + 0.004, end=one.end - 0.2)
        for one in answers(calls, "Ana", lambda question: question.machine)
    ]
    found = compare(calls, given)
    assert (found.unknown, found.answers) == (0, len(given))
    assert found.rules[0].accepted == 40
    assert len(findings(calls).still_open(given)) == 0
    moved = [replace(one, start=one.start + 2, end=one.end + 2) for one in given]
    assert compare(calls, moved).unknown == len(given)


def test_answers_about_other_recordings_are_counted_and_left_out(tmp_path: Path, out: Path) -> None:
    given = answers(thanks(tmp_path / "a"), "Ana", lambda question: "yes")
    found = compare(read([out]), given)
    assert (found.unknown, found.answers) == (len(given), 0)


def test_criteria_are_compared_without_what_was_not_measured(out: Path) -> None:
    calls = read([out])
    asked = criteria(calls)
    given = [q.answered("Ana", "met" if q.machine == "not_measured" else q.machine) for q in asked]
    given[0] = asked[0].answered("Ana", "missed" if asked[0].machine != "missed" else "met")
    found = compare(calls, given)
    pair = next(one for one in found.pairs if one.kind == CRITERION and not one.about)
    unmeasured = sum(question.machine == "not_measured" for question in asked)
    assert (pair.shown.count, pair.cannot_tell) == (len(asked) - unmeasured, unmeasured)
    assert [(one.about, one.path) for one in found.criteria] == [(asked[0].about, asked[0].call.path)]


def test_the_page_is_calm_with_hostile_words(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07 \u202e thanks [bold]"
    said = (made.turn("agent", 2.0, 3.0, evil), made.turn("agent", 4.0, 5.0, "Hello there."))
    one = reported(made.analysis(said, [made.finding("courtesy.thanks", said, 0, evil)]), "evil")
    calls = read([write(tmp_path, one)])
    found = compare(calls, answers(calls, evil, lambda question: "no"))
    text = pages.as_text(found)
    assert "thanks [bold]" in text
    for shown in (text, pages.as_csv(found)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert json.loads(pages.as_json(found))["answers"] == 2
