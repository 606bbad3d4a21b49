"""Syllables of a written text, by rule and exception. All rules are data of a pack (sound.yaml).

A word has as many syllables as groups of vowel letters, one more for each match of ``split`` and one
less for each match of ``silent``; words listed under ``exceptions`` have the number given there. Numbers
are read out by ``numbers``, and words in capitals that nobody could pronounce letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicecoach.datafile import Value

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Counting:
    """How to count the syllables of a language."""

    vowels: re.Pattern[str]
    split: re.Pattern[str]
    silent: re.Pattern[str]
    exceptions: Mapping[str, int]
    letters: Mapping[str, int]  # syllables of a letter's name where it is not one
    spelt: re.Pattern[str]  # words said letter by letter, as written
    digits: tuple[int, ...]  # of zero to nine
    teens: tuple[int, ...]  # of ten to nineteen
    tens: tuple[int, ...]  # of twenty, thirty ... ninety
    hundred: int
    thousand: int
    _known: dict[str, int] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Counting:
        """Make it from the key ``syllables`` of sound.yaml."""
        numbers = data["numbers"]

        def row(name: str) -> tuple[int, ...]:
            return tuple(int(n) for n in numbers[name])

        return cls(
            vowels=re.compile(f"[{data['vowels']}]+"),
            split=_any(data["split"]),
            silent=_any(data["silent"]),
            exceptions={word: int(n) for n, words in data["exceptions"].items() for word in words},
            letters={letter: int(n) for letter, n in data["letters"].items()},
            spelt=re.compile(data["spelt"]),
            digits=row("digits"),
            teens=row("teens"),
            tens=row("tens"),
            hundred=int(numbers["hundred"]),
            thousand=int(numbers["thousand"]),
        )

    def count(self, text: str) -> int:
        """Return the number of syllables of a text."""
        return sum(self._token(token) for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)))

    def _token(self, token: str) -> int:
        found = self._known.get(token)
        if found is None:
            if token[0].isdigit():
                found = sum(self._number(part) for part in re.split(r"[.:]", token.replace(",", "")) if part)
            elif self.spelt.fullmatch(token):
                found = sum(self.letters.get(letter, 1) for letter in token.lower())
            else:
                found = self._word(token.lower().replace("’", "'"))
            if len(self._known) < 50_000:
                self._known[token] = found
        return found

    def _word(self, word: str) -> int:
        if word in self.exceptions:
            return self.exceptions[word]
        groups = (
            len(self.vowels.findall(word)) + len(self.split.findall(word)) - len(self.silent.findall(word))
        )
        return max(groups, 1)

    def _number(self, digits: str) -> int:
        """Return the syllables of a number; a long one, or one led by zero, is read digit by digit."""
        if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
            return sum(self.digits[int(digit)] for digit in digits)
        value = int(digits)
        if value == 0:
            return self.digits[0]
        total = 0
        if value >= 1000:
            if value % 1000 >= 100 and value // 100 % 10:  # a year: nineteen eighty-four
                return self._below_hundred(value // 100) + (self._below_hundred(value % 100) or self.hundred)
            total += self.digits[value // 1000] + self.thousand
            value %= 1000
        if value >= 100:
            total += self.digits[value // 100] + self.hundred
            value %= 100
        return total + self._below_hundred(value)

    def _below_hundred(self, value: int) -> int:
        if value >= 20:
            return self.tens[value // 10 - 2] + (self.digits[value % 10] if value % 10 else 0)
        if value >= 10:
            return self.teens[value - 10]
        return self.digits[value] if value else 0


def check(value: Value) -> None:
    """Check the key ``syllables`` of a sound.yaml.

    Raises:
        DataFileError: a key is missing, unknown or not what it should be, as file:line:col.
    """
    fields = value.fields(("vowels", "split", "silent", "exceptions", "letters", "spelt", "numbers"))
    patterns = [*fields["split"].items(), *fields["silent"].items(), fields["spelt"]]
    for pattern in patterns:
        try:
            re.compile(pattern.text())
        except re.error as error:
            pattern.fail(f"{pattern.content!r} is not a regular expression: {error}")
    fields["vowels"].text()
    for number, words in fields["exceptions"].mapping().items():
        if not number.isdigit():
            fields["exceptions"].keys[number].fail(f"{number!r} should be a number of syllables")
        words.texts()
    for count in fields["letters"].mapping().values():
        count.whole(least=1)
    numbers = fields["numbers"].fields(("digits", "teens", "tens", "hundred", "thousand"))
    for key, size in (("digits", 10), ("teens", 10), ("tens", 8)):
        row = numbers[key].items()
        if len(row) != size:
            numbers[key].fail(f"{key!r} should have {size} entries, but has {len(row)}")
        for entry in row:
            entry.whole(least=1)
    for key in ("hundred", "thousand"):
        numbers[key].whole(least=1)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
