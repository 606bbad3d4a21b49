"""An object store in a folder, for fsspec: whole puts, no rename, no append, no folders, late listings.

Any process that imports this can reach it as ``bucket://``; a listing may lack what was put less than
``LATE`` seconds ago, as listings of object stores once did. Where the folder is stands in an environment
variable, because other processes are given addresses only.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import fsspec
from fsspec.spec import AbstractFileSystem

from voicecoach.batch.store import Store

PLACE = "VOICECOACH_TEST_BUCKET"
LATE = 0.3


class Bucket(AbstractFileSystem):  # type: ignore[misc]
    """Objects are files whose names are their quoted keys, so that there are no folders."""

    protocol = "bucket"
    cachable = False

    def _file(self, path: str) -> Path:
        return Path(os.environ[PLACE]) / quote(self._strip_protocol(path), safe="")

    def _entries(self) -> dict[str, os.stat_result]:
        return {
            unquote(file.name): file.stat()
            for file in Path(os.environ[PLACE]).iterdir()
            if not file.name.startswith(".")
        }

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        draft = Path(os.environ[PLACE]) / f".{uuid.uuid4()}"
        draft.write_bytes(value)
        draft.replace(self._file(path))

    def cat_file(self, path: str, start: Any = None, end: Any = None, **options: Any) -> bytes:
        return self._file(path).read_bytes()[start:end]

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        if mode != "rb":
            raise NotImplementedError("an object is put whole")
        return self._file(path).open("rb")

    def rm_file(self, path: str) -> None:
        self._file(path).unlink()

    def mv(self, *paths: Any, **options: Any) -> None:
        raise NotImplementedError("an object has one name")

    def mkdir(self, *paths: Any, **options: Any) -> None:
        raise NotImplementedError("there are no folders")

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        key = self._strip_protocol(path)
        entries = self._entries()
        if key in entries:
            found = entries[key]
            return {"name": key, "size": found.st_size, "type": "file", "ETag": str(found.st_mtime_ns)}
        if any(other.startswith(f"{key}/") for other in entries):
            return {"name": key, "size": 0, "type": "directory"}
        raise FileNotFoundError(path)

    def ls(self, path: str, detail: bool = True, **options: Any) -> list[Any]:
        key = self._strip_protocol(path)
        entries = {k: s for k, s in self._entries().items() if time.time() - s.st_mtime > LATE}
        names = {
            f"{key}/{other[len(key) + 1 :].partition('/')[0]}"
            for other in entries
            if other.startswith(f"{key}/")
        }
        if not names and key in entries:
            names = {key}
        if not names:
            raise FileNotFoundError(path)
        return [self.info(name) for name in sorted(names)] if detail else sorted(names)


class BucketStore(Store):
    """A store that brings this module with it to other processes."""

    __slots__ = ()


fsspec.register_implementation("bucket", Bucket, clobber=True)
