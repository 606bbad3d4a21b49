"""Voice activity against truth: speech missed, voice that is none, edges, pauses.

    python benchmarks/voice.py samples [--music FOLDER]

The folder holds practice calls with their truth in NAME.yaml, as in samples/. The truth of a frame comes
from the clean recording: within an utterance, at most 35 dB below its loud parts, gaps under 0.12 s
closed. Each channel is then made worse in several ways and the voice activity compared with that truth:
share of speech frames missed, share of other frames called voice, median and 90th percentile of the
distance of edges at pauses, pauses of 0.25 s and more found with their length within 0.1 s, pauses found
that are none. Sounds without speech should give no voice at all; ``--music`` adds a folder of recordings
without speech, such as hold music (Debian: asterisk-moh-opsound-wav).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from voicecoach import audio
from voicecoach.acoustics import contours, voice
from voicecoach.acoustics.level import level
from voicecoach.transcribe import speech_probability

RATE = 16000
RANDOM = np.random.default_rng(0)

Signal = NDArray[np.float64]
Mask = NDArray[np.bool_]


def white(size: int) -> Signal:
    """White noise of RMS 1."""
    return RANDOM.standard_normal(size)


def pink(size: int) -> Signal:
    """Pink noise of RMS 1."""
    spectrum = np.fft.rfft(white(size)) / np.sqrt(np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20))
    found = np.fft.irfft(spectrum, size)
    return np.asarray(found / found.std())


def tones(size: int, *hertz: float) -> Signal:
    """Sines of amplitude 1, added."""
    time = np.arange(size) / RATE
    return np.asarray(sum(np.sin(2 * np.pi * f * time) for f in hertz))


def telephone(samples: Signal) -> Signal:
    """300-3400 Hz with soft edges, then 8 bits of mu-law."""
    spectrum, hertz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((hertz - 200) / 200, 0, 1) * np.clip((3800 - hertz) / 600, 0, 1)
    narrow = np.fft.irfft(spectrum, len(samples))
    steps = np.round(127 * np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)) / 127
    return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255)


# name -> what is done to a clean signal whose loud parts have the given RMS
WORSE: dict[str, Callable[[Signal, float], Signal]] = {
    "clean": lambda x, loud: x,
    "telephone": lambda x, loud: telephone(x),
    "telephone, noise at 30 dB": lambda x, loud: telephone(x + loud * 10**-1.5 * white(len(x))),
    "telephone, noise at 20 dB": lambda x, loud: telephone(x + loud * 0.1 * white(len(x))),
    "white noise at 20 dB": lambda x, loud: x + loud * 0.1 * white(len(x)),
    "pink noise at 15 dB": lambda x, loud: x + loud * 10**-0.75 * pink(len(x)),
    "hum at 20 dB": lambda x, loud: x + loud * 0.1 * tones(len(x), 50, 150),
    "34 dB too soft": lambda x, loud: x * 0.02,
}

SIZE = 30 * RATE
EMPTY: dict[str, Callable[[], Signal]] = {
    "silence": lambda: np.zeros(SIZE),
    "white noise": lambda: 0.05 * white(SIZE),
    "pink noise": lambda: 0.05 * pink(SIZE),
    "dial tone": lambda: 0.1 * tones(SIZE, 350, 440),
    "ringing": lambda: 0.1 * tones(SIZE, 440, 480) * (np.arange(SIZE) / RATE % 6 < 2),
    "engaged": lambda: 0.1 * tones(SIZE, 480, 620) * (np.arange(SIZE) / RATE % 1 < 0.5),
    "hum": lambda: 0.05 * tones(SIZE, 50, 150),
}


def detect(samples: Signal) -> Mask:
    """Voice activity as the product finds it."""
    whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    return contours(whole, RATE, speech_probability(whole)).voice


def clean(folder: Path) -> list[tuple[Signal, Mask, float]]:
    """Each channel of the practice calls without bleed: samples, truth, RMS of its loud parts."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        truth = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "channels" not in truth or truth["bleed"] is not None or truth["rate"] != RATE:
            continue
        loaded = audio.load(folder / truth["file"])
        for index, speaker in enumerate(truth["channels"]):
            samples = loaded.channel(index).astype(np.float64)
            decibels = level(samples.astype(np.float32), RATE, window=0.02)
            said = np.zeros(len(decibels), bool)
            for turn in truth["turns"]:
                for part in turn["utterances"] if turn["speaker"] == speaker else ():
                    said[round(part["start"] * 100) : round(part["end"] * 100) + 1] = True
            loud = float(np.percentile(decibels[said], 95))
            mask = said & (decibels > loud - 35)
            for first, end in voice.runs(~mask):
                if end - first < 12:
                    mask[first:end] = True
            found.append((samples, mask, 10 ** (loud / 20)))
    return found


def pauses(mask: Mask) -> list[tuple[int, int]]:
    """Gaps of 0.25 s and more between speech."""
    return [(a, b) for a, b in voice.runs(~mask) if b - a >= 25 and a > 0 and b < len(mask)]


def row(pairs: list[tuple[Mask, Mask]]) -> str:
    """What the table says of pairs of truth and finding."""
    speech, other = (
        sum(int(m.sum()) for m in side) for side in ([t for t, _ in pairs], [~t for t, _ in pairs])
    )
    missed = sum(int((truth & ~found).sum()) for truth, found in pairs)
    false = sum(int((found & ~truth).sum()) for truth, found in pairs)
    distance: list[int] = []
    hits = wanted = extra = 0
    for truth, found in pairs:
        runs, theirs = voice.runs(found), pauses(found)
        for start, end in pauses(truth):
            distance += [min(abs(b - start) for _, b in runs), min(abs(a - end) for a, _ in runs)]
            wanted += 1
            long = end - start
            hits += any(min(end, b) - max(start, a) > long / 2 and abs(b - a - long) <= 10 for a, b in theirs)
        extra += sum(all(min(end, b) <= max(start, a) for start, end in pauses(truth)) for a, b in theirs)
    middle, most = (10 * np.percentile(distance, q) for q in (50, 90))
    shares = f"{100 * missed / speech:.1f} % | {100 * false / other:.1f} %"
    return f"{shares} | {middle:.0f} / {most:.0f} ms | {hits} of {wanted} | {extra}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--music", type=Path)
    arguments = parser.parse_args()
    channels = clean(arguments.folder)
    print("| recording | missed | false | edges, median / 90 % | pauses found | extra |")
    print("|---|---|---|---|---|---|")
    for name, spoil in WORSE.items():
        pairs = [(truth, detect(spoil(samples, loud))) for samples, truth, loud in channels]
        print(f"| {name} | {row(pairs)} |", flush=True)
    print("\n| without speech | voice |\n|---|---|")
    for name, make in EMPTY.items():
        print(f"| {name} | {detect(make()).sum() / 100:.2f} s of {SIZE / RATE:.0f} |")
    for path in sorted(arguments.music.rglob("*.wav")) if arguments.music else ():
        samples = audio.load(path).channel(0, end=120.0).astype(np.float64)
        print(f"| {path.name} | {detect(samples).sum() / 100:.2f} s of {len(samples) / RATE:.0f} |")


if __name__ == "__main__":
    main()
