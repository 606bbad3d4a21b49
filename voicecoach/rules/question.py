"""Rule type ``question``: a question by its form, with or without a question mark.

The forms of a language stand in its language.yaml under ``questions``. A question is open if an open
form (who, what, how, tell me about) stands in it and no closed one (inversion, tag) before, as in the
coding of counselling talks (Motivational Interviewing Treatment Integrity code, MITI 4.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import Dialogue, Line, Spot
from voicecoach.rules.language import Language
from voicecoach.rules.text import ASK

REQUIRED = ("form",)
OPTIONAL = ("unless",)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of one form; the rest are slots of the pack's phrases."""

    form: str  # open, closed or any
    open: int
    closed: int
    checks: int
    never: int
    unless: int | None
    needs: tuple[str, ...] = ()


def read(fields: Mapping[str, Value], language: Language) -> Question:
    """Make the rule from its patterns."""
    return Question(
        form=fields["form"].one_of(("open", "closed", "any")),
        open=language.slot("questions", "open"),
        closed=language.slot("questions", "closed"),
        checks=language.slot("questions", "checks"),
        never=language.slot("questions", "never"),
        unless=language.phrases.add(fields["unless"]) if "unless" in fields else None,
    )


def find(rule: Question, dialogue: Dialogue) -> Iterator[Spot]:
    """One spot for each sentence that asks in this form."""
    for line in dialogue.agent_lines():
        for start, end in line.sentences:
            form = _form(rule, line, start, end)
            if form and rule.form in (form, "any"):
                yield Spot(line.index, start, end)


def _form(rule: Question, line: Line, start: int, end: int) -> str:
    """Which question a sentence is: "open", "closed" or "" for none."""

    def hits(slot: int | None) -> list[tuple[int, int]]:
        return [] if slot is None else [hit for hit in line.hits.get(slot, ()) if start <= hit[0] < end]

    against = [*hits(rule.never), *hits(rule.unless)]

    def first(slot: int) -> tuple[int, int] | None:
        found = (hit for hit in hits(slot) if not any(hit[0] < d and c < hit[1] for c, d in against))
        return next(found, None)

    opened, closed = first(rule.open), first(rule.closed)
    if opened and (closed is None or opened[0] < closed[1]):
        return "open"
    if closed:
        return "closed"
    return "closed" if line.text.stream[end - 1] == ASK and not hits(rule.checks) and not against else ""
