"""Acoustics against references: F0, tone, loudness of loud and normal speech.

    python benchmarks/acoustics.py pitch [FOLDER] [--telephone]
    python benchmarks/acoustics.py tone [FOLDER ...]
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
from voicecoach.acoustics import contours, loudness, pitch
from voicecoach.acoustics.level import level
from voicecoach.pipeline import Coach, Settings, analyse
from voicecoach.transcribe import speech_probability

RATE = 16000
STEP = 0.015  # s, of the reference
HOP = 0.01  # s, of the methods
SOUND = (".wav", ".flac", ".mp3")

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


def compare_tone(arguments: argparse.Namespace) -> None:
    """Tone measures against Praat's and pyloudnorm's: bias and correlation over recordings.

    The folders hold speech, one voice a recording, sampled at 16 kHz or more; the default is the corpora
    pitch (FDA), tone (RAVDESS) and speech. Praat has its defaults for voice reports (75-600 Hz, local jitter
    and shimmer, HNR by cross-correlation, CPPS by a straight line); CPPS is that of the voiced stretches one
    after the other, as for running speech. pyloudnorm gets the whole file, and the stretches of voice one
    after the other. openSMILE would be a third reference, but its licence (audEERING Research License, 2023)
    forbids "using the Software in the creation or use of commercial products", so it is left out.
    """
    missing = [name for name in ("parselmouth", "pyloudnorm") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"needs {' and '.join(missing)}; the head of this program says how to make an environment")
    folders = arguments.folders or [corpora(name) for name in ("pitch", "tone", "speech")]
    rows: dict[str, list[tuple[float, float]]] = {}
    recorded = [
        audio.load(path) for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SOUND
    ]
    recorded = [one for one in recorded if one.original_rate >= RATE and len(one.layout.used) == 1]
    for one in recorded:
        for name, pair in tone(one.samples[one.layout.used[0]]).items():
            rows.setdefault(name, []).append(pair)
    print(f"{len(recorded)} recordings, {sum(one.duration for one in recorded):.0f} s\n")
    print(
        "| measure | recordings | ours | theirs | bias | Pearson | Spearman |\n|---|---|---|---|---|---|---|"
    )
    for name, pairs in rows.items():
        both = np.array([pair for pair in pairs if np.isfinite(pair).all()])
        ranks = both.argsort(axis=0).argsort(axis=0)
        means = both.mean(axis=0)
        cells = [f"{v:.2f}" for v in (*means, means[0] - means[1])]
        cells += [f"{np.corrcoef(v.T)[0, 1]:.3f}" for v in (both, ranks)]
        print(f"| {name} | {len(both)} | {' | '.join(cells)} |")


def tone(samples: NDArray[np.int16]) -> dict[str, tuple[float, float]]:
    """Each measure of tone as we and as others find it."""
    import parselmouth
    import pyloudnorm

    found = contours(samples, RATE, speech_probability(samples))
    voiced = found.voice & ~np.isnan(found.f0)
    whole = samples / 32768
    sound = parselmouth.Sound(whole, RATE)
    track = sound.to_pitch_ac(time_step=HOP, pitch_floor=75, pitch_ceiling=600).selected_array["frequency"]
    ours, theirs = (
        12 * np.log2(np.percentile(f0, (10, 50, 90))) for f0 in (found.f0[voiced], track[track > 0])
    )
    marks = parselmouth.praat.call(sound, "To PointProcess (periodic, cc)", 75, 600)
    harmonicity = sound.to_harmonicity_cc(time_step=HOP, minimum_pitch=75)
    intensity = sound.to_intensity(minimum_pitch=75, time_step=HOP, subtract_mean=True)
    heard = [intensity.get_value(k * HOP) for k in np.flatnonzero(voiced)]
    cepstrogram = parselmouth.praat.call(
        parselmouth.Sound(_joined(whole, voiced), RATE), "To PowerCepstrogram", 60, 0.002, 5000, 50
    )
    prominence = ("no", 0.02, 0.0005, 60, 500, 0.05, "parabolic", 0.001, 0.05, "straight", "robust")
    limits = (0, 0, 0.0001, 0.02, 1.3)
    meter = pyloudnorm.Meter(RATE)
    everywhere = np.ones(len(voiced), bool)
    return {
        "F0 median, semitones over 1 Hz": (ours[1], theirs[1]),
        "F0 spread, semitones": (ours[2] - ours[0], theirs[2] - theirs[0]),
        "level of voiced speech, median, dBFS": (
            float(np.median(found.level[voiced])),
            float(np.nanmedian(heard)) + 20 * np.log10(2e-5),
        ),
        "HNR, mean, dB": (
            float(found.hnr[voiced].mean()),
            parselmouth.praat.call(harmonicity, "Get mean", 0, 0),
        ),
        "CPPS, dB": (found.cpp, parselmouth.praat.call(cepstrogram, "Get CPPS", *prominence)),
        "jitter, %": (100 * found.jitter, 100 * parselmouth.praat.call(marks, "Get jitter (local)", *limits)),
        "shimmer, %": (
            100 * found.shimmer,
            100 * parselmouth.praat.call([sound, marks], "Get shimmer (local)", *limits, 1.6),
        ),
        "loudness of all, LUFS": (
            loudness.integrated(samples, RATE, everywhere),
            meter.integrated_loudness(whole),
        ),
        "loudness of voice, LUFS": (found.loudness, meter.integrated_loudness(_joined(whole, found.voice))),
    }


def _joined(samples: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The samples of the frames in ``mask``, one after the other."""
    return samples[np.repeat(mask, round(HOP * RATE))[: len(samples)]]


def corpora(name: str) -> Path:
    """Folder of a corpus below ``VOICECOACH_CORPORA``."""
    if "VOICECOACH_CORPORA" not in os.environ:
        sys.exit("name the folder, or set VOICECOACH_CORPORA")
    return Path(os.environ["VOICECOACH_CORPORA"]) / name


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parts = parser.add_subparsers(required=True, metavar="PART")
    commands = {"pitch": compare_pitch, "tone": compare_tone, "pairs": compare_pairs, "cost": measure_cost}
    for name, part in commands.items():
        command = parts.add_parser(name, help=(part.__doc__ or "").partition("\n")[0].replace("%", "%%"))
        command.set_defaults(part=part)
        if part is compare_tone:
            command.add_argument("folders", type=Path, nargs="*")
        else:
            command.add_argument("folder", type=Path, nargs="?")
        if part is compare_pitch:
            command.add_argument("--telephone", action="store_true")
        if part is measure_cost:
            command.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    arguments.part(arguments)


if __name__ == "__main__":
    main()
