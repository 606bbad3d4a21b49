"""An open loudspeaker. Samples are int16."""

from __future__ import annotations

import contextlib
import queue
import time
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from voicecoach.errors import LoudspeakerError
from voicecoach.record import portaudio
from voicecoach.record.device import Device
from voicecoach.record.portaudio import RATE
from voicecoach.record.resample import Resampler


class Loudspeaker:
    """An open loudspeaker, silent while nothing is played; use it with ``with``."""

    def __init__(self, device: Device, *, rate: int = RATE) -> None:
        self.device, self.rate, self.latency = device, rate, 0.0
        self._stream: Any = None
        self._new: queue.SimpleQueue[NDArray[np.int16]] = queue.SimpleQueue()
        self._left = np.zeros(0, np.int16)  # what is still to be played; the callback's alone
        self._until = 0.0  # when the last of it will have been heard

    def __enter__(self) -> Self:
        """Open it.

        Raises
        ------
        LoudspeakerError
            It cannot be opened.
        """
        sounddevice = portaudio.module()

        def start(rate: int, channels: int, dtype: str) -> Any:
            stream = sounddevice.RawOutputStream(
                samplerate=rate,
                channels=channels,
                dtype=dtype,
                device=self.device.index,
                callback=self._asked,
            )
            self._dtype, self._channels, self._own = dtype, channels, rate
            stream.start()
            return stream

        self._stream, *_ = portaudio.opened(
            start, self.device, self.rate, self.device.outputs, LoudspeakerError
        )
        self.latency = float(self._stream.latency)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; what is still to be played is not."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with portaudio.quiet(), contextlib.suppress(portaudio.module().PortAudioError):
                stream.close(ignore_errors=True)

    def play(self, samples: NDArray[np.int16]) -> None:
        """Start to play a sound of shape (frames,) and return at once; it replaces the one before."""
        resampler = Resampler(self.rate, self._own)
        self._until = time.monotonic() + len(samples) / self.rate + self.latency
        self._new.put(np.concatenate([resampler.add(samples), resampler.flush()]))

    def stop(self) -> None:
        """Be silent now."""
        self._new.put(np.zeros(0, np.int16))
        self._until = 0.0

    @property
    def playing(self) -> bool:
        """Whether something of the sound is still to be heard."""
        return time.monotonic() < self._until

    def _asked(self, data: Any, frames: int, clock: Any, status: Any) -> None:
        """Called by PortAudio in a thread of its own; must not wait for anything."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._left = self._new.get_nowait()
        now, self._left = self._left[:frames], self._left[frames:]
        block = np.zeros((frames, self._channels), np.int16)
        block[: len(now)] = now[:, None]
        data[:] = (block / np.float32(32768.0)).tobytes() if self._dtype == "float32" else block.tobytes()
