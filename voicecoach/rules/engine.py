"""Run the rules of a pack over a conversation."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import replace

from voicecoach.rules import density, timing
from voicecoach.rules.dialogue import Dialogue, Line, Spot, make_dialogue
from voicecoach.rules.loader import TYPES, Pack, Rule
from voicecoach.types import AGENT, Event, Match, Turn


def find(
    pack: Pack,
    turns: Sequence[Turn],
    *,
    events: Sequence[Event] = (),
    rises: Mapping[float, float] | None = None,
) -> tuple[Match, ...]:
    """What the rules find in the turns of the speaker named "agent"; other turns are context.

    ``rises`` tells by how many semitones the agent's voice rises before a pause, by the time in seconds at
    which the last word before it ends. Turns without times, no events and no rises will do: rules that need
    them then find nothing. Matches come in the order of turns, those without a turn last.
    """
    return judge(pack, turns, events, rises)[1]


def judge(
    pack: Pack,
    turns: Sequence[Turn],
    events: Sequence[Event] = (),
    rises: Mapping[float, float] | None = None,
) -> tuple[Dialogue, tuple[Match, ...]]:
    """What ``find`` finds, with the conversation as the rules saw it and left it."""
    dialogue = read_turns(pack, turns, events, rises)
    matches: list[Match] = []
    told = {rule.id for rule in pack.rules}
    for rule in pack.run:
        spots = _spots(rule, dialogue)
        if rule.id in told:
            matches.extend(_match(rule, spot, dialogue) for spot in spots)
    matches.sort(
        key=lambda match: (match.turn is None, match.turn or 0, match.start_char, match.start or 0.0)
    )
    return dialogue, tuple(matches)


def across(pack: Pack, calls: Sequence[Sequence[Turn]]) -> tuple[tuple[tuple[int, Match], ...], ...]:
    """What the agent says in the same words in most of several calls.

    For each wording the calls it is in, by index, with its first place there; only rules of the type density
    that say ``calls`` look for it.
    """
    dialogues = [judge(pack, turns)[0] for turns in calls]
    return tuple(
        tuple((index, _match(rule, spot, dialogues[index])) for index, spot in spots.items())
        for rule in pack.rules
        for finder in rule.finders
        if finder.type == "density"
        for spots in density.across(finder.spec, dialogues)
    )


def spoken_in(turns: Sequence[Turn], language: str) -> Sequence[Turn]:
    """The turns as somebody hears them who knows one language only, "" for that of the call.

    Turns in another language keep their places and are without words.
    """
    if all(turn.language == language for turn in turns):
        return turns
    return [turn if turn.language == language else replace(turn, text="", words=()) for turn in turns]


def without(rule: Rule, unseen: Mapping[str, str]) -> str:
    """Why a rule can find nothing where some kinds of events cannot be seen; empty where it can."""
    kinds = [finder.spec.event if finder.type == "timing" else "" for finder in rule.finders]
    return unseen.get(kinds[0], "") if kinds and all(kind in unseen for kind in kinds) else ""


def role_cues(pack: Pack, turns: Sequence[Turn]) -> tuple[Match, ...]:
    """What is said in any turn that callers say, or people who answer for a company.

    The ``rule`` of a match is "caller" or "company", the names of the lists under ``roles`` in language.yaml.
    """
    slots = pack.words.roles
    return tuple(
        _cue(name, line, hit)
        for line in _cued(pack, turns)
        for name, slot in slots.items()
        for hit in line.hits.get(slot, ())
    )


def phase_cues(pack: Pack, turns: Sequence[Turn]) -> tuple[Match, ...]:
    """What is said in any turn that speaks for a phase of the call; the ``rule`` of a match is the phase.

    The lists stand under ``phases`` in language.yaml, one for what the agent and one for what others say.
    """
    slots = pack.words.phases
    return tuple(
        _cue(phase, line, hit)
        for line in _cued(pack, turns)
        for (speaker, phase), slot in slots.items()
        if (speaker == AGENT) == line.agent
        for hit in line.hits.get(slot, ())
    )


def announcements(pack: Pack, turns: Sequence[Turn]) -> tuple[Match, ...]:
    """What the agent says that announces a silence, by the rules on silences, as matches "announcement"."""
    specs = [finder.spec for rule in pack.rules for finder in rule.finders if finder.type == "timing"]
    dialogue = judge(pack, turns)[0]
    return tuple(
        _cue("announcement", line, hit)
        for spec in specs
        if spec.event == "silence"
        for line in dialogue.agent_lines()
        for hit in timing.announcing(spec, dialogue, line)
    )


def _cued(pack: Pack, turns: Sequence[Turn]) -> tuple[Line, ...]:
    words = pack.words
    return make_dialogue(turns, (), {}, words.cues, words.places).lines


def _cue(name: str, line: Line, hit: tuple[int, int]) -> Match:
    first, last = line.text.span(*hit)
    return Match(name, line.index, first, last, line.turn.text[first:last], *_times(line.turn, first, last))


def read_turns(
    pack: Pack,
    turns: Sequence[Turn],
    events: Sequence[Event] = (),
    rises: Mapping[float, float] | None = None,
) -> Dialogue:
    """The conversation as the rules of a pack see it, before any of them is run."""
    words = pack.words
    return make_dialogue(turns, events, rises or {}, words.phrases, words.places)


def _spots(rule: Rule, dialogue: Dialogue) -> list[Spot]:
    """What a rule finds, in whichever way; of spots that overlap, the first way's; later rules see them."""
    kept: list[Spot] = []
    for finder in rule.finders:
        for spot in TYPES[finder.type].find(finder.spec, dialogue):
            if spot.line is not None:
                if dialogue.touched((rule.id,), spot.line, spot.start, spot.end):
                    continue
                others = dialogue.found.setdefault((rule.id, spot.line), [])
                insort(others, spot, key=lambda other: other.start)
            kept.append(spot)
    return kept


def _match(rule: Rule, spot: Spot, dialogue: Dialogue) -> Match:
    event = spot.event
    if spot.line is None:
        assert event is not None
        return Match(rule.id, None, start=event.start, end=event.end, reason=spot.reason)
    line = dialogue.lines[spot.line]
    first, last = line.text.span(spot.start, spot.end)
    start, end = _times(line.turn, first, last) if event is None else (event.start, event.end)
    return Match(rule.id, spot.line, first, last, line.turn.text[first:last], start, end, spot.reason)


def _times(turn: Turn, first: int, last: int) -> tuple[float | None, float | None]:
    """When characters first..last of a turn were said: by its words, or else the whole turn."""
    said = turn.words_within(first, last)
    return (said[0].start, said[-1].end) if said else (turn.start, turn.end)
