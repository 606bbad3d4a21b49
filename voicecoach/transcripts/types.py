"""A transcript as found in a file. Times are seconds as the file has them, None where it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from voicecoach.i18n import fill
from voicecoach.transcripts.data import data
from voicecoach.types import Word

WORDS, LINES, STARTS, NONE = "words", "lines", "starts", "none"


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd about a file: the name of a text of transcripts.yaml and what it is filled with."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The note in the current language."""
        return fill(data().texts[self.text], **self.values)


@dataclass(frozen=True, slots=True)
class Line:
    """What one speaker says in one go, as it stands in the file.

    ``speaker`` is what the file calls whoever speaks. The texts of the words, one after the other, are the
    text of the line; words are there only where the file has a time for them. ``language`` is an ISO 639
    code where the file says that of the line, in a ``Transcript`` only where it is another than its own.
    """

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()
    no_speech_prob: float = 0.0  # a recogniser's own measures of certainty, where the file has them
    avg_logprob: float = 0.0
    compression_ratio: float = 1.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a format says: lines in the order of the file, the language it names, what is odd about it."""

    lines: tuple[Line, ...]
    language: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines in order of time, from one file or from two that belong together.

    ``language`` is an ISO 639 code, or None where nothing tells; ``told`` names the text that says how it is
    known; ``timing`` is what has times: "words", "lines", only their "starts", or "none".
    """

    lines: tuple[Line, ...]
    paths: tuple[str, ...]
    sha256: str
    format: str
    encoding: str
    language: str | None = None
    told: str = ""
    timing: str = NONE
    notes: tuple[Note, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the file and what was done about it, a sentence each, in the current language."""
        return tuple(note.said for note in self.notes)

    @property
    def speakers(self) -> tuple[str, ...]:
        """What the speakers are called, in the order in which they first speak."""
        return labels(self.lines)


def labels(lines: Sequence[Line]) -> tuple[str, ...]:
    """What the speakers of some lines are called, in the order in which they first speak."""
    return tuple(dict.fromkeys(line.speaker for line in lines if line.speaker is not None))
