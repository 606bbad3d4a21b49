"""Names of people: the same name whatever its case, its form in Unicode and the spaces around it."""

from __future__ import annotations

import unicodedata
from sqlite3 import Connection

from voicecoach.errors import UsageError
from voicecoach.history.database import Database


def shape(name: str) -> str:
    """Return a name as it is kept: NFC, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def find(db: Database, name: str) -> int | None:
    """Return the row of a person, None where there is nobody of that name."""
    found = db.one("SELECT id FROM people WHERE key = ?", (key(name),))
    return int(found[0]) if found else None


def make(connection: Connection, name: str) -> int:
    """Return the row of a person, made where there is none, inside the transaction that is open."""
    if not shape(name):
        raise UsageError("a name is empty; say whose takes these are with --agent NAME")
    connection.execute("INSERT OR IGNORE INTO people (key, name) VALUES (?, ?)", (key(name), shape(name)))
    (person,) = connection.execute("SELECT id FROM people WHERE key = ?", (key(name),)).fetchone()
    return int(person)


def key(name: str) -> str:
    """Return what all spellings of a name share."""
    return unicodedata.normalize("NFC", shape(name).casefold())
