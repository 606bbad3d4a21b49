"""What holds for the pack of every language: the rules of English or a reason, and facts that can be used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from voicecoach.cli import cli
from voicecoach.datafile import read_text
from voicecoach.rules import languages, load_pack
from voicecoach.rules.check import find_differences
from voicecoach.rules.language import QUESTIONS
from voicecoach.rules.loader import PACKS

ENGLISH = load_pack("en")


@pytest.mark.parametrize("language", languages())
def test_the_rules_are_those_of_english_or_there_is_a_reason(language: str) -> None:
    pack = load_pack(language)
    assert list(find_differences(pack)) == []
    own = {rule.id for rule in pack.rules} - pack.words.own.keys()
    assert own | pack.words.gaps.keys() == {rule.id for rule in ENGLISH.rules}


@pytest.mark.parametrize("language", languages())
def test_a_pack_holds_the_same_files(language: str) -> None:
    def names(code: str) -> set[str]:
        return {path.name for path in (PACKS / code).glob("*.yaml")}

    assert names(language) == names("en")


@pytest.mark.parametrize("language", languages())
def test_a_rule_means_the_same_in_every_language(language: str) -> None:
    for rule in load_pack(language).rules:
        if rule.id not in load_pack(language).words.own:
            assert rule.polarity == ENGLISH.rule(rule.id).polarity, rule.id


@pytest.mark.parametrize("language", languages())
def test_every_rule_has_examples_and_near_misses(language: str) -> None:
    few = {rule.id for rule in load_pack(language).rules if len(rule.match) < 1 or len(rule.no_match) < 1}
    assert few == set()


@pytest.mark.parametrize("language", languages())
def test_a_language_says_what_its_name_is_and_how_it_asks(language: str) -> None:
    facts = load_pack(language).facts
    assert facts["language"] == language
    assert set(facts["questions"]) == set(QUESTIONS)


def differences(**keys: str) -> list[str]:
    """What is said of English if its language.yaml had these keys, and three rules were gone or new."""
    text = "".join(f"{key}: {value}\n" for key, value in keys.items())
    facts = read_text(text or "opening: 4", "language.yaml").mapping()
    words = replace(
        ENGLISH.words,
        gaps=facts["gaps"].mapping() if "gaps" in facts else {},
        own=facts["own"].mapping() if "own" in facts else {},
    )
    thanks = ENGLISH.rule("courtesy.thanks")
    rules = [rule for rule in ENGLISH.rules if rule.id not in ("courtesy.thanks", "courtesy.hold")]
    found = find_differences(
        replace(ENGLISH, words=words, rules=(*rules, replace(thanks, id="courtesy.usted")))
    )
    return [line.rpartition("packs/en/")[2] for line in found]


def test_a_missing_and_a_new_rule_without_a_reason_are_told() -> None:
    missing, other, new = differences()
    assert missing == (
        "language.yaml:1:1: there is no rule 'courtesy.hold'; write it, or say under 'gaps' why not"
    )
    assert "'courtesy.thanks'" in other
    assert new.startswith("courtesy.yaml:")
    assert new.endswith("English has no rule 'courtesy.usted'; list it under 'own' in language.yaml")


def test_reasons_are_enough() -> None:
    gaps = "{courtesy.hold: why, courtesy.thanks: why}"
    assert differences(gaps=gaps, own="{courtesy.usted: why}") == []


def test_a_reason_for_nothing_is_told() -> None:
    gaps = "{courtesy.hold: why, courtesy.thanks: why, courtesy.apology: why, courtesy.thank: why}"
    own = "{courtesy.usted: why, courtesy.please: why, courtesy.tu: why}"
    told = differences(gaps=gaps, own=own)
    assert told == [
        "language.yaml:1:68: the gap 'courtesy.apology' is a rule of this pack; delete this line",
        "language.yaml:1:89: the gap 'courtesy.thank' is no rule of English; did you mean 'courtesy.thanks'?",
        "language.yaml:2:45: 'courtesy.please' is a rule of English",
        "language.yaml:2:63: 'courtesy.tu' is no rule of this pack",
    ]


RULE = """rules:
  - id: courtesy.house
    type: phrase
    polarity: positive
    source: Our manual.
    grade: C
    patterns: {phrases: [hello]}
    examples: {match: ["[[Hello]]."], no_match: ["Say it, not hell or halo."]}
    message: You said it.
    advice: Say it.
"""


@pytest.mark.parametrize(("folder", "checked"), [("", "en"), ("ru", "ru")])
def test_a_folder_of_rules_is_checked_for_its_language(tmp_path: Path, folder: str, checked: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "house.yaml").write_text(RULE, encoding="utf-8")
    done = CliRunner().invoke(cli, ["rules", "check", "--rules", str(tmp_path), "--no-builtin"])
    assert [line for line in done.output.splitlines() if "note" not in line] == [
        f"{checked}: 1 rule and 2 examples are fine"
    ]
