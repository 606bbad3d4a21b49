"""Filled pauses placed in read speech: how many are heard, and how many are heard where there are none.

    python benchmarks/fillers.py CORPORA [--fillers FOLDER]

CORPORA holds speech/*.wav|flac (read speech; the language is the name of the file) and, where there are,
pitch/*.wav (FDA; one speaker for each first two letters) and tone/*.wav (RAVDESS; the speaker is the last
part of the name). Fillers are made here (pulses through the resonances of a mouth of several lengths), by
espeak-ng and flite where these are on the PATH, and are taken from FOLDER (WAV, 16 bit, mono, 16 kHz,
SOURCE-ANYTHING.wav), such as recorded ones. Each is placed in a pause or, where speech is softest nearby,
between two sounds of a clause, half of these without any silence around, 0 to 10 dB softer than the loud
parts of the speech, about one in four seconds, 0.2 to 0.75 s long. Everything goes through the whole
analysis. A filler is heard where a filler event shares 0.05 s with it. Each recording is a file of its own.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import wave
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicecoach import audio, pipeline
from voicecoach.acoustics import contours, voice
from voicecoach.transcribe import speech_probability
from voicecoach.types import Contours, Event

RATE = 16000
RECALL, INVENTED = 0.7, 0.5  # the bounds: share heard, events a minute where there are none
VOWELS = {"uh": (640, 1190, 2390), "er": (500, 1500, 2500), "eh": (530, 1840, 2480), "mm": (250, 1100, 2200)}
SAID = {"um": "[[V:m]]", "uh": "[[V:]]", "er": "[[3:]]", "mm": "[[m:m:]]", "eh": "[[e:]]"}  # for espeak-ng

Signal = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """A filler in a recording, in seconds."""

    start: float
    end: float
    source: str
    place: str


def made(rng: np.random.Generator, f0: float) -> Signal:
    """A filler of pulses and resonances, its pitch falling by half to two semitones; some end in a nasal."""
    kind, seconds, tract = str(rng.choice(list(VOWELS))), rng.uniform(0.2, 0.7), rng.uniform(0.9, 1.2)
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = f0 * 2 ** ((rng.uniform(-2, 0.5) - rng.uniform(0.5, 2) * time / seconds) / 12)
    phase = np.cumsum(pitch) / RATE
    pulses = np.zeros(len(time))
    at = np.flatnonzero(np.diff(np.floor(phase)) > 0)
    shake = np.round(rng.normal(0, 0.005 * RATE / f0, len(at))).astype(int)
    pulses[np.clip(at + shake, 0, len(time) - 1)] = 1 + 0.05 * rng.standard_normal(len(at))
    sound = resonant(pulses, VOWELS[kind], tract)
    if kind in ("uh", "er") and rng.uniform() < 0.5:
        nasal = np.clip((time - rng.uniform(0.4, 0.7) * seconds) / 0.05, 0, 1)
        sound = sound * (1 - nasal) + 0.6 * resonant(pulses, VOWELS["mm"], tract) * nasal
    return sound * np.minimum(1, np.minimum(time / 0.03, (seconds - time) / 0.06))


def resonant(pulses: Signal, formants: tuple[int, int, int], tract: float) -> Signal:
    """Pulses through three resonances, falling by 6 dB an octave from 300 Hz on, RMS 1."""
    hertz = np.fft.rfftfreq(2 * len(pulses), 1 / RATE)
    gain = 1 / (1 + 1j * hertz / 300)
    for formant in (tract * f for f in formants):
        gain = gain * formant**2 / (formant**2 - hertz**2 + 1j * 100 * hertz)
    sound = np.fft.irfft(np.fft.rfft(pulses, 2 * len(pulses)) * gain)[: len(pulses)]
    return np.asarray(sound / sound.std())


def spoken(folder: Path) -> dict[str, list[Signal]]:
    """Fillers of the synthesisers on the PATH, by source."""
    found: dict[str, list[Signal]] = defaultdict(list)
    path = str(folder / "one.wav")
    commands: list[tuple[str, list[str]]] = []
    if espeak := shutil.which("espeak-ng"):
        for voice_name in ("en-us+f3", "en-gb", "en-us+m2", "es", "ru+f2"):
            for text in SAID.values():
                commands += [
                    ("espeak", [espeak, "-v", voice_name, "-s", s, "-w", path, text]) for s in ("100", "150")
                ]
    if flite := shutil.which("flite"):
        for voice_name in ("awb", "rms", "slt", "kal"):
            for text in ("um.", "uh.", "err.", "mm."):
                stretched = ["--setf", "duration_stretch=1.4"]
                commands.append(("flite", [flite, "-voice", voice_name, *stretched, "-t", text, "-o", path]))
    for source, command in commands:
        subprocess.run(command, check=True, capture_output=True)
        if len(sound := read(Path(path))):
            found[source].append(sound)
    return found


def read(path: Path) -> Signal:
    """A short WAV at ``RATE``, cut to where it is heard."""
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return resampled(samples[loud[0] : loud[-1] + 1], rate / RATE) if len(loud) else samples[:0]


def resampled(samples: Signal, ratio: float) -> Signal:
    """``ratio`` times faster; the pitch rises with it."""
    return np.asarray(
        np.interp(np.arange(int(len(samples) / ratio)) * ratio, np.arange(len(samples)), samples)
    )


def speeches(corpora: Path) -> Iterator[tuple[str, Signal, str]]:
    """Yield the speaker, samples and language of each recording."""
    for path in sorted(
        [*corpora.glob("speech/*"), *corpora.glob("pitch/*.wav"), *corpora.glob("tone/*.wav")]
    ):
        if path.suffix not in (".wav", ".flac"):
            continue
        kind = path.parent.name
        name = {"speech": path.stem, "pitch": path.stem[:2], "tone": path.stem[-2:]}[kind]
        language = name if kind == "speech" and len(name) == 2 else "en"
        samples = audio.load(path).channel(0).astype(np.float64)
        scale = 1.0 if kind == "speech" else 0.05 / np.sqrt(np.mean(samples**2))  # as loud as each other
        yield f"{kind}/{name}", scale * samples, language


def loudness(samples: Signal) -> float:
    """RMS of the loud parts."""
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    return float(np.sqrt(np.percentile((frames**2).mean(axis=1), 80)))


def place(
    samples: Signal, heard: Contours, pick: Callable[[], tuple[str, Signal]], rng: np.random.Generator
) -> tuple[Signal, list[Placed]]:
    """Speech with fillers in it, and where they are."""
    gaps = [
        (a + b) / 200 for a, b in voice.runs(~heard.voice) if b - a >= 12 and a > 0 and b < len(heard.voice)
    ]
    hush = 10 ** (float(np.percentile(heard.level, 3)) / 20)
    pieces: list[Signal] = []
    found: list[Placed] = []
    at, length, wanted = 0, 0, rng.uniform(0.4, 2.0)
    while wanted < len(samples) / RATE - 0.4:
        near = [g for g in gaps if abs(g - wanted) < 1.5 and g * RATE > at]
        kind = "in a pause" if near and rng.uniform() < 0.5 else "in a clause"
        first = max(round(wanted * 100) - 40, 0)
        softest = (first + int(np.argmin(heard.level[first : first + 80]))) / 100
        moment = near[0] if kind == "in a pause" else softest
        cut = round(moment * RATE)
        wanted = max(moment, wanted) + rng.uniform(3, 5)
        if cut <= at:
            continue
        source, filler = pick()
        filler = filler / loudness(filler) * loudness(samples) * 10 ** (-rng.uniform(0, 10) / 20)
        joined = kind == "in a clause" and rng.uniform() < 0.5
        before, after = (
            hush * rng.standard_normal(0 if joined else round(rng.uniform(0.05, 0.5) * RATE))
            for _ in range(2)
        )
        pieces += [samples[at:cut], before, filler, after]
        start = length + cut - at + len(before)
        kind = "joined on both sides" if joined else kind
        found.append(Placed(start / RATE, (start + len(filler)) / RATE, source, kind))
        length, at = start + len(filler) + len(after), cut
    return np.concatenate([*pieces, samples[at:]]), found


def telephone(samples: Signal) -> Signal:
    """300-3400 Hz with soft edges, then 8 bits of mu-law."""
    spectrum, hertz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((hertz - 200) / 200, 0, 1) * np.clip((3800 - hertz) / 600, 0, 1)
    narrow = np.clip(np.fft.irfft(spectrum, len(samples)), -1, 1)
    steps = np.round(127 * np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)) / 127
    return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255)


def analysed(samples: Signal, language: str, coach: dict[str, pipeline.Coach], folder: Path) -> list[Event]:
    """The filler events of the whole analysis."""
    path = folder / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes())
    if language not in coach:
        settings = pipeline.Settings(language=language, channels="agent=mono")
        coach[language] = pipeline.Coach.ready(settings)
    return [e for e in pipeline.analyse(path, coach=coach[language]).events if e.kind == "filler"]


def shared(event: Event, one: Placed) -> bool:
    """Whether an event is the filler that was placed."""
    return min(event.end, one.end) - max(event.start, one.start) >= 0.05


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--fillers", type=Path, help="folder of fillers as WAV files, SOURCE-ANYTHING.wav")
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    hits: Counter[tuple[str, str]] = Counter()
    wanted: Counter[tuple[str, str]] = Counter()
    extra: Counter[tuple[str, str]] = Counter()
    minutes: dict[tuple[str, str], float] = defaultdict(float)
    coach: dict[str, pipeline.Coach] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bank = spoken(folder)
        for path in sorted(arguments.fillers.glob("*.wav")) if arguments.fillers else ():
            bank[path.stem.partition("-")[0]].append(read(path))
        for title, samples, language in speeches(arguments.corpora):
            whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
            heard = contours(whole, RATE, speech_probability(whole))
            f0 = float(np.nanmedian(heard.f0))

            def pick(f0: float = f0) -> tuple[str, Signal]:
                while True:
                    source = str(rng.choice(["made", *bank]))
                    one = made(rng, f0) if source == "made" else bank[source][rng.integers(len(bank[source]))]
                    one = one if source == "made" else resampled(one, rng.uniform(0.85, 1.15))
                    if 0.2 <= len(one) / RATE <= 0.75:
                        return source, one

            for band, worse in (("wide", None), ("telephone", telephone)):
                mixed, placed = place(samples, heard, pick, rng)
                for sound, truth in ((samples, []), (mixed, placed)):
                    events = analysed(worse(sound) if worse else sound, language, coach, folder)
                    where = title if sound is samples else "beside fillers"
                    minutes[band, where] += len(sound) / RATE / 60
                    extra[band, where] += sum(not any(shared(e, one) for one in truth) for e in events)
                    for one in truth:
                        found = any(shared(e, one) for e in events)
                        length = f"{max(np.floor(10 * (one.end - one.start)) / 10, 0.2):.1f} s and more"
                        for key in (one.source, one.place, length, title, "all"):
                            wanted[band, key] += 1
                            hits[band, key] += found
    report(hits, wanted, extra, minutes)


def report(
    hits: Counter[tuple[str, str]],
    wanted: Counter[tuple[str, str]],
    extra: Counter[tuple[str, str]],
    minutes: dict[tuple[str, str], float],
) -> None:
    """Print recall by what was placed and false alarms by recording, with the bounds."""
    print("\n| fillers | wide band | telephone |\n|---|---|---|")
    for key in sorted({key for _, key in wanted}):
        shares = [f"{hits[b, key]} of {wanted[b, key]}" for b in ("wide", "telephone")]
        print(f"| {key} | {' | '.join(shares)} |")
    print("\n| read speech without fillers | minutes | wide band | telephone |\n|---|---|---|---|")
    for title in sorted(title for band, title in minutes if band == "wide"):
        events = [str(extra[band, title]) for band in ("wide", "telephone")]
        print(f"| {title} | {minutes['wide', title]:.2f} | {' | '.join(events)} |")
    for band in ("wide", "telephone"):
        recall = hits[band, "all"] / max(wanted[band, "all"], 1)
        count = sum(v for (b, _), v in extra.items() if b == band)
        rate = count / sum(v for (b, _), v in minutes.items() if b == band)
        kept = ("kept" if recall >= RECALL else "MISSED", "kept" if rate <= INVENTED else "MISSED")
        print(f"{band}: recall {recall:.2f}, bound {RECALL} {kept[0]}", end="; ")
        print(f"{rate:.2f} heard a minute without any, bound {INVENTED} {kept[1]}")


if __name__ == "__main__":
    main()
