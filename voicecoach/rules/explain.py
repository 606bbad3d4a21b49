"""Say why a rule fires on a conversation, or why it does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from voicecoach.rules.dialogue import Dialogue, Line, Wording
from voicecoach.rules.engine import find, read_turns
from voicecoach.rules.loader import Pack, Rule
from voicecoach.types import Event, Turn


def explain(pack: Pack, rule: Rule, turns: Sequence[Turn], events: Sequence[Event] = ()) -> tuple[str, ...]:
    """What the rule finds and, for each list of phrases, what was there and what cancelled it, as lines."""
    matches = [match for match in find(pack, turns, events=events) if match.rule == rule.id]
    said = [
        f"matches {match.quote!r}" if match.turn is not None else f"matches {match.start:g}-{match.end:g} s"
        for match in matches
    ]
    said = [
        f"{line} ({match.reason})" if match.reason else line
        for line, match in zip(said, matches, strict=True)
    ]
    dialogue = read_turns(pack, turns, events)
    reasons = [reason for finder in rule.finders for reason in _reasons(finder.spec, finder.type, dialogue)]
    return (*(said or ["does not match"]), *reasons)


def _reasons(spec: Any, name: str, dialogue: Dialogue) -> Iterator[str]:
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        if isinstance(value, Wording):
            for line in dialogue.lines:
                yield from _wording(value, f"{name}, {field.name}", line, dialogue)
    if spec.needs:
        yield f"{name}: also looks at what these rules find: {', '.join(spec.needs)}"


def _wording(wording: Wording, name: str, line: Line, dialogue: Dialogue) -> Iterator[str]:
    phrases = _quotes(line, wording.phrases)
    if not phrases:
        return
    where = f"{name}: in turn {line.index + 1} ({line.turn.speaker})"
    yield f"{where} the phrases are there: {phrases}"
    for key, what in (("unless", "near it"), ("unless_turn", "in the turn")):
        slot = getattr(wording, key)
        if slot is not None and (found := _quotes(line, slot)):
            yield f"{where} {key!r} stands {what}: {found}"
    if not wording.find(line, dialogue):
        limits = [
            *wording.where,
            *(key for key, _ in wording.context),
        ]
        yield f"{where} they do not count" + (f" (limits: {', '.join(limits)})" if limits else "")


def _quotes(line: Line, slot: int) -> str:
    spans = (line.text.span(start, end) for start, end in line.hits.get(slot, ()))
    return ", ".join(repr(line.turn.text[first:last]) for first, last in spans)
