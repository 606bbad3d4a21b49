"""What was said, as the rules see it: words with their places in the given text.

Text is normalised once, here: NFKC, one kind of apostrophe, case folded, characters folded that the language
writes in more than one way (traditional and simplified, with and without accents), known spellings joined.
Places are character offsets into the text as given, so that a finding can be shown in the words of the
transcript.

Words stand in a stream between marks: "^" opens a sentence, "?" ends a question, "$" ends any other
sentence. "Sorry? I see." is ``^ sorry ? ^ i see $``. A character of a script without spaces between
words is a word; spellings and fillers of such a script may be several characters long, and sentences may end
without a mark (Endings).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from voicecoach.rules.stems import Stem, unchanged
from voicecoach.spacing import UNSPACED

OPEN, ASK, END = "^", "?", "$"
MARKS = frozenset((OPEN, ASK, END))
_MOST_ACCENTS = 30  # on one letter; more are not read (as in the Stream-Safe Text Format of Unicode, UAX #15)
_LONGEST_NUMBER = 100  # characters
_LONGEST_ENDING = 30  # characters

_VOICED = "\uff9e\uff9f"  # marks behind half-width kana
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4`", "'"))
_REST = (
    r"|(?P<number>(?<=\d)[.,:](?=\d))"
    r"|(?P<dots>\.\.+)"
    r"|(?P<end>[.!?。！？;؟\n]+)"
)
_LETTER = rf"(?![{UNSPACED}])[^\W_]"
# A word broken off stands before a space, or before the word itself ("ye- you", "y-you").
_PIECES = (
    rf"(?P<character>[{UNSPACED}])"
    rf"|(?P<broken>(?:{_LETTER})+-(?=\s|$)|(?<!\w)(?P<begun>(?:{_LETTER}){{1,3}})-(?=(?P=begun){_LETTER}))"
    rf"|(?P<word>(?:{_LETTER})+(?:'(?:{_LETTER})+)*){_REST}"
)
_PIECE = re.compile(_PIECES)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_ASCII_PIECE = re.compile(
    rf"(?P<broken>[a-z0-9]+-(?=\s|$)|(?<!\w)(?P<begun>[a-z]{{1,3}})-(?=(?P=begun)[a-z]))"
    rf"|(?P<word>[a-z0-9]+(?:'[a-z0-9]+)*){_REST}"
)
_LETTERS = re.compile(r"(?<!\w)\w(?=-)|(?<=-)\w(?!\w)")  # alone, joined by a hyphen
_SIMPLE = re.compile(r"[a-z0-9' ,.?!\-]*\Z")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language writes words: facts from language.yaml.

    ``same`` maps a spelling to the words it stands for (one or more), ``skipped`` are words that count
    as not said (fillers), but not in front of one of ``kept_before`` ("uh" in "uh huh"); after
    ``abbreviations`` a full stop ends no sentence; ``fold`` is what a character is read as, by its code;
    ``stem`` gives a word without its ending. ``accents`` are letters whose accent a recogniser may leave out,
    by their code, and the letter without it; the words ``accented`` are other words without theirs.
    """

    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    kept_before: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    fold: Mapping[int, str] = field(default_factory=dict)
    stem: Stem = unchanged
    accents: Mapping[int, str] = field(default_factory=dict)
    accented: frozenset[str] = frozenset()
    endings: Endings | None = None
    tails: re.Pattern[str] | None = None
    pieces: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = [key for key in (*self.same, *self.skipped) if len(key) > 1 and unspaced(key)]
        written = "|".join(re.escape(key) for key in sorted(known, key=len, reverse=True))
        pieces = re.compile(f"(?P<known>{written})|{_PIECES}") if written else _PIECE
        object.__setattr__(self, "pieces", pieces)


@dataclass(frozen=True, slots=True)
class Endings:
    """How sentences end in a language whose transcripts may have no marks: facts from language.yaml.

    ``ends`` close a sentence, with one of ``tails`` behind them or none, unless one of ``goes_on`` follows;
    not at the end of the words ``never``. What ends so with a tail of ``asks``, or with one of ``questions``,
    is a question whatever mark follows.
    """

    ends: tuple[str, ...]
    tails: tuple[str, ...] = ()
    goes_on: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    closed: re.Pattern[str] = field(init=False, repr=False, compare=False)
    asked: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ends, tails, on, asks, questions, never = (
            "|".join(re.escape(each) for each in sorted(list_, key=len, reverse=True)) or "(?!)"
            for list_ in (
                self.ends,
                self.tails,
                (*self.goes_on, *self.tails),
                self.asks,
                self.questions,
                self.never,
            )
        )
        object.__setattr__(self, "closed", re.compile(f"(?:{never})|(?P<end>(?:{ends})(?:{tails})?(?!{on}))"))
        object.__setattr__(self, "asked", re.compile(f"(?:(?:{ends})(?:{asks})|{questions})\\Z"))

    def places(self, text: str) -> frozenset[int]:
        """Where sentences end, as offsets into a normalised text."""
        return frozenset(match.end("end") for match in self.closed.finditer(text))

    def asks_at(self, text: str, end: int) -> bool:
        """Whether the words before an offset ask."""
        return self.asked.search(text, max(end - _LONGEST_ENDING, 0), end) is not None


@dataclass(frozen=True, slots=True)
class Text:
    """A text as a stream of words and marks; ``spans`` are (start, end) offsets into ``given``."""

    given: str
    stream: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    tails: re.Pattern[str] | None = None  # of the Spelling

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the given text of stream[start:end], marks at either side left out.

        Where words have no spaces between them, the end is that of the word: what ``tails`` finds there
        is taken in, so that nothing is quoted with half a verb.
        """
        while start < end - 1 and self.stream[start] in MARKS:
            start += 1
        while end - 1 > start and self.stream[end - 1] in MARKS:
            end -= 1
        first, last = self.spans[start][0], self.spans[end - 1][1]
        if self.tails is not None and self.stream[end - 1] not in MARKS:
            mark = next(at for at in range(end, len(self.stream)) if self.stream[at] in MARKS)
            tail = self.tails.match(self.given, last, self.spans[mark][0])
            last = tail.end() if tail else last
        return first, last


def unspaced(word: str) -> bool:
    """Whether a word begins with a character of a script without spaces between words."""
    return _UNSPACED.match(word) is not None


def normalise(text: str, fold: Mapping[int, str] | None = None) -> tuple[str, list[int] | None]:
    """Normalised text, and for each of its characters (and one past them) the offset in the text as given.

    ``fold`` is that of a Spelling. The offsets are None where every character stays at its place.
    """
    lowered = text.lower()
    if _SIMPLE.match(lowered):
        return lowered, None
    if text.isascii():
        return lowered.translate(_APOSTROPHES), None
    out: list[str] = []
    offsets: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and (text[end] in _VOICED or unicodedata.combining(text[end])):
            end += 1
        letter = text[at : min(end, at + 1 + _MOST_ACCENTS)]
        piece = unicodedata.normalize("NFKC", letter.translate(_APOSTROPHES)).casefold()
        piece = unicodedata.normalize("NFKC", piece).translate(_APOSTROPHES)
        piece = piece.translate(fold) if fold else piece
        out.append(piece)
        offsets.extend([at] * len(piece))
        at = end
    offsets.append(len(text))
    return "".join(out), offsets


def read(given: str, spelling: Spelling) -> Text:
    """The stream of a text."""
    text, offsets = normalise(given, spelling.fold)
    stream: list[str] = [OPEN]
    spans: list[tuple[int, int]] = [(0, 0)]
    pattern = _ASCII_PIECE if text.isascii() else spelling.pieces
    endings = spelling.endings
    places = endings.places(text) if endings else frozenset()
    said = 0  # where the last word ends
    joined = False  # a number goes on: 3.5 is one word
    skipped, same = spelling.skipped, spelling.same
    for match in pattern.finditer(text):
        kind = match.lastgroup
        start, end = match.span()
        piece = text[start:end]
        if kind in ("word", "character", "known"):
            if said in places and stream[-1] not in MARKS and endings is not None:
                stream.append(ASK if endings.asks_at(text, said) else END)
                spans.append((said, said))
            if piece in skipped:
                following = pattern.search(text, end)
                if following is None or following.group() not in spelling.kept_before:
                    continue
            said = end
            last = stream[-1]
            if start and text[start - 1] == "-" and not piece.isdigit():
                words = same.get(piece, (piece,))
                if tuple(stream[-len(words) :]) == words and not _spelt(text, start, end):
                    for at in range(-len(words), 0):  # "what-what happens": said twice, meant once
                        spans[at] = (spans[at][0], end)
                    continue
            if last in (ASK, END):
                stream.append(OPEN)
                spans.append((start, start))
            if joined:
                stream[-1] = text[spans[-1][0] : end]
                spans[-1] = (spans[-1][0], end)
                joined = False
            elif piece in same:
                words = same[piece]
                stream.extend(words)
                spans.extend([(start, end)] * len(words))
            else:
                stream.append(piece)
                spans.append((start, end))
        elif kind == "number":
            joined = stream[-1][-1:].isdigit() and len(stream[-1]) < _LONGEST_NUMBER
        elif kind == "end" and stream[-1] not in MARKS:
            if piece == "." and (stream[-1] in spelling.abbreviations or _inside(text, start, end)):
                continue
            asks = "?" in piece or "？" in piece or (endings is not None and endings.asks_at(text, said))
            stream.append(ASK if asks else END)
            spans.append((start, end))
    if stream[-1] not in (ASK, END):
        asks = endings is not None and endings.asks_at(text, said)
        stream.append(ASK if asks else END)
        spans.append((len(text), len(text)))
    if offsets is not None:
        spans = [_given(span, offsets) for span in spans]
    return Text(given, tuple(stream), tuple(spans), spelling.tails)


def _spelt(text: str, start: int, end: int) -> bool:
    """Whether a letter said twice is one of several that are spelt: "l-l-o-y-d", but not "i-i think"."""
    near = _LETTERS.findall(text, max(start - 5, 0), end + 4)
    return end - start == 1 and any(letter != text[start] for letter in near)


def _inside(text: str, start: int, end: int) -> bool:
    """Whether a full stop stands inside a word, as in "example.com"."""
    return start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()


def _given(span: tuple[int, int], offsets: list[int]) -> tuple[int, int]:
    start, end = span
    first = offsets[start]
    last = offsets[end]
    if start < end and last == offsets[end - 1]:  # the word ends inside a character that became several
        while end < len(offsets) - 1 and offsets[end] == last:
            end += 1
        last = offsets[end]
    return first, last
