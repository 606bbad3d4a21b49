"""The trainer's page: what to hear of many calls, with filters. One self-contained HTML text."""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.batch.types import Record


def trainer_page(records: Sequence[Record], *, seed: int = 0, interrupted: bool = False) -> str:
    """The page OUT/index.html, which links to ``calls/NAME.html`` and the tables beside it.

    ``records`` are all recordings of the batch; one that could not be analysed, or was lost with its worker,
    has no analysis and a reason. ``seed`` draws the sample; ``interrupted`` says that the batch is not done.
    """
    raise NotImplementedError
