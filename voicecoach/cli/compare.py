"""``voicecoach compare``: two takes side by side."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import (
    agent_option,
    analysis_options,
    analysis_settings,
    history_option,
    own_values,
)
from voicecoach.cli.terminal import draws, no_color, shown_progress, width

if TYPE_CHECKING:
    from voicecoach import pipeline
    from voicecoach.types import Analysis


@click.command()
@click.argument("a")
@click.argument("b", required=False)
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json has all numbers.",
)
@click.option(
    "--other-speaker", is_flag=True, help="A is spoken by someone else, such as a trainer as a model."
)
@analysis_options
@agent_option
@history_option
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
def compare(
    a: str,
    b: str | None,
    *,
    output_format: str,
    other_speaker: bool,
    agent: str,
    history: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Lay two takes of the same scenario or the same words side by side.

    A and B are numbers of takes (see: voicecoach history), recordings, or files that analyse -f json wrote.
    One take alone is compared with the model take of its scenario, else with the take before it.

    \b
    voicecoach compare 3 4
    voicecoach compare 4
    voicecoach compare first.wav second.wav
    """
    from voicecoach import pipeline
    from voicecoach.compare import compare as lay_side_by_side
    from voicecoach.compare.find import pair
    from voicecoach.reports import comparison

    settings = analysis_settings(options, stored=own_values(agent, history))

    @cache
    def coach() -> pipeline.Coach:
        return pipeline.Coach.ready(settings)

    def analyse(path: Path) -> Analysis:
        with shown_progress(path.name, quiet) as progress:
            return pipeline.analyse(path, coach=coach(), progress=progress)

    found = pair(a, b, folder=history, analyse=analyse)
    compared = lay_side_by_side(
        found.a,
        found.b,
        names=found.names,
        model=found.model or other_speaker,
        same_speaker=found.same_speaker and not other_speaker,
        spreads=found.spreads,
    )
    color = sys.stdout.isatty() and output_format == "text" and not no_color()
    text = (
        comparison.as_json(compared)
        if output_format == "json"
        else comparison.render(compared, width=width(), color=color, unicode=draws())
    )
    click.echo(text, nl=False, color=color)
