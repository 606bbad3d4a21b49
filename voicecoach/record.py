"""Microphones: the only importer of sounddevice."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from voicecoach.errors import MicrophoneError


def microphones() -> tuple[str, ...]:
    """Names of the inputs of this machine, the default one first.

    Raises
    ------
    MicrophoneError
        sounddevice or PortAudio is not installed, or there is no input.
    """
    try:
        with _quiet():
            import sounddevice
    except ImportError:
        raise MicrophoneError("recording is not installed; run: pip install sounddevice") from None
    except OSError:
        raise MicrophoneError(
            "the PortAudio library is missing; on Debian run: apt install libportaudio2"
        ) from None
    try:
        with _quiet():
            devices = sounddevice.query_devices()
            default = sounddevice.default.device[0]
    except sounddevice.PortAudioError as error:
        raise MicrophoneError(
            f"PortAudio cannot list the sound devices ({error}); check the sound system"
        ) from None
    inputs = [
        (k != default, device["name"]) for k, device in enumerate(devices) if device["max_input_channels"]
    ]
    if not inputs:
        raise MicrophoneError("no microphone found; plug one in or allow access to it")
    return tuple(name for _, name in sorted(inputs, key=lambda pair: pair[0]))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
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
