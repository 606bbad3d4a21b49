"""The command line: each command parses, makes one library call and prints.

Commands are imported when they are run, so ``voicecoach --help`` stays quick. Results go to stdout,
everything else to stderr. Settings: flag > ``VOICECOACH_*`` > ``voicecoach.toml`` > user settings > default.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Sequence

import click

from voicecoach import __version__
from voicecoach.cli.language import of_reader
from voicecoach.cli.terminal import shown
from voicecoach.i18n import _, fill, using

# name -> (module, attribute, one line of help); with the help here, listing commands imports none of them
COMMANDS = {
    "analyse": (
        "voicecoach.cli.analyse",
        "analyse",
        "Analyse recordings: what to keep, what to try next.",
    ),
    "batch": ("voicecoach.cli.batch", "batch", "Analyse folders of recordings; go on where it stopped."),
    "devices": ("voicecoach.cli.devices", "devices", "List microphones and loudspeakers, and test one."),
    "record": ("voicecoach.cli.record", "record", "Record a take from the microphone."),
    "calibrate": ("voicecoach.cli.calibrate", "calibrate", "Read a passage: your own voice, pace and room."),
    "compare": ("voicecoach.cli.compare", "compare", "Lay two takes side by side: what changed."),
    "contours": (
        "voicecoach.cli.contours",
        "contours",
        "Print F0, level and voice activity each 10 ms.",
    ),
    "rules": ("voicecoach.cli.rules", "rules", "Check, list, explain, try and write rules."),
    "scenarios": ("voicecoach.cli.scenarios", "scenarios", "List, show, check and write scenarios."),
    "practice": ("voicecoach.cli.practice", "practice", "Practise a call: the caller speaks, you answer."),
    "history": ("voicecoach.cli.history", "history", "List, show, add, mark, delete and check takes."),
    "share": ("voicecoach.cli.share", "share", "Write one take, or a clip of it, to give away."),
    "forget": ("voicecoach.cli.forget", "forget", "Remove a person and all that is kept of them."),
    "trend": ("voicecoach.cli.trend", "trend", "Show how your takes go, and one thing to try."),
    "review": ("voicecoach.cli.review", "review", "Trainers judge what the machine found, and compare."),
    "models": ("voicecoach.cli.models", "models", "List, fetch and verify Whisper weights."),
    "doctor": ("voicecoach.cli.doctor", "doctor", "Check this machine: one line each, with what to do."),
}
ALIASES = {"analyze": "analyse"}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name][:2]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (*_where, text) in COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "VOICECOACH"},
)
@click.version_option(__version__, "-V", "--version", prog_name="voicecoach")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Practise calls and hear what to do better. Nothing leaves this machine."""
    from voicecoach.cli.settings import load_settings

    ctx.default_map = load_settings()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; every error is one line on stderr."""
    gc.set_threshold(50_000)  # hardly anything here is cyclic; looking for it took a tenth of the rules
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    with using(of_reader()):
        return _told(arguments)


def _told(arguments: Sequence[str] | None) -> int:
    from voicecoach.errors import VoicecoachError

    try:
        result = cli.main(args=arguments, prog_name="voicecoach", standalone_mode=False)
        if sys.stdout is not None:  # closed by who began us
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"voicecoach: {_('interrupted')}", err=True)
        return 130
    except click.ClickException as error:
        where = getattr(error, "ctx", None)
        hint = fill(" (see: {command} --help)", command=where.command_path) if where is not None else ""
        return _complain(_usage(error), 2, hint)
    except VoicecoachError as error:
        return _complain(str(error), error.exit_code)
    except BrokenPipeError:
        _drop_stdout()
        return 0
    except OSError as error:
        if error.filename is None:
            _drop_stdout()
        return _complain(f"{error.filename or _('output')}: {error.strerror or error}", 1)
    except Exception as error:  # the last line of the CLI
        if os.environ.get("VOICECOACH_TRACEBACK"):
            raise
        text = fill("unexpected {name}: {error}", name=type(error).__name__, error=error)
        return _complain(
            text, 1, _(" (set VOICECOACH_TRACEBACK=1 and run again for the details a bug report needs)")
        )


def _usage(error: click.ClickException) -> str:
    """What click says of a wrong call, in the language of the reader where it is said often."""
    if isinstance(error, click.NoSuchOption) and len(error.possibilities or ()) < 2:
        text = fill("No such option {name!r}.", name=error.option_name)
        near = "".join(error.possibilities or ())
        return text + fill(" Did you mean {near!r}?", near=near) if near else text
    if isinstance(error, click.BadParameter) and error.param is not None and error.message:
        names = error.param.get_error_hint(error.ctx) if error.ctx else error.param.opts[0]
        return fill("Invalid value for {names}: {message}", names=names, message=error.message)
    return error.format_message()


def _drop_stdout() -> None:
    """Let what is still in the buffer of stdout go nowhere, so that leaving does not fail on it again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str, code: int, hint: str = "") -> int:
    line = shown(" ".join(text.split()))
    click.echo(f"voicecoach: {line}{hint}", err=True)
    return code
