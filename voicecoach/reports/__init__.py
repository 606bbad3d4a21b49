"""Reports: one file a format, all made from ``Analysis`` alone.

Every format has ``SUFFIX`` and ``render(analyses, *, several=False, width=80, color=False) -> str``.
``several`` says that more than one recording was asked for, even if only one could be analysed; formats that
are not read on a terminal take no notice of width and colour. What a format cannot hold, such as several
recordings or a transcript without times, is a FormatError.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from types import ModuleType
from typing import TYPE_CHECKING

from voicecoach.errors import FormatError, OutputError
from voicecoach.i18n import _, fill

if TYPE_CHECKING:
    from voicecoach.types import Analysis

    FORMATS: Mapping[str, ModuleType]

NAMES = (  # of the formats; each is the module of that name in this folder
    "text",
    "json",
    "html",
    "md",
    "csv",
    "junit",
    "txt",
    "vtt",
    "srt",
    "tsv",
    "textgrid",
    "audacity",
    "rttm",
    "ctm",
    "amazon",
)
ON_TERMINAL = ("text", "json")  # printed as the console shows text; others are UTF-8 wherever they go
SINGLE = ("html", "txt", "vtt", "srt", "tsv", "textgrid", "audacity")  # hold one recording each
_PATIENCE = (0.05, 0.1, 0.2, 0.4, 0.8)  # s between tries to replace a file that is being read


def __getattr__(name: str) -> Mapping[str, ModuleType]:
    """Make ``FORMATS``, the formats by name, when it is asked for: rules and measures come with them."""
    if name != "FORMATS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return {name: importlib.import_module(f"{__name__}.{name}") for name in NAMES}


def one(analyses: Sequence[Analysis], several: bool) -> Analysis:
    """The only analysis there is, for formats that hold no more.

    Raises
    ------
    FormatError
        There are several, or several were asked for.
    """
    if several or len(analyses) != 1:
        raise FormatError(
            _("this format holds one recording; write a file for each with --output-dir FOLDER")
        )
    return analyses[0]


def render(
    kind: str,
    analyses: Sequence[Analysis],
    *,
    several: bool = False,
    width: int = 80,
    color: bool = False,
    negative: bool = False,
) -> str:
    """A report as text; ``negative`` tells whether negative findings are failures in JUnit XML.

    Raises
    ------
    FormatError
        The format cannot hold these.
    """
    module = __getattr__("FORMATS")[kind]
    text: str = (
        module.suites(analyses, negative=negative)
        if kind == "junit"
        else module.render(analyses, several=several, width=width, color=color)
    )
    return text


def names(paths: Sequence[PurePath]) -> tuple[str, ...]:
    """A name for the report of each recording: its stem, or its whole name where stems are the same."""
    stems = [path.stem for path in paths]
    found: list[str] = []
    for path in paths:
        name = path.stem if stems.count(path.stem) == 1 else path.name
        count = found.count(name)
        found.append(name if not count else f"{name}-{count + 1}")
    return tuple(found)


def make_folder(folder: Path) -> None:
    """Make the folder for reports.

    Raises
    ------
    OutputError
        It cannot be made, or is there and is no folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            fill(
                "{folder}: cannot be used for reports: {error}; choose another folder",
                folder=folder,
                error=error.strerror,
            )
        ) from error


def write(
    stem: Path, kind: str, analyses: Sequence[Analysis], *, sound: str = "none", negative: bool = False
) -> Path:
    """Write a report next to ``stem`` with the suffix of its kind, whole or not at all, as UTF-8.

    ``sound`` is how the recording comes into a page of HTML: "embed", "link" or "none"; ``negative`` tells
    whether negative findings are failures in JUnit XML.

    Raises
    ------
    FormatError
        The format cannot hold these.
    OutputError
        The disk is full, or writing is not allowed there.
    AudioError
        The recording, whose sound is wanted, cannot be read any more.
    """
    module = __getattr__("FORMATS")[kind]
    target = stem.with_name(stem.name + module.SUFFIX)
    if kind == "html" and sound != "none" and analyses[0].source.layout.kind != "none":
        return write_text(target, [module.heard_page(*analyses, target, how=sound)])
    return write_text(target, [render(kind, analyses, negative=negative)])


def write_text(path: Path, pieces: Iterable[str]) -> Path:
    """Write the pieces of a text one after the other into a file, whole or not at all, as UTF-8.

    Raises
    ------
    OutputError
        The disk is full, or writing is not allowed there.
    """
    return write_bytes(path, (piece.encode() for piece in pieces), mode=0o644)


def write_bytes(path: Path, pieces: Iterable[bytes], *, mode: int) -> Path:
    """Write the pieces one after the other into a file with the given permissions, whole or not at all.

    Raises
    ------
    OutputError
        The disk is full, or writing is not allowed there.
    """
    try:
        handle, draft = tempfile.mkstemp(prefix=".voicecoach-", dir=path.parent)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(draft, mode)  # noqa: PTH101
            _replace(draft, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(draft)  # noqa: PTH108
            raise
    except OSError as error:
        do = (
            _("free some space") if not isinstance(error, PermissionError) else _("close it where it is open")
        )
        raise OutputError(
            fill(
                "{path}: not written: {error}; {do} or choose another folder",
                path=path,
                error=error.strerror,
                do=do,
            )
        ) from error
    return path


def _replace(draft: str, path: Path) -> None:
    """Give a draft its name, and have that on the disk, too, so that no power cut undoes it.

    On Windows, nothing may be replaced while somebody reads it, as programs that look for viruses do.
    """
    for wait in (*_PATIENCE, None):
        try:
            os.replace(draft, path)  # noqa: PTH105
            break
        except PermissionError:
            if os.name != "nt" or wait is None:
                raise
            time.sleep(wait)
    with contextlib.suppress(OSError):  # Windows opens no folders, and some drives cannot do it
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
