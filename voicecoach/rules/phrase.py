"""Rule type ``phrase``: words the agent says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Spot, Wording, read_wording
from voicecoach.rules.language import Language

REQUIRED = ("phrases",)
OPTIONAL = (*WORDING, "unless_found")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording of the agent; it does not count where one of the rules ``unless_found`` finds something."""

    wording: Wording
    unless_found: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Rules that run first."""
        return self.unless_found


def read(fields: Mapping[str, Value], language: Language) -> Phrase:
    """Make the rule from its patterns."""
    unless_found = fields["unless_found"].texts() if "unless_found" in fields else ()
    return Phrase(read_wording(fields, language.phrases), unless_found)


def find(rule: Phrase, dialogue: Dialogue) -> Iterator[Spot]:
    """Each place where the wording stands."""
    for line in dialogue.holding.get(rule.wording.phrases, ()):
        if not line.agent:
            continue
        for start, end in rule.wording.find(line, dialogue):
            if not dialogue.touched(rule.unless_found, line.index, start, end):
                yield Spot(line.index, start, end)
