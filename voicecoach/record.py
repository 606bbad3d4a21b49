"""Microphones and loudspeakers: the only importer of sounddevice.

Samples are int16, times seconds, levels dBFS. What PortAudio's errors mean is told in ``record.yaml``.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from voicecoach import datafile
from voicecoach.align import Pairing
from voicecoach.errors import LoudspeakerError, MicrophoneError, VoicecoachError
from voicecoach.resample import Resampler

RATE = 16000  # Hz, what recordings are made and analysed at
BLOCK = 0.05  # s
_OPENING = 5.0  # s a microphone may take to give its first block
_GONE = 2.0  # s without a block after which it is gone
_BAD_CHANNELS, _BAD_RATE, _BAD_FORMAT = (
    -9998,
    -9997,
    -9994,
)  # PortAudio's codes for what can be asked otherwise


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device as PortAudio lists it: number, name, sound system, channels, its own rate."""

    index: int
    name: str
    api: str
    inputs: int
    outputs: int
    rate: int
    default_input: bool
    default_output: bool
    loopback: bool = False  # gives back what the computer plays, going by its name


@cache
def facts() -> datafile.Value:
    """Contents of ``record.yaml``."""
    return datafile.read_file(Path(__file__).with_name("record.yaml"))


def devices() -> tuple[Device, ...]:
    """Return all sound devices of this machine, in PortAudio's order.

    Raises
    ------
    MicrophoneError
        sounddevice or PortAudio is not installed, or PortAudio cannot list devices.
    """
    sounddevice = _sounddevice()
    try:
        with _quiet():
            listed = sounddevice.query_devices()
            systems = sounddevice.query_hostapis()
            default_input, default_output = sounddevice.default.device
    except sounddevice.PortAudioError as error:
        raise MicrophoneError(
            f"PortAudio cannot list the sound devices ({error}); check the sound system"
        ) from None
    words = facts().mapping()["loopback"].texts()
    return tuple(
        Device(
            index=k,
            name=" ".join(str(one["name"]).split()),
            api=str(systems[one["hostapi"]]["name"]),
            inputs=int(one["max_input_channels"]),
            outputs=int(one["max_output_channels"]),
            rate=round(one["default_samplerate"]),
            default_input=k == default_input,
            default_output=k == default_output,
            loopback=bool(one["max_input_channels"]) and any(word in one["name"].lower() for word in words),
        )
        for k, one in enumerate(listed)
    )


def microphones() -> tuple[Device, ...]:
    """Return the inputs of this machine, the default one first.

    Raises
    ------
    MicrophoneError
        There is none, or recording is not installed.
    """
    found = sorted((one for one in devices() if one.inputs), key=lambda one: not one.default_input)
    if not found:
        raise MicrophoneError("no microphone found; plug one in or allow access to it")
    return tuple(found)


def find_input(name: str | None = None) -> Device:
    """Return the microphone of this number, or with this in its name; the default one when not given.

    Raises
    ------
    MicrophoneError
        There is none, or several have this in their names.
    """
    return _find(name, microphones(), "microphone")


def find_output(name: str | None = None) -> Device:
    """Return the loudspeaker of this number, or with this in its name; the default one when not given.

    Raises
    ------
    LoudspeakerError
        There is none, or several have this in their names.
    MicrophoneError
        Sound is not installed at all.
    """
    found = sorted((one for one in devices() if one.outputs), key=lambda one: not one.default_output)
    if not found:
        raise LoudspeakerError("no loudspeaker found; plug one in, or go on in text alone")
    return _find(name, tuple(found), "loudspeaker")


def _find(name: str | None, known: tuple[Device, ...], kind: str) -> Device:
    if name is None:
        return known[0]
    if name.isdecimal():
        found = [one for one in known if one.index == int(name)]
    else:
        found = [one for one in known if one.name.lower() == name.lower()]
        found = found or [one for one in known if name.lower() in one.name.lower()]
    if found and len({one.name for one in found}) == 1:
        return found[0]  # the same device may be listed by several sound systems
    listed = ", ".join(f"{one.index} {one.name}" for one in found or known)
    what = f"{name!r} is in the names of several {kind}s" if found else f"no {kind} {name!r}"
    error = MicrophoneError if kind == "microphone" else LoudspeakerError
    raise error(f"{what}; choose one by its number: {listed}")


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
        from voicecoach import meter

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
        sounddevice = _sounddevice()

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

        self._stream, rate, channels, dtype = _opened(
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
            with _quiet(), contextlib.suppress(_sounddevice().PortAudioError):
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
                f"{self.device.name}: no sound comes any more; was it unplugged? plug it in and try again"
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
        sounddevice = _sounddevice()

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

        self._stream, *_ = _opened(start, self.device, self.rate, self.device.outputs, LoudspeakerError)
        self.latency = float(self._stream.latency)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; what is still to be played is not."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with _quiet(), contextlib.suppress(_sounddevice().PortAudioError):
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


def _opened(
    start: Any, device: Device, rate: int, most: int, kind: type[VoicecoachError]
) -> tuple[Any, int, int, str]:
    """A started stream, its rate, channels and sample type; what the device refuses is asked otherwise."""
    sounddevice = _sounddevice()
    channels, dtype, tried = 1, "int16", [rate]
    while True:
        try:
            with _quiet():
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


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a moment of listening says of a microphone. Levels in dBFS; None where it cannot be told."""

    level: float | None  # of the voice; None while nobody speaks
    peak: float
    noise: (
        float | None
    )  # without voice; None where the microphone gives digital silence, or no pause was heard
    clipping: float  # share of samples at full scale, 0..1
    warnings: tuple[str, ...]
    samples: NDArray[np.int16] = field(repr=False, compare=False)  # what was heard, shape (frames, channels)


def preflight(microphone: Microphone, seconds: float = 1.0) -> Preflight:
    """Listen for a moment and say what may be wrong with the (first) microphone.

    Raises
    ------
    MicrophoneError
        It was unplugged.
    """
    blocks: list[NDArray[np.int16]] = []
    while sum(map(len, blocks)) < seconds * microphone.rate:
        block = microphone.read()
        if block is not None:
            blocks.append(block)
    samples = np.concatenate(blocks)
    return replace(judge(samples[:, 0], microphone.rate), samples=samples)


def judge(samples: NDArray[np.int16], rate: int) -> Preflight:
    """Return what a moment of sound of shape (frames,) says of the microphone it came through."""
    from voicecoach.meter import decibels, speech

    known = facts().mapping()
    limits = {key: one for key, one in known["preflight"].mapping().items() if not key.endswith("_source")}
    low, high = (one.number() for one in limits.pop("level").items())
    limit = {key: one.number() for key, one in limits.items()}
    levels, voice, frame = speech(samples, rate)
    peak = decibels(float(np.abs(samples.astype(np.float64)).max(initial=0)) / 32768)
    clipping = float(np.mean(np.abs(samples.astype(np.int32)) >= 32767)) if len(samples) else 0.0
    said: list[tuple[str, dict[str, float | str]]] = []
    level = noise = None
    if peak <= limit["digital_silence"]:
        said.append(("silent", {"permission": permission()}))
    else:
        if voice.sum() * frame >= limit["heard"]:
            level = 10 * float(np.log10(np.mean(10 ** (levels[voice] / 10))))
        if (~voice).sum() * frame >= limit["heard"]:
            noise = float(np.percentile(levels[~voice], 50))
        if clipping > limit["clipping"]:
            said.append(("clipped", {"percent": 100 * clipping}))
        elif level is not None and not low <= level <= high:
            said.append(("quiet" if level < low else "loud", {"level": level}))
        if level is not None and noise is not None and level - noise < limit["snr"]:
            said.append(("noisy_speech", {"snr": level - noise}))
        elif level is None and noise is not None and noise > limit["noise"]:
            said.append(("noisy", {"noise": noise}))
    texts = known["warnings"].mapping()
    warnings = tuple(texts[key].text().format_map(values) for key, values in said)
    return Preflight(level, peak, noise, clipping, warnings, samples[:, None])


def _sounddevice() -> ModuleType:
    try:
        with _quiet():
            import sounddevice
    except ImportError:
        raise MicrophoneError("recording is not installed; run: pip install sounddevice") from None
    except OSError:
        raise MicrophoneError(
            "the PortAudio library is missing; on Debian run: apt install libportaudio2"
        ) from None
    return sounddevice  # type: ignore[no-any-return]


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
