"""Say why a rule fires on a conversation, or why it does not.

Told are, for each way the rule has of finding something: which phrase fits which words, what cancels it, what
the other rules it looks at find and, where no phrase fits, the one that came nearest and the word at which it
broke off.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from voicecoach.datafile import Value
from voicecoach.rules.cues import score
from voicecoach.rules.density import Density
from voicecoach.rules.dialogue import AROUND, Dialogue, Line, Wording, touching, wordings
from voicecoach.rules.echo import Echo
from voicecoach.rules.engine import judge
from voicecoach.rules.loader import Finder, Pack, Rule
from voicecoach.rules.patterns import Phrases
from voicecoach.rules.phrase import Phrase
from voicecoach.rules.question import Question
from voicecoach.rules.text import ASK, END, MARKS, OPEN
from voicecoach.rules.timing import Timing, announced, happened
from voicecoach.spacing import joined
from voicecoach.types import Event, Turn

_MARKS = {
    OPEN: "the beginning of a sentence",
    ASK: "a question mark",
    END: "the end of the sentence",
    "_": "a word",
}
_TOLD = 4  # of the words that could have followed
_LONGEST = 72  # characters shown of a phrase


def explain(pack: Pack, rule: Rule, turns: Sequence[Turn], events: Sequence[Event] = ()) -> tuple[str, ...]:
    """What the rule finds, and why it does or does not, as lines."""
    dialogue, matches = judge(pack, turns, events)
    said = [
        (f"matches {match.quote!r}" if match.turn is not None else f"matches {match.start:g}-{match.end:g} s")
        + (f" ({match.reason})" if match.reason else "")
        for match in matches
        if match.rule == rule.id
    ]
    reasons = [reason for finder in rule.finders for reason in _reasons(finder, dialogue, pack.words.phrases)]
    return (*(said or ["does not match"]), *reasons)


def _reasons(finder: Finder, dialogue: Dialogue, phrases: Phrases) -> Iterator[str]:
    spec = finder.spec
    if type(spec) in _OWN:
        yield from (f"{finder.type}: {reason}" for reason in _OWN[type(spec)](spec, dialogue))
    for name, wording in wordings(spec):
        customer = name in ("trigger", "names") and not getattr(spec, "by_agent", False)
        lines = [line for line in dialogue.lines if line.agent != customer]
        head = finder.type if name == "wording" else f"{finder.type}, {name}"
        yield from (f"{head}: {reason}" for reason in _wording(wording, lines, dialogue, phrases))
    for need in spec.needs:
        for line in dialogue.lines:
            for spot in dialogue.spots((need,), line.index):
                quote = _quote(line, spot.start, spot.end)
                yield f"{finder.type}: it looks at {need}, which finds {quote}{_where(line, dialogue)}"
    missing = [need for need in spec.needs if not any(marker == need for marker, _ in dialogue.found)]
    if missing:
        yield f"{finder.type}: it looks at {', '.join(missing)}: nothing found"


def _wording(wording: Wording, lines: Sequence[Line], dialogue: Dialogue, phrases: Phrases) -> Iterator[str]:
    if not any(line.hits.get(wording.phrases) for line in lines):
        yield f"none of its phrases is said{_nearest(wording.phrases, lines, phrases)}"
    for line in lines:
        where = _where(line, dialogue)
        hits = line.hits.get(wording.phrases, ())
        for hit in hits:
            yield f"{_quote(line, *hit)}{where} fits {_fitting(wording.phrases, line, hit, phrases)}"
            for start, end in _hits(line, wording.unless, *hit):
                fits = _fitting(wording.unless, line, (start, end), phrases)
                against = f"{_quote(line, start, end)} fits {fits} of 'unless'"
                yield f"{_quote(line, *hit)} does not count: {against}"
        if hits:
            yield from (f"it does not count{where}: {why}" for why in _limits(wording, line, dialogue))


def _limits(wording: Wording, line: Line, dialogue: Dialogue) -> Iterator[str]:
    """Which limits but ``unless`` keep a wording that is there from counting."""
    free = dataclasses.replace(wording, unless=None, unless_turn=None, where=(), context=())
    for start, end in _hits(line, wording.unless_turn, 0, len(line.text.stream)):
        yield f"'unless_turn' holds {_quote(line, start, end)}"
    for key, slot in wording.context:
        if not dataclasses.replace(free, context=((key, slot),)).find(line, dialogue):
            other = AROUND[key.removeprefix("unless_")](dialogue, line)
            said = f"the turn {other.turn.text!r}" if other else "no turn there"
            yield (
                f"{key!r} forbids {said}"
                if key.startswith("unless_")
                else f"{key!r} wants other words than {said}"
            )
    for place in wording.where:
        if not dataclasses.replace(free, where=(place,)).find(line, dialogue):
            yield f"'where' wants {place}"


def _question(rule: Question, dialogue: Dialogue) -> Iterator[str]:
    for line in dialogue.agent_lines():
        for start, end in line.sentences:
            slots: Mapping[str, int | None] = {**rule.slots, "unless": rule.unless}
            found = [
                f"{name} {_quote(line, *hit)}"
                for name, slot in slots.items()
                for hit in _hits(line, slot, start, end)
            ]
            mark = "a question mark" if line.text.stream[end - 1] == ASK else "no question mark"
            yield f"{_quote(line, start, end)} has {', '.join((*found, mark)) or 'no form of a question'}"


def _echo(rule: Echo, dialogue: Dialogue) -> Iterator[str]:
    heard: list[str] = []
    for line in dialogue.lines:
        words = [word for word in line.text.stream if word not in MARKS]
        if not line.agent:
            heard = [*heard, *words][-rule.reach :]
            continue
        if not heard:
            yield f"nobody else has spoken before {line.turn.text!r}"
        for start, end in line.sentences if heard else ():
            said = [word for word in line.text.stream[start:end] if word not in MARKS]
            content = rule.language.content(said)
            shared = sorted(content & rule.language.content(heard))
            numbers = [
                " ".join(run.signs for run in rule.language.numbers.runs(side)) for side in (said, heard)
            ]
            back = f"{', '.join(shared) or 'no word'}, {len(shared)} of {len(content)}"
            read = f"numbers said: {numbers[0] or 'none'}, heard: {numbers[1] or 'none'}"
            wanted = [] if rule.words is None else [f"{rule.words} words and a share of {rule.share:g}"]
            wanted += [] if rule.digits is None else [f"{rule.digits} digits"]
            quote = _quote(line, start, end)
            yield f"{quote} says back {back}; {read}; wanted: {' or '.join(wanted)}"


def _density(rule: Density, dialogue: Dialogue) -> Iterator[str]:
    if not rule.words:
        said = sum(1 for line in dialogue.agent_lines() if dialogue.spots(rule.markers, line.index))
        yield f"the agent says it in {said} turns, wanted are {rule.times}"
        return
    counts = Counter(
        wording
        for line in dialogue.agent_lines()
        for wording in zip(*(line.text.stream[at:] for at in range(rule.words)), strict=False)
        if MARKS.isdisjoint(wording)
    )
    for wording, count in counts.most_common(1):
        yield f"{joined(wording)!r} is said most often: {count}, wanted are {rule.times}"
    if not counts:
        yield f"no sentence has {rule.words} words"


def _timing(rule: Timing, dialogue: Dialogue) -> Iterator[str]:
    events = [event for event, _ in happened(rule, dialogue)]
    for event in events:
        length = event.duration
        why = f"shorter than {rule.least:g}" if length < rule.least else "long enough"
        why = f"longer than {rule.most:g}" if length > rule.most else why
        why += ", announced before" if announced(rule, dialogue, event) else ""
        yield f"{rule.event} {event.start:g}-{event.end:g} s: {length:.1f} s, {why}"
    if not events:
        yield f"no {rule.event} of the agent; it needs times, such as '{rule.event} agent 3.0-9.5'"


def _phrase(rule: Phrase, dialogue: Dialogue) -> Iterator[str]:
    card = rule.cues
    if card is None:
        return
    for line, best in score(card, dialogue):
        quote = f"{_quote(line, best.start, best.end)}{_where(line, dialogue)}"
        yield f"{quote} has {best.points} points, {card.needed} are needed"
        yield from (f"{cue.points:+d} {cue.name}" for cue in sorted(best.cues, key=lambda cue: -cue.points))


_OWN: Mapping[type, Callable[[Any, Dialogue], Iterator[str]]] = {
    Phrase: _phrase,
    Question: _question,
    Echo: _echo,
    Density: _density,
    Timing: _timing,
}


def _fitting(slot: int | None, line: Line, hit: tuple[int, int], phrases: Phrases) -> str:
    """The phrase of a slot that stands at this place."""
    for phrase, alone in phrases.apart(slot) if slot is not None else ():
        if any(start <= hit[0] and hit[1] <= end for start, end in alone.scan(line.text).get(0, ())):
            return f"the phrase {_short(phrase)}"
    return "a phrase"


def _nearest(slot: int, lines: Sequence[Line], phrases: Phrases) -> str:
    best, most = "", 0
    for phrase, alone in phrases.apart(slot):
        for line in lines:
            start, end, wanted = alone.nearest(line.text)
            length = sum(word not in MARKS for word in line.text.stream[start:end])
            if length <= most:
                continue
            most = length
            after = line.text.stream[end] if end < len(line.text.stream) else END
            names = [_MARKS.get(label, repr(label)) for label in wanted]
            if len(names) > _TOLD:
                names = [*names[:_TOLD], "others"]
            best = (
                f"; nearest is {_short(phrase)}, which fits "
                f"{_quote(line, start, end)} but then wants {' or '.join(names)}, "
                f"not {_MARKS.get(after, repr(after))}"
            )
    return best


def _short(phrase: Value) -> str:
    text = phrase.text()
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return f"{text!r} ({Path(phrase.path).name}:{phrase.line})"


def _hits(line: Line, slot: int | None, start: int, end: int) -> Sequence[tuple[int, int]]:
    return () if slot is None else touching(line.hits.get(slot, ()), start, end)


def _quote(line: Line, start: int, end: int) -> str:
    first, last = line.text.span(start, end)
    return repr(line.turn.text[first:last])


def _where(line: Line, dialogue: Dialogue) -> str:
    return f" in turn {line.index + 1}" if len(dialogue.lines) > 1 else ""
