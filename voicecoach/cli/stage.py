"""What an agent sees during a practice call: the caller's words, whose turn it is, a meter, the keys.

On a terminal one calm line at the bottom is kept up to date; elsewhere plain lines, and no keys.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from voicecoach.cli.keys import ENTER, ESCAPE, Keys
from voicecoach.cli.terminal import no_color
from voicecoach.practice import AGAIN, DONE, STOP, Now

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console, RenderableType
    from rich.live import Live as Screen

    from voicecoach.scenarios import Line, Scenario

KEYS = {ENTER: DONE, " ": DONE, "r": AGAIN, "s": STOP, "q": STOP, ESCAPE: STOP}
BAR = 16  # characters
LOWEST = -60.0  # dBFS, the left end of the meter
EVERY = 0.1  # seconds between two looks of the line at the bottom


class Stage:
    """The screen of one call, as ``practice.run`` wants it; a context that owns the keys."""

    def __init__(self, console: Console, scenario: Scenario, *, text: bool = True) -> None:
        self.console, self.scenario, self.text = console, scenario, text
        self._keys = Keys()
        self._screen: Screen | None = None
        self._shown = -1.0
        self._turn = -1  # the last line for which "your turn" was said, where there is no live line
        self._sounded = True
        self._hinted = False

    def __enter__(self) -> Stage:
        self._keys.__enter__()
        if self.console.is_terminal and self._keys.available:
            from rich.live import Live as Screen

            self._screen = Screen(console=self.console, auto_refresh=False, transient=True)
            self._screen.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._screen is not None:
            self._screen.stop()
        self._keys.__exit__(kind, error, trace)

    def line(self, number: int, line: Line, *, sounded: bool) -> None:
        """The caller's words, once."""
        from rich.padding import Padding
        from rich.text import Text

        from voicecoach.reports.columns import cell
        from voicecoach.reports.text import clean

        self._sounded, self._hinted = sounded, False
        self.console.print()
        who = f"{number + 1}/{len(self.scenario.lines)}  {clean(self.scenario.caller.name)}"
        self.console.print(Text.assemble((who, "bold"), f"  ({clean(line.how)})" if line.how else ""))
        words = clean(line.say) if self.text or not sounded else "(listen)"
        self.console.print(Padding(cell(words), (0, 0, 0, 5)))

    def show(self, now: Now) -> None:
        """The line at the bottom, at most ten times a second; a plain line a turn where there is none."""
        if self._screen is None:
            self._plain(now)
        elif abs(now.elapsed - self._shown) >= EVERY:
            self._shown = now.elapsed
            self._screen.update(self._bottom(now), refresh=True)

    def key(self) -> str:
        """What was pressed."""
        return KEYS.get(self._keys.pressed(), "")

    def ring(self, now: float, level: float) -> str:
        """The line before the call: a meter to try, and the key; "" while nothing is pressed."""
        from rich.text import Text

        if self._screen is None:
            return DONE
        if now - self._shown >= EVERY:
            self._shown = now
            text = f"The phone rings. [{bar(level)}] your voice   Enter: answer   s: not now"
            self._screen.update(Text(text, overflow="ellipsis", no_wrap=True), refresh=True)
        return self.key()

    def _plain(self, now: Now) -> None:
        if now.doing == "answer" and self._turn != now.line:
            self._turn = now.line
            self.console.print("     Your turn.")
        if now.waiting and not self._hinted:
            self._hinted = True
            self.console.print(f"     {HINT}")

    def _bottom(self, now: Now) -> RenderableType:
        from rich.text import Text

        from voicecoach.reports import columns

        if now.waiting:
            state = HINT
        elif now.doing == "caller":
            state = f"{self.scenario.caller.name} speaks"
        elif now.doing == "reading":
            state = "read, or just answer"
        elif now.doing == "checking":
            state = "one moment"
        else:
            state = "listening" if now.live.spoken else "your turn"
        minutes, seconds = divmod(int(now.elapsed), 60)
        left = f"{minutes}:{seconds:02d} [{bar(now.live.level)}] {state}"
        if now.live.clipped:
            left += " (too loud: move back a little)"
        again = "r: say again  " if self._sounded else ""
        text = left
        for keys in (f"Enter: done  {again}s: stop", "s: stop"):
            gap = self.console.width - columns.width(left + keys) - 1
            if gap >= 2:
                text = f"{left}{' ' * gap}{keys}"
                break
        return Text(text, overflow="ellipsis", no_wrap=True)


HINT = "take your time; one friendly sentence will do"


def bar(level: float) -> str:
    """A level in dBFS as a bar of ``BAR`` characters that every console can show."""
    filled = round(BAR * min(1.0, max(0.0, 1 - level / LOWEST)))
    return "=" * filled + " " * (BAR - filled)


def console(file: TextIO | None = None) -> Console:
    """What a practice says goes to stderr, so that stdout holds the report alone."""
    from rich.console import Console

    file = file or sys.stderr
    return Console(
        file=file,
        width=None if file.isatty() else 80,
        markup=False,
        highlight=False,
        emoji=False,
        no_color=no_color() or None,
    )


@contextlib.contextmanager
def hushed() -> Iterator[TextIO]:
    """Give a way to stderr, while what the sound system's C libraries write there goes nowhere."""
    if not sys.stderr.isatty():
        yield sys.stderr
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    encoding, errors = sys.stderr.encoding, sys.stderr.errors
    try:
        os.dup2(nowhere, 2)
        with os.fdopen(os.dup(kept), "w", encoding=encoding, errors=errors, buffering=1) as file:
            yield file
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
