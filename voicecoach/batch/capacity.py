"""How many workers fit this machine. Memory is bytes."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

from voicecoach.batch.limits import limits

_GROUPS = Path("/sys/fs/cgroup")  # where Linux keeps the limits of containers
_SELF = Path("/proc/self/cgroup")


def fitting(files: int, weights: int, *, workers: int | None = None) -> tuple[int, int]:
    """Return how many workers to begin for so many files, and the threads of each.

    Parameters
    ----------
    files : how many are to be analysed.
    weights : bytes of the model's weights.
    workers : as many as this, whatever fits.
    """
    free_cores = cores()
    each = limits().memory + limits().times_weights * weights
    room = int((free_memory() - limits().keep_free) // each)
    count = workers or max(1, min(free_cores, room))
    count = max(1, min(count, files))
    return count, max(1, free_cores // count)


def cores(groups: Path = _GROUPS, own: Path = _SELF) -> int:
    """Cores this process may use: those it is bound to, no more than its container's share of time."""
    try:
        found = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        found = os.cpu_count() or 1
    for folder in _folders(groups, own, "cpu"):
        quota = _numbers(folder / "cpu.max") or (
            _numbers(folder / "cpu.cfs_quota_us") + _numbers(folder / "cpu.cfs_period_us")
        )
        if len(quota) == 2 and quota[0] > 0 and quota[1] > 0:
            found = min(found, math.ceil(quota[0] / quota[1]))
    return max(1, found)


def free_memory(groups: Path = _GROUPS, own: Path = _SELF) -> int:
    """Memory that can be taken without pushing anything out, no more than the container allows."""
    import psutil

    found = int(psutil.virtual_memory().available)
    for folder in _folders(groups, own, "memory"):
        for most, used in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            allowed, taken = _numbers(folder / most), _numbers(folder / used)
            if len(allowed) == len(taken) == 1:
                found = min(found, allowed[0] - taken[0] + _cached(folder))
    return max(0, found)


def _folders(groups: Path, own: Path, controller: str) -> list[Path]:
    """Folders with limits of the control groups this process is in, the inner ones and those around them."""
    inner = {groups, groups / controller}
    with suppress(OSError):
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers or controller in controllers.split(","):
                base = groups / controller if controllers else groups
                at = base / path.lstrip("/")
                inner |= {at, *(parent for parent in at.parents if parent.is_relative_to(base))}
    return sorted(folder for folder in inner if folder.is_dir())


def _numbers(file: Path) -> list[int]:
    """The numbers in a file; none where there is no file or no limit."""
    try:
        return [int(word) for word in file.read_text().split()]
    except (OSError, ValueError):
        return []


def _cached(folder: Path) -> int:
    """Memory of a control group that only holds copies of files."""
    with suppress(OSError, ValueError):
        for line in (folder / "memory.stat").read_text().splitlines():
            name, number = line.split()
            if name in ("inactive_file", "total_inactive_file"):
                return int(number)
    return 0
