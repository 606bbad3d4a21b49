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


GOOD = (
    "agent: 您好，这里是晨光燃气客服，我姓林，请问有什么可以帮您？",
    "customer: 你好，我家热水器三天都打不着火，打了两次电话都没人来。",
    "agent: 三天没有热水，还打了两次电话，确实太让人着急了。非常抱歉，这件事我来负责。请问您贵姓？",
    "customer: 我姓顾。",
    "agent: 顾先生，方便告诉我您的户号吗？这样我才能查到您的登记。",
    "customer: 四七一九零二。",
    "agent: 四七一九零二，对吗？",
    "customer: 对。",
    "agent: 请您稍等一下，我查一下系统，大概半分钟。",
    "customer: 好。",
    "agent: 让您久等了，是因为上次登记的地址少了一个单元号，这是我们的失误。打不着火的时候是什么情况？",
    "customer: 就是一直响，不着火。",
    "agent: 明白了。您看是今天下午还是明天上午方便？",
    "customer: 今天下午吧。",
    "agent: 好的，已经帮您约好今天下午三点，师傅到之前会给您打电话。我跟您总结一下，今天下午三点，费用全免。",
    "customer: 好。",
    "agent: 请问还有其他可以帮您的吗？",
    "customer: 没有了，谢谢。",
    "agent: 不客气，祝您生活愉快，再见。",
)
POOR = (
    "agent: 喂",
    "customer: 你好我想问一下我的包裹怎么还没到都等了一个星期了",
    "agent: 单号",
    "customer: 是八八零二",
    "agent: 系统显示在路上你再等等",
    "customer: 我上次打你们也这么说",
    "agent: 那我也没办法都是物流那边搞的",
    "customer: 那我要投诉",
    "agent: 你要投诉就投诉谁让你不选快的",
    "customer: 你什么态度",
    "agent: 你冷静一点行不行我都跟你说了好几遍了",
    "customer: 能不能退款",
    "agent: 退不了",
    "customer: 算了",
    "agent: 嗯",
)
COMPLAINT = (
    "agent: 青禾電信您好，敝姓陳，很高興為您服務。",
    "customer: 你們這個月為什麼多扣我五百塊，我真的很生氣。",
    "agent: 您先別急，我幫您看一下帳單，請您提供手機號碼。",
    "customer: 零九一二三四五六七八。",
    "agent: 好的，那個，你這個月有加購漫遊，所以費用是這樣。",
    "customer: 我沒有加購啊。",
    "agent: 不好意思，我再確認一下。您上個月出國了是不是？",
    "customer: 沒有。",
    "agent: 真的很抱歉，是我們系統弄錯了，五百塊會在三個工作天內退給您。",
    "customer: 好吧。",
    "agent: 還有沒有其他需要服務的地方？",
    "customer: 沒有。",
    "agent: 感謝您的來電，祝您順心，再見。",
)
WELL = {
    *(f"courtesy.{name}" for name in ("greeting", "self_introduction", "offer_help", "apology", "hold")),
    *(f"courtesy.{name}" for name in ("hold_return", "name_use", "anything_else", "closing", "softener")),
    *(f"listening.{name}" for name in ("empathy", "confirmation", "summary", "open_question")),
    *(f"structure.{name}" for name in ("why", "what", "ownership", "options")),
}
ILL = {
    *(f"courtesy.{name}" for name in ("other_department", "dismissive", "blame", "flat_refusal")),
    "listening.unacknowledged_problem",
}
ANGRY = {
    *(f"courtesy.{name}" for name in ("address_slip", "apology", "anything_else", "closing", "hold")),
    *("listening.empathy", "listening.confirmation", "structure.what"),
}


@pytest.mark.parametrize(
    ("call", "holds", "lacks"), [(GOOD, WELL, ILL), (POOR, ILL, WELL), (COMPLAINT, ANGRY, ILL)]
)
def test_a_whole_call(call: tuple[str, ...], holds: set[str], lacks: set[str]) -> None:
    found = {match.rule for match in find(ZH, read_lines(call).turns)}
    assert holds <= found
    assert found.isdisjoint(lacks)


def test_a_negative_finding_quotes_what_was_said() -> None:
    quotes = {match.quote for match in find(ZH, read_lines(POOR).turns) if match.rule in ILL}
    assert {"退不了", "你冷静一点", "我都跟你说了好几遍"} <= quotes
