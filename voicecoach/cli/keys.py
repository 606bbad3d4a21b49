"""Single keys while something is running: without Enter, without waiting, the same on every system."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

ENTER = "enter"
ESCAPE = "escape"
_NAMES = {"\r": ENTER, "\n": ENTER, "\x1b": ESCAPE, "\x03": "interrupt"}


class Keys:
    """Keys as they are pressed, while this context lasts; none where stdin is no terminal.

    Ctrl-C stays Ctrl-C. Cursor keys and their kin, which send several characters, are no key here.
    """

    def __init__(self) -> None:
        self.available = False
        self._before: Any = None

    def __enter__(self) -> Keys:
        if not sys.stdin or not sys.stdin.isatty():
            return self
        if sys.platform == "win32":
            self.available = True
            return self
        import termios
        import tty

        with contextlib.suppress(termios.error, OSError):
            self._before = termios.tcgetattr(sys.stdin.fileno())
            tty.setcbreak(sys.stdin.fileno())
            self.available = True
        return self

    def __exit__(self, *_: object) -> None:
        if sys.platform != "win32" and self._before is not None:
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)
            self._before = None
        self.available = False

    def pressed(self) -> str:
        """The last key pressed since the last time: "enter", "escape", a small letter; "" where none was."""
        return _named(self._waiting()) if self.available else ""

    def _waiting(self) -> str:
        """All that was typed and not read yet."""
        if sys.platform == "win32":
            import msvcrt

            typed = ""
            while msvcrt.kbhit():
                key = msvcrt.getwch()
                typed += msvcrt.getwch() and "" if key in "\x00\xe0" else key
            return typed
        import os
        import select

        number = sys.stdin.fileno()
        if not select.select([number], [], [], 0)[0]:
            return ""
        return os.read(number, 64).decode(errors="replace")


def _named(typed: str) -> str:
    if len(typed) > 1 and typed[0] == "\x1b":  # what a cursor key sends
        return ""
    return _NAMES.get(typed[-1:], typed[-1:].lower())
