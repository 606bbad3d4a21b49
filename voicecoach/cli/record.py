"""``voicecoach record``: a take from the microphone, into a file or the history."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.keys import ENTER, ESCAPE, Keys
from voicecoach.cli.options import (
    agent_option,
    analysis_options,
    analysis_settings,
    history_option,
    own_values,
    redact_option,
)
from voicecoach.cli.terminal import no_color, shown, shown_progress, width
from voicecoach.i18n import _, fill, number

if TYPE_CHECKING:
    from types import TracebackType

    from rich.live import Live as Screen

    from voicecoach.history import History, Take
    from voicecoach.record import Preflight
    from voicecoach.record.capture import Captured
    from voicecoach.record.meter import Live
    from voicecoach.record.wav import WavWriter

EVERY = 0.1  # s between two looks of the line at the bottom


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write here (.wav) and keep nothing in the history.",
)
@click.option("--force", is_flag=True, help="Write over FILE where it is there.")
@click.option(
    "--microphone", metavar="NAME|NUMBER", help="See voicecoach devices; the usual one when not given."
)
@click.option(
    "--caller", metavar="NAME|NUMBER", help="A second device that hears the caller: the right channel."
)
@click.option(
    "--rate",
    type=click.IntRange(8000, 192000),
    default=16000,
    show_default=True,
    help="Samples a second.",
)
@click.option("--seconds", type=click.FloatRange(0.1), help="End after so long.")
@click.option("--until-silence", type=click.FloatRange(0.3), help="End after so many seconds of silence.")
@click.option("--analyse/--no-analyse", help="Analyse it afterwards, with the options below.")
@click.option("--no-check", is_flag=True, help="Do not look at level and noise first.")
@redact_option
@analysis_options
@agent_option
@history_option
@click.option("-q", "--quiet", is_flag=True, help="No meter and no notes on stderr.")
def record(
    *,
    output: Path | None,
    force: bool,
    microphone: str | None,
    caller: str | None,
    rate: int,
    seconds: float | None,
    until_silence: float | None,
    analyse: bool,
    no_check: bool,
    agent: str,
    history: Path | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Record a take: Enter, space or q ends it, and Ctrl-C does, too; what was said is kept.

    The take is kept in your history, or in FILE alone. The name of the file is printed.

    \b
    voicecoach record --analyse
    voicecoach record -o take.wav --seconds 60
    voicecoach record -o call.wav --caller monitor
    """
    from voicecoach import pipeline, takes
    from voicecoach import record as library
    from voicecoach.history import History
    from voicecoach.record.capture import INTERRUPTED, capture
    from voicecoach.record.wav import WavWriter
    from voicecoach.reports import text

    if output is not None and output.suffix.lower() != ".wav":
        raise click.UsageError(
            fill(
                "{output}: recordings are written as .wav: {with_suffix}",
                output=output,
                with_suffix=output.with_suffix(".wav"),
            )
        )
    device = library.find_input(microphone)
    other = None if caller is None else library.find_input(caller)
    if other is not None and options["channels"] is None:
        options["channels"] = "agent=left,customer=right"
    settings = analysis_settings(options, stored=own_values(agent, history))
    coach = pipeline.Coach.ready(settings) if analyse else None
    with contextlib.nullcontext() if output else History.open(history) as store:
        with Line(quiet) as line, library.Microphone(device, rate=rate, caller=other) as source:
            take = store.new_take(agent, "recording") if store else None
            path = take.recording if take else output
            assert path is not None
            with WavWriter(path, rate, source.channels, overwrite=force) as writer:
                captured = None
                try:
                    begun = (
                        _("Recording has begun.") if no_check else _("Say something; recording has begun.")
                    )
                    line.say(begun)
                    captured = capture(
                        source,
                        writer,
                        seconds=seconds,
                        until_silence=until_silence,
                        stopped=line.stopped,
                        show=line.show,
                        checked=None if no_check else line.warn,
                    )
                finally:
                    settle(store, take, writer, captured)
            tell(captured, path, line)
        if coach is None or captured.ended == INTERRUPTED:
            click.echo(path)
            return 130 if captured.ended == INTERRUPTED else 0
        with shown_progress(path.name, quiet) as progress:
            analysis = pipeline.analyse(path, coach=coach, progress=progress)
        if store and take:
            store.add_analysis(take.number, analysis, utterances=takes.utterances(analysis))
    color = sys.stdout.isatty() and not no_color()
    click.echo(text.render([analysis], width=width(), color=color), nl=False, color=color)
    return 0


def settle(store: History | None, take: Take | None, writer: WavWriter, captured: Captured | None) -> None:
    """Let the history know how the recording of a take ended; one that holds nothing is no take."""
    from voicecoach.record.capture import BROKEN_OFF

    if store is None or take is None:
        return
    if writer.frames:
        ended = captured.ended if captured else BROKEN_OFF
        store.finish_take(take.number, duration=writer.duration, ended=ended)
    else:
        store.delete(take.number)


def tell(captured: Captured, path: Path, line: Line) -> None:
    """How the take went, in one line, and what may be wrong with it."""
    from voicecoach.record.capture import INTERRUPTED, LONGEST

    seconds = captured.duration
    if captured.ended == INTERRUPTED:
        text = fill("interrupted; {seconds:.1f} s are kept in {path}", seconds=seconds, path=path)
        line.say(text, always=True)
    elif captured.ended == LONGEST:
        text = fill(
            "a recording can be no longer; {seconds:.1f} s are kept in {path}", seconds=seconds, path=path
        )
        line.say(text, always=True)
    else:
        line.say(
            fill(
                "{seconds:.1f} s, {spoken:.1f} s of them with your voice",
                seconds=seconds,
                spoken=captured.spoken,
            )
        )
    if captured.overflows:
        gaps = captured.overflows
        line.say(fill("! {gaps} short gaps: this machine was too busy; close other programs", gaps=gaps))
    if captured.moved:
        times = captured.moved
        line.say(fill("! the caller's channel was moved {times} times; the two clocks differ", times=times))


class Line:
    """What a person sees while recording: one line kept up to date on a terminal, plain lines elsewhere.

    A context that owns the keys; nothing but errors is said when ``quiet``.
    """

    def __init__(self, quiet: bool) -> None:
        from voicecoach.cli.stage import console
        from voicecoach.record import facts

        self._console, self._quiet = console(), quiet
        self._keys = Keys()
        self._screen: Screen | None = None
        self._shown = -1.0
        self._unheard = False  # said, until something is heard
        texts = facts().mapping()["live"].mapping()
        self._patience = texts["unheard"].number()
        self._texts = {key: texts[key].text() for key in ("unheard_text", "clipped_text")}

    def __enter__(self) -> Line:
        self._keys.__enter__()
        if self._console.is_terminal and not self._quiet:
            from rich.live import Live as Screen

            self._screen = Screen(console=self._console, auto_refresh=False, transient=True)
            self._screen.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._screen is not None:
            self._screen.stop()
        self._keys.__exit__(kind, error, trace)

    def say(self, text: str, *, always: bool = False) -> None:
        """A line that stays."""
        if always or not self._quiet:
            self._console.print(shown(text), soft_wrap=True)

    def warn(self, found: Preflight) -> None:
        """What may be wrong with the microphone."""
        for warning in found.warnings:
            self.say(f"! {warning}")

    def stopped(self) -> bool:
        """Whether Enter, space or q was pressed."""
        return self._keys.pressed() in (ENTER, ESCAPE, " ", "q")

    def show(self, live: Live) -> None:
        """The line at the bottom, ten times a second; where there is none, only what may be wrong."""
        unheard = live.silence >= self._patience and not live.spoken
        text = fill(self._texts["unheard_text"], silence=live.silence)
        if unheard and not self._unheard and self._screen is None:
            self.say(f"! {text}")
        self._unheard = unheard
        if self._screen is None or live.seconds - self._shown < EVERY:
            return
        from rich.text import Text

        from voicecoach.cli.stage import bar

        self._shown = live.seconds
        minutes, seconds = divmod(int(live.seconds), 60)
        pace = f"{number(live.pace, 1)} {_('syllables/s')}" if live.pace is not None else ""
        state = _(self._texts["clipped_text"]) if live.clipped else text if unheard else pace
        keys = f"  {_('Enter: done')}" if self._keys.available else ""
        line = f"{minutes}:{seconds:02d} [{bar(live.level)}]{keys}  {state}"
        self._screen.update(Text(line, overflow="ellipsis", no_wrap=True), refresh=True)
