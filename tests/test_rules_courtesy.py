"""Courtesy and short words of listening: sentences of our own, and what must (not) be found in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.rules import Pack, find, load_pack
from voicecoach.types import AGENT, CUSTOMER, Turn

EN = load_pack("en")


def turns(talk: str) -> list[Turn]:
    """A dialogue of lines such as "a: One moment." (agent) and "c: Fine." (customer)."""
    return [
        Turn(AGENT if line.startswith("a:") else CUSTOMER, line[2:].strip())
        for line in talk.strip().splitlines()
    ]


def where(rule: str, talk: str, pack: Pack = EN) -> list[int]:
    """The turns in which a rule finds something, each once, counted from 0."""
    return sorted(
        {match.turn for match in find(pack, turns(talk)) if match.rule == rule and match.turn is not None}
    )


# --- what stands in the turns around ---

AROUND = """
rules:
  - id: courtesy.right
    type: phrase
    polarity: neutral
    source: A test.
    grade: C
    patterns:
      phrases: [right]
      KEY: [fine]
    examples: {match: [EXAMPLE], no_match: [left]}
    message: You said right.
    advice: Say more.
"""
TALK = "c: fine\na: right\na: fine\na: right\na: good\nc: good\na: good\na: right\na: fine\nc: fine"


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("after", [1, 3]),
        ("unless_after", [7]),
        ("before", [7]),
        ("unless_before", [1, 3]),
        ("after_own", [3]),
        ("unless_after_own", [1, 7]),
        ("before_own", [1, 7]),
        ("unless_before_own", [3]),
    ],
)
def test_other_turns_decide(tmp_path: Path, key: str, lines: list[int]) -> None:
    example = '["customer: fine", "agent: [[right]]", "agent: fine", "customer: fine"]'
    if key == "after_own":
        example = '["agent: fine", "agent: [[right]]"]'
    if key.startswith("unless"):
        example = '"[[right]]"'
    (tmp_path / "house.yaml").write_text(AROUND.replace("KEY", key).replace("EXAMPLE", example))
    pack = load_pack("en", extra=[tmp_path], builtin=False)
    assert where("courtesy.right", TALK, pack) == lines
