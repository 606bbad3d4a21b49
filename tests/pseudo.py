"""A language for tests that is none: every message of the catalogue longer, and in letters no message has.

What stays in plain letters on a page made in it was never given to the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from voicecoach import i18n

LANGUAGE = "ru"  # whose rules for numbers and days it borrows
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "àƀçđéƒĝĥíĵķłɱñóþǫřšťúṽŵẋýžÀƁÇĐÉƑĜĤÍĴĶŁḾÑÓÞǪŘŠŤÚṼŴẊÝŽ",
)
_PLACE = re.compile(r"(\{[^{}]*\})")


def pseudo(text: str) -> str:
    """The text in other letters and 40 % longer, its {placeholders} as they are."""
    told = "".join(part if part[:1] == "{" else part.translate(_LETTERS) for part in _PLACE.split(text))
    more = "ñé" * round(len(text) * 0.2) if any(c.isalpha() for c in told) else ""
    return f"{told} {more}".rstrip() if len(more) > 6 else told + more


class Pseudo:
    """A catalogue that has every message, and keeps those it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def gettext(self, text: str) -> str:
        self.asked.add(text)
        return pseudo(text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        self.asked.add(one)
        return pseudo(one if count == 1 else many)


@contextmanager
def spoken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pseudo]:
    """Make every catalogue this one."""
    with monkeypatch.context() as patch:
        catalogue = Pseudo()
        patch.setattr(i18n, "_catalogue", lambda _language: catalogue)
        yield catalogue
