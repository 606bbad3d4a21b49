"""Thresholds, answers and texts of a review: the contents of review.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, read_file

CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Answer:
    """Something a trainer can say: its name, the key for it, the words for it in a sheet."""

    name: str
    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The contents of review.yaml."""

    thresholds: Mapping[str, float]
    answers: Mapping[str, tuple[Answer, ...]]  # by kind of question
    questions: Mapping[str, str]
    advice: Mapping[str, str]


@cache
def facts() -> Facts:
    """Read review.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("review.yaml"))
    fields = file.fields(("version", "thresholds", "answers", "questions", "advice"))
    entries = {
        key: value.fields(("value", "source")) for key, value in fields["thresholds"].mapping().items()
    }
    return Facts(
        thresholds={key: value["value"].number(least=0) for key, value in entries.items()},
        answers={
            kind: tuple(_answer(name, value) for name, value in known.mapping().items())
            for kind, known in fields["answers"].mapping().items()
        },
        questions={key: value.text() for key, value in fields["questions"].mapping().items()},
        advice={key: value.text() for key, value in fields["advice"].mapping().items()},
    )


def _answer(name: str, value: Value) -> Answer:
    fields = value.fields(("key", "words"))
    return Answer(name, fields["key"].text(), fields["words"].texts())
