"""Why a rule matches or does not: the phrase and the words, what cancels them, what came nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.rules import explain, load_pack, loader, new_rule, read_lines

HOUSE = """\
rules:
  - id: courtesy.brand
    type: phrase
    polarity: positive
    source: House manual, page 4.
    grade: B
    patterns:
      phrases:
        - green house
        - greenfield (heating|gas) ... service
      unless: [no green house]
      unless_turn: [field trip]
      where: start
      after: [who]
      unless_found: [courtesy.calm]
    examples:
      match:
        - - "customer: Who is it?"
          - "agent: [[Green house]] here."
      no_match: ["The green house."]
    message: You named the company.
    advice: Name it once, at the start.
  - id: courtesy.calm
    type: phrase
    polarity: neutral
    source: House manual, page 5.
    grade: C
    patterns:
      phrases: [green house of ours]
    examples:
      match: ["The [[green house of ours]]."]
      no_match: ["The green house."]
    message: You spoke of the house.
    advice: Name it once, at the start.
"""


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        (
            ["customer: Who is it?", "agent: Green house."],
            ["matches 'Green house'", "'Green house' in turn 2 fits the phrase 'green house' (house.yaml:9)"],
        ),
        (
            ["Greenfield heating repair."],
            [
                "nearest is 'greenfield (heating|gas) ... service' (house.yaml:10)",
                "fits 'Greenfield heating repair'",
                "but then wants a word or 'service', not the end of the sentence",
            ],
        ),
        (["Greenfield oil."], ["which fits 'Greenfield' but then wants 'gas' or 'heating', not 'oil'"]),
        (["Nothing of it."], ["none of its phrases is said"]),
        (
            ["No green house."],
            ["'green house' does not count: 'No green house' fits the phrase 'no green house'"],
        ),
        (["Green house, field trip."], ["does not count: 'unless_turn' holds 'field trip'"]),
        (["Our green house."], ["it does not count: 'where' wants start"]),
        (["customer: Yes.", "agent: Green house."], ["'after' wants other words than the turn 'Yes.'"]),
        (["Green house."], ["'after' wants other words than no turn there"]),
        (
            ["customer: Who?", "agent: Green house of ours."],
            ["does not match", "it looks at courtesy.calm, which finds 'Green house of ours' in turn 2"],
        ),
    ],
)
def test_why_a_phrase_matches_or_does_not(tmp_path: Path, lines: list[str], reasons: list[str]) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE, encoding="utf-8")
    pack = load_pack("en", extra=[tmp_path], builtin=False)
    told = "\n".join(explain(pack, pack.rule("courtesy.brand"), read_lines(lines).turns))
    for reason in reasons:
        assert reason in told


@pytest.mark.parametrize(
    ("name", "lines", "reasons"),
    [
        ("question", ["What happened?"], ["'What happened' has", "a question mark"]),
        ("question", ["It happened."], ["has no question mark"]),
        (
            "echo",
            ["customer: It is four two one.", "agent: Four two two."],
            ["says back no word, 0 of 0; numbers said: 422, heard: 421; wanted: 3 words and a share of 0.8"],
        ),
        ("echo", ["Four two one."], ["nobody else has spoken before"]),
        (
            "response",
            ["customer: It is for our wedding.", "agent: I see."],
            ["trigger: 'wedding' in turn 1 fits the phrase", "reply: none of its phrases is said"],
        ),
        (
            "order",
            ["customer: I want to cancel.", "agent: What happened? Here is a discount."],
            [
                "does not match",
                "early: 'discount' in turn 2 fits",
                "looks at listening.open_question, which finds",
            ],
        ),
        (
            "density",
            ["At the end of the day. At the end of the week."],
            ["is said most often: 2, wanted are 3"],
        ),
        ("density", ["Yes."], ["no sentence has 4 words"]),
        ("timing", ["agent 0-1: So.", "silence agent 1-5"], ["silence 1-5 s: 4.0 s, shorter than 10"]),
        (
            "timing",
            ["agent 0-1: One moment.", "silence agent 1-15"],
            ["silence 1-15 s: 14.0 s, long enough, announced before", "'One moment' fits"],
        ),
        ("timing", ["So."], ["no silence of the agent; it needs times"]),
    ],
)
def test_why_for_each_type(tmp_path: Path, name: str, lines: list[str], reasons: list[str]) -> None:
    new_rule("listening.house", tmp_path, type_=name)
    pack = load_pack("en", extra=[tmp_path])
    example = read_lines(lines)
    told = "\n".join(explain(pack, pack.rule("listening.house"), example.turns, example.events))
    for reason in reasons:
        assert reason in told


def test_every_example_of_every_rule_can_be_explained() -> None:
    pack = load_pack("en")
    for rule in pack.rules:
        for example in rule.match:
            told = explain(pack, rule, example.turns, example.events)
            assert told[0].startswith("matches"), rule.id
            assert len(told) > 1
    assert set(loader.TYPES) == {finder.type for rule in pack.rules for finder in rule.finders}
