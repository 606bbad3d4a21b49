"""``voicecoach doctor``: is this machine ready?"""

from __future__ import annotations

import click


@click.command()
@click.option("--model", default="base", show_default=True, help="Model that should be ready.")
def doctor(model: str) -> int:
    """Check this machine: one line each, with what to do where something is not fine."""
    from voicecoach.doctor import examine

    diagnosis = examine(model)
    width = max(len(check.name) for check in diagnosis.checks)
    for check in diagnosis.checks:
        click.echo(f"{check.status.ljust(7)}  {check.name.ljust(width)}  {check.text}")
    return diagnosis.exit_code
