"""A batch looked at beforehand: what it would do and about how long that takes. Nothing is analysed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach.batch import records
from voicecoach.batch.inventory import Inventory
from voicecoach.batch.key import fingerprint
from voicecoach.batch.plan import Expected, Planned, Speed, expected, plan, records_read, speed
from voicecoach.batch.run import Options, look, weights_of
from voicecoach.batch.store import Store
from voicecoach.batch.types import Record, Who

if TYPE_CHECKING:
    from voicecoach.batch.who import Naming
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

    Before the first run no checksum is taken, so that copies are not known; later those of new files are, and
    remembered.

    Raises
    ------
    UsageError
        There is no recording, or a setting makes no sense; DataFileError where a file is wrong.
    ModelError
        The model is not there.
    """
    from voicecoach.batch.capacity import fitting

    store = Store(os.fspath(out))
    weights = weights_of(settings)
    found, who, notes = look(folders, store, naming)
    if store.names(records.DONE):
        have = Inventory.take(
            found, fingerprint(settings, options.sound), store, pages=options.pages, again=options.again
        )
        planned, keys = _after_earlier(have), tuple(have.done)
    else:
        planned, keys = plan(found, {}), ()
    to_do = sum(entry.to_do for entry in planned)
    workers, _ = fitting(max(1, to_do), weights, workers=options.workers)
    rate = speed(_earlier(keys, store))
    return Outlook(planned, who, notes, expected(planned, rate, workers), rate, workers)


def _after_earlier(have: Inventory) -> tuple[Planned, ...]:
    """What is left to do of all files, and why the others need nothing more."""
    lengths = have.lengths()
    ended = {
        file.found.path: lengths.get(file.key)
        for file in have.files
        if file.key in have.done or (file.key and have.holders[file.key] is not file)
    }
    planned = []
    for file, entry in zip(have.files, plan([file.found for file in have.files], ended), strict=True):
        reason = have.done.get(file.key) or file.reason or entry.reason
        copy = bool(file.key) and have.holders[file.key] is not file
        same_as = have.holders[file.key].found.relative if copy else ""
        planned.append(replace(entry, reason=reason, same_as=same_as))
    return tuple(planned)


def _earlier(keys: Iterable[str], store: Store) -> Iterator[Record]:
    for k in islice(dict.fromkeys(keys), records_read()):
        record = records.read(store.read_bytes(records.file_name(k)), k)
        if record is not None:
            yield record
