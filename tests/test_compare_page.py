"""What is said of two takes: a page at 80 columns, a JSON document, one thing for the good, one to try."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import make_analysis as made
from tests.test_compare import GREETING, OFFER, sung, take
from voicecoach.compare import compare
from voicecoach.compare.find import pair
from voicecoach.errors import DataFileError, UsageError
from voicecoach.history import History
from voicecoach.reports import comparison, write
from voicecoach.types import AGENT, Analysis


def test_the_page_says_first_what_got_better_and_what_to_try() -> None:
    found = compare(made.poor(), made.good(), names=("take 1", "take 2"))
    page = comparison.render(found)
    order = [page.index(title) for title in ("take 1", "FOR THE GOOD", "TRY NEXT", "MARKERS", "NOT COMPARED")]
    assert order == sorted(order)
    assert found.better is not None
    assert found.better.text.split()[0] in page
    assert max(map(len, page.splitlines())) <= 80
    assert page.isascii()
    narrow = comparison.render(found, width=40)
    assert max(map(len, narrow.splitlines())) <= 40


def test_phrases_pauses_and_emphasis_stand_on_the_page() -> None:
    spoken = ((AGENT, GREETING, 1.0), (AGENT, OFFER, 10.0))
    first = sung(take(*spoken), {"today": 6.0})
    second = sung(take(*spoken, step=0.24, hold={"tomorrow": 0.6}), {"four": 6.0})
    page = comparison.render(compare(first, second))
    assert "+25 %" in page
    assert "gained" in page
    assert 'before "tomorrow", mid-sentence' in page
    assert " ".join(page.split()).count('highest on "today" (+6.0 st), now on "four" (+6.0 st)') == 1


def test_the_pace_of_four_phrases_and_more_is_drawn_and_stands_in_numbers() -> None:
    said = [(AGENT, f"{text} And so on.", 1.0 + 8 * k) for k, text in enumerate((GREETING, OFFER) * 2)]
    page = comparison.render(compare(take(*said), take(*said, step=0.25)))
    assert "line: the first take; x: the second take" in page
    assert page.count("+20 %") == 4
    assert max(map(len, page.splitlines())) <= 80
    assert page.isascii()
    drawn = comparison.render(compare(take(*said), take(*said)), unicode=True)
    assert not drawn.isascii()
    few = comparison.render(compare(take(*said[:3]), take(*said[:3])))
    assert "line:" not in few


def test_the_same_marker_lost_twice_is_one_line() -> None:
    turns = made.GOOD_TURNS
    both = [made.finding("courtesy.thanks", turns, at, "Thank you") for at in (6, 10)]
    page = comparison.render(compare(made.analysis(turns, both), made.analysis(turns, ())))
    assert "thanks x2" in page


def test_faster_than_before_is_the_thing_to_try_where_nothing_weighs_more() -> None:
    spoken = (AGENT, f"{GREETING} {OFFER}", 1.0)
    found = compare(take(spoken), take(spoken, step=0.24))
    assert found.next_step is not None
    assert "25 % faster than in the first take" in found.next_step.text
    found = compare(take(spoken), take(spoken, step=0.24), model=True)
    assert found.next_step is not None
    assert "than in the model" in found.next_step.text


def test_a_marker_of_the_model_is_offered_without_its_words_as_a_duty() -> None:
    turns = made.GOOD_TURNS
    model = made.analysis(turns, [made.finding("listening.echo", turns, 2, "squealing brake")])
    own = replace(made.analysis(turns, ()), scores=model.scores)
    found = compare(model, own, model=True, same_speaker=False)
    assert found.next_step is not None
    assert found.next_step.text.startswith("The model has: echo")
    assert "words of your own" in found.next_step.text
    page = comparison.render(found)
    assert page.startswith("the model")
    assert "your take" in page
    assert "WHAT WORKED" in page


def test_nothing_to_say_is_said() -> None:
    spoken = take((AGENT, OFFER, 1.0))
    found = compare(spoken, spoken)
    assert found.better is None
    assert "Nothing that is measured or marked changed for the good" in " ".join(
        comparison.render(found).split()
    )


def test_the_document_holds_every_number() -> None:
    found = compare(made.poor(), made.good())
    document = json.loads(comparison.as_json(found))
    assert document["schema_version"] == "1.0"
    assert len(document["markers"]) == len(found.markers) > 0
    assert document["words_a"] == found.words_a
    assert set(document) >= {"phrases", "pauses", "wording", "measures", "criteria", "notes", "better"}


# --- which two ----------------------------------------------------------------------------------------------


def never(path: Path) -> Analysis:
    raise AssertionError(path)


def said(analysis: Analysis) -> list[str]:
    return [turn.text for turn in analysis.turns]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history")


def keep(history: History, agent: str, scenario: str, analysis: Analysis) -> int:
    take = history.new_take(agent, "practice", scenario=scenario)
    assert take.recording is not None
    take.recording.touch()
    history.add_analysis(take.number, analysis)
    history.finish_take(take.number, duration=50.0, ended="done")
    return take.number


def test_one_take_is_compared_with_the_one_before_or_the_model(history: History) -> None:
    with history:
        one = keep(history, "me", "late-parcel", made.good())
        keep(history, "me", "other", made.good())
        two = keep(history, "me", "late-parcel", made.poor())
        found = pair(str(two), None, folder=history.folder, analyse=never)
        assert (said(found.a), said(found.b)) == (said(made.good()), said(made.poor()))
        assert found.names[0].startswith(f"take {one}, late-parcel, me")
        assert not found.model
        assert found.same_speaker
        model = keep(history, "Trainer", "late-parcel", made.good())
        history.mark_model(model)
        found = pair(str(two), None, folder=history.folder, analyse=never)
        assert found.names[0].startswith(f"take {model},")
        assert found.model
        assert not found.same_speaker
        fresh = history.new_take("Trainer", "practice", scenario="other")
        assert fresh.recording is not None
        fresh.recording.touch()
        history.finish_take(fresh.number, duration=50.0, ended="done")
        history.mark_model(fresh.number)
        found = pair("2", None, folder=history.folder, analyse=lambda path: made.poor())
        assert found.names[0].startswith(f"take {fresh.number},")
        history.mark_model(fresh.number, on=False)
        with pytest.raises(UsageError, match="first of other"):
            pair("2", None, folder=history.folder, analyse=never)
        with pytest.raises(UsageError, match="there is no take 99"):
            pair("99", "1", folder=history.folder, analyse=never)


def test_a_call_is_not_compared_with_a_reading(history: History) -> None:
    with history:
        keep(history, "me", "late-parcel", made.good())
        reading = history.new_take("me", "calibration")
        history.finish_take(reading.number, duration=30.0, ended="done")
        history.add_analysis(reading.number, made.good())
        with pytest.raises(UsageError, match="passage read aloud"):
            pair("1", "2", folder=history.folder, analyse=never)


def test_the_tolerance_is_that_of_the_other_takes(history: History) -> None:
    with history:
        for value in (4.0, 5.0, 6.0, 4.4, 4.6):
            measure = made.measure("pace.articulation_rate", value, "syllables/s")
            keep(history, "me", "s", replace(made.good(), measures=(measure,)))
        found = pair("4", "5", folder=history.folder, analyse=never)
        assert found.spreads is not None
        assert found.spreads["pace.articulation_rate"] == pytest.approx(1.0)
        assert pair("1", "note.wav", folder=history.folder, analyse=lambda path: made.good()).spreads


def test_files_are_read_or_analysed_and_no_history_is_made(tmp_path: Path) -> None:
    written = write(tmp_path / "one", "json", [made.good()])
    found = pair(str(written), "two.wav", folder=tmp_path / "none", analyse=lambda path: made.poor())
    assert (said(found.a), said(found.b)) == (said(made.good()), said(made.poor()))
    assert not (tmp_path / "none").exists()
    with pytest.raises(UsageError, match="compare it with what"):
        pair("two.wav", None, folder=tmp_path / "none", analyse=never)
    with pytest.raises(UsageError, match="there is no history"):
        pair("3", None, folder=tmp_path / "none", analyse=never)
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    for name in ("bad.json", "missing.json"):
        with pytest.raises(DataFileError, match=name):
            pair(str(tmp_path / name), str(written), folder=None, analyse=never)
