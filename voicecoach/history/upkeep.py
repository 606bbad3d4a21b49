"""Care of a history: what a crash left, damage, and people who want to be forgotten."""

from __future__ import annotations

import contextlib
import hashlib
import json
import zlib
from typing import Any

from voicecoach.errors import HistoryError
from voicecoach.history import reviews
from voicecoach.history.database import Database
from voicecoach.history.recordings import Recordings, delete, draft, seconds
from voicecoach.history.types import Forgotten, Problem, Take


def recover(db: Database, recordings: Recordings, unfinished: tuple[Take, ...]) -> None:
    """Finish takes whose process is gone; remove those without a sound and those that were being removed."""
    for take in unfinished:
        lock = recordings.abandoned(take.number)
        if lock is None or take.recording is None:
            continue  # it is being recorded right now
        try:
            draft(take.recording).unlink(missing_ok=True)
            length = seconds(take.recording) if take.status == "recording" else 0.0
            if length:
                with db.writing() as connection:
                    connection.execute(
                        "UPDATE takes SET duration = ?, ended = 'interrupted', status = 'recorded'"
                        " WHERE number = ? AND status = 'recording'",
                        (length, take.number),
                    )
                take.recording.chmod(0o600)
            else:
                with db.writing() as connection:
                    connection.execute(
                        "DELETE FROM takes WHERE number = ? AND status = ?", (take.number, take.status)
                    )
                    take.recording.unlink(missing_ok=True)
        finally:
            lock.release()


def remove(db: Database, recordings: Recordings, takes: tuple[Take, ...]) -> int:
    """Remove takes with their recordings, and tell how many of these there were.

    What a crash leaves of it, ``recover`` removes.
    """
    recordings.refuse_busy(takes)
    with db.writing() as connection:
        connection.executemany(
            "UPDATE takes SET status = 'leaving' WHERE number = ?", [(take.number,) for take in takes]
        )
    sounds = sum([delete(take) for take in takes])
    with db.writing() as connection:
        connection.executemany("DELETE FROM takes WHERE number = ?", [(take.number,) for take in takes])
    for take in takes:
        recordings.release(take.number)
    return sounds


def check(db: Database, recordings: Recordings, takes: tuple[Take, ...]) -> tuple[Problem, ...]:
    """Return what is wrong; see ``History.check``."""
    found = [Problem(db.path.name, f"{text}; put a backup in its place") for text in db.damage()]
    known = {take.recording.name: take for take in takes if take.recording is not None}
    there = recordings.names()
    for name in sorted(known.keys() - there):
        number, status = known[name].number, known[name].status
        if status != "recording":
            found.append(Problem(name, f"the recording is gone; run: voicecoach history delete {number}"))
    for name in sorted(there - known.keys()):
        found.append(Problem(name, "belongs to no take; add it with voicecoach history add, or delete it"))
    for (number,) in db.all("SELECT take FROM documents"):
        try:
            document(db, int(number))
        except HistoryError as error:
            found.append(Problem(f"take {number}", str(error)))
    return tuple(found)


def document(db: Database, number: int) -> Any:
    """Return the stored document of a take, None where there is none."""
    found = db.one("SELECT document FROM documents WHERE take = ?", (number,))
    if not found:
        return None
    try:
        return json.loads(zlib.decompress(found[0]))
    except (zlib.error, ValueError, TypeError) as error:
        raise HistoryError(
            f"the analysis of take {number} is damaged; run: voicecoach history analyse {number}"
        ) from error


def forget(db: Database, recordings: Recordings, person: int, takes: tuple[Take, ...]) -> Forgotten:
    """Remove a person; see ``History.forget``."""
    analyses, ratings, baselines = (
        int(db.one(query, (person,))[0])
        for query in (
            "SELECT count(*) FROM analyses WHERE take IN (SELECT number FROM takes WHERE person = ?)",
            "SELECT count(*) FROM takes WHERE number IN (SELECT take FROM ratings) AND person = ?",
            "SELECT count(*) FROM baselines WHERE person = ?",
        )
    )
    reviewed = reviews.forget(db, person, [_sha256(db, take) for take in takes])
    sounds = remove(db, recordings, takes)
    with db.writing() as connection:
        connection.execute("DELETE FROM people WHERE id = ?", (person,))
    db.scrub()
    length = sum(take.duration or 0.0 for take in takes)
    return Forgotten(len(takes), sounds, length, analyses, ratings, baselines, reviewed)


def _sha256(db: Database, take: Take) -> str:
    """The fingerprint by which reviews know a recording; empty where neither it nor its analysis is there."""
    with contextlib.suppress(OSError):
        if take.recording is not None:
            with take.recording.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    with contextlib.suppress(HistoryError):
        return str((document(db, take.number) or {}).get("source", {}).get("sha256", ""))
    return ""
