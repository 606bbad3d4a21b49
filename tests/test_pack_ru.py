"""The Russian pack: sentences of our own with the markers they hold, and ways a recogniser writes them.

tests/sentences/ru/ID.yaml holds sentences that the rule ``finds`` and that it ``leaves``, and those where it
is wrong, each with a reason: ``misses`` (a person would mark it) and ``false`` (a person would not).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voicecoach.rules import find, load_pack, read_lines
from voicecoach.rules.text import MARKS, read
from voicecoach.types import Match

RU = load_pack("ru")
KINDS = ("finds", "leaves", "misses", "false")
SENTENCES: dict[str, dict[str, list[Any]]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "sentences" / "ru").glob("*.yaml"))
}
ENTRIES = [
    (rule, kind, entry) for rule, kinds in SENTENCES.items() for kind, said in kinds.items() for entry in said
]


CALLS = yaml.safe_load(
    (Path(__file__).parent / "sentences" / "ru" / "calls" / "calls.yaml").read_text(encoding="utf-8")
)


def of(rule: str, said: str | list[str]) -> list[Match]:
    example = read_lines([said] if isinstance(said, str) else said)
    return [match for match in find(RU, example.turns, events=example.events) if match.rule == rule]


@pytest.mark.parametrize(("rule", "kind", "entry"), ENTRIES, ids=lambda value: str(value)[:60])
def test_a_rule_does_with_a_sentence_what_we_say(rule: str, kind: str, entry: Any) -> None:
    known = kind in ("misses", "false")  # as things are; when the rule gets it right, it moves
    hits = of(rule, entry["said"] if known else entry)
    assert bool(hits) == (kind in ("finds", "false")), hits


def test_what_the_rules_get_wrong_is_little_and_has_a_reason() -> None:
    found = {kind: sum(len(kinds.get(kind, ())) for kinds in SENTENCES.values()) for kind in KINDS}
    assert found["finds"] + found["misses"] >= 150
    assert found["leaves"] + found["false"] >= 150
    recall = found["finds"] / (found["finds"] + found["misses"])
    precision = found["finds"] / (found["finds"] + found["false"])
    assert recall >= 0.95
    assert precision >= 0.95
    for kinds in SENTENCES.values():
        assert set(kinds) <= set(KINDS)
        for entry in (*kinds.get("misses", ()), *kinds.get("false", ())):
            assert set(entry) == {"said", "why"}


def test_every_rule_of_words_has_sentences() -> None:
    timed = {"delivery.monologue", "delivery.filler_cluster"}  # nothing of them depends on words
    assert {rule.id for rule in RU.rules} - timed == set(SENTENCES)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("двадцать второго мая", "22 мая"),
        ("двадцать второго мая", "22-го мая"),
        ("половина третьего", "2:30"),
        ("без десяти три", "2:50"),
        ("восемь девятьсот шестнадцать сто двадцать три", "8 916 123"),
        ("к двадцати двум", "22"),
        ("тысяча двести рублей", "1200"),
        ("эн о эс о вэ", "Н-О-С-О-В"),
    ],
)
def test_a_number_is_the_same_however_it_is_said(said: str, written: str) -> None:
    def signs(text: str) -> list[str]:
        stream = read(text, RU.words.spelling).stream
        return [run.signs for run in RU.words.numbers.runs([word for word in stream if word not in MARKS])]

    assert signs(said) == signs(written) != []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("courtesy.closing", "ВСЕГО ХОРОШЕГО ДО СВИДАНЬЯ ДО СВИДАНИЯ"),
        ("courtesy.hold", "э секундочку ээ я посмотрю"),
        ("courtesy.hold", "э-э, секундочку"),
        ("courtesy.apology", "Приношу свои извинения… за\u00a0задержку"),
        ("listening.confirmation", "правильно ли я вас понял"),
        ("courtesy.thanks", "Спасибо что\u0301 дождались"),
        ("courtesy.hold_return", "нашла ваш зеле\u0308ный чайник"),
    ],
)
def test_what_recognisers_do_to_words(rule: str, said: str) -> None:
    assert of(rule, said)


def test_both_letters_are_one() -> None:
    assert read("Ещё зелёный", RU.words.spelling).stream == read("еще зеленый", RU.words.spelling).stream
    assert [match.quote for match in of("courtesy.apology", "простите ещё раз, мне жаль")] != []


@pytest.mark.parametrize("name", CALLS)
def test_a_whole_call_holds_what_a_trainer_would_mark(name: str) -> None:
    found: dict[int, set[str]] = {}
    for match in find(RU, read_lines(CALLS[name]["turns"]).turns):
        assert match.turn is not None
        found.setdefault(match.turn, set()).add(match.rule)
    assert found == {turn: set(rules) for turn, rules in CALLS[name]["finds"].items()}


def test_the_calls_differ_as_they_should() -> None:
    against = {rule.id for rule in RU.rules if rule.polarity == "negative"}
    held = {name: {rule for rules in CALLS[name]["finds"].values() for rule in rules} for name in CALLS}
    assert not held["good"] & against
    assert not held["complaint"] & against
    assert len(held["poor"] & against) >= 6
