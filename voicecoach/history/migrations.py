"""The tables, as numbered steps from an empty file to today's. Add at the end; never change what is there.

Each step runs in a transaction together with the record that it ran (``sqlite_utils.Migrations``).
"""

from __future__ import annotations

import sqlite3

SET = "voicecoach.history"

# Rows of one person and one measure lie side by side, so a trend reads one stretch of one table.
STEPS: tuple[tuple[str, str], ...] = (
    (
        "0001_takes",
        """
        CREATE TABLE people (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,      -- the name trimmed, NFC, case folded
            name TEXT NOT NULL
        );
        CREATE TABLE takes (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
            kind TEXT NOT NULL,
            scenario TEXT NOT NULL,
            scenario_sha256 TEXT NOT NULL,
            language TEXT NOT NULL,
            started INTEGER NOT NULL,      -- ms since 1970 UTC
            duration REAL,                 -- s
            file TEXT,                     -- in recordings/
            status TEXT NOT NULL,
            ended TEXT NOT NULL,
            model INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX takes_of_person ON takes (person, started, number);
        CREATE INDEX takes_unfinished ON takes (number) WHERE status IN ('recording', 'leaving');
        CREATE INDEX takes_model ON takes (scenario, started) WHERE model;
        """,
    ),
    (
        "0002_analyses",
        """
        CREATE TABLE analyses (
            take INTEGER PRIMARY KEY REFERENCES takes ON DELETE CASCADE,
            made INTEGER NOT NULL,         -- ms since 1970 UTC
            voicecoach TEXT NOT NULL,
            model_name TEXT NOT NULL,
            model_sha256 TEXT NOT NULL,
            pack_sha256 TEXT NOT NULL,
            scorecard TEXT NOT NULL,
            scorecard_version TEXT NOT NULL,
            scorecard_sha256 TEXT NOT NULL,
            telephone INTEGER NOT NULL,
            total REAL,
            musts INTEGER NOT NULL,
            musts_met INTEGER NOT NULL
        );
        CREATE TABLE documents (
            take INTEGER PRIMARY KEY REFERENCES analyses ON DELETE CASCADE,
            document BLOB NOT NULL         -- the JSON report, zlib
        );
        CREATE TABLE points (              -- measures, score.total, marker:ID (count), criterion:ID (points)
            person INTEGER NOT NULL,
            id TEXT NOT NULL,
            take INTEGER NOT NULL REFERENCES analyses ON DELETE CASCADE,
            value REAL,                    -- NULL: not measured
            unit TEXT NOT NULL,
            low REAL,
            high REAL,
            PRIMARY KEY (person, id, take)
        ) WITHOUT ROWID;
        CREATE INDEX points_of_take ON points (take);
        CREATE TABLE utterances (
            person INTEGER NOT NULL,
            key TEXT NOT NULL,
            take INTEGER NOT NULL REFERENCES analyses ON DELETE CASCADE,
            start REAL NOT NULL,
            stop REAL NOT NULL,
            text TEXT NOT NULL,
            rate REAL,
            spread REAL,
            median_st REAL,
            PRIMARY KEY (person, key, take, start)
        ) WITHOUT ROWID;
        CREATE INDEX utterances_of_take ON utterances (take);
        """,
    ),
    (
        "0003_people",
        """
        CREATE TABLE ratings (
            take INTEGER NOT NULL REFERENCES takes ON DELETE CASCADE,
            question TEXT NOT NULL,
            answer INTEGER NOT NULL,
            PRIMARY KEY (take, question)
        ) WITHOUT ROWID;
        CREATE TABLE outcomes (
            take INTEGER PRIMARY KEY REFERENCES takes ON DELETE CASCADE,
            document TEXT NOT NULL
        );
        CREATE TABLE baselines (
            person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
            language TEXT NOT NULL,
            telephone INTEGER NOT NULL,
            source TEXT NOT NULL,
            usual TEXT NOT NULL,           -- {task: ..., values: {id: [value, unit, spread, recordings]}}
            PRIMARY KEY (person, language, telephone)
        ) WITHOUT ROWID;
        """,
    ),
    (
        "0004_reviews",
        """
        CREATE TABLE reviews (             -- what trainers say of recordings; nobody in them is named
            trainer INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
            recording TEXT NOT NULL,       -- SHA-256
            kind TEXT NOT NULL,            -- finding, criterion
            about TEXT NOT NULL,           -- id of the rule or criterion
            start INTEGER NOT NULL,        -- ms
            stop INTEGER NOT NULL,         -- ms
            answer TEXT NOT NULL,
            version TEXT NOT NULL,         -- SHA-256 of the rules or scorecard it was asked by
            made INTEGER NOT NULL,         -- ms since 1970 UTC
            PRIMARY KEY (trainer, recording, kind, about, start, stop)
        ) WITHOUT ROWID;
        CREATE INDEX reviews_of_recording ON reviews (recording);
        """,
    ),
)


def pending(connection: sqlite3.Connection) -> bool:
    """Whether steps are missing.

    Raises
    ------
    LookupError
        The file has steps that are not known here; its argument is the name of one.
    """
    table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    if connection.execute(table).fetchone() is None:
        return True
    names = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"
    done = {name for (name,) in connection.execute(names, (SET,))}
    unknown = done - {name for name, _ in STEPS}
    if unknown:
        raise LookupError(max(unknown))
    return len(done) < len(STEPS)


def apply(connection: sqlite3.Connection) -> None:
    """Run the steps that are missing, inside the transaction that is open."""
    import sqlite_utils  # takes a sixth of a second to load

    migrations = sqlite_utils.Migrations(SET)
    for name, script in STEPS:
        migrations(name=name)(_step(script))
    migrations.apply(sqlite_utils.Database(connection, execute_plugins=False))


def _step(script: str):  # type: ignore[no-untyped-def]
    def run(db) -> None:  # type: ignore[no-untyped-def]
        for statement in script.split(";\n"):  # executescript would end the transaction
            if statement.strip():
                db.conn.execute(statement)

    return run
