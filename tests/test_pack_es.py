"""The Spanish pack on spoken sentences of our own, from Spain and Latin America.

tests/sentences/es/ID.yaml holds what the rule ``finds``, what it ``leaves``, and with a reason what it
``misses`` although a person would mark it or finds falsely (``false``).
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voicecoach.rules import find, load_pack, read_lines

ES = load_pack("es")
SENTENCES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "sentences" / "es").glob("*.yaml"))
}
RIGHT = [
    (rule, kind, entry)
    for rule, kinds in SENTENCES.items()
    for kind in ("finds", "leaves")
    for entry in kinds.get(kind, ())
]
WRONG = [
    (rule, kind, entry, reason)
    for rule, kinds in SENTENCES.items()
    for kind in ("misses", "false")
    for entry, reason in kinds.get(kind, {}).items()
]


def found(rule: str, entry: str | list[str]) -> bool:
    example = read_lines([entry] if isinstance(entry, str) else entry)
    return any(match.rule == rule for match in find(ES, example.turns, events=example.events))


@pytest.mark.parametrize(("rule", "kind", "entry"), RIGHT, ids=lambda value: str(value)[:50])
def test_a_rule_does_with_a_sentence_what_we_say(rule: str, kind: str, entry: str | list[str]) -> None:
    assert found(rule, entry) == (kind == "finds")


def test_a_known_mistake_has_a_reason_and_is_still_one() -> None:
    assert all(reason for _, _, _, reason in WRONG)
    mended = [entry for rule, kind, entry, _ in WRONG if found(rule, entry) != (kind == "false")]
    assert mended == [], "no longer mistakes: move them to finds or leaves"


def test_there_are_enough_sentences_and_half_of_them_are_near_misses() -> None:
    assert {rule.id for rule in ES.rules} >= set(SENTENCES)
    holding = sum(len(kinds.get("finds", ())) + len(kinds.get("misses", ())) for kinds in SENTENCES.values())
    near = sum(len(kinds.get("leaves", ())) + len(kinds.get("false", ())) for kinds in SENTENCES.values())
    assert holding + near >= 390
    assert near >= 0.45 * (holding + near)


@pytest.mark.parametrize("rule", sorted(SENTENCES))
def test_precision_and_recall(rule: str) -> None:
    kinds = SENTENCES[rule]
    right, missed, wrong = (len(kinds.get(kind, ())) for kind in ("finds", "misses", "false"))
    assert right / (right + missed) >= 0.6
    assert right / (right + wrong) >= 0.7


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("listening.open_question", "que paso exactamente"),
        ("listening.clarification", "disculpe no le escuche bien"),
        ("courtesy.hold", "permitame un segundo"),
        ("courtesy.softener", "me podria decir su numero"),
        ("courtesy.apology", "le pido perdon por la demora"),
        ("structure.what", "mañana pasa el tecnico"),
        ("structure.what", "manana pasa el tecnico"),
        ("courtesy.closing", "adios que tenga buen dia"),
    ],
)
def test_accents_may_be_lost(rule: str, text: str) -> None:
    assert found(rule, text)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("Es el veintidós cuarenta y cinco", "dos dos cuatro cinco"),
        ("ciento veintitres", "1 2 3"),
        ("a las cuatro menos cuarto", "3:45"),
        ("el dos de mayo", "2 de mayo"),
        ("mil doscientos euros", "1.200 euros"),
        ("doble seis siete", "66 7"),
        ("seis cero cero, treinta y uno", "600 31"),
    ],
)
def test_a_number_read_back_is_found_however_it_is_said(heard: str, said: str) -> None:
    assert found("listening.echo", [f"customer: {heard}", f"agent: {said}"])
