"""A random sample that anybody can draw again: the same records, number and seed give the same calls."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from voicecoach.batch.types import Record


def place(record: Record, seed: int) -> int:
    """Where a call stands in the lot drawn with ``seed``: a number that nothing heard in it has a part in."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{record.key}".encode()).digest()[:6], "big")


def sample(records: Sequence[Record], n: int, seed: int) -> dict[str, tuple[Record, ...]]:
    """Up to ``n`` calls of each person, in name order, drawn at random.

    Calls without a name are one lot under "". Left out are recordings that could not be analysed and copies.
    The records are for names, dates and lengths alone: to listen blind, show nothing of the result.
    """
    lots: dict[str, list[Record]] = {}
    for record in records:
        if record.analysis is not None and not record.same_as:
            lots.setdefault(record.who.agent, []).append(record)
    return {
        agent: tuple(sorted(lots[agent], key=lambda record: (place(record, seed), record.relative))[:n])
        for agent in sorted(lots, key=lambda name: (not name, name.casefold(), name))
    }
