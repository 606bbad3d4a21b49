"""What was found, and what is known of it: which files are the same, which are done, what is left."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from voicecoach.batch import records
from voicecoach.batch.find import report_name
from voicecoach.batch.key import key
from voicecoach.batch.limits import limits
from voicecoach.batch.records import CALLS, DONE, REPORTS
from voicecoach.batch.state import Made, Row, Sums
from voicecoach.batch.store import Store, opened
from voicecoach.batch.types import Found, Job, Who
from voicecoach.errors import VoicecoachError
from voicecoach.i18n import fill


@dataclass(frozen=True, slots=True)
class File:
    """A file that was found; without a key it cannot be read, for the reason given."""

    found: Found
    sha256: str = ""
    key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All files, and by key: the one of equal files that is analysed, the stem of its reports, what is done.

    ``done`` holds the reason of what cannot be analysed, else an empty text.
    """

    files: tuple[File, ...]
    holders: Mapping[str, File]
    names: Mapping[str, str]
    done: Mapping[str, str]
    made: Made

    @classmethod
    def take(
        cls, found: Sequence[Found], prints: str, store: Store, *, pages: bool = True, again: bool = False
    ) -> Inventory:
        """Find out what there is to do.

        Parameters
        ----------
        prints : the fingerprint of all that reports depend on but the recordings.
        pages : whether reports without a page count as missing.
        again : whether recordings that could not be analysed count as not done.

        Raises
        ------
        OutputError
            The store cannot be read or written.
        """
        made = Made.read(store)
        files = tuple(_files(found, prints, store))
        before = {row.key: row.relative for row in made.rows if row.key and not row.same_as}
        holders: dict[str, File] = {}
        for file in files:  # of equal files the one whose reports there are, else the first
            if file.key and (file.key not in holders or before.get(file.key) == file.found.relative):
                holders[file.key] = file
        ended = _ended(holders, store, made)
        kept = {k: name for k, (name, _, _) in ended.items() if name}
        names = _names(holders, kept)
        there = store.sizes(CALLS)
        wanted = (".json", ".html") if pages else (".json",)
        done = {
            k: reason
            for k, (_, reason, sizes) in ended.items()
            if (not again if reason else _whole([there.get(names[k] + end) for end in wanted], sizes))
        }
        return cls(files, holders, names, done, made)

    def jobs(self) -> tuple[Job, ...]:
        """What is to be done, the longest first, so that all workers end together."""
        todo = [file for k, file in self.holders.items() if k not in self.done]
        if not todo:
            return ()
        from voicecoach.batch.plan import plan

        jobs = []
        for planned, file in zip(plan([file.found for file in todo], {}), todo, strict=True):
            one, name = file.found, self.names[file.key]
            jobs.append(Job(one.path, one.relative, name, file.key, file.sha256, one.size, planned.length))
        return tuple(
            sorted(jobs, key=lambda job: (-limits().time(job.length, job.size), ascii(job.relative)))
        )

    def lengths(self) -> dict[str, float | None]:
        """Seconds of sound of what is done, by key, None where it is not known."""
        known = {row.key: row.length for row in self.made.rows}
        return {k: known.get(k) for k in self.done}

    def rows(self, ended: Mapping[str, str], who: Mapping[str, Who]) -> tuple[Row, ...]:
        """What there is to say of each file.

        ``ended`` holds the keys of what is done by now, with the reason of what failed; ``who`` is by path.
        """
        before = {row.key: row for row in self.made.rows if row.key}
        rows = []
        for file in self.files:
            own = who.get(file.found.path, Who())
            row = Row(file.found.relative, file.key, who=(own.agent, own.date, own.scenario, own.source))
            if file.reason:
                row = replace(row, reason=file.reason)
            elif file.key in ended:
                reason, holder = ended[file.key], self.holders[file.key]
                row = replace(
                    row,
                    name="" if reason else self.names[file.key],
                    same_as="" if holder is file else holder.found.relative,
                    reason=reason,
                )
                if not reason and file.key in before:
                    row = replace(row, length=before[file.key].length, sizes=before[file.key].sizes)
            rows.append(row)
        return tuple(rows)


def _files(found: Sequence[Found], prints: str, store: Store) -> list[File]:
    """Each file with its key; its checksum is remembered or taken."""
    sums = Sums.read(store)
    files = []
    try:
        for one in found:
            if one.reason:
                files.append(File(one, reason=one.reason))
                continue
            try:
                sha256 = sums.get(one)
                if sha256 is None:
                    sha256 = _content(one)
                    sums.add(one, sha256)
                files.append(File(one, sha256, key(sha256, prints)))
            except (VoicecoachError, OSError) as error:
                said = error.strerror if isinstance(error, OSError) else str(error)
                files.append(
                    File(one, reason=fill("cannot be read: {said}; check the rights and the disk", said=said))
                )
            if sums.due:
                sums.write(store)
    finally:
        sums.write(store)
    return files


def _whole(there: Sequence[int | None], sizes: Sequence[int]) -> bool:
    """Whether all reports are there, and as long as they were when written, as far as that is known."""
    return None not in there and all(a == b for a, b in zip(there, sizes, strict=False))


def _ended(
    holders: Mapping[str, File], store: Store, made: Made
) -> dict[str, tuple[str, str, tuple[int, ...]]]:
    """Stem and bytes of the reports, and the reason of what failed, by the keys that have a record."""
    there = store.names(DONE)
    told = {row.key: (row.name, row.sizes) for row in made.rows if row.key}
    found: dict[str, tuple[str, str, tuple[int, ...]]] = {}
    for k in holders:
        if f"{k}.json" not in there:
            continue
        (name, sizes), reason = told.get(k, ("", ())), ""
        if not name:  # it failed, or the run that did it was stopped before it could say so
            entry = records.peek(store.read_bytes(records.file_name(k)), k)
            if entry is None:
                continue  # damaged: done again
            name, reason = entry["name"], str(entry["reason"])
            sizes = tuple(entry["facts"].get(REPORTS, ()))
        found[k] = (name, reason, sizes)
    return found


def _names(holders: Mapping[str, File], kept: Mapping[str, str]) -> dict[str, str]:
    """The stem of the reports by key, the one there is or a new one, each different."""
    names = dict(kept)
    taken = Counter(name.casefold() for name in kept.values())  # many disks take no notice of capitals
    for k, file in holders.items():
        if k not in names:
            name = report_name(file.found.path, k)
            names[k] = report_name(file.found.path, k, digits=32) if taken[name.casefold()] else name
            taken[names[k].casefold()] += 1
    return names


def _content(found: Found) -> str:
    whole = hashlib.sha256()
    with opened(found.path) as file:
        while chunk := file.read(1 << 20):
            whole.update(chunk)
    return whole.hexdigest()
