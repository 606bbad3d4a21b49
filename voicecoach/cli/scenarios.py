"""``voicecoach scenarios``: list, show, check and write scenarios to practise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import scenarios_option
from voicecoach.cli.terminal import shown

if TYPE_CHECKING:
    from voicecoach.scenarios import Line, Scenario

_WIDTH = 80
_FOLDER = click.Path(path_type=Path, file_okay=False)
_format_option = click.option(
    "-f",
    "--output-format",
    "--output_format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)


@click.group()
def scenarios() -> None:
    """List, show, check and write scenarios: the calls to practise."""


@scenarios.command("list")
@scenarios_option
@click.option("--family", help="Only this kind, such as everyday.")
@click.option("--language", help="Only this language, as a code such as en.")
@_format_option
def list_(folders: tuple[Path, ...], family: str | None, language: str | None, format_: str) -> None:
    """List the scenarios: id, how hard (1 to 5), how many lines the caller has, title."""
    from voicecoach.errors import UsageError
    from voicecoach.scenarios import HARDEST, available, families

    kinds = families()
    if family and family not in [kind.id for kind in kinds]:
        raise UsageError(f"no family {family!r}; known are: {', '.join(kind.id for kind in kinds)}")
    found = [one for one in available(folders, language=language) if family in (None, one.family)]
    if format_ == "json":
        click.echo(json.dumps([_document(one) for one in found], indent=2, ensure_ascii=False))
        return
    width = max((len(one.id) for one in found), default=0)
    for kind in kinds:
        here = [one for one in found if one.family == kind.id]
        if not here:
            continue
        _print(f"{kind.title} ({kind.id}{', only for those who choose it' if kind.opt_in else ''})")
        for one in here:
            _print(f"  {one.id:<{width}}  {one.difficulty}/{HARDEST}  {len(one.lines)} lines  {one.title}")


@scenarios.command("show")
@click.argument("scenario", metavar="ID|FILE")
@scenarios_option
@click.option(
    "--lines",
    is_flag=True,
    help="Also what the caller says and what is expected; not for the one who practises.",
)
@_format_option
def show_(scenario: str, folders: tuple[Path, ...], lines: bool, format_: str) -> None:
    """Show the card of a scenario: your role, the place, the caller, the goal.

    What the caller says is kept back unless you ask for --lines.
    """
    from voicecoach.scenarios import load

    found = load(scenario, folders)
    if format_ == "json":
        click.echo(json.dumps(_document(found, lines=lines), indent=2, ensure_ascii=False))
        return
    told = [text for number, line in enumerate(found.lines, 1) for text in _told(number, line)]
    for text in [*_card(found), *(told if lines else ())]:
        _print(text)


@scenarios.command("check")
@scenarios_option
@click.option("--scorecard", default="service-call", show_default=True, help="Name or file of a scorecard.")
@click.option("--no-builtin", "builtin", flag_value=False, default=True, help="Only those of --scenarios.")
def check_(folders: tuple[Path, ...], scorecard: str, builtin: bool) -> None:
    """Check every scenario and its example answers; a line for each mistake, exit code 2 if there is one."""
    from voicecoach.scenarios_check import check

    checked = check(folders, builtin=builtin, scorecard=scorecard)
    for line in checked.mistakes:
        _print(line, err=True)
    if checked.mistakes:
        count = len(checked.mistakes)
        _print(f"{count} mistake{'s' if count > 1 else ''} to mend", err=True)
        raise click.exceptions.Exit(2)
    what = f"{checked.scenarios} scenario{'' if checked.scenarios == 1 else 's'}"
    _print(f"{what} and {checked.answers} example answers are fine")


@scenarios.command("new")
@click.argument("scenario", metavar="ID")
@click.option(
    "--scenarios", "folder", type=_FOLDER, default="my-scenarios", show_default=True, help="Where it goes."
)
@click.option("--family", default="everyday", show_default=True, help="What kind of call it is.")
def new_(scenario: str, folder: Path, family: str) -> None:
    """Write a scenario to begin with, as a file with notes; no file is ever overwritten."""
    from voicecoach.scenarios import new_scenario

    path = new_scenario(scenario, folder, family=family)
    where = f'"{folder}"' if " " in str(folder) else str(folder)
    _print(f"wrote {path}")
    _print("next: change it in a text editor, then")
    _print(f"  voicecoach scenarios check --scenarios {where}")
    _print(f"  voicecoach scenarios show {scenario} --lines --scenarios {where}")
    _print(f"  voicecoach practice {scenario} --scenarios {where}")


def _card(found: Scenario) -> list[str]:
    from voicecoach.reports import columns
    from voicecoach.scenarios import HARDEST, families

    kind = next(family for family in families() if family.id == found.family)
    card = [found.title, f"{kind.title}, {found.difficulty} of {HARDEST}, {len(found.lines)} lines", ""]
    rows = [
        ("Your role", found.role),
        ("The place", found.place),
        ("The caller", f"{found.caller.name}. {found.caller.about}"),
        ("Your goal", found.goal),
        ("To be said", _listed(found.must_say)),
        ("Not to be said", _listed(found.must_not_say)),
        ("Please note", found.warning),
        ("Stop word", f"Say {found.stop_word!r} at any time and the call ends." if found.stop_word else ""),
        ("Source", found.source),
    ]
    for name, text in rows:
        if text:
            card += columns.wrap(text, _WIDTH, columns.pad(name, 15), " " * 15)
    return [*card, ""]


def _told(number: int, line: Line) -> list[str]:
    from voicecoach.reports import columns

    audio = line.audio.name if line.audio else "text only"
    rows = [
        (f"{number}.", f'"{line.say}"'),
        (
            "",
            "; ".join(
                part for part in (line.how.rstrip("."), "an attack" if line.attack else "", audio) if part
            ),
        ),
        *(("expect", f"{' or '.join(expect.markers)}: {expect.tip}") for expect in line.expect),
        ("say", _listed(line.must_say)),
        ("not", _listed(line.must_not_say)),
        ("e.g.", f'"{line.example}"'),
    ]
    told: list[str] = []
    for name, text in rows:
        if text:
            told += columns.wrap(text, _WIDTH, f"  {columns.pad(name, 8)}", " " * 10)
    return [*told, ""]


def _listed(phrases: tuple[str, ...]) -> str:
    """Phrases in words; where one has several wordings, the first."""
    from voicecoach.scenarios import in_words

    return "; ".join(map(in_words, phrases))


def _document(one: Scenario, *, lines: bool = False) -> dict[str, Any]:
    """A scenario as JSON; what the caller says only with ``lines``."""
    import dataclasses

    found = dataclasses.asdict(one) | {"path": str(one.path), "lines": len(one.lines)}
    if lines:
        found["lines"] = [
            dataclasses.asdict(line) | {"audio": str(line.audio) if line.audio else None}
            for line in one.lines
        ]
    return found


def _print(line: str, *, err: bool = False) -> None:
    click.echo(shown(line), err=err)
