"""Sound with a tone in place of what is masked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.redact.facts import settings

_FRAME = 0.02  # s
_BLOCK = 1 << 19  # samples


def bleep(samples: NDArray[np.int16], times: Sequence[Sequence[float]], rate: int) -> NDArray[np.int16]:
    """Return a copy of samples, shape (channels, samples), with a tone on all channels at the given times.

    ``times`` are pairs of start and end in seconds. The tone has the level of the louder half of the sound;
    nothing of the sound is left below it but in the fades at its edges.
    """
    sound, out = settings().sound, np.array(samples)
    height = _level(samples, rate) * np.sqrt(2.0)
    for start, end in times:
        first, last = max(round(start * rate), 0), min(round(end * rate), samples.shape[1])
        if last <= first:
            continue
        count = last - first
        fade = min(round(sound["fade"] * rate), count // 2)
        gain = np.ones(count)
        gain[:fade] = np.linspace(0.0, 1.0, fade, endpoint=False)
        gain[count - fade :] = gain[:fade][::-1]
        tone = height * np.sin(2 * np.pi * sound["tone"] * np.arange(first, last) / rate)
        mixed = out[:, first:last] * (1.0 - gain) + tone * gain
        out[:, first:last] = np.clip(np.rint(mixed), -32768, 32767).astype(np.int16)
    return out


def _level(samples: NDArray[np.int16], rate: int) -> float:
    """The middle level of the louder half of the frames, as root mean square; a quiet tone for silence."""
    size = round(_FRAME * rate)
    frames = samples[:, : samples.shape[1] // size * size].reshape(len(samples), -1, size)
    if not frames.size:
        return 1000.0
    loud = np.sort(np.concatenate([np.sqrt(np.mean(own.astype(np.float32) ** 2, axis=1)) for own in frames]))
    return max(float(np.median(loud[len(loud) // 2 :])), 100.0)


def flac(samples: NDArray[np.int16], rate: int) -> bytes:
    """The samples as a FLAC file; of more than two channels their mean."""
    import av

    if len(samples) > 2:
        samples = samples.mean(axis=0, keepdims=True).astype(np.int16)
    layout, out = "stereo" if len(samples) == 2 else "mono", io.BytesIO()
    with av.open(out, "w", format="flac") as container:
        stream: Any = container.add_stream("flac", rate=rate)
        stream.layout, stream.format = layout, "s16"
        for start in range(0, samples.shape[1], _BLOCK):
            block = np.ascontiguousarray(samples[:, start : start + _BLOCK].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
