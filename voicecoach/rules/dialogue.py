"""A conversation as the rules see it, and the parts that rule types are made of.

Rules judge the turns of the speaker named "agent"; the turns of everybody else are context. Places in a
turn are stream offsets (see text.py) until they leave the engine; times are seconds in the recording.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as parts_of
from typing import Any

from voicecoach.datafile import Value
from voicecoach.rules.patterns import Hits, Phrases
from voicecoach.rules.text import MARKS, OPEN, Text
from voicecoach.types import AGENT, UNKNOWN, Event, Turn

FARTHEST = 200  # turns; what is said later is no reply any more
PLACES = ("opening", "closing", "start", "end", "whole", "sentence", "after_customer", "before_customer")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a rule fires: ``start`` to ``end`` in the stream of a line, or an event without words."""

    line: int | None
    start: int = 0
    end: int = 0
    reason: str = ""
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A turn with its words and what the phrases of the pack found in it.

    ``floor`` counts how often the floor has changed hands before this turn; ``sentences`` are stream offsets,
    marks included.
    """

    index: int
    turn: Turn
    text: Text
    hits: Hits
    floor: int
    agent: bool  # whether the rules judge this turn
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """All turns, the events of the sound, and what earlier rules found."""

    lines: tuple[Line, ...]
    holding: Mapping[int, Sequence[Line]]  # by slot, the lines in which its phrases stand
    events: tuple[Event, ...]
    rises: Mapping[
        float, float
    ]  # semitones that the agent's voice rises, by the end of the word before a pause
    opening: frozenset[int]  # lines in the opening of the call
    closing: frozenset[int]
    floors: tuple[int, ...]  # the line with which each floor begins
    found: dict[tuple[str, int], list[Spot]] = field(
        default_factory=dict
    )  # by rule and line, in order, grows

    def agent_lines(self) -> Iterator[Line]:
        """The turns that are judged."""
        return (line for line in self.lines if line.agent)

    def previous(self, line: Line) -> Line | None:
        """The last turn of another speaker before this one."""
        first = self.floors[line.floor]
        return self.lines[first - 1] if first else None

    def following_other(self, line: Line) -> Line | None:
        """The next turn of another speaker after this one."""
        last = line.floor == len(self.floors) - 1
        return None if last else self.lines[self.floors[line.floor + 1]]

    def own(self, index: int, line: Line) -> Line | None:
        """The turn of that index if it belongs to the same speech as this one: nobody else spoke between."""
        same = 0 <= index < len(self.lines) and self.lines[index].floor == line.floor
        return self.lines[index] if same else None

    def other_speaks(self, index: int, line: Line) -> bool:
        """Whether the turn of that index is one of another speaker than this turn's."""
        return 0 <= index < len(self.lines) and self.lines[index].turn.speaker != line.turn.speaker

    def following(self, line: Line, floors: int) -> Iterator[Line]:
        """The agent's turns with words after this one, within so many times that the agent has the floor."""
        seen: set[int] = set()
        for later in self.lines[line.index + 1 : line.index + 1 + FARTHEST]:
            if later.agent and any(word not in MARKS for word in later.text.stream):
                seen.add(later.floor)
                if len(seen) > floors:
                    return
                yield later

    def spots(self, markers: Iterable[str], line: int) -> list[Spot]:
        """What rules found in a turn."""
        return [spot for marker in markers for spot in self.found.get((marker, line), ())]

    def touched(self, markers: Iterable[str], line: int, start: int, end: int) -> bool:
        """Whether rules found something in a turn that shares a word with start..end."""
        for marker in markers:
            spots = self.found.get((marker, line), ())
            at = bisect_right(spots, start, key=lambda spot: spot.end)
            if at < len(spots) and spots[at].start < end:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Places:
    """How much of a call is its opening and its closing: times the agent has the floor (language.yaml)."""

    opening: int
    closing: int


def make_dialogue(
    turns: Sequence[Turn],
    events: Sequence[Event],
    rises: Mapping[float, float],
    phrases: Phrases,
    places: Places,
) -> Dialogue:
    """Read all turns and look for all phrases in them."""
    lines: list[Line] = []
    floors: list[int] = []
    for index, turn in enumerate(turns):
        if not index or turn.speaker != turns[index - 1].speaker:
            floors.append(index)
        text, hits = phrases.look(turn.text)
        hits = {} if turn.speaker == UNKNOWN else hits
        lines.append(Line(index, turn, text, hits, len(floors) - 1, turn.speaker == AGENT, _sentences(text)))
    opening, closing = _edges(lines, places)
    holding: dict[int, list[Line]] = {}
    for line in lines:
        for slot in line.hits:
            holding.setdefault(slot, []).append(line)
    return Dialogue(
        lines=tuple(lines),
        holding=holding,
        events=tuple(events),
        rises=rises,
        opening=opening,
        closing=closing,
        floors=tuple(floors),
    )


def touching(hits: Sequence[tuple[int, int]], start: int, end: int) -> Sequence[tuple[int, int]]:
    """Those of some hits, in order and apart from each other, that share a word with start..end."""
    if not hits:
        return ()
    first = bisect_right(hits, start, key=lambda hit: hit[1])
    return hits[first : bisect_left(hits, end, lo=first, key=lambda hit: hit[0])]


def _edges(lines: Sequence[Line], places: Places) -> tuple[frozenset[int], frozenset[int]]:
    """The turns in the opening and in the closing of a call.

    Counted in times that the agent has the floor, or in turns where the agent is heard alone. In a short
    call the agent's first words belong to the opening only.
    """
    alone = len({line.floor for line in lines}) == 1
    units = {line.index: line.index if alone else line.floor for line in lines if line.agent}
    order = sorted(set(units.values()))
    first, last = order[: places.opening], order[-places.closing :]
    if len(order) > 1:
        last = [unit for unit in last if unit != order[0]]
    return (
        frozenset(index for index, unit in units.items() if unit in first),
        frozenset(index for index, unit in units.items() if unit in last),
    )


def _sentences(text: Text) -> tuple[tuple[int, int], ...]:
    starts = [at for at, word in enumerate(text.stream) if word == OPEN]
    return tuple(zip(starts, [*starts[1:], len(text.stream)], strict=True))


# Other turns that a wording may look at: those of the other speaker, and its own speaker's right beside it.
AROUND: Mapping[str, Callable[[Dialogue, Line], Line | None]] = {
    "after": Dialogue.previous,
    "before": Dialogue.following_other,
    "after_own": lambda dialogue, line: dialogue.own(line.index - 1, line),
    "before_own": lambda dialogue, line: dialogue.own(line.index + 1, line),
}
CONTEXT = tuple(key for place in AROUND for key in (place, f"unless_{place}"))
WORDING = ("phrases", "unless", "unless_turn", "where", *CONTEXT)


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases and when they count.

    ``unless`` phrases cancel a match they overlap, ``unless_turn`` any match in the same turn; ``context``
    says what another turn must or must not hold. All but ``where`` are slots of the phrases.
    """

    phrases: int
    unless: int | None
    unless_turn: int | None
    where: tuple[str, ...]
    context: tuple[tuple[str, int], ...]  # (key of CONTEXT, slot)

    def find(self, line: Line, dialogue: Dialogue) -> list[tuple[int, int]]:
        """Where the wording stands in a turn, as stream offsets."""
        found: Sequence[tuple[int, int]] = line.hits.get(self.phrases, ())
        if not found or not self._allowed(line, dialogue):
            return []
        against = line.hits.get(self.unless, ()) if self.unless is not None else ()
        kept = [hit for hit in found if not touching(against, *hit)]
        for place in self.where:
            if place in ("opening", "closing"):
                kept = kept if line.index in getattr(dialogue, place) else []
            elif place == "after_customer":
                kept = kept if dialogue.other_speaks(line.index - 1, line) else []
            elif place == "before_customer":
                kept = kept if dialogue.other_speaks(line.index + 1, line) else []
            elif place == "start":
                kept = [hit for hit in kept if _only_marks(line, 0, hit[0])]
            elif place == "end":
                kept = [hit for hit in kept if _only_marks(line, hit[1], len(line.text.stream))]
            elif place == "whole":
                kept = _covering(kept, line, 0, len(line.text.stream))
            elif place == "sentence":
                kept = [hit for start, end in line.sentences for hit in _covering(kept, line, start, end)]
        return kept

    def _allowed(self, line: Line, dialogue: Dialogue) -> bool:
        if self.unless_turn is not None and line.hits.get(self.unless_turn):
            return False
        for key, slot in self.context:
            other = AROUND[key.removeprefix("unless_")](dialogue, line)
            holds = other is not None and slot in other.hits
            if holds == key.startswith("unless_"):
                return False
        return True


def wordings(spec: Any) -> Iterator[tuple[str, Wording]]:
    """The wordings that a rule looks for, by name."""
    for part in parts_of(spec):
        value = getattr(spec, part.name)
        if isinstance(value, Wording):
            yield part.name, value


def read_wording(fields: Mapping[str, Value], phrases: Phrases) -> Wording:
    """Compile the wording keys of a rule."""

    def slot(key: str) -> int | None:
        return phrases.add(fields[key]) if key in fields else None

    where: tuple[str, ...] = ()
    if "where" in fields:
        value = fields["where"]
        entries = value.items() if isinstance(value.content, tuple) else (value,)
        where = tuple(entry.one_of(PLACES) for entry in entries)
    return Wording(
        phrases=phrases.add(fields["phrases"]),
        unless=slot("unless"),
        unless_turn=slot("unless_turn"),
        where=where,
        context=tuple((key, phrases.add(fields[key])) for key in CONTEXT if key in fields),
    )


def _only_marks(line: Line, start: int, end: int) -> bool:
    return all(line.text.stream[at] in MARKS for at in range(start, end))


def _covering(hits: Sequence[tuple[int, int]], line: Line, start: int, end: int) -> list[tuple[int, int]]:
    """The hits inside start..end as one span if together they leave no word out."""
    inside = [hit for hit in touching(hits, start, end) if start <= hit[0] and hit[1] <= end]
    at = start
    for hit in inside:
        if not _only_marks(line, at, hit[0]):
            return []
        at = hit[1]
    return [(inside[0][0], inside[-1][1])] if inside and _only_marks(line, at, end) else []
