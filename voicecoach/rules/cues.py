"""Cues of the rule type ``phrase``: a scorecard that decides where no single wording can.

Each cue gives a sentence points, for or against; the sentence of a turn with the most points is found if
they are at least ``needed``. An additive card of small whole numbers can be checked by hand (Dawes, 1979,
The robust beauty of improper linear models, American Psychologist 34).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording, touching
from voicecoach.rules.language import Language
from voicecoach.rules.text import MARKS

REACH = 60  # words of the customer that may be said back
_TESTS = ("phrases", "question", "words", "turn_words", "said_back", "turned", "goes_on", "asked", "more_of")
_BALANCE = ("than", "reach", "least")
_KEYS = (*_TESTS, *_BALANCE, *WORDING[1:])


@dataclass(frozen=True, slots=True)
class Balance:
    """In the agent's last ``reach`` words some phrases came at least ``least`` times oftener than others."""

    more: int  # slots of the phrases
    less: int
    reach: int
    least: int


@dataclass(frozen=True, slots=True)
class Cue:
    """What speaks for a finding, or against it.

    ``test`` is one of: phrases (a wording stands in the sentence); question (it asks, by its form); words,
    turn_words (least length in words); said_back (content words of the customer's last turn that come
    back); turned (pairs of the customer's words that come back, "I" turned into "you"); goes_on (the
    customer only put in a word or two, and no question stood before); asked (the customer's last turn ends
    with a question); more_of (a balance of wordings so far).
    """

    name: str
    points: int
    test: str
    wording: Wording | None
    least: int
    balance: Balance | None


@dataclass(frozen=True, slots=True)
class Cues:
    """A scorecard: cues and the points that are needed. ``forms`` and ``never`` are slots of questions."""

    cues: tuple[Cue, ...]
    needed: int
    forms: tuple[int, ...]
    never: int
    by_slot: Mapping[int, Cue]
    by_test: Mapping[str, tuple[Cue, ...]]
    back: int  # points that words said back can give at most
    common: frozenset[str]  # words that say nothing when they come back, even turned
    language: Language

    def of(self, test: str) -> tuple[Cue, ...]:
        """The cues with that test."""
        return self.by_test.get(test, ())


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence: its place in the stream, and the cues that hold."""

    start: int
    end: int
    points: int
    cues: tuple[Cue, ...]


@dataclass(slots=True)
class _Talk:
    """What has been said so far."""

    last: list[str]  # the customer's last turn
    asked: bool  # it ends with a question
    heard: list[str]  # the customer's last words, newest last
    asks: bool  # the agent's last turn ends with a question
    counts: dict[str, list[tuple[int, int]]]  # by name of a cue: (words, balance) of the agent's turns
    known: tuple[set[str], set[tuple[str, str]]] | None = None  # what can come back: content, turned pairs


def read(fields: Mapping[str, Value], language: Language) -> Cues:
    """Make a scorecard from the keys ``cues`` and ``needed``."""
    cues = tuple(_cue(value, language) for value in fields["cues"].items())
    by_test = {test: tuple(cue for cue in cues if cue.test == test) for test in _TESTS}
    return Cues(
        cues=cues,
        needed=fields["needed"].whole(least=-1000, most=1000),
        forms=tuple(language.slot("questions", name) for name in ("open", "closed", "facts", "requests")),
        never=language.slot("questions", "never"),
        by_slot={cue.wording.phrases: cue for cue in cues if cue.wording is not None},
        by_test=by_test,
        back=sum(max(cue.points, 0) for cue in (*by_test["said_back"], *by_test["turned"])),
        common=language.common - frozenset(language.turned.values()),
        language=language,
    )


def find(card: Cues, dialogue: Dialogue) -> Iterator[Spot]:
    """The best sentence of each turn of the agent that has the points needed."""
    for line, best in score(card, dialogue):
        if best.points >= card.needed:
            yield Spot(line.index, best.start, best.end)


def score(card: Cues, dialogue: Dialogue) -> Iterator[tuple[Line, Scored]]:
    """The best sentence of each turn of the agent."""
    talk = _Talk([], False, [], False, {cue.name: [] for cue in card.cues if cue.balance is not None})
    before: Line | None = None
    for line in dialogue.lines:
        if line.agent:
            yield line, max(_scored(card, dialogue, line, talk), key=lambda scored: scored.points)
            start, end = line.sentences[-1]
            talk.asks = _is_question(card, line, start, end)
            _count(card, line, talk)
        else:
            words = [word for word in line.text.stream if word not in MARKS]
            goes_on = before is not None and before.floor == line.floor
            talk.last = ([*talk.last, *words] if goes_on else words)[-REACH:]
            talk.heard = [*talk.heard, *words][-REACH:]
            talk.known = None
            start, end = line.sentences[-1]
            talk.asked = _is_question(card, line, start, end)
        before = line


def _scored(card: Cues, dialogue: Dialogue, line: Line, talk: _Talk) -> Iterator[Scored]:
    """All sentences of a turn."""
    starts = [start for start, _ in line.sentences]
    said: list[list[Cue]] = [[] for _ in starts]
    for slot in line.hits:
        cue = card.by_slot.get(slot)
        if cue is not None and cue.wording is not None:
            hits = cue.wording.find(line, dialogue)
            for at in {bisect_right(starts, start) - 1 for start, _ in hits}:
                said[at].append(cue)
    turn = _cues_of_turn(card, line, talk)
    for (start, end), held in zip(line.sentences, said, strict=True):
        held += turn
        words = [word for word in line.text.stream[start:end] if word not in MARKS]
        held += [cue for cue in card.of("words") if len(words) >= cue.least]
        if card.of("question") and _is_question(card, line, start, end):
            held += card.of("question")
        points = sum(cue.points for cue in held)
        if points + card.back >= card.needed:  # or else no word said back can make it enough
            back = _said_back(card, words, talk)
            held += back
            points += sum(cue.points for cue in back)
        yield Scored(start, end, points, tuple(held))


def _cues_of_turn(card: Cues, line: Line, talk: _Talk) -> list[Cue]:
    """The cues that hold for every sentence of a turn."""
    held = [
        cue for cue in card.of("turn_words") if len(line.text.stream) - 2 * len(line.sentences) >= cue.least
    ]
    if talk.heard and not talk.asks:
        held += [cue for cue in card.of("goes_on") if len(talk.last) <= cue.least]
    if talk.asked:
        held += card.of("asked")
    for cue in card.of("more_of"):
        assert cue.balance is not None
        words = found = 0
        for count, balance in reversed(talk.counts[cue.name]):
            words += count
            found += balance
            if words >= cue.balance.reach:
                break
        if found >= cue.balance.least:
            held.append(cue)
    return held


def _said_back(card: Cues, words: Sequence[str], talk: _Talk) -> list[Cue]:
    """The cues for what the customer said and the agent says back."""
    if talk.known is None:
        turned = [card.language.turned.get(word, word) for word in talk.heard]
        talk.known = (
            card.language.content(talk.last),
            {pair for pair in pairwise(turned) if not card.common.issuperset(pair)},
        )
    content, heard = talk.known
    pairs = len(heard.intersection(pairwise(words)))
    shared = len(content & card.language.content(words)) if content else 0
    held = [cue for cue in card.of("turned") if pairs >= cue.least]
    return held + [cue for cue in card.of("said_back") if shared >= cue.least]


def _is_question(card: Cues, line: Line, start: int, end: int) -> bool:
    never = line.hits.get(card.never, ())
    return any(
        not touching(never, *hit)
        for slot in card.forms
        for hit in touching(line.hits.get(slot, ()), start, end)
    )


def _count(card: Cues, line: Line, talk: _Talk) -> None:
    for cue in card.of("more_of"):
        assert cue.balance is not None
        more, less = (len(line.hits.get(slot, ())) for slot in (cue.balance.more, cue.balance.less))
        talk.counts[cue.name].append((len(line.text.stream), more - less))
        del talk.counts[cue.name][: -cue.balance.reach]


def _cue(value: Value, language: Language) -> Cue:
    tests = [key for key in _TESTS if key in value.fields(("cue", "points"), _KEYS)]
    if len(tests) != 1:
        value.fail(f"a cue needs one of the keys {', '.join(_TESTS)}")
    test = tests[0]
    needed = _BALANCE if test == "more_of" else ()
    fields = value.fields(("cue", "points", test, *needed), WORDING[1:] if test == "phrases" else ())
    wording: Wording | None = None
    balance: Balance | None = None
    least = 0
    if test == "phrases":
        wording = read_wording(fields, language.phrases)
    elif test == "more_of":
        balance = Balance(
            more=language.phrases.add(fields["more_of"]),
            less=language.phrases.add(fields["than"]),
            reach=fields["reach"].whole(least=1, most=500),
            least=fields["least"].whole(least=1, most=100),
        )
    elif test in ("question", "asked"):
        fields[test].one_of(("yes",))
    else:
        least = fields[test].whole(least=0, most=500)
    points = fields["points"].whole(least=-100, most=100)
    return Cue(fields["cue"].text(), points, test, wording, least, balance)
