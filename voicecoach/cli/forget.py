"""``voicecoach forget``: a person and all that is kept of them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from voicecoach.cli.options import history_option
from voicecoach.cli.terminal import shown
from voicecoach.i18n import _


@click.command()
@click.argument("agent")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@history_option
def forget(agent: str, yes: bool, history: Path | None) -> int:
    """Remove every trace of a person.

    That is takes, recordings, analyses, self-ratings, own values, the reviews they gave as a trainer and
    those of their takes. Nothing of it can be brought back. Bundles made with voicecoach share, reports and
    recordings kept elsewhere, and backups are not touched.
    """
    from voicecoach.errors import UsageError
    from voicecoach.history import History

    with History.open(history) as store:
        takes = store.takes(agent)
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(_("forget asks first, and nobody can answer here; say --yes to go on"))
            minutes = sum(take.duration or 0.0 for take in takes) / 60
            click.echo(
                f"{shown(agent)}: {_counted(len(takes), 'take')}, {minutes:.1f} minutes of sound, and all "
                "that is known of them will be removed for good.",
                err=True,
            )
            if not click.confirm("Go on?", err=True):
                click.echo("nothing was removed", err=True)
                return 1
        gone = store.forget(agent)
    click.echo(
        f"removed: {_counted(gone.takes, 'take')}, {_counted(gone.recordings, 'recording')} with "
        f"{gone.seconds / 60:.1f} minutes of sound, {_counted(gone.analyses, 'analysis', 'analyses')}, "
        f"{_counted(gone.ratings, 'self-rating')}, {_counted(gone.baselines, 'set')} of own values"
        + (f", {_counted(gone.reviews, 'review')}" if gone.reviews else "")
    )
    click.echo("not touched: what was shared or written elsewhere, and backups of this folder")
    return 0


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"
