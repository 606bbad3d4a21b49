"""``voicecoach practice``: a call with a caller who is not there, take by take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import (
    agent_option,
    analysis_options,
    analysis_settings,
    history_option,
    scenarios_option,
)
from voicecoach.cli.terminal import shown
from voicecoach.errors import UsageError
from voicecoach.i18n import _, fill

if TYPE_CHECKING:
    from voicecoach.history import History
    from voicecoach.pipeline import Settings
    from voicecoach.scenarios import Scenario


@click.command()
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@click.option("--draw", is_flag=True, help="Draw a scenario by lot, what you practised least first.")
@click.option("--list", "listed", is_flag=True, help="List the scenarios and how often you practised them.")
@click.option("--family", help="Draw or list only this kind, such as everyday.")
@agent_option
@history_option
@scenarios_option
@click.option("--microphone", metavar="NAME|NUMBER", help="Which microphone; see: voicecoach devices.")
@click.option("--loudspeaker", metavar="NAME|NUMBER", help="What the caller is heard on.")
@click.option("--text", is_flag=True, help="Show the caller's lines and play nothing.")
@click.option("--no-text", "hidden", is_flag=True, help="Play the caller's lines and do not show them.")
@click.option("--takes", type=click.IntRange(1), metavar="N", help="So many takes, without asking between.")
@click.option("--opt-in", "opted_in", is_flag=True, help="Yes to scenarios with an abusive caller.")
@click.option("--model-take", is_flag=True, help="Mark the take as one to learn from.")
@click.option("--no-analysis", is_flag=True, help="Record only; see --report.")
@click.option("--report", type=int, metavar="TAKE", help="The report of an earlier take, made now.")
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    help="Of --report.",
)
@analysis_options
def practice(
    scenario: str | None,
    *,
    draw: bool,
    listed: bool,
    family: str | None,
    agent: str,
    history: Path | None,
    folders: tuple[Path, ...],
    microphone: str | None,
    loudspeaker: str | None,
    text: bool,
    hidden: bool,
    takes: int | None,
    opted_in: bool,
    model_take: bool,
    no_analysis: bool,
    report: int | None,
    form: str,
    **options: Any,
) -> int:
    """Practise a call: the caller speaks, you answer, and a page tells what to keep and what to try.

    SCENARIO is an id of --list or a file of your own. Wear headphones if you can: then your microphone hears
    you alone. The caller goes on when you stop speaking. Everything stays on this machine and is yours;
    nobody else is shown anything.

    \b
    voicecoach practice --draw
    voicecoach practice no-hot-water
    voicecoach practice no-hot-water --no-text --takes 3
    """
    from voicecoach import scenarios
    from voicecoach.cli import room
    from voicecoach.cli.stage import console
    from voicecoach.history import History
    from voicecoach.practice import lots

    if draw and scenario is not None:
        raise UsageError(_("SCENARIO and --draw do not go together; leave one out"))
    if text and hidden:
        raise UsageError(_("--text and --no-text do not go together; leave one out"))
    known = _of_family(scenarios.available(folders), family)
    screen = console()
    with History.open(history) as store:
        settings = analysis_settings(options, stored=store.baselines(agent))
        if report is not None:
            return _report(store, report, folders, settings, form)
        if listed or (scenario is None and not draw):
            _list(store, agent, known, hint=not listed)
            return 0
        chosen = scenarios.load(scenario, folders) if scenario is not None else None
        microphone_, loudspeaker_ = room.devices(screen, microphone, loudspeaker, silent=text)
        here = room.Room(
            store,
            agent,
            screen,
            microphone_,
            loudspeaker_,
            None if no_analysis else room.ready(screen, settings),
            hidden=hidden,
            model_take=model_take,
        )
        count = 0
        while True:
            if chosen is None:
                chosen = lots.draw(known, store.practised(agent), opted_in=opted_in)
            count += 1
            here.welcome(chosen, count)
            if count == 1:
                here.notice_habit(chosen)
                here.consent(chosen, opted_in=opted_in)
            done = here.take(chosen)
            if done.over:
                return done.code
            wish = here.again(count + 1) if takes is None else "q" if count == takes else ""
            if wish == "":
                continue
            here.debrief(chosen)
            if wish != "n":
                return done.code
            chosen, count = None, 0


def _of_family(known: Sequence[Scenario], family: str | None) -> Sequence[Scenario]:
    from voicecoach.scenarios import families

    kinds = [kind.id for kind in families()]
    if family is not None and family not in kinds:
        raise UsageError(
            fill("no family {family!r}; known are: {kinds}", family=family, kinds=", ".join(kinds))
        )
    return [one for one in known if family in (None, one.family)]


def _list(store: History, agent: str, known: Sequence[Scenario], *, hint: bool) -> None:
    """The scenarios by family, how hard they are, and how often they were practised, and when last."""
    from voicecoach.scenarios import HARDEST, families

    practised = store.practised(agent)
    widest = max((len(one.id) for one in known), default=0)
    for kind in families():
        here = [one for one in known if one.family == kind.id]
        if here:
            click.echo(shown(f"{kind.title}{' (only if you choose it)' if kind.opt_in else ''}"))
        for one in here:
            times = practised.get(one.id)
            done = f"{times.count}x, {times.last.astimezone():%Y-%m-%d}" if times else "new"
            click.echo(shown(f"  {one.id:<{widest}}  {one.difficulty}/{HARDEST}  {done:<15}  {one.title}"))
    if hint:
        click.echo("")
        click.echo("Begin one:          voicecoach practice NAME")
        click.echo("Leave it to chance: voicecoach practice --draw")


def _report(store: History, number: int, folders: tuple[Path, ...], settings: Settings, form: str) -> int:
    """The page of an earlier take."""
    from voicecoach.cli import room
    from voicecoach.pipeline import Coach
    from voicecoach.practice import rehearsal

    take = store.take(number)
    played = rehearsal.remembered(store, take)
    scenario, same = rehearsal.scenario_of(take, folders)
    if not same:
        click.echo(f"voicecoach: {scenario.id}: has been changed since take {number}", err=True)
    room.print_report(store, take, scenario, played, Coach.ready(settings), form)
    return 0
