"""Numbers, times, dates and spelt words in one form, whichever way they are said or written.

"double two seven", "2-2-7" and "two twenty seven" are 227; "half past three" and "3:30" are 330; "£24.99" and
"24 pounds 99" are 2499; "the tenth of May" and "May 10th" are 105 (day, month); "V-I-O-L-A", "v i o l a" and
"V for Victor, I for India ..." are viola; "treinta y dos" and 三十二 are 32. What the words are in a language
is told by ``numbers`` in its language.yaml. Characters of a script without spaces are words of their own; a
number that is written with several of them (ゼロ) is read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.text import unspaced

TABLES = ("values", "scales", "ordinals", "months", "repeats", "parts_of_an_hour", "nth_hour")
LISTS = (
    "past",
    "to",
    "of",
    "amounts",
    "links",
    "suffixes",
    "stands_for",
    "tens_and_units",
    "hour_and",
    "hour_less",
    "less",
    "the_hour",
)
OTHERS = ("letters", "short_tens")
SPELT = 3  # letters that make a spelt word
_DIGIT = re.compile(r"\d")
_WHOLE = re.compile(r"[.:]00$")  # "3:00" is three


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers and letters said in a row: their signs, and which of the words they are."""

    signs: str
    places: range

    @property
    def spelt(self) -> bool:
        """Whether the run spells a word."""
        return len(self.signs) >= SPELT and self.signs.isalpha()


@dataclass(frozen=True, slots=True)
class _Sign:
    signs: str
    after: int  # the place after its last word
    weak: bool = False  # only a sign beside others: "a", "I", "oh", "Charlie"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The words of a language for numbers, all lower case; packs/README.md says what each table holds."""

    values: Mapping[str, int]
    scales: Mapping[str, int]
    ordinals: Mapping[str, int]
    months: Mapping[str, int]
    repeats: Mapping[str, int]
    parts: Mapping[str, int]
    letters: Mapping[str, str]
    past: frozenset[str]
    to: frozenset[str]
    of: frozenset[str]
    amounts: frozenset[str]
    links: frozenset[str]
    suffixes: frozenset[str]
    stands_for: frozenset[str]
    nth_hour: Mapping[str, int]
    tens_and_units: frozenset[str]
    hour_and: frozenset[str]
    hour_less: frozenset[str]
    less: frozenset[str]
    the_hour: frozenset[str]
    short_tens: bool
    words: frozenset[str]  # which a number can begin with
    written: Mapping[str, tuple[tuple[str, ...], ...]]  # first character -> numbers of several characters
    common: frozenset[str]  # which are also other words

    def says(self, word: str) -> bool:
        """Whether a word is a number."""
        return word in self.values or word in self.scales or word in self.repeats or word[0].isdecimal()

    def runs(self, words: Sequence[str]) -> Iterator[Run]:
        """The numbers and spelt words among the words, in order.

        A word that is also common ("a", "oh") or the name of a letter is none of them on its own.
        """
        if not self.written or self.written.keys().isdisjoint(words):
            yield from self._runs(words)
            return
        joined, starts = self._joined(words)
        for run in self._runs(joined):
            yield Run(run.signs, range(starts[run.places.start], starts[run.places.stop]))

    def _joined(self, words: Sequence[str]) -> tuple[list[str], list[int]]:
        """The words with those that make one number together joined, and where each began."""
        joined: list[str] = []
        starts: list[int] = []
        at = 0
        while at < len(words):
            longest = 1
            for characters in self.written.get(words[at], ()):
                if len(characters) > longest and tuple(words[at : at + len(characters)]) == characters:
                    longest = len(characters)
            joined.append("".join(words[at : at + longest]))
            starts.append(at)
            at += longest
        return joined, [*starts, len(words)]

    def _runs(self, words: Sequence[str]) -> Iterator[Run]:
        begins = [self._may_begin(word) for word in words]
        at = 0 if True in begins else len(words)
        while at < len(words):
            goes_on = at + 1 < len(words) and (begins[at + 1] or words[at + 1] in self.stands_for)
            if not begins[at] or (words[at] in self.common and not goes_on):  # most of all "I" and "a"
                at += 1
                continue
            first, signs = at, []
            while (sign := self._sign(words, at)) is not None:
                signs.append(sign)
                at = self._past_amount(words, sign.after)
            while signs and signs[0].weak and not _alike(signs[:2]):
                first = signs.pop(0).after  # "a two bedroom flat"
            while signs and signs[-1].weak and not _alike(signs[-2:]):
                signs.pop()  # "six a day"
            spelt = all(sign.signs.isalpha() for sign in signs)
            if signs and not (spelt and len(signs) < SPELT and all(sign.weak for sign in signs)):
                said = "".join("0" if sign.signs == "o" and not spelt else sign.signs for sign in signs)
                yield Run(said, range(first, max(self._past_amount(words, signs[-1].after), first + 1)))
            at = max(at, first + 1)

    def _may_begin(self, word: str) -> bool:
        return word in self.words or _letter(word) or (not word.isalpha() and bool(_DIGIT.search(word)))

    def _past_amount(self, words: Sequence[str], at: int) -> int:
        """The place after "pounds", "p m" and, before another number, "point"."""
        while at < len(words) and (words[at] in self.amounts or "".join(words[at : at + 2]) in self.amounts):
            at += 1 if words[at] in self.amounts else 2
        if at + 1 < len(words) and words[at] in self.links and self._may_begin(words[at + 1]):
            # "dos o tres", but "c o n d e" is spelt
            return at + (len(words[at]) > 1 or self.says(words[at + 1]))
        return at

    def _sign(self, words: Sequence[str], at: int) -> _Sign | None:
        if at >= len(words) or not self._may_begin(words[at]):
            return None
        if words[at] in self.repeats:
            if at + 1 < len(words) and words[at + 1] in self.repeats:  # "double double": not a number
                return None
            again = self._sign(words, at + 1)
            if again is None or len(again.signs) != 1:
                return None
            return _Sign(again.signs * self.repeats[words[at]], again.after)
        kinds = (self._clock, self._date, self._units, self._number, self._letter)
        spelt = _letter(words[at]) and words[at] not in self.words
        for kind in kinds[3:] if spelt else kinds:
            if (found := kind(words, at)) is not None:
                return found
        return None

    def _small(self, words: Sequence[str], at: int) -> tuple[int, int] | None:
        """A number below a hundred, and the place after it."""
        if at >= len(words):
            return None
        if words[at].isdecimal() and len(words[at]) < 3:
            return int(words[at]), at + 1
        value = self.values.get(words[at], 100)
        if value >= 100:
            return None
        if value < 20 or at + 1 >= len(words):
            return value, at + 1
        after = at + 1 + (words[at + 1] in self.tens_and_units and at + 2 < len(words))
        unit = self.values.get(words[after], 0)
        return (value + unit, after + 1) if 0 < unit < 10 and not value % 10 else (value, at + 1)

    def _clock(self, words: Sequence[str], at: int) -> _Sign | None:
        """Half past three, ten to four; tres y media, cuatro menos diez, 三点半."""
        found = self._hour_first(words, at) or self._hour_last(words, at)
        if found is not None:
            return found
        part = self.parts.get(words[at])
        minutes, after = (part, at + 1) if part else self._small(words, at) or (0, at)
        if not minutes or minutes % 5 or minutes > 30 or after >= len(words):
            return None
        hour = self._small(
            words, after + 1 + (words[after + 1 : after + 2] != [] and words[after + 1] in self.the_hour)
        )
        if hour is None or not 1 <= hour[0] <= 12:
            return None
        if words[after] in self.past:
            return _Sign(f"{hour[0]}{minutes:02d}", hour[1])
        return _Sign(f"{hour[0] - 1 or 12}{60 - minutes}", hour[1]) if words[after] in self.to else None

    def _hour_first(self, words: Sequence[str], at: int) -> _Sign | None:
        """Tres y media, cuatro menos cuarto, 三点十五."""
        hour = self._hour(words, at) if self.hour_and or self.hour_less else None
        if hour is None or hour[1] + 1 >= len(words):
            return None
        between, after = words[hour[1]], hour[1] + 1
        minutes = self._minutes(words, after)
        if minutes is None:
            return None
        said = words[after] in self.parts or minutes[0] >= 10 or self.values.get(words[after]) == 0
        said = said or (minutes[1] < len(words) and words[minutes[1]] in self.amounts)
        if between in self.hour_and and said and minutes[0] < 60:
            return _Sign(f"{hour[0]}{minutes[0]:02d}", minutes[1])
        if between in self.hour_less and 0 < minutes[0] <= 30:
            return _Sign(f"{hour[0] - 1 or 12}{60 - minutes[0]}", minutes[1])
        return None

    def _hour_last(self, words: Sequence[str], at: int) -> _Sign | None:
        """Без десяти три, половина третьего: minutes before an hour, or into the hour of that number."""
        if not self.less and not self.nth_hour:
            return None
        short = words[at] in self.less
        minutes = self._minutes(words, at + short)
        if minutes is None or not 0 < minutes[0] <= 30 + 29 * (not short):
            return None
        after = minutes[1] + (minutes[1] < len(words) and words[minutes[1]] in self.amounts)
        if short:
            hour = self._hour(words, after)
            return _Sign(f"{hour[0] - 1 or 12}{60 - minutes[0]}", hour[1]) if hour else None
        if after == minutes[1] and words[at] not in self.parts and minutes[0] in (20, 30):
            return None  # двадцать второго: the twenty-second
        nth = self.nth_hour.get(words[after]) if after < len(words) else None
        return _Sign(f"{nth - 1 or 12}{minutes[0]:02d}", after + 1) if nth else None

    def _hour(self, words: Sequence[str], at: int) -> tuple[int, int] | None:
        found = self._counted(words, at)
        return found if found and 1 <= found[0] <= 24 else None

    def _minutes(self, words: Sequence[str], at: int) -> tuple[int, int] | None:
        if at < len(words) and words[at] in self.parts:
            return self.parts[words[at]], at + 1
        if at + 1 < len(words) and self.values.get(words[at]) == 0:  # 十点零五分
            return self._counted(words, at + 1)
        return self._counted(words, at)

    def _counted(self, words: Sequence[str], at: int) -> tuple[int, int] | None:
        """A number below a hundred, written with units (十二) or without."""
        sign = self._units(words, at)
        if sign is not None and len(sign.signs) < 3:
            return int(sign.signs), sign.after
        return self._small(words, at)

    def _date(self, words: Sequence[str], at: int) -> _Sign | None:
        """May 10th, the tenth of May: day and month."""
        month = self.months.get(words[at])
        if month is not None:
            day = self._day(words, at + 1 + (words[at + 1 : at + 2] != [] and words[at + 1] in self.of))
            return _Sign(f"{day[0]}{month}", day[1]) if day else None
        day = self._day(words, at)
        if day is None:
            return None
        after = day[1] + (day[1] < len(words) and words[day[1]] in self.of)
        month = self.months.get(words[after]) if after < len(words) else None
        return _Sign(f"{day[0]}{month}", after + 1) if month is not None else None

    def _day(self, words: Sequence[str], at: int) -> tuple[int, int] | None:
        if at >= len(words):
            return None
        if words[at] in self.ordinals:
            return self.ordinals[words[at]], at + 1
        tens = self.values.get(words[at], 0)
        if tens >= 20 and at + 1 < len(words) and words[at + 1] in self.ordinals:
            return tens + self.ordinals[words[at + 1]], at + 2
        digits = self._digits(words[at])
        small = (int(digits), at + 1) if _small_enough(digits) else self._small(words, at)
        return small if small and 1 <= small[0] <= 31 else None

    @property
    def _counts_tens(self) -> bool:
        return 10 in self.scales.values()

    def _units(self, words: Sequence[str], at: int) -> _Sign | None:
        """A number written with units from ten on: 三十二, 百五, 两千零五十, 3万5千."""
        if not self._counts_tens:
            return None
        first, total, section, digit, last = at, 0, 0, -1, 0
        while at < len(words):
            word = words[at]
            value = int(word) if _small_enough(word) else self.values.get(word, -1)
            unit = self.scales.get(word, 0)
            if unit >= 10_000 and (section or digit > 0):
                total, section, digit = total + (section + max(digit, 0)) * unit, 0, -1
            elif (
                unit
                and unit < 10_000
                and (digit or not section)
                and (digit >= 0 or unit == 10 or at == first)
            ):
                section, digit = section + (digit if digit >= 0 else 1) * unit, -1
            elif value == 0 and (section or total) and digit < 0:
                unit = 0
            elif value >= 0 and digit < 0 and (value < 10 or at == first):
                digit = value
            else:
                break
            last = unit or (1 if value == 0 else last)
            at += 1
        if not last or (section or total) == 0:
            return None
        if self.values.get(words[at - 1]) == 0:
            at -= 1
        if digit > 0:
            short = self.short_tens and last >= 100 and words[at - 2] in self.scales
            total += digit * (last // 10 if short else 1)
        return _Sign(str(total + section), at, weak=at == first + 1 and words[first] in self.common)

    def _number(self, words: Sequence[str], at: int) -> _Sign | None:
        digits = self._digits(words[at])
        scale = self.scales.get(words[at + 1], 0) if at + 1 < len(words) else 0
        if digits and not (scale and _small_enough(digits)):
            return _Sign(digits, at + 1)
        total = 0
        group = self._below_thousand(words, at)
        if group is None:
            return None
        while group is not None:
            value, after = group
            scale = self.scales.get(words[after], 0) if after < len(words) else 0
            total += value * (scale or 1)
            after += bool(scale)
            group = self._below_thousand(words, self._linked(words, after), scale) if scale else None
        return _Sign(str(total), after, weak=after == at + 1 and words[at] in self.common)

    def _below_thousand(self, words: Sequence[str], at: int, most: int = 10**9) -> tuple[int, int] | None:
        """Two hundred and five; a hundred. Without "and", a single digit begins a number of its own."""
        if at >= len(words):
            return None
        following = words[at + 1] if at + 1 < len(words) else ""
        if self._counts_tens and words[at] in self.scales:  # 万 alone is no number
            return None
        if words[at] in self.scales or (len(words[at]) == 1 and following in self.scales):
            value, after = 1, at + (words[at] not in self.scales)
        elif _small_enough(words[at]):
            value, after = int(words[at]), at + 1
        elif (small := self._small(words, at)) is not None:
            value, after = small
        elif words[at] in self.values:  # doscientos cinco, двести пять
            value, after = self.values[words[at]], at + 1
            rest = self._small(words, self._linked(words, after)) if value % 100 == 0 else None
            value, after = (value + rest[0], rest[1]) if rest and rest[0] else (value, after)
        else:
            return None
        if after < len(words) and self.scales.get(words[after]) == 100:
            value, after = value * 100, after + 1
            linked = self._linked(words, after)
            rest = self._small(words, linked)
            if rest is not None and (linked > after or rest[0] >= 10):
                value, after = value + rest[0], rest[1]
        return (value, after) if value < most else None

    def _linked(self, words: Sequence[str], at: int) -> int:
        return at + (at < len(words) and words[at] in self.links)

    def _digits(self, word: str) -> str:
        """The signs of a word with digits in it, such as 24.99, 10th or sw1a; else nothing."""
        if word.isdecimal():
            return word
        if not any(character.isdecimal() for character in word):
            return ""
        number = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        if word[len(number) :] in self.suffixes:
            word = number
        return "".join(filter(str.isalnum, _WHOLE.sub("", word)))

    def _letter(self, words: Sequence[str], at: int) -> _Sign | None:
        word = words[at]
        if word in self.letters:
            return _Sign(self.letters[word], at + 1, weak=True)
        if not _letter(word):
            return None
        after = at + 1
        while after < len(words) and words[after] in self.stands_for:
            after += 1
        if at + 1 < after < len(words) and words[after][0] == word:
            return _Sign(word, after + 1)
        return _Sign(word, at + 1, weak=word in self.common)


def _letter(word: str) -> bool:
    return len(word) == 1 and word.isalpha() and not unspaced(word)


def _small_enough(word: str) -> bool:
    """Whether a word is digits that count something, not a number of a hundred digits."""
    return word.isdecimal() and len(word) < 10


def _alike(signs: Sequence[_Sign]) -> bool:
    """Whether these are two signs of one kind, letters or digits."""
    return len(signs) == 2 and signs[0].signs.isalpha() == signs[1].signs.isalpha()


def read_numbers(fields: Mapping[str, Value], common: frozenset[str]) -> Numbers:
    """Make the numbers of a language from their tables."""
    tables = {
        name: {word: value.whole(least=0, most=10**9) for word, value in fields[name].mapping().items()}
        if name in fields
        else {}
        for name in TABLES
    }
    lists = {name: frozenset(fields[name].texts()) if name in fields else frozenset() for name in LISTS}
    letters = (
        {word: value.text() for word, value in fields["letters"].mapping().items()}
        if "letters" in fields
        else {}
    )
    words = frozenset().union(letters, lists["less"], *tables.values())
    written: dict[str, tuple[tuple[str, ...], ...]] = {}
    for word in words:
        if len(word) > 1 and all(map(unspaced, word)):
            written[word[0]] = (*written.get(word[0], ()), tuple(word))
    return Numbers(
        values=tables["values"],
        scales=tables["scales"],
        ordinals=tables["ordinals"],
        months=tables["months"],
        repeats=tables["repeats"],
        parts=tables["parts_of_an_hour"],
        letters=letters,
        nth_hour=tables["nth_hour"],
        past=lists["past"],
        to=lists["to"],
        of=lists["of"],
        amounts=lists["amounts"],
        links=lists["links"],
        suffixes=lists["suffixes"],
        stands_for=lists["stands_for"],
        tens_and_units=lists["tens_and_units"],
        hour_and=lists["hour_and"],
        hour_less=lists["hour_less"],
        less=lists["less"],
        the_hour=lists["the_hour"],
        short_tens="short_tens" in fields and fields["short_tens"].flag(),
        words=words,
        written=written,
        common=common,
    )
