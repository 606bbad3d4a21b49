"""The language of whoever reads the terminal, from the environment. Help texts are always in English."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from voicecoach import i18n
from voicecoach.i18n import later

_SAMPLE = later("interrupted")  # in each language a text in its own letters


def of_reader() -> str:
    """The language of the locale, English where there is no catalogue for it or no letters to show it.

    The first of LC_ALL, LC_MESSAGES and LANG that is set counts, as everywhere on Unix; on Windows, where
    none of them is, the language of the system.
    """
    told = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not told and sys.platform == "win32":
        told = _of_windows()
    language = i18n.offered(told) or i18n.ENGLISH
    return language if shows(sys.stderr, language) else i18n.ENGLISH


def shows(stream: TextIO | None, language: str) -> bool:
    """Whether a stream has the letters of a language."""
    with i18n.using(language):
        sample = i18n._(_SAMPLE)
    try:
        sample.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _of_windows() -> str:
    """The language Windows speaks, as a tag such as "ru_RU"."""
    import locale

    if sys.platform != "win32":
        return ""
    import ctypes

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
