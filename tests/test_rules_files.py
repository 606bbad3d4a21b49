"""Rule files: every mistake is one line that says file:line:col, what was found and what was meant."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.cli import cli
from voicecoach.cli.rules import rules
from voicecoach.datafile import read_text
from voicecoach.errors import DataFileError, OutputError, UsageError
from voicecoach.rules import Pack, check, find, languages, load_pack, loader, new_rule
from voicecoach.rules.dialogue import PLACES
from voicecoach.rules.language import OPTIONAL, REQUIRED
from voicecoach.rules.loader import find_mistakes
from voicecoach.types import Turn

RULE = """\
rules:
  - id: courtesy.brand
    type: phrase
    polarity: positive
    source: House manual, page 4.
    grade: B
    patterns:
      phrases: [greenfield heating]
    examples:
      match: ["This is [[Greenfield Heating]]."]
      no_match: ["A green field."]
    message: You named the company.
    advice: Name it once, at the start.
"""


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "house.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def mistake(tmp_path: Path, text: str) -> str:
    """The mistake in a rule file, without the folder."""
    with pytest.raises(DataFileError) as caught:
        load_pack("en", extra=[folder(tmp_path, text)], builtin=False)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "house.yaml") + ":")
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_a_rule_of_ones_own_is_added(tmp_path: Path) -> None:
    pack = load_pack("en", extra=[folder(tmp_path, RULE)])
    assert pack.rule("courtesy.brand").message == "You named the company."
    assert pack.rule("courtesy.thanks")
    assert len(pack.rules) == len(load_pack("en").rules) + 1
    assert pack.sha256 != load_pack("en").sha256


def test_no_builtin_rules(tmp_path: Path) -> None:
    pack = load_pack("en", extra=[folder(tmp_path, RULE)], builtin=False)
    assert [rule.id for rule in pack.rules] == ["courtesy.brand"]
    assert pack.facts["language"] == "en"


def test_a_rule_of_the_same_id_takes_the_place_of_the_builtin_one(tmp_path: Path) -> None:
    pack = load_pack("en", extra=[folder(tmp_path, RULE.replace("courtesy.brand", "courtesy.thanks"))])
    assert pack.rule("courtesy.thanks").message == "You named the company."
    assert len(pack.rules) == len(load_pack("en").rules)


def test_a_folder_for_each_language(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    folder(tmp_path / "en", RULE)
    assert load_pack("en", extra=[tmp_path]).rule("courtesy.brand")


LISTS = """\
lists:
  feeling: [<feeling>, gutted]
  product: [heat pump, smart meter]
off: [courtesy.thanks]
"""


def found(pack: Pack, text: str) -> list[tuple[str, str]]:
    return [(match.rule, match.quote) for match in find(pack, [Turn("agent", text)])]


def test_lists_of_ones_own_are_added_and_may_hold_ours(tmp_path: Path) -> None:
    text = LISTS + RULE.replace("[greenfield heating]", "[greenfield heating, our <product>, so <feeling>]")
    pack = load_pack("en", extra=[folder(tmp_path, text)])
    said = found(pack, "Our heat pump. I am so gutted. I am so sad.")
    assert [quote for rule, quote in said if rule == "courtesy.brand"] == [
        "Our heat pump",
        "so gutted",
        "so sad",
    ]
    assert not check("en", extra=[tmp_path]).mistakes


def test_a_list_of_the_same_name_takes_the_place_of_ours(tmp_path: Path) -> None:
    text = RULE.replace("[greenfield heating]", "[greenfield heating, so <feeling>]")
    pack = load_pack("en", extra=[folder(tmp_path, "lists:\n  feeling: [gutted]\n" + text)], builtin=False)
    assert found(pack, "So gutted, so sad.") == [("courtesy.brand", "So gutted")]


def test_facts_of_the_language_are_laid_over_ours_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "language.yaml").write_text("lists:\n  product: [meter]\nspellings:\n  metre: meter\n")
    text = RULE.replace("[greenfield heating]", "[greenfield heating, our <product>]")
    pack = load_pack("en", extra=[folder(tmp_path, text)], builtin=False)
    assert found(pack, "This is our metre.") == [("courtesy.brand", "our metre")]
    assert pack.facts["fillers"] == load_pack("en").facts["fillers"]


def test_a_rule_that_is_off_finds_nothing_but_others_still_see_it(tmp_path: Path) -> None:
    rule = RULE.replace(
        "[greenfield heating]", "[greenfield heating, thank you]\n      unless_found: [courtesy.thanks]"
    )
    pack = load_pack("en", extra=[folder(tmp_path, "off: [courtesy.thanks]\n" + rule)])
    assert found(pack, "Thank you, greenfield heating.") == [("courtesy.brand", "greenfield heating")]
    assert "courtesy.thanks" not in {rule.id for rule in pack.rules}
    with pytest.raises(UsageError, match=r"no rule 'courtesy\.thanks'"):
        pack.rule("courtesy.thanks")


def test_mistakes_in_lists_and_in_what_is_off(tmp_path: Path) -> None:
    text = "off: [courtesy.thank]\nlists:\n  a: [<a> b]\n  B: [c]\n  d: [(e]\n" + RULE
    lines = find_mistakes("en", extra=[folder(tmp_path, text)])
    told = "\n".join(line.removeprefix(f"{tmp_path}/") for line in lines)
    assert "house.yaml:4:3: the name 'B' of a list should be small letters" in told
    told = "\n".join(find_mistakes("en", extra=[folder(tmp_path, text.replace("  B: [c]\n", ""))]))
    assert (
        "house.yaml:1:7: there is no rule 'courtesy.thank' to switch off; did you mean 'courtesy.thanks'?"
        in told
    )
    assert "house.yaml:3:7: in the phrase '<a> b': the list <a> holds itself" in told
    assert "house.yaml:4:7: in the phrase '(e': '(' without ')'" in told


def test_a_copy_of_the_whole_pack_stands_alone(tmp_path: Path) -> None:
    for file in (loader.PACKS / "en").glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    alone = load_pack("en", extra=[tmp_path], builtin=False)
    assert [rule.id for rule in alone.rules] == [rule.id for rule in load_pack("en").rules]
    assert alone.facts["sound"] == load_pack("en").facts["sound"]


@pytest.mark.parametrize("name", loader.TYPES)
def test_a_new_rule_of_each_type_is_fine_as_it_is(tmp_path: Path, name: str) -> None:
    path = new_rule("listening.house_rule", tmp_path / "mine", type_=name)
    assert path == tmp_path / "mine" / "listening_house_rule.yaml"
    assert "courtesy.example" not in path.read_text(encoding="utf-8")
    checked = check("en", extra=[path.parent])
    assert (checked.mistakes, checked.rules) == ((), len(load_pack("en").rules) + 1)
    assert load_pack("en", extra=[path.parent]).rule("listening.house_rule").type == name


def test_a_new_rule_with_the_id_of_ours_is_a_copy_of_it(tmp_path: Path) -> None:
    ours = load_pack("en").rules
    for rule in ours:
        new_rule(rule.id, tmp_path)
    copies = load_pack("en", extra=[tmp_path], builtin=False)
    assert len(copies.rules) == len(ours)
    for rule in ours:
        copy = copies.rule(rule.id)
        assert copy.place.path.startswith(str(tmp_path))
        assert [example.shown() for example in copy.match] == [example.shown() for example in rule.match]
        assert (copy.message, copy.advice, copy.say) == (rule.message, rule.advice, rule.say)


def test_a_new_rule_of_another_language_is_kept_from_the_rules_of_english(tmp_path: Path) -> None:
    path = new_rule("courtesy.thanks", tmp_path, language="es")
    assert path == tmp_path / "es" / "courtesy_thanks.yaml"
    assert not check("es", extra=[tmp_path]).mistakes
    found = load_pack("es", extra=[tmp_path]).rule("courtesy.thanks")
    assert found.place.path == str(path)
    english = load_pack("en", extra=[tmp_path])  # a call in English, with a folder of rules of Spanish alone
    assert english.rules == load_pack("en").rules


def test_new_rules_overwrite_nothing_and_want_an_id(tmp_path: Path) -> None:
    path = new_rule("courtesy.brand", tmp_path)
    path.write_text("mine")
    with pytest.raises(OutputError, match="is there already"):
        new_rule("courtesy.brand", tmp_path)
    assert path.read_text() == "mine"
    with pytest.raises(OutputError, match="is there already"):
        new_rule("courtesy.brand", path)
    for name, type_, message in (
        ("brand", None, "should be a category"),
        ("courtesy.a/../b", None, "should be a category"),
        ("curtesy.a", None, "no category 'curtesy'; did you mean 'courtesy'"),
        ("courtesy.a", "phrases", "no type 'phrases'; did you mean 'phrase'"),
    ):
        with pytest.raises(UsageError, match=message):
            new_rule(name, tmp_path, type_=type_)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    for grade in ("B", "C"):
        pack = load_pack(
            "en", extra=[folder(tmp_path, RULE.replace("grade: B", f"grade: {grade}"))], builtin=False
        )
        assert pack.rule("courtesy.brand").grade == grade


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "id: courtesy.brand",
            "id: curtesy.brand",
            "house.yaml:2:9: no category 'curtesy'; did you mean 'courtesy'?",
        ),
        ("id: courtesy.brand", "id: courtesy", "house.yaml:2:9: the id 'courtesy' should be a category"),
        (
            "type: phrase",
            "type: phrases",
            "house.yaml:3:11: 'type' cannot be 'phrases'; did you mean 'phrase'?",
        ),
        (
            "polarity: positive",
            "polarity: good",
            "house.yaml:4:15: 'polarity' cannot be 'good'; known are: positive",
        ),
        ("    source:", "    sources:", "house.yaml:5:5: unknown key 'sources'; did you mean 'source'?"),
        (
            "    source: House manual, page 4.\n",
            "",
            "house.yaml:2:5: an entry of 'rules' needs the key 'source'",
        ),
        ("source: House manual, page 4.", "source:", "house.yaml:5:12: 'source' is empty"),
        ("grade: B", "grade: D", "house.yaml:6:12: 'grade' cannot be 'D'"),
        (
            "      phrases: [",
            "      phrase: [",
            "house.yaml:8:7: unknown key 'phrase'; did you mean 'phrases'?",
        ),
        ("[greenfield heating]", "[greenfield (heating]", "house.yaml:8:28: in the phrase"),
        ("[greenfield heating]", "[<greetings>]", "house.yaml:8:17: in the phrase '<greetings>': no list"),
        ("[greenfield heating]", "[]", "house.yaml:8:16: 'phrases' is an empty list"),
        (
            "[greenfield heating]",
            "{a: b}",
            "house.yaml:8:16: 'phrases' should be text, but is keys and values",
        ),
        (
            "    message:",
            "    grade: B\n    message:",
            "house.yaml:12:5: the key 'grade' stands here a second time",
        ),
        (
            "[[Greenfield Heating]]",
            "Greenfield Heating",
            "house.yaml:10:15: an example that must match needs",
        ),
        ("[[Greenfield Heating]]", "[[Greenfield", "house.yaml:10:15: [[ and ]] do not go together"),
        (
            "A green field.",
            "[[A]] green field.",
            "house.yaml:11:18: an example that must not match holds no [[",
        ),
        ("This is [[Greenfield Heating]].", "house: [", "house.yaml:10:"),
        (
            "House manual, page 4.",
            "House: page 4",
            "house.yaml:5:18: not valid YAML: mapping values are not allowed",
        ),
        ("House manual, page 4.", "&a House", "house.yaml:5:13: &a is an anchor, not read here"),
        ("House manual, page 4.", "*a", "house.yaml:5:13: *a is an alias, not read here"),
        ("House manual, page 4.", "!!python/name:os.system x", "house.yaml:5:13: tag:yaml.org,2002:python"),
        ("House manual, page 4.", "House \u202emanual", "house.yaml:5:19: the invisible character U+202E"),
        ("House manual, page 4.", "House \u0007", "house.yaml:5:19: the control character U+0007"),
        ("    source:", "\tsource:", "house.yaml:5:1: not valid YAML"),
        ("rules:", "rule:", "house.yaml:1:1: unknown key 'rule'; did you mean 'rules'?"),
    ],
)
def test_mistakes_say_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert RULE.count(old) == 1
    assert mistake(tmp_path, RULE.replace(old, new)).startswith(message)


def test_two_rules_of_one_id_in_a_folder(tmp_path: Path) -> None:
    assert "house.yaml:14:9: a second rule 'courtesy.brand'" in mistake(
        tmp_path, RULE + RULE.removeprefix("rules:\n")
    )


def test_rules_that_wait_for_each_other(tmp_path: Path) -> None:
    looks = RULE.replace("[greenfield heating]", "[greenfield heating]\n      unless_found: [courtesy.brand]")
    assert "rules wait for each other: courtesy.brand -> courtesy.brand" in mistake(tmp_path, looks)


def test_a_rule_that_looks_for_no_rule(tmp_path: Path) -> None:
    looks = RULE.replace("[greenfield heating]", "[greenfield heating]\n      unless_found: [courtesy.thank]")
    assert "looks for 'courtesy.thank', which is no rule; did you mean 'courtesy.brand'?" in mistake(
        tmp_path, looks
    )


def test_all_mistakes_are_told_not_only_the_first(tmp_path: Path) -> None:
    text = RULE.replace("grade: B", "grade: D") + RULE.removeprefix("rules:\n").replace(
        "type: phrase", "type: x"
    )
    found = find_mistakes("en", extra=[folder(tmp_path, text)])
    assert [line.removeprefix(f"{tmp_path}/").split(": ")[0] for line in found] == [
        "house.yaml:6:12",
        "house.yaml:15:11",
    ]


def test_not_text_and_too_large(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_bytes(b"rules:\n  - id: \xff\n")
    with pytest.raises(DataFileError, match=r"house\.yaml:2:9: not UTF-8 text"):
        load_pack("en", extra=[tmp_path])
    (tmp_path / "house.yaml").write_text("#" * 1_000_001)
    with pytest.raises(DataFileError, match=r"house\.yaml:1:1: larger than 1,000,000 bytes"):
        load_pack("en", extra=[tmp_path])
    (tmp_path / "house.yaml").write_text("")
    with pytest.raises(DataFileError, match=r"house\.yaml:1:1: the file is empty"):
        load_pack("en", extra=[tmp_path])


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DataFileError, match="nested deeper than 30 levels"):
        read_text("[" * 5000 + "]" * 5000, "deep.yaml")


def test_values_stay_text() -> None:
    assert read_text("a: no\nb: [007, 1e3, null, ~]\nc: 2026-11-21", "x.yaml").plain() == {
        "a": "no",
        "b": ["007", "1e3", "null", "~"],
        "c": "2026-11-21",
    }


def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder of rules"):
        load_pack("en", extra=[tmp_path / "missing"])
    with pytest.raises(UsageError, match="holds no rule file"):
        load_pack("en", extra=[tmp_path])
    with pytest.raises(UsageError, match="no rules for the language 'xx'; packs are: en"):
        load_pack("xx")


def test_language_tags() -> None:
    assert "en" in languages()
    assert load_pack("en-GB").language == load_pack("EN_us").language == "en"


def test_an_example_that_does_not_do_what_it_says(tmp_path: Path) -> None:
    wrong = RULE.replace('"A green field."', '"Greenfield heating is here."')
    (line,) = check("en", extra=[folder(tmp_path, wrong)]).mistakes
    assert "house.yaml:11:18: courtesy.brand: this example should not match 'Greenfield heating'" in line


def test_advice_that_breaks_a_rule(tmp_path: Path) -> None:
    wrong = RULE.replace("Name it once, at the start.", "You need to calm down.")
    (line,) = check("en", extra=[folder(tmp_path, wrong)]).mistakes
    assert "house.yaml:2:9: courtesy.brand: its own advice 'You need to calm down' goes against" in line
    assert "courtesy.dismissive" in line


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t\u202e\x07", max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    message = "x.yaml:1:1: fine"
    try:
        read_text(text, "x.yaml").plain()
    except DataFileError as error:
        message = str(error)
    assert message.startswith("x.yaml:")
    assert "\n" not in message


def test_the_guide_for_trainers_shows_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written as the guide says, commands run and their output compared."""
    guide = (Path(loader.PACKS) / "README.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = files = 0
    for kind, text in re.findall(r"```(\w+)\n(.*?)```", guide, re.DOTALL):
        read_text(text, "README.md") if kind == "yaml" else None
        if kind == "yaml" and text.startswith("# my-rules/"):
            Path(text.split()[1]).write_text(text, encoding="utf-8")
            assert check("en", extra=[Path("my-rules")]).mistakes == ()
            files += 1
        for part in re.split(r"^\$ voicecoach ", text, flags=re.MULTILINE)[1:] if kind == "console" else ():
            command, _, output = part.partition("\n")
            assert CliRunner().invoke(cli, shlex.split(command)).output == output, command
            commands += 1
    assert (commands, files) == (4, 2)
    assert "courtesy.brand: this example should match 'Thank you'" in guide


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("type: phrase", "type: phrases", 0),
        ("source: House manual, page 4.", "sources: Our manual", 1),
        ("source: House manual, page 4.", "source: Manual: page 4", 2),
        ("phrases: [greenfield heating]", "phrases:\n        - (thank you", 3),
        ("phrases: [greenfield heating]", "phrases:\n        - <product>", 4),
        ("[[Greenfield Heating]]", "it", 5),
        ("This is [[Greenfield Heating]].", "[[Thank you]].", 6),
        ("Name it once, at the start.", "You need to calm down.", 7),
    ],
)
def test_the_guide_tells_the_messages_of_common_mistakes(
    tmp_path: Path, old: str, new: str, line: int
) -> None:
    guide = (Path(loader.PACKS) / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"\| `house\.yaml:\d+:\d+: (.*?)` \|$", guide, re.MULTILINE)
    assert RULE.count(old) == 1
    (mistake, *_) = check("en", extra=[folder(tmp_path, RULE.replace(old, new))]).mistakes
    assert told[line] in mistake


def test_the_guide_for_trainers_shows_a_rule_that_loads(tmp_path: Path) -> None:
    guide = (Path(loader.PACKS) / "README.md").read_text(encoding="utf-8")
    first = guide.split("```yaml\n")[1].split("```")[0]
    checked = check("en", extra=[folder(tmp_path, first)])
    assert checked.mistakes == ()
    for name, module in loader.TYPES.items():
        assert f"**{name}**" in guide
        for key in (*"|".join(module.REQUIRED).split("|"), *module.OPTIONAL):
            assert f"`{key}`" in guide or f"`{key}:" in guide, f"{name}: {key}"
    for place in PLACES:
        assert f"`{place}`" in guide
    facts = guide.split("## The keys of language.yaml")[1].split("\n## ")[0]
    for key in (*REQUIRED, *OPTIONAL):
        assert f"`{key}`" in facts, key


def test_notes_on_what_is_hardly_meant(tmp_path: Path) -> None:
    text = RULE.replace(
        "[greenfield heating]",
        "[greenfield heating, Greenfield  heating, um sorry, no thanks]\n      unless: [no thanks]",
    ).replace("A green field.", "Nothing near.")
    checked = check("en", extra=[folder(tmp_path, text)])
    assert checked.mistakes == ()
    places, notes = zip(*(note.split(": note: courtesy.brand: ") for note in checked.notes), strict=True)
    assert [place.removeprefix(f"{tmp_path}/house.yaml:") for place in places] == [
        "8:37",
        "8:58",
        "8:68",
        "2:9",
    ]
    assert notes == (
        "the phrase 'Greenfield  heating' stands here a second time (first on line 8)",
        "the phrase 'um sorry' never matches: 'um' is a filler, which is read over",
        "the phrase 'no thanks' is cancelled by 'unless'",
        "no example under 'no_match' holds a word of its phrases; the right words in the wrong sense are the "
        "best test",
    )
    done = CliRunner().invoke(rules, ["check", "--rules", str(tmp_path)])
    assert done.exit_code == 0
    assert done.output.count("note: ") == 4


def test_our_own_rules_give_no_cause_for_notes() -> None:
    assert [note for language in languages() for note in check(language).notes] == []
