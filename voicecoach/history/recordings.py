"""The folder of recordings: a number each, one lock for each that is being made, no name of anybody."""

from __future__ import annotations

import re
import wave
from pathlib import Path

from voicecoach.errors import AudioError, HistoryError, UsageError
from voicecoach.history.database import told
from voicecoach.history.types import Take
from voicecoach.lock import Lock

HEADER = 44  # bytes before the samples of a WAV file as it is recorded
LOCK, DRAFT = ".lock", ".part"


class Recordings:
    """Recordings in a folder, and the locks of those that this process makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks: dict[int, Lock] = {}

    def make(self) -> None:
        """Make the folder where it is missing, for its owner alone."""
        with told(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def file(self, number: int, like: str) -> str:
        """Return the name of a recording; its suffix is that of the file ``like`` where that is harmless."""
        suffix = Path(like).suffix.lower()
        return f"{number:06d}{suffix if re.fullmatch(r'[.][a-z0-9]{1,5}', suffix) else ''}"

    def lock(self, number: int) -> None:
        """Say that this process records a take, until ``release`` or its end."""
        with told(self.folder):
            lock = self.abandoned(number)
        if lock is None:
            raise HistoryError(f"{self.folder}: take {number} is in use; try again")
        self._locks[number] = lock

    def abandoned(self, number: int) -> Lock | None:
        """Lock a take that no process records any more; None where one does."""
        with told(self.folder):
            return Lock.take(self.folder / f"{number:06d}{LOCK}")

    def release(self, number: int | None = None) -> None:
        """Say that a take is complete; None: all of this process."""
        for held in list(self._locks) if number is None else [number]:
            if held in self._locks:
                self._locks.pop(held).release()

    def refuse_busy(self, takes: tuple[Take, ...]) -> None:
        """Raise UsageError where another process is recording one of the takes."""
        for take in takes:
            if take.status == "recording" and take.number not in self._locks:
                raise UsageError(f"take {take.number} is being recorded; stop the recording first")

    def names(self) -> set[str]:
        """Return the names of all recordings that are there."""
        with told(self.folder):
            return {p.name for p in self.folder.iterdir() if p.suffix not in (LOCK, DRAFT)}


def delete(take: Take) -> bool:
    """Delete the recording of a take, and tell whether there was one."""
    if take.recording is None:
        return False
    with told(take.recording):
        draft(take.recording).unlink(missing_ok=True)
        there = take.recording.exists()
        take.recording.unlink(missing_ok=True)
    return there


def draft(recording: Path) -> Path:
    """Where a recording is while it is copied."""
    return recording.with_name(recording.name + DRAFT)


def seconds(recording: Path) -> float:
    """Return the length of a recording that may have been cut off, 0 where there is nothing."""
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
