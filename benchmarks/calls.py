"""Who speaks when in two-channel calls with gaps, overlaps and acknowledgements placed by us.

    python benchmarks/calls.py $CORPORA samples [--acknowledgements FOLDER] [--half a|b] [--through 2]

Single-speaker sentences (FDA in pitch/, RAVDESS in tone/, read speech in speech/, the utterances of
samples/*.yaml) are cut to their true edges, 35 dB below their loud parts, and placed on two channels at
known times: gaps of 0.1 to 2.5 s between turns, pauses of 0.3 to 1.5 s inside them (between sentences, or
where a sentence was cut open at a quiet point), silences of 3.2 to 9 s, announced or not, sentences begun
over the end of the other's (0.35 to 1 s), or in the middle of a speaker who goes on, sentences cut off by
the other, one-word answers to a question, and acknowledgements. Sounds for the last two are WAV files with
half a second of silence around, named by what is said, such as mm_hm.slt.wav (made with `flite -voice slt
-t "mm hm"`); without the folder there are none. The words are handed in, their times off by up to 0.15 s;
``--through`` has as many calls transcribed by the model as well. Half a and half b share no voice.

Printed for each kind of event and condition: how many were placed, missed and invented, and the distance
of their edges from the truth, median and 90th percentile. An event is found when its kind and speaker are
right and it shares more than half of the shorter one's time.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import yaml
from numpy.typing import NDArray
from voice import telephone, white

from voicecoach import audio, evidence, measures, pipeline, rules, turns
from voicecoach.acoustics import contours
from voicecoach.acoustics.level import level
from voicecoach.measures.sound import sound
from voicecoach.transcribe import speech_probability
from voicecoach.types import AGENT, CUSTOMER, Call, Event, Measure, Segment, Speaker, Word

RATE = 16000
SIDES = (AGENT, CUSTOMER)
LOUD = 10 ** (-18 / 20)  # RMS of the loud parts of each sentence
KINDS = ("pause", "silence", "overlap", "interruption", "backchannel")
MOVES = ("gap", "gap", "silence", "announced", "over the end", "goes on", "cut off", "acknowledged", "yes")
ANNOUNCED = "Just a moment, please."

Signal = NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """A sentence cut to its edges, and what is said."""

    samples: Signal
    text: str

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.samples) / RATE


@dataclass
class Script:
    """A call being written: what is said when, and the events placed."""

    random: np.random.Generator
    said: list[tuple[str, float, Piece]] = field(default_factory=list)
    truth: list[Event] = field(default_factory=list)
    latencies: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})
    announced: list[tuple[float, bool]] = field(default_factory=list)

    def say(self, side: str, at: float, piece: Piece) -> float:
        """Place a sentence; returns where it ends."""
        self.said.append((side, at, piece))
        return at + piece.seconds

    def place(self, kind: str, side: str, start: float, end: float) -> None:
        """Note an event."""
        self.truth.append(Event(kind, side, start, end))


def cuts(samples: Signal, text: str = "") -> list[Piece]:
    """The parts of a recording between its pauses, each from its first to its last sound.

    The text is that of the whole; parts of several have none that is known, and get as many syllables as fit.
    """
    decibels = level(samples.astype(np.float32), RATE, window=0.02)
    loud = float(np.percentile(decibels, 95))
    heard = np.flatnonzero(decibels > loud - 35)
    edges = [0, *(np.flatnonzero(np.diff(heard) > 18) + 1), len(heard)]
    found = []
    for first, end in itertools.pairwise(edges):
        part = samples[heard[first] * RATE // 100 : (heard[end - 1] + 1) * RATE // 100]
        if len(part) >= RATE // 5:
            known = (
                text if len(edges) == 2 and text else "la " * max(1, round(4 * len(part) / RATE) - 1) + "la."
            )
            found.append(Piece(faded(part * (LOUD / 10 ** (loud / 20))), known))
    return found


def faded(samples: Signal) -> Signal:
    """Five milliseconds of fade at both ends."""
    ramp = np.linspace(0, 1, RATE // 200)
    result = samples.copy()
    result[: len(ramp)] *= ramp
    result[-len(ramp) :] *= ramp[::-1]
    return result


def wav(path: Path) -> Signal:
    """The first channel of a file."""
    return audio.load(path).channel(0).astype(np.float64)


def voices(corpora: Path, samples: Path) -> dict[str, list[Piece]]:
    """The sentences of each voice."""
    found: dict[str, list[Piece]] = {}
    for path in sorted((corpora / "pitch").glob("*.wav")):
        found.setdefault(path.stem[:2], []).extend(cuts(wav(path)))
    for path in sorted((corpora / "tone").glob("*.wav")):
        found.setdefault(path.stem[-2:], []).extend(cuts(wav(path)))
    for path in sorted((corpora / "speech").glob("*.wav")):
        found[path.stem] = cuts(wav(path))
    for path in sorted(samples.glob("*.yaml")):
        truth = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "channels" not in truth or truth["bleed"] is not None or truth["rate"] != RATE:
            continue
        loaded = audio.load(samples / truth["file"])
        for index, speaker in enumerate(truth["channels"]):
            name = truth["voices"][speaker]["style"]
            for turn in truth["turns"]:
                for part in turn["utterances"] if turn["speaker"] == speaker else ():
                    piece = loaded.channel(index, max(part["start"] - 0.05, 0), part["end"] + 0.05)
                    found.setdefault(name, []).extend(cuts(piece.astype(np.float64), part["text"]))
    long = {name: [p for p in pieces if p.seconds > 0.6] for name, pieces in found.items()}
    return {
        name: pieces
        for name, pieces in long.items()
        if len(pieces) >= 5 and max(piece.seconds for piece in pieces) > 2.2
    }


def longest(pieces: Sequence[Piece], text: str) -> Piece:
    """The longest of several pieces, with what is said in it."""
    return Piece(max(pieces, key=lambda piece: piece.seconds).samples, text)


def opened(piece: Piece) -> tuple[Piece, Piece] | None:
    """A sentence cut in two at a quiet point near its middle."""
    decibels = level(piece.samples.astype(np.float32), RATE, window=0.02)
    middle = slice(len(decibels) * 3 // 10, len(decibels) * 7 // 10)
    at = middle.start + int(np.argmin(decibels[middle]))
    if decibels[at] > np.percentile(decibels, 95) - 20:
        return None
    here = at * RATE // 100
    parts = [cuts(side)[:1] for side in (piece.samples[:here], piece.samples[here:])]
    if not all(parts):
        return None
    words = piece.text.split()
    half = max(1, round(len(words) * here / len(piece.samples)))
    texts = " ".join(words[:half]).rstrip(".,;?!"), " ".join(words[half:]) or "la."
    return Piece(parts[0][0].samples, texts[0]), Piece(parts[1][0].samples, texts[1])


def write(
    own: dict[str, list[Piece]], short: Sequence[Piece], random: np.random.Generator, moves: int = 18
) -> Script:
    """A call of so many turns."""
    script = Script(random)
    kinds = [
        "gap",
        "gap",
        "silence",
        "announced",
        "over the end",
        "goes on",
        "cut off",
        "acknowledged",
        "yes",
    ]
    order = [kinds[k % len(kinds)] for k in range(moves)]
    random.shuffle(order)
    side, end, begin = AGENT, 0.0, 1.0
    for number, kind in enumerate(order, 1):
        other = CUSTOMER if side == AGENT else AGENT
        end = _turn(script, own, short, side, other, begin, kind)
        if kind == "yes" and short:
            yes = Piece(short[int(random.integers(len(short)))].samples, "Yes.")
            gap = random.uniform(0.2, 0.5)
            script.latencies[other].append(gap)
            after = script.say(other, end + gap, yes)
            begin = after + random.uniform(0.25, 0.6)
            script.latencies[side].append(begin - after)
            continue  # who asked goes on
        if number == moves:
            break
        if kind in ("silence", "announced"):
            gap = random.uniform(3.2, 9)
            owner = AGENT if side == CUSTOMER or kind == "announced" else None
            script.place("silence", owner or "", end, end + gap)
            script.announced.append((end, kind == "announced" and side == AGENT))
        elif kind in ("over the end", "cut off"):
            gap = -random.uniform(0.35, 1.0)
        else:
            gap = random.uniform(0.1, 2.5)
        begin = end + gap
        if gap < 0:
            script.place("overlap", other, begin, end)
            if kind == "cut off":
                script.place("interruption", other, begin, end)
        script.latencies[other].append(gap)
        side = other
    return script


def _turn(
    script: Script,
    own: dict[str, list[Piece]],
    short: Sequence[Piece],
    side: str,
    other: str,
    at: float,
    kind: str,
) -> float:
    """What a speaker says until the next one's turn; returns where it ends."""
    random = script.random

    def draw(least: float = 0.0) -> Piece:
        pieces = [p for p in own[side] if p.seconds >= least]
        return pieces[int(random.integers(len(pieces)))]

    parts: list[tuple[float, Piece]] = [(0.0, draw(2.0))]
    for _ in range(int(random.integers(0, 3))):
        parts.append((random.uniform(0.3, 1.5), draw()))
    split = opened(draw(2.0))
    if split is not None and random.random() < 0.5:
        parts += [(random.uniform(0.3, 1.0), split[0]), (random.uniform(0.3, 1.0), split[1])]
    if kind == "goes on":
        parts += [(random.uniform(0.1, 0.2), draw(1.5)) for _ in range(3)]
    last = parts[-1][1]
    if kind == "cut off":
        whole = draw(2.0)
        words = whole.text.split()
        share = random.uniform(0.55, 0.8)
        last = Piece(
            faded(whole.samples[: round(share * len(whole.samples))]),
            " ".join(words[: max(1, round(share * len(words)))]).rstrip(".,;?!"),
        )
        trimmed = cuts(last.samples)[-1]
        parts.append((random.uniform(0.3, 0.5), Piece(trimmed.samples, last.text)))
    elif kind == "announced" and side == AGENT:
        parts[-1] = (parts[-1][0], Piece(last.samples, ANNOUNCED))
    elif kind == "yes":
        parts[-1] = (parts[-1][0], Piece(last.samples, last.text.rstrip(".?") + "?"))
    starts: list[float] = []
    for gap, piece in parts:
        if gap >= 0.25:
            script.place("pause", side, at, at + gap)
        starts.append(at + gap)
        at = script.say(side, at + gap, piece)
    if kind == "goes on":
        piece = min(own[other], key=lambda p: abs(p.seconds - 1.6))
        into = starts[-3] + 0.5
        script.say(other, into, piece)
        script.place("overlap", other, into, min(into + piece.seconds, at))
    if kind == "acknowledged" and short:
        piece = short[int(random.integers(len(short)))]
        host = int(random.integers(len(parts)))
        into = starts[host] + random.uniform(0.4, 0.6) * parts[host][1].seconds
        until = script.say(other, into, piece)
        script.place("backchannel", other, into, until)
        high = min(until, starts[host] + parts[host][1].seconds)
        if high - into > 0.1:
            script.place("overlap", other, into, high)
    return at


# --- the sound of it, and what is made of it ----------------------------------------------------------


def rendered(script: Script) -> Signal:
    """Both channels, shape (2, samples)."""
    end = max(at + piece.seconds for _, at, piece in script.said) + 1.0
    both = np.zeros((2, round(end * RATE)))
    for side, at, piece in script.said:
        first = round(at * RATE)
        both[SIDES.index(side), first : first + len(piece.samples)] += piece.samples
    return both


def noisy(both: Signal, below: float) -> Signal:
    """White noise so many dB below the loud parts."""
    return both + LOUD * 10 ** (-below / 20) * np.stack([white(both.shape[1]) for _ in both])


def leaking(both: Signal, below: float) -> Signal:
    """Each side is heard on the other, so many dB weaker and 2 ms late."""
    return both + 10 ** (-below / 20) * np.roll(both[::-1], RATE // 500, axis=1)


CONDITIONS: dict[str, Callable[[Signal], Signal]] = {
    "line noise at 50 dB": lambda x: noisy(x, 50),
    "telephone, noise at 35 dB": lambda x: np.stack([telephone(c) for c in noisy(x, 35)]),
    "noise at 20 dB": lambda x: noisy(x, 20),
    "bleed at 30 dB, noise at 50 dB": lambda x: noisy(leaking(x, 30), 50),
    "bleed at 25 dB, telephone": lambda x: np.stack([telephone(c) for c in noisy(leaking(x, 25), 40)]),
}


def saved(both: Signal, path: Path) -> Path:
    """A 16-bit WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(both, -1, 1) * 32767).round().astype("<i2").T.tobytes())
    return path


def words(script: Script, side: str) -> list[Segment]:
    """The words of a side as a recogniser would give them."""
    found = []
    for who, at, piece in sorted(script.said, key=lambda entry: entry[1]):
        if who != side or not piece.text:
            continue
        texts = piece.text.split()
        edges = at + np.linspace(0, piece.seconds, len(texts) + 1) + script.random.uniform(-0.15, 0.15)
        said = tuple(
            Word(f" {t}", max(float(a), 0), float(b), 0.9)
            for t, a, b in zip(texts, edges, edges[1:], strict=False)
        )
        found.append(Segment(piece.text, said[0].start, said[-1].end, said, 0.0, -0.2, 1.0))
    return found


def heard(path: Path, script: Script) -> tuple[tuple[Event, ...], tuple[Measure, ...]]:
    """Events and measures of a recording whose words are handed in."""
    recording = audio.load(path)
    signals = list(recording.samples)
    raw = [contours(s, recording.rate, speech_probability(s)) for s in signals]
    own = evidence.own_voice(raw, recording.layout.bleed)
    pack = rules.load_pack("en")
    known = sound(pack.facts)
    backing = [
        evidence.back(words(script, side), c, syllables=known.count if known else None)
        for side, c in zip(SIDES, own, strict=True)
    ]
    call = Call(
        language="en",
        duration=recording.duration,
        speakers=tuple(Speaker(side, k, side, "") for k, side in enumerate(SIDES)),
        turns=turns.build({side: b.words for side, b in zip(SIDES, backing, strict=True)}),
        contours=dict(zip(SIDES, own, strict=True)),
        separate=True,
        facts=pack.facts,
    )
    events = measures.events(call)
    matches = rules.find(pack, call.turns, events=events)
    return events, measures.measure(call, events, matches)


def analysed(path: Path) -> tuple[tuple[Event, ...], tuple[Measure, ...]]:
    """Events and measures as the product gives them."""
    found = pipeline.analyse(path, pipeline.Settings(channels="agent=left,customer=right", language="en"))
    return found.events, found.measures


@dataclass
class Tally:
    """Counts of a kind of event."""

    placed: int = 0
    missed: int = 0
    invented: int = 0
    off: list[float] = field(default_factory=list)

    def row(self) -> str:
        """Cells of a table."""
        edges = "-" if not self.off else "{:.0f} / {:.0f}".format(*(1000 * np.percentile(self.off, (50, 90))))
        return f"{self.placed} | {self.missed} | {self.invented} | {edges}"


def compare(truth: Sequence[Event], found: Sequence[Event], tally: Tally, told: list[str]) -> None:
    """Count what was found of events of one kind."""
    left = list(found)
    tally.placed += len(truth)
    for event in truth:
        hits = [
            f
            for f in left
            if event.speaker in ("", f.speaker)
            and min(event.end, f.end) - max(event.start, f.start) > 0.5 * min(event.duration, f.duration)
        ]
        if not hits:
            tally.missed += 1
            told.append(f"missed   {event.kind} {event.speaker} {event.start:.2f}-{event.end:.2f}")
            continue
        best = max(hits, key=lambda f: min(event.end, f.end) - max(event.start, f.start))
        left.remove(best)
        tally.off += [abs(best.start - event.start), abs(best.end - event.end)]
    tally.invented += len(left)
    told.extend(f"invented {f.kind} {f.speaker} {f.start:.2f}-{f.end:.2f} {f.detail}" for f in left)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("--acknowledgements", type=Path)
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--half", choices="ab", default="a")
    parser.add_argument("--through", type=int, default=0)
    parser.add_argument("--only", help="one condition")
    parser.add_argument("--tell", action="store_true", help="list what was missed and invented")
    parser.add_argument("--keep", type=Path, help="keep the calls in this folder")
    arguments = parser.parse_args()
    known = voices(arguments.corpora, arguments.samples)
    names = sorted(known)[arguments.half == "b" :: 2]
    folder = sorted(arguments.acknowledgements.glob("*.wav")) if arguments.acknowledgements else []
    short = [longest(cuts(wav(path)), path.stem.split(".")[0].replace("_", " ") + ".") for path in folder][
        arguments.half == "b" :: 2
    ]
    print(f"half {arguments.half}: {', '.join(names)}; {len(short)} acknowledgements")
    seeds = range(arguments.calls)
    scripts = []
    for seed in seeds:
        random = np.random.default_rng(seed)
        pair = random.choice(len(names), 2, replace=False)
        scripts.append(
            write({side: known[names[k]] for side, k in zip(SIDES, pair, strict=True)}, short, random)
        )
    print("| condition | event | placed | missed | invented | edges, median / 90 %, ms |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        keep = arguments.keep or Path(temporary)
        for name, spoil in CONDITIONS.items():
            if arguments.only and arguments.only not in name:
                continue
            paths = [saved(spoil(rendered(s)), keep / f"{name[:9]}{k}.wav") for k, s in enumerate(scripts)]
            report(name, scripts, [heard(p, s) for p, s in zip(paths, scripts, strict=True)], arguments.tell)
            if arguments.through:
                some = slice(0, arguments.through)
                report(f"{name}, analysed", scripts[some], [analysed(p) for p in paths[some]], arguments.tell)


def report(
    name: str,
    scripts: Sequence[Script],
    results: Sequence[tuple[Sequence[Event], Sequence[Measure]]],
    tell: bool,
) -> None:
    """Print the rows of a condition."""
    told: list[str] = []
    for kind in KINDS:
        tally = Tally()
        for k, (script, (events, _)) in enumerate(zip(scripts, results, strict=True)):
            before = len(told)
            placed, found = ([e for e in side if e.kind == kind] for side in (script.truth, events))
            compare(placed, found, tally, told)
            told[before:] = [f"  call {k}: {line}" for line in told[before:]]
        print(f"| {name} | {kind} | {tally.row()} |", flush=True)
    off = []
    for script, (_, numbers) in zip(scripts, results, strict=True):
        for m in numbers:
            if m.id == "talk.response_latency" and m.value is not None:
                off.append(abs(m.value - median(script.latencies[m.speaker])))
    edges = "{:.0f} / {:.0f}".format(*(1000 * np.percentile(off, (50, 90))))
    print(f"| {name} | response latency, median of a speaker | {len(off)} | | | {edges} |", flush=True)
    if tell:
        print("\n".join(told))


if __name__ == "__main__":
    main()
