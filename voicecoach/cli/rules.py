"""``voicecoach rules``: check, list, explain, try and write rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from voicecoach.cli.terminal import shown

_FOLDER = click.Path(path_type=Path, file_okay=False)
_rules_option = click.option(
    "--rules", "extra", multiple=True, type=_FOLDER, help="A folder of your own rules; may be repeated."
)
_builtin_option = click.option(
    "--no-builtin", "builtin", flag_value=False, default=True, help="Use only the rules of --rules."
)
_language_option = click.option(
    "--language", default="en", show_default=True, help="Language of the rules, as a code such as en."
)


@click.group()
def rules() -> None:
    """Check, list, explain, try and write rules."""


@rules.command("check")
@_rules_option
@_builtin_option
@click.option(
    "--language", help="Check this language only (--rules too); without it, every language that has rules."
)
def check_(extra: tuple[Path, ...], builtin: bool, language: str | None) -> None:
    """Check every rule and run its examples; one line for each mistake, exit code 2 if there is one.

    What is no mistake but looks like one is a line that says "note".
    """
    from voicecoach.rules import check, languages

    names = (language,) if language else languages()
    mistakes = 0
    for name in names:
        folders = extra if language else tuple(f for f in extra if name in _meant_for(f, names))
        if extra and not folders and not builtin:
            continue
        checked = check(name, extra=folders, builtin=builtin)
        for line in checked.mistakes:
            _print(line, err=True)
        for line in checked.notes:
            _print(line, err=True)
        mistakes += len(checked.mistakes)
        if not checked.mistakes:
            count = f"{checked.rules} rule{'' if checked.rules == 1 else 's'}"
            _print(f"{name}: {count} and {checked.examples} examples are fine")
    if mistakes:
        _print(f"{mistakes} mistake{'s' if mistakes > 1 else ''} to mend", err=True)
        raise click.exceptions.Exit(2)


def _meant_for(folder: Path, names: Sequence[str]) -> Sequence[str]:
    """The languages whose rules a folder holds: those it has a folder for, or else the usual one."""
    return [name for name in names if (folder / name).is_dir()] or ["en"]


@rules.command("list")
@_rules_option
@_builtin_option
@_language_option
def list_(extra: tuple[Path, ...], builtin: bool, language: str) -> None:
    """List the rules: id, whether it counts for or against, grade, type, what it says."""
    from voicecoach.rules import load_pack

    found = sorted(load_pack(language, extra=extra, builtin=builtin).rules, key=lambda rule: rule.id)
    width = max((len(rule.id) for rule in found), default=0)
    for rule in found:
        _print(f"{rule.id:<{width}}  {rule.polarity:<8}  {rule.grade}  {rule.type:<8}  {rule.message}")


@rules.command("explain")
@click.argument("rule_id", metavar="ID")
@click.argument("lines", metavar="[TEXT]...", nargs=-1)
@_rules_option
@_builtin_option
@_language_option
def explain_(
    rule_id: str, lines: tuple[str, ...], extra: tuple[Path, ...], builtin: bool, language: str
) -> None:
    """Show a rule, and why it matches a TEXT or does not.

    TEXT is a sentence of the agent, or several lines such as "customer: My phone is dead." "agent: Oh no."
    """
    from voicecoach.rules import explain, load_pack, read_lines

    pack = load_pack(language, extra=extra, builtin=builtin)
    rule = pack.rule(rule_id)
    if lines:
        example = read_lines(lines)
        for line in explain(pack, rule, example.turns, example.events):
            _print(line)
        return
    _print(f"{rule.id} ({rule.polarity}, grade {rule.grade}, {', '.join(f.type for f in rule.finders)})")
    for name, text in (("message", rule.message), ("advice", rule.advice), ("source", rule.source)):
        _print(f"  {name}: {text}")
    for text in rule.say:
        _print(f"  say: {text}")
    for name, examples in (("matches", rule.match), ("does not match", rule.no_match)):
        for example in examples:
            _print(f"  {name}: {example.shown()}")
    _print(f"  written at: {rule.place.path}:{rule.place.line}")


@rules.command("new")
@click.argument("rule_id", metavar="ID")
@click.option(
    "--type",
    "type_",
    metavar="TYPE",
    help="phrase (the default), question, echo, response, order, density or timing.",
)
@click.option("--rules", "folder", type=_FOLDER, default="my-rules", show_default=True, help="Where it goes.")
@_language_option
def new_(rule_id: str, type_: str | None, folder: Path, language: str) -> None:
    """Write a rule to begin with, as a file with notes; no file is ever overwritten.

    The ID of one of our rules, such as courtesy.thanks, gives a copy of it that takes its place.
    """
    from voicecoach.rules import new_rule

    path = new_rule(rule_id, folder, type_=type_, language=language)
    _print(f"wrote {path}")
    _print("next: change it in a text editor, then")
    where = f'"{folder}"' if " " in str(folder) else str(folder)
    spoken = "" if language == "en" else f" --language {language}"
    _print(f"  voicecoach rules check --rules {where}")
    _print(f'  voicecoach rules explain {rule_id} "a sentence to try" --rules {where}{spoken}')
    _print(f"  voicecoach analyse RECORDING --rules {where}")


@rules.command("run")
@click.argument("file", metavar="DIALOGUES.jsonl", type=click.File("r", encoding="utf-8"))
@click.option("--language", default="en", show_default=True, help="Language of dialogues that name none.")
@_rules_option
@_builtin_option
@click.option("--agent", metavar="NAME", help="The speaker who is the agent; without it, found by name.")
def run_(file: Any, language: str, extra: tuple[Path, ...], builtin: bool, agent: str | None) -> None:
    """Find markers in dialogues given as text, one JSON object a line; - reads from standard input.

    A line is {"id", "language", "turns": [{"speaker", "text"[, "start", "end"]}]}; for each, one line
    {"id", "findings": [{"rule", "turn", "start_char", "end_char", "quote"}]} is printed, for the agent's
    turns.
    """
    from voicecoach.rules import find_in_dialogues

    name = "standard input" if file.name == "<stdin>" else file.name
    found = find_in_dialogues(file, name, language=language, agent=agent, extra=extra, builtin=builtin)
    for result in found:
        click.echo(json.dumps(result, ensure_ascii=False))


def _print(line: str, *, err: bool = False) -> None:
    click.echo(shown(line), err=err)
