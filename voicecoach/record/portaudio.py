"""PortAudio: the only importer of sounddevice, and what its errors mean, as ``record.yaml`` tells them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from voicecoach import datafile
from voicecoach.errors import MicrophoneError, VoicecoachError
from voicecoach.i18n import _

if TYPE_CHECKING:
    from voicecoach.record.device import Device

RATE = 16000  # Hz, what recordings are made and analysed at
BLOCK = 0.05  # s
# PortAudio's codes for what can be asked otherwise
_BAD_CHANNELS, _BAD_RATE, _BAD_FORMAT = -9998, -9997, -9994


@cache
def facts() -> datafile.Value:
    """Contents of ``record.yaml``."""
    return datafile.read_file(Path(__file__).with_name("record.yaml"))


def module() -> ModuleType:
    """Return sounddevice.

    Raises
    ------
    MicrophoneError
        It or PortAudio is not installed.
    """
    try:
        with quiet():
            import sounddevice
    except ImportError:
        raise MicrophoneError(_("recording is not installed; run: pip install sounddevice")) from None
    except OSError:
        raise MicrophoneError(
            _("the PortAudio library is missing; on Debian run: apt install libportaudio2")
        ) from None
    return sounddevice  # type: ignore[no-any-return]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the sound system's C libraries write about missing drivers away from the terminal."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def opened(
    start: Any, device: Device, rate: int, most: int, kind: type[VoicecoachError]
) -> tuple[Any, int, int, str]:
    """A started stream, its rate, channels and sample type; what the device refuses is asked otherwise."""
    sounddevice = module()
    channels, dtype, tried = 1, "int16", [rate]
    while True:
        try:
            with quiet():
                return start(rate, channels, dtype), rate, channels, dtype
        except sounddevice.PortAudioError as error:
            code = error.args[1] if len(error.args) > 1 else None
            if code == _BAD_RATE and rate != device.rate:
                rate = device.rate
                tried.append(rate)
            elif code == _BAD_CHANNELS and channels == 1 and most > 1:
                channels = most
            elif code == _BAD_FORMAT and dtype == "int16":
                dtype = "float32"
            else:
                raise kind(_said(error, code, device, tried)) from None


def _said(error: Exception, code: int | None, device: Device, tried: list[int]) -> str:
    """What a PortAudio error means, and what to do."""
    texts = facts().mapping()
    filled = {
        "name": device.name,
        "rates": ", ".join(map(str, tried)),
        "error": error.args[0] if error.args else error,
    }
    for entry in texts["errors"].items():
        known = entry.fields(("code", "text"), ("permission",))
        if known["code"].whole() == code:
            text = known["text"].text().format_map(filled)
            host = error.args[2][2] if len(error.args) > 2 else ""
            text += f" ({host})" if host else ""
            return (
                f"{text}; {permission()}"
                if entry.optional("permission", datafile.Value.flag, False)
                else text
            )
    return texts["other_error"].text().format_map(filled)


def permission() -> str:
    """Return where this platform keeps the permission to use a microphone, as what to do."""
    known = facts().mapping()["permission"].mapping()
    return (known.get(sys.platform) or known["linux"]).text()
