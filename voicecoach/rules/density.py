"""Rule type ``density``: the same wording again and again within one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import Dialogue, Spot
from voicecoach.rules.language import Language
from voicecoach.rules.text import MARKS

REQUIRED = ("words", "times")
OPTIONAL = ()


@dataclass(frozen=True, slots=True)
class Density:
    """A wording of at least ``words`` words said at least ``times`` times."""

    words: int
    times: int
    numbers: frozenset[str]  # a telephone number read back twice is no stock phrase
    needs: tuple[str, ...] = ()


def read(fields: Mapping[str, Value], language: Language) -> Density:
    """Make the rule from its patterns."""
    return Density(
        words=fields["words"].whole(least=2, most=20),
        times=fields["times"].whole(least=2, most=100),
        numbers=frozenset((*language.numbers.values, *language.numbers.repeats)),
    )


def find(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    """Each time such a wording comes back, from the one that makes it too often."""
    never = MARKS | rule.numbers
    places: defaultdict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for line in dialogue.agent_lines():
        for start in range(len(line.text.stream) - rule.words + 1):
            wording = line.text.stream[start : start + rule.words]
            if never.isdisjoint(wording):
                places[wording].append((line.index, start))
    covered: set[tuple[int, int]] = set()
    repeated = {
        place for found in places.values() if len(found) >= rule.times for place in found[rule.times - 1 :]
    }
    for index, start in sorted(repeated):
        if (index, start) in covered:
            continue
        end = start + rule.words
        while (index, end - rule.words + 1) in repeated:  # the wording goes on: one finding, not one a word
            end += 1
        covered.update((index, at) for at in range(start, end))
        stream = dialogue.lines[index].text.stream
        times = len(places[stream[start : start + rule.words]])
        yield Spot(index, start, end, reason=f"said {times} times in this call")
