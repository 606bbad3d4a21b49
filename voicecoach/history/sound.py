"""How long a recording is that may have been cut off."""

from __future__ import annotations

import wave
from pathlib import Path

from voicecoach.errors import AudioError

HEADER = 44  # bytes before the samples of a WAV file as it is recorded


def seconds(recording: Path) -> float:
    """Length of a recording that may have been cut off, 0 where there is nothing."""
    try:
        size = recording.stat().st_size
        with wave.open(str(recording), "rb") as file:
            frame = file.getnchannels() * file.getsampwidth()
            stated, rate = file.getnframes(), file.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return _decoded(recording)
    return min(stated, max(0, size - HEADER) // frame) / rate if rate and frame else 0.0


def _decoded(recording: Path) -> float:
    """Length of a recording that is no plain WAV, as far as it can be decoded."""
    if not recording.exists() or not recording.stat().st_size:
        return 0.0
    from voicecoach import audio

    try:
        return audio.load(recording).duration
    except AudioError:
        return 0.0
