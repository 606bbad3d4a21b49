"""Text in columns of a terminal: a Chinese or Japanese character takes two, a combining mark none.

Lines break at spaces and, where a script has none, between characters, but not where cues.yaml forbids it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.containers import Lines
    from rich.text import Text

_RUN = re.compile(r"\s*\S+")


def width(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """The text with blanks behind it, or before it where it stands at the right, that fill ``columns``."""
    room = " " * (columns - width(text))
    return room + text if right else text + room


def cut(text: str, columns: int, mark: str = " ...") -> str:
    """The text, or as much of it as takes ``columns``, in whole words where it has any, with a mark."""
    if width(text) <= columns:
        return text
    lines = wrap(text, columns - 1)
    return f"{lines[0]}{mark}"


def head(text: str, columns: int) -> str:
    """As many characters as take ``columns``, at least one."""
    end = 1
    while end < len(text) and width(text[: end + 1]) <= columns:
        end += 1
    return text[:end]


def wrap(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most ``columns``, behind ``first`` in the first line and ``rest`` in others."""
    lines: list[str] = []
    line, begun = first, False
    for token in _tokens(text):
        bare = token if begun else token.lstrip()
        if begun and width(line) + width(bare.rstrip()) > columns:
            lines.append(line.rstrip())
            line, bare = rest, token.lstrip()
        while width(line) + width(bare) > columns and width(bare) > 1:  # a word longer than a line
            part = head(bare, max(1, columns - width(line)))
            lines.append(line + part)
            line, bare = rest, bare[len(part) :]
        line, begun = line + bare, True
    return [*lines, line.rstrip()] if begun else lines


def _tokens(text: str) -> Iterator[str]:
    """What must stay on one line, with the space before it: a word, or a character as wide as two letters."""
    from voicecoach.reports.cues import limits

    for run in _RUN.findall(text):
        if run.isascii():
            yield run
            continue
        token = ""
        for character in run:
            bare = token.strip()
            together = not bare or character in limits().not_first or bare[-1] in limits().not_last
            if not together and (width(character) == 2 or (width(bare[-1]) == 2 and width(character))):
                yield token
                token = ""
            token += character
        yield token


def cell(text: str, style: str = "") -> Text:
    """The text for rich, that breaks as ``wrap`` does where it holds characters of two columns."""
    from rich.text import Text

    return Text(text, style=style) if width(text) == len(text) else _wide()(text, style=style)


@cache
def _wide() -> type[Text]:
    from rich.containers import Lines
    from rich.text import Text

    class Wide(Text):
        """A text of two-column characters: rich takes such a run for one word and breaks it anywhere."""

        def wrap(self, console: Console, width: int, **options: Any) -> Lines:
            if options.get("no_wrap"):
                return super().wrap(console, width, **options)
            return Lines(Text(line, style=self.style, end="") for line in wrap(self.plain, width))

    return Wide
