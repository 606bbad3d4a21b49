"""``voicecoach trend``: how a person's takes go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from voicecoach.cli.options import agent_option, history_option
from voicecoach.cli.terminal import draws, width
from voicecoach.i18n import _


@click.command()
@click.argument("measures", nargs=-1, metavar="[MEASURE...]")
@agent_option
@click.option("--scenario", default="", metavar="ID", help="Only takes of this scenario, one by one.")
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A page to read, or data for programs.",
)
@click.option("--phrases", is_flag=True, help="Look for stock phrases in your last takes, too.")
@click.option("--no-plot", is_flag=True, help="Numbers and words only.")
@history_option
def trend(
    measures: Sequence[str],
    agent: str,
    scenario: str,
    output_format: str,
    phrases: bool,
    no_plot: bool,
    history: Path | None,
) -> None:
    """Show where you started, what changed over your takes and what has not, and one thing to try.

    MEASURE is the id or the name of a measure, such as pace, or a marker; the usual few when not given.

    \b
    voicecoach trend
    voicecoach trend --scenario charged-twice
    voicecoach trend pace listening.open_question
    """
    from voicecoach.errors import UsageError
    from voicecoach.history import History
    from voicecoach.reports import trend as report
    from voicecoach.trend import progress

    if not History.exists(history):
        raise UsageError(_("there is no history yet; make takes with voicecoach record or practice"))
    with History.open(history) as opened:
        found = progress(opened, agent, scenario=scenario, names=measures, phrases=phrases)
    if output_format == "json":
        click.echo(report.render_json(found), nl=False)
    else:
        click.echo(report.render(found, width=width(), unicode=draws(), plot=not no_plot), nl=False)
