"""``voicecoach share``: one take, or one clip of it, as a bundle to give away."""

from __future__ import annotations

import re
from pathlib import Path

import click

from voicecoach.cli.options import history_option
from voicecoach.cli.terminal import shown


class _Clock(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A time in a recording: seconds, m:ss or h:mm:ss."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)", str(value))
        if found is None:
            self.fail(f"{value!r} is no time; write seconds or m:ss, such as 12.5 or 1:05", param, ctx)
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds


@click.command()
@click.argument("number", type=int)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="BUNDLE.zip",
    help="The file to write.",
)
@click.option("--from", "start", type=_Clock(), metavar="TIME", help="Begin here, such as 0:12.5.")
@click.option("--to", "end", type=_Clock(), metavar="TIME", help="End here.")
@click.option("--transcript/--no-transcript", default=True, show_default=True, help="Write words out.")
@click.option("--with-name", is_flag=True, help="Say whose take it is.")
@history_option
def share(
    number: int,
    output: Path,
    start: float | None,
    end: float | None,
    transcript: bool,
    with_name: bool,
    history: Path | None,
) -> None:
    """Write one take, or one clip of it, into a bundle you can give away; all else stays private.

    \b
    voicecoach share 12 -o take.zip
    voicecoach share 12 -o clip.zip --from 0:12.5 --to 0:20 --no-transcript
    """
    from voicecoach.history import History
    from voicecoach.share import share as bundle

    with History.open(history) as store:
        made = bundle(store, number, output, start=start, end=end, transcript=transcript, name=with_name)
    click.echo(f"{shown(str(made.path))} holds:")
    for file, size in made.files:
        click.echo(f"  {file:<14} {size / 1000:8.1f} kB")
    click.echo(f"not in it: {'; '.join(made.outside)}")
    click.echo("voicecoach cannot take back what you give away; forget does not reach it")
