"""Rule type ``question``: a question by its form, with or without a question mark.

The forms of a language stand in its language.yaml under ``questions``. A question is open if it invites a
story, closed if yes, no or a fact answers it; in a turn with both the open one counts, as in the coding of
counselling talks (Motivational Interviewing Treatment Integrity code, MITI 4.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicecoach.datafile import Value
from voicecoach.rules.dialogue import Dialogue, Line, Spot, touching
from voicecoach.rules.language import QUESTIONS, Language
from voicecoach.rules.text import ASK, MARKS

REQUIRED = ("form",)
OPTIONAL = ("unless", "then", "rise")

ASKING = ("open", "requests", "facts", "closed")  # forms that ask whatever the mark at the end

Hit = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of one form; ``slots`` are those of the forms, ``then`` the most words after it.

    ``rise`` in semitones: a statement about the customer that ends a turn and rises so much is a question.
    """

    form: str  # open, closed or any
    slots: Mapping[str, int]
    unless: int | None
    then: int | None
    rise: float
    needs: tuple[str, ...] = ()


def read(fields: Mapping[str, Value], language: Language) -> Question:
    """Make the rule from its patterns."""
    return Question(
        form=fields["form"].one_of(("open", "closed", "any")),
        slots={name: language.slot("questions", name) for name in QUESTIONS},
        unless=language.phrases.add(fields["unless"]) if "unless" in fields else None,
        then=fields["then"].whole(least=0, most=1000) if "then" in fields else None,
        rise=fields["rise"].number(least=0) if "rise" in fields else float("inf"),
    )


def find(rule: Question, dialogue: Dialogue) -> Iterator[Spot]:
    """One spot for each sentence that asks in this form; beside an open question no closed one counts."""
    forms = [rule.slots[name] for name in (*ASKING, "statements")]
    for line in dialogue.agent_lines():
        if ASK not in line.text.stream and not any(slot in line.hits for slot in forms):
            continue
        asked = [(form, at) for at in line.sentences if (form := _form(rule, line, *at))]
        if _rises(rule, line, dialogue) and line.sentences[-1] not in (at for _, at in asked):
            asked.append(("closed", line.sentences[-1]))
        if rule.then is not None and asked and _words_after(line, asked[-1][1][1]) > rule.then:
            continue
        wanted = {"open", "closed"} if rule.form == "any" else {rule.form}
        if rule.form == "closed" and any(form == "open" for form, _ in asked):
            continue
        for form, (start, end) in asked:
            if form in wanted:
                yield Spot(line.index, start, end)


def _form(rule: Question, line: Line, start: int, end: int) -> str:
    """Which question a sentence is: "open", "closed" or "" for none."""
    mark = line.text.stream[end - 1]

    def hits(slot: int | None) -> list[Hit]:
        return [] if slot is None else list(touching(line.hits.get(slot, ()), start, end))

    against = sorted((*hits(rule.slots["never"]), *hits(rule.unless)))
    stopped = mark != ASK and bool(line.text.given[slice(*line.text.spans[end - 1])].strip())

    def asking(name: str) -> Hit | None:
        """The first hit that counts; in a sentence written with a full stop it has to begin it."""
        found = (hit for hit in hits(rule.slots[name]) if not _overlaps(hit, against))
        return next((hit for hit in found if not stopped or hit[0] == start or name == "requests"), None)

    opened = min(filter(None, (asking("open"), asking("requests"))), default=None)
    closed, fact = asking("closed"), asking("facts")
    if opened and not (fact and _overlaps(opened, [fact])) and not (closed and closed[1] < opened[0]):
        return "open"
    if opened or closed or fact:
        return "closed"
    if mark != ASK or against or hits(rule.slots["checks"]):
        return ""
    return "open" if hits(rule.slots["asked"]) else "closed"


def _rises(rule: Question, line: Line, dialogue: Dialogue) -> bool:
    """Whether the last sentence of a turn begins as a statement about the customer and the voice rises."""
    words, (start, end) = line.turn.words, line.sentences[-1]
    if not words or dialogue.rises.get(words[-1].end, 0.0) < rule.rise:
        return False
    told = touching(line.hits.get(rule.slots["statements"], ()), start, end)
    never = touching(line.hits.get(rule.slots["never"], ()), start, end)
    return bool(told) and told[0][0] == start and not never


def _overlaps(hit: Hit, others: list[Hit]) -> bool:
    return any(hit[0] < end and start < hit[1] for start, end in others)


def _words_after(line: Line, at: int) -> int:
    return sum(word not in MARKS for word in line.text.stream[at:])
