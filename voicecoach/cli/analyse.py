"""``voicecoach analyse``: recordings in, reports out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import (
    agent_option,
    analysis_options,
    analysis_settings,
    history_option,
    own_values,
    sound_option,
)
from voicecoach.cli.terminal import no_color, shown, shown_progress, width
from voicecoach.errors import VoicecoachError

if TYPE_CHECKING:
    from voicecoach.types import Analysis

FORMATS = ("text", "json", "html")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@analysis_options
@agent_option
@history_option
@click.option(
    "-o",
    "--output-dir",
    "--output_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write NAME.txt, NAME.json or NAME.html here instead of printing.",
)
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    type=click.Choice([*FORMATS, "all"]),
    default="text",
    show_default=True,
    help="all needs --output-dir.",
)
@sound_option
@click.option(
    "--fail-on",
    type=click.Choice(["must", "negative"]),
    help="Exit with 3 when a must of the scorecard is missed; negative: also on any negative finding.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")
def analyse(
    files: Sequence[Path],
    *,
    output_dir: Path | None,
    output_format: str,
    sound: str,
    fail_on: str | None,
    quiet: bool,
    agent: str,
    history: Path | None,
    **options: Any,
) -> int:
    """Analyse recordings and report what to keep and what to try next.

    FILE is any recording: wav, mp3, m4a, ogg, flac, video with sound and so on. Record agent and customer on
    a channel each where you can: then listening and turn taking are measured, too.

    \b
    voicecoach analyse call.wav
    voicecoach analyse call.mp3 --channels agent=right,customer=left
    voicecoach analyse *.wav -f json -o reports
    voicecoach analyse call.wav -f html -o reports
    """
    from voicecoach import pipeline, reports

    formats = FORMATS if output_format == "all" else (output_format,)
    if len(formats) > 1 and output_dir is None:
        raise click.UsageError("-f all writes files; say where with --output-dir FOLDER")
    if output_format == "html" and output_dir is None and len(files) > 1:
        raise click.UsageError("-f html writes a page for each file; say where with --output-dir FOLDER")
    coach = pipeline.Coach.ready(analysis_settings(options, stored=own_values(agent, history)))
    if output_dir is not None:
        reports.make_folder(output_dir)
    done: list[Analysis] = []
    codes: list[int] = []
    for path, target in zip(files, reports.names(files), strict=True):
        try:
            with shown_progress(path.name, quiet) as progress:
                analysis = pipeline.analyse(path, coach=coach, progress=progress)
        except (VoicecoachError, OSError) as error:
            if len(files) == 1:
                raise
            _complain(error)
            codes.append(getattr(error, "exit_code", 1))
            continue
        done.append(analysis)
        for name in formats if output_dir is not None else ():
            written = (
                reports.write(output_dir / target, name, [analysis], sound=sound) if output_dir else None
            )
            if not quiet:
                click.echo(f"voicecoach: wrote {written}", err=True)
    if output_dir is None and done:
        color = sys.stdout.isatty() and formats[0] == "text" and not no_color()
        report = reports.FORMATS[formats[0]].render(done, several=len(files) > 1, width=width(), color=color)
        # a page of HTML says that it is UTF-8, whatever the console is
        click.echo(report.encode() if formats[0] == "html" else report, nl=False, color=color)
    if codes:
        return 1 if done else max(codes)
    return 3 if fail_on and any(_fails(analysis, fail_on) for analysis in done) else 0


def _fails(analysis: Analysis, level: str) -> bool:
    if analysis.scores.passed is False:
        return True
    return level == "negative" and any(finding.polarity == "negative" for finding in analysis.findings)


def _complain(error: VoicecoachError | OSError) -> None:
    click.echo(f"voicecoach: {shown(' '.join(str(error).split()))}", err=True)
