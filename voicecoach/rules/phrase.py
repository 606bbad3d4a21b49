"""Rule type ``phrase``: words the agent says, or a scorecard of cues in them (see cues.py).

With ``names`` only the customer's name counts: a word of the wording that the customer has said before as
the last word of one of these phrases ("my name is _").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules import cues
from voicecoach.rules.cues import Cues
from voicecoach.rules.dialogue import WORDING, Dialogue, Spot, Wording, read_wording
from voicecoach.rules.language import Language
from voicecoach.rules.text import MARKS

REQUIRED = ("phrases|cues",)
OPTIONAL = (*WORDING[1:], "unless_found", "names", "needed")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording of the agent, or cues; not where one of the rules ``unless_found`` finds something."""

    wording: Wording | None
    cues: Cues | None
    unless_found: tuple[str, ...]
    names: Wording | None
    common: frozenset[str]

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return self.unless_found


def read(fields: Mapping[str, Value], language: Language) -> Phrase:
    """Make the rule from its patterns."""
    unless_found = fields["unless_found"].texts() if "unless_found" in fields else ()
    if "cues" in fields:
        for key in fields:
            if key not in ("cues", "needed", "unless_found"):
                fields[key].fail(f"{key!r} does not go with 'cues'; write it into a cue")
        if "needed" not in fields:
            fields["cues"].fail("'cues' need the key 'needed': how many points make a finding")
        return Phrase(None, cues.read(fields, language), unless_found, None, language.common)
    if "needed" in fields:
        fields["needed"].fail("'needed' goes with 'cues' only")
    names = fields["names"].fields(("phrases",), WORDING) if "names" in fields else None
    return Phrase(
        read_wording(fields, language.phrases),
        None,
        unless_found,
        None if names is None else read_wording(names, language.phrases),
        language.common,
    )


def find(rule: Phrase, dialogue: Dialogue) -> Iterator[Spot]:
    """Each place where the wording stands, or each turn whose cues have points enough."""
    for spot in _spots(rule, dialogue):
        if spot.line is not None and not dialogue.touched(rule.unless_found, spot.line, spot.start, spot.end):
            yield spot


def _spots(rule: Phrase, dialogue: Dialogue) -> Iterator[Spot]:
    if rule.wording is None:
        assert rule.cues is not None
        yield from cues.find(rule.cues, dialogue)
        return
    named = {} if rule.names is None else _named(rule.names, rule.common, dialogue)
    if rule.names is not None and not named:
        return
    for line in dialogue.holding.get(rule.wording.phrases, ()):
        if not line.agent:
            continue
        hits = rule.wording.find(line, dialogue)
        if rule.names is not None:
            hits = [
                (at, at + 1)
                for start, end in hits
                for at in range(start, end)
                if named.get(line.text.stream[at], line.index) < line.index
            ]
        yield from (Spot(line.index, *hit) for hit in hits)


def _named(names: Wording, common: frozenset[str], dialogue: Dialogue) -> dict[str, int]:
    """The names that the customer has given, and in which line first."""
    named: dict[str, int] = {}
    for line in dialogue.holding.get(names.phrases, ()):
        if not line.agent:
            for _, end in names.find(line, dialogue):
                word = line.text.stream[end - 1]
                if word not in MARKS and word not in common:
                    named.setdefault(word, line.index)
    return named
