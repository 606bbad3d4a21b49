"""Courtesy in its context: apologies, refusals and ways on, names; sentences for markers nobody has labelled.

tests/sentences/ID.yaml holds sentences of our own: those the rule ``finds``, those it ``leaves``,
and those it ``misses`` although a person would mark them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voicecoach.errors import DataFileError
from voicecoach.rules import find, load_pack, read_lines
from voicecoach.types import Match

EN = load_pack("en")
SENTENCES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "sentences").glob("*.yaml"))
}
ALL = [
    (rule, kind, entry)
    for rule, kinds in SENTENCES.items()
    for kind, entries in kinds.items()
    for entry in entries
]


def of(rule: str, *lines: str) -> list[Match]:
    example = read_lines(lines)
    return [match for match in find(EN, example.turns, events=example.events) if match.rule == rule]


@pytest.mark.parametrize(("rule", "kind", "entry"), ALL, ids=lambda value: str(value)[:60])
def test_a_rule_does_with_a_sentence_what_we_say(rule: str, kind: str, entry: str | list[str]) -> None:
    hits = of(rule, *([entry] if isinstance(entry, str) else entry))
    assert bool(hits) == (kind == "finds"), hits


def test_there_are_enough_sentences_and_half_of_them_are_near_misses() -> None:
    many = {
        "courtesy.softener",
        "courtesy.blame",
        "courtesy.dismissive",
        "courtesy.flat_refusal",
        "structure.options",
    }
    assert set(SENTENCES) > many
    for rule, kinds in SENTENCES.items():
        entries = [str(entry) for group in kinds.values() for entry in group]
        assert len(entries) == len(set(entries)) >= (40 if rule in many else 20), rule
        assert len(kinds["leaves"]) >= len(entries) // 2, rule
        assert len(kinds.get("misses", ())) <= len(entries) // 10, rule


# --- apologies ---


def test_one_apology_is_praised_and_the_third_is_one_too_many() -> None:
    call = [
        "agent: I'm so sorry about the delay.",
        "customer: Right.",
        "agent: I do apologise for that.",
        "customer: Yes, yes.",
        "agent: I'm very sorry again.",
    ]
    assert of("courtesy.repeated_apology", *call[:3]) == []
    (late,) = of("courtesy.repeated_apology", *call)
    assert (late.turn, late.reason) == (4, "apology number 3 in this call")
    assert len(of("courtesy.apology", *call)) == 3


def test_a_second_apology_counts_once_the_solution_has_begun() -> None:
    before = ["agent: I'm so sorry about the delay.", "customer: Right."]
    solution = ["agent: I'll send you a new one by Friday.", "customer: Good."]
    again = ["agent: We do apologise for that."]
    assert of("courtesy.repeated_apology", *before, *again, "customer: Yes.", *solution) == []
    (late,) = of("courtesy.repeated_apology", *before, *solution, *again)
    assert late.turn == 4
    assert "solution" in late.reason
    assert of("courtesy.repeated_apology", *solution, *again) == []  # the first one, however late


@pytest.mark.parametrize(
    "last",
    [
        "agent: Sorry?",
        "agent: Sorry, what was the number?",
        "agent: Sorry to keep you waiting.",
        "agent: sorry",
    ],
)
def test_a_passing_sorry_does_not_add_up(last: str) -> None:
    call = ["agent: I'm so sorry about that.", "customer: Right.", "agent: I do apologise.", "customer: Yes."]
    assert of("courtesy.repeated_apology", *call, last) == []


def test_a_new_problem_deserves_a_new_apology() -> None:
    call = [
        "agent: I'm so sorry about that.",
        "customer: Right.",
        "agent: I do apologise.",
        "customer: And now the screen is broken, too.",
        "agent: I'm sorry about that as well.",
    ]
    assert of("courtesy.repeated_apology", *call) == []


# --- a no, and what comes beside it ---


def test_options_after_a_no_say_so() -> None:
    (match,) = of(
        "structure.options",
        "customer: Can you send it today?",
        "agent: We can't send it today, I'm afraid.",
        "customer: Oh.",
        "agent: How about tomorrow morning?",
    )
    assert (match.turn, match.reason) == (3, "after a no")
    (match,) = of("structure.options", "agent: You can pay by card or by bank transfer.")
    assert match.reason == ""


def test_a_way_on_in_the_next_turn_excuses_a_no_and_in_the_turn_after_does_not() -> None:
    call = ["customer: Can I swap it?", "agent: No, we can't swap it.", "customer: Oh."]
    assert of("courtesy.flat_refusal", *call) != []
    assert of("courtesy.flat_refusal", *call, "agent: I can refund it, though.") == []
    late = ["agent: That is how it is.", "customer: Fine.", "agent: I can refund it, though."]
    assert of("courtesy.flat_refusal", *call, *late) != []


# --- names ---


def test_a_name_counts_from_where_the_customer_has_said_it() -> None:
    call = ["agent: Hello Amara.", "customer: My name is Amara Obi.", "agent: Thank you, Amara."]
    assert [match.turn for match in of("courtesy.name_use", *call)] == [2]
    (match,) = of("courtesy.name_use", *call)
    assert match.quote == "Amara"
    assert of("courtesy.name_use", "customer: My name is on the letter.", "agent: On it, right.") == []


def test_the_name_used_too_often_is_noted() -> None:
    call = [line for _ in range(5) for line in ("agent: Thank you, Mr Weber.", "customer: Yes.")]
    assert [match.turn for match in of("courtesy.repeated_name", *call)] == [6, 8]
    assert of("courtesy.repeated_name", *call[:6]) == []


# --- the customer's own thing ---


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("I'll check the washing machine for you.", "I'll check the washing machine for"),
        ("I'll check that for you.", ""),
        ("I'll check it on the screen.", ""),
        ("The washing machine is old.", ""),
        ("I'll ring the depot.", ""),
    ],
)
def test_naming_the_customers_own_thing_counts_only_in_what_one_does(said: str, quote: str) -> None:
    hits = of(
        "listening.concrete_words", "customer: Can you check why my washing machine leaks?", f"agent: {said}"
    )
    assert [match.quote for match in hits] == ([quote] if quote else [])


# --- worn phrases ---


@pytest.mark.parametrize(
    ("line", "worn"),
    [
        ("I do understand how you feel about this.", True),
        ("Thank you so much for your patience today.", True),
        ("Can I take the order number please?", False),
        ("Press the green button and wait.", False),
        ("Four two one seven nine six.", False),
    ],
)
def test_only_what_is_said_to_the_person_wears_out(line: str, worn: bool) -> None:
    call = [part for _ in range(3) for part in (f"agent: {line}", "customer: Yes.")]
    assert bool(of("delivery.stock_phrase", *call)) == worn


# --- the keys behind them ---

_HOUSE = """
rules:
  - id: courtesy.brand
    type: density
    polarity: neutral
    source: House manual 2026.
    grade: C
    patterns: {patterns}
    examples: {{match: ["[[Brand]]."], no_match: ["Bread."]}}
    message: It came again.
    advice: Say it once.
"""


@pytest.mark.parametrize(
    ("patterns", "says"),
    [
        ("{times: 3}", "house.yaml:8:23: beside 'times' a density needs either 'words' or 'markers'"),
        (
            "{times: 3, words: 4, markers: [courtesy.thanks]}",
            "house.yaml:8:23: beside 'times' a density needs",
        ),
        ("{words: 4}", "house.yaml:8:15: 'patterns' needs the key 'times'"),
        ("{times: 3, markers: [courtesy.thank]}", "looks for 'courtesy.thank', which is no rule"),
    ],
)
def test_what_is_wrong_with_a_density_is_said_in_one_line(tmp_path: Path, patterns: str, says: str) -> None:
    (tmp_path / "house.yaml").write_text(_HOUSE.format(patterns=patterns), encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        load_pack("en", extra=[tmp_path])
    assert says in str(error.value)
    assert "\n" not in str(error.value)
