"""The phrase language of the packs, and one automaton that finds all phrases of a pack in one pass.

A phrase is words as they are said, plus:

    (really|so) sorry       one of several, each of one word or more
    (so)? sorry             may be missing
    thank _ for             any one word
    thank you ... help      up to three words between; ...6 up to six
    apologi*                a word that begins so; *ing one that ends so
    ~parcel                 this word whatever its ending: parcels, parcel's (by its stem)
    <number>                any phrase of the list of that name in language.yaml
    ^ sorry ?               begins a sentence; ends with a question mark ($ ends with or without)

Finding takes time in proportion to the length of the text whatever the phrases are: a phrase has an end (no
endless repetition, LONGEST_PHRASE words at most), all phrases are followed at once, and nothing is ever tried
again in another way. What is learnt of the automaton is remembered; a pack that would have more and more
learnt is refused (EFFORT).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from voicecoach.datafile import Value, meant
from voicecoach.rules.text import ASK, END, MARKS, OPEN, Spelling, Text, read

LONGEST_GAP = 12  # words
LONGEST_PHRASE = 200  # words, in the longest way to say it
LONGEST_WORD = 100  # characters
DEEPEST = 30  # brackets in brackets, lists in lists
LARGEST_PHRASE = 5_000  # steps of the automaton, lists written out
LARGEST_PACK = 100_000
EFFORT, EFFORT_PER_WORD = 5_000_000, 100  # nodes looked at: once, and for each word read
_SHORT, _OFTEN = 40, 10_000  # characters; so many short texts are remembered ("okay", "thank you")
_FORGET = 1_000_000  # nodes in remembered states before starting afresh; likewise words

_ANY = "_"
_AHEAD = 1 << 20  # a phrase with n words "_" at its beginning is found without them, as slot + n * _AHEAD
_PIECE = re.compile(
    r"\s+|\.\.\.(?P<gap>\d*)|<(?P<name>[^<>]*)>|(?P<sign>[()|?^$_])|(?P<start>[*~]?)(?P<word>[^\s()|?^$_<>*~]+)(?P<rest>\*?)"
)

Hits = Mapping[int, Sequence[tuple[int, int]]]

# A phrase as read: ("word", label), ("gap", most), ("list", name), ("row", parts...), ("choice", parts...)
_Tree = tuple[Any, ...]


class _State:
    """A set of nodes, found on demand."""

    __slots__ = ("accepts", "anyhow", "moves", "nodes")

    def __init__(self, nodes: frozenset[int], accepts: tuple[int, ...]) -> None:
        self.nodes = nodes
        self.accepts = accepts
        self.anyhow: frozenset[int] | None = None  # where any word leads to; None is not known yet
        self.moves: dict[int, _State | None] = {}  # by kind of word, as far as seen


class Phrases:
    """All phrases of a pack: ``add`` gives each list of phrases a slot, ``scan`` says where slots match."""

    def __init__(self, spelling: Spelling, lists: Mapping[str, Value]) -> None:
        self._spelling = spelling
        self._written = Spelling(
            same=spelling.same, fold=spelling.fold
        )  # of phrases: no fillers, no ends of sentences
        self._lists = lists
        self._read: dict[str, _Tree] = {}  # lists as trees
        self._empty: dict[str, bool] = {}  # whether a list can match no word at all
        self._lengths_of: dict[str, int] = {}  # lists, in words
        # The non-deterministic automaton: its nodes are numbers.
        self._start = 0
        self._nodes = 1
        self._leads: dict[str, dict[int, list[int]]] = {}  # by label, from where and where to
        self._leading: set[int] = set()
        self._free: dict[int, list[int]] = {}  # where to without a word
        self._accepts: dict[int, int] = {}
        self._reached: dict[int, frozenset[int]] = {}  # itself and others without a word
        self._shared: dict[tuple[int, _Tree], int] = {}  # phrases that begin alike share their beginning
        self._added: list[list[tuple[Value, _Tree]]] = []  # the phrases of each slot
        self._size = 0
        self._most = 0
        self._largest: tuple[int, Value] | None = None  # the phrase of most steps
        self._effort = EFFORT  # nodes that may still be looked at
        self._held = 0  # nodes in remembered states
        self._late: set[int] = set()  # slots of which not every phrase is followed from its first word
        self._wild: list[tuple[int, int]] = []  # slots with a phrase of so many words "_" alone
        self._words: set[str] = set()
        self._parts: set[str] = set()  # beginnings "apologi*" and endings "*ing" of words
        self._lengths: list[int] = []  # how long those are
        self._stems: set[str] = set()  # "~parcel"
        self._classes: dict[str, int] = {}  # word -> which kind of word it is
        self._kinds: dict[frozenset[str], int] = {}  # the labels a kind of word answers to
        self._labels: list[frozenset[str]] = []
        self._states: dict[frozenset[int], _State] = {}
        self._first: _State | None = None
        self._seen: dict[str, tuple[Text, Hits]] = {}  # short texts

    def add(self, phrases: Value) -> int:
        """Compile a list of phrases into one slot.

        Raises:
            DataFileError: a phrase is not written as above; the place is that of the mistake.
        """
        slot = len(self._added)
        self._added.append([])
        ends: dict[int, int] = {}  # by how many words "_" the phrase begins with
        for phrase in phrases.items() if isinstance(phrases.content, tuple) else (phrases,):
            tree = _Parser(self, phrase, ()).whole()
            self._added[slot].append((phrase, tree))
            if self._may_be_empty(tree):
                phrase.fail(
                    f"the phrase {phrase.text()!r} can match nothing at all; add a word that must be there"
                )
            if self._length(tree) > LONGEST_PHRASE:
                phrase.fail(f"a phrase of more than {LONGEST_PHRASE} words; split it")
            before = self._size
            self._most = min(before + LARGEST_PHRASE, LARGEST_PACK)
            ahead, rest = _beginning(tree)
            if rest == ("row",):
                self._wild.append((slot, ahead))
                continue
            if self._may_be_empty(rest):
                ahead, rest = 0, tree
            if ahead not in ends:
                ends[ahead] = self._node()
                self._accepts[ends[ahead]] = slot + ahead * _AHEAD
            self._free.setdefault(self._build(rest), []).append(ends[ahead])
            if self._size > LARGEST_PACK:
                phrase.fail("the phrases of this pack are too large together; shorten its lists")
            if self._size > self._most:
                phrase.fail(f"the phrase {phrase.text()!r} is too large; split it")
            if self._largest is None or self._size - before > self._largest[0]:
                self._largest = self._size - before, phrase
        if max(ends, default=0) > 0 or any(wild == slot for wild, _ in self._wild):
            self._late.update(slot + ahead * _AHEAD for ahead in ends)
        self._lengths = sorted({len(part) - 1 for part in self._parts})
        self._classes.clear()
        self._seen.clear()
        self._first = None
        return slot

    def look(self, given: str) -> tuple[Text, Hits]:
        """A text as words, and what ``scan`` finds in it; raises what that does."""
        if given in self._seen:
            return self._seen[given]
        text = read(given, self._spelling)
        seen = text, self.scan(text) if len(text.stream) > 2 else {}  # no word between ^ and $
        if len(given) <= _SHORT:
            if len(self._seen) >= _OFTEN:
                self._seen.clear()
            self._seen[given] = seen
        return seen

    def scan(self, text: Text) -> Hits:
        """Where each slot matches: (start, end) in the stream, leftmost and longest, none overlapping.

        Raises:
            DataFileError: the phrases are too tangled to be followed in a time that anyone would wait.
        """
        known = self._classes
        classes = [known[word] if word in known else self._class(word) for word in text.stream]
        length = len(classes)
        self._effort += EFFORT_PER_WORD * length
        hits: dict[int, list[tuple[int, int]]] = {}
        late: dict[int, list[tuple[int, int]]] = {}  # with ends below zero: in order, the longest comes first
        for slot, size in self._wild:
            starts = range(length - size + 1)
            late[slot] = [(at, -at - size) for at in starts if MARKS.isdisjoint(text.stream[at : at + size])]
        first = self._first or self._restart()
        for start, kind in enumerate(classes):
            state = first.moves[kind] if kind in first.moves else self._move(first, kind)
            if state is None:
                continue
            best: dict[int, int] | None = None  # by slot, the furthest end
            at = start + 1
            while True:
                if state.accepts:
                    best = best or {}
                    for slot in state.accepts:
                        best[slot] = at
                if at == length:
                    break
                kind = classes[at]
                at += 1
                following = state.moves[kind] if kind in state.moves else self._move(state, kind)
                if following is None:
                    break
                state = following
            for slot, end in best.items() if best else ():
                if slot in self._late:
                    ahead, slot = divmod(slot, _AHEAD)
                    if MARKS.isdisjoint(text.stream[max(start - ahead, 0) : start]):
                        late.setdefault(slot, []).append((start - ahead, -end))
                elif slot not in hits:
                    hits[slot] = [(start, end)]
                elif start >= hits[slot][-1][1]:
                    hits[slot].append((start, end))
            if self._held > _FORGET:
                first = self._restart()
        self._effort = min(self._effort, EFFORT)
        hits.update((slot, _apart(found)) for slot, found in late.items() if found)
        return hits

    def alike(self) -> Phrases:
        """No phrases yet, with the same spelling and the same lists to name."""
        return Phrases(self._spelling, self._lists)

    def apart(self, slot: int) -> Iterator[tuple[Value, Phrases]]:
        """The phrases of a slot one by one, each alone in slot 0."""
        for phrase, _ in self._added[slot]:
            alone = Phrases(self._spelling, self._lists)
            alone._read = self._read
            alone.add(phrase)
            yield phrase, alone

    def doubtful(self, slot: int) -> Iterator[tuple[Value, str]]:
        """Phrases of a slot that cannot do what they are there for, and why."""
        seen: dict[_Tree, Value] = {}
        for phrase, tree in self._added[slot]:
            if tree in seen:
                yield phrase, f"stands here a second time (first on line {seen[tree].line})"
            seen.setdefault(tree, phrase)
            parts = tree[1:] if tree[0] == "row" else (tree,)
            for part, following in zip(parts, (*parts[1:], ("", "")), strict=True):
                filler = part[0] == "word" and part[1] in self._spelling.skipped
                if filler and following[1] not in self._spelling.kept_before:
                    yield phrase, f"never matches: {part[1]!r} is a filler, which is read over"

    def single(self, slot: int) -> Iterator[tuple[Value, str]]:
        """Phrases of a slot that can be said in one way only, and the sentence they then are."""
        for phrase, tree in self._added[slot]:
            parts = tree[1:] if tree[0] == "row" else (tree,)
            if all(part[0] == "word" and part[1] != _ANY and not {"~", "*"} & set(part[1]) for part in parts):
                signs = {OPEN: "", END: "."}
                yield phrase, " ".join(signs.get(part[1], part[1]) for part in parts)

    def labels(self, slot: int) -> set[str]:
        """The words that the phrases of a slot name."""
        found: set[str] = set()
        waiting = [tree for _, tree in self._added[slot]]
        while waiting:
            kind, *parts = waiting.pop()
            if kind == "word":
                found.add(parts[0])
            elif kind == "list":
                waiting.append(self._read[parts[0]])
            elif kind != "gap":
                waiting.extend(parts)
        return found - MARKS - {_ANY}

    def nearest(self, text: Text) -> tuple[int, int, tuple[str, ...]]:
        """Where most words of a phrase stand in a row: start, end, and what should have followed."""
        kinds = [self._class(word) for word in text.stream]
        best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
        most = 0
        for start in range(len(kinds)):
            state: _State | None = self._first or self._restart()
            named = 0  # words that the phrase names, not those in its gaps
            for at, kind in enumerate(kinds[start:], start):
                state = self._move(state, kind) if state else None
                if state is None:
                    break
                named += text.stream[at] not in MARKS and len(self._labels[kind]) > 1
                if named > most or (most and (start, named) == (best[0], most)):
                    nodes = state.nodes
                    then = (label for label, leads in self._leads.items() if not nodes.isdisjoint(leads))
                    most, best = named, (start, at + 1, tuple(sorted(then)))
        return best

    def named(self, name: str, inside: tuple[str, ...]) -> _Tree | None:
        """A named list as a tree, for the parser; ``inside`` are the lists that are being read."""
        if name not in self._lists:
            return None
        if name not in self._read:
            value = self._lists[name]
            entries = value.items() if isinstance(value.content, tuple) else (value,)
            self._read[name] = (
                "choice",
                *(_Parser(self, entry, (*inside, name)).whole() for entry in entries),
            )
        return self._read[name]

    def names(self) -> tuple[str, ...]:
        """The names of all lists."""
        return tuple(self._lists)

    def words(self, text: str) -> list[str]:
        """Words as the stream has them."""
        if text.isascii() and text.isalpha() and text.islower():
            return list(self._spelling.same.get(text, (text,)))
        return [word for word in read(text, self._written).stream if word not in MARKS]

    def stem(self, word: str) -> str:
        """A word without its ending."""
        return self._spelling.stem(word)

    def bare(self, word: str) -> str:
        """A word of a phrase without accents that may be left out, unless it is another word without them."""
        spelling = self._spelling
        return word if word in spelling.accented else word.translate(spelling.accents)

    def answers(self, word: str) -> frozenset[str]:
        """The words, parts of words and stems named in the phrases that a word fits."""
        return self._labels[self._class(word)]

    def _class(self, word: str) -> int:
        """The kind of a word: all words that no phrase can tell apart are of one kind."""
        if word in MARKS:
            found = frozenset((word, END)) if word == ASK else frozenset((word,))
        else:
            bare = word.translate(self._spelling.accents)
            seen = [each for each in {word, bare} if each in self._words]
            for n in self._lengths:
                if n > len(bare):
                    break
                seen += [part for part in (bare[:n] + "*", "*" + bare[-n:]) if part in self._parts]
            if self._stems and (stem := "~" + self._spelling.stem(word)) in self._stems:
                seen.append(stem)
            found = frozenset((*seen, _ANY))
        if len(self._classes) > _FORGET:
            self._classes.clear()
        kind = self._kinds.setdefault(found, len(self._labels))
        if kind == len(self._labels):
            self._labels.append(found)
        self._classes[word] = kind
        return kind

    def _move(self, state: _State, kind: int) -> _State | None:
        led = [self._led(state, label) for label in self._labels[kind]]
        nodes = led[0].union(*led[1:]) if led else None
        found = self._state(nodes) if nodes else None
        state.moves[kind] = found
        return found

    def _led(self, state: _State, label: str) -> frozenset[int]:
        """The nodes that a label leads to."""
        if label == _ANY and state.anyhow is not None:
            return state.anyhow
        leads = self._leads.get(label, {})
        nodes: set[int] = set()
        for node in state.nodes:
            if node in leads:
                for target in leads[node]:
                    reached = self._reached.get(target) or self._reach(target)
                    nodes |= reached
                    self._effort -= len(reached)
        self._effort -= len(state.nodes)
        found = frozenset(nodes)
        if label == _ANY:
            state.anyhow = found
        return found

    def _reach(self, node: int) -> frozenset[int]:
        """The nodes that lead on or accept, reached from a node without a word."""
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            at = waiting.pop()
            if at not in seen:
                free = self._free.get(at, ())
                seen.add(at)
                waiting.extend(free)
                self._effort -= 1 + len(free)
        self._reached[node] = frozenset(at for at in seen if at in self._leading or at in self._accepts)
        return self._reached[node]

    def _restart(self) -> _State:
        """Forget all states; gives the state at the start."""
        self._states.clear()
        self._held = 0
        self._first = self._state(self._reach(self._start))
        return self._first

    def _state(self, key: frozenset[int]) -> _State:
        if self._effort < 0 and self._largest is not None:
            self._effort = 0
            self._largest[1].fail("the phrases of this pack are too tangled; shorten this one and its like")
        found = self._states.get(key)
        if found is None:
            accepts = {self._accepts[node] for node in key if node in self._accepts}
            found = self._states[key] = _State(key, tuple(sorted(accepts)))
            self._held += len(key)
        return found

    def _length(self, tree: _Tree) -> int:
        """How many words and marks the longest way to say it has."""
        kind, *parts = tree
        if kind == "list":
            if parts[0] not in self._lengths_of:
                self._lengths_of[parts[0]] = self._length(self._read[parts[0]])
            return self._lengths_of[parts[0]]
        if kind == "row":
            return sum(self._length(part) for part in parts)
        if kind == "choice":
            return max(self._length(part) for part in parts)
        return int(parts[0]) if kind == "gap" else 1

    def _may_be_empty(self, tree: _Tree) -> bool:
        kind, *parts = tree
        if kind == "list":
            if parts[0] not in self._empty:
                self._empty[parts[0]] = self._may_be_empty(self._read[parts[0]])
            return self._empty[parts[0]]
        if kind == "row":
            return all(self._may_be_empty(part) for part in parts)
        return kind == "gap" or (kind == "choice" and any(self._may_be_empty(part) for part in parts))

    def _build(self, tree: _Tree) -> int:
        """Add a phrase at the start; gives the node where it ends."""
        node = self._start
        for part in tree[1:] if tree[0] == "row" else (tree,):
            if (node, part) not in self._shared:
                self._shared[node, part] = self._attach(node, part)
            node = self._shared[node, part]
        return node

    def _attach(self, node: int, tree: _Tree, last: int | None = None) -> int:
        """Add a part of a phrase behind a node, to end in ``last`` or a new node; gives that node."""
        kind, *parts = tree
        last = self._node() if last is None else last
        self._size += 1
        if self._size > self._most:
            return last  # add() refuses the phrase
        if kind == "word":
            label = parts[0]
            signs = self._parts if "*" in label else self._stems if label[0] == "~" else self._words
            signs.add(label)
            self._lead(node, label, last)
        elif kind == "list":
            self._attach(node, self._read[parts[0]], last)
        elif kind == "row":
            for part in parts[:-1]:
                node = self._attach(node, part)
            if parts:
                self._attach(node, parts[-1], last)
            else:
                self._free.setdefault(node, []).append(last)
        elif kind == "gap":
            self._free.setdefault(node, []).append(last)
            for _ in range(parts[0]):
                following = self._node()
                self._lead(node, _ANY, following)
                self._free.setdefault(following, []).append(last)
                node = following
        else:
            for part in parts:
                self._attach(node, part, last)
        return last

    def _lead(self, node: int, label: str, target: int) -> None:
        self._leading.add(node)
        self._leads.setdefault(label, {}).setdefault(node, []).append(target)

    def _node(self) -> int:
        self._nodes += 1
        return self._nodes - 1


def _beginning(tree: _Tree) -> tuple[int, _Tree]:
    """How many words "_" a phrase begins with, and the rest of it."""
    parts = tree[1:] if tree[0] == "row" else (tree,)
    ahead = 0
    while ahead < len(parts) and parts[ahead] == ("word", _ANY):
        ahead += 1
    return ahead, ("row", *parts[ahead:])


def _apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The leftmost and longest of the places, none overlapping; their ends are given below zero."""
    kept: list[tuple[int, int]] = []
    free = 0
    for start, end in sorted(found):
        if start >= free:
            free = -end
            kept.append((start, free))
    return kept


class _Parser:
    """Reads one phrase into a tree."""

    def __init__(self, phrases: Phrases, value: Value, inside: tuple[str, ...]) -> None:
        self._phrases = phrases
        self._value = value
        self._inside = inside  # names of the lists being read
        self._text = value.text()
        self._pieces = list(self._split())
        self._at = 0
        self._depth = 0

    def whole(self) -> _Tree:
        tree = self._choice()
        if self._at < len(self._pieces):
            self._fail("')' without '('", self._pieces[self._at][1])
        return tree

    def _split(self) -> Iterator[tuple[str, int, re.Match[str]]]:
        at = 0
        while at < len(self._text):
            match = _PIECE.match(self._text, at)
            if match is None:
                self._fail(f"{self._text[at]!r} means nothing here", at)
            if not match.group().isspace():
                yield match.group(), at, match
            at = match.end()

    def _peek(self) -> str:
        return self._pieces[self._at][0] if self._at < len(self._pieces) else ""

    def _choice(self) -> _Tree:
        parts = [self._row()]
        while self._peek() == "|":
            self._at += 1
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else ("choice", *parts)

    def _row(self) -> _Tree:
        parts: list[_Tree] = []
        gaps: list[tuple[int, int]] = []  # which parts are gaps, and where
        while self._at < len(self._pieces) and self._peek() not in (")", "|"):
            text, where, match = self._pieces[self._at]
            self._at += 1
            if match["gap"] is not None:
                gaps.append((len(parts), where))
                most = int(match["gap"] or 3)
                if not 1 <= most <= LONGEST_GAP:
                    self._fail(f"a gap holds 1 to {LONGEST_GAP} words, not {most}", where)
                parts.append(("gap", most))
            elif text == "(":
                self._depth += 1
                if self._depth > DEEPEST:
                    self._fail(f"more than {DEEPEST} brackets in brackets", where)
                inner = self._choice()
                self._depth -= 1
                if self._peek() != ")":
                    self._fail("'(' without ')'", where)
                self._at += 1
                if self._peek() == "?" and self._pieces[self._at][1] == self._pieces[self._at - 1][1] + 1:
                    self._at += 1
                    inner = ("choice", inner, ("row",))
                parts.append(inner)
            elif text in (OPEN, ASK, END, _ANY):
                parts.append(("word", text))
            elif match["name"] is not None:
                parts.append(self._list(match["name"].strip(), where))
            else:
                parts.extend(self._word(match, where))
        for index, where in gaps:
            if index in (0, len(parts) - 1):
                self._fail("a gap stands between words, not at the edge of a phrase", where)
        return parts[0] if len(parts) == 1 else ("row", *parts)

    def _word(self, match: re.Match[str], where: int) -> Iterator[_Tree]:
        words = self._phrases.words(match["word"])
        if not words:
            self._fail(f"{match['word']!r} is not a word", where)
        if match["start"] and match["rest"]:
            self._fail(f"{match.group()!r}: write * before or after, not both, and ~ alone", where)
        if len(match["word"]) > LONGEST_WORD:
            self._fail(f"a word of more than {LONGEST_WORD} letters", where)
        if match["start"] == "~":
            if len(words) > 1:
                self._fail(f"{match.group()!r}: ~ stands before one word, not {len(words)}", where)
            words[0] = self._phrases.stem(words[0])
        words = [self._phrases.bare(word) for word in words]
        words[0] = match["start"] + words[0]
        words[-1] += match["rest"]
        for word in words:
            yield ("word", word)

    def _list(self, name: str, where: int) -> _Tree:
        here = self._inside[-1] if self._inside else ""
        if here.rstrip("'") == name and f"{here}'" in self._phrases.names():
            name = f"{here}'"  # the list that this one takes the place of
        if name in self._inside:
            self._fail(f"the list <{name}> holds itself", where)
        if len(self._inside) >= DEEPEST:
            self._fail(f"more than {DEEPEST} lists in lists", where)
        if self._phrases.named(name, self._inside) is None:
            known = [other for other in self._phrases.names() if not other.endswith("'")]
            self._fail(f"no list <{name}>{meant(name, known)}", where)
        return ("list", name)

    def _fail(self, message: str, where: int) -> NoReturn:
        self._value.fail(f"in the phrase {self._text!r}: {message}", shift=where)
