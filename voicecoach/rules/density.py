"""Rule type ``density``: the same again and again within one call, a wording or a marker.

A wording is ``words`` words in a row. A marker is what other rules find; it counts once for each time the
agent has the floor. The finding is each one from the ``times``-th on. A wording may also be the same in call
after call (``across``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording
from voicecoach.rules.language import Language
from voicecoach.rules.text import MARKS

REQUIRED = ("times",)
OPTIONAL = (
    "words",
    "among",
    "markers",
    "since",
    "unless_after",
    "unless_heard",
    "reason",
    "calls",
    "share",
    "house",
)


@dataclass(frozen=True, slots=True)
class Density:
    """What is said at least ``times`` times: ``words`` words in a row, or one of ``markers``.

    Either counts only where it shares a word with ``among``. A marker is reported only after one of the
    markers ``since``, not right after the customer has said ``unless_after`` and not once they have said
    ``unless_heard``.

    Over several calls a wording counts that is in at least ``calls`` of them, in more than ``share`` of all
    (0..1), and mostly in turns without the markers ``house``, whose wording the house may have set.
    """

    times: int
    words: int
    among: Wording | None
    markers: tuple[str, ...]
    since: tuple[str, ...]
    unless_after: int | None
    unless_heard: int | None
    reason: str
    calls: int
    share: float
    house: tuple[str, ...]
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
        times=fields["times"].whole(least=1 if "since" in fields else 2, most=100),
        words=fields["words"].whole(least=2, most=20) if "words" in fields else 0,
        among=read_wording(among.fields(("phrases",), WORDING), language.phrases) if among else None,
        markers=fields["markers"].texts() if "markers" in fields else (),
        since=fields["since"].texts() if "since" in fields else (),
        unless_after=language.phrases.add(fields["unless_after"]) if "unless_after" in fields else None,
        unless_heard=language.phrases.add(fields["unless_heard"]) if "unless_heard" in fields else None,
        reason=fields["reason"].text() if "reason" in fields else "",
        calls=fields["calls"].whole(least=2, most=1000) if "calls" in fields else 0,
        share=fields["share"].number(least=0, most=1) if "share" in fields else 0.0,
        house=fields["house"].texts() if "house" in fields else (),
        numbers=frozenset((*language.numbers.values, *language.numbers.repeats)),
    )


def find(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    """Each time it comes back, from the one that makes it too often."""
    return _markers(rule, dialogue) if rule.markers else _wordings(rule, dialogue)


def _markers(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    floors: set[int] = set()
    begun = not rule.since
    for line in dialogue.lines:
        if not line.agent:
            if rule.unless_heard is not None and line.hits.get(rule.unless_heard):
                return
            continue
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


def across(rule: Density, dialogues: Sequence[Dialogue]) -> Iterator[dict[int, Spot]]:
    """Each wording that is the same in most of several calls, as its first place in each of them by index.

    The dialogues hold what the other rules have found. A longer wording is given once, as far as it is the
    same in all of these calls.
    """
    if not rule.calls or not rule.words:
        return
    places = [_places(rule, dialogue) for dialogue in dialogues]
    held: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, found in enumerate(places):
        for wording in found:
            held[wording].append(index)
    often = {
        wording: calls
        for wording, calls in held.items()
        if len(calls) >= rule.calls and len(calls) > rule.share * len(dialogues)
    }
    told: list[dict[int, Spot]] = []
    for wording, calls in often.items():
        firsts = {call: places[call][wording][0] for call in calls}
        streams = [dialogues[call].lines[line].text.stream[at:] for call, (line, at) in firsts.items()]
        length = rule.words
        while len(following := {stream[length] for stream in streams}) == 1 and MARKS.isdisjoint(following):
            length += 1
        spots = {call: Spot(line, at, at + length) for call, (line, at) in firsts.items()}
        house = [bool(_of_the_house(rule, dialogues[call], spot)) for call, spot in spots.items()]
        known = any(_overlap(spots[calls[0]], other.get(calls[0])) for other in told)
        if 2 * sum(house) < len(house) and not known:
            told.append(spots)
            yield spots


def _overlap(spot: Spot, other: Spot | None) -> bool:
    if other is None or spot.line != other.line:
        return False
    return spot.start < other.end and other.start < spot.end


def _of_the_house(rule: Density, dialogue: Dialogue, spot: Spot) -> list[Spot]:
    assert spot.line is not None
    return dialogue.spots(rule.house, spot.line)


def _places(rule: Density, dialogue: Dialogue) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    """Where each wording that counts begins: line and stream offset, in order."""
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
    return places


def _wordings(rule: Density, dialogue: Dialogue) -> Iterator[Spot]:
    places = _places(rule, dialogue)
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
