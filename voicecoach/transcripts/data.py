"""The contents of transcripts.yaml: texts, patterns and facts the readers share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicecoach.datafile import Value, read_file


@dataclass(frozen=True, slots=True)
class Spam:
    """Lines nobody said; ``heading`` ones only before the first line that somebody did."""

    pattern: re.Pattern[str]
    example: str
    heading: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """How a language is written."""

    letters: re.Pattern[str]
    often: Mapping[str, float]  # the most frequent characters, from 1 for the first down to 0.4
    encodings: tuple[str, ...]
    latin: bool


@dataclass(frozen=True, slots=True)
class Data:
    """The contents of transcripts.yaml."""

    spam: tuple[Spam, ...]
    sounds: re.Pattern[str]
    name_ends: str
    longest_name: tuple[int, int]  # characters, words
    tiers: Mapping[str, frozenset[str]]
    empty: frozenset[str]
    gap: float
    languages: Mapping[str, Letters]
    others: frozenset[str]
    misread: tuple[str, ...]
    scripts: Mapping[str, re.Pattern[str]]
    common: Mapping[str, frozenset[str]]
    enough: tuple[float, int]  # share of common words, and how many at least
    names: Mapping[str, str]
    fit: Mapping[str, float]
    texts: Mapping[str, str]


@cache
def data() -> Data:
    """Read transcripts.yaml of the package, once."""
    file = read_file(Path(__file__).with_name("transcripts.yaml")).fields(
        (
            "version",
            "spam",
            "sounds",
            "name_ends",
            "longest_name",
            "tiers",
            "empty",
            "gap",
            "languages",
            "others",
            "misread",
            "scripts",
            "common",
            "enough",
            "names",
            "fit",
            "texts",
        )
    )
    longest = file["longest_name"].fields(("characters", "words", "source"))
    enough = file["enough"].fields(("share", "words", "source"))
    tiers = file["tiers"].fields(("words", "lines", "neither"))
    return Data(
        spam=tuple(_spam(entry) for entry in file["spam"].items()),
        sounds=_pattern("|".join(entry.text() for entry in file["sounds"].items())),
        name_ends=file["name_ends"].text(),
        longest_name=(longest["characters"].whole(), longest["words"].whole()),
        tiers={name: frozenset(words.texts()) for name, words in tiers.items()},
        empty=frozenset(str(entry.content) for entry in file["empty"].items()),
        gap=_limit(file["gap"]),
        languages={code: _letters(entry) for code, entry in file["languages"].mapping().items()},
        others=frozenset(file["others"].text()),
        misread=file["misread"].texts(),
        scripts={code: _pattern(entry.text()) for code, entry in file["scripts"].mapping().items()},
        common={code: frozenset(entry.texts()) for code, entry in file["common"].mapping().items()},
        enough=(enough["share"].number(least=0, most=1), enough["words"].whole(least=1)),
        names={name: entry.text() for name, entry in file["names"].mapping().items()},
        fit={name: _limit(entry) for name, entry in file["fit"].mapping().items()},
        texts={name: entry.text() for name, entry in file["texts"].mapping().items()},
    )


def _spam(entry: Value) -> Spam:
    fields = entry.fields(("pattern", "example"), ("heading",))
    found = Spam(
        _pattern(fields["pattern"].text()),
        fields["example"].text(),
        entry.optional("heading", Value.flag, False),
    )
    if not found.pattern.fullmatch(found.example):
        fields["example"].fail(f"the pattern does not match its example {found.example!r}")
    return found


def _letters(entry: Value) -> Letters:
    fields = entry.fields(("letters", "often", "encodings"))
    letters = re.compile(f"[{fields['letters'].text()}]")
    often = fields["often"].text()
    return Letters(
        letters,
        {character: 1 - 0.6 * rank / len(often) for rank, character in enumerate(often)},
        fields["encodings"].texts(),
        latin=letters.match("a") is not None,
    )


def _limit(entry: Value) -> float:
    return entry.fields(("value", "source"))["value"].number(least=0)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
