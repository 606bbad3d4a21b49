"""Card, phone and account numbers and e-mail addresses in the turns of a call.

A number is masked after (or right before) words that tell what it is, or where it is too long for anything
else; its parts may lie in several turns with a yes between them. What was masked once is masked wherever
it, or the end of it, is said again. Missing one is worse than masking one too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from voicecoach.redact import addresses
from voicecoach.redact.facts import ACCOUNT, EMAIL, SECURITY, settings, words
from voicecoach.redact.numbers import Chunk, Spoken, chunks, spoken
from voicecoach.types import Turn

_LUHN = 10


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be masked: characters of a turn, their time in seconds where words have times, their kind.

    Parts of one number that lie in several turns have the same ``group``.
    """

    turn: int
    start_char: int
    end_char: int
    kind: str
    start: float | None
    end: float | None
    group: int


@dataclass(frozen=True, slots=True)
class _Cue:
    turn: int
    start: int
    end: int
    kind: str


def find(turns: Sequence[Turn], language: str) -> tuple[Span, ...]:
    """Everything in the turns that is to be masked, in their order; spans do not overlap.

    ``language`` is that of the call; a turn that is in another says so itself.
    """
    said = [spoken(turn, words(turn.language or language)) for turn in turns]
    cues = [_cues(index, own) for index, own in enumerate(said)]
    mails = addresses.find(said, [[c.end for c in own if c.kind == EMAIL] for own in cues])
    taken = [[False] * len(own.words) for own in said]
    for index, start, end, _group in mails:
        for at in range(start, end):
            taken[index][at] = True
    for cue in (cue for own in cues for cue in own):
        for at in range(cue.start, cue.end):
            taken[cue.turn][at] = True
    numbers = [chunk for index, own in enumerate(said) for chunk in chunks(index, own, taken[index])]
    flat = [cue for own in cues for cue in own if cue.kind != EMAIL]
    masked = _masked(said, numbers, flat)
    pieces = [(index, start, end, EMAIL, group) for index, start, end, group in mails]
    first = max((group for *_, group in pieces), default=-1) + 1
    for group, (kind, members) in enumerate(masked, first):
        for index in dict.fromkeys(chunk.turn for chunk in members):
            own = [chunk for chunk in members if chunk.turn == index]
            start, end = own[0].start, own[-1].end
            start, end = _widened(said[index], start, end, kind, taken[index])
            shown = settings().kinds[kind].shown if kind in settings().kinds else kind
            pieces.append((index, start, end, shown, group))
    return _spans(said, pieces)


def counts(spans: Sequence[Span]) -> dict[str, int]:
    """How many of each kind there are; the parts of one number are one."""
    found = Counter(kind for _group, kind in {(span.group, span.kind) for span in spans})
    return {kind: found[kind] for kind in settings().names if found[kind]}


def _cues(index: int, said: Spoken) -> list[_Cue]:
    """The words that tell what a number is; of those that overlap the longest."""
    stem = said.facts.spelling.stem
    stems = [stem(word) for word in said.words]
    found: list[_Cue] = []
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for kind, phrases in said.facts.cues.items():
        for phrase in phrases:
            by_first.setdefault(phrase[0], []).append((phrase, kind))
    at = 0
    while at < len(stems):
        here = [
            (phrase, kind)
            for phrase, kind in by_first.get(stems[at], ())
            if tuple(stems[at : at + len(phrase)]) == phrase
        ]
        if not here:
            at += 1
            continue
        phrase, kind = max(here, key=lambda one: len(one[0]))
        found.append(_Cue(index, at, at + len(phrase), kind))
        at += len(phrase)
    return found


def _masked(
    said: Sequence[Spoken], numbers: Sequence[Chunk], cues: Sequence[_Cue]
) -> list[tuple[str, list[Chunk]]]:
    """The numbers that are masked as kind and chunks."""
    groups = _groups(said, numbers, cues)
    found: list[tuple[str, list[Chunk]]] = []
    left: list[list[Chunk]] = []
    begun: tuple[_Cue, int, Chunk] | None = None  # the cue that is open, digits after it, and its last chunk
    for group in groups:
        digits = sum(len(chunk.digits) for chunk in group)
        cue = _cue_of(said, group, cues, begun[2] if begun else None)
        kind = ""
        if cue is not None:
            had = begun[1] if begun and begun[0] == cue else 0
            kind_of = settings().kinds[cue.kind]
            if had < kind_of.full and digits >= (settings().limits["more"] if had else kind_of.least):
                kind, begun = cue.kind, (cue, had + digits, group[-1])
        if not kind and cue is None:
            cue = _cue_after(group, cues)
            kind = cue.kind if cue and digits >= settings().kinds[cue.kind].least else ""
        kind = kind or _uncued(group)
        if kind:
            found.append((kind, group))
        else:
            left.append(group)
    return found + _again(found, [chunk for group in left for chunk in group])


def _groups(said: Sequence[Spoken], numbers: Sequence[Chunk], cues: Sequence[_Cue]) -> list[list[Chunk]]:
    groups: list[list[Chunk]] = []
    last: Chunk | None = None
    for chunk in numbers:
        if chunk.stays and not (chunk.stays in ("date", "written") and _told(said, chunk, cues) == SECURITY):
            last = None
            continue
        if last is not None and _linked(said, last, chunk, cues):
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
        last = chunk
    return groups


def _told(said: Sequence[Spoken], chunk: Chunk, cues: Sequence[_Cue]) -> str:
    cue = _cue_of(said, [chunk], cues, None)
    return cue.kind if cue else ""


def _linked(said: Sequence[Spoken], one: Chunk, two: Chunk, cues: Sequence[_Cue]) -> bool:
    """Whether two numbers are parts of one: little but yes and the like is said between them."""
    if any((one.turn, one.end) <= (cue.turn, cue.start) < (two.turn, two.start) for cue in cues):
        return False
    if one.turn == two.turn:
        own = said[one.turn]
        return all(own.words[at] in own.facts.between or own.capitals(at) for at in range(one.end, two.start))
    if any(len(chunk.digits) == 1 and not _alone(said[chunk.turn], chunk) for chunk in (one, two)):
        return False
    between = said[one.turn].length(one.end, len(said[one.turn].words)) + said[two.turn].length(0, two.start)
    between += sum(said[turn].length(0, len(said[turn].words)) for turn in range(one.turn + 1, two.turn))
    return between <= settings().limits["between_turns"]


def _alone(said: Spoken, chunk: Chunk) -> bool:
    """Whether there is nothing but yes and the like around a number."""
    around = [*said.words[: chunk.start], *said.words[chunk.end :]]
    return all(word in said.facts.between or word in said.facts.numbers.values for word in around)


def _cue_of(
    said: Sequence[Spoken], group: Sequence[Chunk], cues: Sequence[_Cue], since: Chunk | None
) -> _Cue | None:
    """The last cue before a number, where it reaches so far; it reaches on from what was masked after it."""
    first = group[0]
    before = [cue for cue in cues if (cue.turn, cue.end) <= (first.turn, first.start)]
    if not before:
        return None
    cue = before[-1]
    turn, at = cue.turn, cue.end
    if since is not None and (since.turn, since.end) > (turn, at):
        turn, at = since.turn, since.end
    if turn == first.turn:
        far = said[turn].length(at, first.start)
    else:
        far = said[turn].length(at, len(said[turn].words)) + said[first.turn].length(0, first.start)
        far += sum(said[k].length(0, len(said[k].words)) for k in range(turn + 1, first.turn))
    return cue if far <= settings().limits["reach"] else None


def _cue_after(group: Sequence[Chunk], cues: Sequence[_Cue]) -> _Cue | None:
    last, reach = group[-1], settings().limits["back"]
    return next((c for c in cues if c.turn == last.turn and 0 <= c.start - last.end <= reach), None)


def _uncued(group: Sequence[Chunk]) -> str:
    """The kind of a number that is long enough without a cue."""
    own: Counter[int] = Counter()
    for chunk in group:
        own[chunk.turn] += len(chunk.digits)
    whole = sum(own.values())
    digits = whole if whole >= settings().limits["uncued_turns"] else max(own.values())
    kind = next((kind for least, kind in settings().uncued if digits >= least), "")
    return "card" if kind == "phone" and _checks("".join(chunk.digits for chunk in group)) else kind


def _checks(digits: str) -> bool:
    """Whether the digits are as many as of a card and their check digit is right (ISO/IEC 7812-1, Luhn)."""
    if len(digits) < settings().kinds["card"].full - 1:
        return False
    doubled = [int(d) * (1 + k % 2) for k, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % _LUHN == 0


def _again(
    found: Sequence[tuple[str, Sequence[Chunk]]], left: Sequence[Chunk]
) -> list[tuple[str, list[Chunk]]]:
    """Numbers that are said again, whole or in part, before or after."""
    known = [("".join(chunk.digits for chunk in group), kind) for kind, group in found]
    least = settings().limits["read_back"]
    again: list[tuple[str, list[Chunk]]] = []
    for chunk in left:
        kind = next(
            (
                kind
                for digits, kind in known
                if digits == chunk.digits or (len(chunk.digits) >= least and chunk.digits in digits)
            ),
            "",
        )
        if kind:
            again.append((kind, [chunk]))
    return again


def _widened(said: Spoken, start: int, end: int, kind: str, taken: Sequence[bool]) -> tuple[int, int]:
    """A number with the letters beside it, and the month of an expiry."""
    numbers, common = said.facts.numbers, said.facts.common

    def belongs(at: int, *, first: bool) -> bool:
        if not 0 <= at < len(said.words) or taken[at]:
            return False
        word = said.words[at]
        if kind == SECURITY:
            return word in numbers.months
        letter = len(word) == 1 and word.isalpha() and word.isascii()
        return kind == ACCOUNT and (letter or word in numbers.letters) and not (first and word in common)

    begin, after = start, end
    while belongs(begin - 1, first=begin == start):
        begin -= 1
    while belongs(after, first=after == end):
        after += 1
    return begin, after


def _spans(said: Sequence[Spoken], pieces: Sequence[tuple[int, int, int, str, int]]) -> tuple[Span, ...]:
    found: list[Span] = []
    for index, start, end, kind, group in sorted(pieces):
        first, last = said[index].spans[start][0], said[index].spans[end - 1][1]
        if found and found[-1].turn == index and found[-1].end_char > first:
            first = found[-1].end_char
            if first >= last:
                continue
        heard = said[index].turn.words_within(first, last)
        found.append(
            Span(
                index,
                first,
                last,
                kind,
                min((word.start for word in heard), default=None),
                max((word.end for word in heard), default=None),
                group,
            )
        )
    return tuple(found)
