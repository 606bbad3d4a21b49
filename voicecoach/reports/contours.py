"""Contours of a recording for plots and other tools, as CSV or JSON, in pieces of any length of recording.

Time k * 10 ms is the middle of frame k. F0 in Hz is empty (null) where there is none; level in dBFS; voice is
our own voice activity, 1 or 0. Channels have the names the rest of voicecoach gives them (mono, left, right,
channel3) and come one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from voicecoach.types import Contours

SUFFIXES = {"csv": ".contours.csv", "json": ".contours.json"}
_AT_ONCE = 8192  # rows


def csv(channels: Mapping[str, Contours]) -> Iterator[str]:
    """Yield ``channel,time,f0_hz,level_db,voice`` and a row each 10 ms for each channel, with newlines."""
    yield "channel,time,f0_hz,level_db,voice\n"
    for name, found in channels.items():
        per_second = round(1 / found.hop)
        for at in range(0, len(found.level), _AT_ONCE):
            now = slice(at, at + _AT_ONCE)
            yield "".join(
                f"{name},{k // per_second}.{k % per_second:02d},{_hertz(f0)},{level:.2f},{voice:d}\n"
                for k, (f0, level, voice) in enumerate(
                    zip(
                        found.f0[now].tolist(),
                        found.level[now].tolist(),
                        found.voice[now].tolist(),
                        strict=True,
                    ),
                    at,
                )
            )


def as_json(source: str, channels: Mapping[str, Contours]) -> Iterator[str]:
    """Yield one JSON document: each channel as arrays, with times of syllable nuclei, and loudness."""
    yield f'{{"source": {json.dumps(source)}, "channels": ['
    for number, (name, found) in enumerate(channels.items()):
        loudness = None if np.isnan(found.loudness) else round(found.loudness, 2)
        head: dict[str, Any] = {"channel": name, "hop": found.hop, "loudness_lufs": loudness}
        yield (",\n" if number else "\n") + json.dumps(head)[:-1]
        yield from _array("nuclei", (f"{time:.2f}" for time in found.nuclei.tolist()))
        yield from _array("f0_hz", (_hertz(f0) or "null" for f0 in found.f0.tolist()))
        yield from _array("level_db", (f"{level:.2f}" for level in found.level.tolist()))
        yield from _array("voice", (f"{voice:d}" for voice in found.voice.tolist()))
        yield "}"
    yield "\n]}\n"


def _hertz(f0: float) -> str:
    return "" if f0 != f0 else f"{f0:.2f}"  # NaN is not itself


def _array(name: str, numbers: Iterator[str]) -> Iterator[str]:
    yield f',\n "{name}": [{",".join(numbers)}]'
