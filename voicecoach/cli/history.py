"""``voicecoach history``: the takes that are kept, and what can be done with them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import (
    agent_option,
    analysis_options,
    analysis_settings,
    history_option,
    redact_option,
    scenarios_option,
)
from voicecoach.cli.terminal import shown, shown_progress
from voicecoach.i18n import clock, fill
from voicecoach.reports import NAMES, ON_TERMINAL

if TYPE_CHECKING:
    from voicecoach.history import History, Take
    from voicecoach.pipeline import Coach
    from voicecoach.transcribe import Progress

SHOWN = 20  # takes on a page, when nothing else is asked for
ENDINGS = {"interrupted": ", was interrupted", "unanswered": ", nothing was said"}
WHAT = 18  # columns of what a take is of
COLUMNS = (
    *("number", "agent", "kind", "scenario", "language", "started", "duration", "status", "ended"),
    *("musts_met", "musts", "total", "model", "rated", "recording"),
)


@click.group(invoke_without_command=True)
@agent_option
@click.option("--all", "everybody", is_flag=True, help="The takes of everybody, for trainers.")
@click.option("--scenario", metavar="ID", help="Only takes of this scenario.")
@click.option(
    "--limit",
    type=click.IntRange(0),
    show_default=f"{SHOWN} as text, else all",
    help="Only the newest so many; 0: all.",
)
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="A page to read, or data for programs.",
)
@history_option
@click.pass_context
def history(
    context: click.Context,
    agent: str,
    everybody: bool,
    scenario: str | None,
    limit: int | None,
    output_format: str,
    history: Path | None,
) -> None:
    """List your takes, newest last; show, add, mark, analyse, delete and check them.

    \b
    voicecoach history
    voicecoach history --scenario charged-twice --limit 5
    voicecoach history show 12
    voicecoach history mark 12 --model
    """
    context.obj = history
    if context.invoked_subcommand is not None:
        return
    text = output_format == "text"
    most = (SHOWN if text else None) if limit is None else limit or None
    who = None if everybody else agent
    with _open(history) as store:
        found = store.takes(who, scenario=scenario, limit=most and most + 1)
        takes = found[-most:] if most else found
        if text:
            _print(_page(takes, who, scenario, more=len(found) > len(takes)))
        elif output_format == "json":
            lines = ",\n".join(json.dumps(_plain(take), ensure_ascii=False) for take in takes)
            click.echo(f"[\n{lines}\n]" if takes else "[]")
        else:
            _print(_csv(takes))


def _stored(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --history to a command of the group; before its name it may stand, too."""
    option = click.option(
        "--history",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Where takes are kept; the platform's own folder for data when not given.",
    )
    return option(click.pass_context(command))


@history.command()
@click.argument("number", type=int)
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    type=click.Choice([name for name in NAMES if name != "html"]),
    default="text",
    show_default=True,
    metavar="FORMAT",
    help="As analyse writes them: text, json, md, vtt and so on.",
)
@_stored
def show(context: click.Context, number: int, output_format: str, history: Path | None) -> None:
    """Show the report of a take as it was kept."""
    from voicecoach.errors import UsageError

    with _open(history or context.obj) as store:
        take, analysis = store.take(number), store.analysis(number)
        rating, practised = store.rating(number), store.outcome(number) is not None
    if analysis is None:
        raise UsageError(
            fill("take {number} is not analysed yet; run: voicecoach history analyse {number}", number=number)
        )
    from voicecoach import reports

    if output_format == "text":
        _print("\n".join(_head(take, rating, practised=practised)) + "\n")
    report = reports.render(output_format, [analysis])
    click.echo(report if output_format in ON_TERMINAL else report.encode(), nl=False)


@history.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@agent_option
@click.option("--scenario", default="", metavar="ID", help="The scenario they are of.")
@_stored
def add(
    context: click.Context, files: Sequence[Path], agent: str, scenario: str, history: Path | None
) -> None:
    """Copy recordings into the history; the files stay as they are."""
    with _open(history or context.obj) as store:
        for path in files:
            take = store.add_file(agent, path, scenario=scenario)
            _print(f"take {take.number}: {path.name}, {_length(take)}")
        _print("to analyse what is new: voicecoach history analyse")


@history.command()
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
@agent_option
@scenarios_option
@redact_option
@analysis_options
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@_stored
def analyse(
    context: click.Context,
    numbers: Sequence[int],
    agent: str,
    folders: Sequence[Path],
    quiet: bool,
    history: Path | None,
    **options: Any,
) -> int:
    """Analyse takes and keep what was found; without numbers, your own that are not analysed yet.

    Of a practice call what its answers held is kept, too; voicecoach practice --report NUMBER prints it.
    """
    from voicecoach import pipeline
    from voicecoach.errors import UsageError, VoicecoachError
    from voicecoach.history import UNANSWERED

    code = 0
    with _open(history or context.obj) as store:
        wanted = [store.take(number) for number in numbers] or [
            take for take in store.takes(agent) if take.status == "recorded" and take.ended != UNANSWERED
        ]
        people = {take.agent for take in wanted}
        if len(people) > 1:
            raise UsageError(
                fill("takes of {people} people; analyse those of one at a time", people=len(people))
            )
        if not wanted:
            _print("every take is analysed")
            return 0
        coach = pipeline.Coach.ready(analysis_settings(options, stored=store.baselines(people.pop())))
        for take in wanted:
            try:
                with shown_progress(f"take {take.number}", quiet) as progress:
                    _analyse(store, take, folders, coach, progress)
            except VoicecoachError as error:
                if len(wanted) == 1:
                    raise
                click.echo(f"voicecoach: take {take.number}: {shown(str(error))}", err=True)
                code = 1
                continue
            _print(f"take {take.number}: {_result(store.take(take.number))}")
    return code


@history.command()
@click.argument("number", type=int)
@click.option("--model/--no-model", default=True, show_default=True, help="Whether it is a model take.")
@_stored
def mark(context: click.Context, number: int, model: bool, history: Path | None) -> None:
    """Mark a take as the model of its scenario: what compare and practice lay yours beside."""
    with _open(history or context.obj) as store:
        store.mark_model(number, model)
        take = store.take(number)
    _print(f"take {number} is {'a' if model else 'no'} model take of {take.scenario}")


@history.command()
@click.argument("numbers", nargs=-1, required=True, type=int, metavar="NUMBER...")
@_stored
def delete(context: click.Context, numbers: Sequence[int], history: Path | None) -> None:
    """Delete takes with their recordings and all that is known of them."""
    with _open(history or context.obj) as store:
        gone = store.delete(*numbers)
    _print(f"deleted: {', '.join(f'take {take.number} ({_length(take)})' for take in gone)}")


@history.command()
@_stored
def check(context: click.Context, history: Path | None) -> int:
    """Look for damage, lost recordings and recordings without a take."""
    with _open(history or context.obj) as store:
        problems, count = store.check(), store.count()
        for problem in problems:
            _print(f"{problem.about}: {problem.text}")
        if not problems:
            _print(
                f"{store.folder}: {count} take{'' if count == 1 else 's'}, no damage, no recording missing"
            )
    return 1 if problems else 0


# --- the page -----------------------------------------------------------------------------------------------


def _open(folder: Path | None) -> History:
    from voicecoach.history import History

    return History.open(folder)


def _analyse(
    store: History, take: Take, folders: Sequence[Path], coach: Coach, progress: Progress | None
) -> None:
    """Analyse a take and keep what was found; a practice call is judged where it is known how it went."""
    from voicecoach import pipeline, takes
    from voicecoach.practice import rehearsal

    recording = _recording(take)
    if take.kind == "practice" and store.outcome(take.number):
        scenario, same = rehearsal.scenario_of(take, folders)
        if not same:
            click.echo(f"voicecoach: {scenario.id}: has been changed since take {take.number}", err=True)
        rehearsal.judge(store, take, scenario, rehearsal.remembered(store, take), coach, progress=progress)
        return
    found = pipeline.analyse(recording, coach=coach, progress=progress)
    store.add_analysis(take.number, found, utterances=takes.utterances(found))


def _recording(take: Take) -> Path:
    from voicecoach.errors import UsageError

    if take.recording is None or take.status == "recording":
        raise UsageError(
            fill("take {number} is being recorded; stop the recording first", number=take.number)
        )
    return take.recording


def _print(text: str) -> None:
    click.echo("\n".join(shown(line) for line in text.split("\n")))


def _page(takes: Sequence[Take], agent: str | None, scenario: str | None, *, more: bool) -> str:
    """Takes in columns, newest last."""
    if not takes:
        whose = ("" if agent is None else f" of {agent!r}") + (f" in {scenario!r}" if scenario else "")
        return (
            f"no takes{whose} yet; voicecoach practice makes one, voicecoach history --all lists everybody's"
        )
    from voicecoach.reports import columns

    lines = [f"{'take':>5}  {'when':<16}  {'what':<{WHAT}}  {'length':>6}  result"]
    for take in takes:
        when = take.started.astimezone().strftime("%Y-%m-%d %H:%M")
        what = f"{take.agent}: " * (agent is None) + (take.scenario or take.kind)
        what = what if columns.width(what) <= WHAT else columns.head(what, WHAT - 3) + "..."
        what = columns.pad(what, WHAT)
        lines.append(f"{take.number:>5}  {when}  {what}  {_length(take):>6}  {_result(take)}")
        marks = [text for text, on in (("model take", take.model), ("self-rating kept", take.rated)) if on]
        if marks:
            lines.append(f"{'':>25}{', '.join(marks)}")
    if more:
        lines.append("earlier ones: voicecoach history --limit 0")
    return "\n".join(lines)


def _head(take: Take, rating: Mapping[str, int], *, practised: bool) -> list[str]:
    """What the history knows of a take beside its report."""
    from voicecoach.score import label

    when = take.started.astimezone().strftime("%Y-%m-%d %H:%M")
    lines = [f"Take {take.number} of {take.agent}, {when}, {take.scenario or take.kind}, {_result(take)}"]
    if take.model:
        lines.append("A model take.")
    if rating:
        own = (f"{label(key)} {answer}" for key, answer in rating.items())
        lines.append(f"Your own rating: {', '.join(own)}")
    if practised:
        lines.append(f"What your answers held: voicecoach practice --report {take.number}")
    return lines


def _length(take: Take) -> str:
    return "-" if take.duration is None else clock(round(take.duration))


def _result(take: Take) -> str:
    if take.status == "recording":
        return "being recorded"
    if take.ended in ("stopped", "stop word"):
        return "stopped, not judged"
    if take.musts is None:
        return "not analysed" + ENDINGS.get(take.ended, "")
    parts = [f"{take.musts_met} of {take.musts} musts"] if take.musts else []
    parts += [f"{take.total:.0f} points"] if take.total is not None else []
    return ", ".join(parts) or "analysed, nothing to judge"


def _plain(take: Take) -> dict[str, Any]:
    found = {name: getattr(take, name) for name in COLUMNS}
    return {
        **found,
        "started": take.started.isoformat(),
        "recording": None if take.recording is None else str(take.recording),
    }


def _csv(takes: Sequence[Take]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(_plain(take) for take in takes)
    return text.getvalue().rstrip("\n")
