"""Syllables of a written text, by rule and exception. All rules are data of a pack (sound.yaml).

A word has as many syllables as groups of vowel letters, one more for each match of ``split`` and one
less for each match of ``silent``; words listed under ``exceptions``, or in the list of the package that
``words`` names, have the number given there. Where a script has no vowel letters, ``characters`` says how
much each kind of character counts (a Chinese character one syllable, a kana one mora, a kanji so many morae
in the mean), and ``foreign`` how much a syllable of a word in another script does. Numbers are read out by
``numbers``, signs by ``signs``, and words in capitals that nobody could pronounce letter by letter.

Where what is counted is not what is heard as a nucleus (a long vowel is two morae, but one nucleus), the
keys under ``nuclei`` take the place of those above for a second count; what matches ``drop`` is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from voicecoach.datafile import Value

PACKS = Path(__file__).parent.parent / "packs"
_TOKEN = re.compile(
    r"(?P<money>[$€£¥₽]\s?)?(?P<number>\d+(?:[.,:]\d+)*)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?P<dot>(?<=\w\w)\.(?=\w\w))|(?P<sign>[^\w\s])"
)
_ROWS = (("digits", 10), ("teens", 10), ("tens", 8), ("hundreds", 9), ("thousands", 9))


@dataclass(frozen=True, slots=True)
class Counting:
    """How to count the syllables, or morae, of a language."""

    vowels: re.Pattern[str]
    split: re.Pattern[str]
    silent: re.Pattern[str]
    exceptions: Mapping[str, int]
    characters: tuple[tuple[re.Pattern[str], float], ...]
    foreign: float
    letters: Mapping[str, int]  # syllables of a letter's name where it is not one
    spelt: re.Pattern[str]  # words said letter by letter, as written
    signs: Mapping[str, int]  # syllables of a sign that is read out, such as %
    digits: tuple[int, ...]  # of zero to nine
    teens: tuple[int, ...]  # of ten to nineteen
    tens: tuple[int, ...]  # of twenty, thirty ... ninety
    hundreds: tuple[int, ...]  # of one hundred, two hundred ... nine hundred
    thousands: tuple[int, ...]
    point: int  # of what is said for the point of a decimal or an address
    pairs: bool  # whether 1984 is read as 19 84
    glued: re.Pattern[str]  # what is written after a number without adding a syllable, such as th
    drop: re.Pattern[str] | None  # what is left out of the text
    _known: dict[str, float] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Counting:
        """Make it from the key ``syllables`` of sound.yaml."""
        numbers = data["numbers"]
        listed = {word: int(n) for n, words in data.get("exceptions", {}).items() for word in words}
        if "words" in data:
            listed = {**_listed(PACKS / data["words"]), **listed}
        rows = {name: tuple(int(n) for n in numbers[name]) for name, _ in _ROWS}
        return cls(
            vowels=re.compile(f"[{data['vowels']}]+"),
            split=_any(data.get("split", ["(?!)"])),
            silent=_any(data.get("silent", ["(?!)"])),
            exceptions=listed,
            characters=tuple((_kind(kind), float(n)) for kind, n in data.get("characters", {}).items()),
            foreign=float(data.get("foreign", 1)),
            letters={letter: int(n) for letter, n in data.get("letters", {}).items()},
            spelt=re.compile(data["spelt"]),
            signs={sign: int(n) for sign, n in data.get("signs", {}).items()},
            digits=rows["digits"],
            teens=rows["teens"],
            tens=rows["tens"],
            hundreds=rows["hundreds"],
            thousands=rows["thousands"],
            point=int(numbers["point"]),
            pairs=numbers.get("pairs", "no") in ("yes", "true"),
            glued=re.compile(numbers.get("glued", "(?!)")),
            drop=_any(data["drop"]) if "drop" in data else None,
        )

    @classmethod
    def read_nuclei(cls, data: Mapping[str, Any]) -> Counting:
        """Make from the same key how to count what is heard as a syllable nucleus."""
        return cls.read({**data, **data.get("nuclei", {})})

    def count(self, text: str) -> float:
        """Return the number of syllables of a text; not whole where kinds of characters have a mean."""
        total, number = 0.0, False
        text = unicodedata.normalize("NFKC", text)
        for found in _TOKEN.finditer(self.drop.sub(" ", text) if self.drop else text):
            token, before = found.group(), number
            number = found["number"] is not None
            if number:
                total += self._numbers(found["number"], bool(found["money"]))
                total += self.signs.get((found["money"] or "").strip(), 0)
            elif found["word"] and not (before and self.glued.fullmatch(token)):
                total += self._word(token)
            elif found["dot"]:
                total += self.point
            elif found["sign"]:
                total += self.signs.get(token, 0)
        return total

    def _word(self, token: str) -> float:
        found = self._known.get(token)
        if found is None:
            if self.spelt.fullmatch(token) and token.lower() not in self.exceptions:
                found = sum(self.letters.get(letter, 1) for letter in token.lower())
            elif self.characters:
                found = self._by_character(token)
            else:
                found = self._by_letter(token.lower().replace("’", "'"))
            if len(self._known) < 50_000:
                self._known[token] = found
        return found

    def _by_character(self, word: str) -> float:
        total = 0.0
        for kind, weight in self.characters:
            word, times = kind.subn(" ", word)
            total += weight * times
        for other in word.split():
            spelt = self.spelt.fullmatch(other)
            total += (
                sum(self.letters.get(letter, 1) for letter in other.lower())
                if spelt
                else self.foreign * self._by_letter(other.lower())
            )
        return total

    def _by_letter(self, word: str) -> int:
        if word in self.exceptions:
            return self.exceptions[word]
        if word.endswith("'s") and word[:-2] in self.exceptions:
            return self.exceptions[word[:-2]] + bool(re.search(r"(?:[sxz]|[cs]h|[cg]e|se|ze)$", word[:-2]))
        groups = (
            len(self.vowels.findall(word)) + len(self.split.findall(word)) - len(self.silent.findall(word))
        )
        return max(groups, 1)

    def _numbers(self, token: str, money: bool) -> int:
        """Return the syllables of a number with its commas, points and colons: 1,200 or 3.5 or 8:30."""
        parts = re.split(r"[.:]", token.replace(",", ""))
        clock = ":" in token
        total = sum(self._number(part) for i, part in enumerate(parts) if not (clock and i and part == "00"))
        return total + (self.point if len(parts) == 2 and not clock and not money else 0)

    def _number(self, digits: str) -> int:
        """Return the syllables of a number; a long one, or one led by zero, is read digit by digit."""
        if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
            return sum(self.digits[int(digit)] for digit in digits)
        value = int(digits)
        if value == 0:
            return self.digits[0]
        if self.pairs and value >= 1000 and value // 100 % 10:  # nineteen eighty-four
            return self._below_hundred(value // 100) + (
                self._below_hundred(value % 100) or self.hundreds[0] - self.digits[1]
            )
        total = self.thousands[value // 1000 - 1] if value >= 1000 else 0
        value %= 1000
        total += self.hundreds[value // 100 - 1] if value >= 100 else 0
        return total + self._below_hundred(value % 100)

    def _below_hundred(self, value: int) -> int:
        if value >= 20:
            return self.tens[value // 10 - 2] + (self.digits[value % 10] if value % 10 else 0)
        if value >= 10:
            return self.teens[value - 10]
        return self.digits[value] if value else 0


@cache
def _listed(path: Path) -> Mapping[str, int]:
    """Read a list of words by their number of syllables: lines of a number and words, notes after #."""
    rows = (
        line.split() for line in path.read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "")
    )
    return {word: int(row[0]) for row in rows for word in row[1:]}


def check(value: Value) -> None:
    """Check the key ``syllables`` of a sound.yaml.

    Raises:
        DataFileError: a key is missing, unknown or not what it should be, as file:line:col.
    """
    optional = ("split", "silent", "exceptions", "characters", "foreign", "letters", "signs", "words")
    fields = value.fields(("vowels", "spelt", "numbers"), (*optional, "nuclei"))
    _check(fields)
    if "nuclei" in fields:
        _check({**fields, **fields["nuclei"].fields((), (*optional, "numbers", "drop"))})


def _check(fields: Mapping[str, Value]) -> None:
    numbers = fields["numbers"].fields((*(name for name, _ in _ROWS), "point"), ("pairs", "glued"))
    patterns = [fields["spelt"]]
    rows = ("split", "silent", "drop")
    patterns += [pattern for key in rows if key in fields for pattern in fields[key].items()]
    patterns += [numbers["glued"]] if "glued" in numbers else []
    for pattern in patterns:
        try:
            re.compile(pattern.text())
        except re.error as error:
            pattern.fail(f"{pattern.content!r} is not a regular expression: {error}")
    fields["vowels"].text()
    for number, words in fields["exceptions"].mapping().items() if "exceptions" in fields else ():
        if not number.isdigit():
            fields["exceptions"].keys[number].fail(f"{number!r} should be a number of syllables")
        words.texts()
    for kind, count in fields["characters"].mapping().items() if "characters" in fields else ():
        try:
            _kind(kind)
        except re.error as error:
            fields["characters"].keys[kind].fail(f"{kind!r} is not a set of characters: {error}")
        count.number(least=0)
    for key in ("letters", "signs"):
        for count in fields[key].mapping().values() if key in fields else ():
            count.whole(least=1)
    if "foreign" in fields:
        fields["foreign"].number(least=0)
    for key, size in _ROWS:
        row = numbers[key].items()
        if len(row) != size:
            numbers[key].fail(f"{key!r} should have {size} entries, but has {len(row)}")
        for entry in row:
            entry.whole(least=1)
    numbers["point"].whole(least=1)
    if "pairs" in numbers:
        numbers["pairs"].flag()
    if "words" in fields and not (PACKS / fields["words"].text()).is_file():
        fields["words"].fail(f"there is no list of words {fields['words'].text()!r}")


def _kind(key: str) -> re.Pattern[str]:
    """Return the pattern of a kind of characters: a set of them, or a pattern in parentheses."""
    return re.compile(key if key.startswith("(") else f"[{key}]")


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
