"""A folder of results belongs to one run at a time."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

from voicecoach import reports
from voicecoach.batch.records import CALLS, DONE
from voicecoach.batch.state import FOLDER
from voicecoach.batch.store import Store
from voicecoach.errors import OutputError
from voicecoach.i18n import fill
from voicecoach.lock import Lock

_DRAFT = ".voicecoach-"  # how a file is called until it is whole


@contextlib.contextmanager
def claim(store: Store) -> Iterator[None]:
    """Keep other runs away, and clear up what one that was killed left half written.

    On anything but this disk nobody can be kept away.

    Raises
    ------
    OutputError
        Another run is at work there, or nothing can be written.
    """
    if store.folder is None:
        yield
        return
    path = store.folder / FOLDER / "lock"
    reports.make_folder(path.parent)
    try:
        lock = Lock.take(path)
    except OSError as error:
        raise OutputError(
            fill("{path}: cannot be written: {error}; choose another folder", path=path, error=error.strerror)
        ) from error
    if lock is None:
        holder = ""
        with contextlib.suppress(OSError, ValueError):
            holder = path.read_text(encoding="utf-8").strip()
        raise OutputError(
            fill(
                "{url}: another run{holder} is at work there; wait for it or stop it",
                url=store.url,
                holder=holder and f" ({holder})",
            )
        )
    try:
        with contextlib.suppress(OSError):  # Windows lets nobody write into a locked file
            path.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        for folder in ("", FOLDER, DONE, CALLS):
            for name in store.names(folder):
                if name.startswith(_DRAFT):
                    store.remove(f"{folder}/{name}".lstrip("/"))
        yield
    finally:
        lock.release()
