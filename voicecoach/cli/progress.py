"""How far a batch is, on stderr: a bar for who watches, plain lines for a log, JSON lines for programs."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from voicecoach.batch.progress import Progress

_LOG_EVERY = 30.0  # s between plain lines
_JSON_EVERY = 1.0  # s between JSON lines while no file ends
_MINUTE, _HOUR = 60.0, 3600.0


@contextlib.contextmanager
def watched(*, quiet: bool = False, as_json: bool = False) -> Iterator[Callable[[Progress], None]]:
    """What to call with each ``Progress``; it never fails because nobody reads."""
    if as_json:
        yield _Spaced(_json_line, _JSON_EVERY, at_each_file=True)
    elif quiet:
        yield lambda _: None
    elif sys.stderr is not None and sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        yield _Spaced(_plain_line, _LOG_EVERY)


def line(found: Progress) -> str:
    """How far it is, as one line of words."""
    from voicecoach.reports.plan import lasting

    parts = [f"{found.files_done} of {found.files} files"]
    if found.audio:
        unit, name = (_HOUR, "h") if found.audio >= _HOUR else (_MINUTE, "min")
        parts.append(f"{found.audio_done / unit:.1f} of {found.audio / unit:.1f} {name} of sound")
    if found.rate is not None:
        parts.append(f"{found.rate:.1f} times real time")
    if found.left is not None and found.files_done < found.files:
        parts.append(f"about {lasting(found.left)} left")
    if found.failed:
        parts.append(f"{found.failed} not analysed")
    return ", ".join(parts)


def as_json(found: Progress) -> dict[str, Any]:
    """``Progress`` as ``--json-progress`` prints it; docs/batch.md describes it."""
    return {
        "event": "progress",
        "files_done": found.files_done,
        "files": found.files,
        "earlier": found.earlier,
        "failed": found.failed,
        "audio_done_s": round(found.audio_done, 3),
        "audio_s": round(found.audio, 3),
        "elapsed_s": round(found.elapsed, 3),
        "rate": None if found.rate is None else round(found.rate, 3),
        "left_s": None if found.left is None else round(found.left, 1),
        "now": [name.encode("utf-8", "replace").decode() for name in found.now],
    }


def _json_line(found: Progress) -> None:
    _say(json.dumps(as_json(found)))


def _plain_line(found: Progress) -> None:
    _say(f"voicecoach: {line(found)}")


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads any more, which is no reason to stop
        click.echo(text, err=True)


class _Spaced:
    """Shows what it is given now and then, and always what comes last."""

    def __init__(self, show: Callable[[Progress], None], every: float, *, at_each_file: bool = False) -> None:
        self._show, self._every, self._at_each_file = show, every, at_each_file
        self._next = time.monotonic() + (0.0 if at_each_file else every)
        self._files = -1

    def __call__(self, found: Progress) -> None:
        now = time.monotonic()
        new = found.files_done != self._files
        if now >= self._next or (new and (self._at_each_file or found.files_done == found.files)):
            self._show(found)
            self._next = now + self._every
            self._files = found.files_done


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from voicecoach.cli.terminal import shown
    from voicecoach.reports.plan import lasting

    last: list[tuple[Progress, float]] = []  # with when it came

    def page() -> RenderableType:
        if not last:
            return Text("looking at the files")
        found, since = last[-1][0], time.monotonic() - last[-1][1]
        left = None if found.left is None else max(0.0, found.left - since)
        found = replace(found, left=left, elapsed=found.elapsed + since)
        whole, done = (found.audio, found.audio_done) if found.audio else (found.files, found.files_done)
        lines = Table.grid(expand=True)
        lines.add_column(overflow="fold")
        lines.add_row(ProgressBar(total=max(whole, 1e-9), completed=done))
        lines.add_row(Text(f"{line(found)}; {lasting(found.elapsed)} gone"))
        names = ", ".join(shown(name) for name in found.now)
        lines.add_row(Text(names, overflow="ellipsis", no_wrap=True))
        return lines

    def show(found: Progress) -> None:
        last[:] = [(found, time.monotonic())]

    with Live(get_renderable=page, console=Console(stderr=True), refresh_per_second=2, transient=True):
        yield show
