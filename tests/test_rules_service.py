"""Spoken service talk: what a strict trainer would mark in it, and what only sounds so."""

from __future__ import annotations

import pytest

from voicecoach.rules import find, load_pack, read_lines

EN = load_pack("en")

CALL = ("agent: What's your account number, and is your line working?", "customer: It is.")

# Rule, lines; the last line is the agent's and holds what the rule finds.
FINDS = [
    (
        "listening.reflection",
        (*CALL, "customer: I stayed in twice and nobody came.", "agent: So you stayed in twice for nothing."),
    ),
    (
        "listening.reflection",
        (*CALL, "customer: I'm at the end of it.", "agent: It sounds like you're exhausted by all this."),
    ),
    ("courtesy.other_department", ("customer: No van yet.", "agent: The drivers always take ages.")),
    ("courtesy.self_introduction", ("agent: Good morning, Lowfield Trains, Brona here, what can I do?",)),
    (
        "courtesy.name_use",
        ("customer: The table is booked under Imelda.", "agent: Thanks, Imelda."),
    ),
    ("structure.what", ("customer: Good.", "agent: You're now registered for the new tariff.")),
    ("structure.why", ("customer: The alarm rings.", "agent: When did it first go wrong?")),
    ("listening.clarification", ("customer: Two of them.", "agent: sorry was that two or ten")),
    (
        "listening.unacknowledged_problem",
        ("customer: My computer won't turn on.", "agent: Is it plugged in?"),
    ),
    (
        "courtesy.flat_refusal",
        ("customer: Could I pay in May?", "agent: I'm afraid not, no."),
    ),
    ("structure.why", ("customer: It froze.", "agent: What exactly were you doing when it froze?")),
    ("courtesy.anything_else", ("customer: Fine.", "agent: Was there owt else today?")),
    ("courtesy.thanks", ("customer: Bye.", "agent: Cheers, bye!")),
]
LEAVES = [
    (
        "listening.reflection",
        (*CALL, "customer: Can I have a second line?", "agent: You want a second line."),
    ),
    ("listening.reflection", (*CALL, "customer: Right.", "agent: It's closed until half past nine.")),
    ("listening.reflection", (*CALL, "customer: Hello?", "agent: Sorry to keep you waiting.")),
    (
        "listening.reflection",
        ("customer: It's a message about a disk.", "agent: So it says a disk is full."),
    ),
    (
        "listening.reflection",
        ("customer: I changed the cable.", "agent: So the new cable has caused this."),
    ),
    ("listening.empathy", ("customer: And my pictures?", "agent: Your pictures will be safe.")),
    ("listening.closed_question", ("customer: Now?", "agent: Please do one thing, open the lid.")),
    ("courtesy.hold", ("customer: Now?", "agent: I'll stay on the line until it starts.")),
    ("courtesy.other_department", ("customer: No van yet.", "agent: They take about an hour.")),
    ("courtesy.self_introduction", ("agent: Good morning, is everybody here?",)),
    ("courtesy.name_use", ("customer: It's still under warranty.", "agent: Yes, under warranty.")),
    ("structure.what", ("customer: It's wrong.", "agent: We put things right now and then.")),
    ("structure.how", ("customer: The alarm rings.", "agent: When did it first go wrong?")),
    ("structure.how", ("customer: I see.", "agent: What I can do is send you another one.")),
    ("listening.clarification", ("customer: The bill came late.", "agent: Sorry, is that all right now?")),
    (
        "listening.unacknowledged_problem",
        ("customer: Does it turn on by itself?", "agent: Is it the new one?"),
    ),
    (
        "courtesy.flat_refusal",
        (
            "customer: Could I pay in May?",
            "agent: I'm afraid not. You could pay half now and half in April.",
        ),
    ),
    (
        "courtesy.flat_refusal",
        ("customer: Nobody has been in touch yet.", "agent: I'm afraid not."),
    ),
]


@pytest.mark.parametrize(("rule", "lines"), FINDS)
def test_a_trainer_would_mark_it(rule: str, lines: tuple[str, ...]) -> None:
    turns = read_lines(lines).turns
    assert rule in {match.rule for match in find(EN, turns) if match.turn == len(turns) - 1}


@pytest.mark.parametrize(("rule", "lines"), LEAVES)
def test_a_trainer_would_not_mark_it(rule: str, lines: tuple[str, ...]) -> None:
    assert rule not in {match.rule for match in find(EN, read_lines(lines).turns)}
