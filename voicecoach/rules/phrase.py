"""Rule type ``phrase``: words the agent says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import WORDING, Dialogue, Spot, Wording, read_wording
from voicecoach.rules.language import Language

REQUIRED = ("phrases",)
OPTIONAL = WORDING


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording of the agent."""

    wording: Wording
    needs: tuple[str, ...] = ()


def read(fields: Mapping[str, Value], language: Language) -> Phrase:
    """Make the rule from its patterns."""
    return Phrase(read_wording(fields, language.phrases))


def find(rule: Phrase, dialogue: Dialogue) -> Iterator[Spot]:
    """Each place where the wording stands."""
    for line in dialogue.agent_lines():
        for start, end in rule.wording.find(line, dialogue):
            yield Spot(line.index, start, end)
