"""Whether a wording that was asked for was said, and how what was said differs from it, word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voicecoach import scenarios
from voicecoach.rules import Pack
from voicecoach.rules.text import MARKS, Spelling, read
from voicecoach.spacing import joined

_Cost = tuple[int, int]  # changes, and words that are the same, below zero
_NONE: _Cost = (0, 0)


@dataclass(frozen=True, slots=True)
class Drift:
    """A version of a wording: ``said`` in its place, and each change as (wanted words, said words).

    One of the two is empty where words were left out or added.
    """

    said: str
    changes: tuple[tuple[str, str], ...]


def find(pack: Pack, phrases: Sequence[str], text: str) -> tuple[tuple[int, int] | None, ...]:
    """As ``scenarios.said``, but whichever way a recogniser writes numbers: "E41" is also "E four one".

    Raises
    ------
    DataFileError
        A phrase is not written as one.
    """
    words = {str(value): word for word, value in reversed(list(pack.words.numbers.values.items()))}

    def in_words(digits: str) -> str:
        return words.get(digits, digits)

    def apart(digits: str) -> str:
        return " ".join(digits)

    found: list[tuple[int, int] | None] = [None] * len(phrases)
    for write in (str, apart, in_words):
        rewritten, places = _rewritten(text, write)
        for index, span in enumerate(scenarios.said(pack, phrases, rewritten)):
            if span is not None and found[index] is None:
                found[index] = places[span[0]][0], places[span[1] - 1][1]
    return tuple(found)


def _rewritten(text: str, write: Callable[[str], str]) -> tuple[str, list[tuple[int, int]]]:
    """A text with its numbers written in some way, and for each character where it was, (start, end)."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    for piece in re.finditer(r"\d+|\D", text):
        digits = piece.group()
        new = digits
        if digits.isdigit() and write(digits) != digits:
            new = f" {write(digits)} "
        pieces.append(new)
        places += [piece.span()] * len(new)
    return "".join(pieces), places


def drift(wanted: str, text: str, spelling: Spelling, *, least: int, most: float) -> Drift | None:
    """Find the part of a text that is nearest to a wording, by edit distance in words (Levenshtein 1966).

    Parameters
    ----------
    wanted : a wording without any signs of the phrase language.
    spelling : how words are spelt alike.
    least : words the wording should have, fewer have no versions.
    most : share of its words that may be changed, left out or added.

    Returns
    -------
    None where nothing near enough was said, or exactly the wording.
    """
    asked, said = _words(wanted, spelling), _words(text, spelling)
    if len(asked) < least or not said:
        return None
    # cost[i][j]: changes from the first i words asked for to words that end at the j-th said, begun anywhere;
    # of as many changes those that keep more of the words
    cost = [[_NONE] * (len(said) + 1)]
    for i, word in enumerate(asked, 1):
        row = [(i, 0)]
        for j, other in enumerate(said, 1):
            row.append(
                min(_and(cost[i - 1][j]), _and(row[j - 1]), _and(cost[i - 1][j - 1], same=word == other))
            )
        cost.append(row)
    end = min(range(len(said) + 1), key=lambda j: cost[-1][j])
    if not 0 < cost[-1][end][0] <= most * len(asked):
        return None
    start, changes = _steps(cost, asked, said, end)
    return Drift(joined(said[start:end]), changes)


def _and(cost: _Cost, *, same: bool = False) -> _Cost:
    """A cost with one more change, or one more word that is the same."""
    return (cost[0], cost[1] - 1) if same else (cost[0] + 1, cost[1])


def _steps(
    cost: Sequence[Sequence[_Cost]], asked: Sequence[str], said: Sequence[str], end: int
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Where the version begins, and its changes, neighbouring ones put together."""
    pairs: list[tuple[str, str] | None] = []  # None: the same word
    i, j = len(asked), end
    while i:
        same = j > 0 and asked[i - 1] == said[j - 1]
        if j and cost[i][j] == _and(cost[i - 1][j - 1], same=same):
            pairs.append(None if same else (asked[i - 1], said[j - 1]))
            i, j = i - 1, j - 1
        elif cost[i][j] == _and(cost[i - 1][j]):
            pairs.append((asked[i - 1], ""))
            i -= 1
        else:
            pairs.append(("", said[j - 1]))
            j -= 1
    groups: list[list[tuple[str, str]]] = [[]]
    for pair in reversed(pairs):
        if pair is None:
            groups.append([])
        else:
            groups[-1].append(pair)
    changes = tuple((joined(a for a, _ in group), joined(b for _, b in group)) for group in groups if group)
    return j, changes


def _words(text: str, spelling: Spelling) -> list[str]:
    return [word for word in read(text, spelling).stream if word not in MARKS]
