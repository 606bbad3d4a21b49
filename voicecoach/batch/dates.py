"""Dates of calls as people write them, into ISO 8601: 2026-03-01 or 2026-03-01T09:30[:15]."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, meant, read_file
from voicecoach.errors import UsageError
from voicecoach.i18n import fill

_PARTS = {  # of a format, as the C library and Python call them
    "Y": r"\d{4}",
    "y": r"\d\d",
    "m": r"\d\d",
    "d": r"\d\d",
    "H": r"\d\d",
    "M": r"\d\d",
    "S": r"\d\d",
    "j": r"\d{3}",
    "b": r"[A-Za-z]{3}",
}
_DAYS = ({"m", "d"}, {"b", "d"}, {"j"})  # each of these with a year is a day


def facts() -> Mapping[str, Value]:
    """Return the contents of who.yaml."""
    return _facts()


def check_format(form: str) -> None:
    """Refuse a format of dates that is none.

    Raises
    ------
    UsageError
        It has a part that is not known here, one part twice, or does not tell the day.
    """
    letters = re.findall(r"%(.?)", form, re.DOTALL)
    for letter in letters:
        if letter not in _PARTS:
            raise UsageError(
                fill(
                    "date format {form!r}: %{letter} is not read{hint}",
                    form=form,
                    letter=letter,
                    hint=meant(letter, _PARTS),
                )
            )
        if letters.count(letter) > 1:
            raise UsageError(
                fill(
                    "date format {form!r}: %{letter} stands in it twice; once is enough",
                    form=form,
                    letter=letter,
                )
            )
    if not {"Y", "y"} & set(letters) or not any(day <= set(letters) for day in _DAYS):
        raise UsageError(
            fill("date format {form!r} does not tell the day; write it as in %Y-%m-%d", form=form)
        )


def read(text: str) -> str:
    """Return a date, with its time if it has one, as ISO 8601; empty where it is in no known form.

    The time is that on the clock where it was written; an offset such as +02:00 or Z is left out.
    """
    whole = re.sub(r"(?<=\d\d:\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:Z| ?[+-]\d\d:?\d\d)?$", _seconds, text.strip())
    for end, date in starting(whole, 0):
        if end == len(whole):
            return date
    return ""


def _seconds(found: re.Match[str]) -> str:
    return f":{found[1]}" if found[1] else ""


def starting(text: str, at: int, form: str = "") -> Iterator[tuple[int, str]]:
    """Find the dates that start at a place in a text, as pairs of end and ISO 8601, the longest first.

    ``form`` is the format asked for; every known one is tried where there is none. Figures before or after it
    that go on without a break make it a number, not a date.
    """
    if at and text[at - 1].isdigit() and not form:
        return
    seen: dict[int, str] = {}
    for known in (form,) if form else _forms():
        found = _expression(known).match(text, at)
        if not found or (not form and text[found.end() : found.end() + 1].isdigit()):
            continue
        date = _date(found[0], known)
        if date:
            seen.setdefault(found.end(), date)
    yield from sorted(seen.items(), reverse=True)


def _date(text: str, form: str) -> str:
    years = _facts()["years"].mapping()
    try:
        found = datetime.strptime(text, form)
    except ValueError:
        return ""
    if not years["first"].whole() <= found.year <= years["last"].whole():
        return ""
    if "%S" in form:
        return found.isoformat(timespec="seconds")
    return found.isoformat(timespec="minutes") if "%H" in form else found.date().isoformat()


@cache
def _expression(form: str) -> re.Pattern[str]:
    pieces = re.split(r"%(.)", form, flags=re.DOTALL)
    parts = []
    for k, piece in enumerate(pieces):
        short = k % 2 and piece in "md" and pieces[k + 1]  # 1.3.2026, but not 2026113
        parts.append(r"\d\d?" if short else _PARTS[piece] if k % 2 else re.escape(piece))
    return re.compile("".join(parts), re.ASCII)


@cache
def _forms() -> tuple[str, ...]:
    return _facts()["dates"].texts()


@cache
def _facts() -> Mapping[str, Value]:
    file = read_file(Path(__file__).with_name("who.yaml"))
    facts = file.fields(("version", "dates", "years", "notes_listed"))
    facts["years"].fields(("first", "last", "source"))
    return facts
