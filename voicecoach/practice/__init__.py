"""Practice: a call with a caller who is not there, and what its answers held.

``call`` goes through a scenario and records it; ``rehearsal`` keeps a take in the history and judges it by
``outcome``, with ``answers``, ``wording`` and ``recovery``; ``rating`` is the agent's own view; ``lots``
draws what comes next.
"""

from __future__ import annotations

from voicecoach.practice.call import (
    AGAIN,
    ALL_SAID,
    BROKEN_OFF,
    DONE,
    INTERRUPTED,
    STOP,
    STOP_WORD,
    STOPPED,
    Loudspeaker,
    Microphone,
    Now,
    Played,
    PlayedLine,
    PracticeSettings,
    Samples,
    StopHeard,
    Ui,
    document,
    parse,
    run,
    settings,
    sounds,
)

__all__ = [
    "AGAIN",
    "ALL_SAID",
    "BROKEN_OFF",
    "DONE",
    "INTERRUPTED",
    "STOP",
    "STOPPED",
    "STOP_WORD",
    "Loudspeaker",
    "Microphone",
    "Now",
    "Played",
    "PlayedLine",
    "PracticeSettings",
    "Samples",
    "StopHeard",
    "Ui",
    "document",
    "parse",
    "run",
    "settings",
    "sounds",
]
