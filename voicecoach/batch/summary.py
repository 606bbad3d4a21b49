"""The end of a batch: tables and the trainer's page of all that is done, made anew if anything changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from voicecoach.batch import records
from voicecoach.batch.records import CALLS, REPORTS
from voicecoach.batch.state import Made, Row
from voicecoach.batch.store import Store
from voicecoach.batch.types import Record, Who
from voicecoach.batch.work import INDEX
from voicecoach.i18n import _, current

if TYPE_CHECKING:
    from voicecoach.pipeline import Settings

_LAYOUT = 1  # of tables and pages; another one makes them anew


def write(
    rows: Sequence[Row],
    made: Made,
    fresh: Mapping[str, Record],
    store: Store,
    *,
    settings: Settings,
    pages: bool,
    parquet: bool,
    interrupted: bool,
) -> tuple[Row, ...]:
    """Write tables and the trainer's page, and remove reports on what a file held before it was changed.

    Parameters
    ----------
    rows : one for each file that was found.
    made : what was written last; nothing is written where it was made of the same.
    fresh : the records of this run by key; all others are read from the store.

    Returns the rows; those whose records turn out to be damaged say so, and the next run does them again.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    from voicecoach import __version__

    how = f"{_LAYOUT} {__version__} scorecard {settings.scorecard} pages {pages} parquet {parquet}"
    how += f" cut {interrupted} language {current()}"
    if Made(tuple(rows), how) == made and _files(parquet=parquet) <= store.names():
        return tuple(rows)
    known: dict[str, Record | None] = dict(fresh)
    kept, found = [], []
    for row in rows:
        if row.name and row.key not in known:
            known[row.key] = records.read(store.read_bytes(records.file_name(row.key)), row.key)
        record = known.get(row.key)
        if row.name and record is None:
            store.remove(records.file_name(row.key))
            row = replace(row, name="", reason=_("its record is damaged; run again"))
        if record is not None and record.analysis is not None:
            sizes = tuple(record.facts.get(REPORTS, ()))
            row = replace(row, length=round(record.analysis.source.duration, 3), sizes=sizes)
        kept.append(row)
        if row.name or row.reason:
            found.append(_of_file(row, record))
    _tables(found, store, settings, pages=pages, parquet=parquet, interrupted=interrupted)
    _remove_old(kept, made, store)
    before = {row.relative: row for row in made.rows}  # not reached: old reports are still there
    remembered = (row if row.name or row.reason else before.get(row.relative, row) for row in kept)
    Made(tuple(remembered), how).write(store)
    return tuple(kept)


def _files(*, parquet: bool) -> frozenset[str]:
    """The names of what is written for all calls."""
    from voicecoach.batch import tables

    return frozenset((INDEX, *tables.names(parquet=parquet)))


def _tables(
    found: Sequence[Record],
    store: Store,
    settings: Settings,
    *,
    pages: bool,
    parquet: bool,
    interrupted: bool,
) -> None:
    from voicecoach.batch import tables
    from voicecoach.reports.html.trainer import trainer_page
    from voicecoach.score import load_scorecard

    tables.write(found, store, scorecard=load_scorecard(settings.scorecard), pages=pages, parquet=parquet)
    index = trainer_page(
        found, interrupted=interrupted, pages=pages, own=settings.rules, builtin=settings.builtin
    )
    store.write_text(INDEX, [index])


def _remove_old(rows: Sequence[Row], made: Made, store: Store) -> None:
    from voicecoach.batch.formats import suffixes

    now = {row.relative: row.key for row in rows if row.key and (row.name or row.reason)}
    keys = {row.key for row in rows}
    for row in made.rows:
        if row.key and row.key not in keys and now.get(row.relative, row.key) != row.key:
            for suffix in suffixes() if row.name else ():
                store.remove(f"{CALLS}/{row.name}{suffix}")
            store.remove(records.file_name(row.key))


def _of_file(row: Row, record: Record | None) -> Record:
    """The record of a key as that of one file."""
    agent, date, scenario, source = row.who
    return Record(
        relative=row.relative,
        name=row.name,
        key=row.key,
        who=Who(agent, date, scenario, source),
        analysis=record.analysis if record is not None and row.name else None,
        reason=row.reason,
        same_as=row.same_as,
        facts=record.facts if record is not None else {},
    )
