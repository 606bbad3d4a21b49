"""The phrase language of the packs, and one automaton that finds all phrases of a pack in one pass.

A phrase is words as they are said, plus:

    (really|so) sorry       one of several, each of one word or more
    (so)? sorry             may be missing
    thank _ for             any one word
    thank you ... help      up to three words between; ...6 up to six
    apologi*                a word that begins so
    <number>                any phrase of the list of that name in language.yaml
    ^ sorry ?               begins a sentence; ends with a question mark ($ ends with or without)

Finding takes time in proportion to the length of the text whatever the phrases are: a phrase has an end (no
endless repetition), all phrases are followed at once, and nothing is ever tried again in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from voicecoach.datafile import Value, meant
from voicecoach.rules.text import ASK, END, MARKS, OPEN, Spelling, Text, read

LONGEST_GAP = 12  # words
LARGEST_PHRASE = 20_000  # steps of the automaton, lists written out
_FORGET = 50_000  # states remembered before starting afresh

_ANY = "_"
_PIECE = re.compile(
    r"\s+|\.\.\.(?P<gap>\d*)|<(?P<name>[^<>]*)>|(?P<sign>[()|?^$_])|(?P<word>[^\s()|?^$_<>*]+)(?P<rest>\*?)"
)

Hits = Mapping[int, Sequence[tuple[int, int]]]


class _Node:
    """A state of the non-deterministic automaton."""

    __slots__ = ("accepts", "free", "moves")

    def __init__(self) -> None:
        self.free: list[_Node] = []  # reached without a word
        self.moves: list[tuple[str, _Node]] = []  # reached by a word or a mark
        self.accepts = -1


class _State:
    """A set of nodes, found on demand."""

    __slots__ = ("accepts", "moves", "nodes")

    def __init__(self, nodes: frozenset[_Node]) -> None:
        self.nodes = nodes
        self.accepts = tuple(sorted({node.accepts for node in nodes if node.accepts >= 0}))
        self.moves: dict[int, _State | None] = {}


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of automaton from one node to another; ``empty`` where it can be passed without a word."""

    first: _Node
    last: _Node
    empty: bool


class Phrases:
    """All phrases of a pack: ``add`` gives each list of phrases a slot, ``scan`` says where slots match."""

    def __init__(self, spelling: Spelling, lists: Mapping[str, Value]) -> None:
        self._spelling = spelling
        self._lists = lists
        self._start = _Node()
        self._slots = 0
        self._size = 0
        self._words: set[str] = set()
        self._prefixes: set[str] = set()
        self._classes: dict[str, int] = {}  # word -> which kind of word it is
        self._kinds: dict[frozenset[str], int] = {}  # the labels a kind of word answers to
        self._labels: list[frozenset[str]] = []
        self._states: dict[frozenset[_Node], _State] = {}
        self._first: _State | None = None

    def add(self, phrases: Value) -> int:
        """Compile a list of phrases into one slot.

        Raises:
            DataFileError: a phrase is not written as above; the place is that of the mistake.
        """
        slot = self._slots
        self._slots += 1
        for phrase in phrases.items() if isinstance(phrases.content, tuple) else (phrases,):
            size = self._size
            part = _Parser(self, phrase, ()).whole()
            if part.empty:
                phrase.fail(
                    f"the phrase {phrase.text()!r} can match nothing at all; add a word that must be there"
                )
            self._start.free.append(part.first)
            end = _Node()
            end.accepts = slot
            part.last.free.append(end)
            if self._size - size > LARGEST_PHRASE:
                phrase.fail(f"the phrase {phrase.text()!r} is too large; split it")
        self._states.clear()
        self._first = None
        return slot

    def scan(self, text: Text) -> Hits:
        """Where each slot matches: (start, end) in the stream, leftmost and longest, none overlapping."""
        if self._first is None or len(self._states) > _FORGET:
            self._states.clear()
            self._first = self._state(_closed((self._start,)))
        known, classes = self._classes, []
        for word in text.stream:
            found = known.get(word)
            classes.append(self._class(word) if found is None else found)
        hits: dict[int, list[tuple[int, int]]] = {}
        begin = self._first
        length = len(classes)
        for start in range(length):
            state = begin
            best: dict[int, int] = {}
            for at in range(start, length):
                kind = classes[at]
                following = state.moves[kind] if kind in state.moves else self._move(state, kind)
                if following is None:
                    break
                state = following
                for slot in state.accepts:
                    best[slot] = at + 1
            if best:
                for slot, end in best.items():
                    earlier = hits.setdefault(slot, [])
                    if not earlier or start >= earlier[-1][1]:
                        earlier.append((start, end))
        return hits

    def _class(self, word: str) -> int:
        """The kind of a word: all words that no phrase can tell apart are of one kind."""
        if word in MARKS:
            found = frozenset((word, END)) if word == ASK else frozenset((word,))
        else:
            seen = [word] if word in self._words else []
            seen += [word[:n] + "*" for n in range(1, len(word) + 1) if word[:n] in self._prefixes]
            found = frozenset((*seen, _ANY))
        if len(self._classes) > _FORGET:
            self._classes.clear()
        kind = self._kinds.setdefault(found, len(self._labels))
        if kind == len(self._labels):
            self._labels.append(found)
        self._classes[word] = kind
        return kind

    def _move(self, state: _State, kind: int) -> _State | None:
        labels = self._labels[kind]
        nodes = _closed([node for origin in state.nodes for label, node in origin.moves if label in labels])
        found = self._state(nodes) if nodes else None
        state.moves[kind] = found
        return found

    def _state(self, nodes: frozenset[_Node]) -> _State:
        found = self._states.get(nodes)
        if found is None:
            found = self._states[nodes] = _State(nodes)
        return found

    def label(self, label: str) -> _Part:
        """A word, a mark or any word."""
        if label.endswith("*"):
            self._prefixes.add(label[:-1])
        elif label not in MARKS and label != _ANY:
            self._words.add(label)
        self._classes.clear()
        self._size += 1
        first, last = _Node(), _Node()
        first.moves.append((label, last))
        return _Part(first, last, empty=False)

    def gap(self, most: int) -> _Part:
        """Up to so many words, whatever they are."""
        self._size += most
        first = node = _Node()
        last = _Node()
        first.free.append(last)
        for _ in range(most):
            following = _Node()
            node.moves.append((_ANY, following))
            following.free.append(last)
            node = following
        return _Part(first, last, empty=True)

    @staticmethod
    def row(parts: Sequence[_Part]) -> _Part:
        """One part after another."""
        first = _Node()
        last = first
        for part in parts:
            last.free.append(part.first)
            last = part.last
        return _Part(first, last, empty=all(part.empty for part in parts))

    @staticmethod
    def choice(parts: Sequence[_Part]) -> _Part:
        """One of several parts."""
        first, last = _Node(), _Node()
        for part in parts:
            first.free.append(part.first)
            part.last.free.append(last)
        return _Part(first, last, empty=any(part.empty for part in parts))

    def words(self, text: str) -> list[str]:
        """Words as the stream has them."""
        return [word for word in read(text, Spelling(same=self._spelling.same)).stream if word not in MARKS]

    def named(self, name: str) -> Value | None:
        """The list of phrases of that name."""
        return self._lists.get(name)

    def names(self) -> tuple[str, ...]:
        """The names of all lists."""
        return tuple(self._lists)


def _closed(nodes: Sequence[_Node]) -> frozenset[_Node]:
    """The nodes and all that are reached from them without a word; only those that lead on are kept."""
    seen: set[_Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(node.free)
    return frozenset(node for node in seen if node.moves or node.accepts >= 0)


class _Parser:
    """Reads one phrase."""

    def __init__(self, phrases: Phrases, value: Value, inside: tuple[str, ...]) -> None:
        self._phrases = phrases
        self._value = value
        self._inside = inside  # names of the lists being written out
        self._text = value.text()
        self._pieces = list(self._split())
        self._at = 0

    def whole(self) -> _Part:
        part = self._choice()
        if self._at < len(self._pieces):
            self._fail("')' without '('", self._pieces[self._at][1])
        return part

    def _split(self) -> Iterator[tuple[str, int, re.Match[str]]]:
        at = 0
        while at < len(self._text):
            match = _PIECE.match(self._text, at)
            if match is None:
                self._fail(f"{self._text[at]!r} means nothing here", at)
            if match.lastgroup is not None or match.group().startswith("..."):
                yield match.group(), at, match
            at = match.end()

    def _peek(self) -> str:
        return self._pieces[self._at][0] if self._at < len(self._pieces) else ""

    def _choice(self) -> _Part:
        parts = [self._row()]
        while self._peek() == "|":
            self._at += 1
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else self._phrases.choice(parts)

    def _row(self) -> _Part:
        parts: list[_Part] = []
        gaps: list[tuple[int, int]] = []  # which parts are gaps, and where
        while self._at < len(self._pieces) and self._peek() not in (")", "|"):
            text, where, match = self._pieces[self._at]
            self._at += 1
            if text.startswith("..."):
                gaps.append((len(parts), where))
                most = int(match["gap"] or 3)
                if not 1 <= most <= LONGEST_GAP:
                    self._fail(f"a gap holds 1 to {LONGEST_GAP} words, not {most}", where)
                parts.append(self._phrases.gap(most))
            elif text == "(":
                inner = self._choice()
                if self._peek() != ")":
                    self._fail("'(' without ')'", where)
                self._at += 1
                if self._peek() == "?" and self._pieces[self._at][1] == self._pieces[self._at - 1][1] + 1:
                    self._at += 1
                    inner = self._phrases.choice([inner, self._phrases.row([])])
                parts.append(inner)
            elif text in (OPEN, ASK, END, _ANY):
                parts.append(self._phrases.label(text))
            elif match["name"] is not None:
                parts.append(self._list(match["name"].strip(), where))
            else:
                parts.append(self._word(match["word"], match["rest"], where))
        for index, where in gaps:
            if not self._inside and index in (0, len(parts) - 1):
                self._fail("a gap stands between words, not at the edge of a phrase", where)
        return self._phrases.row(parts)

    def _word(self, text: str, rest: str, where: int) -> _Part:
        words = self._phrases.words(text)
        if not words:
            self._fail(f"{text!r} is not a word", where)
        labels = [*words[:-1], words[-1] + rest]
        parts = [self._phrases.label(label) for label in labels]
        return parts[0] if len(parts) == 1 else self._phrases.row(parts)

    def _list(self, name: str, where: int) -> _Part:
        found = self._phrases.named(name)
        if found is None:
            self._fail(f"no list <{name}>{meant(name, self._phrases.names())}", where)
        if name in self._inside:
            self._fail(f"the list <{name}> holds itself", where)
        inside = (*self._inside, name)
        entries = found.items() if isinstance(found.content, tuple) else (found,)
        return self._phrases.choice([_Parser(self._phrases, entry, inside).whole() for entry in entries])

    def _fail(self, message: str, where: int) -> NoReturn:
        self._value.fail(f"in the phrase {self._text!r}: {message}", shift=where)
