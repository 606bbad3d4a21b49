"""``voicecoach calibrate``: a passage read aloud, for one's own voice, pace, room and microphone."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicecoach.cli.options import agent_option, history_option
from voicecoach.cli.terminal import no_color, shown_progress, width
from voicecoach.errors import VoicecoachError
from voicecoach.i18n import _

if TYPE_CHECKING:
    from voicecoach.baseline import Baseline
    from voicecoach.calibrate import Calibration
    from voicecoach.history import History, Take
    from voicecoach.pipeline import Coach


@click.command()
@click.option(
    "--language",
    default="en",
    show_default=True,
    metavar="en|es|ja|ru|zh",
    help="Which passage to read, or which takes to use.",
)
@click.option(
    "--file", "recording", type=click.Path(path_type=Path), help="A recording of it, no microphone."
)
@click.option(
    "--microphone", metavar="NAME|NUMBER", help="See voicecoach devices; the usual one if not given."
)
@click.option("--from-takes", is_flag=True, help="Own values of your talk, from your practice calls.")
@click.option("--show", is_flag=True, help="Print your own values as they are kept, and do nothing else.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write own values here, for --baseline; keep nothing.",
)
@click.option("--channels", metavar="agent=WHERE", help="Your channel of --file, where there are two.")
@click.option("--model", default="base", show_default=True, help="Whisper model: a name or a folder.")
@click.option("--threads", type=click.IntRange(1), help="Cores to use; all when not given.")
@agent_option
@history_option
@click.option("-q", "--quiet", is_flag=True, help="No meter and no notes on stderr.")
def calibrate(
    *,
    language: str,
    recording: Path | None,
    microphone: str | None,
    from_takes: bool,
    show: bool,
    output: Path | None,
    channels: str | None,
    model: str,
    threads: int | None,
    agent: str,
    history: Path | None,
    quiet: bool,
) -> int:
    """Read a passage aloud: your own voice, pace, room and microphone.

    Your calls are then compared with your own voice, in place of a band for everyone. After three practice
    calls, --from-takes makes own values of how you talk, which say more.

    \b
    voicecoach calibrate
    voicecoach calibrate --file reading.wav -o me.yaml
    voicecoach calibrate --from-takes
    """
    import shutil

    from voicecoach import calibrate as library
    from voicecoach import pipeline
    from voicecoach.history import History

    if show:
        return _show(agent, history)
    if from_takes:
        if not History.exists(history):
            raise click.UsageError(
                _("there is no history here yet; practise first, or name it with --history")
            )
        with History.open(history) as store:
            own = library.from_takes(agent, store.takes(agent), store.series(agent), language=language)
            if output is None:
                store.set_baseline(agent, own)
        if output is None:
            _kept(own, agent, quiet)
        else:
            _write(own, output, quiet)
        return 0
    library.passage(language)
    channels = channels if recording else None
    coach = pipeline.Coach.ready(pipeline.Settings(model=model, threads=threads, channels=channels))
    with contextlib.nullcontext() if output else History.open(history) as store:
        take = made = None
        if recording is None:
            recording, take, interrupted = _record(store, agent, language, microphone, quiet)
            if interrupted:
                return 130
            made = recording
        found = _judge(recording, language, coach, quiet, made)
        if found.baseline is None:
            if store and take:
                store.delete(take.number)
        elif output is not None:
            _write(found.baseline, output, quiet)
        elif store is not None:
            library.keep(store, agent, take or recording, found)
            _kept(found.baseline, agent, quiet)
    if made is not None and take is None:
        shutil.rmtree(made.parent)
    return 0 if found.baseline else 1


def _judge(path: Path, language: str, coach: Coach, quiet: bool, made: Path | None) -> Calibration:
    """Analyse a reading and print its page; ``made`` is the same where it was recorded just now."""
    from voicecoach import calibrate as library
    from voicecoach.reports import calibration

    try:
        with shown_progress(path.name, quiet) as progress:
            found = library.calibrate(path, language, coach=coach, progress=progress)
    except VoicecoachError as error:
        if made is None:
            raise
        raise type(error)(f"{error}; the reading is kept: voicecoach calibrate --file {made}") from None
    color = sys.stdout.isatty() and not no_color()
    name = "Your reading" if made else ""
    click.echo(calibration.render(found, name=name, width=width(), color=color), nl=False, color=color)
    return found


def _write(own: Baseline, output: Path, quiet: bool) -> None:
    from voicecoach import baseline, reports

    reports.write_text(output, [baseline.render(own)])
    if not quiet:
        click.echo(f"voicecoach: wrote {output}; use it with --baseline {output}", err=True)


def _kept(own: Baseline, agent: str, quiet: bool) -> None:
    if not quiet:
        click.echo(f"voicecoach: kept as own values of {agent}: {own.source}", err=True)


def _show(agent: str, folder: Path | None) -> int:
    from voicecoach import baseline
    from voicecoach.cli.options import own_values

    found = own_values(agent, folder)
    if not found:
        click.echo(f"voicecoach: no own values of {agent} are kept; run voicecoach calibrate", err=True)
        return 1
    click.echo("\n".join(baseline.render(own) for own in found), nl=False)
    return 0


def _record(
    store: History | None, agent: str, language: str, name: str | None, quiet: bool
) -> tuple[Path, Take | None, bool]:
    """Show the passage and record it; its file, its take where there is a history, whether Ctrl-C came."""
    import tempfile

    from voicecoach import calibrate as library
    from voicecoach import record
    from voicecoach.cli.record import Line, settle, tell
    from voicecoach.cli.stage import console
    from voicecoach.record.capture import INTERRUPTED
    from voicecoach.record.wav import WavWriter

    device = record.find_input(name)
    with record.Microphone(device) as microphone:
        take = store.new_take(agent, "calibration", language=language) if store else None
        path = take.recording if take else Path(tempfile.mkdtemp(prefix="voicecoach-"), "reading.wav")
        assert path is not None
        screen = console()
        screen.print()
        screen.print(_(library.settings().texts["read"]))
        screen.print()
        screen.print(library.passage(language).strip(), style="bold")
        screen.print()
        with Line(quiet) as line, WavWriter(path, microphone.rate) as writer:
            captured = None
            try:
                captured = library.record(
                    microphone, writer, stopped=line.stopped, show=line.show, checked=line.warn
                )
            finally:
                settle(store, take, writer, captured)
        tell(captured, path, line)
    return path, take, captured.ended == INTERRUPTED
