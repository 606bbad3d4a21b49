"""Acoustics against references: F0, tone, loudness of loud and normal speech.

    python benchmarks/acoustics.py pitch [FOLDER] [--telephone]
    python benchmarks/acoustics.py pairs [FOLDER]
    python benchmarks/acoustics.py cost [FOLDER] [--memory]

Folders default to those in ``VOICECOACH_CORPORA``. What each part needs and prints is said at its function.
Yardsticks whose package is missing are left out: swift-f0 and librosa are in the extra ``bench``; pyworld and
praat-parselmouth (GPL, never a dependency) are looked for wherever Python finds them. To make them a place:

    python -m venv PITCH && PITCH/bin/pip install praat-parselmouth pyworld
    PYTHONPATH=.:SITE-PACKAGES-OF-VOICECOACH PITCH/bin/python benchmarks/acoustics.py ...
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from cost import measure_cost
from numpy.typing import NDArray

from voicecoach import audio
from voicecoach.acoustics import contours, pitch
from voicecoach.acoustics.level import level
from voicecoach.pipeline import Coach, Settings, analyse
from voicecoach.transcribe import speech_probability

RATE = 16000
STEP = 0.015  # s, of the reference
HOP = 0.01  # s, of the methods

Track = NDArray[np.floating[Any]]  # Hz each 10 ms, 0 where unvoiced
Method = Callable[[NDArray[np.float32]], Track]


def tracker(samples: NDArray[np.float32]) -> Track:
    """Our tracker alone, everywhere."""
    everywhere = np.ones(1 + len(samples) // round(HOP * RATE), bool)
    return np.nan_to_num(pitch.track(samples, RATE, everywhere)[0])


def product(samples: NDArray[np.float32]) -> Track:
    """Our contours: the speech detector decides where to look."""
    return np.nan_to_num(contours(samples, RATE, speech_probability(samples)).f0)


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
    "voicecoach, tracker": ("numpy", lambda: tracker),
    "voicecoach, contours": ("numpy", lambda: product),
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


def compare_pitch(arguments: argparse.Namespace) -> None:
    """F0 methods against a laryngograph: gross errors, voicing errors, time.

    The folder holds recordings NAME.wav with the F0 of a laryngograph in NAME.f0ref: value k, one a line, is
    that at k x 15 ms, 0 where unvoiced (the FDA database of CSTR, Bagshaw 1993, is laid out so). Each method
    gives a value each 10 ms; the nearest in time is compared. A gross error is off by more than 20 %, as a
    share of the values that are voiced in both; a voicing error is a value voiced in one only, as a share of
    all. Time is processor time for a minute of sound, all recordings in a row, after a first run that is not
    counted. ``--telephone`` passes everything through 300-3400 Hz first.
    """
    items = recordings(arguments.folder or corpora("pitch"))
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


def compare_pairs(arguments: argparse.Namespace) -> None:
    """Whether the same words said with strong intensity are louder than at normal intensity.

    Through the whole analysis. The folder holds acted speech named as RAVDESS is (Livingstone and Russo
    2018): seven numbers, of which the fourth is the intensity, 01 normal or 02 strong; files that differ
    only there are a pair.
    """
    ready = Coach.ready(Settings(language="en"))
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for path in sorted((arguments.folder or corpora("tone")).glob("*-*-*-*-*-*-*.wav")):
        part = path.stem.split("-")
        measures = {m.id: m.value for m in analyse(path, coach=ready).measures}
        found.setdefault("-".join((*part[:3], "xx", *part[4:])), {})[part[3]] = measures
    pairs = {name: both for name, both in found.items() if len(both) == 2}
    if not pairs:
        sys.exit("no pairs of files that differ in the fourth number")
    print("emotion 02 is calm: strong calm is meant to be calmer\n")
    shown = ("loudness.level", "pitch.median", "pitch.spread")
    print("| pair | " + " | ".join(shown) + " |\n|---|" + "---|" * len(shown))
    louder = {}
    for name, both in pairs.items():
        values = [(both["01"][m], both["02"][m]) for m in shown]
        cells = ["-" if a is None or b is None else f"{a:.1f} -> {b:.1f}" for a, b in values]
        normal, strong = values[0]
        louder[name] = normal is not None and strong is not None and strong > normal
        print(f"| {name} | " + " | ".join(cells) + " |")
    for what, some in (
        ("", louder),
        (", calm left out", {n: v for n, v in louder.items() if n[6:8] != "02"}),
    ):
        share = 100 * sum(some.values()) / max(len(some), 1)
        kept = "kept" if share >= 95 else "MISSED"
        print(
            f"strong is louder: {sum(some.values())} of {len(some)}{what}, {share:.0f} %  bound 95 %  {kept}"
        )


def corpora(name: str) -> Path:
    """Folder of a corpus below ``VOICECOACH_CORPORA``."""
    if "VOICECOACH_CORPORA" not in os.environ:
        sys.exit("name the folder, or set VOICECOACH_CORPORA")
    return Path(os.environ["VOICECOACH_CORPORA"]) / name


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parts = parser.add_subparsers(required=True, metavar="PART")
    for name, part in (("pitch", compare_pitch), ("pairs", compare_pairs), ("cost", measure_cost)):
        command = parts.add_parser(name, help=(part.__doc__ or "").partition("\n")[0].replace("%", "%%"))
        command.add_argument("folder", type=Path, nargs="?")
        command.set_defaults(part=part)
        if part is compare_pitch:
            command.add_argument("--telephone", action="store_true")
        if part is measure_cost:
            command.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    arguments.part(arguments)


if __name__ == "__main__":
    main()
