"""``voicecoach analyse``: recordings in, reports out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
    redact_option,
    sound_option,
)
from voicecoach.cli.terminal import no_color, shown, shown_progress, width
from voicecoach.errors import FormatError, VoicecoachError
from voicecoach.i18n import _, fill
from voicecoach.reports import NAMES, ON_TERMINAL, SINGLE

if TYPE_CHECKING:
    from voicecoach.transcripts import Transcript
    from voicecoach.types import Analysis


@dataclass(frozen=True, slots=True)
class _Job:
    """A recording, a transcript, or both; the transcript may be looked for in a folder."""

    recording: Path | None
    transcripts: tuple[Path, ...] = ()
    folder: Path | None = None

    @property
    def path(self) -> Path:
        """What the report is named after."""
        return self.recording or self.transcripts[0]

    def read(self, language: str | None) -> Transcript | None:
        """The transcript, if there is to be one."""
        from voicecoach.transcripts import beside, read

        if self.folder is not None and self.recording is not None:
            return read(beside(self.recording, self.folder), language=language)
        return read(self.transcripts, language=language) if self.transcripts else None


def _jobs(files: Sequence[Path], transcripts: Sequence[Path]) -> list[_Job]:
    """What is to be analysed."""
    folders = [path for path in transcripts if path.is_dir()]
    if not files and not transcripts:
        raise click.UsageError(_("Missing argument 'FILE...'."))
    if folders:
        if len(transcripts) > 1 or not files:
            raise click.UsageError(
                _(
                    "--transcript FOLDER stands alone and finds the transcripts of the recordings that "
                    "are named"
                )
            )
        return [_Job(path, folder=folders[0]) for path in files]
    pair = sorted(path.suffix.lower() for path in transcripts) == [".ctm", ".rttm"]
    if not files:
        return [_Job(None, tuple(transcripts))] if pair else [_Job(None, (path,)) for path in transcripts]
    if transcripts and len(files) > 1:
        raise click.UsageError(
            _(
                "one transcript is that of one recording; --transcript FOLDER finds NAME.vtt, .srt "
                "... for each"
            )
        )
    return [_Job(path, tuple(transcripts)) for path in files]


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@click.option(
    "--transcript",
    "transcripts",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Words from a transcript, not from the model: WebVTT, SRT, JSON, text and more, with or without its "
    "recording; an RTTM and its CTM, or a folder with a transcript for each recording.",
)
@click.option(
    "--speakers",
    metavar="WHO=NAME,...",
    help="What the transcript calls the agent and the customer: agent=Anna,customer=Ben.",
)
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
@redact_option
@click.option(
    "--fail-on",
    type=click.Choice(["must", "negative"]),
    help="Exit with 3 when a must of the scorecard is missed; negative: also on any negative finding.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")
def analyse(
    files: Sequence[Path],
    *,
    transcripts: Sequence[Path],
    speakers: str | None,
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
    voicecoach analyse call.wav --transcript call.vtt
    voicecoach analyse --transcript call.json
    """
    from voicecoach import pipeline, reports
    from voicecoach.transcripts.roles import parse_speakers

    jobs = _jobs(files, transcripts)
    formats, first = output_format, output_format[0]
    if len(formats) > 1 and output_dir is None:
        raise click.UsageError(_("several formats are written to files; say where with --output-dir FOLDER"))
    if first in SINGLE and output_dir is None and len(jobs) > 1:
        raise click.UsageError(
            fill("-f {first} holds one recording; say where with --output-dir FOLDER", first=first)
        )
    targets = reports.names([job.path for job in jobs])
    if output_dir is not None:
        _check_apart([output_dir / target for target in targets], formats, [*files, *transcripts])
    settings = analysis_settings(options, stored=own_values(agent, history))
    if settings.channels and not files:
        raise click.UsageError(
            _("--channels is for a recording; of a transcript, --speakers tells who is who")
        )
    if speakers and not transcripts:
        raise click.UsageError(_("--speakers names people of a transcript; name it with --transcript"))
    coach = pipeline.Coach.ready(settings, words=False) if transcripts else pipeline.Coach.ready(settings)
    told = parse_speakers(speakers) if speakers else {}
    if output_dir is not None:
        reports.make_folder(output_dir)
    negative = fail_on == "negative"
    done: list[Analysis] = []
    codes: list[int] = []
    for job, target in zip(jobs, targets, strict=True):
        try:
            given = job.read(settings.language)
            with shown_progress(job.path.name, quiet) as progress:
                analysis = pipeline.analyse(
                    job.recording, coach=coach, progress=progress, transcript=given, speakers=told
                )
        except (VoicecoachError, OSError) as error:
            if len(jobs) == 1:
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
                if len(jobs) == len(formats) == 1:
                    raise
                _complain(error)
                codes.append(error.exit_code)
                continue
            _note(fill("wrote {path}", path=written), quiet)
    if output_dir is None and done:
        color = sys.stdout.isatty() and first == "text" and not no_color()
        several = len(jobs) > 1
        report = reports.render(first, done, several=several, width=width(), color=color, negative=negative)
        click.echo(report if first in ON_TERMINAL else report.encode(), nl=False, color=color)
    if codes:
        return 1 if done else max(codes)
    return 3 if fail_on and any(_fails(analysis, fail_on) for analysis in done) else 0


def _fails(analysis: Analysis, level: str) -> bool:
    if analysis.scores.passed is False:
        return True
    return level == "negative" and any(finding.polarity == "negative" for finding in analysis.findings)


def _check_apart(targets: Sequence[Path], formats: Sequence[str], given: Sequence[Path]) -> None:
    """Refuse to write two reports into one file, as of a.wav as txt and a.transcript.wav as text, or over
    a file that is to be read.
    """
    from voicecoach import reports

    suffixes = [reports.FORMATS[name].SUFFIX for name in formats]
    files = Counter(target.with_name(target.name + suffix) for target in targets for suffix in suffixes)
    file, count = files.most_common(1)[0]
    if count > 1:
        raise click.UsageError(
            fill("two reports would be called {name}; analyse these files apart", name=shown(file.name))
        )
    read = {path.resolve() for path in given}
    for file in files:
        if file.resolve() in read:
            raise click.UsageError(
                fill("{file} would be written over; choose another --output-dir", file=shown(str(file)))
            )


def _note(text: str, quiet: bool) -> None:
    if not quiet:
        click.echo(f"voicecoach: {shown(text)}", err=True)


def _complain(error: VoicecoachError | OSError) -> None:
    click.echo(f"voicecoach: {shown(' '.join(str(error).split()))}", err=True)
