"""The Japanese pack: sentences of our own, in folder sentences/ja, and whole calls.

A file is a rule: what it ``finds`` and ``leaves``, what it ``misses`` although a person would mark it, and
what it finds wrongly (``false``). A known mistake that is none any more fails, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voicecoach.rules import find, load_pack, read_lines

JA = load_pack("ja")
SENTENCES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "sentences" / "ja").glob("*.yaml"))
}
ALL = [
    (rule, kind, [entry] if isinstance(entry, str) else entry)
    for rule, kinds in SENTENCES.items()
    for kind, entries in kinds.items()
    for entry in entries
]


def found(*lines: str) -> set[str]:
    """The rules that find something in the last line."""
    example = read_lines(lines)
    last = len(example.turns) - 1
    return {match.rule for match in find(JA, example.turns, events=example.events) if match.turn == last}


@pytest.mark.parametrize(("rule", "kind", "lines"), ALL, ids=lambda value: str(value)[:60])
def test_a_rule_does_with_a_sentence_what_we_say(rule: str, kind: str, lines: list[str]) -> None:
    assert (rule in found(*lines)) == (kind in ("finds", "false")), lines


def test_there_are_enough_sentences_and_half_of_them_are_near_misses() -> None:
    counts = {
        kind: sum(other == kind for _, other, _ in ALL) for kind in ("finds", "misses", "leaves", "false")
    }
    assert sum(counts.values()) >= 500
    assert counts["leaves"] + counts["false"] >= sum(counts.values()) * 0.48
    timing = {"listening.interruption", *(rule.id for rule in JA.rules if rule.category == "delivery")}
    again = {"courtesy.repeated_apology", "courtesy.repeated_name"}
    assert SENTENCES.keys() == {rule.id for rule in JA.rules} - timing - again


def test_what_is_missed_or_wrong_stays_seldom() -> None:
    """Precision and recall over all sentences; the floors are what was measured, rounded down."""
    right = sum(kind == "finds" for _, kind, _ in ALL)
    missed = sum(kind == "misses" for _, kind, _ in ALL)
    wrong = sum(kind == "false" for _, kind, _ in ALL)
    assert right / (right + missed) >= 0.95
    assert right / (right + wrong) >= 0.97


@pytest.mark.parametrize("rule", [rule.id for rule in JA.rules])
def test_a_rule_has_three_examples_and_three_near_misses(rule: str) -> None:
    again = rule in ("courtesy.repeated_apology", "courtesy.repeated_name")  # a whole call each
    assert len(JA.rule(rule).match) >= (1 if again else 3)
    assert len(JA.rule(rule).no_match) >= 3


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("お電話ありがとうございます山田でございます", "courtesy.greeting"),  # no marks at all
        ("お電話ありがとうございます山田でございます", "courtesy.self_introduction"),
        ("有難う御座います", "courtesy.thanks"),
        ("大変申訳御座いません", "courtesy.apology"),
        ("少々御待ち下さい", "courtesy.hold"),
        ("えーと少々あのーお待ちください", "courtesy.hold"),
        ("電源は入りますか", "listening.closed_question"),
        ("どのような音がしますか", "listening.open_question"),
    ],
)
def test_a_transcript_as_a_recogniser_writes_it(line: str, rule: str) -> None:
    assert rule in found(f"agent: {line}")


def test_full_width_digits_are_read_back() -> None:
    assert "listening.echo" in found("customer: 番号は４２１９です。", "agent: 4219ですね。")


CALLS = yaml.safe_load((Path(__file__).parent / "calls" / "ja.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CALLS)
def test_a_whole_call(name: str) -> None:
    matches = find(JA, read_lines([line["said"] for line in CALLS[name]]).turns)
    told = [[match.rule for match in matches if match.turn == at] for at in range(len(CALLS[name]))]
    assert told == [line.get("finds", []) for line in CALLS[name]]


@pytest.mark.parametrize(
    ("line", "rule", "quote"),
    [
        ("私に言われても困りますけど", "courtesy.dismissive", "私に言われても困りますけど"),
        ("お電話ありがとうございます田中でございます", "courtesy.greeting", "お電話ありがとうございます"),
        ("差し支えなければご年齢を伺えますか", "courtesy.softener", "差し支えなければ"),
    ],
)
def test_a_quote_does_not_end_inside_a_word(line: str, rule: str, quote: str) -> None:
    assert quote in [
        match.quote for match in find(JA, read_lines([f"agent: {line}"]).turns) if match.rule == rule
    ]
