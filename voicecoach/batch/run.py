"""A batch from folders to tables and pages; begun again, it goes on where it was stopped.

What is done is known by its key: the checksum of the recording and of everything it is analysed with. So a
file that was renamed or moved is not done again, copies are done once, and a file that was changed is done
anew; its old reports are removed when the new ones are there. Reports on recordings that are not found any
more stay, and are listed no more.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach.batch import records, summary
from voicecoach.batch.engine import Engine, Lost, Processes, Work
from voicecoach.batch.find import find, report_name
from voicecoach.batch.key import fingerprint, key
from voicecoach.batch.records import CALLS, DONE, FAILURE, OUTPUT, OUTSIDE
from voicecoach.batch.state import FOLDER, Made, Row, Sums
from voicecoach.batch.store import Store, opened
from voicecoach.batch.types import Found, Job, Record, Who
from voicecoach.batch.work import INDEX
from voicecoach.errors import OutputError, UsageError, VoicecoachError
from voicecoach.lock import Lock

if TYPE_CHECKING:
    from voicecoach.batch.progress import Meter, Progress
    from voicecoach.batch.who import Naming
    from voicecoach.pipeline import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is done; none of it changes what a call's reports say, but ``sound``.

    ``workers`` are as many as fit when None; ``pages`` tells whether each call gets a page; ``again`` tries
    those once more that could not be analysed.
    """

    workers: int | None = None
    sound: str = "embed"
    pages: bool = True
    again: bool = False
    parquet: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a run.

    ``records`` are those of this run, ``lost`` those whose worker ended; ``failed`` names all files in the
    folders that were not analysed, with the reason; ``left`` counts those an interrupted run did not reach.
    """

    files: int
    records: tuple[Record, ...]
    lost: tuple[Lost, ...]
    failed: tuple[tuple[str, str], ...]
    copies: int
    left: int
    interrupted: bool
    notes: tuple[str, ...]  # about names, tables and files beside recordings
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

    Parameters
    ----------
    folders : folders, files, or addresses fsspec knows.
    out : where everything is written; made if need be.
    naming : where it is told whose calls these are; nowhere when None.
    engine : what runs the work; processes of this machine when None.
    progress : called whenever a recording is begun or done.
    work : what is done with a recording; ``work.perform`` when None.

    A KeyboardInterrupt ends the work at once; tables and pages are then made of what is done.

    Raises
    ------
    UsageError
        There is no recording, or a setting makes no sense; DataFileError where a file is wrong.
    ModelError
        The model is not there.
    OutputError
        Results cannot be written, or another run writes there.
    """
    store = Store(os.fspath(out))
    with _alone(store):
        return _Run(store, settings, options or Options(), naming, engine, progress, work).batch(folders)


@contextlib.contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Nobody else works on this folder meanwhile; on object stores, that cannot be made sure."""
    if store.folder is None:
        yield
        return
    from voicecoach import reports

    path = store.folder / FOLDER / "lock"
    reports.make_folder(path.parent)
    try:
        lock = Lock.take(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}; choose another folder") from error
    if lock is None:
        with contextlib.suppress(OSError, ValueError):
            who = path.read_text(encoding="utf-8").strip()
            raise OutputError(f"{store.url}: another run is at work there ({who}); wait for it or stop it")
        raise OutputError(f"{store.url}: another run is at work there; wait for it or stop it")
    try:
        with contextlib.suppress(OSError):  # Windows lets nobody write into a locked file
            path.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        lock.release()


@dataclass(slots=True)
class _File:
    """A file that was found, with what is known of it so far."""

    found: Found
    sha256: str = ""
    key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    store: Store
    settings: Settings
    options: Options
    naming: Naming | None
    engine: Engine | None
    progress: Callable[[Progress], None] | None
    work: Work | None

    def batch(self, folders: Sequence[str | Path]) -> Batch:
        found = find(folders, self.store.url)
        if not found:
            shown = ", ".join(map(str, folders))
            raise UsageError(f"{shown}: no recording found; name a folder with sound files")
        who, notes = self._who(found)
        files = self._keys(found, fingerprint(self.settings, self.options.sound))
        made = Made.read(self.store)
        holders = _holders(files, made)
        names = self._names(holders, made)
        done = self._done(holders, names, made)
        todo = [self._job(holders[k], names[k]) for k in holders if k not in done]
        fresh: dict[str, Record] = {}
        lost: list[Lost] = []
        interrupted = False
        if todo:
            try:
                for answer in self._worked(todo, done):
                    if isinstance(answer, Lost):
                        lost.append(answer)
                        answer = _as_record(answer)
                    elif answer.facts.get(FAILURE) == OUTPUT:
                        raise OutputError(answer.reason)
                    fresh[answer.key] = answer
            except KeyboardInterrupt:
                interrupted = True
        rows = self._rows(files, holders, names, {**done, **{k: r.reason for k, r in fresh.items()}}, who)
        rows = summary.write(
            rows,
            made,
            fresh,
            self.store,
            scorecard=self.settings.scorecard,
            pages=self.options.pages,
            parquet=self.options.parquet,
            interrupted=interrupted,
        )
        failed = tuple((row.relative, row.reason) for row in rows if row.reason)
        return Batch(
            files=len(rows),
            records=tuple(fresh.values()),
            lost=tuple(lost),
            failed=failed,
            copies=sum(bool(row.same_as) for row in rows),
            left=sum(not row.name and not row.reason for row in rows),
            interrupted=interrupted,
            notes=notes,
            index=f"{self.store.url}/{INDEX}"
            if self.store.folder is None
            else str(self.store.folder / INDEX),
        )

    def _who(self, found: Sequence[Found]) -> tuple[Mapping[str, Who], tuple[str, ...]]:
        if self.naming is None:
            return {}, ()
        from voicecoach.batch.who import tell

        told = tell(found, self.naming)
        return told.who, told.notes

    def _keys(self, found: Sequence[Found], prints: str) -> list[_File]:
        """Each file with its key, its checksum remembered or taken."""
        from voicecoach.batch.limits import limits

        sums = Sums.read(self.store)
        files = []
        try:
            for one in found:
                file = _File(one, reason=one.reason)
                files.append(file)
                if one.reason:
                    continue
                try:
                    file.sha256 = sums.get(one) or _content(one, sums)
                    file.key = key(file.sha256, prints)
                except (VoicecoachError, OSError) as error:
                    said = error.strerror if isinstance(error, OSError) else str(error)
                    file.reason = f"cannot be read: {said}; check the rights and the disk"
                if sums.new >= limits().save_every:
                    sums.write(self.store)
        finally:
            sums.write(self.store)
        return files

    def _names(self, holders: Mapping[str, _File], made: Made) -> dict[str, str]:
        """The stem of the reports by key: that of earlier, else a new one."""
        names = {row.key: row.name for row in made.rows if row.key in holders and row.name}
        taken = Counter(names.values())
        for k, file in holders.items():
            if k not in names:
                name = report_name(file.found.path, k)
                names[k] = report_name(file.found.path, k, digits=32) if taken[name] else name
                taken[names[k]] += 1
        return names

    def _done(self, holders: Mapping[str, _File], names: dict[str, str], made: Made) -> dict[str, str]:
        """Keys whose recordings need nothing more, with the reason of those that cannot be analysed."""
        there = self.store.names(DONE)
        reports = self.store.names(CALLS)
        wanted = (".json", ".html") if self.options.pages else (".json",)
        told = {row.key: row.reason for row in made.rows if row.key}
        found: dict[str, str] = {}
        for k in holders:
            if f"{k}.json" not in there:
                continue
            reason = told.get(k)
            if reason is None:  # the run that did it was stopped before it could say so
                entry = records.peek(self.store.read_bytes(records.file_name(k)), k)
                if entry is None:
                    continue
                names[k], reason = entry["name"], str(entry["reason"])
            if reason and not self.options.again:
                found[k] = reason
            elif not reason and {f"{names[k]}{suffix}" for suffix in wanted} <= reports:
                found[k] = ""
        return found

    def _job(self, file: _File, name: str) -> Job:
        found = file.found
        return Job(found.path, found.relative, name, file.key, sha256=file.sha256, size=found.size)

    def _worked(self, todo: Sequence[Job], done: Mapping[str, str]) -> Iterator[Record | Lost]:
        """What becomes of each job, the longest first."""
        from voicecoach.batch import work
        from voicecoach.batch.capacity import fitting
        from voicecoach.pipeline import Coach

        weights = 0
        if self.work is None:
            model = Coach.ready(
                self.settings
            ).recogniser.model  # a mistake in the settings is told before work
            weights = sum(path.stat().st_size for path in model.files["model.bin"])
        workers, threads = fitting(len(todo), weights, workers=self.options.workers)
        engine = self.engine or Processes(workers, self.settings.threads or threads)
        settings = replace(self.settings, threads=self.settings.threads or threads)
        perform = self.work or partial(
            work.perform,
            out=self.store,
            settings=settings,
            sound=self.options.sound,
            pages=self.options.pages,
        )
        jobs = sorted(todo, key=lambda job: (-(job.length or job.size), job.relative))
        meter = self._meter(jobs, done)

        def say(found: Progress) -> None:
            if self.progress is not None:
                self.progress(found)

        def began(job: Job) -> None:
            say(meter.start(job.key, job.relative))

        with contextlib.closing(engine.run(jobs, perform, began=began)) as answers:
            for answer in answers:
                k = answer.job.key if isinstance(answer, Lost) else answer.key
                failed = isinstance(answer, Lost) or bool(answer.reason)
                say(meter.end(k, failed=failed))
                yield answer

    def _meter(self, jobs: Sequence[Job], done: Mapping[str, str]) -> Meter:
        from voicecoach.batch.progress import Meter

        lengths = {**dict.fromkeys(done), **{job.key: job.length for job in jobs}}
        return Meter(lengths, frozenset(done), sum(map(bool, done.values())))

    def _rows(
        self,
        files: Sequence[_File],
        holders: Mapping[str, _File],
        names: Mapping[str, str],
        ended: Mapping[str, str],
        who: Mapping[str, Who],
    ) -> tuple[Row, ...]:
        rows = []
        for file in files:
            one = file.found
            own = who.get(one.path, Who())
            row = Row(one.relative, file.key, who=(own.agent, own.date, own.scenario, own.source))
            if file.reason:
                row = replace(row, reason=file.reason)
            elif file.key in ended:
                holder = holders[file.key].found.relative
                reason = ended[file.key]
                same_as = "" if holders[file.key] is file else holder
                row = replace(row, name="" if reason else names[file.key], same_as=same_as, reason=reason)
            rows.append(row)
        return tuple(rows)


def _holders(files: Sequence[_File], made: Made) -> dict[str, _File]:
    """One file for each key; of copies the one whose reports there are, else the first."""
    before = {row.key: row.relative for row in made.rows if row.key and not row.same_as}
    found: dict[str, _File] = {}
    for file in files:
        if file.key and (file.key not in found or before.get(file.key) == file.found.relative):
            found[file.key] = file
    return found


def _content(found: Found, sums: Sums) -> str:
    import hashlib

    whole = hashlib.sha256()
    with opened(found.path) as file:
        while chunk := file.read(1 << 20):
            whole.update(chunk)
    sums.add(found, whole.hexdigest())
    return whole.hexdigest()


def _as_record(lost: Lost) -> Record:
    job = lost.job
    return Record(
        job.relative, job.name, job.key, reason=lost.reason, facts={FAILURE: OUTSIDE, "size": job.size}
    )
