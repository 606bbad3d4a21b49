"""Whether this machine can do the work: one check a line, with what to do. Sizes are GB (10^9 bytes)."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voicecoach import __version__
from voicecoach.errors import MicrophoneError, ModelError

OK, NOTE, PROBLEM = "ok", "note", "problem"
_PACKAGES = {
    "av": "av",
    "ctranslate2": "ctranslate2",
    "faster-whisper": "faster_whisper",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
}
_ROOM = 1.0  # GB; four hours of stereo at 16 kHz take 0.92


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands (ok, note, problem), and what was found and is to be done."""

    name: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks, and the exit code they add up to: 0 ready, 4 only the model is missing, 1 otherwise."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """Code the command ends with."""
        problems = {check.name for check in self.checks if check.status == PROBLEM}
        if not problems:
            return 0
        return ModelError.exit_code if problems == {"model"} else 1


def examine(model: str = "base") -> Diagnosis:
    """Look at Python, packages, the model, folders, cores and the microphone. Nothing is changed."""
    checks: list[Callable[[], Iterator[Check]]] = [
        _python,
        _packages,
        lambda: _model(model),
        _folders,
        _cores,
        _microphone,
    ]
    return Diagnosis(tuple(found for check in checks for found in check()))


def _python() -> Iterator[Check]:
    yield Check("voicecoach", OK, f"{__version__} on {platform.system()} {platform.release()}")
    yield Check("python", OK, f"{platform.python_version()} ({sys.executable})")


def _packages() -> Iterator[Check]:
    for name, module in _PACKAGES.items():
        try:
            importlib.import_module(module)
            yield Check(name, OK, importlib.metadata.version(name))
        except (ImportError, OSError) as error:
            text = " ".join(str(error).split())
            yield Check(name, PROBLEM, f"{text}; run: pip install --force-reinstall {name}")


def _model(name: str) -> Iterator[Check]:
    from voicecoach.models import Places, find, listing

    places = Places.usual()
    try:
        model = find(name)
        size = sum(path.stat().st_size for paths in model.files.values() for path in paths) / 1e6
        yield Check("model", OK, f"{model.name}, {size:.0f} MB, bytes as they should be ({model.where})")
    except ModelError as error:
        yield Check("model", PROBLEM, str(error))
    others = [one.entry.name for one in listing() if one.model and one.entry.name != name]
    yield Check("models", OK, f"also here: {', '.join(others) or 'none'}; folder for more: {places.user}")


def _folders() -> Iterator[Check]:
    from voicecoach.models import Places

    temporary = Path(tempfile.gettempdir())
    for name, folder, use in (
        ("temporary", temporary, "set TMPDIR to a folder with room"),
        ("cache", Places.usual().cache, "each start reads the model anew until it can be written"),
    ):
        present = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(present).free / 1e9
        if not os.access(present, os.W_OK):
            yield Check(name, PROBLEM if folder == temporary else NOTE, f"{folder} cannot be written; {use}")
        elif free < _ROOM:
            yield Check(
                name, NOTE, f"{folder}: {free:.1f} GB free, long recordings may need {_ROOM:.1f}; {use}"
            )
        else:
            yield Check(name, OK, f"{folder}: {free:.1f} GB free")


def _cores() -> Iterator[Check]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Check("cores", OK, f"{usable} to work with")


def _microphone() -> Iterator[Check]:
    from voicecoach.record import microphones

    try:
        found = microphones()
        text = f"{found[0].name} (number {found[0].index}, {found[0].rate} Hz)"
        yield Check("microphone", OK, f"{text}, and {len(found) - 1} more" if len(found) > 1 else text)
    except MicrophoneError as error:
        yield Check("microphone", NOTE, f"{error} (only needed to record)")
