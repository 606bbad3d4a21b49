"""An open microphone, alone or beside a second one that hears the caller. Samples are int16."""

from __future__ import annotations

import contextlib
import queue
import time
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from voicecoach.errors import MicrophoneError
from voicecoach.i18n import fill
from voicecoach.record import meter, portaudio
from voicecoach.record.align import Pairing
from voicecoach.record.device import Device
from voicecoach.record.portaudio import BLOCK, RATE
from voicecoach.record.resample import Resampler

_OPENING = 5.0  # s a microphone may take to give its first block
_GONE = 2.0  # s without a block after which it is gone


class Microphone:
    """An open microphone, alone or with a second device that hears the caller; use it with ``with``.

    The callback of PortAudio only puts copies of blocks on a queue. Where the device does not take ``rate``,
    one channel or 16 bit, it is opened at its own rate, with its own channels or in floating point, and what
    it gives is brought to ``rate``, the one channel that sounds, and 16 bit.

    Parameters
    ----------
    device, caller
        The microphone, and the second device; with it there are two channels, agent and caller. Both are
        laid beside each other by the time at which they were heard (see ``align.Pairing``).
    rate
        Samples a second of what ``read`` returns.
    """

    def __init__(self, device: Device, *, rate: int = RATE, caller: Device | None = None) -> None:
        self.device, self.rate, self.channels = device, rate, 1 if caller is None else 2
        self._inputs = [_Input(one, rate) for one in (device, caller) if one is not None]
        self._pairing = Pairing(rate) if caller is not None else None

    @property
    def overflows(self) -> int:
        """Times the sound system lost samples because this machine was too slow."""
        return sum(one.overflows for one in self._inputs)

    @property
    def moved(self) -> int:
        """Times the caller's channel was moved because its clock had drifted."""
        return self._pairing.moved if self._pairing else 0

    def __enter__(self) -> Self:
        """Open it, and wait until it hears: a sound server may take a second for that.

        Raises
        ------
        MicrophoneError
            It cannot be opened.
        """
        meter.ready()
        try:
            for one in self._inputs:
                one.open()
            self._inputs[0].wait()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        for one in self._inputs:
            one.close()

    def read(self, timeout: float = 1.0) -> NDArray[np.int16] | None:
        """Return the next block, shape (frames, channels), about 50 ms; None when nothing came in time.

        Raises
        ------
        MicrophoneError
            It was unplugged, or gave nothing for two seconds.
        """
        agent = self._inputs[0].next(timeout)
        if self._pairing is None:
            return None if agent is None else agent[0][:, None]
        if agent is not None:
            self._pairing.first(*agent)
        while (caller := self._inputs[1].next(0.0)) is not None:
            self._pairing.second(*caller)
        block = self._pairing.ready()
        return block if len(block) else None


class _Input:
    """One input stream: mono blocks at the wanted rate, each with the moment it was heard from."""

    def __init__(self, device: Device, rate: int) -> None:
        self.device, self.overflows = device, 0
        self._rate = rate
        self._queue: queue.SimpleQueue[tuple[bytes, float, bool] | None] = queue.SimpleQueue()
        self._stream: Any = None
        self._waited, self._patience = 0.0, _OPENING

    def open(self) -> None:
        sounddevice = portaudio.module()

        def start(rate: int, channels: int, dtype: str) -> Any:
            stream = sounddevice.RawInputStream(
                samplerate=rate,
                channels=channels,
                dtype=dtype,
                device=self.device.index,
                blocksize=round(BLOCK * rate),
                latency="high",
                callback=self._heard,
                finished_callback=lambda: self._queue.put(None),
            )
            stream.start()
            return stream

        self._stream, rate, channels, dtype = portaudio.opened(
            start, self.device, self._rate, self.device.inputs, MicrophoneError
        )
        self._dtype, self._channels = dtype, _Strongest(channels)
        self._resampler = Resampler(rate, self._rate)
        # the time stamps of the blocks would say it, too, but PulseAudio's wander by 0.2 s after the start
        self._late = float(self._stream.latency) + BLOCK

    def wait(self) -> None:
        until = time.monotonic() + self._patience
        while self._queue.empty() and time.monotonic() < until:
            time.sleep(0.005)

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            with portaudio.quiet(), contextlib.suppress(portaudio.module().PortAudioError):
                stream.close()

    def next(self, timeout: float) -> tuple[NDArray[np.int16], float] | None:
        """The next block, shape (frames,), and its moment; None when there is none in time."""
        try:
            found = self._queue.get(timeout=timeout) if timeout else self._queue.get_nowait()
        except queue.Empty:
            self._waited += timeout
            if self._waited < self._patience:
                return None
            found = None
        if found is None:
            raise MicrophoneError(
                fill(
                    "{name}: no sound comes any more; was it unplugged? plug it in and try again",
                    name=self.device.name,
                )
            )
        raw, at, overflow = found
        self._waited, self._patience = 0.0, _GONE
        self.overflows += overflow
        samples = np.frombuffer(raw, self._dtype)
        if samples.dtype != np.int16:
            samples = np.rint(np.clip(samples * 32768.0, -32768, 32767)).astype(np.int16)
        return self._resampler.add(self._channels.pick(samples)), at - self._late

    def _heard(self, data: Any, frames: int, clock: Any, status: Any) -> None:
        """Called by PortAudio in a thread of its own; must not wait for anything."""
        self._queue.put((bytes(data), time.monotonic(), bool(status.input_overflow)))


class _Strongest:
    """Of several channels the one that sounds: a microphone may be on one of many, or on both of two."""

    def __init__(self, count: int) -> None:
        self._energy = np.zeros(count)
        self._chosen = 0

    def pick(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        count = len(self._energy)
        if count == 1:
            return samples
        frames = samples.reshape(-1, count)
        self._energy += frames.astype(np.float64).var(axis=0) * len(frames)
        best = int(self._energy.argmax())
        if self._energy[best] > 4 * self._energy[self._chosen]:  # 6 dB, so that it does not go to and fro
            self._chosen = best
        return frames[:, self._chosen]
