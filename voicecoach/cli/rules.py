"""``voicecoach rules``: check, list, explain and try the rules of the packs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

_FOLDER = click.Path(path_type=Path, file_okay=False)
_rules_option = click.option(
    "--rules", "extra", multiple=True, type=_FOLDER, help="A folder of your own rules; may be repeated."
)
_language_option = click.option(
    "--language", default="en", show_default=True, help="Language of the rules, as a code such as en."
)


@click.group()
def rules() -> None:
    """Check, list, explain and try the rules of the packs."""


@rules.command("check")
@_rules_option
@click.option("--language", help="Check this language only; without it, every language that has rules.")
def check_(extra: tuple[Path, ...], language: str | None) -> None:
    """Check every rule and run its examples; one line for each mistake, exit code 2 if there is one."""
    from voicecoach.rules import check, languages

    names = (language,) if language else languages()
    mistakes = 0
    for name in names:
        folders = extra if language or len(names) == 1 else tuple(f for f in extra if _is_for(f, name))
        checked = check(name, extra=folders)
        for line in checked.mistakes:
            click.echo(line, err=True)
        mistakes += len(checked.mistakes)
        if not checked.mistakes:
            click.echo(f"{name}: {checked.rules} rules and {checked.examples} examples are fine")
    if mistakes:
        click.echo(f"{mistakes} mistake{'s' if mistakes > 1 else ''} to mend", err=True)
        raise click.exceptions.Exit(2)


@rules.command("list")
@_rules_option
@_language_option
def list_(extra: tuple[Path, ...], language: str) -> None:
    """List the rules: id, whether it counts for or against, grade, type, what it says."""
    from voicecoach.rules import load_pack

    found = sorted(load_pack(language, extra=extra).rules, key=lambda rule: rule.id)
    width = max(len(rule.id) for rule in found)
    for rule in found:
        click.echo(f"{rule.id:<{width}}  {rule.polarity:<8}  {rule.grade}  {rule.type:<8}  {rule.message}")


@rules.command("explain")
@click.argument("rule_id", metavar="ID")
@click.argument("lines", metavar="[TEXT]...", nargs=-1)
@_rules_option
@_language_option
def explain_(rule_id: str, lines: tuple[str, ...], extra: tuple[Path, ...], language: str) -> None:
    """Show a rule, and why it matches a TEXT or does not.

    TEXT is a sentence of the agent, or several lines such as "customer: My phone is dead." "agent: Oh no."
    """
    from voicecoach.rules import explain, load_pack, read_lines

    pack = load_pack(language, extra=extra)
    rule = pack.rule(rule_id)
    if lines:
        example = read_lines(lines)
        for line in explain(pack, rule, example.turns, example.events):
            click.echo(line)
        return
    click.echo(f"{rule.id} ({rule.polarity}, grade {rule.grade}, {', '.join(f.type for f in rule.finders)})")
    for name, text in (("message", rule.message), ("advice", rule.advice), ("source", rule.source)):
        click.echo(f"  {name}: {text}")
    for text in rule.say:
        click.echo(f"  say: {text}")
    for name, examples in (("matches", rule.match), ("does not match", rule.no_match)):
        for example in examples:
            click.echo(f"  {name}: {example.shown()}")
    click.echo(f"  written at: {rule.place.path}:{rule.place.line}")


@rules.command("run")
@click.argument("file", metavar="DIALOGUES.jsonl", type=click.File("r", encoding="utf-8"))
@click.option("--language", default="en", show_default=True, help="Language of dialogues that name none.")
@_rules_option
@click.option("--no-builtin", is_flag=True, help="Use only the rules of --rules.")
@click.option("--agent", metavar="NAME", help="The speaker who is the agent; without it, found by name.")
def run_(file: Any, language: str, extra: tuple[Path, ...], no_builtin: bool, agent: str | None) -> None:
    """Find markers in dialogues given as text, one JSON object a line; - reads from standard input.

    A line is {"id", "language", "turns": [{"speaker", "text"[, "start", "end"]}]}; for each, one line
    {"id", "findings": [{"rule", "turn", "start_char", "end_char", "quote"}]} is printed, for the agent's
    turns.
    """
    from voicecoach.rules import find_in_dialogues

    name = "standard input" if file.name == "<stdin>" else file.name
    found = find_in_dialogues(file, name, language=language, agent=agent, extra=extra, builtin=not no_builtin)
    for result in found:
        click.echo(json.dumps(result, ensure_ascii=False))


def _is_for(folder: Path, language: str) -> bool:
    return (folder / language).is_dir()
