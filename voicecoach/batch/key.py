"""What a result depends on, as a checksum: the sound, and everything it was analysed with."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach import __version__, models
from voicecoach.errors import UsageError
from voicecoach.i18n import fill
from voicecoach.reports.json import SCHEMA_VERSION
from voicecoach.score import load_scorecard

if TYPE_CHECKING:
    from voicecoach.pipeline import Settings

_DATA = (
    "*.yaml",
    "measures/*.yaml",
    "packs/*/*",
    "redact/*.yaml",
)  # below the package: what judges a recording


def fingerprint(settings: Settings, sound: str) -> str:
    """SHA-256 of everything that decides what a recording's reports say, but the recording.

    That is the model, the settings but for the number of threads, the rules of all languages, own ones too,
    the scorecard, own values, the version of voicecoach, and ``sound``, how it goes into the pages.

    Raises
    ------
    ModelError
        The model is not there.
    UsageError
        A file the settings name cannot be read; DataFileError where the scorecard is none.
    """
    package = Path(str(resources.files("voicecoach")))
    ours = sorted(path for pattern in _DATA for path in package.glob(pattern) if path.is_file())
    own = [file for folder in settings.rules for file in _files(Path(folder))]
    named = [*own, *map(Path, settings.baseline)]
    parts = {
        "voicecoach": __version__,
        "schema": SCHEMA_VERSION,
        "model": models.find(settings.model).sha256,
        "settings": [
            settings.language,
            settings.channels,
            settings.device,
            settings.compute_type,
            settings.beam_size,
            settings.builtin,
        ],
        "scorecard": load_scorecard(settings.scorecard).sha256,
        "stored": repr(settings.stored),
        "sound": sound,
        "redact": settings.redact,
        "ours": [[path.name, _digest(path)] for path in ours],
        "named": [_digest(path) for path in named],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def key(sha256: str, fingerprint: str) -> str:
    """The name of a result: SHA-256 of the recording's SHA-256 and the fingerprint, in hexadecimal."""
    return hashlib.sha256(f"{sha256} {fingerprint}".encode()).hexdigest()


def content(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(path: Path) -> str:
    try:
        return content(path)
    except OSError as error:
        raise UsageError(
            fill("{path}: cannot be read: {error}; check the name", path=path, error=error.strerror)
        ) from error


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".yml") and path.is_file())
