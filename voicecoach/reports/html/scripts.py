"""What the scripts of the pages say, in the current language: the contents of scripts.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from voicecoach.datafile import read_file
from voicecoach.i18n import _


def texts(page: str) -> Mapping[str, str]:
    """Return the texts of the scripts of a page, "call" or "trainer", by key."""
    return {key: _(text) for key, text in _tables()[page].items()}


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    """Read scripts.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("scripts.yaml")).fields(("version", "call", "trainer"))
    return {
        name: {key: value.text() for key, value in file[name].mapping().items()}
        for name in ("call", "trainer")
    }
