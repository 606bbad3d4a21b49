"""``voicecoach calibrate``: a passage read aloud, for one's own voice, pace, room and microphone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicecoach.cli.options import agent_option, history_option
from voicecoach.cli.terminal import no_color, shown_progress, width

if TYPE_CHECKING:
    from voicecoach.baseline import Baseline


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
    from voicecoach import calibrate as library
    from voicecoach.history import History

    if show:
        return _show(agent, history)
    if from_takes:
        if not History.exists(history):
            raise click.UsageError("there is no history here yet; practise first, or name it with --history")
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
    if recording is not None:
        return _from(recording, language, channels, model, threads, agent, history, output, quiet)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="voicecoach-") as folder:
        path = Path(folder) / "reading.wav"
        _record(path, language, microphone, quiet)
        return _from(path, language, None, model, threads, agent, history, output, quiet, "Your reading")


def _from(
    path: Path,
    language: str,
    channels: str | None,
    model: str,
    threads: int | None,
    agent: str,
    folder: Path | None,
    output: Path | None,
    quiet: bool,
    name: str = "",
) -> int:
    from voicecoach import calibrate as library
    from voicecoach import pipeline
    from voicecoach.history import History
    from voicecoach.reports import calibration

    coach = pipeline.Coach.ready(pipeline.Settings(model=model, threads=threads, channels=channels))
    with shown_progress(path.name, quiet) as progress:
        found = library.calibrate(path, language, coach=coach, progress=progress)
    color = sys.stdout.isatty() and not no_color()
    click.echo(calibration.render(found, name=name, width=width(), color=color), nl=False, color=color)
    if found.baseline is None:
        return 1
    if output is not None:
        _write(found.baseline, output, quiet)
    else:
        with History.open(folder) as store:
            library.keep(store, agent, path, found)
        _kept(found.baseline, agent, quiet)
    return 0


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


def _record(path: Path, language: str, name: str | None, quiet: bool) -> None:
    """Show the passage and record it; what is shown stands on stderr."""
    from voicecoach import calibrate as library
    from voicecoach import record
    from voicecoach.cli.keys import ENTER, ESCAPE, Keys
    from voicecoach.cli.stage import bar, console
    from voicecoach.record.meter import Live
    from voicecoach.record.wav import WavWriter

    screen = console()
    device = record.find_input(name)
    with record.Microphone(device) as microphone:
        for warning in record.preflight(microphone).warnings:
            screen.print(f"! {warning}")
        screen.print()
        screen.print(library.settings().texts["read"])
        screen.print()
        screen.print(library.passage(language).strip(), style="bold")
        screen.print()
        with Keys() as keys, WavWriter(path, microphone.rate) as writer:
            from rich.live import Live as Screen
            from rich.text import Text

            with Screen(console=screen, auto_refresh=False, transient=True) as line:
                last = -1.0

                def shown(live: Live) -> None:
                    nonlocal last
                    if quiet or not screen.is_terminal or live.seconds - last < 0.1:
                        return
                    last = live.seconds
                    loud = "  too loud: move back a little" if live.clipped else ""
                    text = f"{live.seconds:4.0f} s [{bar(live.level)}]  Enter: done{loud}"
                    line.update(Text(text, overflow="ellipsis", no_wrap=True), refresh=True)

                library.record(
                    microphone, writer, stop=lambda: keys.pressed() in (ENTER, ESCAPE, "q"), show=shown
                )
