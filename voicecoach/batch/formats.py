"""Further formats of each call of a batch, made of its JSON: for the calls of this run, and where missing.

Contours are not in the JSON, so what is made of them alone, the loudness in Amazon's, is not in these either.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from voicecoach.batch.records import CALLS
from voicecoach.batch.state import Row
from voicecoach.batch.store import Store
from voicecoach.errors import DataFileError, FormatError
from voicecoach.reports import FORMATS, render
from voicecoach.reports.html.sound import COPY
from voicecoach.reports.json import parse

ALWAYS = ("html", "json")  # made with each call anyway


def write(
    rows: Sequence[Row], store: Store, formats: Sequence[str], *, fresh: Collection[str]
) -> tuple[str, ...]:
    """Write the formats of the calls that are done; return what could not be made, in a line each.

    ``fresh`` are the keys of the calls whose formats are made anew.

    Raises
    ------
    OutputError
        A file cannot be read or written.
    """
    wanted = {name: FORMATS[name].SUFFIX for name in formats if name not in ALWAYS}
    there = store.names(CALLS) if wanted else frozenset()
    notes = []
    for row in rows:
        if not row.name or row.same_as:
            continue
        names = [n for n, suffix in wanted.items() if row.key in fresh or f"{row.name}{suffix}" not in there]
        if not names:
            continue
        try:
            document = json.loads(store.read_bytes(f"{CALLS}/{row.name}.json"))
            analysis = parse(document, name=f"{CALLS}/{row.name}.json")
        except (DataFileError, ValueError) as error:
            notes.append(f"{row.relative}: no {', '.join(names)}: {error}")
            continue
        for name in names:
            try:
                store.write_text(f"{CALLS}/{row.name}{wanted[name]}", [render(name, [analysis])])
            except FormatError as error:
                notes.append(f"{row.relative}: no {name}: {error}")
    return tuple(notes)


def suffixes() -> tuple[str, ...]:
    """The ends of the names of all reports a call may have."""
    return (*(module.SUFFIX for module in FORMATS.values()), COPY)
