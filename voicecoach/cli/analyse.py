"""``voicecoach analyse``: recordings in, reports out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import (
    agent_option,
    analysis_options,
    analysis_settings,
    formats_named,
    history_option,
    own_values,
    sound_option,
)
from voicecoach.cli.terminal import no_color, shown, shown_progress, width
from voicecoach.errors import FormatError, VoicecoachError
from voicecoach.reports import NAMES, ON_TERMINAL, SINGLE

if TYPE_CHECKING:
    from voicecoach.types import Analysis


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
    help="Write NAME.txt, NAME.json and so on here instead of printing.",
)
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    callback=formats_named,
    default="text",
    show_default=True,
    metavar="FORMAT[,...]",
    help=f"{', '.join(NAMES)} or all; more than one needs --output-dir.",
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
    output_format: tuple[str, ...],
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

    formats, first = output_format, output_format[0]
    if len(formats) > 1 and output_dir is None:
        raise click.UsageError("several formats are written to files; say where with --output-dir FOLDER")
    if first in SINGLE and output_dir is None and len(files) > 1:
        raise click.UsageError(f"-f {first} holds one recording; say where with --output-dir FOLDER")
    targets = reports.names(files)
    if output_dir is not None and len(formats) > 1:
        _check_apart(targets, formats)
    coach = pipeline.Coach.ready(analysis_settings(options, stored=own_values(agent, history)))
    if output_dir is not None:
        reports.make_folder(output_dir)
    negative = fail_on == "negative"
    done: list[Analysis] = []
    codes: list[int] = []
    for path, target in zip(files, targets, strict=True):
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
        if output_dir is None:
            continue
        for name in formats:
            try:
                written = reports.write(output_dir / target, name, [analysis], sound=sound, negative=negative)
            except FormatError as error:
                if formats == NAMES:  # all that there are: what cannot be is left out
                    _note(f"{name} left out: {error}", quiet)
                    continue
                if len(files) == len(formats) == 1:
                    raise
                _complain(error)
                codes.append(error.exit_code)
                continue
            _note(f"wrote {written}", quiet)
    if output_dir is None and done:
        color = sys.stdout.isatty() and first == "text" and not no_color()
        several = len(files) > 1
        report = reports.render(first, done, several=several, width=width(), color=color, negative=negative)
        click.echo(report if first in ON_TERMINAL else report.encode(), nl=False, color=color)
    if codes:
        return 1 if done else max(codes)
    return 3 if fail_on and any(_fails(analysis, fail_on) for analysis in done) else 0


def _fails(analysis: Analysis, level: str) -> bool:
    if analysis.scores.passed is False:
        return True
    return level == "negative" and any(finding.polarity == "negative" for finding in analysis.findings)


def _check_apart(targets: Sequence[str], formats: Sequence[str]) -> None:
    """Refuse to write two reports into one file, as of a.wav as txt and a.transcript.wav as text."""
    from voicecoach import reports

    files = Counter(target + reports.FORMATS[name].SUFFIX for target in targets for name in formats)
    file, count = files.most_common(1)[0]
    if count > 1:
        raise click.UsageError(f"two reports would be called {shown(file)}; analyse these files apart")


def _note(text: str, quiet: bool) -> None:
    if not quiet:
        click.echo(f"voicecoach: {shown(text)}", err=True)


def _complain(error: VoicecoachError | OSError) -> None:
    click.echo(f"voicecoach: {shown(' '.join(str(error).split()))}", err=True)
