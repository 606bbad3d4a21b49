"""The history: what is kept comes back, whoever asks; nothing is lost or left behind."""

from __future__ import annotations

import sqlite3
import stat
import sys
import unicodedata
import wave
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import make_analysis as made
from voicecoach.baseline import READ, Baseline, Usual
from voicecoach.errors import AudioError, HistoryError, UsageError
from voicecoach.history import History, Point, Practised, Take, Utterance, migrations
from voicecoach.history.database import Database
from voicecoach.history.store import FILE
from voicecoach.reports.json import document

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def record(path: Path, seconds: float = 2.0, *, rate: int = 16000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\x00\x10\x00\xf0" * round(seconds * rate / 2))
    return path


def practise(
    history: History, agent: str = "me", days: float = 0.0, *, scenario: str = "refund", analysed: bool = True
) -> Take:
    """A whole take on the so-many-th day."""
    take = history.new_take(agent, "practice", scenario=scenario, started=START + timedelta(days=days))
    assert take.recording is not None
    record(take.recording)
    take = history.finish_take(take.number, duration=2.0, ended="done")
    if analysed:
        said = [Utterance("may i put you on hold", "May I put you on hold?", 20.4, 22.0, 4.5, 3.5, None)]
        history.add_analysis(take.number, made.good(), utterances=said)
    return history.take(take.number)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "history") as opened:
        yield opened


# --- takes --------------------------------------------------------------------------------------------------


def test_a_take_goes_from_reserved_to_analysed(history: History) -> None:
    take = history.new_take("Ana", "practice", scenario="refund", scenario_sha256="ab", started=START)
    assert (take.status, take.duration, take.language, take.model) == ("recording", None, "", False)
    assert take.recording == history.folder / "recordings" / f"{take.number:06d}.wav"
    assert not take.recording.exists()
    record(take.recording)
    done = history.finish_take(take.number, duration=2.0, ended="stopped")
    assert done == replace(take, status="recorded", duration=2.0, ended="stopped")
    history.add_analysis(take.number, made.good())
    found = history.take(take.number)
    assert (found.status, found.language, found.duration) == ("analysed", "en", 2.0)
    assert found.total == pytest.approx(made.good().scores.total)
    assert found.musts is not None
    assert found.musts_met is not None
    assert 0 < found.musts_met <= found.musts


def test_an_analysis_comes_back_and_a_later_one_takes_its_place(history: History) -> None:
    take = practise(history)
    kept = history.analysis(take.number)
    assert kept is not None
    assert document(kept) == document(made.good())
    history.add_analysis(take.number, made.poor())
    again = history.analysis(take.number)
    assert again is not None
    assert document(again) == document(made.poor())
    assert "marker:courtesy.greeting" not in history.series("me")
    assert history.utterances("me", least=1) == {}
    assert history.count() == 1
    assert history.analysis(practise(history, analysed=False).number) is None


def test_ratings_outcomes_and_own_values_come_back(history: History) -> None:
    number = practise(history).number
    assert history.rating(number) == {}
    assert history.outcome(number) is None
    history.add_rating(number, {"calm": 4, "clear": 2})
    history.add_rating(number, {"calm": 5})
    assert history.rating(number) == {"calm": 5}
    assert history.take(number).rated
    outcome = {"lines": [{"line": 0, "latency": 0.4, "held": ["courtesy.thanks"]}], "recovery": None}
    history.add_outcome(number, outcome)
    assert history.outcome(number) == outcome
    own = Baseline("en", True, {"pace.articulation_rate": Usual(4.6, "syllables/s", None, 1)}, "x.json", READ)
    history.set_baseline("me", own)
    assert history.baseline(" ME ", language="en", telephone=True) == own
    assert history.baseline("me", language="en") is None
    assert history.baseline("nobody", language="en", telephone=True) is None


def test_takes_are_found_by_person_scenario_and_kind(history: History) -> None:
    first, second = practise(history, "Ana", 2), practise(history, "Ana", 1, scenario="moving")
    third = practise(history, "Bo", 3)
    added = history.add_file("Ana", record(history.folder.parent / "call.wav"), started=START)
    assert history.takes() == (added, second, first, third)
    assert history.takes("ana") == (added, second, first)
    assert history.takes("Ana", scenario="refund") == (first,)
    assert history.takes("Ana", kind="practice", limit=1) == (first,)
    assert history.takes("nobody") == ()
    assert history.practised("Ana") == {
        "refund": Practised(1, first.started),
        "moving": Practised(1, second.started),
    }
    assert [(p.name, p.takes, p.seconds) for p in history.agents()] == [("Ana", 3, 6.0), ("Bo", 1, 2.0)]


def test_a_name_is_the_same_in_any_spelling(history: History) -> None:
    name = "Zo\u00eb M\u00fcller"
    take = practise(history, name)
    for other in (unicodedata.normalize("NFD", name), f"  {name.upper()} ", "zo\u00eb  m\u00fcller"):
        assert history.takes(other) == (take,)
    assert history.takes("zoe muller") == ()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c:d", "'; DROP TABLE takes; --", "x" * 5000, "\x1b[2J"]
)
def test_hostile_names_never_reach_a_file_name(history: History, name: str) -> None:
    take = practise(history, name, scenario=name)
    assert history.takes(name, scenario=name) == (take,)
    assert {p.name for p in history.folder.rglob("*") if p.is_file()} <= {
        FILE,
        f"{FILE}-wal",
        f"{FILE}-shm",
        f"{take.number:06d}.wav",
    }


def test_what_is_not_there_is_said(history: History) -> None:
    with pytest.raises(UsageError, match="there is no take 9"):
        history.take(9)
    with pytest.raises(UsageError, match="cannot be of the kind 'song'"):
        history.new_take("me", "song")
    with pytest.raises(UsageError, match="a name is empty"):
        history.new_take("  ", "practice")
    with pytest.raises(UsageError, match="the number is too large"):
        history.take(10**30)
    for name, scenario in (("\udcff", ""), ("me", "\udcff")):
        with pytest.raises(UsageError, match="bytes that are no text"):
            history.new_take(name, "practice", scenario=scenario)
    for name, scenario in (("\udcff", ""), (None, "\udcff")):
        with pytest.raises(UsageError, match="bytes that are no text"):
            history.takes(name, scenario=scenario)
    with pytest.raises(AudioError):
        history.add_file("me", Path(__file__))
    assert history.takes() == ()


def test_the_newest_model_take_of_a_scenario_counts(history: History) -> None:
    takes = [practise(history, "trainer", day) for day in range(3)]
    assert history.model_take("refund") is None
    for take in takes[:2]:
        history.mark_model(take.number)
    assert history.model_take("refund") == replace(takes[1], model=True)
    assert history.model_take("refund", language="ja") is None
    history.mark_model(takes[1].number, False)
    assert history.model_take("refund", language="en") == replace(takes[0], model=True)


# --- values over takes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", ["stopped", "stop word"])
def test_a_call_that_was_stopped_counts_for_no_trend(history: History, ended: str) -> None:
    whole = practise(history, days=1)
    stopped = history.new_take("me", "practice", scenario="refund", started=START + timedelta(days=2))
    assert stopped.recording is not None
    record(stopped.recording)
    history.finish_take(stopped.number, duration=2.0, ended=ended)
    history.add_analysis(stopped.number, made.good())
    assert [point.take for point in history.series("me")["score.total"]] == [whole.number]


def test_values_come_take_by_take(history: History) -> None:
    late, early = practise(history, days=2), practise(history, days=1)
    practise(history, "Bo")
    pace = history.series("me", ids=["pace.articulation_rate"])["pace.articulation_rate"]
    assert pace == tuple(
        Point(t.number, t.started, 4.62, "syllables/s", 3.3, 5.9, False, "refund", "en")
        for t in (early, late)
    )
    assert [p.value for p in history.series("me")["score.total"]] == [made.good().scores.total] * 2
    assert "fillers.heard_rate" not in history.series("me")  # not measured
    assert history.series("me", scenario="moving") == {}
    assert history.series("nobody") == {}


def test_a_marker_that_was_not_found_counts_zero_but_only_where_it_was_looked_for(history: History) -> None:
    practise(history, days=0)
    poor, named = practise(history, days=1), practise(history, days=2)
    history.add_analysis(poor.number, made.poor())
    ids = ["marker:courtesy.thanks", "marker:courtesy.name_use", "marker:courtesy.dismissive"]
    found = history.series("me", ids=ids)
    assert [p.value for p in found["marker:courtesy.thanks"]] == [2.0, 0.0, 2.0]
    assert [p.value for p in found["marker:courtesy.dismissive"]] == [0.0, 1.0, 0.0]
    assert "marker:courtesy.name_use" not in found  # the customer's name is not known
    used = made.finding("courtesy.thanks", made.GOOD_TURNS, 0)
    findings = (*made.GOOD_FINDINGS, replace(used, rule="courtesy.name_use"))
    history.add_analysis(named.number, replace(made.good(), findings=findings, not_measured=()))
    assert [p.value for p in history.series("me", ids=ids)["marker:courtesy.name_use"]] == [1.0]


def test_words_said_again_and_again_are_found(history: History) -> None:
    takes = [practise(history, days=day) for day in range(4)]
    practise(history, "Bo")
    assert history.utterances("me") == {}
    takes.append(practise(history, days=4))
    (said,) = history.utterances("me").values()
    assert [u.take for u in said] == [t.number for t in takes]
    assert said[0].text == "May I put you on hold?"
    assert (said[0].rate, said[0].median_st, said[0].time) == (4.5, None, takes[0].started)


# --- the file -----------------------------------------------------------------------------------------------


def test_only_its_owner_can_read_it(history: History) -> None:
    practise(history)
    for path in (history.folder, *history.folder.rglob("*")):
        others = stat.S_IMODE(path.stat().st_mode) & 0o077
        assert others == 0 or sys.platform == "win32", path  # where modes mean nothing


def complaint(folder: Path) -> str:
    """What is said of a history that cannot be used."""
    try:
        with History.open(folder) as history:
            history.takes()
            return "damaged: " + history.check()[0].text
    except HistoryError as error:
        return str(error)


def test_a_damaged_file_is_told_and_never_written_over(tmp_path: Path) -> None:
    with History.open(tmp_path) as history:
        practise(history)
    path = tmp_path / FILE
    whole = path.read_bytes()
    for spoilt in (b"no database, whatever its name says " * 50, whole[:6000], whole[:100] + whole[4096:]):
        path.write_bytes(spoilt)
        said = complaint(tmp_path)
        assert "damaged" in said
        assert "\n" not in said
        assert path.read_bytes()[:4000] == spoilt[:4000]
    path.write_bytes(whole)
    with History.open(tmp_path) as history:
        assert history.check() == ()


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("CREATE TABLE songs (title)")
    other.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(HistoryError, match="no history of voicecoach"):
        History.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_history_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    History.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, '0999_later', '')",
            (migrations.SET,),
        )
    newer.close()
    with pytest.raises(HistoryError, match="newer voicecoach"):
        History.open(tmp_path)


def test_steps_are_numbered_and_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for name, _ in migrations.STEPS]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    monkeypatch.setattr(migrations, "STEPS", migrations.STEPS[:1])
    Database.connect(tmp_path / FILE).close()
    with sqlite3.connect(tmp_path / FILE) as file:
        assert [n for (n,) in file.execute("SELECT name FROM _sqlite_migrations")] == names[:1]
    file.close()
    monkeypatch.undo()
    with History.open(tmp_path) as history:
        practise(history)
    with sqlite3.connect(tmp_path / FILE) as file:
        assert [n for (n,) in file.execute("SELECT name FROM _sqlite_migrations")] == names
    file.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History.open(tmp_path) as history:
        take = practise(history)
    broken = ("0999_broken", "CREATE TABLE half (a);\nCREATE TABLE takes (b);\n")
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        History.open(tmp_path)
    monkeypatch.undo()
    with History.open(tmp_path) as history:
        assert history.takes() == (take,)
        assert history.check() == ()
