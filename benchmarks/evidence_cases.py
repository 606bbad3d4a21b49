"""Recordings for ``evidence.py``: speech with its text, sounds without speech, and what is made of both.

Signals are float64 in -1..1 at 16 kHz, shape (samples,). Nothing is drawn by chance that would differ in a
second run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from voicecoach import audio
from voicecoach.acoustics import voice
from voicecoach.acoustics.level import level

RATE = 16000
SAMPLES = Path(__file__).parents[1] / "samples"

Signal = NDArray[np.float64]
Spans = tuple[tuple[float, float], ...]


# --- sounds -------------------------------------------------------------------------------------------------


def white(size: int, seed: int = 0) -> Signal:
    """White noise of RMS 1, the same each time."""
    return np.random.default_rng((size, seed)).standard_normal(size)


def pink(size: int) -> Signal:
    """Pink noise of RMS 1."""
    spectrum = np.fft.rfft(white(size)) / np.sqrt(np.maximum(np.fft.rfftfreq(size, 1 / RATE), 20))
    found = np.fft.irfft(spectrum, size)
    return np.asarray(found / found.std())


def tones(size: int, *hertz: float) -> Signal:
    """Sines of amplitude 1, added."""
    at = np.arange(size) / RATE
    return np.asarray(sum(np.sin(2 * np.pi * f * at) for f in hertz))


def gated(found: Signal, on: float, off: float) -> Signal:
    """A sound that is on and off in turn, seconds."""
    return found * (np.arange(len(found)) / RATE % (on + off) < on)


def dialled(size: int) -> Signal:
    """DTMF digits, 0.1 s each, 0.1 s apart."""
    at = np.arange(size) / RATE
    digit = np.random.default_rng(size).integers(0, 12, int(at[-1] / 0.2) + 1)[(at / 0.2).astype(int)]
    rows, columns = np.array([697.0, 770, 852, 941]), np.array([1209.0, 1336, 1477])
    pair = np.sin(2 * np.pi * rows[digit // 3] * at) + np.sin(2 * np.pi * columns[digit % 3] * at)
    return gated(pair, 0.1, 0.1)


def keys(size: int) -> Signal:
    """Clicks of a keyboard, six a second, each 8 ms of decaying noise."""
    found = 0.002 * white(size)
    click = np.exp(-np.arange(400) / 60)
    for start in np.random.default_rng(size).integers(0, size - 400, size * 6 // RATE):
        found[start : start + 400] += 4 * click * white(400)
    return found


# name -> sound of about RMS 1, to be put beside speech at a level
NOTHING: dict[str, Callable[[int], Signal]] = {
    "silence": np.zeros,
    "comfort noise": lambda size: 0.01 * white(size),
    "white noise": white,
    "pink noise": pink,
    "dial tone": lambda size: tones(size, 350, 440),
    "ringback": lambda size: gated(tones(size, 440, 480), 2, 4),
    "ringback 425": lambda size: gated(tones(size, 425), 1, 4),
    "busy": lambda size: gated(tones(size, 480, 620), 0.5, 0.5),
    "DTMF": dialled,
    "fax": lambda size: gated(tones(size, 1100), 0.5, 3) + 0.3 * tones(size, 2100),
    "hum": lambda size: tones(size, 50) + 0.5 * tones(size, 150) + 0.3 * tones(size, 250),
    "keyboard": keys,
}


def narrow(samples: Signal) -> Signal:
    """300-3400 Hz with soft edges."""
    spectrum, hertz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((hertz - 200) / 200, 0, 1) * np.clip((3800 - hertz) / 600, 0, 1)
    return np.fft.irfft(spectrum, len(samples))


def mulaw(samples: Signal) -> Signal:
    """As 8 bits of mu-law keep it (ITU-T G.711)."""
    clipped = np.clip(samples, -1, 1)
    steps = np.round(127 * np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log(256)) / 127
    return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255)


def telephone(samples: Signal) -> Signal:
    """A telephone line at 16 kHz; written as a file it has 8 kHz."""
    return mulaw(narrow(samples))


def loud(samples: Signal) -> float:
    """RMS of the loud parts."""
    return float(10 ** (np.percentile(level(samples.astype(np.float32), RATE), 90) / 20))


# name -> what a line does to speech; noise relative to the loud parts of the speech
LINES: dict[str, Callable[[Signal], Signal]] = {
    "clean": lambda x: x,
    "telephone": telephone,
    "white noise at 20 dB": lambda x: x + 0.1 * loud(x) * white(len(x)),
    "white noise at 10 dB": lambda x: x + 10**-0.5 * loud(x) * white(len(x)),
    "pink noise at 10 dB": lambda x: x + 10**-0.5 * loud(x) * pink(len(x)),
    "telephone, noise at 15 dB": lambda x: telephone(x + 10**-0.75 * loud(x) * white(len(x))),
    "hum at 10 dB": lambda x: x + 10**-0.5 * loud(x) * tones(len(x), 50, 150),
    "30 dB too soft": lambda x: x * 10**-1.5,
}


# --- speech with its text -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """Speech with its exact text."""

    name: str
    samples: Signal
    text: str
    language: str


@dataclass(frozen=True)
class Case:
    """A recording to be analysed: channels, their text and the stretches in which nobody speaks."""

    condition: str
    name: str
    channels: tuple[Signal, ...]
    texts: tuple[str, ...] = ("",)
    language: str | None = None
    empty: tuple[Spans, ...] = ((),)
    rate: int = RATE
    roles: str | None = None
    sounds: tuple[str, ...] = ()  # what is heard in the stretches of the first channel


def read(path: Path) -> Signal:
    """The first channel of a file at 16 kHz, -1..1."""
    return audio.load(path).channel(0).astype(np.float64)


def corpora(folder: Path) -> Iterator[Said]:
    """Read speech with text beside it."""
    for path in sorted((folder / "speech").glob("*.wav")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8-sig").split("\t")[-1]
        yield Said(path.stem, read(path), text, path.stem[:2])


def prompts(folder: Path, text: Path, seconds: float = 45) -> Iterator[Said]:
    """Telephone prompts of at least eight words strung together, two lots."""
    listed = gzip.decompress(text.read_bytes()).decode("utf-8").splitlines()
    pairs = [line.split(": ", 1) for line in listed if ": " in line and not re.search(r"[\[(<]", line)]
    found: list[tuple[Signal, str]] = []
    for name, said in pairs:
        if (folder / f"{name}.wav").exists() and len(said.split()) >= 8:
            found.append((read(folder / f"{name}.wav"), said))
    gap = np.zeros(RATE // 2)
    for lot in (0, 1):
        pieces, words = [gap], []
        for samples, said in found[lot::2]:
            if sum(map(len, pieces)) < seconds * RATE:
                pieces += [samples, gap]
                words.append(said)
        yield Said(f"prompts{lot + 1}", np.concatenate(pieces), " ".join(words), "en")


def spoken(folder: Path) -> Mapping[str, list[tuple[str, str, Signal]]]:
    """Voice -> (name, text, samples) of its utterances."""
    voices = defaultdict(list)
    for name, text in json.loads((folder / "index.json").read_text(encoding="utf-8")).items():
        who, what = name.rsplit("_", 1)
        voices[who].append((what, text, read(folder / f"{name}.wav")))
    return voices


def practice() -> Iterator[tuple[str, list[tuple[Signal, str, Spans]]]]:
    """The practice calls of two clean channels: samples, text and speech of each channel."""
    for path in sorted(SAMPLES.glob("*.yaml")):
        truth = yaml.safe_load(path.read_text(encoding="utf-8"))
        if len(truth.get("channels", ())) == 2 and truth["bleed"] is None and truth["rate"] == RATE:
            loaded = audio.load(SAMPLES / truth["file"])
            yield (
                path.stem,
                [
                    (
                        loaded.channel(k).astype(np.float64),
                        " ".join(t["text"] for t in truth["turns"] if t["speaker"] == who),
                        tuple(
                            (u["start"], u["end"])
                            for t in truth["turns"]
                            if t["speaker"] == who
                            for u in t["utterances"]
                        ),
                    )
                    for k, who in enumerate(truth["channels"])
                ],
            )


def gaps(samples: Signal, least: float = 0.3) -> list[int]:
    """Middles, in samples, of the pauses of clean speech."""
    levels = level(samples.astype(np.float32), RATE)
    quiet = levels < np.percentile(levels, 90) - 35
    return [
        (a + b) // 2 * RATE // 100
        for a, b in voice.runs(quiet)
        if b - a >= least * 100 and 0 < a < b < len(quiet)
    ]


# --- cases --------------------------------------------------------------------------------------------------


@dataclass
class Material:
    """What was given to work with."""

    said: list[Said]
    music: dict[str, Signal]
    voices: Mapping[str, list[tuple[str, str, Signal]]]
    babble: Signal = field(default_factory=lambda: np.zeros(RATE))

    def kinds(self) -> dict[str, Callable[[int], Signal]]:
        """Sounds without speech, hold music among them; babble is voices, and last."""

        def piece(of: Signal) -> Callable[[int], Signal]:
            def make(size: int) -> Signal:
                start = int(np.random.default_rng(size).integers(0, max(1, len(of) - size)))
                found = np.resize(of[start:], size)
                return np.asarray(found / (np.sqrt((found**2).mean()) + 1e-9))

            return make

        tunes = {f"music {name}": piece(of) for name, of in self.music.items()}
        return {**NOTHING, **tunes, "babble": piece(self.babble)}


def material(given: argparse.Namespace) -> Material:
    """Read it; every other source is for checking."""
    said: list[Said] = []
    if given.corpora:
        said += corpora(given.corpora)
    if given.prompts:
        said += prompts(*given.prompts)
    voices = spoken(given.spoken) if given.spoken else {}
    gap = np.zeros(RATE // 2)
    for who, utterances in voices.items():
        full = [(text, x) for what, text, x in utterances if what.startswith("c")]
        joined = np.concatenate([gap, *(part for _, x in full for part in (x, gap))])
        said.append(Said(who, joined, " ".join(text for text, _ in full), "en"))
    music = {p.stem[:12]: read(p) for p in sorted(given.music.glob("*.wav"))} if given.music else {}
    every = [s.samples / loud(s.samples) for s in said]
    size = min(map(len, every), default=RATE)
    babble = np.sum([np.roll(x[:size], k * size // 9) for k, x in enumerate(every[:8])], axis=0)
    mine = [s for k, s in enumerate(said) if (k % 2 == 1) == given.check]
    held = {who: v for k, (who, v) in enumerate(sorted(voices.items())) if (k % 2 == 1) == given.check}
    return Material([shortened(s) for s in mine], music, held, np.asarray(babble))


def shortened(said: Said, seconds: float = 24) -> Said:
    """The first of it, up to a pause; the text stays whole."""
    ends = [g for g in gaps(said.samples) if g <= seconds * RATE]
    return replace(said, samples=said.samples[: ends[-1]] if ends else said.samples)


def lines(stuff: Material) -> Iterator[Case]:
    """Speech made worse."""
    for name, spoil in LINES.items():
        for said in stuff.said:
            rate = 8000 if "telephone" in name else RATE
            yield Case(name, said.name, (spoil(said.samples),), (said.text,), said.language, rate=rate)


def inserted(stuff: Material) -> Iterator[Case]:
    """Sounds without speech in pauses and at the end, 6 s each, 6 dB softer than the speech."""
    kinds = stuff.kinds()
    for lap, (label, spoil) in enumerate(list(LINES.items())[:2]):
        for number, said in enumerate(stuff.said):
            places = [*gaps(said.samples)[:: max(1, len(gaps(said.samples)) // 4)], len(said.samples)]
            chosen = [list(kinds)[(number * 7 + lap * 11 + k * 5) % len(kinds)] for k in range(len(places))]
            pieces, empty, at = [], [], 0
            for place, kind in zip(places, chosen, strict=True):
                pieces += [said.samples[at:place], 0.5 * loud(said.samples) * kinds[kind](6 * RATE)]
                start = sum(map(len, pieces[:-1])) / RATE
                empty.append((start, start + 6))
                at = place
            whole = spoil(np.concatenate([*pieces, said.samples[at:]]))
            name = f"{said.name}: {', '.join(chosen)}"
            rate = 8000 if label == "telephone" else RATE
            yield Case(
                label,
                name,
                (whole,),
                (said.text,),
                said.language,
                (tuple(empty),),
                rate,
                sounds=tuple(chosen),
            )


def mixed(stuff: Material) -> Iterator[Case]:
    """Each sound, 6 s long and 6 dB softer than the speech, between some 5 s of each of three recordings."""
    for label, spoil in list(LINES.items())[:2]:
        rate = 8000 if label == "telephone" else RATE
        for kind, make in stuff.kinds().items():
            for said in stuff.said[:3] if kind != "babble" else ():
                places = gaps(said.samples) or [len(said.samples) // 2]
                at = places[len(places) // 2]
                before, after = said.samples[max(0, at - 5 * RATE) : at], said.samples[at : at + 5 * RATE]
                whole = np.concatenate([before, 0.5 * loud(said.samples) * make(6 * RATE), after])
                span = (len(before) / RATE, len(before) / RATE + 6)
                yield Case(label, said.name, (spoil(whole),), empty=((span,),), rate=rate, sounds=(kind,))


def empty(stuff: Material) -> Iterator[Case]:
    """Files without speech, of one and of two channels, one of them ten minutes long."""
    for name, make in stuff.kinds().items():
        if name == "babble":
            continue
        for label, spoil in list(LINES.items())[:2]:
            whole = spoil(0.1 * make((60 if "music" in name else 30) * RATE))
            span = ((0.0, len(whole) / RATE),)
            rate = 8000 if label == "telephone" else RATE
            yield Case(f"empty, {label}", name, (whole,), ("",), None, (span,), rate)
    for name, of in stuff.music.items():
        long = np.resize(of, 600 * RATE)
        yield Case("empty, music looped", name, (long,), ("",), None, (((0.0, 600.0),),))
    both = (0.1 * pink(60 * RATE), np.zeros(60 * RATE))
    yield Case("empty, two channels", "pink noise, dead", both, ("", ""), None, (((0.0, 60.0),),) * 2)


def soft(stuff: Material) -> Iterator[Case]:
    """Each sentence of a voice followed by a courteous word 10 dB softer, 0.35 s later."""
    for who, utterances in stuff.voices.items():
        full = [(text, x) for what, text, x in utterances if what.startswith("c")]
        short = [(text, x) for what, text, x in utterances if what.startswith("s")]
        pieces: list[Signal] = [np.zeros(RATE // 2)]
        text = ""
        for k, (word, quiet) in enumerate(short):
            sentence, spoken_ = full[k % len(full)]
            down = 10**-0.5 * loud(spoken_) / loud(quiet)
            pieces += [spoken_, np.zeros(round(0.35 * RATE)), down * quiet, np.zeros(2 * RATE)]
            text += f"{sentence} {word} "
        whole = np.concatenate(pieces)
        hiss = 10**-1.25 * loud(whole) * white(len(whole))
        yield Case("soft, clean", who, (whole,), (text,), "en")
        yield Case("soft, telephone at 25 dB", who, (telephone(whole + hiss),), (text,), "en", rate=8000)


# dB weaker, seconds late, both ways
ECHOES = ((15, 0.0, False), (25, 0.03, False), (35, 0.0, False), (20, 0.02, True), (18, 0.15, False))


def bleed(stuff: Material) -> Iterator[Case]:
    """The customer heard on the agent's channel, 15 to 35 dB weaker, and each on the other."""
    calls = [*list(practice())[:1], *thanking(stuff, 10), *thanking(stuff, 2)]
    for name, ((agent, told, spans), (customer, asked, theirs)) in calls:
        size = max(len(agent), len(customer))
        a, c = (np.pad(x, (0, size - len(x))) for x in (agent, customer))
        for weaker, late, back in ECHOES:
            delay = round(late * RATE)
            leak = np.concatenate([np.zeros(delay), c[: size - delay]]) * 10 ** (-weaker / 20)
            other = np.concatenate([np.zeros(delay), a[: size - delay]]) * 10 ** (-weaker / 20) * back
            yield Case(
                f"bleed -{weaker} dB{', both ways' if back else ''}",
                name,
                (a + leak + 1e-4 * white(size), c + other + 1e-4 * white(size, 1)),
                (told, asked),
                "en",
                (outside(spans, size / RATE), outside(theirs, size / RATE)),
                roles="agent=left,customer=right",
            )


def thanking(stuff: Material, times: int) -> Iterator[tuple[str, list[tuple[Signal, str, Spans]]]]:
    """Calls in which the customer alone thanks, apologises and says please."""
    names = sorted(stuff.voices)
    if len(names) < 2:
        return
    one, two = (stuff.voices[n] for n in names[:2])
    full = [(text, x) for what, text, x in one if what.startswith("c")]
    short = [(text, x) for what, text, x in two if what.startswith("s")]
    at, sides = 0.5, [([], []), ([], [])]  # type: ignore[var-annotated]
    for k in range(max(times, len(full))):
        for side, (text, x) in enumerate((full[k % len(full)], *short[k : k + 1][: times - k])):
            sides[side][0].append((at, text, x))
            at += len(x) / RATE + 0.6
    made = []
    for utterances, _ in sides:
        whole = np.zeros(round((at + 1) * RATE))
        for start, _, x in utterances:
            whole[round(start * RATE) : round(start * RATE) + len(x)] = 0.2 * x / loud(x)
        spans = tuple((start, start + len(x) / RATE) for start, _, x in utterances)
        made.append((whole, " ".join(text for _, text, _ in utterances), spans))
    yield f"only the customer is courteous, {times} times", made


def outside(spans: Spans, end: float, margin: float = 0.25) -> Spans:
    """The stretches between spans, ``margin`` seconds from them."""
    edges = [-margin, *(edge for span in spans for edge in span), end + margin]
    found = ((a + margin, b - margin) for a, b in zip(edges[::2], edges[1::2], strict=True))
    return tuple((a, b) for a, b in found if b > a)


def cut(stuff: Material) -> Iterator[Case]:
    """Speech that ends in the middle of a sound, then nothing: files are cut by ``main``."""
    for said in stuff.said:
        ends = [g for g in gaps(said.samples, 0.25) if g > 5 * RATE]
        if ends:  # 0.2 s into what follows a pause
            levels = level(said.samples.astype(np.float32), RATE)
            up = levels[ends[-1] * 100 // RATE :] > np.percentile(levels, 90) - 25
            end = ends[-1] + int(np.argmax(up)) * RATE // 100 + RATE // 5
            yield Case("cut within a word", said.name, (said.samples[:end],), (said.text,), said.language)
