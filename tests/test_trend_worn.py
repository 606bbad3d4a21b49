"""The worn record: the same words faster and flatter, and everything that is not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from voicecoach.history import Utterance
from voicecoach.trend import Worn, worn

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said(rates: Sequence[float | None], spreads: Sequence[float | None]) -> tuple[Utterance, ...]:
    return tuple(
        Utterance(
            "so long then", "So long, then.", 4.0, 5.0, rate, spread, 0.0, k + 1, START + timedelta(days=k)
        )
        for k, (rate, spread) in enumerate(zip(rates, spreads, strict=True))
    )


def only(row: Sequence[Utterance]) -> Worn | None:
    found = worn({"so long then": row})
    return found[0] if found else None


def line(count: int, first: float, last: float) -> list[float]:
    return [first + (last - first) * k / (count - 1) for k in range(count)]


def growth(count: int, first: float, by: float) -> list[float]:
    return [first * by ** (k / (count - 1)) for k in range(count)]


def test_a_sentence_that_wears_has_its_arithmetic() -> None:
    found = only(said(growth(10, 5.0, 1.18), line(10, 6.0, 4.9)))
    assert found is not None
    assert found.faster == pytest.approx(0.18)
    assert found.flatter == pytest.approx(1.1)
    assert 0.15 < found.faster_low < 0.18 < found.faster_high < 0.21
    assert 1.0 < found.flatter_low < 1.1 < found.flatter_high < 1.2
    assert (found.said[0].take, found.said[-1].take) == (1, 10)


def test_five_times_are_enough_where_they_go_one_way_and_four_are_not() -> None:
    rates, spreads = [4.9, 5.2, 5.3, 5.4, 5.9], [7.0, 6.3, 6.1, 5.8, 5.2]
    assert only(said(rates, spreads)) is not None
    assert only(said(rates[:4], spreads[:4])) is None
    assert only(said([5.9, 5.2, 5.3, 5.4, 6.4], spreads)) is None  # up and down


@pytest.mark.parametrize(
    ("rates", "spreads"),
    [
        (growth(12, 5.0, 1.3), [6.0] * 12),  # faster only
        ([5.0] * 12, line(12, 8.0, 4.0)),  # flatter only
        (growth(12, 5.0, 0.8), line(12, 8.0, 4.0)),  # slower and flatter
        (growth(12, 5.0, 1.3), line(12, 4.0, 8.0)),  # faster and livelier
        (growth(12, 5.0, 1.05), line(12, 8.0, 4.0)),  # faster by less than is plain to hear
        (growth(12, 5.0, 1.3), line(12, 6.0, 5.5)),  # flatter by less
    ],
)
def test_one_without_the_other_is_not_told(rates: list[float], spreads: list[float]) -> None:
    assert only(said(rates, spreads)) is None


def test_a_take_counts_once_and_what_was_not_measured_not_at_all() -> None:
    row = said(growth(10, 5.0, 1.2), line(10, 6.0, 4.0))
    again = [Utterance("so long then", "x", 9.0, 9.9, 1.0, 20.0, 0.0, one.take, one.time) for one in row]
    both = [one for pair in zip(row, again, strict=True) for one in pair]
    assert only(both) == only(row)
    rates: list[float | None] = [*growth(10, 5.0, 1.2)]
    rates[3:9] = [None] * 6
    assert only(said(rates, line(10, 6.0, 4.0))) is None  # four are left


def test_the_fastest_comes_first_and_many_takes_do_not_stop_it() -> None:
    slow, quick = (
        said(growth(10, 5.0, 1.15), line(10, 6.0, 4.0)),
        said(growth(400, 5.0, 1.4), line(400, 6.0, 4.0)),
    )
    assert [len(one.said) for one in worn({"a": slow, "b": quick})] == [400, 10]


def test_chance_is_hardly_ever_called_worn() -> None:
    """See benchmarks/trend.py: sentences whose sound only varies, and some that wear."""
    chance = random.Random(5)  # noqa: S311
    noise = [
        said([5 + chance.gauss(0, 0.25) for _ in range(12)], [6 + chance.gauss(0, 1) for _ in range(12)])
        for _ in range(200)
    ]
    assert len(worn(dict(enumerate(noise)))) <= 2  # type: ignore[arg-type]
    real = [
        said(
            [5 * 1.25 ** (k / 9) + chance.gauss(0, 0.25) for k in range(10)],
            [7 - 3 * k / 9 + chance.gauss(0, 1) for k in range(10)],
        )
        for _ in range(50)
    ]
    assert len(worn(dict(enumerate(real)))) >= 35  # type: ignore[arg-type]
