"""``voicecoach models``: what weights there are, where, and whether their bytes are right."""

from __future__ import annotations

import sys

import click


@click.group()
def models() -> None:
    """List, fetch and verify Whisper weights."""


@models.command("list")
def list_() -> None:
    """Show every known model: languages, size, licence, and where it is or how to get it."""
    from voicecoach.models import listing

    rows = [("MODEL", "LANGUAGES", "SIZE", "LICENCE", "WHERE")]
    for listed in listing():
        known = listed.entry
        languages = (
            ", ".join(known.languages) if len(known.languages) < 4 else f"{len(known.languages)} languages"
        )
        where = listed.model.where if listed.model else listed.reason.rpartition("; ")[2]
        rows.append((known.name, languages, f"{known.megabytes} MB", known.licence, where))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        click.echo(
            "  ".join(text.ljust(width) for text, width in zip(row, [*widths, 0], strict=True)).rstrip()
        )


@models.command()
@click.argument("name")
@click.option("--hub", metavar="URL", help="Address of the model hub, where you use a mirror.")
def get(name: str, hub: str | None) -> None:
    """Fetch the model NAME from the hub. This is the only command that uses the network."""
    from voicecoach.models import get as fetch

    def progress(file: str, done: int, whole: int) -> None:
        click.echo(f"\r{file}: {done / 1e6:.0f} of {whole / 1e6:.0f} MB ", err=True, nl=done == whole)

    found = fetch(name, hub=hub, progress=progress if sys.stderr.isatty() else None)
    click.echo(f"{found.name}: ready in {found.where}")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def verify(names: tuple[str, ...]) -> None:
    """Read every byte of the models NAME again, or of all that are here, and compare with the manifest."""
    from voicecoach.models import verified

    for name, file, sha256 in verified(names):
        click.echo(f"{name}  {file}  {sha256}  ok")
