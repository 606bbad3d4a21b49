"""A transcript as found in a file. Times are seconds as the file has them, None where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicecoach.types import Word


@dataclass(frozen=True, slots=True)
class Line:
    """What one speaker says in one go, as it stands in the file.

    ``speaker`` is what the file calls whoever speaks. The texts of the words, one after the other, are the
    text of the line; words are there only where the file has a time for them.
    """

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()
    no_speech_prob: float = 0.0  # a recogniser's own measures of certainty, where the file has them
    avg_logprob: float = 0.0
    compression_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a format says: lines in the order of the file, the language it names, what is odd about it."""

    lines: tuple[Line, ...]
    language: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines in order of time, from one file or from two that belong together.

    ``language`` is an ISO 639 code, or None where nothing tells; ``told`` says how it is known.
    """

    lines: tuple[Line, ...]
    paths: tuple[str, ...]
    sha256: str
    format: str
    encoding: str
    language: str | None = None
    told: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether every line has a start and an end."""
        return bool(self.lines) and all(one.start is not None and one.end is not None for one in self.lines)

    @property
    def words_timed(self) -> bool:
        """Whether every line has words with times of their own."""
        return self.timed and all(one.words for one in self.lines)

    @property
    def speakers(self) -> tuple[str, ...]:
        """What the speakers are called, in the order in which they first speak."""
        return labels(self.lines)


def labels(lines: Sequence[Line]) -> tuple[str, ...]:
    """What the speakers of some lines are called, in the order in which they first speak."""
    return tuple(dict.fromkeys(line.speaker for line in lines if line.speaker is not None))
