"""Options several commands share: what an analysis is made with, whose takes, and where they are kept."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from voicecoach.cli.language import shows
from voicecoach.i18n import fill, offered, using
from voicecoach.reports import NAMES

if TYPE_CHECKING:
    from voicecoach.baseline import Baseline
    from voicecoach.pipeline import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

COMPUTE_TYPES = (
    "default",
    "auto",
    "int8",
    "int8_float16",
    "int8_float32",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)


def speak(context: click.Context, _option: click.Parameter, language: str | None) -> str | None:
    """Let the command say what it says in the language of --language, where it is one it has."""
    if offered(language) and shows(sys.stderr, offered(language)):
        context.with_resource(using(language))
    return language


_ANALYSIS = (
    click.option("--model", default="base", show_default=True, help="Whisper model: a name or a folder."),
    click.option(
        "--language",
        callback=speak,
        is_eager=True,
        help="Language code such as en; found from the recording when not given.",
    ),
    click.option(
        "--channels",
        metavar="WHO=WHERE,...",
        help="Who is on which channel: agent=left,customer=right; found from what is said when not given.",
    ),
    click.option(
        "--device",
        type=click.Choice(["cpu", "cuda", "auto"]),
        default="cpu",
        show_default=True,
        help="Where the model runs.",
    ),
    click.option(
        "--compute-type",
        "--compute_type",
        type=click.Choice(COMPUTE_TYPES),
        default="default",
        show_default="int8 on cpu, float16 on cuda",
        metavar="TYPE",
        help="Arithmetic of the model, such as int8, float16 or float32.",
    ),
    click.option("--threads", type=click.IntRange(1), help="Cores to use; all when not given."),
    click.option(
        "--beam-size",
        "--beam_size",
        type=click.IntRange(1, 20),
        default=5,
        show_default=True,
        help="Candidates the decoder keeps; fewer are quicker and less sure.",
    ),
    click.option(
        "--rules",
        multiple=True,
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False),
        help="Folder with rules of your own; may be repeated.",
    ),
    click.option("--no-builtin", is_flag=True, help="Use only the rules of --rules."),
    click.option(
        "--scorecard", default="service-call", show_default=True, help="Name or file of a scorecard."
    ),
    click.option(
        "--baseline",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        envvar="VOICECOACH_BASELINE",
        help="Your own values: what -f json gave for a calm recording of yours; may be repeated.",
    ),
)

redact_option = click.option(
    "--redact",
    is_flag=True,
    help="Mask card, phone and account numbers and e-mail addresses, in words and sound.",
)

sound_option = click.option(
    "--sound",
    type=click.Choice(["embed", "link", "none"]),
    default="embed",
    show_default=True,
    help="The recording in a page of HTML: compressed and whole, played from where it is, or left out.",
)

scenarios_option = click.option(
    "--scenarios",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder of your own scenarios; may be repeated.",
)


def analysis_options(command: _Command) -> _Command:
    """Add the options an analysis is made with; the command hands them to ``analysis_settings``."""
    for option in reversed(_ANALYSIS):
        command = option(command)
    return command


def analysis_settings(options: dict[str, Any], *, stored: tuple[Baseline, ...] = ()) -> Settings:
    """Take the options of ``analysis_options`` out of all options of a command, as settings.

    ``stored`` are a person's own values as ``own_values`` gives them, used where no --baseline is given.
    """
    from voicecoach.pipeline import Settings

    language: str | None = options.pop("language")
    builtin = not options.pop("no_builtin")
    names = ("model", "channels", "device", "compute_type", "threads", "beam_size", "rules", "scorecard")
    return Settings(
        language=language.lower() if language else None,
        builtin=builtin,
        baseline=options.pop("baseline"),
        stored=stored,
        redact=options.pop("redact", False),
        **{name: options.pop(name) for name in names},
    )


def own_values(agent: str, folder: Path | None) -> tuple[Baseline, ...]:
    """A person's own values in the history of a folder; none where there is no history, and none is made."""
    from voicecoach.history import History

    if not History.exists(folder):
        return ()
    with History.open(folder) as history:
        return history.baselines(agent)


agent_option = click.option(
    "--agent",
    default="me",
    show_default=True,
    envvar="VOICECOACH_AGENT",
    metavar="NAME",
    help="Whose takes these are.",
)

history_option = click.option(
    "--history",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="VOICECOACH_HISTORY",
    metavar="FOLDER",
    help="Where takes are kept; the platform's own folder for data when not given.",
)


def formats_named(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """Return the names of formats in a text with commas between, each once; "all" is all of them."""
    if not value:
        return ()
    names = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",")))
    for name in names:
        if name not in (*NAMES, "all"):
            near = difflib.get_close_matches(name, NAMES, 1)
            if near:
                text = fill("{name!r} is no format; did you mean {near}?", name=name, near=near[0])
            else:
                text = fill(
                    "{name!r} is no format; known are {names} and all", name=name, names=", ".join(NAMES)
                )
            raise click.BadParameter(text, ctx, param)
    return NAMES if "all" in names else names
