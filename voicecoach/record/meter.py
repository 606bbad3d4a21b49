"""What is shown while someone speaks: level, voice, silence, pace. Blocks in, one ``Live`` each.

Levels are dBFS, times seconds. Voice is where the level stands out from the quietest that was heard lately
and the speech detector (Silero) agrees; both, because the level alone takes every knock for a word, and the
detector alone hears speech in what is next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray

from voicecoach.record.resample import Resampler
from voicecoach.types import Floats

RATE = 16000  # Hz, at which the detector listens
FRAME = 512  # samples: 32 ms
QUIETEST = -90.0  # dBFS, what digital silence is given


@dataclass(frozen=True, slots=True)
class Live:
    """How it stands after a block."""

    seconds: float  # heard so far
    level: float  # dBFS, of the last block
    peak: float  # dBFS, of the last block
    clipped: bool  # something in the last block was at full scale
    voice: bool
    spoken: float  # s of voice, since the start or the last restart
    silence: float  # s since the last voice, or since the start or the last restart
    pace: float | None  # syllable nuclei a second of voice over the last ten seconds; None: too little of it


class Meter:
    """Listens along, block by block.

    Parameters
    ----------
    rate
        Samples a second of the blocks.
    stands_out
        How far above the quietest tenth of the last ten seconds a voice is, dB.
    beside
        What is further below the loud parts of what was spoken lately is a voice elsewhere, dB.
    on, off
        The detector's probability from which on speech begins, and below which it ends.
    onset
        What is shorter is a knock or a click, s.
    closure
        A shorter silence, as in a consonant, is part of what is spoken, s.
    listened
        How much the detector hears again with each block, s.
    memory
        What the noise floor and the pace are of, s.
    pace_every, pace_least
        The pace is worked out so often, and of so much voice at least, s.
    """

    def __init__(
        self,
        rate: int,
        *,
        stands_out: float = 3.0,
        beside: float = 20.0,
        on: float = 0.35,
        off: float = 0.2,
        onset: float = 0.09,
        closure: float = 0.25,
        listened: float = 1.0,
        memory: float = 10.0,
        pace_every: float = 1.0,
        pace_least: float = 2.0,
    ) -> None:
        self._stands_out, self._beside, self._on, self._off, self._onset = stands_out, beside, on, off, onset
        self._closure = round(closure * RATE / FRAME)
        self._listened = round(listened * RATE / FRAME)
        self._memory = round(memory * RATE / FRAME)
        self._pace_every, self._pace_least = pace_every, pace_least
        self._resampler = Resampler(rate, RATE)
        self._rate, self._count = rate, 0
        self._samples = np.zeros(0, np.int16)  # the last ten seconds, whole frames, and what is less than one
        self._levels: list[float] = []  # of the frames in it
        self._voice: list[bool] = []
        self._own: list[float] = []  # levels of the voice since the restart, ten seconds of them at most
        self._run = 0  # frames of voice up to now
        self._spoken = self._silence = 0.0
        self._paced, self._pace = 0.0, None  # type: tuple[float, float | None]

    def restart(self) -> None:
        """Begin a new answer: nothing spoken, no silence yet. What is known of the room stays."""
        self._run, self._spoken, self._silence = 0, 0.0, 0.0
        self._own.clear()

    def add(self, block: NDArray[np.int16]) -> Live:
        """Take a block of shape (frames,) or (frames, channels), of which the first is heard."""
        own = block if block.ndim == 1 else block[:, 0]
        self._count += len(own)
        self._hear(self._resampler.add(np.ascontiguousarray(own)))
        seconds = self._count / self._rate
        if seconds - self._paced >= self._pace_every:
            self._paced, self._pace = seconds, self._work_out_pace()
        size = np.abs(own.astype(np.int32))
        return Live(
            seconds=seconds,
            level=level(own),
            peak=decibels(float(size.max(initial=0)) / 32768),
            clipped=bool((size >= 32767).any()),
            voice=bool(self._voice and self._voice[-1]),
            spoken=self._spoken,
            silence=self._silence,
            pace=self._pace,
        )

    def _hear(self, block: NDArray[np.int16]) -> None:
        self._samples = np.concatenate([self._samples, block])
        new = len(self._samples) // FRAME - len(self._levels)
        if not new:
            return
        frames = self._samples[len(self._levels) * FRAME :][: new * FRAME].reshape(-1, FRAME)
        self._levels += [level(frame) for frame in frames]
        least = float(np.percentile(self._levels, 10)) + self._stands_out
        if self._own:
            least = max(least, float(np.percentile(self._own, 90)) - self._beside)
        loud = [one > least for one in self._levels[-new:]]
        likely = self._likely(new) if any(loud) else np.zeros(new, np.float32)
        for stands_out, probability in zip(loud, likely, strict=True):
            self._step(stands_out and probability >= (self._off if self._run else self._on))
        self._own = [
            *self._own,
            *(one for one, voice in zip(self._levels[-new:], self._voice[-new:], strict=True) if voice),
        ][-self._memory :]
        dropped = max(0, len(self._levels) - self._memory)
        self._levels, self._voice = self._levels[dropped:], self._voice[dropped:]
        self._samples = self._samples[dropped * FRAME :]

    def _likely(self, new: int) -> Floats:
        """The detector's probability for the last ``new`` frames."""
        from voicecoach.transcribe import speech_probability

        end = len(self._levels) * FRAME
        return speech_probability(self._samples[max(0, end - (self._listened + new) * FRAME) : end])[-new:]

    def _step(self, voice: bool) -> None:
        """A frame more; what begins to be a voice counts once it has lasted."""
        length = FRAME / RATE
        self._silence += length
        self._run = self._run + 1 if voice else 0
        before = round(self._onset / length)
        self._voice.append(self._run >= before)
        if self._run == before:
            silent = round(self._silence / length) - before
            new = before + (silent if self._spoken and silent <= self._closure else 0)
            self._voice[-new:] = [True] * min(new, len(self._voice))
            self._spoken += new * length
        elif self._run > before:
            self._spoken += length
        if self._run >= before:
            self._silence = 0.0

    def _work_out_pace(self) -> float | None:
        from voicecoach.acoustics import nuclei, pitch

        spoken = sum(self._voice) * FRAME / RATE
        if spoken < self._pace_least:
            return None
        samples = self._samples[: len(self._voice) * FRAME]
        centres = np.arange(1 + len(samples) // 160) * 160 // FRAME
        voice = np.array(self._voice)[np.minimum(centres, len(self._voice) - 1)]
        f0, _ = pitch.track(samples, RATE, voice)
        return len(nuclei.nuclei(samples, RATE, f0, voice)) / spoken


def ready() -> None:
    """Load what listens along. Loading it while a microphone is open would keep the callback waiting."""
    from voicecoach.acoustics import nuclei, pitch
    from voicecoach.transcribe import speech_probability

    silence, nothing = np.zeros(RATE // 4, np.int16), np.ones(26, bool)
    speech_probability(silence)
    nuclei.nuclei(silence, RATE, pitch.track(silence, RATE, nothing)[0], nothing)


def speech(samples: NDArray[np.int16], rate: int) -> tuple[Floats, NDArray[np.bool_], float]:
    """Return level (dBFS) and voice of each frame of a sound of shape (samples,), and the seconds of one."""
    meter = Meter(rate, memory=len(samples) / rate + 1)
    meter.add(samples)
    return np.array(meter._levels, np.float32), np.array(meter._voice, bool), FRAME / RATE


def level(samples: NDArray[np.int16]) -> float:
    """Return the level of a sound about its mean, dBFS."""
    return decibels(float(samples.astype(np.float32).std()) / 32768) if len(samples) else QUIETEST


def decibels(amplitude: float) -> float:
    """Return an amplitude (full scale is 1) in dBFS."""
    return max(QUIETEST, 20 * log10(amplitude)) if amplitude > 0 else QUIETEST
