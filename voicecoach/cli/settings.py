"""Settings from ``voicecoach.toml`` in the working folder and from the user's settings folder."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import platformdirs

from voicecoach.errors import DataFileError
from voicecoach.i18n import fill


def settings_files() -> tuple[Path, ...]:
    """Files that hold settings, the strongest last."""
    user = platformdirs.user_config_path("voicecoach", appauthor=False) / "voicecoach.toml"
    return (user, Path("voicecoach.toml"))


def load_settings() -> dict[str, Any]:
    """Settings by command as ``{"analyse": {"model": "base"}}``; a key names a flag, with _ for -.

    Raises:
        DataFileError: a file is not TOML, or has a table that is no command or a key that is no flag.
    """
    merged: dict[str, Any] = {}
    for path in settings_files():
        if not path.is_file():
            continue
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataFileError(fill("{path}: not valid TOML: {error}", path=path, error=error)) from error
        for table, values in found.items():
            merged[table] = {**merged.get(table, {}), **_checked(path, table, values)}
    return merged


def _checked(path: Path, table: str, values: Any) -> dict[str, Any]:
    """The values of a table; one text alone will do where a flag may be repeated."""
    import difflib

    import click

    from voicecoach.cli import COMMANDS, cli

    if table not in COMMANDS or not isinstance(values, dict):
        near = difflib.get_close_matches(table, COMMANDS, 1)
        hint = (
            fill("; did you mean [{near}]?", near=near[0])
            if near
            else fill("; tables are: {COMMANDS}", COMMANDS=", ".join(COMMANDS))
        )
        raise DataFileError(
            fill("{path}: unknown setting {table!r}{hint}", path=path, table=table, hint=hint)
        )
    command = cli.get_command(click.Context(cli), table)
    assert command is not None
    known = [p.name for p in command.params if isinstance(p, click.Option) and p.name]
    known += list(command.commands) if isinstance(command, click.Group) else []
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = (
                fill("; did you mean {near!r}?", near=near[0])
                if near
                else fill("; known are: {known}", known=", ".join(known))
            )
            raise DataFileError(
                fill(
                    "{path}: unknown setting {key!r} in [{table}]{hint}",
                    path=path,
                    key=key,
                    table=table,
                    hint=hint,
                )
            )
    repeated = {p.name for p in command.params if isinstance(p, click.Option) and p.multiple}
    return {k: [v] if k in repeated and isinstance(v, str) else v for k, v in values.items()}
