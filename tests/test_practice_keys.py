from __future__ import annotations

import io
import os
import sys

import pytest

from voicecoach.cli.keys import ENTER, ESCAPE, Keys


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
@pytest.mark.parametrize(
    ("typed", "key"),
    [(b"\n", ENTER), (b"R", "r"), (b"\x1b", ESCAPE), (b"\x1b[A", ""), (b"sr", "r"), (b"", "")],
)
def test_a_key_is_read_without_enter_and_without_waiting(
    typed: bytes, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty
    import termios

    master, slave = pty.openpty()
    with os.fdopen(slave, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(slave)
        with Keys() as keys:
            assert keys.available
            os.write(master, typed)
            assert keys.pressed() == key
            assert keys.pressed() == ""
        assert termios.tcgetattr(slave) == before
    os.close(master)


def test_there_are_no_keys_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\n"))
    with Keys() as keys:
        assert not keys.available
        assert keys.pressed() == ""
