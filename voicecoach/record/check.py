"""What a moment of listening says of a microphone. Levels are dBFS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicecoach.i18n import fill
from voicecoach.record.meter import decibels, speech
from voicecoach.record.microphone import Microphone
from voicecoach.record.portaudio import facts, permission


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a moment of listening says of a microphone. Levels in dBFS; None where it cannot be told."""

    level: float | None  # of the voice; None while nobody speaks
    peak: float
    noise: float | None  # without voice; None for digital silence, or where no pause was heard
    clipping: float  # share of samples at full scale, 0..1
    warnings: tuple[str, ...]


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
    return judge(np.concatenate(blocks)[:, 0], microphone.rate)


def judge(samples: NDArray[np.int16], rate: int) -> Preflight:
    """Return what a moment of sound of shape (frames,) says of the microphone it came through."""
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
    warnings = tuple(fill(texts[key].text(), **values) for key, values in said)
    return Preflight(level, peak, noise, clipping, warnings)
