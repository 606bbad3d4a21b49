"""A lock the system gives back when its process ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


class Lock:
    """An exclusively locked file; ``release`` unlocks and deletes it."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> Lock | None:
        """Lock a file, making it if need be; None where another process, or this one, holds it."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            whole = os.fstat(handle).st_nlink > 0  # whoever held it may have deleted it since it was opened
        except OSError:
            os.close(handle)
            return None
        if not whole:
            os.close(handle)
            return cls.take(path)
        return cls(path, handle)

    def release(self) -> None:
        """Unlock and delete the file."""
        if sys.platform != "win32":  # Windows deletes no open file
            self._path.unlink(missing_ok=True)
        os.close(self._handle)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
