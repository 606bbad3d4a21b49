"""The SQLite file: made, opened, migrated, checked; what SQLite says told in people's words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from voicecoach.errors import HistoryError, OutputError, UsageError
from voicecoach.history import migrations

APPLICATION = 0x766F6963  # "voic", as SQLite's application_id
PATIENCE = 20.0  # s to wait for another process that writes

_SETTINGS = (
    "foreign_keys = ON",
    "synchronous = FULL",  # what is committed survives a power cut
    "secure_delete = ON",  # what is deleted is overwritten
    "temp_store = MEMORY",  # nothing private in the folder for temporary files
    "cell_size_check = ON",
    "trusted_schema = OFF",
)


class Database:
    """A connection to the file of a history, as ``connect`` makes it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def connect(cls, path: Path) -> Database:
        """Open the file, making it and its tables if need be; readable by its owner alone.

        Raises
        ------
        HistoryError
            It is damaged, no history, of a newer version, or may not be read.
        """
        with told(path):
            unclean = _size(path.with_name(path.name + "-wal")) > 0  # a clean end leaves none
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            try:
                for setting in _SETTINGS:
                    connection.execute(f"PRAGMA {setting}")
                database = cls(path, connection)
                database._migrate()
                if unclean and (found := database.damage("quick_check")):
                    _damaged(path, found[0])
            except BaseException:
                connection.close()
                raise
        return database

    def _migrate(self) -> None:
        mark = self.one("PRAGMA application_id")[0]
        if mark != APPLICATION and self.one("SELECT count(*) FROM sqlite_master")[0]:
            raise HistoryError(
                f"{self.path}: is a database, but no history of voicecoach; choose another with --history"
            )
        if self.one("PRAGMA journal_mode")[0] != "wal":
            self.one("PRAGMA journal_mode = WAL")
        try:
            if mark == APPLICATION and not migrations.pending(self._connection):
                return
            with self.writing() as connection:  # one process at a time, and all steps or none
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                if migrations.pending(connection):
                    migrations.apply(connection)
        except LookupError as error:
            raise HistoryError(
                f"{self.path}: was written by a newer voicecoach ({error.args[0]} is unknown here); update it"
            ) from None

    def close(self) -> None:
        """Close the connection; the last one to close folds the write-ahead log into the file."""
        with told(self.path):
            self._connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction: all of it is kept, or none."""
        with told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def all(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with told(self.path):
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: tuple[object, ...] = ()) -> tuple[Any, ...]:
        """Return the only row of a query; empty where there is none."""
        rows = self.all(sql, values)
        return rows[0] if rows else ()

    def damage(self, how: str = "integrity_check") -> tuple[str, ...]:
        """What SQLite finds wrong with the file; ``how`` is integrity_check or quick_check."""
        try:
            found = [str(text) for (text,) in self._connection.execute(f"PRAGMA {how}")]
            found += [f"a row of {row[0]} belongs to nothing" for row in self.all("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:
            return (str(error),)
        return tuple(text for text in found if text != "ok")

    def scrub(self) -> None:
        """Write the file anew without its free pages; see ``empty_log``."""
        with told(self.path):
            self._connection.execute("VACUUM")
        self.empty_log()

    def empty_log(self) -> None:
        """Fold the write-ahead log into the file, so that what was deleted is overwritten there, too.

        Raises
        ------
        HistoryError
            Another process reads for so long that it cannot be done yet.
        """
        with told(self.path):
            (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise HistoryError(
                f"{self.path}: all is deleted, and will be overwritten once the other voicecoach there ends"
            )


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell what SQLite or the system complains of in one line.

    Raises
    ------
    HistoryError, OutputError, UsageError
        In place of the errors of sqlite3 and of OSError, and for what SQLite cannot keep.
    """
    try:
        yield
    except UnicodeEncodeError as error:
        raise UsageError(f"{error.object!r} holds bytes that are no text; write it in UTF-8") from error
    except OverflowError as error:
        raise UsageError("the number is too large; voicecoach history lists those there are") from error
    except sqlite3.DatabaseError as error:
        _tell(path, error)
    except OSError as error:
        where = error.filename or path
        raise HistoryError(
            f"{where}: the history cannot be used: {error.strerror}; choose another folder with --history"
        ) from error


def _tell(path: Path, error: sqlite3.DatabaseError) -> NoReturn:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        text = "another voicecoach is writing there; try again in a moment"
    elif code == sqlite3.SQLITE_FULL:
        raise OutputError(f"{path}: the disk is full; free some space") from error
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        text = f"cannot be written ({error}); choose another folder with --history"
    elif code == sqlite3.SQLITE_IOERR:
        text = f"cannot be read or written ({error}); see that the disk has space and is in order"
    elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        _damaged(path, str(error))
    else:
        raise error
    raise HistoryError(f"{path}: {text}") from error


def _damaged(path: Path, what: str) -> NoReturn:
    raise HistoryError(
        f"{path}: the history is damaged ({what}); your recordings are safe in {path.parent / 'recordings'}: "
        "put a backup of the file in its place, or move it away and begin a new one"
    )


def _size(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size
    return 0
