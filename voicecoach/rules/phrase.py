"""Rule type ``phrase``: words the agent says.

With ``names`` only the customer's name counts: a word of the wording that the customer has said before as
the last word of one of these phrases ("my name is _").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Spot, Wording, read_wording
from voicecoach.rules.language import Language
from voicecoach.rules.text import MARKS

REQUIRED = ("phrases",)
OPTIONAL = (*WORDING, "unless_found", "names")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording of the agent; it does not count where one of the rules ``unless_found`` finds something."""

    wording: Wording
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
    names = fields["names"].fields(("phrases",), WORDING) if "names" in fields else None
    return Phrase(
        read_wording(fields, language.phrases),
        unless_found,
        None if names is None else read_wording(names, language.phrases),
        language.common,
    )


def find(rule: Phrase, dialogue: Dialogue) -> Iterator[Spot]:
    """Each place where the wording stands."""
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
        for start, end in hits:
            if not dialogue.touched(rule.unless_found, line.index, start, end):
                yield Spot(line.index, start, end)


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
