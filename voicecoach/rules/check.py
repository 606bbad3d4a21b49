"""Check a pack: every example does what it says, and suggested wording obeys the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voicecoach.rules.engine import find
from voicecoach.rules.loader import Pack, Rule
from voicecoach.types import AGENT, Turn


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rules and examples there are, and one line for each mistake (file:line:col: what)."""

    rules: int
    examples: int
    mistakes: tuple[str, ...]


def check(pack: Pack) -> Checked:
    """Run all examples of a pack."""
    mistakes = [mistake for rule in pack.rules for mistake in _mistakes(pack, rule)]
    examples = sum(len(rule.match) + len(rule.no_match) for rule in pack.rules)
    return Checked(len(pack.rules), examples, tuple(mistakes))


def _mistakes(pack: Pack, rule: Rule) -> Iterator[str]:
    for example in (*rule.match, *rule.no_match):
        found = find(pack, example.turns, events=example.events)
        wrong = example.differs(tuple(match for match in found if match.rule == rule.id))
        if wrong:
            place = example.place
            yield f"{place.path}:{place.line}:{place.column}: {rule.id}: this example {wrong}"
    negative = {other.id for other in pack.rules if other.polarity == "negative"}
    for wording in (rule.advice, *rule.say):
        for match in find(pack, [Turn(AGENT, wording)]):
            if match.rule in negative:
                place = rule.place
                yield (
                    f"{place.path}:{place.line}:{place.column}: {rule.id}: its own advice {match.quote!r} "
                    f"goes against {match.rule}; suggest other words"
                )
