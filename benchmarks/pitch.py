"""F0 methods against a laryngograph: gross errors, voicing errors, time.

    python benchmarks/pitch.py "$VOICECOACH_CORPORA/pitch" [--telephone]

The folder holds recordings NAME.wav with the F0 of a laryngograph in NAME.f0ref: value k, one a line, is that
at k x 15 ms, 0 where unvoiced (the FDA database of CSTR, Bagshaw 1993, is laid out so). Each method gives a
value each 10 ms; the nearest in time is compared. A gross error is off by more than 20 %, as a share of the
values that are voiced in both; a voicing error is a value voiced in one only, as a share of all. Time is
processor time for a minute of sound, all recordings in a row, after a first run that is not counted.
``--telephone`` passes everything through 300-3400 Hz first.

Methods whose package is missing are left out: swift-f0 and librosa are in the extra ``bench``; pyworld and
praat-parselmouth (GPL, a yardstick only, never a dependency) are looked for wherever Python finds them.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicecoach import audio
from voicecoach.acoustics import pitch
from voicecoach.acoustics.level import level

RATE = 16000
STEP = 0.015  # s, of the reference
HOP = 0.01  # s, of the methods

Track = NDArray[np.floating[Any]]  # Hz each 10 ms, 0 where unvoiced
Method = Callable[[NDArray[np.float32]], Track]


def voicecoach(samples: NDArray[np.float32]) -> Track:
    """What the product does."""
    everywhere = np.ones(1 + len(samples) // round(HOP * RATE), bool)
    return np.nan_to_num(pitch.track(samples, RATE, everywhere)[0])


def swift_f0() -> Method:
    """SwiftF0, a small neural network (MIT), on one thread."""
    from swift_f0 import SwiftF0

    detector = SwiftF0(threads=1, spin=False)

    def track(samples: NDArray[np.float32]) -> Track:
        found = detector.detect(samples, RATE, fmin=60, fmax=500)
        return _nearest(found.timestamps, np.where(found.confidence >= 0.5, found.pitch_hz, 0), len(samples))

    return track


def librosa_yin() -> Method:
    """YIN, voiced where the level is within 30 dB of the loudest, then a median of five."""
    import librosa

    def track(samples: NDArray[np.float32]) -> Track:
        f0 = librosa.yin(samples, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=160)
        decibels = level(samples, RATE)[: len(f0)]
        voiced = (decibels > decibels.max() - 30) & (f0 < 499)
        smooth = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(f0, 2, mode="edge"), 5), axis=1)
        return np.where(voiced, smooth, 0)

    return track


def librosa_pyin() -> Method:
    """Probabilistic YIN."""
    import librosa

    def track(samples: NDArray[np.float32]) -> Track:
        return np.nan_to_num(
            librosa.pyin(samples, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=160)[0]
        )

    return track


def pyworld_dio() -> Method:
    """DIO with StoneMask."""
    import pyworld

    def track(samples: NDArray[np.float32]) -> Track:
        double = samples.astype(np.float64)
        f0, times = pyworld.dio(double, RATE, f0_floor=60, f0_ceil=500, frame_period=1000 * HOP)
        return np.asarray(pyworld.stonemask(double, f0, times, RATE))

    return track


def praat(low: float, high: float) -> Callable[[], Method]:
    """Praat's autocorrelation between two frequencies, all else at its defaults."""

    def make() -> Method:
        import parselmouth

        def track(samples: NDArray[np.float32]) -> Track:
            sound = parselmouth.Sound(samples.astype(np.float64), RATE)
            found = sound.to_pitch_ac(time_step=HOP, pitch_floor=low, pitch_ceiling=high)
            return _nearest(found.xs(), found.selected_array["frequency"], len(samples))

        return track

    return make


METHODS: dict[str, tuple[str, Callable[[], Method]]] = {
    "voicecoach": ("numpy", lambda: voicecoach),
    "swift-f0": ("swift_f0", swift_f0),
    "librosa.yin + gate": ("librosa", librosa_yin),
    "librosa.pyin": ("librosa", librosa_pyin),
    "pyworld dio": ("pyworld", pyworld_dio),
    "Praat 60-400 Hz": ("parselmouth", praat(60, 400)),
    "Praat 75-600 Hz": ("parselmouth", praat(75, 600)),
}


def _nearest(times: Track, hertz: Track, samples: int) -> Track:
    wanted = np.arange(1 + samples // round(HOP * RATE)) * HOP
    step = times[1] - times[0]
    at = np.round((wanted - times[0]) / step).astype(int)
    return np.where((at >= 0) & (at < len(hertz)), hertz[np.clip(at, 0, len(hertz) - 1)], 0)


def telephone(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples as a telephone line passes them, 300-3400 Hz with soft edges."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((hertz - 200) / 200, 0, 1) * np.clip((3800 - hertz) / 600, 0, 1)
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def recordings(folder: Path) -> list[tuple[NDArray[np.float32], Track]]:
    """Each recording with its reference."""
    found = []
    for path in sorted(folder.glob("*.wav")):
        loaded = audio.load(path)
        found.append((loaded.channel(0), np.loadtxt(path.with_suffix(".f0ref"))))
    if not found:
        sys.exit(f"{folder}: no NAME.wav with NAME.f0ref")
    return found


def errors(method: Method, items: list[tuple[NDArray[np.float32], Track]]) -> tuple[float, float, float]:
    """Gross errors and voicing errors in per cent, and seconds a minute."""
    gross = both = wrong = values = 0
    for samples, reference in items:
        track = method(samples)
        at = np.minimum(np.round(np.arange(len(reference)) * STEP / HOP).astype(int), len(track) - 1)
        found = track[at]
        agreed = (found > 0) & (reference > 0)
        values += len(reference)
        wrong += int(((found > 0) != (reference > 0)).sum())
        both += int(agreed.sum())
        gross += int((np.abs(found[agreed] / reference[agreed] - 1) > 0.2).sum())
    row = np.concatenate([samples for samples, _ in items])
    begun = time.process_time()
    method(row)
    seconds = (time.process_time() - begun) / len(row) * RATE * 60
    return 100 * gross / both, 100 * wrong / values, seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--telephone", action="store_true")
    arguments = parser.parse_args()
    items = recordings(arguments.folder)
    if arguments.telephone:
        items = [(telephone(samples), reference) for samples, reference in items]
    total = sum(len(samples) for samples, _ in items) / RATE
    print(f"{len(items)} recordings, {total:.0f} s{', 300-3400 Hz' if arguments.telephone else ''}\n")
    print("| method | gross errors | voicing errors | s a minute |\n|---|---|---|---|")
    for name, (package, make) in METHODS.items():
        if importlib.util.find_spec(package) is None:
            print(f"| {name} | ({package} is not installed) | | |")
        else:
            gross, wrong, cost = errors(make(), items)
            print(f"| {name} | {gross:.2f} % | {wrong:.2f} % | {cost:.2f} |", flush=True)


if __name__ == "__main__":
    main()
