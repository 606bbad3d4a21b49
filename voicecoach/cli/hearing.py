"""A place of a recording on the loudspeaker, wherever the recording is now."""

from __future__ import annotations

import contextlib
import glob
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voicecoach.errors import AudioError
from voicecoach.i18n import fill

if TYPE_CHECKING:
    from voicecoach.review import Question
    from voicecoach.types import Audio


class Hearing:
    """The loudspeaker, opened when something is played first, and the recording played last."""

    def __init__(self, folder: Path | None, loudspeaker: str | None) -> None:
        self._folder, self._name = folder, loudspeaker
        self._open = contextlib.ExitStack()
        self._loudspeaker: Any = None
        self._audio: Audio | None = None
        self._told = False

    def play(self, question: Question) -> None:
        """Begin to play the place of a question, a little before and after it; of a call all.

        Raises
        ------
        AudioError, LoudspeakerError, MicrophoneError
            The recording is not there or another one, or there is no loudspeaker.
        """
        import numpy as np

        from voicecoach.record import Loudspeaker, find_output
        from voicecoach.review import facts

        audio = self._recording(question)
        around = facts().thresholds["around"]
        first = max(0, round((question.start - around) * audio.rate))
        last = round((question.end + around) * audio.rate)
        piece = audio.samples[list(audio.layout.used), first:last].astype(np.int32)
        if self._loudspeaker is None:
            device = find_output(self._name)
            self._loudspeaker = self._open.enter_context(Loudspeaker(device, rate=audio.rate))
        elif self._loudspeaker.rate != audio.rate:
            self._loudspeaker.rate = audio.rate
        self._loudspeaker.play((piece.sum(axis=0) // max(1, len(piece))).astype(np.int16))

    def stop(self) -> None:
        """Be silent."""
        if self._loudspeaker is not None:
            self._loudspeaker.stop()

    def close(self) -> None:
        """Give the loudspeaker back."""
        self._open.close()
        self._loudspeaker = None

    def tell(self) -> bool:
        """Whether this is the first time something could not be played."""
        first, self._told = not self._told, True
        return first

    def _recording(self, question: Question) -> Audio:
        from voicecoach import audio

        if self._audio is None or self._audio.sha256 != question.call.recording:
            self._audio = None
            self._audio = audio.load(self._path(question))
        return self._audio

    def _path(self, question: Question) -> Path:
        """Where the recording is: as it was analysed, or of that name and content in the folder."""
        path = Path(question.call.path)
        inside = [] if self._folder is None else sorted(self._folder.rglob(glob.escape(path.name)))
        there = [one for one in (path, *inside) if one.is_file()]
        for one in there:
            with one.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == question.call.recording:
                    return one
        what = "is not the recording that was analysed" if there else "is not there any more"
        raise AudioError(
            fill(
                "{there}: {what}; say where it is with --recordings FOLDER",
                there=there[-1] if there else path,
                what=what,
            )
        )
