"""Two takes laid side by side: which words of one are which of the other.

The words of both sides of a call are aligned in the order of the turns, so that what the customer says the
same way in both takes (as the lines of a scenario are) keeps the answers apart. Words are the same when their
letters and digits are. Where a language is not written in words, its characters are aligned, because a
recogniser cuts the same sentence differently each time. Times are seconds in each recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from voicecoach.types import AGENT, Turn, Word


@dataclass(frozen=True, slots=True)
class Token:
    """What is aligned: a word, or a character of it where a language has no words."""

    key: str
    speaker: str
    start: float
    end: float
    word: Word


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens of the agent that follow each other in both takes; the same ones, or others in their place."""

    same: bool
    a: tuple[Token, ...]
    b: tuple[Token, ...]


def tokens(turns: Sequence[Turn], *, spaces: bool) -> tuple[Token, ...]:
    """Return the words of all turns that the sound does not contradict, in order."""
    return tuple(
        token
        for turn in turns
        for word in turn.words
        if word.backed is not False
        for token in _tokens(word, turn.speaker, spaces=spaces)
    )


def align(a: Sequence[Token], b: Sequence[Token]) -> tuple[Run, ...]:
    """Return what the agent says in both takes as runs, in order; none reaches over words of the other side.

    Parameters
    ----------
    a, b
        All tokens of either take, as ``tokens`` gives them.
    """
    matcher = SequenceMatcher(
        None, [(t.speaker, t.key) for t in a], [(t.speaker, t.key) for t in b], autojunk=False
    )
    answers: list[list[Run]] = [[]]  # of the agent, between what the other side says the same way
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag != "equal":
            own = [tuple(t for t in side if t.speaker == AGENT) for side in (a[a1:a2], b[b1:b2])]
            if own[0] or own[1]:
                answers[-1].append(Run(False, own[0], own[1]))
            continue
        for mine, pairs in groupby(
            zip(a[a1:a2], b[b1:b2], strict=True), lambda pair: pair[0].speaker == AGENT
        ):
            if mine:
                first, second = zip(*pairs, strict=True)
                answers[-1].append(Run(True, first, second))
            else:
                answers.append([])
    return tuple(run for answer in answers for run in _without_chance(answer))


def shared(runs: Sequence[Run]) -> int:
    """Return how many tokens of the agent are the same."""
    return sum(len(run.a) for run in runs if run.same)


def _tokens(word: Word, speaker: str, *, spaces: bool) -> Iterator[Token]:
    key = word.bare
    if spaces or len(key) < 2:
        if key:
            yield Token(key, speaker, word.start, word.end, word)
        return
    step = (word.end - word.start) / len(key)
    for at, character in enumerate(key):
        yield Token(character, speaker, word.start + at * step, word.start + (at + 1) * step, word)


def _without_chance(answer: Sequence[Run]) -> Iterator[Run]:
    """Yield the runs of an answer; one word alike by chance goes to what differs around it."""
    joined: Run | None = None
    for at, run in enumerate(answer):
        lone = run.same and len(run.a) == 1 and 0 < at < len(answer) - 1
        if run.same and not lone:
            if joined is not None:
                yield joined
            joined = None
            yield run
        else:
            joined = Run(False, joined.a + run.a, joined.b + run.b) if joined else Run(False, run.a, run.b)
    if joined is not None:
        yield joined
