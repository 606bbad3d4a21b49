"""Check a pack: every example does what it says, and suggested wording obeys the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voicecoach.rules.engine import find
from voicecoach.rules.loader import Pack, Rule, find_mistakes, load_pack
from voicecoach.types import AGENT, Turn


@dataclass(frozen=True, slots=True)
class Checked:
    """How many rules and examples there are, and one line for each mistake (file:line:col: what)."""

    rules: int
    examples: int
    mistakes: tuple[str, ...]


def check(language: str, *, extra: Iterable[str | Path] = (), builtin: bool = True) -> Checked:
    """Load the pack of a language as ``load_pack`` does, and run all examples.

    Raises:
        UsageError: no such language or folder.
    """
    found = find_mistakes(language, extra=extra, builtin=builtin)
    return Checked(0, 0, found) if found else check_pack(load_pack(language, extra=extra, builtin=builtin))


def check_pack(pack: Pack) -> Checked:
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
