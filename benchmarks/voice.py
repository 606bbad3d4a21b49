"""Voice activity against truth, and words beside pauses: speech missed, voice that is none, edges, pauses.

    python benchmarks/voice.py [--corpora FOLDER] [--music FOLDER] [--prompts FOLDER TEXT LANGUAGE]
                               [--part lines|stereo|empty|rates|words] [--check]

What is read, each where it is given: FOLDER/speech (NAME.wav, read speech), FOLDER/pitch (short sentences of
speakers rl and sb), FOLDER/tone (one sentence a file, speakers 01 and 02) with ``--corpora`` or
VOICECOACH_CORPORA; hold music or other recordings without speech (Debian: asterisk-moh-opsound-wav); prompts
and their text (Debian: asterisk-core-sounds-en-wav). The practice calls in samples/ are always used. Sources
are two halves: one the method was chosen on, with ``--check`` the other.

The truth of a frame comes from the clean recording: at most 35 dB below its loud parts, gaps under 0.12 s
closed, sounds under 0.06 s left out. ``lines``: each channel is made worse and the voice activity compared
with that truth: share of speech frames missed, share of other frames called voice, median and 90th percentile
of the distance of edges at pauses, pauses of 0.25 s and more found with their length within 0.1 s, pauses
found that are none; beside it what Silero says alone. ``stereo``: two channels that leak into each other.
``empty``: sounds without speech, which should give no voice at all. ``rates``: other sampling rates and
levels against the same recording as it is. ``words``: prompts with pauses of known length between, the edges
of the words beside the pauses, as the recogniser has them and as ``analyse`` puts them.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from voicecoach import audio, evidence
from voicecoach.acoustics import contours, voice
from voicecoach.acoustics.level import level
from voicecoach.pipeline import Coach, Settings
from voicecoach.transcribe import speech_probability
from voicecoach.types import Word

RATE = 16000
SAMPLES = Path(__file__).parents[1] / "samples"
RANDOM = np.random.default_rng(0)
CHECK = ("en", "ja", "sb", "tone 01")

Signal = NDArray[np.float64]
Mask = NDArray[np.bool_]
Channel = tuple[Signal, Mask, float]  # samples, truth, RMS of the loud parts

# --- sounds -------------------------------------------------------------------------------------------------


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


def buzz(size: int) -> Signal:
    """60 Hz hum with ten harmonics, RMS 1."""
    found = sum(tones(size, 60.0 * k) / k for k in range(1, 12))
    return np.asarray(found / np.std(found))


def babble(size: int, channels: Sequence[Channel]) -> Signal:
    """Seven voices at once, backwards, RMS 1."""
    voices = [
        np.roll(np.resize(x[::-1] / x.std(), size), k * 7919) for k, (x, _, _) in enumerate(channels[:7])
    ]
    found = np.sum(voices, axis=0)
    return np.asarray(found / found.std())


def telephone(samples: Signal, a_law: bool = False) -> Signal:
    """300-3400 Hz with soft edges at 8 kHz, then 8 bits of mu-law or A-law, and back to 16 kHz."""
    spectrum, hertz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((hertz - 200) / 200, 0, 1) * np.clip((3800 - hertz) / 600, 0, 1)
    narrow = np.fft.irfft(spectrum, len(samples))[::2]
    size = np.abs(narrow).clip(0, 1)
    if a_law:
        scale = 1 + np.log(87.6)
        steps = np.where(size < 1 / 87.6, 87.6 * size, 1 + np.log(np.maximum(87.6 * size, 1))) / scale
        steps = np.minimum((np.floor(steps * 128) + 0.5) / 128, 1)
        coded = np.where(steps < 1 / scale, steps * scale, np.exp(steps * scale - 1)) / 87.6
    else:
        coded = np.expm1(np.round(127 * np.log1p(255 * size) / np.log(256)) / 127 * np.log(256)) / 255
    half = np.fft.rfft(np.sign(narrow) * coded)
    return np.asarray(np.fft.irfft(np.pad(2 * half, (0, len(narrow) - len(half) + 1)), 2 * len(narrow)))


def comfort(samples: Signal, mask: Mask, loud: float) -> Signal:
    """Noise of the line with the speech, other noise made by the codec in its place."""
    speaks = np.repeat(voice.grow(mask, 10), 160)[80 : 80 + len(samples)]
    speaks = np.pad(speaks, (0, len(samples) - len(speaks)))
    line = samples + loud * 10**-1.6 * pink(len(samples))
    return np.where(speaks, line, loud * 0.01 * white(len(samples)))


# --- what is compared ---------------------------------------------------------------------------------------


def detect(samples: Signal) -> Mask:
    """Voice activity as the product finds it in a channel."""
    whole = as_int(samples)
    return contours(whole, RATE, speech_probability(whole)).voice


def as_int(samples: Signal) -> NDArray[np.int16]:
    """16 bits."""
    return np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def silero(samples: Signal) -> Mask:
    """What Silero says alone, at the settings that hide the fewest pauses."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=100, speech_pad_ms=0)
    mask = np.zeros(1 + len(samples) // 160, bool)
    for one in get_speech_timestamps(as_int(samples).astype(np.float32) / 32768, options):
        mask[one["start"] // 160 : one["end"] // 160] = True
    return mask


def closed(mask: Mask) -> Mask:
    """Gaps under 0.12 s closed, sounds under 0.06 s left out."""
    return voice.tidy(mask)


def decibels(samples: Signal) -> NDArray[np.float32]:
    """Level in frames of 20 ms, shorter than those of the product."""
    return level(samples.astype(np.float32), RATE, window=0.02)


def channels(corpora: Path | None, check: bool) -> list[Channel]:
    """All recordings of a half, at most 40 s each."""
    found = [] if check else list(practice())
    names = [] if corpora is None else ["en", "es", "ja", "zh", "rl", "sb", "tone 01", "tone 02"]
    for name in names:
        if corpora is None or (name in CHECK) != check:
            continue
        if name.startswith("tone"):
            paths = sorted((corpora / "tone").glob(f"*-{name[-2:]}.wav"))
        elif len(name) == 2 and (corpora / "speech" / f"{name}.wav").exists():
            paths = [corpora / "speech" / f"{name}.wav"]
        else:
            paths = sorted((corpora / "pitch").glob(f"{name}*.wav"))
        parts = [audio.load(path).channel(0).astype(np.float64) for path in paths]
        if name.startswith("tone"):
            parts = [part * 0.5 / np.abs(part).max() for part in parts]
        samples = np.concatenate([np.append(part, 3e-5 * white(8000)) for part in parts])[: 40 * RATE]
        heard = decibels(samples)
        loud = float(np.percentile(heard, 95))
        noise = float(np.percentile(heard, 3))
        mask = closed(heard > max(loud - 35, min(noise + 10, loud - 20)))
        found.append((samples, mask, 10 ** (loud / 20)))
    return found


def practice() -> Iterator[Channel]:
    """Each channel of the practice calls without bleed, 40 s of it."""
    for path in sorted(SAMPLES.glob("*.yaml")):
        truth = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "channels" not in truth or truth["bleed"] is not None or truth["rate"] != RATE:
            continue
        loaded = audio.load(SAMPLES / truth["file"])
        for index, speaker in enumerate(truth["channels"]):
            samples = loaded.channel(index).astype(np.float64)[: 40 * RATE]
            heard = decibels(samples)
            said = np.zeros(len(heard), bool)
            for turn in truth["turns"]:
                for part in turn["utterances"] if turn["speaker"] == speaker else ():
                    said[round(part["start"] * 100) : round(part["end"] * 100) + 1] = True
            loud = float(np.percentile(heard[said], 95))
            yield samples, closed(said & (heard > loud - 35)), 10 ** (loud / 20)


def pauses(mask: Mask) -> list[tuple[int, int]]:
    """Gaps of 0.25 s and more between speech."""
    return [(a, b) for a, b in voice.runs(~mask) if b - a >= 25 and a > 0 and b < len(mask)]


def row(pairs: Sequence[tuple[Mask, Mask]]) -> str:
    """What the table says of pairs of truth and finding."""
    pairs = [(t[: len(f)], f[: len(t)]) for t, f in pairs]
    speech, other = sum(int(t.sum()) for t, _ in pairs), sum(int((~t).sum()) for t, _ in pairs)
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
    kept = "kept" if middle <= 30 else "MISSED"
    return f"{shares} | {middle:.0f} / {most:.0f} ms {kept} | {hits} of {wanted} | {extra}"


# --- parts --------------------------------------------------------------------------------------------------


def lines(found: Sequence[Channel], music: Sequence[Signal]) -> None:
    """Print the table of lines."""
    worse: dict[str, Callable[[Signal, Mask, float], Signal]] = {
        "clean": lambda x, m, loud: x,
        "telephone, mu-law": lambda x, m, loud: telephone(x),
        "telephone, A-law": lambda x, m, loud: telephone(x, a_law=True),
        "telephone, 30 dB softer": lambda x, m, loud: telephone(x * 10**-1.5),
        "30 dB softer": lambda x, m, loud: x * 10**-1.5,
        "clipped": lambda x, m, loud: np.clip(x * 4 / np.abs(x).max(), -0.5, 0.5),
        "offset": lambda x, m, loud: x + 0.05,
        "comfort noise": lambda x, m, loud: comfort(x, m, loud),
        "hum at 20 dB": lambda x, m, loud: x + loud * 0.1 * tones(len(x), 50, 150),
        "hum with harmonics at 10 dB": lambda x, m, loud: x + loud * 10**-0.5 * buzz(len(x)),
    }
    for db in (20, 10, 5):
        worse[f"white noise at {db} dB"] = lambda x, m, loud, db=db: (
            x + loud * 10 ** (-db / 20) * white(len(x))
        )  # type: ignore[misc]
        worse[f"pink noise at {db} dB"] = lambda x, m, loud, db=db: x + loud * 10 ** (-db / 20) * pink(len(x))  # type: ignore[misc]
    for db in (20, 10):
        worse[f"telephone, noise at {db} dB"] = lambda x, m, loud, db=db: telephone(  # type: ignore[misc]
            x + loud * 10 ** (-db / 20) * white(len(x))
        )
    worse["babble at 20 dB"] = lambda x, m, loud: x + loud * 0.1 * babble(len(x), found)
    for db in (25, 20) if music else ():
        worse[f"music at {db} dB"] = lambda x, m, loud, db=db: (  # type: ignore[misc]
            x + loud * 10 ** (-db / 20) * np.resize(music[int(1e6 * loud) % len(music)], len(x))
        )
    columns = "missed | false | edges, median / 90 % | pauses found | extra"
    print(f"| recording | {columns} | Silero: {columns} |\n|" + "---|" * 11)
    for name, spoil in worse.items():
        ours, theirs = [], []
        for samples, truth, loud in found:
            heard = spoil(samples[: len(samples) // 2 * 2], truth, loud)
            ours.append((truth, detect(heard)))
            theirs.append((truth, silero(heard)))
        print(f"| {name} | {row(ours)} | {row(theirs)} |", flush=True)


def stereo(found: Sequence[Channel]) -> None:
    """Print the table of channels that leak into each other."""
    print(
        "| two channels | missed | false | edges, median / 90 % | pauses found | extra |\n" + "|---" * 6 + "|"
    )
    size = min(len(found[1][0]), len(found[2][0])) // 2 * 2
    (left, first, _), (right, second, _) = found[1], found[2]
    for db in (20, 25, 30):
        for name, line in (("wide", np.asarray), ("telephone", telephone)):
            share = 10 ** (-db / 20)
            own, other = left[:size], right[:size]
            pair = [as_int(line(a + share * b + 3e-4 * white(size))) for a, b in ((own, other), (other, own))]
            raw = [contours(s, RATE, speech_probability(s)) for s in pair]
            heard = evidence.own_voice(raw, {(0, 1): float(db), (1, 0): float(db)})
            print(
                f"| {name}, {db} dB | {row([(first, heard[0].voice), (second, heard[1].voice)])} |",
                flush=True,
            )


def empty(music: Sequence[tuple[str, Signal]]) -> None:
    """Print the table of sounds without speech."""
    size = 30 * RATE
    time = np.arange(size) / RATE
    digits = tones(size, 770, 1336) * (time % 0.35 < 0.15)
    sounds: list[tuple[str, Signal]] = [
        ("silence", np.zeros(size)),
        ("white noise", 0.05 * white(size)),
        ("pink noise", 0.05 * pink(size)),
        ("dial tone", 0.1 * tones(size, 350, 440)),
        ("ringing", 0.1 * tones(size, 440, 480) * (time % 6 < 2)),
        ("ringing, 425 Hz", 0.1 * tones(size, 425) * (time % 5 < 1)),
        ("engaged", 0.1 * tones(size, 480, 620) * (time % 1 < 0.5)),
        ("keys", 0.1 * digits),
        ("hum", 0.05 * tones(size, 50, 150)),
        ("hum with harmonics", 0.05 * buzz(size)),
        *music,
    ]
    print("| without speech | wide | telephone | in noise |\n|---|---|---|---|")
    for name, sound in sounds:
        versions = (sound, telephone(sound), sound + 0.003 * white(len(sound)))
        seconds = " | ".join(f"{detect(one).sum() / 100:.2f} s" for one in versions)
        print(f"| {name}, {len(sound) / RATE:.0f} s | {seconds} |", flush=True)


def rates(found: Sequence[Channel]) -> None:
    """Print how much the voice changes with the sampling rate and the level."""
    import librosa

    own = [detect(x) for x, _, _ in found]
    print("| changed | frames that differ | seconds of voice |\n|---|---|---|")

    def compare(name: str, change: Callable[[Signal], Signal]) -> None:
        other = [detect(change(x)) for x, _, _ in found]
        apart = sum(int((a[: len(b)] != b[: len(a)]).sum()) for a, b in zip(own, other, strict=True))
        share = sum(int(b.sum()) for b in other) / sum(int(a.sum()) for a in own) - 1
        frames = sum(len(a) for a in own)
        kept = "kept" if abs(share) < 0.02 else "MISSED"
        print(f"| {name} | {100 * apart / frames:.2f} % | {100 * share:+.2f} % {kept} |", flush=True)

    def through(rate: int) -> Callable[[Signal], Signal]:
        def change(x: Signal) -> Signal:
            there = librosa.resample(x, orig_sr=RATE, target_sr=rate)
            return np.asarray(librosa.resample(there, orig_sr=rate, target_sr=RATE))

        return change

    for rate in (8000, 44100, 48000):
        compare(f"{rate} Hz and back", through(rate))
    for db in (-10, -20, -30, -40):
        compare(f"{db} dB", lambda x, db=db: x * 10 ** (db / 20))  # type: ignore[misc]


def words(folder: Path, text: Path, language: str, count: int = 24) -> None:
    """Print how far words beside pauses are from the edges of the prompts."""
    prompts = []
    with gzip.open(text, "rt", errors="replace") as lines_:
        for line in lines_:
            found = re.match(r"([\w/-]+):\s*([^\[(]*)$", line)
            if found and (folder / f"{found[1]}.wav").exists() and 3 <= len(found[2].split()) <= 14:
                prompts.append((folder / f"{found[1]}.wav", found[2].split()))
    chosen = np.random.default_rng(5).permutation(len(prompts))[:count]
    parts, at = [3e-5 * white(RATE // 2)], 0.5
    expected: list[str] = []
    edges: list[tuple[float | None, float | None]] = []
    silences: list[tuple[float, float]] = []
    for number, index in enumerate(chosen):
        samples = audio.load(prompts[index][0]).channel(0).astype(np.float64)
        heard = decibels(samples)
        runs = voice.runs(closed(heard > np.percentile(heard, 95) - 35))
        samples = samples[runs[0][0] * 160 : runs[-1][1] * 160]
        gap = round((0.3, 0.4, 0.6, 0.8, 1.2)[number % 5] * RATE)
        parts += [samples, 3e-5 * white(gap)]
        said = [bare(word) for word in prompts[index][1] if bare(word)]
        expected += said
        start, end = at, at + len(samples) / RATE
        edges += [(start if k == 0 else None, end if k == len(said) - 1 else None) for k in range(len(said))]
        at = end + gap / RATE
        silences.append((end, at))
    whole = as_int(np.concatenate(parts))
    probability = speech_probability(whole)
    found_ = contours(whole, RATE, probability)
    recogniser = Coach.ready(Settings()).recogniser
    segments = recogniser.transcribe([whole], [probability], language=language).channels[0]
    heard_words = [word for segment in segments for word in segment.words]
    print(
        f"| {language}: {count} prompts | edges | median / 90 % | most | within 30 ms | words over a pause |"
    )
    print("|---|---|---|---|---|---|")
    for name, placed in (
        ("recogniser", heard_words),
        ("analyse", evidence.back(segments, found_).words),
    ):
        away = 1000 * np.array(distances(expected, edges, placed))
        over = sum(any(min(word.end, b) - max(word.start, a) >= 0.25 for a, b in silences) for word in placed)
        print(
            f"| {name} | {len(away)} | {np.median(away):.0f} / {np.percentile(away, 90):.0f} ms "
            f"| {away.max():.0f} ms | {100 * np.mean(away <= 30):.0f} % | {over} |"
        )


def distances(
    expected: Sequence[str], edges: Sequence[tuple[float | None, float | None]], placed: Sequence[Word]
) -> list[float]:
    """How far each edge beside a pause is off, of the words that were heard rightly."""
    matcher = difflib.SequenceMatcher(None, expected, [bare(word.text) for word in placed], autojunk=False)
    found = []
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            start, end = edges[block.a + k]
            word = placed[block.b + k]
            found += [abs(word.start - start)] if start is not None else []
            found += [abs(word.end - end)] if end is not None else []
    return found


def bare(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"[^\w]", "", text.casefold())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpora", type=Path, default=os.environ.get("VOICECOACH_CORPORA"))
    parser.add_argument("--music", type=Path)
    parser.add_argument("--prompts", nargs=3, metavar=("FOLDER", "TEXT", "LANGUAGE"))
    parser.add_argument("--part", choices=("lines", "stereo", "empty", "rates", "words"))
    parser.add_argument("--check", action="store_true")
    told = parser.parse_args()
    found = channels(Path(told.corpora) if told.corpora else None, told.check)
    music = [
        (path.stem, audio.load(path).channel(0, end=120.0).astype(np.float64))
        for path in (sorted(told.music.rglob("*.wav")) if told.music else ())
    ]
    music = [(name, x[: len(x) // 2 * 2]) for name, x in music]
    parts: dict[str, Callable[[], None]] = {
        "lines": lambda: lines(found, [x / np.sqrt(np.mean(x**2)) for _, x in music]),
        "stereo": lambda: stereo(list(practice())),
        "empty": lambda: empty(music),
        "rates": lambda: rates(found),
        "words": lambda: words(Path(told.prompts[0]), Path(told.prompts[1]), told.prompts[2]),
    }
    if told.prompts is None:
        del parts["words"]
    for name, run in parts.items():
        if told.part in (None, name):
            print(f"\n## {name}\n")
            run()


if __name__ == "__main__":
    main()
