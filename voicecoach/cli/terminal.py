"""Text for the terminal, and what it can show."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator

_ACTING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode categories of characters without a shape


def shown(text: str) -> str:
    """The text on one line; characters that a terminal acts on, or that reorder text, stand as U+202E."""
    if text.isprintable():
        return text
    return "".join(
        " " if c.isspace() else f"<U+{ord(c):04X}>" if unicodedata.category(c) in _ACTING else c for c in text
    )


def no_color() -> bool:
    """Whether the person does not want colours."""
    return bool(os.environ.get("NO_COLOR"))


def width() -> int:
    """Columns for a page on stdout: as many as the terminal has, from 40 to 100; 80 elsewhere."""
    return min(100, max(40, shutil.get_terminal_size((80, 24)).columns)) if sys.stdout.isatty() else 80


def draws() -> bool:
    """Whether stdout can show more than ASCII: frames, blocks, dots of Braille."""
    try:
        "─┤●█⣿".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@contextlib.contextmanager
def shown_progress(text: str, quiet: bool) -> Iterator[Callable[[float], None] | None]:
    """A bar on stderr while a person is watching, else nothing; takes the share done, 0..1."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from voicecoach.reports.text import clean

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(clean(text), total=1.0)
        yield lambda share: bar.update(task, completed=share)
