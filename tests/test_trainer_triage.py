"""Which moments, samples and shared things are named: records whose answer is arithmetic."""

from __future__ import annotations

import make_records
import pytest
from make_records import record, records

from voicecoach import triage


def test_three_moments_of_different_calls_and_people_with_one_to_imitate() -> None:
    found = triage.three(records(60, people=7))
    assert [moment.good for moment in found] == [True, False, False]
    assert len({moment.name for moment in found}) == len({moment.agent for moment in found}) == 3
    assert len({moment.kind for moment in found}) == 3
    assert found == triage.three(list(reversed(records(60, people=7))))


def test_bounds_of_a_share() -> None:
    assert triage.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert triage.wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert triage.wilson(0, 0) == (0.0, 1.0)


def test_a_sample_is_drawn_again_the_same_and_another_seed_draws_another() -> None:
    calls = records(200, people=3, failed=3)
    first = triage.sample(calls, 4, seed=1)
    assert {agent: len(lot) for agent, lot in first.items()} == {"Amal": 4, "Bogdan": 4, "Chiara": 4}
    assert first == triage.sample(list(reversed(calls)), 4, seed=1)
    assert first != triage.sample(calls, 4, seed=2)


@pytest.mark.parametrize("reason", make_records.REASONS)
def test_what_was_not_analysed_is_listed_with_what_to_do(reason: str) -> None:
    (files,) = triage.unusable([record("bad", reason=reason), record("fine")])
    assert files.id != "unknown"
    assert files.do
    assert [(one.relative, said) for one, said in files.files] == [("bad.wav", reason)]
