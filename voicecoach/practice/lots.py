"""Which scenario comes next: drawn by lot among those practised least."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from voicecoach.errors import UsageError

if TYPE_CHECKING:
    from voicecoach.scenarios import Scenario


class Practised(Protocol):
    """How often a scenario was practised, and when last."""

    @property
    def count(self) -> int: ...  # noqa: D102

    @property
    def last(self) -> datetime: ...  # noqa: D102


def draw(
    scenarios: Sequence[Scenario],
    practised: Mapping[str, Practised],
    *,
    opted_in: bool = False,
    lot: random.Random | None = None,
) -> Scenario:
    """Draw a scenario: one never practised, else of those practised least the one longest ago.

    Chance decides among equals; those practised on the same day are equal. Scenarios that are only for who
    asks for them take part where ``opted_in``.

    Raises
    ------
    UsageError
        There is nothing to draw from.
    """
    open_to_all = [one for one in scenarios if opted_in or not one.opt_in]
    if not open_to_all:
        raise UsageError("no scenario to draw from; abusive callers are drawn only with --opt-in")

    def order(one: Scenario) -> tuple[int, int]:
        found = practised.get(one.id)
        return (found.count, found.last.toordinal()) if found is not None else (0, 0)

    least = min(map(order, open_to_all))
    return (lot or random.Random()).choice([one for one in open_to_all if order(one) == least])  # noqa: S311


def in_a_row(scenarios: Sequence[str], scenario: str) -> int:
    """How many times ``scenario`` stands at the end of the scenarios practised so far, in order of time."""
    count = 0
    for practised in reversed(scenarios):
        if practised != scenario:
            break
        count += 1
    return count
