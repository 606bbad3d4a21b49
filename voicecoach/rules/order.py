"""Rule type ``order``: after the customer says something, one thing comes before another.

The finding is the agent's wording (or a marker found by other rules) that comes too early: after the
trigger, and before any of the markers that should come ``first``. Within one turn the order of the words
decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Line, Spot, Wording, read_wording
from voicecoach.rules.language import Language

REQUIRED = ("trigger", "first", "early")
OPTIONAL = ("within",)


@dataclass(frozen=True, slots=True)
class Order:
    """What should come first and what is too early; ``within`` counts how often the agent has the floor."""

    trigger: Wording
    first: tuple[str, ...]
    early: Wording | None
    markers: tuple[str, ...]
    within: int

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return (*self.first, *self.markers)


def read(fields: Mapping[str, Value], language: Language) -> Order:
    """Make the rule from its patterns."""
    early = fields["early"].fields((), (*WORDING, "markers"))
    if "phrases" not in early and "markers" not in early:
        fields["early"].fail("'early' needs the key 'phrases' or 'markers'")
    return Order(
        trigger=read_wording(fields["trigger"].fields(("phrases",), WORDING), language.phrases),
        first=fields["first"].texts(),
        early=read_wording(early, language.phrases) if "phrases" in early else None,
        markers=early["markers"].texts() if "markers" in early else (),
        within=fields["within"].whole(least=1, most=50) if "within" in fields else 1,
    )


def find(rule: Order, dialogue: Dialogue) -> Iterator[Spot]:
    """The first thing that comes too early after each trigger."""
    seen: set[Spot] = set()
    for line in dialogue.holding.get(rule.trigger.phrases, ()):
        if not line.agent and rule.trigger.find(line, dialogue):
            spot = _too_early(rule, dialogue, line)
            if spot is not None and spot not in seen:
                seen.add(spot)
                yield spot


def _too_early(rule: Order, dialogue: Dialogue, line: Line) -> Spot | None:
    for answer in dialogue.following(line, rule.within):
        first = dialogue.spots(rule.first, answer.index)
        early = dialogue.spots(rule.markers, answer.index)
        if rule.early is not None:
            early += [Spot(answer.index, start, end) for start, end in rule.early.find(answer, dialogue)]
        if early:
            earliest = min(early, key=lambda spot: spot.start)
            return None if any(spot.start <= earliest.start for spot in first) else earliest
        if first:
            return None
    return None
