"""Recordings in folders, any depth, any name. Sizes are bytes, times of change nanoseconds."""

from __future__ import annotations

import contextlib
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from voicecoach.batch.limits import limits
from voicecoach.batch.store import listed, local_path
from voicecoach.batch.types import Found
from voicecoach.errors import UsageError
from voicecoach.i18n import _, fill

NAME = 60  # characters of a file name that are kept in the name of its reports


def find(folders: Sequence[str | Path], out: str | Path) -> tuple[Found, ...]:
    """Find recordings below folders, in an order that depends on the names alone.

    Files whose suffix says that they are something else, hidden files, and the folder ``out`` are left out; a
    file given by name is always taken. A folder that is reached twice, such as through a link that leads
    back up, is looked into once. A file found twice, because folders given lie in each other, is one.

    Names that are no UTF-8 hold surrogates, as Python's file functions give and take them. Where several
    folders are given, the name of the folder comes before what is below it.

    Returns what was found; with a reason, what could not be looked at.

    Raises
    ------
    UsageError
        There is no such folder or file.
    OutputError
        An address that is not on this disk cannot be listed.
    """
    seen: set[tuple[int, int | str]] = set()
    with contextlib.suppress(OSError):  # it need not be there yet
        seen.add(_which(os.fspath(out), Path(out).stat()))
    found: dict[str, Found] = {}
    for root, name in zip(folders, _roots(folders), strict=True):
        for one in _below(os.fspath(root), name, seen):
            found.setdefault(os.path.abspath(one.path), one)  # noqa: PTH100 - keeps the bytes of the name
    return tuple(sorted(found.values(), key=lambda one: (os.fsencode(one.relative), os.fsencode(one.path))))


def report_name(path: str, key: str, *, digits: int = 8) -> str:
    """Return the stem of the reports on a recording: what is readable of its name, and part of its key."""
    stem = unicodedata.normalize("NFC", os.path.splitext(path.replace("\\", "/").rsplit("/", 1)[-1])[0])  # noqa: PTH122
    plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in stem)
    words = [word for word in plain.strip(".").split("-") if word]
    return f"{'-'.join(words)[:NAME].rstrip('.-') or 'recording'}-{key[:digits]}"


def _roots(folders: Sequence[str | Path]) -> list[str]:
    """What comes before the names below each folder, each different: nothing where there is one folder."""
    if len(folders) == 1:
        return [""]
    names: dict[str, None] = {}
    met: Counter[str] = Counter()
    for folder in folders:
        plain = name = os.path.basename(os.path.abspath(folder)) or "root"  # noqa: PTH100, PTH119
        while f"{name}/" in names:
            met[plain] += 1
            name = f"{plain}-{met[plain] + 1}"
        names[f"{name}/"] = None
    return list(names)


def _below(root: str, before: str, seen: set[tuple[int, int | str]]) -> Iterator[Found]:
    local = local_path(root)
    if local is None:
        for one in listed(root):
            parts = one.relative.split("/")
            if _may_be(parts[-1]) and not any(part.startswith(".") for part in parts):
                yield Found(one.path, before + one.relative, one.size, one.mark, 0)
        return
    root = str(local)
    try:
        state = Path(root).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UsageError(fill("{root}: no such file or folder; check the name", root=root)) from None
    except OSError as error:
        yield _unseen(root, os.path.basename(root), error)  # noqa: PTH119
        return
    if not stat.S_ISDIR(state.st_mode):
        name = os.path.basename(root)  # noqa: PTH119
        yield Found(root, name, state.st_size, state.st_mtime_ns, state.st_ino)
        return
    waiting = [(root, before)]
    while waiting:
        folder, relative = waiting.pop()
        try:
            which = _which(folder, Path(folder).stat())
            if which in seen:
                continue
            seen.add(which)
            with os.scandir(folder) as entries:
                here = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield _unseen(folder, relative or ".", error)
            continue
        for entry in here:
            name = f"{relative}{entry.name}"
            if entry.name.startswith("."):
                continue
            try:
                state = Path(entry.path).stat()
            except OSError as error:
                if _may_be(entry.name):
                    yield _unseen(entry.path, name, error)
                continue
            if stat.S_ISDIR(state.st_mode):
                waiting.append((entry.path, f"{name}/"))
            elif stat.S_ISREG(state.st_mode) and _may_be(entry.name):
                yield Found(entry.path, name, state.st_size, state.st_mtime_ns, state.st_ino)


def _which(folder: str, state: os.stat_result) -> tuple[int, int | str]:
    """What tells a folder from all others, by whatever way it is reached."""
    return state.st_dev, state.st_ino or os.path.realpath(folder)  # some drives number no files


def _may_be(name: str) -> bool:
    """Whether a file may be a recording, by its name."""
    lower = name.lower()
    return lower not in limits().names and os.path.splitext(lower)[1] not in limits().suffixes  # noqa: PTH122


def _unseen(path: str, relative: str, error: OSError) -> Found:
    advice = _("a link that leads nowhere") if isinstance(error, FileNotFoundError) else _("check the rights")
    return Found(
        path,
        relative,
        0,
        0,
        0,
        fill("cannot be looked at: {error}; {advice}", error=error.strerror, advice=advice),
    )
