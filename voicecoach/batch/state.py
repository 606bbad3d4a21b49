"""What a batch remembers between runs: checksums of files, and what its tables were last made of.

Both are only there to save time. Where they are missing or damaged, everything is found out again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from voicecoach.batch.limits import limits
from voicecoach.batch.store import Store
from voicecoach.batch.types import Found
from voicecoach.errors import OutputError

FOLDER = ".voicecoach"
FILES = f"{FOLDER}/files.json"
BATCH = f"{FOLDER}/batch.json"
FORMAT = 1


@dataclass(slots=True)
class Sums:
    """SHA-256 of files by path, size, time of change and inode.

    A file that was changed a moment ago is not remembered: it could change again without its time doing so.
    """

    known: dict[str, list[Any]] = field(default_factory=dict)
    new: int = 0

    @classmethod
    def read(cls, store: Store) -> Sums:
        """Return those that were remembered, as far as they can be read."""
        found = _read(store, FILES).get("files")
        return cls(found if isinstance(found, dict) else {})

    def get(self, found: Found) -> str | None:
        """Return the checksum of a file that has not changed."""
        entry = self.known.get(found.path)
        stamp = [found.size, found.mtime_ns, found.inode]
        if isinstance(entry, list) and entry[:3] == stamp and found.mtime_ns and len(entry) == 4:
            return str(entry[3])
        return None

    def add(self, found: Found, sha256: str) -> None:
        """Remember the checksum of a file."""
        if not found.inode or time.time() - found.mtime_ns / 1e9 > limits().settle:
            self.known[found.path] = [found.size, found.mtime_ns, found.inode, sha256]
            self.new += 1

    @property
    def due(self) -> bool:
        """Whether there are so many new ones that they should be saved; the more there are, the rarer."""
        return self.new >= max(limits().save_every, len(self.known) // 10)

    def write(self, store: Store) -> None:
        """Write them if there are new ones."""
        if self.new:
            store.write_text(FILES, [json.dumps({"format": FORMAT, "files": self.known}), "\n"])
            self.new = 0


@dataclass(frozen=True, slots=True)
class Row:
    """What the tables were made of for one file."""

    relative: str
    key: str = ""
    name: str = ""  # stem of the reports, empty without any
    same_as: str = ""
    reason: str = ""
    who: tuple[str, ...] = ()
    length: float | None = None  # s, of one that was analysed
    sizes: tuple[int, ...] = ()  # bytes of its reports


@dataclass(frozen=True, slots=True)
class Made:
    """What tables and pages in OUT were last made of; ``how`` is with which options."""

    rows: tuple[Row, ...] = ()
    how: str = ""

    @classmethod
    def read(cls, store: Store) -> Made:
        """Return what was written last; empty where that cannot be read."""
        found = _read(store, BATCH)
        try:
            rows = tuple(
                Row(**{**entry, **{name: tuple(entry[name]) for name in ("who", "sizes")}})
                for entry in found["rows"]
            )
            return cls(rows, str(found["how"]))
        except (KeyError, TypeError):
            return cls()

    def write(self, store: Store) -> None:
        """Write it, after what it speaks of."""
        rows = [asdict(row) for row in self.rows]
        store.write_text(BATCH, _lines({"format": FORMAT, "how": self.how}, rows))


def _lines(head: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    yield json.dumps(head)[:-1] + ', "rows": [\n'
    yield ",\n".join(json.dumps(row) for row in rows)
    yield "\n]}\n"


def _read(store: Store, name: str) -> Mapping[str, Any]:
    with suppress(OutputError, ValueError):
        found = json.loads(store.read_bytes(name))
        if isinstance(found, dict) and found.get("format") == FORMAT:
            return found
    return {}
