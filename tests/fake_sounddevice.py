"""sounddevice as seen from this side: devices that refuse what real ones refuse, with PortAudio's codes."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


class PortAudioError(Exception):
    """As sounddevice raises it: text, code, and for -9999 what the host said."""


@dataclass
class Hardware:
    """One device. ``sound`` gives the samples at full scale 1 from a range of times in seconds."""

    name: str = "Headset"
    inputs: int = 1
    outputs: int = 0
    own_rate: int = 48000
    rates: tuple[int, ...] = (16000, 48000)
    channels: tuple[int, ...] = (1,)
    dtypes: tuple[str, ...] = ("int16", "float32")
    refuses: tuple[Any, ...] = ()  # arguments of the PortAudioError whatever is asked
    sound: Callable[[np.ndarray], np.ndarray] = field(default=lambda t: 0.25 * np.sin(2 * np.pi * 440 * t))
    sounds_on: int = 0  # which channel
    seconds: float = 2.0  # it gives at once
    overflow_at: int = -1  # block
    unplugged: bool = False  # after that
    played: list[bytes] = field(default_factory=list)


def module(*machine: Hardware, default: tuple[int, int] = (0, 0)) -> types.ModuleType:
    """A module to stand in sys.modules["sounddevice"]."""

    class RawInputStream:
        def __init__(self, **asked: Any) -> None:
            self.asked, self.latency = asked, 0.01
            self.device = _open(machine[asked["device"]], asked)

        def start(self) -> None:
            rate, size, count = (self.asked[key] for key in ("samplerate", "blocksize", "channels"))
            for block in range(round(self.device.seconds * rate / size)):
                samples = np.zeros((size, count))
                samples[:, self.device.sounds_on % count] = self.device.sound(
                    (block * size + np.arange(size)) / rate
                )
                status = types.SimpleNamespace(input_overflow=block == self.device.overflow_at)
                self.asked["callback"](_bytes(samples, self.asked["dtype"]), size, None, status)
            if self.device.unplugged:
                self.asked["finished_callback"]()

        def close(self, ignore_errors: bool = True) -> None:
            self.asked["finished_callback"]()

    class RawOutputStream:
        def __init__(self, **asked: Any) -> None:
            self.asked, self.latency = asked, 0.03
            self.device = _open(machine[asked["device"]], asked)
            self.device.played.clear()

        def start(self) -> None:
            self.device.__dict__["pull"] = self.pull

        def pull(self, frames: int) -> np.ndarray:
            width = np.dtype(self.asked["dtype"]).itemsize * self.asked["channels"]
            data = bytearray(frames * width)
            self.asked["callback"](memoryview(data), frames, None, None)
            return np.frombuffer(data, self.asked["dtype"]).reshape(frames, -1)

        def close(self, ignore_errors: bool = True) -> None:
            self.device.__dict__.pop("pull", None)

    fake = types.ModuleType("sounddevice")
    fake.__dict__.update(
        PortAudioError=PortAudioError,
        RawInputStream=RawInputStream,
        RawOutputStream=RawOutputStream,
        query_devices=lambda: [
            {
                "name": one.name,
                "hostapi": 0,
                "max_input_channels": one.inputs,
                "max_output_channels": one.outputs,
                "default_samplerate": float(one.own_rate),
            }
            for one in machine
        ],
        query_hostapis=lambda: ({"name": "ALSA"},),
        default=types.SimpleNamespace(device=default),
    )
    return fake


def _open(device: Hardware, asked: dict[str, Any]) -> Hardware:
    if device.refuses:
        raise PortAudioError(*device.refuses)
    for value, known, text, code in (
        (asked["channels"], device.channels, "Invalid number of channels", -9998),
        (asked["samplerate"], device.rates, "Invalid sample rate", -9997),
        (asked["dtype"], device.dtypes, "Sample format not supported", -9994),
    ):
        if value not in known:
            raise PortAudioError(f"Error opening stream: {text}", code)
    return device


def _bytes(samples: np.ndarray, dtype: str) -> bytes:
    if dtype == "int16":
        return np.rint(samples * 32767).astype("<i2").tobytes()
    return samples.astype("<f4").tobytes()
