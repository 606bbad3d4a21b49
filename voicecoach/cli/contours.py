"""``voicecoach contours``: what a recording sounds like, each 10 ms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from voicecoach.cli.terminal import shown
from voicecoach.errors import VoicecoachError
from voicecoach.i18n import _

FORMATS = ("csv", "json")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    type=click.Choice(FORMATS),
    default="csv",
    show_default=True,
    help="json also holds syllable nuclei and loudness.",
)
@click.option(
    "-o",
    "--output-dir",
    "--output_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write NAME.contours.csv or .json here instead of printing.",
)
@click.option("-q", "--quiet", is_flag=True, help="No notes on stderr.")
def contours(files: Sequence[Path], *, output_format: str, output_dir: Path | None, quiet: bool) -> int:
    """Print F0, level and voice activity of recordings each 10 ms.

    The columns are channel, time, f0_hz (empty where unvoiced), level_db (dBFS) and voice (1 or 0), for
    each analysed channel by name, one after the other. They are what analyse measures; no model of words
    is needed.

    \b
    voicecoach contours call.wav > call.csv
    voicecoach contours *.wav -f json -o plots
    """
    from voicecoach import audio, pipeline, reports
    from voicecoach.reports import contours as report

    if len(files) > 1 and output_dir is None:
        raise click.UsageError(_("each recording gets a file of its own; say where with --output-dir FOLDER"))
    if output_dir is not None:
        reports.make_folder(output_dir)
    codes: list[int] = []
    for path, target in zip(files, reports.names(files), strict=True):
        try:
            recording = audio.load(path)
            found = pipeline.listen(recording).by_name(recording.layout)
        except (VoicecoachError, OSError) as error:
            if len(files) == 1:
                raise
            click.echo(f"voicecoach: {shown(' '.join(str(error).split()))}", err=True)
            codes.append(getattr(error, "exit_code", 1))
            continue
        pieces = report.csv(found) if output_format == "csv" else report.as_json(recording.path, found)
        if output_dir is None:
            for piece in pieces:
                click.echo(piece, nl=False)
        else:
            written = reports.write_text(output_dir / (target + report.SUFFIXES[output_format]), pieces)
            if not quiet:
                click.echo(f"voicecoach: wrote {written}", err=True)
    return 0 if not codes else 1 if len(codes) < len(files) else max(codes)
