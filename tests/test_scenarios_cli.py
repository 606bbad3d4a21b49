"""``voicecoach scenarios``: what is printed, where, and with which exit code."""

import json
import re
from pathlib import Path

import pytest

from voicecoach.cli import main
from voicecoach.scenarios import available, families, load

README = Path(__file__).parent.parent / "voicecoach" / "scenarios" / "README.md"


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["scenarios", *arguments])
    printed = capsys.readouterr()
    return int(stop.value.code or 0), printed.out, printed.err


def test_list_names_every_scenario_under_its_family(capsys):
    code, out, err = run(capsys, "list")
    assert (code, err) == (0, "")
    for scenario in available():
        assert re.search(
            rf"^  {scenario.id} +{scenario.difficulty}/5 .* {re.escape(scenario.title)}$", out, re.M
        )
    assert [title for title in out.splitlines() if not title.startswith(" ")] == [
        f"{one.title} ({one.id}{', only for those who choose it' if one.opt_in else ''})"
        for one in families()
    ]
    assert max(map(len, out.splitlines())) <= 80


def test_list_of_a_family_as_json(capsys):
    code, out, _ = run(capsys, "list", "--family", "abusive", "-f", "json")
    found = json.loads(out)
    assert code == 0
    assert {one["family"] for one in found} == {"abusive"}
    assert all(one["opt_in"] and one["warning"] and one["stop_word"] for one in found)
    assert len(found) == sum(one.family == "abusive" for one in available())


def test_unknown_family_is_a_usage_error(capsys):
    code, out, err = run(capsys, "list", "--family", "abusiv")
    assert (code, out) == (2, "")
    assert "no family 'abusiv'" in err


def test_the_card_keeps_back_what_the_caller_says(capsys):
    scenario = load("parcel-look-up")
    _, card, _ = run(capsys, "show", scenario.id)
    assert "Ruth Amsel" in card
    assert "Swift Lane" in card
    flat = " ".join(card.split())
    assert not any(line.say in flat or line.example in flat for line in scenario.lines)
    _, told, _ = run(capsys, "show", scenario.id, "--lines")
    flat = " ".join(told.split())
    assert all(line.say in flat and line.example in flat for line in scenario.lines)
    assert max(map(len, told.splitlines())) <= 80


def test_json_keeps_it_back_as_well(capsys):
    scenario = load("parcel-look-up")
    _, out, _ = run(capsys, "show", scenario.id, "-f", "json")
    assert json.loads(out)["lines"] == len(scenario.lines)
    _, out, _ = run(capsys, "show", scenario.id, "-f", "json", "--lines")
    assert [line["say"] for line in json.loads(out)["lines"]] == [line.say for line in scenario.lines]


def test_abusive_card_shows_warning_and_stop_word(capsys):
    _, out, _ = run(capsys, "show", "manager-now")
    assert "Please note" in out
    assert "Say 'red light' at any time and the call ends." in " ".join(out.split())


def test_new_then_check_then_broken(capsys, tmp_path: Path):
    folder = str(tmp_path / "mine")
    code, out, _ = run(capsys, "new", "lost-key", "--scenarios", folder)
    assert code == 0
    assert "voicecoach scenarios check" in out
    code, out, _ = run(capsys, "check", "--scenarios", folder, "--no-builtin")
    assert (code, out) == (0, "1 scenario and 4 example answers are fine\n")
    assert out.strip() in README.read_text(encoding="utf-8")
    code, _, err = run(capsys, "new", "lost-key", "--scenarios", folder)
    assert code == 1
    assert "is there already" in err
    path = tmp_path / "mine" / "lost-key.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    code, out, err = run(capsys, "check", "--scenarios", folder, "--no-builtin")
    assert (code, out) == (2, "")
    assert re.search(
        r"lost-key\.yaml:\d+:1: unknown key 'titel'; did you mean 'title'\?\n1 mistake to mend\n", err
    )


def test_everything_can_be_shown_on_a_windows_console(capsys):
    _, out, _ = run(capsys, "list")
    for scenario in available():
        out += run(capsys, "show", scenario.id, "--lines")[1]
    out.encode("cp1252")
    assert out.isprintable() or "\n" in out


def test_readme_names_every_key():
    text = README.read_text(encoding="utf-8")
    from voicecoach import scenarios

    keys = (*scenarios._REQUIRED, *scenarios._OPTIONAL, *scenarios._LINE, "say", "example")
    assert [key for key in keys if f"`{key}`" not in text] == []
