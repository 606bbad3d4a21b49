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
OPTIONAL = ("within", "unless_found", "reason")


@dataclass(frozen=True, slots=True)
class Response:
    """A trigger and the reply wanted; ``within`` counts how often the agent has the floor."""

    by_agent: bool
    trigger: Wording
    reply: Wording | None
    markers: tuple[str, ...]
    missing: bool
    within: int
    unless_found: tuple[str, ...]  # markers that make up for a missing reply
    reason: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return (*self.markers, *self.unless_found)


def read(fields: Mapping[str, Value], language: Language) -> Response:
    """Make the rule from its patterns."""
    trigger = fields["trigger"].fields(("speaker", "phrases"), WORDING)
    reply = fields["reply"].fields((), (*WORDING, "markers"))
    if "phrases" not in reply and "markers" not in reply:
        fields["reply"].fail("'reply' needs the key 'phrases' or 'markers'")
    return Response(
        by_agent=trigger["speaker"].one_of(("customer", "agent")) == "agent",
        trigger=read_wording(trigger, language.phrases),
        reply=read_wording(reply, language.phrases) if "phrases" in reply else None,
        markers=reply["markers"].texts() if "markers" in reply else (),
        missing=fields["expect"].one_of(("present", "missing")) == "missing",
        within=fields["within"].whole(least=1, most=50) if "within" in fields else 1,
        unless_found=fields["unless_found"].texts() if "unless_found" in fields else (),
        reason=fields["reason"].text() if "reason" in fields else "",
    )


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
    replies = [spot for answer in answers for spot in _replies(rule, dialogue, answer)]
    if not rule.missing:
        yield from (replace(spot, reason=rule.reason) for spot in replies)
    elif not replies and answers:
        made_up = any(dialogue.spots(rule.unless_found, answer.index) for answer in answers)
        if not made_up and rule.by_agent:
            yield from (Spot(line.index, start, end, rule.reason) for start, end in triggers)
        elif not made_up:
            yield Spot(answers[0].index, 0, len(answers[0].text.stream), rule.reason)


def _replies(rule: Response, dialogue: Dialogue, answer: Line) -> list[Spot]:
    found = dialogue.spots(rule.markers, answer.index)
    if rule.reply is not None:
        found += [Spot(answer.index, start, end) for start, end in rule.reply.find(answer, dialogue)]
    return found
