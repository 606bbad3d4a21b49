"""Reviews in the database: what trainers say of recordings, the latest answer to each question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from voicecoach.history import people, queries
from voicecoach.history.database import Database
from voicecoach.history.types import Review


def add(db: Database, reviews: Iterable[Review]) -> None:
    """Keep reviews, all or none, each in place of an earlier answer of the trainer to the same question."""
    now = datetime.now(UTC)
    with db.writing() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    people.make(connection, one.trainer),
                    one.recording,
                    one.kind,
                    one.about,
                    round(one.start * 1000),
                    round(one.end * 1000),
                    one.answer,
                    one.version,
                    queries.milliseconds(one.made or now),
                )
                for one in reviews
            ],
        )


def withdraw(db: Database, review: Review) -> None:
    """Remove the answer of a trainer to a question."""
    with db.writing() as connection:
        connection.execute(
            "DELETE FROM reviews WHERE trainer = ? AND recording = ? AND kind = ? AND about = ?"
            " AND start = ? AND stop = ?",
            (
                people.make(connection, review.trainer),
                review.recording,
                review.kind,
                review.about,
                round(review.start * 1000),
                round(review.end * 1000),
            ),
        )


def of(db: Database, trainer: str | None) -> tuple[Review, ...]:
    """Return the reviews of a trainer, or of all, oldest first."""
    person = None if trainer is None else people.find(db, trainer) or 0
    return tuple(
        Review(name, recording, kind, about, start / 1000, stop / 1000, answer, version, queries.time(made))
        for name, recording, kind, about, start, stop, answer, version, made in db.all(
            "SELECT p.name, r.recording, r.kind, r.about, r.start, r.stop, r.answer, r.version, r.made"
            " FROM reviews r JOIN people p ON p.id = r.trainer WHERE ?1 IS NULL OR r.trainer = ?1"
            " ORDER BY r.made, p.key, r.recording, r.kind, r.about, r.start",
            (person,),
        )
    )


def forget(db: Database, person: int, recordings: Iterable[str]) -> int:
    """Remove the reviews by a person and those of recordings, by SHA-256; tell how many there were."""
    with db.writing() as connection:
        gone = connection.execute("DELETE FROM reviews WHERE trainer = ?", (person,)).rowcount
        for recording in recordings:
            gone += connection.execute("DELETE FROM reviews WHERE recording = ?", (recording,)).rowcount
    return gone
