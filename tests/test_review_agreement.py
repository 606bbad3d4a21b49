"""Kappa, its error and shares: worked examples that were published, arithmetic, and simulated raters."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from voicecoach.review import Stratum, cohen, stratified, wilson


def pairs(table: Sequence[Sequence[int]]) -> list[tuple[str, str]]:
    return [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]


def number(found: float | None) -> float:
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("table", "kappa", "error", "low", "high"),
    [
        # SAS/STAT user's guide, PROC FREQ, getting started: agreement study of a skin condition, 88 patients
        (((10, 4, 1, 0), (5, 10, 12, 2), (2, 4, 12, 5), (0, 2, 6, 13)), 0.3449, 0.0724, 0.2030, 0.4868),
        # Fleiss, Levin & Paik 2003, Statistical methods for rates and proportions, table 18.1, 100 patients
        (((75, 1, 4), (5, 4, 1), (0, 0, 10)), 0.676, 0.0877, 0.505, 0.848),
    ],
)
def test_kappa_and_its_error_are_those_published(
    table: Sequence[Sequence[int]], kappa: float, error: float, low: float, high: float
) -> None:
    found = cohen(pairs(table), confidence=0.95)
    assert found.value == pytest.approx(kappa, abs=6e-4)
    assert found.error == pytest.approx(error, abs=6e-5)
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def test_agreement_by_chance_is_told_with_kappa() -> None:
    found = cohen(pairs(((10, 1), (1, 8))), confidence=0.95)
    assert (found.count, found.agreed) == (20, pytest.approx(0.9))
    assert found.chance == pytest.approx((11 * 11 + 9 * 9) / 400)
    assert found.value == pytest.approx((0.9 - 0.505) / 0.495)


def test_kappa_is_the_same_whoever_is_named_first() -> None:
    table = ((20, 5), (2, 9))
    one = cohen(pairs(table), confidence=0.95)
    other = cohen([(b, a) for a, b in pairs(table)], confidence=0.95)
    assert one == other


def test_there_is_no_kappa_where_both_always_say_the_same() -> None:
    found = cohen([("yes", "yes")] * 30, confidence=0.95)
    assert (found.value, found.low, found.high, found.agreed) == (None, None, None, 1.0)
    assert "the same one thing" in found.reason
    assert cohen([], confidence=0.95).value is None


def test_full_agreement_has_no_interval_of_no_width() -> None:
    found = cohen([("yes", "yes"), ("no", "no")] * 10, confidence=0.95)
    assert (found.value, found.low, found.high) == (pytest.approx(1.0), None, None)
    assert "no interval" in found.reason


def test_known_kappa_comes_back_from_raters_made_by_lot() -> None:
    lot = random.Random(11)  # noqa: S311
    inside, values = 0, []
    for _ in range(400):
        said = []
        for _ in range(120):
            true = lot.random() < 0.4  # both see it rightly 9 times in 10, each on their own
            said.append(tuple(str(true == (lot.random() < 0.9)) for _ in range(2)))
        found = cohen(said, confidence=0.95)  # type: ignore[arg-type]
        values.append(number(found.value))
        first = 0.4 * 0.9 + 0.6 * 0.1
        chance = first**2 + (1 - first) ** 2
        true_kappa = (0.82 - chance) / (1 - chance)
        inside += number(found.low) <= true_kappa <= number(found.high)
    assert math.fsum(values) / len(values) == pytest.approx(true_kappa, abs=0.02)
    assert 0.92 <= inside / 400 <= 0.98


# --- samples of what the machine found and did not ----------------------------------------------------------


def over_all(turns: int, found: int, seen: float, missed: float) -> float:
    share = found / turns
    agreed = share * seen + (1 - share) * (1 - missed)
    person = share * seen + (1 - share) * missed
    chance = share * person + (1 - share) * (1 - person)
    return (agreed - chance) / (1 - chance)


def test_all_places_looked_at_give_plain_kappa_without_doubt() -> None:
    found = stratified([Stratum(20, True, 18, 2), Stratum(80, False, 4, 76)], confidence=0.95)
    plain = cohen(pairs(((76, 4), (2, 18))), confidence=0.95)
    assert found.value == pytest.approx(plain.value)
    assert found.low == found.high == pytest.approx(plain.value)


@pytest.mark.parametrize(
    ("turns", "found", "seen", "missed", "looked"),
    [(2000, 200, 0.9, 0.02, 20), (300, 60, 0.85, 0.05, 30), (2000, 600, 0.7, 0.1, 30)],
)
def test_weights_bring_back_the_kappa_of_all_turns(
    turns: int, found: int, seen: float, missed: float, looked: int
) -> None:
    lot = random.Random(5)  # noqa: S311
    true = over_all(turns, found, seen, missed)
    there = [k < found * seen for k in range(found)]
    elsewhere = [k < (turns - found) * missed for k in range(turns - found)]
    inside, values = 0, []
    for _ in range(300):
        yes = sum(lot.sample(there, looked))
        unseen = sum(lot.sample(elsewhere, looked))
        strata = [
            Stratum(found, True, yes, looked - yes),
            Stratum(turns - found, False, unseen, looked - unseen),
        ]
        estimate = stratified(strata, confidence=0.95)
        values.append(number(estimate.value))
        inside += number(estimate.low) <= true <= number(estimate.high)
    assert math.fsum(values) / len(values) == pytest.approx(true, abs=0.03)
    assert inside / 300 >= 0.92


def test_nothing_is_concluded_of_what_was_not_looked_at() -> None:
    found = stratified([Stratum(20, True, 18, 2), Stratum(80, False, 0, 0)], confidence=0.95)
    assert found.value is None
    assert "nothing was answered" in found.reason
    assert stratified([], confidence=0.95).value is None


def test_wilson_is_that_of_the_book() -> None:
    # Newcombe 1998, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
    assert wilson(81, 263, confidence=0.95) == (
        pytest.approx(0.2553, abs=5e-5),
        pytest.approx(0.3662, abs=5e-5),
    )
    assert wilson(0, 20, confidence=0.95) == (pytest.approx(0.0), pytest.approx(0.1611, abs=5e-5))
    assert wilson(5, 10, confidence=0.95) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(10, 10, confidence=0.95) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(0, 0, confidence=0.95) == (0.0, 1.0)
