"""A batch from folders to tables and pages; begun again, it goes on where it was stopped.

What is done is known by its key: the checksum of the recording and of everything it is analysed with. So a
file that was renamed or moved is not done again, copies are done once, and a file that was changed is done
anew; its old reports are removed when the new ones are there. Reports on recordings that are not found any
more stay, and are listed no more.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach.batch import summary
from voicecoach.batch.claim import claim
from voicecoach.batch.engine import Engine, Lost, Processes, Work
from voicecoach.batch.find import find
from voicecoach.batch.inventory import Inventory
from voicecoach.batch.key import fingerprint
from voicecoach.batch.records import FAILURE, OUTPUT, OUTSIDE
from voicecoach.batch.store import Store
from voicecoach.batch.types import Found, Job, Record, Who
from voicecoach.batch.work import INDEX, perform
from voicecoach.errors import OutputError, UsageError
from voicecoach.i18n import current, fill

if TYPE_CHECKING:
    from voicecoach.batch.progress import Progress
    from voicecoach.batch.who import Naming
    from voicecoach.pipeline import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is done.

    ``workers`` are as many as fit when None. ``sound`` is "embed", "link" or "none"; ``pages`` tells whether
    each call gets a page. ``again`` tries those once more that could not be analysed.
    """

    workers: int | None = None
    sound: str = "embed"
    pages: bool = True
    again: bool = False
    parquet: bool = False
    formats: tuple[str, ...] = ()  # of each call, beside its JSON and its page


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a run.

    ``records`` are those of this run, ``lost`` those whose worker ended; ``failed`` names all files that were
    not analysed, in this run or before, with the reason; ``left`` counts those an interrupted run did not
    reach.
    """

    files: int
    records: tuple[Record, ...]
    lost: tuple[Lost, ...]
    failed: tuple[tuple[str, str], ...]
    copies: int
    left: int
    interrupted: bool
    notes: tuple[str, ...]  # about names, tables and files beside recordings, formats that cannot be
    index: str  # address of the trainer's page


def run(
    folders: Sequence[str | Path],
    out: str | Path,
    settings: Settings,
    *,
    options: Options | None = None,
    naming: Naming | None = None,
    engine: Engine | None = None,
    progress: Callable[[Progress], None] | None = None,
    work: Work | None = None,
) -> Batch:
    """Analyse all recordings in folders that are not done yet, and sum up all of them.

    A KeyboardInterrupt ends the work at once; tables and pages are then made of what is done.

    Parameters
    ----------
    folders : folders, files, or addresses fsspec knows.
    out : where everything is written; made if need be.
    naming : where it is told whose calls these are; nowhere when None.
    engine : what runs the work; processes of this machine when None.
    progress : called whenever a recording is begun or done.
    work : what is done with a recording; ``work.perform`` when None.

    Raises
    ------
    UsageError
        There is no recording, or a setting makes no sense; DataFileError where a file is wrong.
    ModelError
        The model is not there.
    OutputError
        Results cannot be written, or another run writes there.
    """
    store, options = Store(os.fspath(out)), options or Options()
    found, who, notes = look(folders, store, naming)
    with claim(store):
        prints = fingerprint(settings, options.sound)
        have = Inventory.take(found, prints, store, pages=options.pages, again=options.again)
        fresh: dict[str, Record] = {}
        lost: list[Lost] = []
        interrupted = False
        if jobs := have.jobs():
            answers = _answers(jobs, have, store, settings, options, engine, progress, work)
            try:
                with contextlib.closing(answers):
                    for answer in answers:
                        if isinstance(answer, Lost):
                            lost.append(answer)
                            answer = _of_lost(answer)
                        fresh[answer.key] = answer
                        if answer.facts.get(FAILURE) == OUTPUT:
                            raise OutputError(answer.reason)
            except KeyboardInterrupt:
                interrupted = True
        rows = have.rows({**have.done, **{k: record.reason for k, record in fresh.items()}}, who)
        rows = summary.write(
            rows,
            have.made,
            fresh,
            store,
            settings=settings,
            pages=options.pages,
            parquet=options.parquet,
            interrupted=interrupted,
        )
        if options.formats and not interrupted:
            from voicecoach.batch import formats

            notes += formats.write(rows, store, options.formats, fresh=fresh)
    return Batch(
        files=len(rows),
        records=tuple(fresh.values()),
        lost=tuple(lost),
        failed=tuple((row.relative, row.reason) for row in rows if row.reason),
        copies=sum(bool(row.same_as and row.name) for row in rows),
        left=sum(not row.name and not row.reason for row in rows),
        interrupted=interrupted,
        notes=notes,
        index=f"{store.url}/{INDEX}" if store.folder is None else str(store.folder / INDEX),
    )


def look(
    folders: Sequence[str | Path], store: Store, naming: Naming | None
) -> tuple[tuple[Found, ...], Mapping[str, Who], tuple[str, ...]]:
    """Find recordings and whose they are, by path, with what was odd about that.

    Raises
    ------
    UsageError
        There is none; DataFileError where a table of names is wrong.
    """
    found = find(folders, store.url)
    if all(one.reason for one in found):
        shown = "; ".join(f"{one.path} {one.reason}" for one in found) or ", ".join(map(str, folders))
        raise UsageError(fill("no recording found: {shown}; name a folder with sound files", shown=shown))
    if naming is None:
        return found, {}, ()
    from voicecoach.batch.who import tell

    told = tell([one for one in found if not one.reason], naming)
    return found, told.who, told.notes


def weights_of(settings: Settings) -> int:
    """Bytes of the model's weights.

    Raises
    ------
    ModelError, UsageError
        The model is not there, or another setting makes no sense.
    """
    from voicecoach.pipeline import Coach

    model = Coach.ready(settings).whisper.model
    return sum(path.stat().st_size for path in model.files["model.bin"])


def _answers(
    jobs: Sequence[Job],
    have: Inventory,
    store: Store,
    settings: Settings,
    options: Options,
    engine: Engine | None,
    progress: Callable[[Progress], None] | None,
    work: Work | None,
) -> Generator[Record | Lost, None, None]:
    """What becomes of each job, while ``progress`` is told."""
    from voicecoach.batch.capacity import fitting
    from voicecoach.batch.progress import Meter

    weights = weights_of(settings) if work is None else 0  # tells mistakes in the settings before any work
    workers, threads = fitting(len(jobs), weights, workers=options.workers)
    threads = settings.threads or threads
    if work is None:
        settings = replace(settings, threads=threads)
        work = partial(
            perform,
            out=store,
            settings=settings,
            sound=options.sound,
            pages=options.pages,
            language=current(),
        )
    lengths = {**have.lengths(), **{job.key: job.length for job in jobs}}
    meter = Meter(lengths, frozenset(have.done), sum(map(bool, have.done.values())))

    def began(job: Job) -> None:
        now = meter.start(job.key, job.relative)
        if progress is not None:
            progress(now)

    running = (engine or Processes(workers, threads)).run(jobs, work, began=began)
    with contextlib.closing(running):
        for answer in running:
            key = answer.job.key if isinstance(answer, Lost) else answer.key
            now = meter.end(key, failed=bool(answer.reason))
            if progress is not None:
                progress(now)
            yield answer


def _of_lost(lost: Lost) -> Record:
    job = lost.job
    facts = {FAILURE: OUTSIDE, "size": job.size}
    return Record(job.relative, job.name, job.key, reason=lost.reason, facts=facts)
