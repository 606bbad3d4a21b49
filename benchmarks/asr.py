"""Error rates of the transcription stage against exact text.

    pip install '.[model,bench]'
    python benchmarks/asr.py "$VOICECOACH_CORPORA/speech" samples [--model base] [--differences]

A folder holds recordings with their text in NAME.txt (one line, or ``FILE<tab>TEXT``), or practice calls
with their truth in NAME.yaml as in samples/. A recording without either is transcribed and printed
without a rate. ``--whole`` counts the words of the finished analysis instead of the transcription stage
alone, which does not remove what one channel overhears from the other. ``--prompts FOLDER --prompts-text
FILE``, which may be given for several languages, strings telephone prompts together, such as those of
Debian's packages asterisk-core-sounds-en-wav (FOLDER) and asterisk-core-sounds-en (FILE, its
core-sounds-en.txt.gz, lines of ``NAME: TEXT``).

The language is found by the model, as in ``voicecoach analyse``. Both texts go through the normalisation
of the Whisper paper (Radford et al. 2023, appendix C) as packaged in whisper-normalizer: English numbers,
spellings and contractions are made alike and fillers dropped; in other languages case, marks and
punctuation go. Chinese and Japanese are counted in characters without spaces, everything else in words;
scripts (simplified, traditional; Latin, katakana) are not made alike. Rates are (substituted + deleted +
inserted) / expected. "folded" is the rate of both texts as the rules read them: with the characters of the
language's pack folded (traditional to simplified, lost accents), so what is left can mislead a rule.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np
import yaml
from numpy.typing import NDArray
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

from voicecoach import audio
from voicecoach.pipeline import Coach, Settings, analyse
from voicecoach.rules import languages, load_pack
from voicecoach.transcribe import Recogniser, speech_probability

SOUND = (".wav", ".flac", ".mp3", ".ogg", ".m4a")
IN_CHARACTERS = ("zh", "ja")
PROMPT_WORDS = 5  # shorter prompts are fragments to be put together
PROMPT_GAP = 0.7  # seconds between prompts
PROMPT_SECONDS = 180.0


@dataclass(frozen=True)
class Case:
    """A recording as the stage gets it, with what is said on each channel (None where unknown)."""

    name: str
    path: Path | None
    channels: tuple[tuple[str, NDArray[np.int16], str | None], ...]


def cases(folder: Path) -> Iterator[Case]:
    """Every recording of a folder."""
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SOUND):
        loaded = audio.load(path)
        truth, text = path.with_suffix(".yaml"), path.with_suffix(".txt")
        if truth.exists():
            held = yaml.safe_load(truth.read_text(encoding="utf-8"))
            said = {
                name: " ".join(turn["text"] for turn in held["turns"] if turn["speaker"] == name)
                for name in held["channels"]
            }
            rows = [(name, loaded.samples[k], said[name]) for k, name in enumerate(held["channels"])]
        else:
            expected = text.read_text(encoding="utf-8-sig").split("\t")[-1] if text.exists() else None
            rows = [(loaded.layout.names[k], loaded.samples[k], expected) for k in loaded.layout.used]
        yield Case(path.name, path, tuple(rows))


def prompts(folder: Path, text: Path) -> Case:
    """Prompts of at least ``PROMPT_WORDS`` words, in the order of their list, up to ``PROMPT_SECONDS``."""
    content = text.read_bytes()
    lines = (gzip.decompress(content) if text.suffix == ".gz" else content).decode("utf-8").splitlines()
    listed = [line.split(":", 1) for line in lines if ":" in line and not line.startswith(";")]
    gap = np.zeros(round(PROMPT_GAP * 16000), np.int16)
    pieces, words = [gap], []
    for name, said in listed:
        path = folder / f"{name.strip()}.wav"
        spoken = re.sub(r"\[.*?\]|\(.*?\)|<.*?>", "", said).strip()
        if not path.exists() or spoken != said.strip() or len(spoken.split()) < PROMPT_WORDS:
            continue
        pieces += [audio.load(path).samples[0], gap]
        words.append(spoken)
        if sum(map(len, pieces)) > PROMPT_SECONDS * 16000:
            break
    if not words:
        sys.exit(f"asr.py: no prompt of {text} is in {folder}: give the folder that holds its .wav files")
    return Case(
        f"{len(words)} {folder.name[:2]} prompts", None, (("mono", np.concatenate(pieces), " ".join(words)),)
    )


def normalised(text: str, language: str) -> str:
    """Text as it is compared."""
    if language == "en":
        return str(EnglishTextNormalizer()(text))
    plain = BasicTextNormalizer()(unicodedata.normalize("NFKC", text))
    return "".join(plain.split()) if language in IN_CHARACTERS else str(plain)


def folded(text: str, language: str) -> str:
    """Text with the characters folded that the rules of a language read as one."""
    if language not in languages():
        return text
    return text.translate(load_pack(language).words.spelling.fold)


def heard_by_stage(case: Case, recogniser: Recogniser) -> tuple[str, list[str]]:
    """Language and text of each channel as the transcription stage gives them, bleed and all."""
    signals = [samples for _, samples, _ in case.channels]
    found = recogniser.transcribe(signals, [speech_probability(samples) for samples in signals])
    return found.language, [" ".join(s.text.strip() for s in segments) for segments in found.channels]


def heard_by_all(case: Case, coach: Coach) -> tuple[str, list[str]]:
    """Language and text of each channel in the finished analysis: bleed removed, words put into turns."""
    assert case.path is not None
    found = analyse(case.path, coach=coach)
    on = sorted((s.channel, s.name) for s in found.source.speakers if s.channel is not None)
    said = [" ".join(turn.text for turn in found.turns if turn.speaker == name) for _, name in on]
    return found.language, said


def row(case: Case, channel: str, language: str, expected: str, heard: str) -> tuple[str, Counter[str], str]:
    """A line of the table, its counts, and what was heard otherwise."""
    wanted, got = normalised(expected, language), normalised(heard, language)
    in_characters = language in IN_CHARACTERS
    unit, compare = (
        ("characters", jiwer.process_characters) if in_characters else ("words", jiwer.process_words)
    )
    found, read = compare(wanted, got), compare(folded(wanted, language), folded(got, language))
    count = found.hits + found.substitutions + found.deletions
    misread = read.substitutions + read.deletions + read.insertions
    heard_count = found.hits + found.substitutions + found.insertions
    wrong = found.substitutions + found.deletions + found.insertions
    line = (
        f"{case.name:20} {channel:9} {language:4} {unit:10} {count:8} {heard_count:6}"
        f" {found.substitutions:5} {found.deletions:5} {found.insertions:5}"
        f" {wrong / count:7.1%} {misread / count:7.1%}"
    )
    counts = Counter({f"{unit} expected": count, f"{unit} wrong": wrong, f"{unit} folded": misread})
    return line, counts, differences(found)


def differences(found: jiwer.WordOutput | jiwer.CharacterOutput) -> str:
    """Where the texts part, as ``expected>heard``."""
    joint = "" if isinstance(found, jiwer.CharacterOutput) else " "
    parted = []
    for chunk in found.alignments[0]:
        wanted = joint.join(found.references[0][chunk.ref_start_idx : chunk.ref_end_idx])
        got = joint.join(found.hypotheses[0][chunk.hyp_start_idx : chunk.hyp_end_idx])
        if chunk.type != "equal":
            parted.append(f"{wanted}>{got}")
    return ", ".join(parted)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--model", default="base")
    parser.add_argument("--compute-type", default="default")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--differences", action="store_true", help="print what was heard otherwise")
    parser.add_argument("--whole", action="store_true", help="count the words of the whole analysis")
    parser.add_argument("--prompts", type=Path, metavar="FOLDER", action="append", default=[])
    parser.add_argument("--prompts-text", type=Path, metavar="FILE", action="append", default=[])
    given = parser.parse_args()
    if len(given.prompts) != len(given.prompts_text) or not (given.folders or given.prompts):
        parser.error("name a folder of recordings, or --prompts together with --prompts-text")

    settings = Settings(model=given.model, compute_type=given.compute_type, threads=given.threads)
    coach = Coach.ready(settings)
    recogniser = coach.recogniser
    recogniser.load()
    todo = [case for folder in given.folders for case in cases(folder)]
    todo += [prompts(*both) for both in zip(given.prompts, given.prompts_text, strict=True)]
    if not todo:
        sys.exit("asr.py: no recording found: name a folder that holds .wav or .flac files")

    print(f"model {given.model}, {recogniser.compute_type}, {recogniser.threads} threads")
    print("file                 channel   lang unit       expected  heard   sub   del   ins    rate  folded")
    total: Counter[str] = Counter()
    seconds = spent = 0.0
    for case in todo:
        began = time.perf_counter()
        whole = given.whole and case.path is not None
        language, texts = heard_by_all(case, coach) if whole else heard_by_stage(case, recogniser)
        spent += time.perf_counter() - began
        seconds += len(case.channels[0][1]) / 16000
        for (channel, _, expected), heard in zip(case.channels, texts, strict=True):
            if expected is None:
                print(f"{case.name:20} {channel:9} {language:4} no text beside it; heard: {heard}")
                continue
            line, counts, parted = row(case, channel, language, expected, heard)
            print(line)
            total += counts
            if given.differences:
                print(f"    {parted}")
    for unit in ("words", "characters"):
        if total[f"{unit} expected"]:
            rate = total[f"{unit} wrong"] / total[f"{unit} expected"]
            left = total[f"{unit} folded"] / total[f"{unit} expected"]
            wrong = f"{total[f'{unit} wrong']} wrong of {total[f'{unit} expected']}"
            print(f"all {unit}: {wrong}, {rate:.1%}, folded {left:.1%}")
    print(f"{seconds:.0f} s of sound in {spent:.1f} s")


if __name__ == "__main__":
    main()
