"""Rule type ``timing``: when something is said or not said. Times in seconds.

``event`` is a kind of event found in the sound, or one that the times of the turns tell: "monologue", the
agent has the floor for longer than ``least``; "inside", a turn of the agent's inside one of another speaker,
who goes on. Without times nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording
from voicecoach.rules.language import Language
from voicecoach.types import AGENT, Event

EVENTS = ("pause", "silence", "filler", "overlap", "interruption", "backchannel")
MONOLOGUE = "monologue"
INSIDE = "inside"
REQUIRED = ("event",)
OPTIONAL = (
    "least",
    "most",
    "times",
    "within",
    "words",
    "announced_by",
    "announced_words",
    "announced_before",
    "announced_most",
    "reason",
)


@dataclass(frozen=True, slots=True)
class Timing:
    """An event of the agent between ``least`` and ``most`` seconds long.

    From ``times`` of them within ``within`` seconds on they are found together, as one event.
    ``words`` is a wording that must be said during it, and is then what is found. An event is excused if one
    of the markers ``announced_by``, or ``announced_words``, was found within ``announced_before`` seconds
    before it and it is no longer than ``announced_most``.
    """

    event: str
    least: float
    most: float
    times: int
    within: float
    words: Wording | None
    announced_by: tuple[str, ...]
    announced_words: Wording | None
    announced_before: float
    announced_most: float
    reason: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return self.announced_by


def read(fields: Mapping[str, Value], language: Language) -> Timing:
    """Make the rule from its patterns."""

    def seconds(key: str, default: float) -> float:
        return fields[key].number(least=0) if key in fields else default

    def wording(key: str) -> Wording | None:
        if key not in fields:
            return None
        return read_wording(fields[key].fields(("phrases",), WORDING), language.phrases)

    return Timing(
        event=fields["event"].one_of((*EVENTS, MONOLOGUE, INSIDE)),
        least=seconds("least", 0.0),
        most=seconds("most", float("inf")),
        times=fields["times"].whole(least=1) if "times" in fields else 1,
        within=seconds("within", float("inf")),
        words=wording("words"),
        announced_by=fields["announced_by"].texts() if "announced_by" in fields else (),
        announced_words=wording("announced_words"),
        announced_before=seconds("announced_before", 0.0),
        announced_most=seconds("announced_most", float("inf")),
        reason=fields["reason"].text() if "reason" in fields else "",
    )


def find(rule: Timing, dialogue: Dialogue) -> Iterator[Spot]:
    """The events the rule is about."""
    for event, line in happened(rule, dialogue):
        if not rule.least <= event.duration <= rule.most or announced(rule, dialogue, event):
            continue
        reason = rule.reason.replace("{seconds}", f"{event.duration:.1f}")
        reason = "; ".join(part for part in (reason, event.detail) if part)
        line = line or _line(dialogue, event)
        if rule.words is not None:
            if line is None:
                continue
            first, end = _said(line, event)
            hits = [hit for hit in rule.words.find(line, dialogue) if hit[0] < end and first < hit[1]]
            if hits:
                yield Spot(line.index, hits[0][0], hits[-1][1], reason, event)
        elif line is None or event.kind in ("silence", "pause"):
            yield Spot(None, reason=reason, event=event)
        else:
            yield Spot(line.index, *_said(line, event), reason=reason, event=event)


def happened(rule: Timing, dialogue: Dialogue) -> Iterator[tuple[Event, Line | None]]:
    """The events of the agent of the kind that the rule is about, with their turn where that is known."""
    if rule.event == INSIDE:
        yield from _inside(dialogue)
        return
    events = _monologues(dialogue) if rule.event == MONOLOGUE else iter(dialogue.events)
    own = [event for event in events if event.kind == rule.event and event.speaker == AGENT]
    for event in own if rule.times == 1 else _together(own, rule.times, rule.within):
        yield event, None


def _together(events: Sequence[Event], times: int, within: float) -> Iterator[Event]:
    """Each run of at least ``times`` events of which as many lie within ``within`` seconds, as one event."""
    ordered = sorted(events, key=lambda event: event.start)
    first = 0
    while first + times <= len(ordered):
        end = first + times
        if ordered[end - 1].end - ordered[first].start > within:
            first += 1
            continue
        while end < len(ordered) and ordered[end].end - ordered[end - times + 1].start <= within:
            end += 1
        run = ordered[first:end]
        yield replace(run[0], end=run[-1].end, detail=f"{len(run)} times")
        first = end


def _monologues(dialogue: Dialogue) -> Iterator[Event]:
    """Stretches in which the agent has the floor, as events; none if nobody else is heard at all."""
    if all(line.agent for line in dialogue.lines):
        return
    floors: dict[int, list[Line]] = {}
    for line in dialogue.agent_lines():
        if line.turn.start is not None and line.turn.end is not None:
            floors.setdefault(line.floor, []).append(line)
    for lines in floors.values():
        start, end = lines[0].turn.start, lines[-1].turn.end
        assert start is not None
        assert end is not None
        yield Event(MONOLOGUE, AGENT, start, end)


def _inside(dialogue: Dialogue) -> Iterator[tuple[Event, Line]]:
    """Turns of the agent that lie inside a turn of another speaker, who goes on, as events."""
    until = 0.0  # the end of the others' turns that have begun
    for line in dialogue.lines:
        start, end = line.turn.start, line.turn.end
        if start is None or end is None:
            continue
        if not line.agent:
            until = max(until, end)
        elif end < until:
            yield Event(INSIDE, AGENT, start, end), line


def announced(rule: Timing, dialogue: Dialogue, event: Event) -> bool:
    """Whether an event is excused by what the agent said before."""
    if event.duration > rule.announced_most:
        return False
    for line in dialogue.agent_lines():
        if line.turn.start is None or line.turn.end is None or line.turn.start > event.start:
            continue
        if event.start <= line.turn.end + rule.announced_before and announcing(rule, dialogue, line):
            return True
    return False


def announcing(rule: Timing, dialogue: Dialogue, line: Line) -> tuple[tuple[int, int], ...]:
    """The stream offsets of the words of a turn that announce an event the rule is about."""
    spots = tuple((spot.start, spot.end) for spot in dialogue.spots(rule.announced_by, line.index))
    return (*spots, *(rule.announced_words.find(line, dialogue) if rule.announced_words else ()))


def _line(dialogue: Dialogue, event: Event) -> Line | None:
    """The agent's turn that an event belongs to."""
    best, most = None, 0.0
    for line in dialogue.agent_lines():
        if line.turn.start is not None and line.turn.end is not None:
            shared = min(line.turn.end, event.end) - max(line.turn.start, event.start)
            if shared > most:
                best, most = line, shared
    return best


def _said(line: Line, event: Event) -> tuple[int, int]:
    """The stream offsets of the words said during an event; the whole turn where its words have no times."""
    everything = (0, len(line.text.stream))
    if event.kind in (MONOLOGUE, INSIDE) or not line.turn.words:
        return everything
    said = [
        span
        for word, span in zip(line.turn.words, line.turn.word_spans(), strict=True)
        if word.start < event.end and word.end > event.start
    ]
    if not said:
        return everything
    first, last = said[0][0], said[-1][1]
    inside = [
        at for at, (start, end) in enumerate(line.text.spans) if start < end and start < last and end > first
    ]
    return (inside[0], inside[-1] + 1) if inside else everything
