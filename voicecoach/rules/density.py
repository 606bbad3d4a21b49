"""Rule type ``density``: the same again and again within one call, a wording or a marker.

A wording is ``words`` words in a row. A marker is what other rules find; it counts once for each time the
agent has the floor. The finding is each one from the ``times``-th on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording
from voicecoach.rules.language import Language
from voicecoach.rules.text import MARKS

REQUIRED = ("times",)
OPTIONAL = ("words", "among", "markers", "since", "unless_after", "reason")


@dataclass(frozen=True, slots=True)
class Density:
    """What is said at least ``times`` times: ``words`` words in a row, or one of ``markers``.

    Either counts only where it shares a word with ``among``. A marker is reported only after one of the
    markers ``since``, and not right after the customer has said ``unless_after``.
    """

    times: int
    words: int
    among: Wording | None
    markers: tuple[str, ...]
    since: tuple[str, ...]
    unless_after: int | None
    reason: str
    numbers: frozenset[str]  # a telephone number read back twice is no stock phrase

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return (*self.markers, *self.since)


def read(fields: Mapping[str, Value], language: Language) -> Density:
    """Make the rule from its patterns."""
    if ("words" in fields) == ("markers" in fields):
        fields["times"].fail("beside 'times' a density needs either 'words' or 'markers'")
    among = fields.get("among")
    return Density(
        times=fields["times"].whole(least=2, most=100),
        words=fields["words"].whole(least=2, most=20) if "words" in fields else 0,
        among=read_wording(among.fields(("phrases",), WORDING), language.phrases) if among else None,
        markers=fields["markers"].texts() if "markers" in fields else (),
        since=fields["since"].texts() if "since" in fields else (),
        unless_after=language.phrases.add(fields["unless_after"]) if "unless_after" in fields else None,
        reason=fields["reason"].text() if "reason" in fields else "",
        numbers=frozenset((*language.numbers.values, *language.numbers.repeats)),
    )


def find(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    """Each time it comes back, from the one that makes it too often."""
    return _markers(rule, dialogue) if rule.markers else _wordings(rule, dialogue)


def _markers(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    floors: set[int] = set()
    begun = not rule.since
    for line in dialogue.agent_lines():
        spots = dialogue.spots(rule.markers, line.index)
        if spots:
            marked = _marked(rule, dialogue, line)
            spots = [spot for spot in spots if any(at in marked for at in range(spot.start, spot.end))]
        if spots and line.floor not in floors:
            floors.add(line.floor)
            if begun and len(floors) >= rule.times and not _excused(rule, dialogue, line):
                reason = rule.reason.replace("{times}", str(len(floors)))
                yield Spot(line.index, spots[0].start, spots[0].end, reason)
        begun = begun or bool(dialogue.spots(rule.since, line.index))


def _marked(rule: Density, dialogue: Dialogue, line: Line) -> set[int] | range:
    """The stream offsets of the words that a finding must share one of."""
    if rule.among is None:
        return range(len(line.text.stream))
    return {at for start, end in rule.among.find(line, dialogue) for at in range(start, end)}


def _excused(rule: Density, dialogue: Dialogue, line: Line) -> bool:
    before = dialogue.previous(line)
    return rule.unless_after is not None and before is not None and bool(before.hits.get(rule.unless_after))


def _wordings(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    never = MARKS | rule.numbers
    places: defaultdict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for line in dialogue.agent_lines():
        marked = _marked(rule, dialogue, line)
        if not marked:
            continue
        for start in range(len(line.text.stream) - rule.words + 1):
            wording = line.text.stream[start : start + rule.words]
            if never.isdisjoint(wording) and any(at in marked for at in range(start, start + rule.words)):
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
        yield Spot(index, start, end, reason=rule.reason.replace("{times}", str(times)))
