"""Words with times of their own, put to the text of their line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from voicecoach.types import Word


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as a file has it, with or without times."""

    text: str
    start: float | None
    end: float | None
    probability: float = 1.0
    backed: bool | None = None


def fitted(text: str, pieces: Sequence[Piece]) -> tuple[Word, ...]:
    """The words of a line; one after the other, their texts are the text.

    What stands in the text between two words, spaces before and punctuation after a word, goes with them. A
    word without times shares the time between its neighbours. None where no word has a time or the words are
    not those of the text.
    """
    said = [piece for piece in pieces if piece.text.strip()]
    if not any(piece.start is not None for piece in said):
        return ()
    cuts: list[int] = []
    at = 0
    for piece in said:
        bare = piece.text.strip()
        found = text.find(bare, at)
        if found < 0 or (found - at > 40 and cuts):
            return ()
        # what opens the word, from the last space on, is its own; what closes the word before, that one's
        gap = text[at:found]
        cuts.append(at + _cut(gap) if cuts else 0)
        at = found + len(bare)
    times = _filled(said)
    return tuple(
        Word(text[first:last], start, end, min(1.0, max(0.0, piece.probability)), piece.backed)
        for piece, first, last, (start, end) in zip(said, cuts, [*cuts[1:], len(text)], times, strict=True)
    )


def _cut(gap: str) -> int:
    """Where the text between two words is cut: before its first space, else after its punctuation."""
    return next((k for k, character in enumerate(gap) if character.isspace()), len(gap))


def _filled(pieces: Sequence[Piece]) -> list[tuple[float, float]]:
    """Times of all words; those that have none stand between their neighbours, each with the same share."""
    starts = [piece.start for piece in pieces]
    ends = [piece.end for piece in pieces]
    known = [k for k, start in enumerate(starts) if start is not None]
    found: list[tuple[float, float]] = []
    following = 0
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        while following < len(known) and known[following] <= k:
            following += 1
        ahead = known[following] if following < len(known) else None
        until = starts[ahead] if ahead is not None else None
        if start is None:
            start = found[-1][1] if found else (until or 0.0)
            left = (ahead - k + 1) if ahead is not None else 1
            end = start if until is None else start + max(0.0, until - start) / left
        elif end is None:
            end = start if until is None else max(start, until)
        found.append((start, max(start, end)))
    return found


def confidence(found: object) -> float:
    """A word's probability as a file has it; 1 where it has none."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return 1.0
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return 1.0
    return number if math.isfinite(number) and 0 <= number <= 1 else 1.0
