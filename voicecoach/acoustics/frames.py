"""Cut a channel into frames without ever holding all of it as floating point.

Frame k is centred on sample k * hop; a channel of n samples has 1 + n // hop frames. Before the start
and after the end there is silence. Samples may be int16 (also memory-mapped) or float32 in -1..1; what
comes out is float32 in -1..1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach.types import Floats

Samples = NDArray[Any]  # int16 or float32, shape (samples,)


def count(samples: int, hop: int) -> int:
    """Return the number of frames of a channel of ``samples`` samples at one frame each ``hop`` samples."""
    return 1 + samples // hop


def read(samples: Samples, start: int, stop: int) -> Floats:
    """Return samples ``start`` to ``stop`` as float32, zeros where the channel has none."""
    inside = samples[max(start, 0) : max(stop, 0)]
    scaled = inside.astype(np.float32)
    if inside.dtype == np.int16:
        scaled /= np.float32(32768.0)
    before, after = max(-start, 0), max(stop - max(start, 0) - len(inside), 0)
    return np.pad(scaled, (before, after)) if before or after else scaled


def blocks(samples: Samples, hop: int, size: int, first: int, end: int, at_once: int) -> Iterator[Floats]:
    """Yield frames ``first`` to ``end`` as read-only views of shape (up to ``at_once``, ``size``)."""
    for begin in range(first, end, at_once):
        last = min(begin + at_once, end) - 1
        piece = read(samples, begin * hop - size // 2, last * hop - size // 2 + size)
        yield np.lib.stride_tricks.sliding_window_view(piece, size)[::hop]
