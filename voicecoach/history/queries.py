"""What many takes say of one person, read from rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicecoach.history.database import Database
from voicecoach.history.types import Point, Take

if TYPE_CHECKING:
    from voicecoach.types import Utterance

_TAKES = """
    SELECT t.number, p.name, t.kind, t.scenario, t.scenario_sha256, t.language, t.started, t.duration, t.file,
           t.status, t.ended, t.model, a.total, a.musts, a.musts_met,
           EXISTS (SELECT 1 FROM ratings r WHERE r.take = t.number)
    FROM takes t JOIN people p ON p.id = t.person LEFT JOIN analyses a ON a.take = t.number
"""
_POINTS = """
    SELECT s.id, s.value, s.unit, s.low, s.high, t.number, t.started, a.telephone, t.scenario, t.language
    FROM points s JOIN takes t ON t.number = s.take JOIN analyses a ON a.take = s.take
    WHERE s.person = ?
"""


def takes(db: Database, folder: Path, where: str, values: tuple[Any, ...]) -> tuple[Take, ...]:
    """Return takes whose recordings are in a folder."""
    found: list[Take] = []
    for row in map(list, db.all(f"{_TAKES} {where}", values)):
        row[6], row[11], row[15] = time(row[6]), bool(row[11]), bool(row[15])
        row[8] = None if row[8] is None else folder / row[8]
        found.append(Take(*row))
    return tuple(found)


def series(
    db: Database, person: int | None, ids: Iterable[str] | None, scenario: str | None
) -> Mapping[str, tuple[Point, ...]]:
    """Return values by id, oldest first; see ``History.series``."""
    query = _POINTS
    values: tuple[Any, ...] = (person,)
    wanted = None if ids is None else tuple(dict.fromkeys(ids))
    if wanted is not None:
        query += f" AND s.id IN ({','.join('?' * len(wanted))})"
        values += wanted
    if scenario is not None:
        query += " AND t.scenario = ?"
        values += (scenario,)
    found: dict[str, list[Point]] = {}
    looked: dict[str, set[int]] = {}  # for markers: takes with a row
    for id_, value, unit, low, high, take, started, telephone, where, language in db.all(query, values):
        if id_.startswith("marker:"):
            looked.setdefault(id_, set()).add(take)
        if value is not None:
            point = Point(take, time(started), value, unit, low, high, bool(telephone), where, language)
            found.setdefault(id_, []).append(point)
    if looked:
        analysed = db.all(
            "SELECT t.number, t.started, a.telephone, t.scenario, t.language FROM takes t"
            " JOIN analyses a ON a.take = t.number WHERE t.person = ? AND (? IS NULL OR t.scenario = ?)",
            (person, scenario, scenario),
        )
        for id_ in looked.keys() & found.keys():
            found[id_] += [
                Point(take, time(started), 0.0, "times", None, None, bool(telephone), where, language)
                for take, started, telephone, where, language in analysed
                if take not in looked[id_]
            ]
    order = sorted(found) if wanted is None else [id_ for id_ in wanted if id_ in found]
    return {id_: tuple(sorted(found[id_], key=lambda p: (p.time, p.take))) for id_ in order}


def utterances(db: Database, person: int | None, least: int) -> Mapping[str, tuple[Utterance, ...]]:
    """Return what is said again and again, oldest first; see ``History.utterances``."""
    from voicecoach.types import Utterance  # with numpy

    found: dict[str, list[Utterance]] = {}
    for key, text, take, started, start, stop, rate, spread, median in db.all(
        "SELECT u.key, u.text, u.take, t.started, u.start, u.stop, u.rate, u.spread, u.median_st"
        " FROM utterances u JOIN takes t ON t.number = u.take WHERE u.person = ?1 AND u.key IN ("
        "  SELECT key FROM utterances WHERE person = ?1 GROUP BY key HAVING count(DISTINCT take) >= ?2"
        " ) ORDER BY u.key, t.started, u.take, u.start",
        (person, least),
    ):
        said = Utterance(key, text, start, stop, rate, spread, median, take, time(started))
        found.setdefault(key, []).append(said)
    return {key: tuple(said) for key, said in found.items()}


def time(milliseconds: int) -> datetime:
    """Return the time of a stored number."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(time: datetime) -> int:
    """Return the number that is stored for a time."""
    return round(time.timestamp() * 1000)
