"""Tables of a batch: calls.csv, findings.csv, not_analysed.csv, and Parquet of the first two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from voicecoach.batch.types import Record
from voicecoach.score import Scorecard


class Target(Protocol):
    """Where tables are written, whole or not at all; ``Store`` is one."""

    def write_text(self, name: str, pieces: Iterable[str]) -> object:
        """Write a text."""

    def write_bytes(self, name: str, pieces: Iterable[bytes]) -> object:
        """Write bytes."""


def write(
    records: Sequence[Record],
    store: Target,
    *,
    scorecard: Scorecard,
    pages: bool = True,
    parquet: bool = False,
) -> None:
    """Write the tables.

    Parameters
    ----------
    records : one for each file, those that could not be analysed among them.
    scorecard : the one the calls were judged by; its criteria are columns.
    pages : whether each call has a page, else ``report`` names its JSON.
    parquet : also calls.parquet and findings.parquet.

    Raises
    ------
    UsageError
        Parquet is asked for and pyarrow is not there.
    OutputError
        A table cannot be written.
    """
    raise NotImplementedError
