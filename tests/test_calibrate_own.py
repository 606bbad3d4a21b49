"""A person's own values are kept with their kind, and found for an analysis without making anything."""

from __future__ import annotations

from pathlib import Path

from voicecoach.baseline import READ, Baseline, Usual
from voicecoach.cli.options import own_values
from voicecoach.history import History

READING = Baseline("en", False, {"pitch.median": Usual(203.5, "Hz")}, "take 1", READ)
CALLS = Baseline("en", True, {"pitch.median": Usual(198.0, "Hz", 4.5, 3)}, "takes 2, 3 and 4")
SPANISH = Baseline("es", False, {}, "take 5", READ)


def test_what_was_kept_is_found_with_its_kind(tmp_path: Path) -> None:
    with History.open(tmp_path / "h") as history:
        for own in (SPANISH, READING, CALLS):
            history.set_baseline("Ana", own)
        assert history.baseline("ana", language="en") == READING
        assert history.baseline("ana", language="en", telephone=True) == CALLS
        assert history.baseline("ana", language="ja") is None
    assert own_values("Ana", tmp_path / "h") == (READING, CALLS, SPANISH)
    assert own_values("nobody", tmp_path / "h") == ()


def test_looking_for_own_values_makes_no_history(tmp_path: Path) -> None:
    assert own_values("me", tmp_path / "none") == ()
    assert list(tmp_path.iterdir()) == []
