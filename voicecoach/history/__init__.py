"""The history of a person's takes: recordings, analyses, self-ratings and own values, kept on this machine.

A folder holds ``history.sqlite3`` and ``recordings/``. Only this package knows what is inside; everybody else
opens a ``History`` and asks. Nothing here needs numpy until an analysis is read or written.
"""

from voicecoach.history.store import History
from voicecoach.history.types import (
    UNANSWERED,
    Forgotten,
    Person,
    Point,
    Practised,
    Problem,
    Review,
    Take,
    Utterance,
)

__all__ = [
    "UNANSWERED",
    "Forgotten",
    "History",
    "Person",
    "Point",
    "Practised",
    "Problem",
    "Review",
    "Take",
    "Utterance",
]
