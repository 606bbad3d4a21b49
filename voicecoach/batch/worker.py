"""One process of a batch: takes jobs from a pipe and gives back what remains of them.

Nothing heavy is imported here: the number of threads has to be set before numpy comes.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Mapping
from multiprocessing import connection, parent_process

READY = "ready"
NO_JOB = None  # what a worker gets when there is nothing left to do


def serve(pipe: connection.Connection, environment: Mapping[str, str], work: bytes) -> None:
    """Do what comes through the pipe until there is no more, or whoever began this process is gone.

    ``work`` is the pickled function that makes a record of a job.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    if "fork" in multiprocessing.get_all_start_methods():  # so that a lock of a library, such as tqdm's, has
        multiprocessing.set_start_method("fork", force=True)  # no name that outlives a worker that is killed
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.environ.update(environment)
    perform = pickle.loads(work)  # noqa: S301 - from the process that began this one
    try:
        pipe.send(READY)
        while (job := pipe.recv()) is not NO_JOB:
            pipe.send(perform(job))
    except (EOFError, OSError):  # the other end is gone
        return


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
