"""``voicecoach analyse``: recordings in, reports out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicecoach.cli.terminal import shown
from voicecoach.errors import VoicecoachError

if TYPE_CHECKING:
    from voicecoach.types import Analysis

FORMATS = ("text", "json")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--model", default="base", show_default=True, help="Whisper model: a name or a folder.")
@click.option("--language", help="Language code such as en; found from the recording when not given.")
@click.option(
    "--channels",
    metavar="WHO=WHERE,...",
    help="Who is on which channel: agent=left,customer=right; found from what is said when not given.",
)
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda", "auto"]),
    default="cpu",
    show_default=True,
    help="Where the model runs.",
)
@click.option(
    "--compute-type",
    "--compute_type",
    type=click.Choice(
        ["default", "auto", "int8", "int8_float16", "int8_float32", "int16", "float16", "bfloat16", "float32"]
    ),
    default="default",
    show_default="int8 on cpu, float16 on cuda",
    metavar="TYPE",
    help="Arithmetic of the model, such as int8, float16 or float32.",
)
@click.option("--threads", type=click.IntRange(1), help="Cores to use; all when not given.")
@click.option(
    "--beam-size",
    "--beam_size",
    type=click.IntRange(1, 20),
    default=5,
    show_default=True,
    help="Candidates the decoder keeps; fewer are quicker and less sure.",
)
@click.option(
    "--rules",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Folder with rules of your own; may be repeated.",
)
@click.option("--no-builtin", is_flag=True, help="Use only the rules of --rules.")
@click.option("--scorecard", default="service-call", show_default=True, help="Name or file of a scorecard.")
@click.option(
    "--baseline",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    envvar="VOICECOACH_BASELINE",
    help="Your own values: what -f json gave for a calm recording of yours; may be repeated.",
)
@click.option(
    "-o",
    "--output-dir",
    "--output_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write NAME.txt or NAME.json here instead of printing.",
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
@click.option(
    "--fail-on",
    type=click.Choice(["must", "negative"]),
    help="Exit with 3 when a must of the scorecard is missed; negative: also on any negative finding.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")
def analyse(
    files: Sequence[Path],
    *,
    model: str,
    language: str | None,
    channels: str | None,
    device: str,
    compute_type: str,
    threads: int | None,
    beam_size: int,
    rules: tuple[str, ...],
    no_builtin: bool,
    scorecard: str,
    baseline: tuple[str, ...],
    output_dir: Path | None,
    output_format: str,
    fail_on: str | None,
    quiet: bool,
) -> int:
    """Analyse recordings and report what to keep and what to try next.

    FILE is any recording: wav, mp3, m4a, ogg, flac, video with sound and so on. Record agent and customer on
    a channel each where you can: then listening and turn taking are measured, too.

    \b
    voicecoach analyse call.wav
    voicecoach analyse call.mp3 --channels agent=right,customer=left
    voicecoach analyse *.wav -f json -o reports
    """
    from voicecoach import pipeline, reports

    formats = FORMATS if output_format == "all" else (output_format,)
    if len(formats) > 1 and output_dir is None:
        raise click.UsageError("-f all writes files; say where with --output-dir FOLDER")
    coach = pipeline.Coach.ready(
        pipeline.Settings(
            model=model,
            language=language.lower() if language else None,
            channels=channels,
            device=device,
            compute_type=compute_type,
            threads=threads,
            beam_size=beam_size,
            rules=rules,
            builtin=not no_builtin,
            scorecard=scorecard,
            baseline=baseline,
        )
    )
    if output_dir is not None:
        reports.make_folder(output_dir)
    done: list[Analysis] = []
    codes: list[int] = []
    for path, target in zip(files, reports.names(files), strict=True):
        try:
            with _progress(path, quiet) as progress:
                analysis = pipeline.analyse(path, coach=coach, progress=progress)
        except (VoicecoachError, OSError) as error:
            if len(files) == 1:
                raise
            _complain(error)
            codes.append(getattr(error, "exit_code", 1))
            continue
        done.append(analysis)
        for name in formats if output_dir is not None else ():
            written = reports.write(output_dir / target, name, [analysis]) if output_dir else None
            if not quiet:
                click.echo(f"voicecoach: wrote {written}", err=True)
    if output_dir is None and done:
        color = sys.stdout.isatty() and formats[0] == "text" and not _no_color()
        click.echo(
            reports.FORMATS[formats[0]].render(done, several=len(files) > 1, width=_width(), color=color),
            nl=False,
            color=color,
        )
    if codes:
        return 1 if done else max(codes)
    return 3 if fail_on and any(_fails(analysis, fail_on) for analysis in done) else 0


def _fails(analysis: Analysis, level: str) -> bool:
    if analysis.scores.passed is False:
        return True
    return level == "negative" and any(finding.polarity == "negative" for finding in analysis.findings)


def _complain(error: VoicecoachError | OSError) -> None:
    click.echo(f"voicecoach: {shown(' '.join(str(error).split()))}", err=True)


def _no_color() -> bool:
    import os

    return bool(os.environ.get("NO_COLOR"))


def _width() -> int:
    import shutil

    return min(100, max(40, shutil.get_terminal_size((80, 24)).columns)) if sys.stdout.isatty() else 80


@contextlib.contextmanager
def _progress(path: Path, quiet: bool) -> Iterator[Callable[[float], None] | None]:
    """A bar on stderr while a person is watching, else nothing."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from voicecoach.reports.text import clean

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(clean(path.name), total=1.0)
        yield lambda share: bar.update(task, completed=share)
