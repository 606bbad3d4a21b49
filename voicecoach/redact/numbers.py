"""Numbers in turns, however they are said or written: words with their places, and the digits they hold.

The digits serve to count them and to know them again; "forty two" is 42, and what is an amount, a date or a
time is not among the numbers that may be masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicecoach.redact.facts import Phrase, Words, settings
from voicecoach.rules.text import MARKS, read, unspaced
from voicecoach.types import Turn

_DIGITS = re.compile(r"\d")
_UNITS = re.compile(r"(?<=\d)[^\W\d]+\Z")
_TENS, _HUNDRED, _THOUSAND = 20, 100, 1000
_CODE = 4  # letters of the name of a bank in an IBAN (ISO 13616)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn as words with their places in its text; ``sentence`` counts the sentences before each word."""

    turn: Turn
    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    sentences: Sequence[int]
    facts: Words

    def starts(self, at: int, phrases: Sequence[Phrase]) -> int:
        """The length of the phrase that stands at a word, in words; 0 where none does."""
        for phrase in phrases:
            if tuple(self.words[at : at + len(phrase)]) == phrase:
                return len(phrase)
        return 0

    def ends(self, at: int, phrases: Sequence[Phrase]) -> bool:
        """Whether a phrase stands right before a word."""
        return any(len(p) <= at and tuple(self.words[at - len(p) : at]) == p for p in phrases)

    def capitals(self, at: int) -> bool:
        """Whether a word is a few capitals, as within an IBAN."""
        start, end = self.spans[at]
        return end - start <= _CODE and self.turn.text[start:end].isupper()

    def length(self, start: int, end: int) -> float:
        """Words from one to another; a character of a script without spaces is half a word."""
        return sum(0.5 if unspaced(word) else 1.0 for word in self.words[start:end])


@dataclass(frozen=True, slots=True)
class Chunk:
    """Words that are one number or several in a row; ``stays`` is why it is not masked, or empty."""

    turn: int
    start: int  # place of its first word, and
    end: int  # after its last
    digits: str
    stays: str


def spoken(turn: Turn, facts: Words) -> Spoken:
    """The words of a turn."""
    text = read(turn.text, facts.spelling)
    words, spans, sentences, sentence = [], [], [], 0
    for word, span in zip(text.stream, text.spans, strict=True):
        if word in MARKS:
            sentence += 1
            continue
        words.append(word)
        spans.append(span)
        sentences.append(sentence)
    return Spoken(turn, words, spans, sentences, facts)


def chunks(index: int, said: Spoken, taken: Sequence[bool]) -> Iterator[Chunk]:
    """The numbers of a turn but those whose words are taken."""
    kept = [match.span() for pattern in settings().stays for match in pattern.finditer(said.turn.text)]
    at = 0
    while at < len(said.words):
        if taken[at] or not _number(said, at):
            at += 1
            continue
        start, end = at, at
        while at < len(said.words) and not taken[at]:
            if (length := _number(said, at)) and not (
                at > start and _kept(said, at, kept) != _kept(said, at - 1, kept)
            ):
                at = end = at + length
            elif said.words[at] in said.facts.numbers.links and at > start:
                at += 1
            else:
                break
        at = end
        digits, large = _digits(said, start, end)
        yield Chunk(index, start, end, digits, _stays(said, start, end, digits, large, kept))


def _kept(said: Spoken, at: int, kept: Sequence[tuple[int, int]]) -> bool:
    first, last = said.spans[at]
    return any(start < last and first < end for start, end in kept)


def _number(said: Spoken, at: int) -> int:
    """How many words a number takes that begins at a word; 0 where none does."""
    word, facts = said.words[at], said.facts
    if any(c.isdecimal() for c in word) or word in facts.numbers.scales:
        return 1
    if word in facts.numbers.repeats and at + 1 < len(said.words):
        return 1 if _number(said, at + 1) else 0
    return said.starts(at, facts.spoken.get(word, ()))


def _digits(said: Spoken, start: int, end: int) -> tuple[str, bool]:
    """The digits of a number, and whether it counts in thousands."""
    numbers, parts, large, again, at = said.facts.numbers, [""], False, 1, start
    last = 0  # the value of the words before, where a smaller one adds to it
    while at < end:
        word = said.words[at]
        length = max(_number(said, at), 1)
        if word in numbers.repeats:
            again, last = numbers.repeats[word], 0
        elif word in numbers.scales:
            scale = numbers.scales[word]
            large = large or scale >= _THOUSAND
            parts.append(str(scale)[1:] if parts[-1] else str(scale))
            last = 0
        elif any(c.isdecimal() for c in word):
            parts.append("".join(_DIGITS.findall(word)) * again)
            again, last = 1, 0
        else:
            value = said.facts.digits.get(tuple(said.words[at : at + length]))
            if value is not None:
                text = str(value)
                room = len(str(last)) - len(str(last).rstrip("0"))
                if last >= _TENS and 0 < value < 10**room:
                    parts[-1] = str(last + value)
                    last += value
                else:
                    parts.append(text * again)
                    last = value
                again = 1
        at += length
    return "".join(parts), large


def _stays(
    said: Spoken, start: int, end: int, digits: str, large: bool, kept: Sequence[tuple[int, int]]
) -> str:
    facts, most = said.facts, settings().limits["counted_most"]
    if _kept(said, start, kept):
        return "written"
    if large:
        return "amount"
    if len(digits) > most:
        return ""
    near = (*said.words[max(start - 2, 0) : start], *said.words[end : end + 2])
    if any(word in facts.numbers.months for word in near):
        return "date"
    unit = _UNITS.search(said.words[end - 1])
    if said.starts(end, facts.counted) or (unit and (unit.group(),) in facts.counted):
        return "amount"
    if len(digits) == 4 and _YEAR.fullmatch(digits) and said.ends(start, facts.before):
        return "year"
    return ""
