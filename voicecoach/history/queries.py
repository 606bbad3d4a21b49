"""What many takes say of one person, read from rows alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voicecoach.history.database import Database
from voicecoach.history.types import Point, Take, Utterance

_TAKES = """
    SELECT t.number, p.name, t.kind, t.scenario, t.scenario_sha256, t.language, t.started, t.duration, t.file,
           t.status, t.ended, t.model, a.total, a.musts, a.musts_met,
           EXISTS (SELECT 1 FROM ratings r WHERE r.take = t.number)
    FROM takes t JOIN people p ON p.id = t.person LEFT JOIN analyses a ON a.take = t.number
"""
_SAID = """
    SELECT u.key, u.text, u.start, u.stop, u.rate, u.spread, u.median_st, u.take, n.started
    FROM (SELECT number, started FROM takes WHERE person = ? ORDER BY started DESC, number DESC LIMIT ?) n
    CROSS JOIN utterances u ON u.take = n.number ORDER BY n.started, n.number, u.start
"""

_Value = tuple[float | None, str, float | None, float | None]
_UNKNOWN: _Value = (None, "", None, None)
_NOT_FOUND: _Value = (0.0, "times", None, None)


def takes(db: Database, folder: Path, where: str, values: tuple[Any, ...]) -> tuple[Take, ...]:
    """Return takes whose recordings are in a folder."""
    found: list[Take] = []
    for row in map(list, db.all(f"{_TAKES} {where}", values)):
        row[6], row[11], row[15] = time(row[6]), bool(row[11]), bool(row[15])
        row[8] = None if row[8] is None else folder / row[8]
        found.append(Take(*row))
    return tuple(found)


def series(
    db: Database, person: int | None, ids: Iterable[str] | None, scenario: str | None, most: int | None
) -> Mapping[str, tuple[Point, ...]]:
    """Return values by id, oldest first, none of readings aloud or stopped calls; see ``History.series``."""
    rows = db.all(
        "SELECT t.number, t.started, a.telephone, t.scenario, t.language"
        " FROM takes t JOIN analyses a ON a.take = t.number"
        " WHERE t.person = ?1 AND t.kind != 'calibration' AND t.ended NOT IN ('stopped', 'stop word')"
        " AND (?2 IS NULL OR t.scenario = ?2)"
        " ORDER BY t.started, t.number",
        (person, scenario),
    )
    if most is not None and len(rows) > most:
        rows = [rows[round(k * (len(rows) - 1) / (most - 1))] for k in range(most)]
    analysed = {
        take: (time(started), bool(telephone), where, language)
        for take, started, telephone, where, language in rows
    }
    if ids is None:
        ids = [id_ for (id_,) in db.all("SELECT DISTINCT id FROM points WHERE person = ?", (person,))]
    wanted = json.dumps(list(analysed))
    found: dict[str, tuple[Point, ...]] = {}
    for id_ in dict.fromkeys(ids):
        kept = {
            take: (value, unit, low, high)
            for take, value, unit, low, high in db.all(
                "SELECT p.take, p.value, p.unit, p.low, p.high FROM json_each(?) w"
                " CROSS JOIN points p ON p.person = ? AND p.id = ? AND p.take = w.value",
                (wanted, person, id_),
            )
        }
        looked = id_.startswith("marker:") and any(value is not None for value, *_ in kept.values())
        points = []
        for take, (when, telephone, where, language) in analysed.items():
            value, unit, low, high = kept.get(take, _NOT_FOUND if looked else _UNKNOWN)
            if value is not None:
                points.append(Point(take, when, value, unit, low, high, telephone, where, language))
        if points:
            found[id_] = tuple(points)
    return found


def utterances(
    db: Database, person: int | None, least: int, latest: int
) -> Mapping[str, tuple[Utterance, ...]]:
    """Return what is said again and again, oldest first; see ``History.utterances``."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for key, *row, started in db.all(_SAID, (person, latest)):
        rows.setdefault(key, []).append((key, *row, time(started)))
    return {
        key: tuple(Utterance(*row) for row in said)
        for key, said in rows.items()
        if len({row[-2] for row in said}) >= least
    }


def time(milliseconds: int) -> datetime:
    """Return the time of a stored number."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(time: datetime) -> int:
    """Return the number that is stored for a time."""
    return round(time.timestamp() * 1000)
