"""Lines that nobody said, told by the patterns of transcripts.yaml and left out."""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.transcripts.data import data
from voicecoach.transcripts.types import Line, Note

_LONGEST = 300  # characters
_SHOWN = 3  # lines that are named


def left_out(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """Lines without those that nobody said, and a sentence that names these."""
    kept: list[Line] = []
    spam: list[str] = []
    sounds = 0
    for line in lines:
        bare = line.text.strip().strip("-–—*_=~ ").strip()
        if not any(character.isalnum() for character in bare):
            sounds += bool(bare)
        elif data().sounds.fullmatch(line.text.strip()):
            sounds += 1
        elif is_spam(bare, heading=line.speaker is None and line.start is None and not kept):
            spam.append(bare)
        else:
            kept.append(line)
    notes = []
    if spam:
        notes.append(Note("left_out", {"lines": shortly(spam)}))
    if sounds:
        notes.append(Note("sounds", {"count": sounds}))
    return tuple(kept), tuple(notes)


def is_spam(text: str, *, heading: bool = False) -> bool:
    """Whether a line is one nobody said; ``heading`` tells that it stands above all others."""
    return len(text) <= _LONGEST and any(
        entry.pattern.fullmatch(text) for entry in data().spam if heading or not entry.heading
    )


def shortly(lines: Sequence[str]) -> str:
    """The first few of some lines in quotes, and how many more there are."""
    shown = ", ".join(f'"{line[:60]}{"..." if len(line) > 60 else ""}"' for line in lines[:_SHOWN])
    return f"{shown} and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else shown
