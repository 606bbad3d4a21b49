from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from voicecoach import scenarios
from voicecoach.errors import UsageError
from voicecoach.practice.lots import draw, in_a_row
from voicecoach.scenarios import Scenario

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Times:
    count: int
    last: datetime


@pytest.fixture(scope="module")
def three() -> list[Scenario]:
    from dataclasses import replace

    one = scenarios.available()[0]
    return [replace(one, id=name, opt_in=name == "c") for name in "abc"]


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def test_what_was_never_practised_comes_first_and_chance_decides_among_equals(three: list[Scenario]) -> None:
    drawn = [draw(three, {}, lot=chance(seed)).id for seed in range(200)]
    assert set(drawn) == {"a", "b"}
    assert 70 < drawn.count("a") < 130  # half of 200, with four standard deviations of room
    assert draw(three, {"a": Times(1, NOON)}).id == "b"


def test_then_what_was_practised_least_and_then_longest_ago(three: list[Scenario]) -> None:
    assert draw(three, {"a": Times(3, NOON - timedelta(days=9)), "b": Times(2, NOON)}).id == "b"
    assert draw(three, {"a": Times(2, NOON - timedelta(days=9)), "b": Times(2, NOON)}).id == "a"
    same_day = {"a": Times(2, NOON), "b": Times(2, NOON - timedelta(hours=3))}
    assert {draw(three, same_day, lot=chance(seed)).id for seed in range(50)} == {"a", "b"}


def test_what_has_to_be_asked_for_is_drawn_only_then(three: list[Scenario]) -> None:
    others = {"a": Times(1, NOON), "b": Times(1, NOON)}
    assert draw(three, others, opted_in=True).id == "c"
    assert draw(three, others).id != "c"
    with pytest.raises(UsageError, match="--opt-in"):
        draw(three[2:], {})


@pytest.mark.parametrize(
    ("before", "count"), [([], 0), (["b"], 0), (["a"], 1), (["a", "b", "a", "a"], 2), (["a"] * 5, 5)]
)
def test_how_often_in_a_row(before: list[str], count: int) -> None:
    assert in_a_row(before, "a") == count
