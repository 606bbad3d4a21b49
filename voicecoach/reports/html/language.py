"""The language of a page and of what is quoted on it, and words and days as that language puts them.

Browsers choose fonts, line breaks and voices by the language of a text, and Chinese and Japanese share
characters that each draws in its own way; so what people said in another language than the page's is marked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach import i18n
from voicecoach.datafile import read_file
from voicecoach.i18n import _
from voicecoach.score import label

_CODE = re.compile(r"[a-z]{2,3}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Written:
    """A language with two scripts: the tag of its own and of the other, and the characters each has alone."""

    tag: str
    other: str
    own: frozenset[str]
    others: frozenset[str]


@cache
def _written() -> Mapping[str, _Written]:
    """Read language.yaml of this folder, once."""
    file = read_file(Path(__file__).with_name("language.yaml")).fields(("version", "scripts"))
    found = {}
    for code, value in file["scripts"].mapping().items():
        fields = value.fields(("tag", "other", "pairs"))
        pairs = "".join(fields["pairs"].text().split())
        found[code] = _Written(
            fields["tag"].text(), fields["other"].text(), frozenset(pairs[1::2]), frozenset(pairs[::2])
        )
    return found


def tag(language: str, text: str = "") -> str:
    """The language of a text as HTML names it, such as "ja", or "zh-Hant" where the text is written so."""
    known = _written().get(language)
    if known is None:
        return language
    own, others = (sum(c in signs for c in text) for signs in (known.own, known.others))
    return known.other if others > own else known.tag


def spoken(language: str, text: str = "") -> str:
    """The attribute that marks ``text`` of people where its language is not the page's; empty elsewhere.

    What cannot be the code of a language is left out.
    """
    from markupsafe import Markup

    found = tag(language, text)
    if found == tag(i18n.current()) or not _CODE.fullmatch(language):
        return ""
    return Markup(' lang="{}"').format(found)


def called(rule: str) -> str:
    """The name of a marker to read, in the current language."""
    from voicecoach.triage.definitions import definitions

    return definitions().name(rule)


def listed(found: Iterable[str]) -> str:
    """Texts one after the other, with the comma of the current language between them."""
    return _(", ").join(found)


def capital(found: str) -> str:
    """The text with a capital first letter and the others as they are, without a full stop."""
    return f"{found[:1].upper()}{found[1:]}".removesuffix(".").removesuffix("\u3002")


def sentence(found: str) -> str:
    """The text as a sentence: with a capital first letter, and a full stop where none is."""
    return _("{sentence}.").format(sentence=capital(found))


def day(found: str) -> str:
    """A day such as 2026-03-01, or 2026-03-01T09:30, as the current language writes it; English as it is."""
    date, _between, time = found.replace("T", " ").partition(" ")
    if i18n.current() == i18n.ENGLISH or not _DAY.fullmatch(date):
        return found.replace("T", " ")
    from babel.dates import format_date

    try:
        told = format_date(datetime.date.fromisoformat(date), "medium", locale=i18n.current())
    except ValueError:  # no such day
        told = date
    return " ".join(filter(None, (told, time)))


FILTERS = (label, called, listed, capital, sentence, day)
