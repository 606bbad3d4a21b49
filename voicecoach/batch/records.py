"""What is kept of each recording in OUT/.voicecoach/done, one file a key: the last thing that is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from voicecoach.batch.store import Store
from voicecoach.batch.types import Record
from voicecoach.errors import DataFileError
from voicecoach.reports.json import document, parse
from voicecoach.types import Analysis

DONE = ".voicecoach/done"
CALLS = "calls"
FORMAT = 1

REPORTS = "reports"  # of facts: bytes of the reports, in the order they were written
FAILURE = "failure"  # of facts: where a recording was not analysed, which of these three it was
IN_FILE = "file"  # it lies in the recording, and would be so again
OUTSIDE = "outside"  # memory, time, rights: the next run tries again
OUTPUT = "output"  # results cannot be written; that of the next recording could not either


def slim(analysis: Analysis) -> Analysis:
    """Return an analysis without turns, events, curves and contours."""
    return replace(analysis, turns=(), events=(), curves={}, contours={})


def file_name(key: str) -> str:
    """Return the name of a record in the store."""
    return f"{DONE}/{key}.json"


def write(record: Record, store: Store) -> None:
    """Write a record: from now on its recording is done.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    entry = {
        "record": FORMAT,
        "key": record.key,
        "name": record.name,
        "relative": record.relative,
        "reason": record.reason,
        "facts": dict(record.facts),
        "analysis": document(record.analysis) if record.analysis is not None else None,
    }
    store.write_text(file_name(record.key), [json.dumps(entry, allow_nan=False) + "\n"])


def peek(raw: bytes, key: str) -> dict[str, Any] | None:
    """Return what a record holds, its analysis not looked into; None where it is damaged."""
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    whole = (
        isinstance(found, dict)
        and found.get("record") == FORMAT
        and found.get("key") == key
        and isinstance(found.get("name"), str)
        and isinstance(found.get("facts"), dict)
        and (isinstance(found.get("analysis"), dict) or bool(found.get("reason")))
    )
    return found if whole else None


def read(raw: bytes, key: str) -> Record | None:
    """Return a record; None where it is damaged."""
    found = peek(raw, key)
    if found is None:
        return None
    try:
        analysis = parse(found["analysis"], name=key) if found["analysis"] is not None else None
    except DataFileError:
        return None
    return Record(
        relative=str(found.get("relative", "")),
        name=found["name"],
        key=key,
        analysis=analysis,
        reason=str(found.get("reason", "")),
        facts=found["facts"],
    )
