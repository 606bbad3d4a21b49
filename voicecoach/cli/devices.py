"""``voicecoach devices``: the sound devices of this machine, and a try of one."""

from __future__ import annotations

import click

from voicecoach.cli.terminal import shown


@click.command()
@click.option("--test", is_flag=True, help="Listen to the microphone for a second: level, noise, clipping.")
@click.option("--microphone", metavar="NAME|NUMBER", help="Which one to test; the usual one when not given.")
def devices(*, test: bool, microphone: str | None) -> int:
    """List microphones and loudspeakers; the number or a part of the name chooses one elsewhere.

    \b
    voicecoach devices
    voicecoach devices --test --microphone headset
    """
    from voicecoach import record
    from voicecoach.reports import columns

    if test:
        return _test(microphone)
    record.microphones()
    rows = [("NUMBER", "IN", "OUT", "RATE", "SYSTEM", "NAME")]
    for one in record.devices():
        notes = [
            text
            for text, holds in (
                ("default microphone", one.default_input),
                ("default loudspeaker", one.default_output),
                ("hears what the computer plays", one.loopback),
            )
            if holds
        ]
        name = shown(one.name) + (f"  ({', '.join(notes)})" if notes else "")
        rows.append((str(one.index), str(one.inputs), str(one.outputs), str(one.rate), shown(one.api), name))
    widths = [max(columns.width(row[k]) for row in rows) for k in range(5)]
    for row in rows:
        numbers = "  ".join(columns.pad(row[k], widths[k], right=True) for k in range(4))
        click.echo(f"{numbers}  {columns.pad(row[4], widths[4])}  {row[5]}".rstrip())
    return 0


def _test(name: str | None) -> int:
    from voicecoach import record

    device = record.find_input(name)
    click.echo(f"voicecoach: say something to {shown(device.name)}", err=True)
    with record.Microphone(device) as microphone:
        found = record.preflight(microphone, 2.0)
    figures = (
        ("voice", found.level, "nobody spoke"),
        ("peak", found.peak, ""),
        ("noise", found.noise, "no pause was heard"),
    )
    for what, value, reason in figures:
        click.echo(f"{what:8}  {f'{value:.0f} dBFS' if value is not None else f'not measured: {reason}'}")
    click.echo(f"clipped   {100 * found.clipping:.1f} %")
    for warning in found.warnings:
        click.echo(f"warning   {warning}")
    if not found.warnings:
        click.echo(
            "in order" if found.level is not None else "in order as far as can be told without a voice"
        )
    return 0
