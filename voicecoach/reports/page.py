"""What every page for the terminal is made of: headings, paragraphs, columns, times, quotes.

Readable without colour, at 80 columns and where only ASCII can be shown; text from recordings, file names
and packs is stripped of anything that could steer a terminal. Times are m:ss.s.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from voicecoach.i18n import _, fill, written
from voicecoach.reports import columns

if TYPE_CHECKING:
    from rich.console import Console

    from voicecoach.types import Note

LONGEST_QUOTE = 60  # columns
UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode categories of characters without a shape


def clock(seconds: float) -> str:
    """A time as m:ss.s, from an hour on as h:mm:ss.s."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    if minutes < 60:
        return written(f"{minutes}:{rest / 10:04.1f}")
    return written(f"{minutes // 60}:{minutes % 60:02d}:{rest / 10:04.1f}")


def clean(text: str) -> str:
    """The text on one line, without control, reordering and other characters a terminal could act on."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in UNSAFE)
    return " ".join("".join(kept).split())


def console(width: int, color: bool) -> tuple[Console, io.StringIO]:
    """A console that prints into a text: no colour and no markup unless wanted."""
    from rich.console import Console

    out = io.StringIO()
    made = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    return made, out


def printed(out: io.StringIO) -> str:
    """What was printed, without blanks at the ends of lines."""
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def say(console: Console, text: str, *, indent: int = 2, style: str = "") -> None:
    """A paragraph."""
    from rich.padding import Padding

    console.print(Padding(columns.cell(clean(text), style), (0, 0, 0, indent)))


def heading(console: Console, text: str) -> None:
    """A heading after an empty line."""
    console.print()
    say(console, text, indent=0, style="bold")


def rows(console: Console, lines: Iterable[Sequence[str]], indent: int = 2) -> None:
    """Columns as wide as what stands in them; the last wraps, and any that would take half the page."""
    from rich.padding import Padding
    from rich.table import Table

    cells = [[clean(cell) for cell in row] for row in lines]
    if not cells:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    last = len(cells[0]) - 1
    for column in range(last + 1):
        widest = max(columns.width(row[column]) for row in cells)
        table.add_column(no_wrap=column < last and widest <= console.width // 2, overflow="fold")
    for row in cells:
        table.add_row(*map(columns.cell, row))
    console.print(Padding(table, (0, 0, 0, indent)))


def sentence(text: str) -> str:
    """A remark as a sentence: it begins with a capital and ends with a full stop."""
    return fill("{text}.", text=f"{text[:1].upper()}{text[1:]}")


def note(console: Console, found: Note) -> None:
    """A piece of coaching: what, where, and what could be said instead."""
    say(console, found.text)
    if found.start is not None or found.quote:
        rows(console, [(at(found.start), quoted(found.quote, shorten=False))], indent=4)
    if found.suggestion:
        rows(console, [(_("You could say:"), quoted(found.suggestion, shorten=False))], indent=4)


def at(start: float | None) -> str:
    """A time, empty where there is none."""
    return "" if start is None else clock(start)


def quoted(quote: str, *, shorten: bool = True) -> str:
    """Words in quotation marks, cut after ``LONGEST_QUOTE`` columns; empty where there are none."""
    text = clean(quote)
    if not text:
        return ""
    if shorten:
        text = columns.cut(text, LONGEST_QUOTE)
    return fill('"{text}"', text=text)
