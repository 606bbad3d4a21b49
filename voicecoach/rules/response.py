"""Rule type ``response``: what somebody says, and what the agent then says or fails to say.

The trigger is a wording of the customer or of the agent. The reply is a wording of the agent, or a
marker found by other rules, within so many times that the agent has the floor. With ``expect: present``
the reply is the finding; with ``expect: missing`` its absence is, shown at the agent's own trigger or at
the first turn after the customer's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording
from voicecoach.rules.language import Language

REQUIRED = ("trigger", "reply", "expect")
OPTIONAL = ("within", "instead", "unless_found", "reason")


@dataclass(frozen=True, slots=True)
class Response:
    """A trigger and the reply wanted; ``within`` counts how often the agent has the floor."""

    by_agent: bool
    trigger: Wording
    reply: Wording | None
    markers: tuple[str, ...]
    missing: bool
    within: int
    instead: Wording | None  # with or without markers: what is said in place of a missing reply
    instead_markers: tuple[str, ...]
    unless_found: tuple[str, ...]  # markers that make up for a missing reply
    reason: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return (*self.markers, *self.instead_markers, *self.unless_found)


def read(fields: Mapping[str, Value], language: Language) -> Response:
    """Make the rule from its patterns."""
    trigger = fields["trigger"].fields(("speaker", "phrases"), WORDING)
    reply, markers = _answer(fields, "reply", language)
    instead, instead_markers = _answer(fields, "instead", language)
    missing = fields["expect"].one_of(("present", "missing")) == "missing"
    if "instead" in fields and not missing:
        fields["instead"].fail("'instead' goes with 'expect: missing' only")
    return Response(
        by_agent=trigger["speaker"].one_of(("customer", "agent")) == "agent",
        trigger=read_wording(trigger, language.phrases),
        reply=reply,
        markers=markers,
        missing=missing,
        within=fields["within"].whole(least=1, most=50) if "within" in fields else 1,
        instead=instead,
        instead_markers=instead_markers,
        unless_found=fields["unless_found"].texts() if "unless_found" in fields else (),
        reason=fields["reason"].text() if "reason" in fields else "",
    )


def _answer(
    fields: Mapping[str, Value], key: str, language: Language
) -> tuple[Wording | None, tuple[str, ...]]:
    if key not in fields:
        return None, ()
    answer = fields[key].fields((), (*WORDING, "markers"))
    if "phrases" not in answer and "markers" not in answer:
        fields[key].fail(f"{key!r} needs the key 'phrases' or 'markers'")
    wording = read_wording(answer, language.phrases) if "phrases" in answer else None
    return wording, answer["markers"].texts() if "markers" in answer else ()


def find(rule: Response, dialogue: Dialogue) -> Iterator[Spot]:
    """The replies, or the places where one is missing."""
    seen: set[Spot] = set()
    for line in dialogue.holding.get(rule.trigger.phrases, ()):
        if line.agent == rule.by_agent:
            triggers = rule.trigger.find(line, dialogue)
            for spot in _judge(rule, dialogue, line, triggers) if triggers else ():
                if spot not in seen:
                    seen.add(spot)
                    yield spot


def _judge(
    rule: Response, dialogue: Dialogue, line: Line, triggers: Sequence[tuple[int, int]]
) -> Iterator[Spot]:
    answers = list(dialogue.following(line, rule.within))
    if rule.by_agent:
        answers.insert(0, line)
    replies = _said(rule.reply, rule.markers, answers, dialogue)
    if not rule.missing:
        yield from (replace(spot, reason=rule.reason) for spot in replies)
    elif not replies and answers:
        if any(dialogue.spots(rule.unless_found, answer.index) for answer in answers):
            return
        if rule.instead is not None or rule.instead_markers:
            found = _said(rule.instead, rule.instead_markers, answers, dialogue)
            yield from (replace(spot, reason=rule.reason) for spot in found[:1])
        elif rule.by_agent:
            yield from (Spot(line.index, start, end, rule.reason) for start, end in triggers)
        else:
            yield Spot(answers[0].index, 0, len(answers[0].text.stream), rule.reason)


def _said(
    wording: Wording | None, markers: Sequence[str], answers: Sequence[Line], dialogue: Dialogue
) -> list[Spot]:
    """Where a wording or markers stand in some turns, in order."""
    found: list[Spot] = []
    for answer in answers:
        here = dialogue.spots(markers, answer.index)
        if wording is not None:
            here += [Spot(answer.index, start, end) for start, end in wording.find(answer, dialogue)]
        found += sorted(here, key=lambda spot: spot.start)
    return found
