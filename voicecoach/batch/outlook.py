"""A batch looked at beforehand: what it would do and about how long that takes. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach.batch import records
from voicecoach.batch.find import find
from voicecoach.batch.key import fingerprint, key
from voicecoach.batch.plan import Expected, Planned, Speed, expected, plan, records_read, speed
from voicecoach.batch.state import Made, Row, Sums
from voicecoach.batch.store import Store
from voicecoach.batch.types import Found, Record, Who
from voicecoach.batch.who import Naming, tell
from voicecoach.errors import UsageError

if TYPE_CHECKING:
    from voicecoach.batch.run import Options
    from voicecoach.pipeline import Settings


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a batch would do; ``who`` is by path, ``notes`` are what was odd about names and tables."""

    planned: tuple[Planned, ...]
    who: Mapping[str, Who]
    notes: tuple[str, ...]
    expected: Expected
    speed: Speed
    workers: int


def outlook(
    folders: Sequence[str | Path],
    out: str | Path,
    settings: Settings,
    *,
    options: Options,
    naming: Naming | None = None,
) -> Outlook:
    """Look ahead at what ``run`` would do with the same parameters.

    A file counts as done where its checksum is remembered from an earlier run; none is taken here, so a copy
    or a file that was renamed still counts as to do.

    Raises
    ------
    UsageError
        There is no recording, or a setting makes no sense; DataFileError where a file is wrong.
    ModelError
        The model is not there.
    """
    from voicecoach.batch.capacity import fitting
    from voicecoach.pipeline import Coach

    store = Store(os.fspath(out))
    model = Coach.ready(settings).recogniser.model
    found = find(folders, store.url)
    if not found:
        raise UsageError(
            f"{', '.join(map(str, folders))}: no recording found; name a folder with sound files"
        )
    told = tell([one for one in found if not one.reason], naming) if naming else None
    keys = _ended(found, fingerprint(settings, options.sound), store)
    rows = {row.key: row for row in Made.read(store).rows if row.key}
    ended = {path: rows.get(k, Row("")) for path, k in keys.items()}
    if options.again:
        ended = {path: row for path, row in ended.items() if not row.reason}
    planned = tuple(
        replace(entry, reason=ended[entry.found.path].reason) if entry.done else entry
        for entry in plan(found, {path: row.length for path, row in ended.items()})
    )
    to_do = sum(not entry.done and not entry.reason for entry in planned)
    weights = sum(path.stat().st_size for path in model.files["model.bin"])
    workers, _ = fitting(max(1, to_do), weights, workers=options.workers)
    rate = speed(_earlier(keys.values(), store))
    summed = expected(planned, rate, workers)
    return Outlook(planned, told.who if told else {}, told.notes if told else (), summed, rate, workers)


def _ended(found: Sequence[Found], prints: str, store: Store) -> dict[str, str]:
    """The keys of files an earlier run has a record of, by path."""
    sums, there = Sums.read(store), store.names(records.DONE)
    keys = {one.path: key(sha256, prints) for one in found if (sha256 := sums.get(one)) is not None}
    return {path: k for path, k in keys.items() if f"{k}.json" in there}


def _earlier(keys: Iterable[str], store: Store) -> Iterator[Record]:
    for k in islice(dict.fromkeys(keys), records_read()):
        record = records.read(store.read_bytes(records.file_name(k)), k)
        if record is not None:
            yield record
