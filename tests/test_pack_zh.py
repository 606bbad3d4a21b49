"""The Chinese pack: sentences of our own with the markers they hold, scripts, numbers, and whole calls.

tests/sentences/zh/ID.yaml holds sentences that the rule ``finds`` and that it ``leaves``, and those where it
is wrong, each with a reason: ``misses`` (a person would mark it) and ``false`` (a person would not).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opencc
import pytest
import yaml

from voicecoach.rules import find, load_pack, read_lines
from voicecoach.rules.text import read
from voicecoach.types import Match

ZH = load_pack("zh")
KINDS = ("finds", "leaves", "misses", "false")
SENTENCES: dict[str, dict[str, list[Any]]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "sentences" / "zh").glob("*.yaml"))
}
CONVERTERS = {way: opencc.OpenCC(way) for way in ("s2t", "s2tw", "t2s")}
ENTRIES = [
    (rule, kind, entry) for rule, kinds in SENTENCES.items() for kind, said in kinds.items() for entry in said
]


def of(rule: str, said: str | list[str]) -> list[Match]:
    """What the rule finds in the last turn."""
    example = read_lines([said] if isinstance(said, str) else said)
    last = len(example.turns) - 1
    return [
        match
        for match in find(ZH, example.turns, events=example.events)
        if match.rule == rule and match.turn == last
    ]


@pytest.mark.parametrize("rule", sorted(SENTENCES))
@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_does_with_sentences_what_we_say(rule: str, kind: str) -> None:
    known = kind in ("misses", "false")  # as things are; when the rule gets it right, it moves
    said = [entry["said"] if known else entry for entry in SENTENCES[rule].get(kind, ())]
    assert [entry for entry in said if bool(of(rule, entry)) != (kind in ("finds", "false"))] == []


def test_what_the_rules_get_wrong_is_little_and_has_a_reason() -> None:
    found = {kind: sum(len(kinds.get(kind, ())) for kinds in SENTENCES.values()) for kind in KINDS}
    assert found["finds"] + found["misses"] >= 280
    assert found["leaves"] + found["false"] >= 240
    assert found["finds"] / (found["finds"] + found["misses"]) >= 0.95
    assert found["finds"] / (found["finds"] + found["false"]) >= 0.95
    for kinds in SENTENCES.values():
        assert set(kinds) <= set(KINDS)
        for entry in (*kinds.get("misses", ()), *kinds.get("false", ())):
            assert set(entry) == {"said", "why"}


def test_every_character_of_the_pack_is_read_in_traditional_script() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in sorted(pack_files()))
    fold = ZH.words.spelling.fold
    characters = {character.translate(fold) for character in written if "\u4e00" <= character <= "\u9fff"}
    lost = {
        (simplified, traditional)
        for simplified in characters
        for traditional in (CONVERTERS[way].convert(simplified) for way in ("s2t", "s2tw"))
        if traditional not in ("么", simplified) and traditional.translate(fold) != simplified
    }
    assert len(characters) > 1000
    assert lost == set()


def pack_files() -> list[Path]:
    folder = Path(ZH.rules[0].place.path).parent
    return [path for path in folder.glob("*.yaml") if path.name != "sound.yaml"]


@pytest.mark.parametrize("way", ["s2tw", "t2s"])
def test_the_other_script_makes_no_difference(way: str) -> None:
    said = [(rule, entry) for rule, kind, entry in ENTRIES if kind == "finds" and isinstance(entry, str)]
    assert len(said) > 200
    lost = [(rule, entry) for rule, entry in said if not of(rule, CONVERTERS[way].convert(entry))]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        ("您家能上網嗎我這邊不行", "^ 您 家 能 上 网 吗 ? ^ 我 这 里 不 行 $"),
        ("為什麼", "^ 为 什 么 ?"),
        ("ＯＫ，１２３號", "^ 好 的 123 号 $"),
        ("嗎啡呃不能寄", "^ 吗 啡 不 能 寄 $"),
        ("咋回事儿啊", "^ 怎 么 回 事 $"),
    ],
)
def test_what_a_recogniser_writes_is_read_one_way(text: str, stream: str) -> None:
    assert " ".join(read(text, ZH.words.spelling).stream) == stream


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("我的单号是二二四五", "2 2 4 5"),
        ("一百二十三", "123"),
        ("幺三八零零", "13800"),
        ("两千四百块", "2400元"),
        ("三月五号", "3月5日"),
    ],
)
def test_a_number_read_back_is_found_however_it_is_said(heard: str, said: str) -> None:
    assert of("listening.echo", [f"customer: {heard}", f"agent: {said}"])
