"""Texts, numbers and dates in the language of their reader: gettext with English texts as message ids.

The language is that of the innermost ``using``, English outside of it. A new thread begins in English, so
work that makes texts is handed to it ``carried``. Translations are
``locale/LANGUAGE/LC_MESSAGES/voicecoach.po``, read by Babel when the first text of a language is wanted;
English reads nothing. A text without a translation, or of a language without a catalogue, stays English.
"""

from __future__ import annotations

import contextlib
import gettext
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from numbers import Real
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

ENGLISH = "en"
_P = ParamSpec("_P")
_T = TypeVar("_T")
DOMAIN = "voicecoach"
FOLDER = Path(__file__).with_name("locale")

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@cache
def languages() -> tuple[str, ...]:
    """Languages texts can be had in: English and those that have a catalogue, in order of the alphabet."""
    return tuple(sorted({ENGLISH, *(path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}))


def offered(language: str | None) -> str:
    """The language of ``languages`` that a tag such as "es", "zh-Hant" or "ru_RU.UTF-8" asks for, or ""."""
    first = (language or "").replace("-", "_").split("_")[0].split(".")[0].lower()
    return first if first in languages() else ""


def common(found: Iterable[str]) -> str:
    """The language that all share; where they share none, the current one."""
    languages_found = set(found)
    return languages_found.pop() if len(languages_found) == 1 else current()


def current() -> str:
    """The language texts are made in, here and now."""
    return _language.get()


@contextlib.contextmanager
def using(language: str | None) -> Iterator[None]:
    """Make texts in a language inside the block; in English where it has no catalogue."""
    before = _language.set(offered(language) or ENGLISH)
    try:
        yield
    finally:
        _language.reset(before)


def carried(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """The function, making its texts in the language of here and now, in whatever thread it runs."""
    language = current()

    def run(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with using(language):
            return function(*args, **kwargs)

    return run


def _(text: str) -> str:
    """The text in the current language; placeholders as {this} are filled by the caller, with ``format``."""
    return text if not text or current() == ENGLISH else _catalogue(current()).gettext(text)


def fill(text: str, /, **values: object) -> str:
    """The text in the current language with its placeholders filled, numbers as the language writes them."""
    return _(text).format(**values) if current() == ENGLISH else _FILLER.vformat(_(text), (), values)


def counted(one: str, many: str, /, *, n: int, **values: object) -> str:
    """The text for a count in the current language with its placeholders filled, {n} among them."""
    text = ngettext(one, many, n)
    return (
        text.format(n=n, **values) if current() == ENGLISH else _FILLER.vformat(text, (), {"n": n, **values})
    )


def ngettext(one: str, many: str, count: int) -> str:
    """The text for a count in the current language: English has two forms, others have one or three."""
    if current() == ENGLISH:
        return one if count == 1 else many
    return _catalogue(current()).ngettext(one, many, count)


def later(text: str) -> str:
    """The text as it is, marked for the catalogues; whoever shows it translates it then."""
    return text


@cache
def patterns(part: str) -> tuple[re.Pattern[str], ...]:
    """What finds in a text of any language the messages whose English holds ``part``, in lower case.

    A placeholder stands for anything.
    """
    found = []
    for language in languages():
        if language != ENGLISH:
            for message in _messages(language):
                ids = (message.id,) if isinstance(message.id, str) else message.id
                strings = (message.string,) if isinstance(message.string, str) else message.string
                if any(part in text.casefold() for text in ids):
                    found += [_pattern(text) for text in strings or () if text]
    return tuple(found)


def _pattern(text: str) -> re.Pattern[str]:
    """A translation as it stands in a text, without the name of a file it may begin with."""
    pieces = [literal for literal, *_field in Formatter().parse(text)]
    return re.compile(".*?".join(re.escape(piece) for piece in pieces).removeprefix(".*?:\\ "), re.IGNORECASE)


def number(
    value: float, digits: int | None = None, *, figures: int = 6, sign: bool = False, grouped: bool = False
) -> str:
    """A number as the current language writes it.

    Parameters
    ----------
    value : finite
    digits : after the decimal sign, also where they are zeros; with None as few as show ``figures`` figures
    sign : whether a plus stands before what is above zero
    grouped : whether thousands are set apart
    """
    kind = f".{figures}g" if digits is None else f".{digits}f"
    text = f"{value:{'+' if sign else ''}{',' if grouped else ''}{kind}}"
    return written(text)


def date(when: datetime) -> str:
    """A day where the reader is, such as "3 Jan 2026"; a time without zone is taken as it is."""
    there = when.astimezone() if when.tzinfo else when
    if current() == ENGLISH:
        return f"{there.day} {there:%b %Y}"
    from babel.dates import format_date

    return format_date(there, "medium", locale=_locale(current()))


def month(when: datetime) -> str:
    """A month where the reader is, such as "January 2026"."""
    there = when.astimezone() if when.tzinfo else when
    if current() == ENGLISH:
        return f"{there:%B %Y}"
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", there, locale=_locale(current()))


def clock(seconds: float) -> str:
    """A time in a recording as m:ss, the same in every language; parts of a second are left out."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class _Filler(Formatter):
    """Fills placeholders; a number is formatted as it says there and then written as the language does."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        text = super().format_field(value, format_spec)
        return written(text) if isinstance(value, Real) else text


_FILLER = _Filler()


def written(text: str) -> str:
    """A number as Python writes it with the signs of the current language; other points and commas, too."""
    if current() == ENGLISH:
        return text
    signs = _locale(current()).number_symbols["latn"]
    return text.translate({ord("."): signs["decimal"], ord(","): signs["group"]})


@cache
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse(language)


@cache
def _messages(language: str) -> Catalog:
    from babel.messages.pofile import read_po

    with (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _messages(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
