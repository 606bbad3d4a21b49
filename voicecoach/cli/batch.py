"""``voicecoach batch``: folders of recordings in, tables and pages out."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.options import (
    analysis_options,
    analysis_settings,
    formats_named,
    redact_option,
    sound_option,
)
from voicecoach.cli.terminal import shown
from voicecoach.i18n import _, counted, fill

if TYPE_CHECKING:
    from voicecoach.batch.engine import Engine
    from voicecoach.batch.run import Batch

_NAMED = 40  # files named at the end; not_analysed.csv has them all


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@click.option(
    "-o", "--output-dir", "--output_dir", required=True, metavar="OUT", help="Where everything is written."
)
@analysis_options
@click.option("--workers", type=click.IntRange(1), help="Processes; as many as fit when not given.")
@click.option("--plan", is_flag=True, help="Only list the files, with length and expected time.")
@click.option(
    "--names",
    default="",
    metavar="PATTERN",
    help="Who, when and what by the path: {agent}/{date}_{scenario}; * is anything.",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Who, when and what by a table: file, agent, date, scenario.",
)
@click.option("--no-sidecars", is_flag=True, help="Leave call.json beside call.wav alone.")
@sound_option
@redact_option
@click.option(
    "-f",
    "--output-format",
    "--output_format",
    callback=formats_named,
    default="",
    metavar="FORMAT[,...]",
    help="Further formats of each call, such as vtt,textgrid; analyse --help lists them.",
)
@click.option("--no-pages", is_flag=True, help="No page for each call.")
@click.option("--parquet", is_flag=True, help="Also calls.parquet and findings.parquet.")
@click.option("--retry", is_flag=True, help="Try files again that could not be analysed.")
@click.option(
    "--engine",
    type=click.Choice(["processes", "dask"]),
    default="processes",
    show_default=True,
    help="What runs the work.",
)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Of a dask cluster; its own when not given.")
@click.option("--json-progress", is_flag=True, help="Progress as a JSON object a line on stderr.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")
def batch(
    folders: Sequence[str],
    *,
    output_dir: str,
    workers: int | None,
    plan: bool,
    names: str,
    table: Path | None,
    no_sidecars: bool,
    sound: str,
    output_format: tuple[str, ...],
    no_pages: bool,
    parquet: bool,
    retry: bool,
    engine: str,
    scheduler: str,
    json_progress: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Analyse all recordings in folders, each once, and sum them up.

    Begun again after whatever stopped it, it goes on; a finished file is not done again, a changed one is.
    OUT/index.html says what to hear; calls.csv has a line a call, findings.csv a line a finding. One bad file
    never stops the rest: it is listed with its reason, and the run ends with 1.

    \b
    voicecoach batch recordings -o results --plan
    voicecoach batch recordings -o results --names "{agent}/{date}_{scenario}"
    """
    from voicecoach.batch.run import Options, run
    from voicecoach.batch.who import Naming
    from voicecoach.cli.progress import watched

    if scheduler and engine != "dask":
        raise click.UsageError(_("--scheduler is of --engine dask"))
    settings = analysis_settings(options)
    naming = Naming(names, table, not no_sidecars)
    how = Options(workers, sound, pages=not no_pages, again=retry, parquet=parquet, formats=output_format)
    if plan:
        from voicecoach.batch.outlook import outlook
        from voicecoach.reports import plan as report

        ahead = outlook(folders, output_dir, settings, options=how, naming=naming)
        _note(ahead.notes, quiet)
        for line in report.lines(
            ahead.planned, ahead.who, expected=ahead.expected, speed=ahead.speed, workers=ahead.workers
        ):
            click.echo(line)
        return 0
    if parquet:
        from voicecoach.batch.tables import check_parquet

        check_parquet()
    with _told_to_stop(), watched(quiet=quiet, as_json=json_progress) as progress:
        done = run(
            folders,
            output_dir,
            settings,
            options=how,
            naming=naming,
            engine=_engine(engine, scheduler, workers, settings.threads),
            progress=progress,
        )
    _note(done.notes, quiet)
    _sum_up(done, quiet)
    click.echo(shown(done.index))
    return 130 if done.interrupted else 1 if done.failed else 0


def _engine(name: str, scheduler: str, workers: int | None, threads: int | None) -> Engine | None:
    if name == "processes":
        return None
    from voicecoach.batch.cluster import Cluster

    return Cluster(scheduler, workers=workers, threads=threads)


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """SIGTERM is the same as Ctrl-C."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _note(lines: Sequence[str], quiet: bool) -> None:
    for line in () if quiet else lines:
        click.echo(f"voicecoach: {shown(line)}", err=True)


def _sum_up(done: Batch, quiet: bool) -> None:
    """What became of the files, those first that need somebody to look at them."""
    for name, reason in done.failed[:_NAMED]:
        said = reason.removeprefix(f"{name.rsplit('/', 1)[-1]}: ")
        click.echo(f"voicecoach: {shown(name)}: {shown(said)}", err=True)
    if len(done.failed) > _NAMED:
        text = fill("... {more} more in not_analysed.csv", more=len(done.failed) - _NAMED)
        click.echo(f"voicecoach: {text}", err=True)
    if quiet:
        return
    new = sum(not record.reason for record in done.records)
    earlier = done.files - new - len(done.failed) - done.copies - done.left
    parts = [fill("{count} analysed", count=new)]
    parts += [fill("{count} done before", count=earlier)] if earlier else []
    parts += [fill("{count} the same as another", count=done.copies)] if done.copies else []
    parts += [fill("{count} not analysed", count=len(done.failed))] if done.failed else []
    parts += [fill("{count} still to do: run the same again", count=done.left)] if done.left else []
    text = counted("{n} file: {parts}", "{n} files: {parts}", n=done.files, parts=_(", ").join(parts))
    click.echo(f"voicecoach: {text}", err=True)
