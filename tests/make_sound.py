"""Sounds whose answers are arithmetic, and files that hold them."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16000


def sine(
    frequency: float, seconds: float, *, rate: int = RATE, amplitude: float = 0.5
) -> NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def noise(seconds: float, *, seed: int, rms: float = 0.1, rate: int = RATE) -> NDArray[np.float64]:
    return rms * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def voice(seconds: float, *, seed: int, rms: float = 0.1, rate: int = RATE) -> NDArray[np.float64]:
    """Noise with the slope of speech, rising and falling four times a second."""
    size = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(size))
    spectrum /= 1.0 + np.arange(spectrum.size) / size * rate / 500.0
    found = np.fft.irfft(spectrum, size) * (1.0 + np.sin(2 * np.pi * 4.0 * np.arange(size) / rate + seed))
    return rms * found / found.std()


def turns(seconds: float, *, length: float = 3.0, rate: int = RATE) -> NDArray[np.float64]:
    """1 while the first of two speakers has the turn, 0 while the second has it, 0.5 while nobody has."""
    at = np.arange(round(seconds * rate)) / rate
    first = (at // length % 2 == 0).astype(float)
    first[at % length > length - 0.5] = 0.5
    return first


def pcm(samples: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)


def wav(
    path: Path,
    samples: NDArray[np.generic],
    *,
    rate: int = RATE,
    tag: int = 1,
    announced: int | None = None,
) -> Path:
    """A WAV file of samples, shape (samples,) or (channels, samples); ``announced`` bytes of data."""
    channels = 1 if samples.ndim == 1 else samples.shape[0]
    data = np.ascontiguousarray(samples.T).tobytes()
    size = len(data) if announced is None else announced
    width = samples.dtype.itemsize
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * width, channels * width, 8 * width)
    riff = min(36 + size, 0xFFFFFFFF)
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", riff)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
        + data
    )
    return path


def encoded(path: Path, samples: NDArray[np.float64], codec: str, *, rate: int = RATE) -> Path:
    """A file of the kind its name says, of samples of shape (channels, samples)."""
    layout = {1: "mono", 2: "stereo"}[samples.shape[0]]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        if codec.startswith("wma"):
            stream.bit_rate = 128000
        _encode(container, stream, samples, rate)
    return path


def film(path: Path, samples: NDArray[np.float64] | None, *, rate: int = RATE) -> Path:
    """Two seconds of moving pictures, with a sound track or without."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width = pictures.height = 64
        pictures.pix_fmt = "yuv420p"
        sound = None if samples is None else container.add_stream("aac", rate=rate, layout="mono")
        for _ in range(20):
            image = av.VideoFrame.from_ndarray(np.zeros((96, 64), np.uint8), format="yuv420p")
            container.mux(pictures.encode(image))
        container.mux(pictures.encode(None))
        if sound is not None and samples is not None:
            _encode(container, sound, samples, rate)
    return path


def _encode(
    container: av.container.OutputContainer, stream: av.AudioStream, samples: NDArray[np.float64], rate: int
) -> None:
    kinds = [kind.name for kind in stream.codec_context.codec.audio_formats]
    kind = next((k for k in kinds if not k.startswith("u8")), kinds[0])
    if kinds[0] != kind:
        stream.codec_context.format = kind
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples, dtype=np.float32), format="fltp", layout=stream.layout.name
    )
    frame.sample_rate = rate
    frame.pts = 0
    resampler = av.AudioResampler(
        kind, stream.layout, rate, frame_size=stream.codec_context.frame_size or 1024
    )
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
